"""Where episodes end, for few steps and for many, which are found in different ways."""

from __future__ import annotations

import numpy as np
import pytest

from seq_envs.episode_ends import is_inside, is_last_step


@pytest.mark.parametrize("steps", [1, 2, 63, 64, 65, 100])
def test_marks_the_last_step_and_all_steps_up_to_it(steps: int) -> None:
    lengths = np.array([steps, 1, (steps + 1) // 2])
    for length, last, inside in zip(lengths, is_last_step(lengths, steps), is_inside(lengths, steps), strict=True):
        assert np.flatnonzero(last).tolist() == [length - 1]
        assert np.flatnonzero(inside).tolist() == [*range(length)]
        assert last.shape == inside.shape == (steps,)
