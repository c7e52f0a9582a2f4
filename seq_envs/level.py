"""Levels give a score its meaning: the scores of chance, the best memoryless policy and the optimal policy."""

from __future__ import annotations

from dataclasses import dataclass

from seq_envs.notebook import table

LEVELS = ("chance", "memoryless", "optimal")
"""The names of the levels that every problem has."""


@dataclass(frozen=True)
class Level:
    """The scores, as probabilities, of the policy with the highest accuracy among those that a level allows.

    `exact_match` is the score of this same policy, and may not be the highest.
    """

    accuracy: float
    """Right answers per scored step."""
    exact_match: float
    """Episodes with all scored answers right."""
    accuracy_error: float = 0.0
    """Standard error of `accuracy`; 0.0: it is exact."""
    exact_match_error: float = 0.0
    """Standard error of `exact_match`; 0.0: it is exact."""


@dataclass(frozen=True)
class Levels:
    """The three levels of a problem, and one for policies that also observe their previous action and reward."""

    chance: Level
    """The best constant answer: it ignores the observations and the time step."""
    memoryless: Level
    """The best answer from the current observation and the time step alone."""
    optimal: Level
    """The best answer from all observations so far."""
    feedback: Level | None = None
    """The best answer found from the current observation, the time step, the previous action and the previous reward. A
    network without memory can reach it if the latter two are among its inputs. It is a lower bound, found by the search
    of `seq_envs.levels(..., feedback=True)`, and None without that search.
    """

    def _repr_html_(self) -> str:
        found = {name: getattr(self, name) for name in (*LEVELS, "feedback")}
        rows = [
            (name, f"{level.accuracy:.4f}", share(level.exact_match), f"{level.accuracy_error:.1g}")
            for name, level in found.items()
            if level is not None
        ]
        zero = "chance: this is a control task" if self.control else "the best memoryless policy"
        return table(
            f"A normalised score of 0 is {zero}.", ("level", "accuracy", "exact match", "standard error"), rows
        )

    @property
    def control(self) -> bool:
        """Whether the task needs no memory: then a score is normalised by chance instead."""
        return self.optimal.accuracy - self.memoryless.accuracy <= 1e-12

    @property
    def floor(self) -> Level:
        """The level that a normalised score calls 0: `memoryless`, or `chance` for a control task."""
        return self.chance if self.control else self.memoryless

    def normalize(self, accuracy: float) -> float:
        """An accuracy on the scale from `floor` (0) to `optimal` (1); NaN if the two are equal."""
        room = self.optimal.accuracy - self.floor.accuracy
        return (accuracy - self.floor.accuracy) / room if room > 1e-12 else float("nan")


def by_luck(accuracy: float, exact_match: float) -> Levels:
    """The levels of a problem that memory solves, and on which no policy without memory beats a constant answer.

    Args:
        accuracy, exact_match: of the constant answer.
    """
    constant = Level(accuracy, exact_match)
    return Levels(constant, constant, Level(1.0, 1.0))


def share(value: float) -> str:
    """The text of a share of episodes."""
    return "<0.0001" if 0.0 < value < 0.0001 else f"{value:.4g}"
