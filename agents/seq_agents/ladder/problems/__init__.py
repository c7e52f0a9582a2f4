"""The tiny problems of rungs that are not registered, one file each."""

from __future__ import annotations

from seq_agents.ladder.problems.first_answer import FirstAnswer
from seq_agents.ladder.problems.hold_value import HoldValue
from seq_agents.ladder.problems.previous_or_none import PreviousOrNone
from seq_agents.ladder.problems.previous_symbol import PreviousSymbol
from seq_agents.ladder.problems.previous_value import PreviousValue
from seq_agents.ladder.problems.recall_across_rollouts import RecallAcrossRollouts
from seq_agents.ladder.problems.recall_flagged import RecallFlagged

__all__ = [
    "FirstAnswer", "HoldValue", "PreviousOrNone", "PreviousSymbol", "PreviousValue", "RecallAcrossRollouts",
    "RecallFlagged",
]  # fmt: skip
