"""What a run trains: agent, problem, settings and seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import seq_envs
from seq_agents.agents import agent_type, settings_of
from seq_agents.learners.learner import Learner


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """What a run trains."""

    agent: str
    id: str
    parameters: Mapping[str, Any]
    """Of the problem, those in place of the id's."""
    settings: Mapping[str, Any]
    """Of the agent, all of them."""
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
        """A run with the settings tuned for the id, but for those given.

        Raises:
            ValueError, TypeError, gymnasium.error.Error: as for `seq_agents.agents.make_learner`.
        """
        problem = seq_envs.make_problem(id, **parameters)
        chosen = settings_of(agent, id, settings)
        read = {name: getattr(problem, name) for name in parameters}  # As builtins.
        return cls(agent=agent, id=id, parameters=read, settings=chosen.as_dict(), seed=seed)

    def problem(self, **changes: Any) -> seq_envs.Problem:
        """The problem, with some parameters changed."""
        return seq_envs.make_problem(self.id, **{**self.parameters, **changes})

    def learner(self, problem: seq_envs.Problem | None = None) -> Learner:
        """The learner, at the beginning of its training; of another problem if one is given."""
        kind = agent_type(self.agent)
        return kind(problem or self.problem(), kind.settings_type.of(self.settings), self.seed)
