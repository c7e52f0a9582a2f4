"""Tiny environments whose audit is known: right ones with levels by hand, and one for each thing an audit must say."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces


class Recall(gymnasium.Env[Any, Any]):
    """Say the bit of the first step at the last of three: 1 if right, -1 if wrong.

    Best without memory: 0. With memory: 1.
    """

    steps = 3

    def __init__(self) -> None:
        self.observation_space: spaces.Space[Any] = spaces.Discrete(3)
        self.action_space: spaces.Space[Any] = spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.bit, self.at = int(self.np_random.integers(2)), 0
        return self.observed(), self.info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.at += 1
        over = self.at == self.steps
        return self.observed(), self.reward(action) if over else 0.0, over, False, self.info()

    def observed(self) -> Any:
        return self.bit if self.at == 0 else 2

    def reward(self, action: Any) -> float:
        return 1.0 if action == self.bit else -1.0

    def info(self) -> dict[str, Any]:
        return {}


class Visible(Recall):
    """The bit is visible at every step: a control task."""

    def observed(self) -> Any:
        return self.bit


class Leaking(Recall):
    """`info` has the bit."""

    def info(self) -> dict[str, Any]:
        return {"state": {"bit": self.bit}}


class NoSeed(Recall):
    """`reset` ignores its seed."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        return super().reset()


class GlobalSeed(Recall):
    """The bit is drawn from numpy's global generator."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.bit = int(np.random.randint(2))  # noqa: NPY002 - this is the mistake.
        return self.observed(), self.info()


class OneEpisode(Recall):
    """Every seed gives the same episode."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        return super().reset(seed=0)


class Buffer(Recall):
    """Every observation is the same array."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = spaces.Box(0, 2, (1,), np.float32)
        self._buffer = np.zeros(1, np.float32)

    def observed(self) -> Any:
        self._buffer[0] = super().observed()
        return self._buffer


class ReadsBack(Recall):
    """What is remembered is the array that was returned."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = spaces.Box(0, 2, (1,), np.float32)

    def observed(self) -> Any:
        if self.at == 0:
            self.returned = np.array([self.bit], np.float32)
            return self.returned
        return np.full(1, 2, np.float32)

    def reward(self, action: Any) -> float:
        return 1.0 if action == self.returned[0] else -1.0


class Outside(Recall):
    """The last observation is outside the space."""

    def observed(self) -> Any:
        return 3 if self.at == 2 else super().observed()


class Active(Recall):
    """The second observation is the first action."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, *rest = super().step(action)
        self.last = action if self.at == 1 else self.last
        return self.last if self.at == 2 else observation, *rest

    last = 0


class EndsEarly(Recall):
    """The action 1 ends the episode."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, reward, over, cut, info = super().step(action)
        return observation, reward, over or action == 1, cut, info


class ShowsFeedback(Recall):
    """Observations show the previous action."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = spaces.MultiDiscrete([3, 3])

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        observation, info = super().reset(seed=seed)
        return np.array([observation, 2]), info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, *rest = super().step(action)
        return np.array([observation, action]), *rest


class DictObservations(Recall):
    """Observations are dicts with a text."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = spaces.Dict({"bit": spaces.Discrete(3), "task": spaces.Text(9)})

    def observed(self) -> Any:
        return {"bit": super().observed(), "task": "recall"}


class Continuous(Recall):
    """Actions are real numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = spaces.Box(0, 1, (1,), np.float32)

    def reward(self, action: Any) -> float:
        return -abs(float(action[0]) - self.bit)


class ManyActions(Recall):
    """There are too many actions for a table."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = spaces.Discrete(1000)


class Endless(Recall):
    """Episodes never end, and each step asks for the bit again."""

    steps = -1

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, _, _, _, info = super().step(action)
        return observation, self.reward(action), False, False, info


class RaisesOn(Recall):
    """A third action raises."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = spaces.Discrete(3)

    def reward(self, action: Any) -> float:
        if action == 2:
            raise IndexError("no such answer")
        return super().reward(action)


class AlwaysRaises(Recall):
    """Every step raises."""

    def reward(self, action: Any) -> float:
        raise IndexError("no such answer")


class OrderMatters(Recall):
    """The last action must be the first one."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        if self.at == 0:
            self.first = action
        return super().step(action)

    def reward(self, action: Any) -> float:
        return 1.0 if action == self.first else -1.0


class Unanswerable(Recall):
    """Each step asks for one of three values, and there are two actions: a third of the steps cannot be answered."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = spaces.Discrete(4)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.bit = int(self.np_random.integers(3))
        return self.observed(), {}

    def observed(self) -> Any:
        return self.bit if self.at == 0 else 3

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, _, over, cut, info = super().step(action)
        return observation, self.reward(action), over, cut, info


class Doubled(Recall):
    """The first observation is shown twice, as in bsuite's memory tasks."""

    def observed(self) -> Any:
        return self.bit if self.at <= 1 else 2


class Pushed(Continuous):
    """Actions are real numbers, and observations show their sum."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = spaces.Box(-9, 9, (1,), np.float32)

    def observed(self) -> Any:
        return np.array([self.sum if self.at else self.bit], np.float32)

    sum = 0.0

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.sum = float(action[0]) + (self.sum if self.at else 0.0)
        return super().step(action)


class Bandit(Recall):
    """Observations show the previous reward and nothing else."""

    def observed(self) -> Any:
        return 0 if self.at == 0 else self.shown

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.shown = int(action == self.bit)
        _, _, *rest = super().step(action)
        return self.shown, float(self.shown), *rest


class AsksForOne(Recall):
    """Twelve bits at the first step; the number of one of them at the second, to be answered there: 1 or -1."""

    steps, bits = 2, 12

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = spaces.Box(-1, self.bits, (1 + self.bits,), np.int64)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        gymnasium.Env.reset(self, seed=seed)
        self.shown, self.at = self.np_random.integers(2, size=self.bits), 0
        self.asked = int(self.np_random.integers(self.bits))
        self.bit = int(self.shown[self.asked])
        return self.observed(), {}

    def observed(self) -> Any:
        return np.array([-1, *self.shown] if self.at == 0 else [self.asked, *[-1] * self.bits], np.int64)
