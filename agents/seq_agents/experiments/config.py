"""The configuration of a training: agent, problem, settings and seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import seq_envs
from seq_agents.agents import agent_type, settings_of
from seq_agents.learners.learner import Learner


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """The configuration of a training."""

    agent: str
    id: str
    parameters: Mapping[str, Any]
    """Parameters of the problem that differ from the id's."""
    settings: Mapping[str, Any]
    """All settings of the agent."""
    seed: int

    @classmethod
    def of(
        cls,
        agent: str,
        id: str,
        parameters: Mapping[str, Any],
        seed: int = 0,
        settings: Mapping[str, Any] | None = None,
    ) -> Config:
        """A configuration. Settings that are not given are those tuned for the id, or the defaults.

        Raises:
            ValueError, TypeError, gymnasium.error.Error: as for `seq_agents.agents.make_learner`.
        """
        problem = seq_envs.make_problem(id, **parameters)
        chosen = settings_of(agent, id, settings)
        read = {name: getattr(problem, name) for name in parameters}  # The problem turns numpy's numbers into Python's.
        return cls(agent=agent, id=id, parameters=read, settings=chosen.as_dict(), seed=seed)

    def problem(self, **changes: Any) -> seq_envs.Problem:
        """The problem, with other values for some parameters."""
        return seq_envs.make_problem(self.id, **{**self.parameters, **changes})

    def learner(self, problem: seq_envs.Problem | None = None) -> Learner:
        """The learner before its training, on this problem or on a given one."""
        learner_type = agent_type(self.agent)
        return learner_type(problem or self.problem(), learner_type.settings_type.of(self.settings), self.seed)
