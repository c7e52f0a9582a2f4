"""Training functions of this package's agents, with settings that suit tiny tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import seq_envs
from seq_agents.agents import AGENTS, Agent, agent_type
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.ladder.judging import Train
from seq_agents.learners.learner import Watch
from seq_agents.settings import Settings
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.policies import Policy

SettingsFor = Callable[[seq_envs.Problem, int], dict[str, Any]]
"""Called with a problem and a budget in time steps; returns the settings of a rule that spend the budget."""

_PPO_ROLLOUT = 16
"""Time steps of each lane in a rollout of PPO: as many whole episodes as fit, at least one."""
_MOST_EPISODES = 32
"""The most episodes in an update. With more of the short ones, agents stop improving on "copy 3" too early."""


def _ppo(problem: seq_envs.Problem, budget: int) -> dict[str, Any]:
    """More and smaller updates than PPO's defaults.

    At a learning rate of 0.01, one seed of six learned nothing on "episodes of different lengths". With less entropy,
    agents stop improving on "copy 3" too early.
    """
    settings = {"lanes": 32, "minibatches": 2, "epochs": 4, "learning_rate": 0.005, "entropy": 0.05}
    settings |= {"normalize_advantage": True, "beta2": 0.999, "target_kl": 0.0}
    return settings | {"steps": budget, "episodes": max(1, _PPO_ROLLOUT // problem.steps)}


def _by_updates(time_steps: int, least_episodes: int) -> SettingsFor:
    """Settings with updates of about `time_steps` time steps and at least `least_episodes` episodes."""

    def settings(problem: seq_envs.Problem, budget: int) -> dict[str, Any]:
        batch = min(max(least_episodes, time_steps // problem.steps), _MOST_EPISODES)
        return {
            "learning_rate": 0.01,
            "beta2": 0.999,
            "batch": batch,
            "updates": max(1, budget // (batch * problem.steps)),
        }

    return settings


_BY_RULE: Mapping[str, SettingsFor] = {
    "recurrent-ppo": _ppo,
    "recurrent-ppo-stock": _ppo,
    "ppo": _ppo,
    "supervised": _by_updates(128, least_episodes=4),
    # Rewards are noisier than right answers, so an update has more time steps. But 2 long episodes are
    # enough: with 4 there are too few updates to learn "independence of lanes over rollouts".
    "reinforce": _by_updates(256, least_episodes=2),
}
"""The settings of each learning rule that suit tiny tasks. Other rules get `_default`."""
_OF_ANY_CORE: Mapping[str, Any] = {"hidden": 64, "input_weights": 0.0}
"""The settings of a memory core for which the budgets of the rungs were chosen, if it has them."""
_BY_CORE: Mapping[str, Mapping[str, Any]] = {
    # It reads the whole episode again at every step. With 64 units it takes three times as long.
    "bilstm": {"hidden": 16},
}
"""The settings of memory cores that suit tiny tasks. Other cores have their defaults, as an LSTM's open forget gate."""


def trainer_of_the_menu(agent: str, settings: Mapping[str, str], watch: Watch) -> Train:
    """The training function of an agent of this package; arguments and errors are those of `trainer`."""
    learner_type = agent_type(agent)
    settings_type = learner_type.settings_type
    given = settings_type.parsed(settings)
    settings_type.of(given)  # Raises before the first rung if a setting is wrong.

    def train(make_envs: MakeEnvs, budget: int) -> Policy:
        options = _options_for(AGENTS[agent], make_envs.options)
        far_sighted = {"gamma": 1.0} if options.pays_at_end and "gamma" in settings_type.domains() else {}
        suited = _settings_for(AGENTS[agent], settings_type, make_envs.problem, budget) | far_sighted
        learner = learner_type(make_envs.problem, settings_type.of(suited | given), make_envs.seed, options=options)
        learner.learn(watch)
        return learner.policy()

    return train


def _options_for(agent: Agent, options: EnvOptions) -> EnvOptions:
    """The options of a rung that concern an agent of this package: when rewards are paid, if it learns from rewards.

    It reads whole episodes, so there is no time limit.
    """
    return EnvOptions(pay=options.pay) if agent.learns_from == "rewards" else NO_OPTIONS


def _settings_for(
    agent: Agent, settings_type: type[Settings], problem: seq_envs.Problem, budget: int
) -> dict[str, Any]:
    """The settings with which an agent trains on a rung for about `budget` time steps."""
    settings_for = _BY_RULE.get(agent.rule) or partial(_default, settings_type)
    known = () if ":" in agent.core else settings_type.domains()  # A user-defined core keeps its own defaults.
    of_core = {name: value for name, value in _OF_ANY_CORE.items() if name in known}
    return {**settings_for(problem, budget), **of_core, **_BY_CORE.get(agent.core, {})}


def _default(settings_type: type[Settings], problem: seq_envs.Problem, budget: int) -> dict[str, Any]:
    """The default settings, with the length of the training set to the budget if it is a setting."""
    defaults = settings_type.of({}).as_dict()
    if "steps" in defaults:
        return {"steps": budget}
    if "updates" in defaults and "batch" in defaults:
        return {"updates": max(1, budget // (defaults["batch"] * problem.steps))}
    return {}
