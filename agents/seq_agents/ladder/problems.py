"""Tiny problems that a rung needs and the registered ones do not offer."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Alphabet, Array, SymbolEncoding
from seq_envs.level import Level, Levels
from seq_envs.parameters import Flag, Integer, parameter
from seq_envs.problem import Episodes, Problem

_VALUES = 3
"""Silence, and the values 1 and 2."""
_ASK = 3
"""The symbol that asks for an answer."""
_FLAGGED = 4
"""The symbols 4 and 5 are the values with a flag."""
_VECTORS = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1]], np.float32)
"""Each symbol as it is shown: the two values, the question, the flag."""


_OFTEN = 0.4
"""How probable a question is at a step that may have one."""


class Spoken(SymbolEncoding):
    """Each symbol as a vector of `_VECTORS`: Box(0, 1, (4,), float32).

    Silence is zeros, as is what stands after an episode's end, and what many pad with: all look like a quiet step.
    """

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, 1.0, (4,), np.float32)

    def encode(self, raw: Array) -> Array:
        shown: Array = _VECTORS[raw]
        return shown

    def decode(self, observations: Array) -> Array:
        places: Array = (observations[..., None, :] == _VECTORS).all(-1).argmax(-1)
        return places.astype(self.alphabet.dtype)


@dataclass(frozen=True, kw_only=True)
class Tiny(Problem, ABC):
    """Two values, 1 and 2, which are also the answers; 0 is never right, as it would be had padding been learned."""

    shown: ClassVar[tuple[str, ...]] = ("?", "1!", "2!")

    @property
    def code(self) -> Spoken:
        return Spoken(Alphabet(_VALUES, self.shown))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(_VALUES)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")

    def guess(self, observations: Array, step: int) -> Array:
        """Always 1, which is as good as any other, unless a problem knows better."""
        return np.ones(len(observations), np.int64)


def _values(rng: np.random.Generator, *shape: int) -> Array:
    return rng.integers(1, _VALUES, size=shape, dtype=np.uint8)


def _within(lengths: Array, steps: int) -> Array:
    """(B, T) bool: the steps of episodes of these lengths (B,)."""
    within: Array = np.arange(steps) < lengths[:, None]
    return within


@dataclass(frozen=True, kw_only=True)
class Drifting(Tiny):
    """Say the value before this one, in episodes of random lengths, so that no two lanes end together for long."""

    title = "say the value before this one, in episodes of random lengths"
    shortest: int = parameter(4, Integer(2), "steps of an episode, at least")
    longest: int = parameter(9, Integer(2), "steps of an episode, at most")

    @property
    def steps(self) -> int:
        return self.longest

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = _values(rng, batch, self.longest)
        lengths = rng.integers(self.shortest, self.longest + 1, size=batch)
        scored = _within(lengths, self.longest) & (np.arange(self.longest) > 0)
        return Episodes(raw, np.roll(raw, 1, axis=1), scored, lengths)

    def solve(self, history: Array) -> Array:
        return history[:, max(history.shape[1] - 2, 0)]

    def known_levels(self) -> Levels:
        lucky = float(np.mean(0.5 ** np.arange(self.shortest - 1.0, self.longest)))
        return Levels(Level(0.5, lucky), Level(0.5, lucky), Level(1.0, 1.0))


@dataclass(frozen=True, kw_only=True)
class Fresh(Tiny):
    """Say the value before this one; at the first step, where there is none, say 0. The next step is the last to count.

    Nothing but a fresh state tells which step is the first.
    """

    title = "say the value before this one, and 0 where there is none"
    shortest: int = parameter(32, Integer(2), "steps of an episode, at least")
    longest: int = parameter(32, Integer(2), "steps of an episode, at most")

    @property
    def steps(self) -> int:
        return self.longest

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = _values(rng, batch, self.longest)
        targets = np.roll(raw, 1, axis=1)
        targets[:, 0] = 0
        scored = np.broadcast_to(np.arange(self.longest) < 2, raw.shape).copy()
        return Episodes(raw, targets, scored, rng.integers(self.shortest, self.longest + 1, size=batch))

    def solve(self, history: Array) -> Array:
        return history[:, -2] if history.shape[1] > 1 else np.zeros(len(history), history.dtype)

    def guess(self, observations: Array, step: int) -> Array:
        return np.full(len(observations), min(step, 1))

    def known_levels(self) -> Levels:
        return Levels(Level(0.5, 0.0), Level(0.75, 0.5), Level(1.0, 1.0))  # The clock tells the first step.


@dataclass(frozen=True, kw_only=True)
class Uneven(Tiny):
    """A value, then silence, at most one step of it or many: say the value at every silence.

    Padded to equal lengths, most of what looks like a late step of an episode is padding.
    """

    title = "hold a value, in episodes of two very different lengths"
    long: int = parameter(10, Integer(3), "steps of a long episode; a short one has 2")

    @property
    def steps(self) -> int:
        return self.long

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = np.zeros((batch, self.long), np.uint8)
        raw[:, 0] = _values(rng, batch)
        lengths = np.where(rng.random(batch) < 0.35, self.long, 2)
        scored = _within(lengths, self.long) & (np.arange(self.long) > 0)
        return Episodes(raw, np.repeat(raw[:, :1], self.long, axis=1), scored, lengths)

    def solve(self, history: Array) -> Array:
        return history[:, 0]

    def known_levels(self) -> Levels:
        return Levels(Level(0.5, 0.5), Level(0.5, 0.5), Level(1.0, 1.0))  # One value answers a whole episode.


@dataclass(frozen=True, kw_only=True)
class Recall(Tiny):
    """A value with a flag, then values without, and now and then a question: say the one with the flag.

    Who keeps everything has kept nothing: the others look alike but for the flag. So it must be learned what to write,
    from answers that come many steps later.
    """

    title = "say the flagged value after up to `lag` steps of others"
    length: int = parameter(32, Integer(2), "steps of an episode")
    lag: int = parameter(20, Integer(1), "steps between the value and the last question")
    practice: bool = parameter(True, Flag(), "whether there are questions before the last one, which count")

    def check(self) -> None:
        if self.lag >= self.length:
            raise ValueError(f"lag must be in 1 ... length-1 = {self.length - 1}, got {self.lag}")

    @property
    def steps(self) -> int:
        return self.length

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = _values(rng, batch, self.length)
        targets = np.repeat(raw[:, :1], self.length, axis=1)
        at = np.arange(self.length)
        asked = (at > 0) & (at < self.lag) & (rng.random(raw.shape) < 0.2) | (at == self.lag)
        raw[asked] = _ASK
        raw[:, 0] += _FLAGGED - 1
        return Episodes(raw, targets, asked & (self.practice | (at == self.lag)), np.full(batch, self.length))

    def solve(self, history: Array) -> Array:
        return history[:, 0] - (_FLAGGED - 1)

    def known_levels(self) -> Levels:
        return Levels(Level(0.5, 0.5), Level(0.5, 0.5), Level(1.0, 1.0))  # One value answers a whole episode.


@dataclass(frozen=True, kw_only=True)
class Relay(Tiny):
    """A rollout with a value at every step, to be said at once; then questions, at which to say the last value.

    No rollout shows both the last value and a question, so the answer can be learned only from a state that has come
    over. `asked` says for how many rollouts there are questions: a state that is one rollout old is wrong in the first
    of them, and right in a second.
    """

    title = "say a value of an earlier rollout"
    rollout: int = parameter(32, Integer(2), "steps of a rollout, of which an episode has 1 + `asked`")
    asked: int = parameter(1, Integer(1), "rollouts with questions")
    practice: bool = parameter(True, Flag(), "whether other answers count than the one `rollout` steps later")

    @property
    def steps(self) -> int:
        return self.rollout * (1 + self.asked)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = _values(rng, batch, self.steps)
        at = np.arange(self.steps)
        later, judged = at >= self.rollout, at == 2 * self.rollout - 1
        targets = np.where(later, raw[:, [self.rollout - 1]], raw)
        asked = later & (rng.random(raw.shape) < _OFTEN) | judged
        raw[:, later] = 0
        raw[asked] = _ASK
        scored = (asked | ~later) & (self.practice | judged)
        return Episodes(raw, targets, scored, np.full(batch, self.steps))

    def solve(self, history: Array) -> Array:
        return history[:, min(history.shape[1], self.rollout) - 1]

    def guess(self, observations: Array, step: int) -> Array:
        return np.where(observations < _ASK, np.maximum(observations, 1), 1).astype(np.int64)

    def known_levels(self) -> Levels:
        if not self.practice:
            return Levels(Level(0.5, 0.5), Level(0.5, 0.5), Level(1.0, 1.0))
        questions = 1 + _OFTEN * (self.asked * self.rollout - 1)
        memoryless = Level((self.rollout + questions / 2) / (self.rollout + questions), 0.5)
        return Levels(Level(0.5, 0.5**self.rollout), memoryless, Level(1.0, 1.0))
