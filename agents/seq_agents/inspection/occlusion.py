"""Occlusion: what changes when a part of the input of one step is replaced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seq_agents.inspection.reading_limits import steps_at_once
from seq_agents.networks.view import NetworkView, Observations, Reading, each_part, parts_of
from seq_envs.encodings import Array


@dataclass(frozen=True, eq=False)
class Replacements:
    """A part of the inputs of other episodes at the same step."""

    part: str
    """"observation", or with feedback "action" or "reward" too."""
    inputs: Array
    """(P, T, ...): this part, as the agent observed it in P other episodes."""
    chosen: Array
    """(B, T, R) int64: the episode that replaces; -1 where none differs."""

    @classmethod
    def of(
        cls,
        part: str,
        mine: Array,
        others: Array,
        lengths: tuple[Array, Array],
        rng: np.random.Generator,
        count: int,
    ) -> Replacements:
        """Choose among other episodes, at each step only among those that last so long and have another input there.

        Args:
            part: its name.
            mine, others: (B, T, ...) and (P, T, ...), the part in the episodes and in the others.
            lengths: (B,) and (P,), the steps of each episode.
            rng: makes the choice.
            count: R.
        """
        here, there = (each.reshape(*each.shape[:2], -1) for each in (mine, others))  # (.., T, n)
        batch, steps = here.shape[:2]
        # Episode by episode, because a comparison of all at once would hold B times as many numbers.
        differs: Array = np.stack([(each != there).any(axis=2) for each in here])  # (B, P, T)
        differs &= (np.arange(steps) < lengths[1][:, None]) & (np.arange(steps) < lengths[0][:, None, None])
        chances = rng.random((batch, count, len(there), steps)) * differs[:, None]
        chosen = np.where(differs.any(axis=1, keepdims=True), chances.argmax(axis=2), -1)  # (B, R, T)
        return cls(part, others, chosen.transpose(0, 2, 1))

    @property
    def replaced(self) -> Array:
        """(B, T) bool: whether another input replaces that of a step."""
        return np.asarray((self.chosen >= 0).any(axis=2))


@torch.no_grad()
def occlusion(view: NetworkView, observations: Observations, others: Replacements, steps: Array) -> dict[str, Array]:
    """By "answer" and "value": the mean change (B, N, T) when a part of the input of a step is replaced.

    Everything else that was observed stays as it is.
    """
    batch, length, count = others.chosen.shape
    features = view.features(observations)
    original = view.read(features)
    at_once = steps_at_once(features, observations) // length or 1
    choices = None if view.real else view.choices(original.scores)
    before = _numbers(original, choices)
    pairs = np.argwhere(others.chosen >= 0)  # episode, step, replacement
    found = {of: np.zeros((batch, len(steps), length)) for of in before}
    for some in np.array_split(pairs, max(1, -(-len(pairs) // at_once))):
        if not len(some):
            continue
        episode, step, number = some.T
        changed = each_part(lambda part, episode=episode: part[episode], observations)  # type: ignore[misc]
        others_at = others.chosen[episode, step, number]
        parts_of(changed)[others.part][np.arange(len(some)), step] = others.inputs[others_at, step]
        reading = view.read(view.features(changed))
        after = _numbers(reading, None if choices is None else choices[episode])
        for of, numbers in after.items():
            change = (numbers - before[of][episode]).abs()
            change = change.flatten(2).mean(2) if change.ndim > 2 else change
            at_steps = np.asarray(change.double().cpu())[:, steps]
            amounts = found[of].transpose(0, 2, 1)  # (B, T, N)
            np.add.at(amounts, (episode, step), at_steps / count)
    return found


def _numbers(reading: Reading, choices: Tensor | None) -> dict[str, Tensor]:
    """What occlusion changes: the probability of each answer (B, T), or the answer (B, T, places); the value (B, T)."""
    answer = reading.scores
    if choices is not None:
        log_probs = reading.scores.log_softmax(-1).gather(-1, choices[..., None])
        answer = log_probs.flatten(2).sum(2).exp()
    return {"answer": answer} | ({} if reading.values is None else {"value": reading.values})
