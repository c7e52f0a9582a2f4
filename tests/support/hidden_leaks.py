"""Problems with leaks that are hard to find, and valid problems that look as if they had leaks."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from gymnasium import spaces

from seq_envs import Episodes, Level, Levels, Problem
from seq_envs.encodings import Alphabet, Array, Encoding, Token
from seq_envs.parameters import Integer, Real, parameter
from seq_envs.problem import fixed_length, last_of


class Places(Encoding):
    """A fixed number of real numbers in [0, 1]."""

    def __init__(self, count: int) -> None:
        self._count = count

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, 1.0, (self._count,), np.float32)

    def encode(self, raw: Array) -> Array:
        return raw.astype(np.float32)

    def decode(self, observations: Array) -> Array:
        return observations

    @property
    def blank(self) -> Array:
        return np.zeros(self._count, np.float32)

    def draw(self, raw: Any) -> str:
        return " ".join(f"{value:.2f}" for value in raw)


@dataclasses.dataclass(frozen=True, kw_only=True)
class WasAboveHalf(Problem):
    """Each observation is several real numbers; the answer is whether the first one was above 0.5 one step ago.

    The last number leaks the answer with probability `leak`: 0.5 is no leak.
    """

    places: int = parameter(6, Integer(4), "numbers in an observation")
    leak: float = parameter(0.5, Real(0, 2), "probability that the last number is above 0.5 if the answer is 1")

    @property
    def steps(self) -> int:
        return 6

    @property
    def code(self) -> Encoding:
        return Places(self.places)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        observations = rng.random((batch, self.steps, self.places), np.float32)
        answers = np.roll(observations[..., 0] > 0.5, 1, axis=1)
        high = answers == (rng.random(answers.shape) < self.leak)
        observations[..., -1] = (observations[..., -1] + high) / 2
        return fixed_length(observations, answers.astype(np.int64), np.arange(self.steps) > 0)

    def solve(self, history: Array) -> Array:
        return (history[:, max(history.shape[1] - 2, 0), 0] > 0.5).astype(np.int64)


class WasAboveHalfByTwoNumbers(WasAboveHalf):
    """The leak is whether the last two numbers are on different sides of 0.5: data does not reveal it, `guess` does."""

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        last = episodes.observations[..., -1]
        episodes.observations[..., -1] = np.where(episodes.observations[..., -2] > 0.5, 1 - last, last)
        return episodes

    def guess(self, observations: Array, step: int) -> Array:
        return ((observations[:, -1] > 0.5) != (observations[:, -2] > 0.5)).astype(np.int64)


class _LeakInTheDigits(WasAboveHalf):
    """The fifth digit of one number is odd if the answer is 1."""

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        coarse = rng.integers(0, 20, episodes.observations.shape) / 20
        coarse[..., 1] += 1e-4 * episodes.targets
        coarse[..., 0] = episodes.observations[..., 0]
        return episodes._replace(observations=coarse.astype(np.float32))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parity(Problem):
    """The answer is whether the number of ones so far is odd."""

    length: int = parameter(8, Integer(2), "bits")

    @property
    def steps(self) -> int:
        return self.length

    @property
    def code(self) -> Encoding:
        return Token(Alphabet(2))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    def scored(self) -> Array:
        """The scored steps (T,)."""
        return np.arange(self.steps) > 0

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        bits = rng.integers(2, size=(batch, self.steps), dtype=np.uint8)
        return fixed_length(bits, np.bitwise_xor.accumulate(bits, axis=1).astype(np.int64), self.scored())

    def solve(self, history: Array) -> Array:
        return np.bitwise_xor.reduce(history, axis=1).astype(np.int64)

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros(len(observations), np.int64)

    def known_levels(self) -> Levels:
        exact = 0.5 ** int(self.scored().sum())
        return Levels(Level(0.5, exact), Level(0.5, exact), Level(1.0, 1.0))


class ParityStated(Parity):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")


class ParityAtTheEnd(Parity):
    def scored(self) -> Array:
        return last_of(self.steps)


class ParityByReward(Parity):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cue(Problem):
    """A bit, then noise; the answer at every later step is the bit. So a constant guess is always right, or never."""

    length: int = parameter(6, Integer(3), "steps")
    n_values: int = parameter(4, Integer(2), "alphabet of the noise; the bit is 0 or 1")

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")

    @property
    def steps(self) -> int:
        return self.length

    @property
    def code(self) -> Encoding:
        return Token(Alphabet(self.n_values))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        values = rng.integers(self.n_values, size=(batch, self.length))
        values[:, 0] %= 2
        return fixed_length(values, np.repeat(values[:, :1], self.length, axis=1), np.arange(self.length) > 0)

    def solve(self, history: Array) -> Array:
        return history[:, 0]


class CueWithGuess(Cue):
    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros(len(observations), np.int64)


class CueWithGuessAtSomeSteps(Cue):
    def guess(self, observations: Array, step: int) -> Array | None:
        return np.zeros(len(observations), np.int64) if step < 3 else None


class CueWithArbitraryTargets(Cue):
    """Targets that are not scored are random numbers, another one in each call."""

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        anything = np.random.default_rng().integers(-(1 << 40), 1 << 40, episodes.targets.shape)
        return episodes._replace(targets=np.where(episodes.scored, episodes.targets, anything))


@dataclasses.dataclass(frozen=True, kw_only=True)
class InUpperHalf(Problem):
    """The answer is whether the current number is in the upper half of [0, scale]: it needs no memory at any scale."""

    scale: float = parameter(1.0, Real(0, 1e30), "the largest number")

    @property
    def steps(self) -> int:
        return 3

    @property
    def code(self) -> Encoding:
        return _Scaled(self.scale)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        numbers = rng.random((batch, self.steps, 1), np.float32)
        answers = (numbers[..., 0] > 0.5).astype(np.int64)
        lengths = rng.integers(1, self.steps + 1, size=batch)
        within = np.arange(self.steps) < lengths[:, None]
        observations = np.where(within[..., None], numbers * np.float32(self.scale), np.float32(np.nan))
        return Episodes(observations, answers, within, lengths)

    def solve(self, history: Array) -> Array:
        return (history[:, -1, 0] > np.float32(0.5) * np.float32(self.scale)).astype(np.int64)


class _Scaled(Places):
    def __init__(self, scale: float) -> None:
        super().__init__(1)
        self._scale = scale

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, self._scale, (1,), np.float32)


ONLY = "a policy that receives only the current observation and the time step has accuracy"

VALID: list[tuple[Problem, float | None]] = [
    (WasAboveHalf(), 0.5),
    (WasAboveHalf(places=12), 0.5),
    (WasAboveHalf(leak=0.8), 0.8),
    (WasAboveHalfByTwoNumbers(places=12, leak=0.8), 0.8),
    (ParityStated(), None),
    *((Cue(length=length, n_values=values), 0.5) for length in (4, 8) for values in (2, 8)),
    *((CueWithGuess(length=length, n_values=values), 0.5) for length in (4, 8) for values in (2, 8)),
    (CueWithGuessAtSomeSteps(), 0.5),
    (CueWithArbitraryTargets(), 0.5),
    *((InUpperHalf(scale=scale), None) for scale in (0.01, 1.0, 1e5, 1e20)),
]
"""Problems, and their memoryless accuracy if the problem does not state it."""

# fmt: off
LEAKING: list[tuple[Problem, float | None, str]] = [
    (WasAboveHalf(leak=0.8),            0.5,  f"{ONLY} 0.(79|80).*, but the memoryless level is 0.5000"),
    (WasAboveHalf(leak=0.8, places=12), 0.5,  f"{ONLY} 0.(79|80).*, but the memoryless level is 0.5000"),
    (_LeakInTheDigits(),           0.5,  f"{ONLY} 1.0000, but the memoryless level is 0.5000"),
    (InUpperHalf(scale=0.01),       0.5,  f"{ONLY} (0.99|1.0).*, but the memoryless level is 0.5000"),
    (InUpperHalf(),                 0.5,  f"{ONLY} (0.99|1.0).*, but the memoryless level is 0.5000"),
    (InUpperHalf(scale=1e20),       0.5,  f"{ONLY} (0.99|1.0).*, but the memoryless level is 0.5000"),
    (Parity(),                 None, "and its previous action has accuracy 1.0000, but the memoryless level is 0.5000"),
    (ParityAtTheEnd(),         None, "and its previous action has accuracy 1.0000, but the memoryless level is 0.5000"),
    (ParityByReward(),         None, "and its previous reward has accuracy 0.7.*, but the memoryless level is 0.5000"),
]
# fmt: on
