"""The reference policies as agents: there is nothing to learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor

import seq_envs
from seq_agents.learners.learner import Learner, Moment, Watch, unwatched
from seq_agents.settings import Settings
from seq_envs.policies import Policy


class Reference(Learner):
    """A policy of `seq_envs.policies`."""

    settings_type = Settings
    refuses: ClassVar[Mapping[str, str]] = {"max_episode_steps": "it does not learn, and plays whole episodes"}

    def learn(self, watch: Watch = unwatched) -> None:
        watch(Moment(1.0, 0, float("nan")))

    def state(self) -> dict[str, Tensor]:
        return {}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        if state:
            raise ValueError(f"a reference policy has no weights, got {', '.join(state)}")


class RandomAnswers(Reference):
    """Answers drawn uniformly."""

    def policy(self) -> Policy:
        return seq_envs.policies.random(self.problem, self.seed)


class MemorylessAnswers(Reference):
    """The best answers from the current observation and the clock."""

    def policy(self) -> Policy:
        return seq_envs.policies.memoryless(self.problem)


class OptimalAnswers(Reference):
    """The best answers from everything seen so far."""

    def policy(self) -> Policy:
        return seq_envs.policies.optimal(self.problem)
