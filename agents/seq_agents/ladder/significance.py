"""Whether two accuracies differ by more than chance."""

from __future__ import annotations

import numpy as np

from seq_envs.wilson import wilson_interval

Interval = tuple[float, float]


def disjoint(first: Interval, second: Interval) -> bool:
    """Whether two 95% intervals do not overlap, so that the difference is significant."""
    return first[1] < second[0] or second[1] < first[0]


def interval_of_answers(right: float, questions: int) -> Interval:
    """The 95% interval of the share of right answers, for answers that do not depend on one another."""
    outcomes = np.arange(questions) < round(right)
    share = float(outcomes.mean())
    return wilson_interval(share, outcomes - share)
