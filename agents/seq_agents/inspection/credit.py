"""Credit: which past inputs an answer, or the critic's value, depends on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

import seq_envs
from seq_agents.networks.view import NetworkView, Reading
from seq_envs.dataset import encoded, raw_episodes
from seq_envs.encodings import Array
from seq_envs.problem import Episodes
from seq_envs.seeds import inspection_stream

_EPISODES, _REPLACEMENTS = 2, 3
"""The numbers of the streams of the episodes, and of those that give replacements."""
MOST_STEPS = 512
"""Time steps of the longest episode that credit is computed for: its cost grows with their square."""
_MOST_TARGETS = 32
_MOST_READ = 150_000
"""Time steps that are read for the occlusion of the inputs, roughly."""
_AT_ONCE = 20_000
"""Time steps that are read in one call, if an input has few numbers."""
_NUMBERS_AT_ONCE = 1 << 21
"""Numbers of the inputs that are read in one call, unless one episode has more."""
_MOST_NUMBERS = 1 << 23
"""Numbers of the inputs of all episodes, of which there are 8 at least."""


@dataclass(frozen=True, eq=False)
class Credit:
    """How much the answers, or the values, of B episodes at N time steps depend on the input of each time step."""

    of: str
    """"answer" or "value"."""
    method: str
    """"occlusion" or "gradient"."""
    steps: Array
    """(N,) int64: the time steps of the answers: those at which an answer counts, at most 32 of them."""
    amounts: Array
    """(B, N, T): of the input at each step; NaN after the answer, where no answer counts, and by occlusion where no
    other episode has another input. The first episode is the one that is drawn; averages leave it out."""
    sources: Array | None
    """(B, N, T) bool: the steps that the right answer depends on; None if the problem does not state them."""

    def shares(self) -> Array:
        """(B, N, T): the amounts as shares of their sum for each answer; NaN where that is 0."""
        sums = np.nansum(self.amounts, axis=2, keepdims=True)
        shares: Array = np.divide(self.amounts, sums, out=np.full_like(self.amounts, np.nan), where=sums > 0)
        return shares

    @property
    def on_sources(self) -> tuple[float, float] | None:
        """The mean share on the steps that the right answer depends on, and its chance: the share that these steps are
        of all steps so far that have an amount. NaN if no answer depends on an input; None if the problem does not
        state the sources.
        """
        if self.sources is None:
            return None
        shares = self.shares()[1:]
        so_far = ~np.isnan(shares)
        sources = self.sources[1:] & so_far
        counted = sources.any(axis=2)
        if not counted.any():
            return float("nan"), float("nan")
        share = np.where(sources, shares, 0.0).sum(axis=2)[counted].mean()
        chance = (sources.sum(axis=2)[counted] / so_far.sum(axis=2)[counted]).mean()
        return float(share), float(chance)

    def outlined(self) -> Array:
        """(K, 2) int64: the row and the step of each source in the map (N, T) of the drawn episode."""
        if self.sources is None:
            return np.zeros((0, 2), np.int64)
        counts: Array = ~np.isnan(self.amounts[0]).all(axis=1)
        places: Array = np.argwhere(self.sources[0] & counts[:, None])
        return places

    def by_distance(self) -> Array:
        """(T,): the mean amount by the distance from the input to the answer in time steps; NaN where there is none."""
        amounts = self.amounts[1:]
        means = np.full(amounts.shape[2], np.nan)
        for distance in range(amounts.shape[2]):
            reached = self.steps >= distance
            here = amounts[:, np.flatnonzero(reached), self.steps[reached] - distance]
            if not np.isnan(here).all():
                means[distance] = np.nanmean(here)
        return means

    def __repr__(self) -> str:
        found = self.on_sources
        known = found is not None and not np.isnan(found[0])
        right = f", {found[0]:.2f} of it on the right steps (chance {found[1]:.2f})" if found and known else ""
        return f"<Credit of the {self.of} by {self.method}{right}>"


def credit(problem: seq_envs.Problem, view: NetworkView, shown: Episodes, seed: int = 0) -> tuple[Credit, ...]:
    """The credit of the answers by both methods, and that of the critic's values if there is a critic.

    Occlusion (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2): the input
    at one step is replaced by other inputs that other episodes have at this step. The amount is the mean absolute
    change of the probability of the answer that was given (of real answers, or of values: of the number itself).

    Gradient (Simonyan, Vedaldi and Zisserman 2014, "Deep Inside Convolutional Networks", section 3): the norm of the
    gradient with respect to the features of the input. It is the gradient of the log odds of the answer that was given,
    which do not saturate as its probability does; of real answers and of values, that of the number itself.

    Args:
        problem: makes the episodes.
        view: of the network.
        shown: a batch of one raw episode, to be drawn.
        seed: of the other episodes.

    Raises:
        ValueError: an episode has more than 512 time steps.
    """
    if refusal := too_long(problem):
        raise ValueError(refusal)
    replacements = 4 if problem.steps <= 32 else 2
    most = min(_MOST_READ // (replacements * problem.steps**2), _MOST_NUMBERS // encoded(problem, shown).size)
    count = int(np.clip(most, 8, 128))
    stream = inspection_stream(seed, _EPISODES)
    raw = [shown, raw_episodes(problem, count, stream)]
    episodes = Episodes(*(np.concatenate(arrays) for arrays in zip(*raw, strict=True)))
    observations = encoded(problem, episodes)
    asked = episodes.scored & (np.arange(problem.steps) < episodes.lengths[:, None])
    steps = _some(np.flatnonzero(asked.any(axis=0)))
    if not len(steps):
        return ()
    others = _Replacements.of(problem, episodes, seed, replacements)
    by_method = {
        "occlusion": _occlusion(view, observations, others, steps),
        "gradient": _gradient(view, observations, steps),
    }
    mask = asked[:, steps, None] & (np.arange(problem.steps) <= steps[:, None])
    replaced = np.asarray((others.chosen >= 0).any(axis=2))
    masks = {"occlusion": mask & replaced[:, None], "gradient": mask}
    sources = _sources(problem, episodes.observations, steps)
    return tuple(
        Credit(of, method, steps, np.where(masks[method], amounts[of], np.nan), sources)
        for of in ("answer", "value")
        for method, amounts in by_method.items()
        if of in amounts
    )


def too_long(problem: seq_envs.Problem) -> str:
    """Why there is no credit for a problem with such long episodes; empty if there is."""
    if problem.steps <= MOST_STEPS:
        return ""
    return f"credit is for problems of at most {MOST_STEPS} time steps, got {problem.steps}"


def _some(steps: Array) -> Array:
    """At most 32 of the steps, evenly spaced, the first and the last among them."""
    if len(steps) <= _MOST_TARGETS:
        return steps
    some: Array = steps[np.linspace(0, len(steps) - 1, _MOST_TARGETS).round().astype(np.int64)]
    return some


def _sources(problem: seq_envs.Problem, raw: Array, steps: Array) -> Array | None:
    """(B, N, T) bool, see `Credit.sources`."""
    found = np.zeros((len(raw), len(steps), raw.shape[1]), np.bool_)
    for place, step in enumerate(steps.tolist()):
        here = problem.sources(raw[:, : step + 1], step)
        if here is None:
            return None
        found[:, place, : step + 1] = here
    return found


@dataclass(frozen=True, eq=False)
class _Replacements:
    """Observations of other episodes at the same step."""

    observations: Array
    """(P, T, ...): the observations of the other episodes."""
    chosen: Array
    """(B, T, R) int64: the episode that replaces; -1 where none differs."""

    @classmethod
    def of(cls, problem: seq_envs.Problem, episodes: Episodes, seed: int, count: int) -> _Replacements:
        """Choose among 64 episodes, at each step only among those that last so long and have another input there."""
        stream = inspection_stream(seed, _REPLACEMENTS)
        pool = raw_episodes(problem, 64, stream)
        rng = np.random.default_rng([seed, _REPLACEMENTS])
        batch, steps = episodes.observations.shape[:2]
        mine, theirs = (
            each.observations.reshape(*each.observations.shape[:2], -1) for each in (episodes, pool)
        )  # (.., T, n)
        # Episode by episode, because a comparison of all at once would hold B times as many numbers.
        differs: Array = np.stack([(each != theirs).any(axis=2) for each in mine])  # (B, P, T)
        differs &= (np.arange(steps) < pool.lengths[:, None]) & (np.arange(steps) < episodes.lengths[:, None, None])
        chances = rng.random((batch, count, 64, steps)) * differs[:, None]
        chosen = np.where(differs.any(axis=1, keepdims=True), chances.argmax(axis=2), -1)  # (B, R, T)
        return cls(encoded(problem, pool), chosen.transpose(0, 2, 1))


@torch.no_grad()
def _occlusion(view: NetworkView, observations: Array, others: _Replacements, steps: Array) -> dict[str, Array]:
    """By "answer" and "value": the mean change (B, N, T) when the input of a step is replaced."""
    batch, length = observations.shape[:2]
    count = others.chosen.shape[2]
    features = view.features(observations)
    original = view.read(features)
    at_once = _steps_at_once(max(features[0, 0].numel(), observations[0, 0].size)) // length or 1
    choices = None if view.real else view.choices(original.scores)
    before = _numbers(original, choices)
    pairs = np.argwhere(others.chosen >= 0)  # episode, step, replacement
    found = {of: np.zeros((batch, len(steps), length)) for of in before}
    for some in np.array_split(pairs, max(1, -(-len(pairs) // at_once))):
        if not len(some):
            continue
        episode, step, number = some.T
        changed = observations[episode]
        changed[np.arange(len(some)), step] = others.observations[others.chosen[episode, step, number], step]
        reading = view.read(view.features(changed))
        after = _numbers(reading, None if choices is None else choices[episode])
        for of, numbers in after.items():
            change = (numbers - before[of][episode]).abs()
            change = change.flatten(2).mean(2) if change.ndim > 2 else change
            at_steps = np.asarray(change.double().cpu())[:, steps]
            amounts = found[of].transpose(0, 2, 1)  # (B, T, N)
            np.add.at(amounts, (episode, step), at_steps / count)
    return found


def _steps_at_once(numbers: int) -> int:
    """The time steps that are read in one call, where an input has so many numbers."""
    return min(_AT_ONCE, _NUMBERS_AT_ONCE // numbers)


def _numbers(reading: Reading, choices: Tensor | None) -> dict[str, Tensor]:
    """What occlusion changes: the probability of each answer (B, T), or the answer (B, T, places); the value (B, T)."""
    answer = reading.scores
    if choices is not None:
        log_probs = reading.scores.log_softmax(-1).gather(-1, choices[..., None])
        answer = log_probs.flatten(2).sum(2).exp()
    return {"answer": answer} | ({} if reading.values is None else {"value": reading.values})


def _gradient(view: NetworkView, observations: Array, steps: Array) -> dict[str, Array]:
    """By "answer" and "value": the norm (B, N, T) of the gradient with respect to the features of each step."""
    features = view.features(observations)
    batch, length = features.shape[:2]
    found: dict[str, Array] = {}
    episodes = max(1, _steps_at_once(features.shape[2]) // (length * len(steps)))
    for first in range(0, batch, episodes):
        some = features[first : first + episodes]
        # Each target step has its own copy of the episodes, so one pass backwards serves all of them.
        copies = some.repeat(len(steps), 1, 1).requires_grad_()
        with torch.backends.cudnn.flags(enabled=False):  # cuDNN has no gradient for networks in evaluation mode.
            reading = view.read(copies)
            for of, numbers in _differentiable(view, reading).items():
                by_step = numbers.reshape(len(steps), len(some), length)
                total = torch.stack([by_step[place, :, step] for place, step in enumerate(steps.tolist())]).sum()
                [gradient] = torch.autograd.grad(total, copies, retain_graph=True, allow_unused=True)
                norms = copies.new_zeros(copies.shape[:2]) if gradient is None else gradient.norm(dim=2)
                amounts = found.setdefault(of, np.zeros((batch, len(steps), length)))
                amounts[first : first + len(some)] = (
                    norms.double().reshape(len(steps), -1, length).transpose(0, 1).cpu().numpy()
                )
    return found


def _differentiable(view: NetworkView, reading: Reading) -> dict[str, Tensor]:
    """What gradients are taken of, (B, T): log odds of the answers, or the sum of real ones; the values."""
    answer = reading.scores.flatten(2).sum(2) if view.real else _log_odds(reading.scores, view.choices(reading.scores))
    return {"answer": answer} | ({} if reading.values is None else {"value": reading.values})


def _log_odds(scores: Tensor, choices: Tensor) -> Tensor:
    """(B, T): the sum over places of the log odds of the choices (B, T, places), given logits (B, T, places, n)."""
    chosen = scores.gather(-1, choices[..., None])[..., 0]
    others = scores.scatter(-1, choices[..., None], -torch.inf)
    # A place with a single choice has no odds.
    single = others.isinf().all(-1)
    others = torch.where(single[..., None], 0.0, others)
    return torch.where(single, 0.0, chosen - others.logsumexp(-1)).sum(-1)
