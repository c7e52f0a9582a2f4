"""Are the advantages of an update those of its rollout? What the envs paid decides, and known mistakes are named."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from seq_envs.encodings import Array

LONGEST_ROLLOUT = 4096
"""The most time steps of a rollout that can be compared."""
_TOLERANCE = 1e-3
"""The largest allowed difference, as a share of the largest advantage; single precision has smaller ones."""
_LEAST_GAMMA, _APART = 0.5, 0.1
"""With a smaller discount, or closer values, what follows a truncated episode cannot be told from what does not."""

_FEWEST_LANES = 16
"""With fewer lanes that go on after the rollout, nothing is said about the values that follow. The observations of a
few lanes may repeat by chance, and with them the values of a critic without memory.
"""
_WRONG_LAST = "The value of the observation after the rollout is wrong: it counts as {}."


class Row(NamedTuple):
    """What the envs returned in a time step, (lanes,) each."""

    rewards: Array
    terminated: Array
    truncated: Array
    ignored: Array
    """Whether the action was ignored, as autoreset "NextStep" does after an episode."""


class PaidSteps:
    """The latest time steps of one vector env."""

    def __init__(self) -> None:
        self._rows: deque[Row] = deque(maxlen=LONGEST_ROLLOUT)
        self.has_reset_steps = False

    def add(self, row: Row, *, has_reset_steps: bool) -> None:
        """Record one more time step; a vector env with another number of lanes starts anew.

        Args:
            row: what the envs returned.
            has_reset_steps: whether the step after an episode ignores the action, as with autoreset "NextStep".
        """
        self.has_reset_steps = has_reset_steps
        if self._rows and len(self._rows[-1].rewards) != len(row.rewards):
            self._rows.clear()
        self._rows.append(row)

    def latest(self, steps: int) -> Row:
        """The latest time steps, (steps, lanes) each.

        Raises:
            ValueError: there are not so many.
        """
        if not 1 <= steps <= len(self._rows):
            raise ValueError(
                f"advantages must be those of the latest {len(self._rows)} time steps or fewer, got {steps}"
            )
        return Row(*(np.stack(column) for column in zip(*list(self._rows)[-steps:], strict=True)))


@dataclass(frozen=True)
class Estimate:
    """How generalised advantage estimation is done: what follows a step, and where it ends.

    Source: Schulman et al. 2016, "High-Dimensional Continuous Control Using Generalized Advantage Estimation",
    equation 16.
    """

    played: Row
    values: Array
    """(T, lanes), of the observations that were acted on."""
    following: Array
    """(T, lanes), of what follows each step, as far as it counts; 0 where nothing follows."""
    ends: Array
    """(T, lanes) bool: whether no later difference counts."""
    gamma: float
    gae_lambda: float

    def advantages(self) -> Array:
        """(T, lanes) float64."""
        differences = self.played.rewards + self.gamma * self.following - self.values
        found = np.zeros_like(differences)
        later = np.zeros(differences.shape[1])
        for step in reversed(range(len(differences))):
            later = found[step] = differences[step] + self.gamma * self.gae_lambda * ~self.ends[step] * later
        return found


def what_is_wrong(
    advantages: Any, values: Any, last_values: Any, played: PaidSteps, gamma: float, gae_lambda: float
) -> str:
    """What is wrong with the advantages of a rollout, in a sentence; empty if nothing is.

    Args:
        advantages: (T, lanes), those of the update, before they are normalised.
        values: (T, lanes), of the observations that were acted on, as the advantages were computed from.
        last_values: (lanes,), of the observations after the rollout.
        played: what the envs returned; the rollout is its latest part.
        gamma: the discount, in [0, 1].
        gae_lambda: the decay of later differences, in [0, 1].

    Raises:
        ValueError: the shapes do not fit each other or the envs, or a number is outside of its range.
    """
    got, known, last = (np.asarray(numbers, np.float64) for numbers in (advantages, values, last_values))
    for name, number in (("gamma", gamma), ("gae_lambda", gae_lambda)):
        if not 0.0 <= number <= 1.0:
            raise ValueError(f"{name} must be in [0, 1], got {number!r}")
    if got.ndim != 2:
        raise ValueError(f"advantages must have the shape (T, lanes), got {got.shape}")
    rows = played.latest(len(got))
    for name, numbers, shape in (
        ("advantages", got, rows.rewards.shape), ("values", known, got.shape), ("last_values", last, got.shape[1:]),
    ):  # fmt: skip
        if numbers.shape != shape:
            raise ValueError(f"{name} must have the shape {shape}, got {numbers.shape}")
    for finding, estimate in _estimates(rows, known, last, got, gamma, gae_lambda, played.has_reset_steps):
        apart = np.abs(got - estimate.advantages())[~rows.ignored]
        if apart.max(initial=0.0) <= _TOLERANCE * max(1.0, np.abs(got).max(initial=0.0)):
            return finding or (_wrong_last(known, last, rows.terminated | rows.truncated) if gamma > 0.0 else "")
    return "The advantages are not those that follow from the values, and from what the envs paid and where they ended."


def _estimates(
    rows: Row, values: Array, last: Array, got: Array, gamma: float, gae_lambda: float, has_reset_steps: bool
) -> Iterator[tuple[str, Estimate]]:
    """Estimates, each with what is wrong with it; one that finds nothing wrong is the right one.

    What follows a truncated episode is the value of the observation that it ends with. It is not among `values`, so it
    is taken from `got` (T, lanes), unless that is one of three mistakes.
    """
    over = rows.terminated | rows.truncated
    later = np.concatenate([values[1:], last[None]])
    before = np.concatenate([np.zeros_like(over[:1]), over[:-1]])
    after = np.concatenate([over[1:], np.zeros_like(over[:1])])

    def estimate(following: Array, ends: Array, paid: Array = rows.rewards) -> Estimate:
        return Estimate(rows._replace(rewards=paid), values, following, ends, gamma, gae_lambda)

    masked = np.where(over, 0.0, later)
    if gamma >= _LEAST_GAMMA and rows.truncated.any():
        if _tells(masked, values, rows.truncated):
            yield "A truncated episode counts as terminated: nothing follows its last step.", estimate(masked, over)
        # With reset steps, the next of the values is that of the observation that the episode ends with.
        if not has_reset_steps and _tells(later, values, rows.truncated):
            finding = "What follows a truncated episode is the next one, in place of the observation that it ends with."
            yield finding, estimate(np.where(rows.terminated, 0.0, later), over)
        if _tells(np.concatenate([values[:1], values[:-1]]), values, rows.truncated):
            finding = (
                "What follows a truncated episode is the value of the observation before its last step, once more."
            )
            yield finding, estimate(np.where(rows.truncated, values, masked), over)
    if gamma > 0.0:
        masked = np.where(rows.truncated, (got - rows.rewards + values) / gamma, masked)
    yield "", estimate(masked, over)
    never = np.zeros_like(over)
    yield "Advantages go on across the ends of episodes.", estimate(masked, never)
    yield "The value of the next episode counts as what follows the end of an episode.", estimate(later, over)
    yield "Neither values nor advantages stop where an episode ends.", estimate(later, never)
    yield "Episodes end one step too late in the advantages.", estimate(np.where(before, 0.0, later), before)
    yield "Episodes end one step too early in the advantages.", estimate(np.where(after, 0.0, later), after)
    for name, instead in (
        ("0", np.zeros_like(last)),
        ("the value of the rollout's last observation", values[-1]),
        ("the value of the rollout's first observation", values[0]),
    ):
        wrong = np.where(over[-1], masked[-1], instead)
        yield _WRONG_LAST.format(name), estimate(np.concatenate([masked[:-1], wrong[None]]), over)
    yield "Rewards are one step late.", estimate(masked, over, np.roll(rows.rewards, 1, axis=0))
    yield "Rewards are one step early.", estimate(masked, over, np.roll(rows.rewards, -1, axis=0))


def _wrong_last(values: Array, last: Array, over: Array) -> str:
    """What is wrong with the values after the rollout, though the advantages follow from them; empty if nothing is.

    A critic says neither exactly 0 nor exactly the same as a step before in all lanes, unless it does so elsewhere.
    """
    goes_on = ~over[-1]
    if len(values) < 2 or goes_on.sum() < _FEWEST_LANES:
        return ""
    (before, latest), last = values[-2:, goes_on], last[goes_on]
    if not last.any() and latest.all():
        return _WRONG_LAST.format("0")
    if (last == latest).all() and (latest != before).all():
        return _WRONG_LAST.format("the value of the rollout's last observation")
    return ""


def _tells(following: Array, values: Array, where: Array) -> bool:
    """Whether what would follow by mistake differs from the values (T, lanes) at these steps (T, lanes)."""
    return bool(np.abs(following - values)[where].max() > _APART)
