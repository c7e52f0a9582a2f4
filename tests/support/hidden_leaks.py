"""Problems with leaks that are hard to see, and good ones that look as if they had some."""

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
    """So many real numbers in [0, 1]."""

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
class Was(Problem):
    """Many real numbers: say whether the first of them was above a half one step ago. One of the others tells."""

    places: int = parameter(6, Integer(4), "numbers in an observation")
    told: float = parameter(0.5, Real(0, 2), "how often the last number is above a half if the answer is yes")

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
        shown = rng.random((batch, self.steps, self.places), np.float32)
        answers = np.roll(shown[..., 0] > 0.5, 1, axis=1)
        high = answers == (rng.random(answers.shape) < self.told)
        shown[..., -1] = (shown[..., -1] + high) / 2
        return fixed_length(shown, answers.astype(np.int64), np.arange(self.steps) > 0)

    def solve(self, history: Array) -> Array:
        return (history[:, max(history.shape[1] - 2, 0), 0] > 0.5).astype(np.int64)


class WasByTheRule(Was):
    """What tells is whether the last two numbers are on different sides of a half, which only the problem knows."""

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        last = episodes.observations[..., -1]
        episodes.observations[..., -1] = np.where(episodes.observations[..., -2] > 0.5, 1 - last, last)
        return episodes

    def guess(self, observations: Array, step: int) -> Array:
        return ((observations[:, -1] > 0.5) != (observations[:, -2] > 0.5)).astype(np.int64)


class _InTheDigits(Was):
    """The fifth digit of a number is odd if the answer is yes."""

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        coarse = rng.integers(0, 20, episodes.observations.shape) / 20
        coarse[..., 1] += 1e-4 * episodes.targets
        coarse[..., 0] = episodes.observations[..., 0]
        return episodes._replace(observations=coarse.astype(np.float32))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parity(Problem):
    """Bits: say whether the ones so far are odd in number."""

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

    def asked(self) -> Array:
        """The scored steps (T,)."""
        return np.arange(self.steps) > 0

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        bits = rng.integers(2, size=(batch, self.steps), dtype=np.uint8)
        return fixed_length(bits, np.bitwise_xor.accumulate(bits, axis=1).astype(np.int64), self.asked())

    def solve(self, history: Array) -> Array:
        return np.bitwise_xor.reduce(history, axis=1).astype(np.int64)

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros(len(observations), np.int64)

    def known_levels(self) -> Levels:
        exact = 0.5 ** int(self.asked().sum())
        return Levels(Level(0.5, exact), Level(0.5, exact), Level(1.0, 1.0))


class ParityStated(Parity):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")


class ParityAtTheEnd(Parity):
    def asked(self) -> Array:
        return last_of(self.steps)


class ParityByReward(Parity):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cue(Problem):
    """A bit, then noise; say the bit at every later step. So whoever guesses is right all along, or never."""

    length: int = parameter(6, Integer(3), "steps")
    n_values: int = parameter(4, Integer(2), "of which the bit is one of two")

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
        shown = rng.integers(self.n_values, size=(batch, self.length))
        shown[:, 0] %= 2
        return fixed_length(shown, np.repeat(shown[:, :1], self.length, axis=1), np.arange(self.length) > 0)

    def solve(self, history: Array) -> Array:
        return history[:, 0]


class CueGuessed(Cue):
    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros(len(observations), np.int64)


class CueGuessedAtTimes(Cue):
    def guess(self, observations: Array, step: int) -> Array | None:
        return np.zeros(len(observations), np.int64) if step < 3 else None


class CueAnywhereElse(Cue):
    """What is not asked for is whatever stood in the memory."""

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        anything = np.random.default_rng().integers(-(1 << 40), 1 << 40, episodes.targets.shape)
        return episodes._replace(targets=np.where(episodes.scored, episodes.targets, anything))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Larger(Problem):
    """Say whether the number on the screen is in the upper half of all: which it tells, whatever the scale."""

    scale: float = parameter(1.0, Real(0, 1e30), "the greatest number")

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
        shown = rng.random((batch, self.steps, 1), np.float32)
        answers = (shown[..., 0] > 0.5).astype(np.int64)
        lengths = rng.integers(1, self.steps + 1, size=batch)
        within = np.arange(self.steps) < lengths[:, None]
        shown = np.where(within[..., None], shown * np.float32(self.scale), np.float32(np.nan))
        return Episodes(shown, answers, within, lengths)

    def solve(self, history: Array) -> Array:
        return (history[:, -1, 0] > np.float32(0.5) * np.float32(self.scale)).astype(np.int64)


class _Scaled(Places):
    def __init__(self, scale: float) -> None:
        super().__init__(1)
        self._scale = scale

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, self._scale, (1,), np.float32)


ONLY = "a player that sees only the current observation and the clock gets"

GOOD: list[tuple[Problem, float | None]] = [
    (Was(), 0.5),
    (Was(places=12), 0.5),
    (Was(told=0.8), 0.8),
    (WasByTheRule(places=12, told=0.8), 0.8),
    (ParityStated(), None),
    *((Cue(length=length, n_values=values), 0.5) for length in (4, 8) for values in (2, 8)),
    *((CueGuessed(length=length, n_values=values), 0.5) for length in (4, 8) for values in (2, 8)),
    (CueGuessedAtTimes(), 0.5),
    (CueAnywhereElse(), 0.5),
    *((Larger(scale=scale), None) for scale in (0.01, 1.0, 1e5, 1e20)),
]
"""With the memoryless level, where the problem itself has none."""

# fmt: off
LEAKING: list[tuple[Problem, float | None, str]] = [
    (Was(told=0.8),            0.5,  f"{ONLY} 0.(79|80).*, but the memoryless level is 0.5000"),
    (Was(told=0.8, places=12), 0.5,  f"{ONLY} 0.(79|80).*, but the memoryless level is 0.5000"),
    (_InTheDigits(),           0.5,  f"{ONLY} 1.0000, but the memoryless level is 0.5000"),
    (Larger(scale=0.01),       0.5,  f"{ONLY} (0.99|1.0).*, but the memoryless level is 0.5000"),
    (Larger(),                 0.5,  f"{ONLY} (0.99|1.0).*, but the memoryless level is 0.5000"),
    (Larger(scale=1e20),       0.5,  f"{ONLY} (0.99|1.0).*, but the memoryless level is 0.5000"),
    (Parity(),                 None, "and its previous action gets 1.0000, but the memoryless level is 0.5000"),
    (ParityAtTheEnd(),         None, "and its previous action gets 1.0000, but the memoryless level is 0.5000"),
    (ParityByReward(),         None, "and its previous reward gets 0.7.*, but the memoryless level is 0.5000"),
]
# fmt: on
