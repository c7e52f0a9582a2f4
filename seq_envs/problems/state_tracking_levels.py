"""The levels of problems that ask for a state which every input moves to a uniformly random one."""

from __future__ import annotations

from seq_envs.level import Level, Levels
from seq_envs.problem import EveryStepOrLast
from seq_envs.sizes import Size, largest, mean_power, smallest


def state_tracking_levels(states: int, length: Size, framing: EveryStepOrLast) -> Levels:
    """The levels if all states are equally likely at every step, and the first input is the state.

    Args:
        states: how many states there are.
        length: the time steps of an episode.
        framing: whether every step is scored.
    """
    one, perfect = 1 / states, Level(1.0, 1.0)
    shortest, longest = smallest(length), largest(length)
    if framing == "many_to_one":
        single = 1 / (longest - shortest + 1) if shortest == 1 else 0.0  # The probability of an episode of one step.
        right = one + single * (1 - one)
        return Levels(Level(one, one), Level(right, right), perfect)
    steps = (shortest + longest) / 2
    memoryless = Level(one + (1 - one) / steps, mean_power(one, length, less=1))
    return Levels(Level(one, mean_power(one, length)), memoryless, perfect)
