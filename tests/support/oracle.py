"""A second implementation of the five problems: plain Python from their definitions, without code of the package.

An oracle is made from a problem's parameters. From the raw observations of one episode (symbols as ints, values as
floats) it computes the encoded observations, the scored steps, the right answers and the grade of any answer.
`oracle_settings.py` states which parameters a problem accepts, `oracle_play.py` how it is played.
"""

from __future__ import annotations

import itertools
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from gymnasium import spaces

Observed = list[Any]
"""The raw observations of one episode."""


def single(number: float) -> float:
    """The nearest number that a float32 can hold."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


class Oracle(ABC):
    """One problem with its parameters. `scored` lists the scored steps; symbols are the values, then the cues."""

    steps: int
    scored: list[int]
    encoding: str
    action_space: spaces.Space[Any]
    values: int
    cues = 0

    @abstractmethod
    def check_inputs(self, observed: Observed) -> None:
        """Fail unless these are possible raw observations of an episode."""

    @abstractmethod
    def answer(self, observed: Observed, step: int) -> Any:
        """The right answer at a scored step."""

    def episodes(self) -> Iterator[tuple[Fraction, Observed]]:
        """Every episode with its probability, if there are finitely many."""
        raise NotImplementedError

    def grade(self, answer: Any, right: Any) -> Fraction:
        """The grade of an answer: a single number is right or wrong; several earn the share that is right."""
        if isinstance(right, list):
            return Fraction(sum(given == true for given, true in zip(answer, right, strict=True)), len(right))
        return Fraction(answer == right)

    @property
    def blank(self) -> Any:
        """The observation after the end of an episode: the blank symbol if there is one, otherwise zeros."""
        return 0 if self.encoding == "discrete" else [0.0] * len(self.encode(0))

    @property
    def observation_space(self) -> spaces.Space[Any]:
        symbols = self.values + self.cues
        if self.encoding == "discrete":
            return spaces.Discrete(symbols)
        width = {"one_hot": symbols, "normalized": 1 + self.cues, "value": 1}[self.encoding]
        return spaces.Box(0.0, 1.0, (width,), np.float32)

    def encode(self, raw: Any) -> Any:
        """The observation for a raw observation."""
        if self.encoding == "discrete":
            return raw
        if self.encoding == "value":
            return [single(raw)]
        if self.encoding == "one_hot":
            return [float(raw == symbol) for symbol in range(self.values + self.cues)]
        number = raw / (self.values - 1) if raw < self.values else 0.0
        return [single(number)] + [float(raw == self.values + cue) for cue in range(self.cues)]

    def decode(self, observation: Any) -> Any:
        """The raw observation from which `encode` made `observation`."""
        if self.encoding == "discrete":
            return observation
        if self.encoding == "value":
            return observation[0]
        if self.encoding == "one_hot":
            return observation.index(max(observation))
        if any(observation[1:]):
            return self.values + observation[1:].index(max(observation[1:]))
        return round(observation[0] * (self.values - 1))


class Next(Oracle):
    """Raw observations are indices into the sequence 0/length, 1/length, ..."""

    def __init__(
        self,
        length: int = 10,
        framing: str = "one_to_one",
        window: int = 3,
        encoding: str = "value",
        tolerance: float | None = None,
        max_step: int = 1,
    ) -> None:
        self.values, self.encoding, self.max_step = length, encoding, max_step
        self.tolerance = 0.5 / length if tolerance is None else tolerance
        if framing == "many_to_one":
            self.steps, self.scored = window, [window - 1]
        else:
            self.steps = max(t for t in range(length) if max_step * t <= length - 1)
            self.scored = list(range(0 if max_step == 1 else 1, self.steps))
        self.action_space = spaces.Box(0.0, 1.0, (1,), np.float32) if encoding == "value" else spaces.Discrete(length)

    def check_inputs(self, observed: Observed) -> None:
        spacing = self.spacing(observed)
        assert 1 <= spacing <= self.max_step
        assert all(after - before == spacing for before, after in itertools.pairwise(observed))
        assert observed[0] >= 0
        assert observed[-1] + spacing <= self.values - 1

    def spacing(self, observed: Observed) -> int:
        return 1 if self.max_step == 1 else int(observed[1] - observed[0])

    def answer(self, observed: Observed, step: int) -> Any:
        return self.as_answer(observed[step] + self.spacing(observed))

    def as_answer(self, index: int) -> Any:
        return [single(index / self.values)] if self.encoding == "value" else index

    def encode(self, raw: int) -> Any:
        return self.as_answer(raw) if self.encoding == "value" else super().encode(raw)

    def decode(self, observation: Any) -> int:
        return round(observation[0] * self.values) if self.encoding == "value" else int(super().decode(observation))

    def grade(self, answer: Any, right: Any) -> Fraction:
        if self.encoding != "value":
            return super().grade(answer, right)
        return Fraction(abs(single(answer[0]) - right[0]) <= self.tolerance)

    def episodes(self) -> Iterator[tuple[Fraction, Observed]]:
        for spacing in range(1, self.max_step + 1):
            starts = [start for start in range(self.values) if start + spacing * self.steps <= self.values - 1]
            for start in starts:
                observed = [start + spacing * step for step in range(self.steps)]
                yield Fraction(1, self.max_step * len(starts)), observed


class Memorize(Oracle):
    def __init__(
        self,
        length: int = 5,
        n_sequences: int = 2,
        framing: str = "one_to_one",
        encoding: str = "one_hot",
        distractors: str = "fixed",
        overlap: bool = False,
    ) -> None:
        self.encoding, self.random = encoding, distractors == "random"
        self.values = length if overlap else length - 2 + n_sequences
        self.body = list(range(1, length - 1)) if overlap else list(range(length - 2))
        self.markers = [length - 2 + k for k in range(n_sequences)]
        self.steps = length - 1
        everywhere = framing == "one_to_one" and not self.random
        self.scored = list(range(self.steps)) if everywhere else [self.steps - 1]
        self.action_space = spaces.Discrete(self.values)

    def check_inputs(self, observed: Observed) -> None:
        assert observed[0] in self.markers
        assert set(observed[1:]) <= set(self.body) if self.random else observed[1:] == self.body

    def answer(self, observed: Observed, step: int) -> int:
        return int(observed[0] if step == self.steps - 1 else self.body[step])

    def episodes(self) -> Iterator[tuple[Fraction, Observed]]:
        bodies = list(itertools.product(self.body, repeat=len(self.body))) if self.random else [tuple(self.body)]
        for marker, body in itertools.product(self.markers, bodies):
            yield Fraction(1, len(self.markers) * len(bodies)), [marker, *body]


class Echo(Oracle):
    def __init__(
        self,
        length: int = 10,
        n_values: int = 10,
        lag: int = 1,
        framing: str = "one_to_one",
        encoding: str = "one_hot",
    ) -> None:
        self.steps, self.values, self.lag, self.encoding = length, n_values, lag, encoding
        self.scored = list(range(lag, length)) if framing == "one_to_one" else [length - 1]
        self.action_space = spaces.Discrete(n_values)

    def check_inputs(self, observed: Observed) -> None:
        assert all(0 <= value < self.values for value in observed)

    def answer(self, observed: Observed, step: int) -> int:
        return int(observed[step - self.lag])

    def episodes(self) -> Iterator[tuple[Fraction, Observed]]:
        for observed in itertools.product(range(self.values), repeat=self.steps):
            yield Fraction(1, self.values**self.steps), list(observed)


class Copy(Oracle):
    cues = 2

    def __init__(
        self,
        length: int = 5,
        n_values: int = 10,
        output_length: int | None = None,
        offset: int = 0,
        delay: int = 0,
        reverse: bool = False,
        framing: str = "many_to_many",
        encoding: str = "one_hot",
    ) -> None:
        self.length, self.values, self.framing, self.encoding = length, n_values, framing, encoding
        places = length if output_length is None else output_length
        self.part = list(range(offset, offset + places))
        if reverse:
            self.part.reverse()
        blank, go = n_values, n_values + 1
        self.ending = [blank] * delay + [go] * places if framing == "many_to_many" else []
        self.steps = length + len(self.ending)
        self.scored = {
            "many_to_many": list(range(length + delay, self.steps)),
            "many_to_one": [length - 1],
            "one_to_many": list(range(length)),
        }[framing]
        self.action_space = spaces.Discrete(n_values)
        if framing == "many_to_one":
            self.action_space = spaces.MultiDiscrete([n_values] * places)

    def check_inputs(self, observed: Observed) -> None:
        assert all(0 <= value < self.values for value in observed[: self.length])
        assert observed[self.length :] == self.ending

    def answer(self, observed: Observed, step: int) -> Any:
        if self.framing == "one_to_many":
            return observed[step]
        if self.framing == "many_to_one":
            return [observed[place] for place in self.part]
        return observed[self.part[step - self.scored[0]]]

    @property
    def blank(self) -> Any:
        return self.encode(self.values)  # The first cue.

    def episodes(self) -> Iterator[tuple[Fraction, Observed]]:
        for values in itertools.product(range(self.values), repeat=self.length):
            yield Fraction(1, self.values**self.length), [*values, *self.ending]


class Classify(Oracle):
    def __init__(
        self,
        length: int = 10,
        threshold: float | None = None,
        framing: str = "one_to_one",
        encoding: str = "value",
    ) -> None:
        self.steps, self.encoding, self.values = length, encoding, 0
        self.threshold = {"one_to_one": 0.25, "many_to_one": 0.5}[framing] if threshold is None else threshold
        self.scored = list(range(length)) if framing == "one_to_one" else [length - 1]
        self.action_space = spaces.Discrete(2)

    def check_inputs(self, observed: Observed) -> None:
        assert all(0 <= value < 1 for value in observed)

    def answer(self, observed: Observed, step: int) -> int:
        return 1 if sum(observed[: step + 1]) >= self.threshold * self.steps else 0


ORACLES: dict[str, type[Oracle]] = {
    "SeqNext": Next,
    "SeqMemorize": Memorize,
    "SeqEcho": Echo,
    "SeqCopy": Copy,
    "SeqClassify": Classify,
}
"""The oracle of each problem, by the name of the problem's class."""
