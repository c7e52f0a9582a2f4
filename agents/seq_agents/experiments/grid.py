"""The grid of a benchmark: agents x problems x seeds."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gymnasium

import seq_envs
from seq_agents.errors import reason
from seq_agents.experiments.config import Config
from seq_agents.experiments.entry import EPISODES, Entry

_MOST_SHOWN = 300
"""Characters of what is wrong."""


class GridError(ValueError):
    """A grid that cannot be run; the message says where and why."""


@dataclass(frozen=True, kw_only=True)
class Agent:
    """How an agent takes part."""

    agent: str
    """A name of `seq_agents.agents.AGENTS`, or "module:factory"."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """In place of the tuned ones, on every problem."""
    by_id: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Settings by id, in place of those."""
    ids: Sequence[Any] | None = None
    """The problems it learns, if not those of the grid."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Agents by the names they have in the results, problems, and how many seeds."""

    agents: Mapping[str, Agent]
    ids: Sequence[Any]
    """Each an id of the menu or a pattern of them, any other registered id, or a mapping of `id` and parameters."""
    seeds: int = 5
    episodes: int = EPISODES

    def entries(self) -> list[Entry]:
        """Every agent on every problem.

        Raises:
            GridError: an unknown agent, id, parameter or setting, or a wrong value.
        """
        every = {
            (entry.name, entry.label): entry  # Two patterns may match the same id.
            for name, agent in self.agents.items()
            for one in _matching(self.ids if agent.ids is None else agent.ids)
            for entry in [_entry(name, agent, one, self)]
        }
        return list(every.values())


def _matching(ids: Sequence[Any]) -> Iterator[Any]:
    """The problems, with patterns replaced by the ids that they match."""
    for one in ids:
        if isinstance(one, str) and set(one) & set("*?["):
            matched = fnmatch.filter(seq_envs.MENU, one)
            if not matched:
                raise GridError(f"ids: {one!r} matches none of {', '.join(seq_envs.MENU)}")
            yield from matched
        else:
            yield one


def _entry(name: str, agent: Agent, problem: Any, grid: Grid) -> Entry:
    parameters = {"id": problem} if isinstance(problem, str) else dict(problem)
    id = parameters.pop("id")
    try:
        config = Config.of(agent.agent, id, parameters, 0, {**agent.settings, **agent.by_id.get(id, {})})
    except (Exception, SystemExit) as wrong:  # An id or an agent may import anything.
        told = isinstance(wrong, (ValueError, TypeError, gymnasium.error.Error))
        raise GridError(
            f"{in_short(name)} on {in_short(id)}: {in_short(str(wrong) if told else reason(wrong))}"
        ) from None
    return Entry(
        name=name, agent=agent.agent, id=id, parameters=_needed(id, config.parameters), settings=config.settings,
        seeds=grid.seeds, episodes=grid.episodes,
    )  # fmt: skip


def changed(
    grid: Grid,
    agents: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    seeds: int | None = None,
    episodes: int | None = None,
) -> Grid:
    """The grid with other agents, problems, seeds or episodes; an agent that it knows keeps its settings."""
    new: dict[str, Any] = {"ids": ids, "seeds": seeds, "episodes": episodes}
    if agents is not None:
        new["agents"] = {name: grid.agents.get(name, Agent(agent=name)) for name in agents}
    if ids is not None:  # Also for those that have some of their own.
        kept = new.get("agents", grid.agents)
        new["agents"] = {name: dataclasses.replace(agent, ids=None) for name, agent in kept.items()}
    return dataclasses.replace(grid, **{name: value for name, value in new.items() if value is not None})


def _needed(id: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters without which it were another problem, in order: so that no problem has two labels."""
    kept = dict(sorted(parameters.items()))
    problem = seq_envs.make_problem(id, **kept)
    for name in list(kept):
        fewer = {other: value for other, value in kept.items() if other != name}
        if seq_envs.make_problem(id, **fewer) == problem:
            kept = fewer
    return kept


def in_short(text: str) -> str:
    """A text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else f"{line[:_MOST_SHOWN]}..."
