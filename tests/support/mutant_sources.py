"""Problems that state their sources: valid ones, and ones with one mistake and a pattern of the message for it."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from hidden_leaks import Places
from spaces_of_settings import Ragged

from seq_envs import Episodes, Problem, SeqClassify, SeqCopy, SeqEcho, SeqMemorize, SeqNext
from seq_envs.encodings import Alphabet, Array, Encoding, Token
from seq_envs.problem import fixed_length, last_of, same_sources

Rng = np.random.Generator

# Valid sources that differ between episodes.


class RaggedStated(Ragged):
    """Episodes of different lengths: the answer at the end is the first value."""

    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, [0])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pointer(Problem):
    """The first symbol, in 1 ... 5, is a time step; the answer at the end is the symbol of that step."""

    @property
    def steps(self) -> int:
        return 6

    @property
    def code(self) -> Encoding:
        return Token(Alphabet(6))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(6)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",)

    def sample(self, rng: Rng, batch: int) -> Episodes:
        symbols = rng.integers(6, size=(batch, 6), dtype=np.uint8)
        symbols[:, 0] = rng.integers(1, 6, size=batch)
        return fixed_length(symbols, np.tile(self._pointed(symbols)[:, None], (1, 6)), last_of(6))

    def _pointed(self, history: Array) -> Array:
        last = history.shape[1] - 1
        pointed: Array = history[np.arange(len(history)), np.minimum(history[:, 0], last)]
        return pointed

    def solve(self, history: Array) -> Array:
        return self._pointed(history)

    def sources(self, history: Array, step: int) -> Array | None:
        sources = np.arange(step + 1) == history[:, :1]
        sources[:, 0] = True
        return sources


@dataclasses.dataclass(frozen=True, kw_only=True)
class SumOfMarked(Problem):
    """The adding problem: an observation is a number and a mark, the answer is the mean of the two marked numbers."""

    tolerance: ClassVar[float] = 0.02

    @property
    def steps(self) -> int:
        return 6

    @property
    def code(self) -> Encoding:
        return Places(2)

    @property
    def action_space(self) -> spaces.Box:
        return spaces.Box(0.0, 1.0, (1,), np.float32)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")

    def sample(self, rng: Rng, batch: int) -> Episodes:
        observations = rng.random((batch, 6, 2), np.float32)
        observations[..., 1] = rng.permuted(np.tile(np.arange(6) < 2, (batch, 1)), axis=1)
        answers = self.solve(observations)
        return fixed_length(observations, np.tile(answers[:, None], (1, 6, 1)), last_of(6))

    def solve(self, history: Array) -> Array:
        return (history[..., 0] * history[..., 1]).sum(axis=1, keepdims=True) / np.float32(2)

    def sources(self, history: Array, step: int) -> Array | None:
        return np.asarray(history[:, : step + 1, 1] > 0)


class NotStatedAtEveryStep(SeqEcho):
    """Sources are stated at even steps only."""

    def sources(self, history: Array, step: int) -> Any:
        return None if step % 2 else super().sources(history, step)


class Copies(SeqCopy):
    """All values of an episode are equal, and the answer is their median: no single one of three changes it."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = np.repeat(super().sample(rng, batch).observations[:, :1], self.length, axis=1)
        return fixed_length(values, values, last_of(self.length))

    def solve(self, history: Array) -> Array:
        return np.median(history, axis=1).astype(history.dtype)

    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, np.arange(step + 1))


COPIES: dict[str, Any] = {"length": 3, "framing": "one_to_many"}

VALID: list[Problem] = [RaggedStated(), Pointer(), SumOfMarked(), NotStatedAtEveryStep(), Copies(**COPIES)]

# Sources with one mistake.


class LagOneMore(SeqEcho):
    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, [step - self.lag - 1])


class LagOneLess(SeqEcho):
    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, [step - self.lag + 1])


class NoSource(SeqMemorize):
    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, [])


class CurrentValueToo(SeqEcho):
    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, [step - self.lag, step] if self.scored[step] else [])


class EveryValue(SeqCopy):
    """The stated sources are all values of the sequence, although only a part of it is reproduced."""

    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, np.arange(min(step + 1, self.length)))


class CueToo(SeqCopy):
    """The cue is the same in every episode."""

    def sources(self, history: Array, step: int) -> Array:
        sources = super().sources(history, step)
        sources[:, step] = True
        return sources


class PartWithoutItsEnd(SeqCopy):
    def sources(self, history: Array, step: int) -> Array:
        return super().sources(history, step) & (np.arange(step + 1) < self.length - 1)


class CurrentValueOnly(SeqNext):
    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, [step])


class AllButTheFirst(SeqClassify):
    def sources(self, history: Array, step: int) -> Array:
        return super().sources(history, step) & (np.arange(step + 1) > 0)


class PointerLeftOut(Pointer):
    """The first symbol is no stated source, although it decides which step is."""

    def sources(self, history: Array, step: int) -> Array:
        return np.arange(step + 1) == history[:, :1]


class PointerOnly(Pointer):
    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, [0])


class OneMarkedNumber(SumOfMarked):
    """The second marked number is left out."""

    def sources(self, history: Array, step: int) -> Array:
        marked = history[:, : step + 1, 1] > 0
        return np.asarray(marked & (marked.cumsum(axis=1) == 1))


class OneCopy(Copies):
    def sources(self, history: Array, step: int) -> Array:
        return same_sources(history, step, [step])


class ReadsTheFuture(SeqEcho):
    def sources(self, history: Array, step: int) -> Array:
        sources = super().sources(history, step)
        sources[:, 0] |= history[:, -1] > 5
        return sources


class ChangesTheHistory(SeqEcho):
    def sources(self, history: Array, step: int) -> Array:
        history[:] = 0
        return super().sources(history, step)


class RefusesMixtures(SeqEcho):
    """All values of an episode are even, or all are odd, and `solve` refuses other histories."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = 2 * rng.integers(5, size=(batch, self.length)) + rng.integers(2, size=(batch, 1))
        return fixed_length(values.astype(np.uint8), np.roll(values, 1, axis=1).astype(np.uint8), self.scored)

    def solve(self, history: Array) -> Array:
        if (history % 2 != history[:, :1] % 2).any():
            raise ValueError("even and odd")
        return super().solve(history)

    def guess(self, observations: Array, step: int) -> None:
        return None

    def known_levels(self) -> None:
        return None


class SourcesAreAProperty(SeqEcho):
    sources = property(lambda _: None)  # type: ignore[assignment] # This is the mistake.


def _returning(value: Any) -> Problem:
    """A problem whose `sources` returns this."""
    problem = type("Returning", (SeqEcho,), {"sources": lambda *_: value})()
    assert isinstance(problem, Problem)
    return problem


LEFT_OUT = r"sources\(\) leaves out a source: the answer at step"
TOO_MANY = r"sources\(\) has a step too many: the answer at step"
SAME = r"sources\(\) leaves out a source: two episodes have the same observations at"

# fmt: off
MUTANTS: list[tuple[Problem, str]] = [
    (LagOneMore(lag=3),               f"{LEFT_OUT} 3 changes with the observation of step 0$"),
    (LagOneLess(lag=3),               f"{LEFT_OUT} 3 changes with the observation of step 0$"),
    (LagOneMore(length=80, lag=20),   f"{LEFT_OUT} 20 changes with the observation of step 0$"),
    (NoSource(),                      f"{LEFT_OUT} 3 changes with the observation of step 0$"),
    (CurrentValueToo(lag=2),          f"{TOO_MANY} 2 does not change with the observation of step 2$"),
    (EveryValue(framing="many_to_one", offset=1, output_length=3), f"{TOO_MANY} 4 .* of step 0$"),
    (CueToo(),                        f"{TOO_MANY} 5 does not change with the observation of step 5$"),
    (PartWithoutItsEnd(framing="many_to_one"), f"{LEFT_OUT} 4 changes with the observation of step 4$"),
    (PartWithoutItsEnd(reverse=True), f"{LEFT_OUT} 5 changes with the observation of step 4$"),
    (CurrentValueOnly(max_step=3, length=30), f"{LEFT_OUT} 1 changes with the observation of step 0$"),
    (AllButTheFirst(),                f"{LEFT_OUT} 2 changes with the observation of step 0$"),
    (PointerLeftOut(),                rf"{SAME} steps \[\d\], the sources of the answer at step 5, but different"),
    (PointerOnly(),                   f"{LEFT_OUT} 5 changes with the observation of step [1-5]$"),
    (OneCopy(**COPIES),               f"{LEFT_OUT} 2 changes with the observation of several steps, .* together"),
    (OneMarkedNumber(),               f"{LEFT_OUT} 5 changes with the observation of step [1-5]$"),
    (ReadsTheFuture(),                r"sources\(\) returns other sources at step 2 when the history ends there"),
    (ChangesTheHistory(),             r"sources\(\) changes its argument `history` at step 1: work on a copy"),
    (RefusesMixtures(),               r"solve\(\) raises ValueError at step 1 for a history .*: even and odd"),
    (SourcesAreAProperty(),           "sources must be a method, not a property"),
    (_returning([[True]]),            r"must return None or bool of shape \(B, step\+1\) = .* at step 1, got list"),
    (_returning(np.ones((3, 2), bool)), r"= \(\d+, 2\) at step 1, got bool of \(3, 2\)"),
    (_returning(np.ones((1000, 2))),    r"= \(1000, 2\) at step 1, got float64 of \(1000, 2\)"),
]
# fmt: on
