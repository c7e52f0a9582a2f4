"""What can be told of an env whose observations depend on actions: the returns of random and constant actions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from typing import Any

import numpy as np

from seq_envs.audit.replay import Env, Start, drawn, play
from seq_envs.audit.report import EnvLevel

_FEWEST, _MOST = 20, 2000
"""Episodes of each policy."""


def active_levels(
    start: Start,
    env: Env,
    choices: tuple[Any, ...],
    steps: int,
    most_steps: int,
    length: float,
    progress: Callable[[float], None],
) -> tuple[tuple[EnvLevel, ...], int]:
    """The levels of random actions and of the best constant one, and the number of episodes that each of them played.

    The constant action is chosen by one half of the episodes and judged by the other.
    """
    count = int(np.clip(steps / (max(length, 1) * (len(choices) + 1)), _FEWEST, _MOST))
    returns = np.empty((len(choices) + 1, count))
    for number in range(count):
        played = [drawn(env.action_space, choices, number), *(repeat(choice) for choice in choices)]
        for place, actions in enumerate(played):
            returns[place, number] = sum(play(start, env, number, actions, most_steps).rewards)
        progress((number + 1) / count)
    levels = [_level("random", returns[0], "nothing: random actions")]
    if choices:
        best = 1 + int(returns[1:, ::2].mean(axis=1).argmax())
        levels.append(_level("chance", returns[best, 1::2], f"nothing: always the action {choices[best - 1]}"))
    return tuple(levels), count


def _level(name: str, returns: Any, about: str) -> EnvLevel:
    mean = float(returns.mean())
    return EnvLevel(name, mean, float(returns.std() / np.sqrt(len(returns))), mean, about)
