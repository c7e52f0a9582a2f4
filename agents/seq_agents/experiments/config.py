"""The configuration of a training: agent, problem, settings and seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import seq_envs
from seq_agents.agents import agent_type, made, modules_of, settings_of
from seq_agents.learners.learner import Learner
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.policies import Policy


def completed(agent: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """These settings of an agent, as any version stored them, and the values of all others."""
    return agent_type(agent).settings_type.stored(settings).as_dict()


def determining_settings(agent: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings on which the result of a training depends, given those that were stored: all but the device.

    If the agent is of another module, or there is no such agent, only the given ones: the module can run any code, and
    a report imports none.
    """
    if not modules_of(agent):
        with suppress(ValueError):
            settings = completed(agent, settings)
    return {name: value for name, value in settings.items() if name != "device"}


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
    standard: bool = False
    """Whether the settings that were not given are the standard ones; if not, those tuned for the id come first."""
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """The options of the environment that differ from their defaults, see `seq_envs.env_options.EnvOptions`."""

    @classmethod
    def of(
        cls,
        agent: str,
        id: str,
        parameters: Mapping[str, Any],
        seed: int = 0,
        settings: Mapping[str, Any] | None = None,
        *,
        standard: bool = False,
        options: EnvOptions = NO_OPTIONS,
    ) -> Config:
        """A configuration. Settings that are not given are as for `seq_agents.agents.settings_of`.

        Raises:
            ValueError, TypeError, gymnasium.error.Error: as for `seq_agents.agents.make_learner`.
        """
        problem = seq_envs.make_problem(id, **parameters)
        chosen = settings_of(agent, id, settings, standard=standard, options=options)
        # The problem turns numpy's numbers into Python's, and has no attribute for a split.
        read = {name: getattr(problem, name, value) for name, value in parameters.items()}
        return cls(
            agent=agent,
            id=id,
            parameters=read,
            settings=chosen.as_dict(),
            seed=seed,
            standard=standard,
            options=options.chosen(),
        )

    def completed(self) -> Config:
        """The same with all settings: an older version may have stored fewer, and the values of that version hold.
        Options have Python's types again, which a file does not keep.

        Raises:
            ValueError, TypeError: as for `of` and `env_options`, if a setting or an option is wrong.
        """
        options = self.env_options().chosen()
        return dataclasses.replace(self, settings=completed(self.agent, self.settings), options=options)

    def problem(self) -> seq_envs.Problem:
        """The problem that the agent learns."""
        return seq_envs.make_problem(self.id, **self.parameters)

    def learner(self, problem: seq_envs.Problem | None = None) -> Learner:
        """The learner before its training, on this problem or on a given one."""
        settings = agent_type(self.agent).settings_type.of(self.settings)
        return made(self.agent, problem or self.problem(), settings, self.seed, self.env_options())

    def env_options(self) -> EnvOptions:
        """The options of the environment.

        Raises:
            ValueError: an option is wrong.
            TypeError: there is no such option.
        """
        return EnvOptions(**self.options)

    def evaluate(self, policy: Policy, problem: seq_envs.Problem, episodes: int, seed: int = 0) -> seq_envs.Evaluation:
        """Evaluate a policy on whole episodes, in which it observes what it does while it learns."""
        return seq_envs.evaluate(policy, problem, episodes, seed, **observed(self.options))


def observed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the options that an evaluation, which plays whole episodes, has too."""
    return {name: value for name, value in options.items() if name != "max_episode_steps"}
