"""The reference players as agents: nothing to learn."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

import seq_envs
from seq_agents.learners.learner import Learner, Moment, Watch, unwatched
from seq_agents.settings import Settings
from seq_envs.policies import Policy


class Reference(Learner):
    """A player of `seq_envs.policies`."""

    settings_type = Settings

    def learn(self, watch: Watch = unwatched) -> None:
        watch(Moment(1.0, 0, float("nan")))

    def state(self) -> dict[str, Tensor]:
        return {}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        if state:
            raise ValueError(f"a reference player has no weights, got {', '.join(state)}")


class RandomPlayer(Reference):
    """Answers drawn uniformly."""

    def policy(self) -> Policy:
        return seq_envs.policies.random(self.problem, self.seed)


class MemorylessPlayer(Reference):
    """The best player without memory."""

    def policy(self) -> Policy:
        return seq_envs.policies.memoryless(self.problem)


class OptimalPlayer(Reference):
    """The best player."""

    def policy(self) -> Policy:
        return seq_envs.policies.optimal(self.problem)
