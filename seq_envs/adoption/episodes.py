"""The episodes of a passive env, each played once with every action."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, repeat
from typing import Any

import numpy as np

from seq_envs.audit.choices import choices_of
from seq_envs.audit.made import made
from seq_envs.audit.replay import Env
from seq_envs.encodings import Array


class PassiveEnv:
    """An env whose right answers are found by playing its episodes with every action.

    Args:
        env: its id, "module:ID" or "module:Class".
        settings: the arguments that it is made with, as JSON.

    Raises:
        ValueError: it has no list of at most 64 actions.
    """

    def __init__(self, env: str, settings: str) -> None:
        self.name = env
        self.env: Env = made(env, **json.loads(settings))
        self.choices, why_none = choices_of(self.env.action_space)
        if not self.choices:
            raise ValueError(f"{env} cannot be adopted: {why_none}")

    def episode(self, seed: int, most_steps: int) -> tuple[Array, Array, Array]:
        """Observations (T, ...), right answers (T,) as places in `choices`, and whether they count (T,) bool.

        Raises:
            ValueError: actions change the episode, or an answer is neither right nor wrong, or the episode is longer.
        """
        observations, rewards = self._played(seed, repeat(0), most_steps)
        table = [rewards]
        for place in range(1, len(self.choices)):
            seen, rewards = self._played(seed, repeat(place), most_steps)
            if len(rewards) != len(table[0]) or not np.array_equal(seen, observations):
                raise ValueError(f"{self.name} cannot be adopted: in episode {seed} (its seed), actions matter")
            table.append(rewards)
        earned = np.stack(table, axis=1)
        best, worst = earned.max(axis=1), earned.min(axis=1)
        scored = best > worst
        if (np.isclose(earned, best[:, None]).sum(axis=1)[scored] != 1).any() or not (
            np.isclose(earned, best[:, None]) | np.isclose(earned, worst[:, None])
        ).all():
            raise ValueError(
                f"{self.name} cannot be adopted: in episode {seed} (its seed), more than one answer of a step is "
                "right, or some are partly right"
            )
        return observations, earned.argmax(axis=1), scored

    def is_repeated(self, seed: int, most_steps: int) -> bool:
        """Whether random actions meet the same observations and earn what right and wrong answers earn."""
        observations, right, scored = self.episode(seed, most_steps)
        places = np.random.default_rng(seed).integers(len(self.choices), size=len(right))
        seen, rewards = self._played(seed, iter(places.tolist()), len(right))
        is_right = (places == right)[scored]
        earned = rewards[scored]
        apart = not is_right.any() or is_right.all() or earned[is_right].min() > earned[~is_right].max()
        return np.array_equal(seen, observations) and apart

    def _played(self, seed: int, places: Iterator[int], most_steps: int) -> tuple[Array, Array]:
        """The observations (T, ...) before each of these actions, and the rewards (T,)."""
        observation, _ = self.env.reset(seed=seed)
        observations: list[Any] = []
        rewards: list[float] = []
        for place in islice(places, most_steps):
            observations.append(np.array(observation))
            observation, reward, terminated, truncated, _ = self.env.step(self.choices[place])
            rewards.append(float(reward))
            if terminated or truncated:
                return np.stack(observations), np.array(rewards)
        raise ValueError(f"{self.name} has an episode, {seed} (its seed), of more than most_steps={most_steps} steps")


@lru_cache(maxsize=16)
def passive_env(env: str, settings: str) -> PassiveEnv:
    """The env of these arguments, made once."""
    return PassiveEnv(env, settings)
