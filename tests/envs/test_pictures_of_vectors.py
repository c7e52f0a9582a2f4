"""Pictures of problems whose observations have texts of different lengths, such as 0110 and |."""

from __future__ import annotations

from typing import Any

import gymnasium
import pytest


@pytest.mark.parametrize(
    ("id", "settings"),
    [
        ("SeqRepeatCopy-v0", {"length": 1, "bits": 1, "repeats": (10, 12)}),
        ("SeqAssociativeRecall-v0", {}),
        ("SeqPrioritySort-v0", {}),
        ("SeqDistractedRecall-v0", {}),
    ],
)
def test_pictures_of_an_episode_have_one_size(id: str, settings: dict[str, Any]) -> None:
    env: Any = gymnasium.make(f"seq_envs:{id}", render_mode="rgb_array", **settings)
    env.reset(seed=0)
    shapes, over = {env.render().shape}, False
    while not over:
        over = env.step(env.action_space.sample())[2]
        shapes.add(env.render().shape)
    assert len(shapes) == 1
