"""The menu of agents: every name and its learner, one line each; and their tuned settings."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

import seq_envs

if TYPE_CHECKING:
    from seq_agents.learners.learner import Learner
    from seq_agents.settings import Settings

_MENU = {
    # Name, where the learner is, and one line about it.
    "recurrent-ppo": ("ppo:FastRecurrentPpoLearner", "RecurrentPPO that reads whole episodes"),
    "recurrent-ppo-stock": (
        "ppo:StockRecurrentPpoLearner",
        "sb3-contrib's RecurrentPPO as it is, on SB3's DummyVecEnv",
    ),
    "ppo": ("ppo:MlpPpoLearner", "PPO without memory: a control"),
    "ppo-stack": ("ppo:StackPpoLearner", "PPO on the latest observations: memory as input"),
    "reinforce": ("reinforce:Reinforce", "REINFORCE on the supervised LSTM: rewards, and no critic"),
    "lstm": ("supervised:SupervisedLstm", "LSTM that is shown the right answers"),
    "gru": ("supervised:SupervisedGru", "GRU that is shown the right answers"),
    "bilstm": ("supervised:SupervisedBidirectionalLstm", "bidirectional LSTM on what it has seen so far, likewise"),
    "encoder-decoder": ("supervised:SupervisedEncoderDecoder", "encoder-decoder LSTM, likewise, for SeqCopy"),
    "mlp": ("supervised:SupervisedMlp", "network without memory, likewise: a control"),
    "window-mlp": ("supervised:SupervisedWindowMlp", "network on the latest observations, likewise"),
    "random": ("reference:RandomPlayer", "answers drawn uniformly"),
    "memoryless": ("reference:MemorylessPlayer", "the best answers from the current observation and the clock"),
    "optimal": ("reference:OptimalPlayer", "the best answers from everything seen so far"),
}


class _Agents(Mapping[str, type["Learner"]]):
    """The learners by name, each imported when it is first asked for."""

    def __getitem__(self, name: str) -> type[Learner]:
        module, _, learner = _MENU[name][0].partition(":")
        found: type[Learner] = getattr(import_module(f"seq_agents.learners.{module}"), learner)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_MENU)

    def __len__(self) -> int:
        return len(_MENU)

    def about(self, name: str) -> str:
        """One line about an agent."""
        return _MENU[name][1]


AGENTS = _Agents()


def agent_type(name: str) -> type[Learner]:
    """The learner of an agent.

    Args:
        name: of `AGENTS`; or "module:factory" for somebody's own, see `seq_agents.learners.user_defined`.

    Raises:
        ValueError: there is no such agent; the message has the nearest names.
    """
    if ":" in name:
        from seq_agents.learners.user_defined import own_learner

        return own_learner(name)
    if name not in AGENTS:
        near = difflib.get_close_matches(name.lower(), AGENTS, n=2)
        hint = f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""
        raise ValueError(f"agent must be one of {', '.join(AGENTS)}, got {name!r}{hint}")
    return AGENTS[name]


@cache
def _tuned() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Agent to id to settings, as in tuned.yaml."""
    tuned: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
        files("seq_agents").joinpath("tuned.yaml").read_text(encoding="utf-8")
    )["agents"]
    return tuned


def settings_of(agent: str, id: str, given: Mapping[str, Any] | None = None) -> Settings:
    """The settings of an agent on an id: those given, else the tuned ones, else the agent's defaults.

    Raises:
        ValueError: for an unknown agent or setting, or a wrong value.
    """
    tuned = _tuned().get(agent, {}).get(id.rpartition(":")[2], {})
    return agent_type(agent).settings_type.of({**tuned, **(given or {})})


def make_learner(
    agent: str,
    id_or_problem: str | seq_envs.Problem,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Learner:
    """An agent about to learn a problem.

    Args:
        agent: a name of `AGENTS`.
        id_or_problem, parameters: as for `seq_envs.make_problem`. The settings tuned for an id come with the id.
        seed: of the weights, the episodes and the noise: 0 ... 2**32 - 1.
        settings: in place of the tuned ones.

    Raises:
        ValueError: for an unknown agent, setting, parameter or a wrong value; or the agent does not take the problem.
    """
    id = id_or_problem if isinstance(id_or_problem, str) else ""
    problem = seq_envs.make_problem(id_or_problem, **parameters)
    return agent_type(agent)(problem, settings_of(agent, id, settings), seed)
