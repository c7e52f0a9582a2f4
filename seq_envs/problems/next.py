"""Sequence learning: predict the next value of a sequence of evenly spaced numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, Value
from seq_envs.level import Level, Levels
from seq_envs.parameters import MOST_VALUES, Integer, Real, choice, parameter
from seq_envs.problem import Episodes, EveryStepOrLast, Problem, same_sources, varied_length
from seq_envs.problems.next_levels import NextLevels
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest

_EncodingName = Literal["value", "one_hot", "discrete"]


@dataclass(frozen=True, kw_only=True)
class SeqNext(Problem):
    """Sequence learning.

    ## Description
    The full sequence is `0/length, 1/length, ..., (length-1)/length`. In the framing `one_to_one` the agent sees it
    from its start, and the right answer at every step is the next value. In `many_to_one` the agent sees `window`
    values from a random place on, and the right answer at the last step is the value after them. A policy that adds
    `1/length` to the current value needs no memory, so this is a control task.

    With `max_step > 1` the problem needs memory. Each episode draws its spacing `k/length`, `k` uniform in
    `1 ... max_step`, and then its start, uniform among the starts that keep every value in the full sequence. An
    episode is as long as the largest spacing allows. The first step is not scored, because it takes two values to
    see a spacing. The memoryless level is exact up to length 4,000 and estimated with its standard errors beyond.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqNext-v0", length=11, max_step=2, seed=0))
    step     0    1    2    3    4
    input 0.00 0.18 0.36 0.55 0.73
    truth    . 0.36 0.55 0.73 0.91

    ## Action Space
    `Box(0, 1, (1,), float32)`, the value; right within `tolerance`. With the encodings `one_hot` and `discrete`,
    `Discrete(length)`: its index.

    ## Observation Space
    The current value, by `encoding`: `value` is `Box(0, 1, (1,), float32)`, `one_hot` is `Box(0, 1, (length,),
    float32)` and `discrete` is `Discrete(length)`, both holding its index.

    ## Starting State
    The first value of the sequence or window.

    ## Rewards
    1.0 for a right answer on a scored step (every step, but the first if `max_step > 1`; the last one in
    `many_to_one`), otherwise 0.0.

    With `max_step > 1`, an agent that receives its previous action can store the previous value in it. In `one_to_one`
    the previous reward leaks too: it reveals whether the agent guessed the spacing.

    ## Episode End
    Terminated after `(length-1) // max_step` steps (`window` in `many_to_one`); never truncated. If that number is a
    range, each episode draws its own, and the longest one sets the spacing. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=10`, `framing="one_to_one"`, `window=3` (`many_to_one` only; both may be ranges such as `(5, 20)`),
    `encoding="value"`, `tolerance=0.5/length` (`encoding="value"` only), `max_step=1`.

    ## References
    J. Brownlee (2017), "5 Examples of Simple Sequence Prediction Problems for Learning LSTM Recurrent Neural
    Networks", section "Sequence Learning Problem".

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "sequence learning: predict the next value"

    length: Size = parameter(10, Sizes(2, MOST_VALUES), "values in the full sequence")
    framing: EveryStepOrLast = choice(EveryStepOrLast, "whether every step is scored or only the last")
    window: Size | None = parameter(None, Sizes(1), "input steps in many_to_one (default: 3)")
    encoding: _EncodingName = choice(_EncodingName, "encoding of observations and answers")
    tolerance: float | None = parameter(
        None, Real(0.0, 1.0), "greatest error of a right answer (default: 0.5/length, half the spacing)"
    )
    max_step: int = parameter(1, Integer(1), "largest spacing; above 1 each episode draws its own")

    def framing_defaults(self) -> Mapping[str, object]:
        used: dict[str, object] = {"window": 3} if self.framing == "many_to_one" else {}
        return used | {"tolerance": 0.5 / self.longest} if self.encoding == "value" else used

    @property
    def longest(self) -> int:
        """The values in the full sequence of the longest episode, which sets the spacing of all."""
        return largest(self.length)

    def check(self) -> None:
        if self.window is not None and not isinstance(self.length, int):
            raise ValueError(f"length must be one number in many_to_one: give window a range, got {self.length}")
        shortest = smallest(self.length)
        most = (shortest - 1) // self.max_step
        least = 1 if self.max_step == 1 else 2
        if most < least:
            raise ValueError(
                f"max_step must be in 1 ... (length-1) // 2 = {max((shortest - 1) // 2, 1)} "
                f"with length={self.length}, got {self.max_step}"
            )
        if self.window is not None and not least <= smallest(self.window) <= largest(self.window) <= most:
            raise ValueError(
                f"window must be in {least} ... (length-1) // max_step = {most} "
                f"with length={self.length} and max_step={self.max_step}, got {self.window}"
            )

    @property
    def question(self) -> str:
        near = "" if self.tolerance is None else f" An answer within {self.tolerance:.3g} is right."
        return f"Which value comes next?{near}"

    @property
    def steps(self) -> int:
        return (self.longest - 1) // self.max_step if self.window is None else largest(self.window)

    @property
    def _fewest_steps(self) -> int:
        """The steps of the shortest episode."""
        if self.window is not None:
            return smallest(self.window)
        return (smallest(self.length) - 1) // self.max_step

    @property
    def code(self) -> Encoding:
        return Value() if self.encoding == "value" else SYMBOL_ENCODINGS[self.encoding](Alphabet(self.longest))

    @property
    def action_space(self) -> spaces.Box | spaces.Discrete:
        return spaces.Box(0.0, 1.0, (1,), np.float32) if self.encoding == "value" else spaces.Discrete(self.longest)

    @cached_property
    def scored(self) -> Array:
        """(T,) bool: the steps that are scored in some episode."""
        first = self._fewest_steps - 1 if self.framing == "many_to_one" else int(self.max_step > 1)
        return np.arange(self.steps) >= first

    def _as_observations(self, indices: Array) -> Array:
        """Indices (...) as raw observations (...)."""
        if self.encoding == "value":
            return (indices / self.longest).astype(np.float32)
        return indices.astype(Alphabet(self.longest).dtype)

    def as_answers(self, indices: Array) -> Array:
        """Indices (...) as answers (..., *action_space.shape)."""
        return self._as_observations(indices)[..., None] if self.encoding == "value" else self._as_observations(indices)

    def _indices(self, observations: Array) -> Array:
        """Raw observations (...) as indices (...)."""
        if self.encoding == "value":
            return np.rint(observations.astype(np.float64) * self.longest).astype(np.int64)
        return observations.astype(np.int64)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        sizes = lengths_of(self.length if self.window is None else self.window, rng, batch)
        spacing = rng.integers(1, self.max_step + 1, size=batch)
        start = rng.integers(0, self.longest - spacing * self.steps)
        indices = start[:, None] + spacing[:, None] * np.arange(self.steps + 1)
        observations, targets = self._as_observations(indices[:, :-1]), self.as_answers(indices[:, 1:])
        lengths = (sizes - 1) // self.max_step if sizes is not None and self.window is None else sizes
        return varied_length(observations, targets, lengths, self.scored if self.window is None else None)

    def solve(self, history: Array) -> Array:
        now = self._indices(history[:, -1])
        varies = self.max_step > 1 and history.shape[1] > 1
        spacing = now - self._indices(history[:, -2]) if varies else 1
        return self.as_answers(np.clip(now + spacing, 0, self.longest - 1))

    def sources(self, history: Array, step: int) -> Array:
        """The current and the previous value, at the scored steps; with `max_step=1` the current value alone.

        No step has sources if all episodes are equal, as with `max_step=1` in `one_to_one`.
        """
        if not self.scored[step] or self.steps == self.longest - 1:
            return same_sources(history, step, [])
        return same_sources(history, step, [step] if self.max_step == 1 else [step - 1, step])

    def guess(self, observations: Array, step: int) -> Array:
        now = self._indices(observations)
        if self.max_step == 1:
            return self.as_answers(np.minimum(now + 1, self.longest - 1))
        return self._levels.best_guess(now, np.full(len(now), step))[0]

    @property
    def leaks(self) -> tuple[str, ...]:
        if self.max_step == 1:
            return ()
        return ("action",) if self.framing == "many_to_one" else ("action", "reward")

    def known_levels(self) -> Levels | None:
        if not isinstance(self.length if self.window is None else self.window, int):
            return None
        return Levels(self._levels.chance(), self._levels.memoryless(), Level(1.0, 1.0))

    @cached_property
    def _levels(self) -> NextLevels:
        return NextLevels(self)
