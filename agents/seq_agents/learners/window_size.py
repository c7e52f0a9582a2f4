"""How many observations a player without memory of its own must be shown at once."""

from __future__ import annotations

import seq_envs


def window_of(problem: seq_envs.Problem) -> int:
    """Lag + 1 where the problem has a lag and asks at every step, else the whole episode."""
    lag = getattr(problem, "lag", None)
    return problem.steps if lag is None else int(lag) + 1
