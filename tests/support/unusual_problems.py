"""Problems with answers that count as a whole, and with noise: what the tutorial's problems have not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

import seq_envs
from seq_envs.encodings import Alphabet, Array, Encoding, OneHot
from seq_envs.parameters import Integer, Real, parameter
from seq_envs.problem import Episodes, Problem, fixed_length

Rng = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class PreviousAsSet(Problem):
    """The answer is the set that holds the previous value, and nothing else, so at most one place in k is 1.

    The empty set has the highest grade by places, (k-1)/k, and is never right as a whole.
    """

    title: ClassVar[str] = "the set that holds the previous value"
    whole_answers: ClassVar[bool] = True

    length: int = parameter(6, Integer(2), "time steps")
    n_values: int = parameter(3, Integer(2), "different values")

    @property
    def steps(self) -> int:
        return self.length

    @property
    def code(self) -> Encoding:
        return OneHot(Alphabet(self.n_values))

    @property
    def action_space(self) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete([2] * self.n_values)

    def sets(self, values: Array) -> Array:
        """The set of each value: (...) to (..., n_values)."""
        return np.eye(self.n_values, dtype=np.int64)[values]

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = rng.integers(self.n_values, size=(batch, self.length), dtype=np.uint8)
        targets = self.sets(np.roll(values, 1, axis=1))
        return fixed_length(values, targets, np.arange(self.length) >= 1)

    def solve(self, history: Array) -> Array:
        return self.sets(history[:, max(history.shape[1] - 2, 0)])

    def solve_all(self, observations: Array) -> Array:
        return self.sets(np.concatenate([observations[:, :1], observations[:, :-1]], axis=1))

    def sources(self, history: Array, step: int) -> Array:
        return seq_envs.problem.same_sources(history, step, [step - 1])

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",)


@dataclass(frozen=True, kw_only=True)
class NoisyEcho(seq_envs.SeqEcho):
    """The previous value, of which the agent sees another one in some steps: an optimal policy is not always right.

    It is right with probability `1 - noise + noise/n_values`.
    """

    certain = False
    noise: float = parameter(0.25, Real(0.0, 1.0), "the share of observations that are drawn anew")

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        drawn = rng.integers(self.n_values, size=episodes.observations.shape, dtype=episodes.observations.dtype)
        noisy = rng.random(drawn.shape) < self.noise
        return episodes._replace(observations=np.where(noisy, drawn, episodes.observations))

    def known_levels(self) -> Any:
        return None


class SolvesAllOtherwise(PreviousAsSet):
    """A mutant: all steps at once have other answers."""

    def solve_all(self, observations: Array) -> Array:
        return self.sets(observations)


class SolvesAllTransposed(PreviousAsSet):
    """A mutant: the shape is wrong."""

    def solve_all(self, observations: Array) -> Array:
        return super().solve_all(observations).swapaxes(0, 1)


class SolvesAllInPlace(PreviousAsSet):
    """A mutant: it changes its argument."""

    def solve_all(self, observations: Array) -> Array:
        answers = super().solve_all(observations)
        observations[:] = 0
        return answers


class CertainNoise(NoisyEcho):
    """A mutant: it does not say that the optimal policy is not always right."""

    certain = True
