"""How a problem is played, a second time: one episode step by step, and many lanes in each autoreset mode.

Plain Python around an `Oracle`. What an episode shows comes from outside; what each step must give follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from oracle import Oracle, Shown


class Graded(NamedTuple):
    """What became of one answer."""

    reward: Fraction
    over: bool
    scored: bool
    right: Any
    """The right answer; None where the step does not count."""


@dataclass
class Play:
    """One episode as its player sees it: answers go in, grades come out, what is shown becomes known on the way."""

    oracle: Oracle
    shown: Shown = field(default_factory=list)
    earned: list[Fraction] = field(default_factory=list)
    answered: int = 0

    def __post_init__(self) -> None:
        self.counting = set(self.oracle.scored)

    def answer(self, said: Any) -> Graded:
        """Grade the answer to what was shown last."""
        step = self.answered
        self.answered += 1
        over = self.answered == self.oracle.steps
        if step not in self.counting:
            return Graded(Fraction(0), over, False, None)
        right = self.oracle.answer(self.shown, step)
        reward = self.oracle.grade(said, right)
        self.earned.append(reward)
        return Graded(reward, over, True, right)

    @property
    def verdict(self) -> tuple[bool, Fraction]:
        """Of a whole episode: whether all was right, and the mean grade."""
        return all(one == 1 for one in self.earned), sum(self.earned, Fraction(0)) / len(self.earned)


class Moved(NamedTuple):
    """What one step of one lane gives."""

    observation: Any
    reward: Fraction
    over: bool
    verdict: tuple[bool, Fraction] | None
    """At the end of an episode."""
    final_observation: Any
    """With "SameStep", at the end of an episode: the last observation, whose place the next episode has taken."""


class Lane:
    """One lane of a vector env: `episodes` are what it shows, one after the other, for ever."""

    def __init__(self, oracle: Oracle, episodes: Iterator[Shown], mode: str) -> None:
        self.oracle, self.episodes, self.mode = oracle, episodes, mode
        self.waiting = False

    def begin(self) -> Any:
        """Its next episode; the first observation."""
        self.comes = next(self.episodes)
        self.play = Play(self.oracle, [self.comes[0]])
        self.waiting = False
        return self.oracle.encode(self.comes[0])

    @property
    def now(self) -> Any:
        """What a lane shows that is left alone by a reset."""
        return self.oracle.blank if self.waiting else self.oracle.encode(self.play.shown[-1])

    def step(self, said: Any) -> Moved:
        if self.waiting:
            assert self.mode == "NextStep", "an episode that is over waits for a reset"
            return Moved(self.begin(), Fraction(0), False, None, None)
        graded = self.play.answer(said)
        if not graded.over:
            self.play.shown.append(self.comes[self.play.answered])
            return Moved(self.now, graded.reward, False, None, None)
        verdict = self.play.verdict
        if self.mode == "SameStep":
            return Moved(self.begin(), graded.reward, True, verdict, self.oracle.blank)
        self.waiting = True
        return Moved(self.oracle.blank, graded.reward, True, verdict, None)
