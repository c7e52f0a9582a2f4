"""A second implementation of how a problem is played: single episodes, and lanes in each autoreset mode.

This is plain Python around an `Oracle`. The caller provides the raw observations of an episode; the expected result of
each step follows from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from oracle import Observed, Oracle


class Graded(NamedTuple):
    """The expected result of one answer."""

    reward: Fraction
    over: bool
    scored: bool
    right: Any
    """The right answer; None if the step is not scored."""


@dataclass
class Play:
    """One episode that is played step by step: the caller appends each raw observation and passes each answer."""

    oracle: Oracle
    observed: Observed = field(default_factory=list)
    earned: list[Fraction] = field(default_factory=list)
    total: Fraction = Fraction(0)
    """The sum of what is earned. A new sum at every step would take most of the time of the tests."""
    answered: int = 0

    def __post_init__(self) -> None:
        self.scored = set(self.oracle.scored)

    def answer(self, given: Any) -> Graded:
        """Grade the answer to the last observation."""
        step = self.answered
        self.answered += 1
        over = self.answered == self.oracle.steps
        if step not in self.scored:
            return Graded(Fraction(0), over, False, None)
        right = self.oracle.answer(self.observed, step)
        reward = self.oracle.grade(given, right)
        self.earned.append(reward)
        self.total += reward
        return Graded(reward, over, True, right)

    @property
    def outcome(self) -> tuple[bool, Fraction]:
        """The result of a whole episode: whether every answer is right, and the mean grade."""
        return all(grade == 1 for grade in self.earned), self.total / len(self.earned)


class LaneStep(NamedTuple):
    """The expected result of one step in one lane."""

    observation: Any
    reward: Fraction
    over: bool
    outcome: tuple[bool, Fraction] | None
    """`Play.outcome` at the end of an episode, otherwise None."""
    final_observation: Any
    """With "SameStep", the terminal observation at the end of an episode, otherwise None."""


class Lane:
    """One lane of a vector env, which plays `episodes` one after the other."""

    def __init__(self, oracle: Oracle, episodes: Iterator[Observed], mode: str) -> None:
        self.oracle, self.episodes, self.mode = oracle, episodes, mode
        self.waiting = False

    def begin(self) -> Any:
        """Start the next episode; returns its first observation."""
        self.episode = next(self.episodes)
        self.play = Play(self.oracle, [self.episode[0]])
        self.waiting = False
        return self.oracle.encode(self.episode[0])

    @property
    def now(self) -> Any:
        """The current observation, which a reset of other lanes does not change."""
        return self.oracle.blank if self.waiting else self.oracle.encode(self.play.observed[-1])

    def step(self, given: Any) -> LaneStep:
        """Answer the current observation, or start the next episode if the lane waits for it."""
        if self.waiting:
            assert self.mode == "NextStep", "a lane whose episode is over must be reset first"
            return LaneStep(self.begin(), Fraction(0), False, None, None)
        graded = self.play.answer(given)
        if not graded.over:
            self.play.observed.append(self.episode[self.play.answered])
            return LaneStep(self.now, graded.reward, False, None, None)
        outcome = self.play.outcome
        if self.mode == "SameStep":
            return LaneStep(self.begin(), graded.reward, True, outcome, self.oracle.blank)
        self.waiting = True
        return LaneStep(self.oracle.blank, graded.reward, True, outcome, None)
