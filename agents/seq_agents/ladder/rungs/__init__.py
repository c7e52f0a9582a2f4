"""The rungs of the ladder, one file each: what each asks of an agent, and what a failure usually means."""

from __future__ import annotations

from collections.abc import Callable

from seq_agents.ladder.rung import LAST_NAME, Rung
from seq_agents.ladder.rungs import (
    copy_3,
    different_lengths,
    first_step,
    lag_0,
    lag_1,
    lag_over_rollouts,
    lanes,
    lanes_over_rollouts,
    long_memory,
    pay_at_end,
    reset_between_episodes,
    starts_in_rollouts,
    state_at_rollout_start,
    time_limit,
)
from seq_envs.parameters import Integer

__all__ = ["LAST_NAME", "ROLLOUT", "Rung", "rungs"]

_MENU: tuple[Callable[[int], Rung], ...] = (
    lag_0.rung,
    lag_1.rung,
    lanes.rung,
    starts_in_rollouts.rung,
    reset_between_episodes.rung,
    first_step.rung,
    different_lengths.rung,
    long_memory.rung,
    copy_3.rung,
    state_at_rollout_start.rung,
    lanes_over_rollouts.rung,
    lag_over_rollouts.rung,
)
"""Each needs the abilities of those before it, and one more."""
_OF_CREDIT: tuple[Callable[[int], Rung], ...] = (pay_at_end.rung, time_limit.rung)
"""The first needs an agent with a discount near 1."""
ROLLOUT = Integer(long_memory.LAG + 2, 512)
"""The allowed lengths of a rollout. A gradient ends where a rollout does, so it spans the longest lag only if a rollout
is longer.
"""


def rungs(rollout: int = 32, *, credit: bool = False) -> tuple[Rung, ...]:
    """The rungs in order. Each needs the abilities of those before it, and one more.

    Args:
        rollout: the time steps of each lane that the agent reads between two updates: 22 ... 512. Some rungs have
            episodes of exactly this length.
        credit: whether to add the rungs of late rewards and time limits, of which the first needs a discount near 1.

    Raises:
        ValueError: `rollout` is out of range.
    """
    rollout = ROLLOUT.check("rollout", rollout)
    return tuple(rung(rollout) for rung in (*_MENU, *(_OF_CREDIT if credit else ())))
