"""The reference players as agents: nothing to learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from torch import Tensor

import seq_envs
from seq_agents.learner import Learner, Moment, Watch, unwatched
from seq_agents.settings import Settings
from seq_envs.policies import Policy


class Reference(Learner):
    """A player of `seq_envs.policies`."""

    settings_type = Settings
    player: ClassVar[Callable[[seq_envs.Problem, int], Policy]]

    def __init__(self, problem: seq_envs.Problem, settings: Settings, seed: int) -> None:
        self._policy = type(self).player(problem, seed)

    def learn(self, watch: Watch = unwatched) -> None:
        watch(Moment(1.0, 0, float("nan")))

    def policy(self) -> Policy:
        return self._policy

    def state(self) -> dict[str, Tensor]:
        return {}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        if state:
            raise ValueError(f"a reference player has no weights, got {', '.join(state)}")


class RandomPlayer(Reference):
    """Answers drawn uniformly."""

    about = "answers drawn uniformly"
    player = staticmethod(lambda problem, seed: seq_envs.policies.random(problem, seed))


class MemorylessPlayer(Reference):
    """The best player without memory."""

    about = "the best answers from the current observation and the clock"
    player = staticmethod(lambda problem, seed: seq_envs.policies.memoryless(problem))


class OptimalPlayer(Reference):
    """The best player."""

    about = "the best answers from everything seen so far"
    player = staticmethod(lambda problem, seed: seq_envs.policies.optimal(problem))
