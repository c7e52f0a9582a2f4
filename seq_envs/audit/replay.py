"""Play an episode of an environment once more: from its seed, from a global seed, or from a copy."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np

from seq_envs.audit.flat import flat, same
from seq_envs.encodings import Array

Env = gymnasium.Env[Any, Any]
Begun = tuple[Env, Any, dict[str, Any]]
"""The env to step, the first observation, and info."""


class Raised(Exception):
    """An env raised in `step`; the message says what."""

    def __init__(self, action: Any, wrong: Exception) -> None:
        super().__init__(f"{type(wrong).__name__}: {wrong}")
        self.action = action


@dataclass(frozen=True)
class Start:
    """A way to begin episode `number` as often as wanted.

    Args:
        name: in words, for the report.
        begin: from an env and a number >= 0.
        by_number: whether an episode can be begun again after another one.
    """

    name: str
    begin: Callable[[Env, int], Begun]
    by_number: bool = True


def _by_seed(env: Env, number: int) -> Begun:
    return env, *env.reset(seed=number)


def _by_global_seed(env: Env, number: int) -> Begun:
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002 - the env draws from it.
    try:
        return env, *env.reset(seed=number)
    except TypeError:
        return env, *env.reset()


class _ByCopy:
    """Keeps a copy of the env at the start of the latest episode."""

    def __init__(self) -> None:
        self._number = -1
        self._kept: Any = None

    def __call__(self, env: Env, number: int) -> Begun:
        if number != self._number:
            observation, info = env.reset()
            state = random.getstate(), np.random.get_state()  # noqa: NPY002 - restored below.
            self._number, self._kept = number, copy.deepcopy((env, observation, info, state))
        kept, observation, info, state = copy.deepcopy(self._kept)
        random.setstate(state[0])
        np.random.set_state(state[1])  # noqa: NPY002 - as it was at the start of the episode.
        return kept, observation, info


def starts() -> tuple[Start, ...]:
    """The ways to begin an episode again, the best one first."""
    return (
        Start("reset(seed=...)", _by_seed),
        Start("reset(seed=...) after seeding Python's and numpy's global generators", _by_global_seed),
        Start("copies of the env", _ByCopy(), by_number=False),
    )


@dataclass(frozen=True)
class Trace:
    """An episode of T steps as it was played."""

    observations: tuple[Array, ...]
    """T+1 rows (places,) of numbers, see `flat`: copies."""
    rewards: tuple[float, ...]
    infos: tuple[Any, ...]
    """T+1 deep copies; the first is that of `reset`."""
    ended: bool
    """Whether the env ended the episode; False: it was cut after `most_steps`."""

    @property
    def steps(self) -> int:
        """T."""
        return len(self.rewards)

    def equals(self, other: Trace) -> bool:
        """Whether observations, rewards and the end are the same."""
        return (
            self.rewards == other.rewards
            and self.ended == other.ended
            and len(self.observations) == len(other.observations)
            and all(map(same, self.observations, other.observations))
        )


def play(start: Start, env: Env, number: int, actions: Iterator[Any], most_steps: int) -> Trace:
    """Play an episode with these actions, for at most `most_steps` steps.

    Raises:
        Raised: the env raises in `step`.
    """
    env, observation, info = start.begin(env, number)
    observations, infos = [flat(observation)], [copy.deepcopy(info)]
    rewards: list[float] = []
    ended = False
    while not ended and len(rewards) < most_steps:
        action = next(actions)
        observation, reward, ended, info = stepped(env, action)
        observations.append(flat(observation))
        rewards.append(reward)
        infos.append(copy.deepcopy(info))
    return Trace(tuple(observations), tuple(rewards), tuple(infos), ended)


def stepped(env: Env, action: Any) -> tuple[Any, float, bool, Any]:
    """The observation, the reward, whether the episode is over, and info.

    Raises:
        Raised: the env raises.
    """
    try:
        observation, reward, terminated, truncated, info = env.step(action)
        return observation, float(reward), bool(terminated or truncated), info
    except Exception as wrong:  # An env may raise anything.
        raise Raised(action, wrong) from wrong


def drawn(space: Any, choices: tuple[Any, ...], number: int) -> Iterator[Any]:
    """Endless random actions, the same for the same number: of the choices, or of the space if there are none."""
    if choices:
        rng = np.random.default_rng(number)
        while True:
            yield from (choices[place] for place in rng.integers(len(choices), size=64).tolist())
    space = copy.deepcopy(space)
    space.seed(number)
    while True:
        yield space.sample()
