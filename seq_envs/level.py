"""Levels: what a score means. What chance, the best player without memory and the optimal player get."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """What one kind of player gets, as probabilities.

    It is the player of that kind with the highest accuracy; `exact_match` is what this same player gets.
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
    """The three levels of a problem, and one to compare an agent with that is told more than it should be."""

    chance: Level
    """The best answer that ignores the observations and the clock."""
    memoryless: Level
    """The best answer from the current observation and the clock, nothing else."""
    optimal: Level
    """The best answer from everything seen so far."""
    feedback: Level | None = None
    """The best answer found from the current observation, the clock, and the player's own last action and last reward:
    what a network without memory can reach if it is given these two as inputs. A lower bound, found by a search if
    `seq_envs.levels(..., feedback=True)` asks for it; else None.
    """

    @property
    def control(self) -> bool:
        """Whether the task needs no memory: then a score is normalised by chance instead."""
        return self.optimal.accuracy - self.memoryless.accuracy <= 1e-12

    @property
    def floor(self) -> Level:
        """The level that a normalised score calls 0: `memoryless`, or `chance` for a control task."""
        return self.chance if self.control else self.memoryless

    def normalize(self, accuracy: float) -> float:
        """An accuracy on the scale from `floor` (0) to `optimal` (1); NaN where the two are one."""
        room = self.optimal.accuracy - self.floor.accuracy
        return (accuracy - self.floor.accuracy) / room if room > 1e-12 else float("nan")
