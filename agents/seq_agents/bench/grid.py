"""The grid of a benchmark: agents x problems x seeds, as YAML, which anybody can write."""

from __future__ import annotations

import dataclasses
import difflib
import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import gymnasium
import yaml

import seq_envs
from seq_agents.bench.cell import EPISODES, Entry
from seq_agents.runs import Config
from seq_envs.parameters import Integer

PRESETS = ("quick", "full")


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
        return [
            _entry(name, agent, one, self)
            for name, agent in self.agents.items()
            for one in _matching(self.ids if agent.ids is None else agent.ids)
        ]


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
    except (ValueError, TypeError, gymnasium.error.Error) as wrong:
        raise GridError(f"{name} on {id}: {wrong}") from None
    return Entry(
        name=name, agent=agent.agent, id=id, parameters=config.parameters, settings=config.settings, seeds=grid.seeds,
        episodes=grid.episodes,
    )  # fmt: skip


def preset(name: str) -> Grid:
    """A grid of this package.

    Raises:
        GridError: there is none of this name.
    """
    if name not in PRESETS:
        raise GridError(f"preset must be one of {', '.join(PRESETS)}, got {name!r}")
    return _parsed(files("seq_agents.bench").joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name)


def read_grid(path: Path) -> Grid:
    """A grid from a YAML file.

    Raises:
        GridError: it cannot be read, or is not a grid.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise GridError(f"{path} cannot be read: {getattr(wrong, 'strerror', None) or wrong}") from None
    return _parsed(text, str(path))


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


def _parsed(text: str, where: str) -> Grid:
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise GridError(f"{where} is not YAML: {' '.join(str(wrong).split())}") from None
    raw = _mapping(raw, where, Grid)
    for name in ("agents", "ids"):
        if not raw.get(name):
            raise GridError(f"{where}: {name} must not be empty")
    agents = raw["agents"]
    if _is_list(agents):
        agents = dict.fromkeys(agents)
    if not isinstance(agents, dict) or not all(isinstance(name, str) for name in agents):
        raise GridError(f"{where}: agents must be names, or a mapping from names, got {agents!r}")
    try:
        counts = {name: Integer(1).check(name, raw[name]) for name in ("seeds", "episodes") if name in raw}
    except ValueError as wrong:
        raise GridError(f"{where}: {wrong}") from None
    return Grid(
        agents={name: _agent(name, one, f"{where}: agents: {name}") for name, one in agents.items()},
        ids=_problems(raw["ids"], where),
        **counts,
    )


def _agent(name: str, raw: Any, where: str) -> Agent:
    raw = {"agent": name, **_mapping(raw or {}, where, Agent)}
    if not isinstance(raw["agent"], str):
        raise GridError(f"{where}: agent must be a name or 'module:factory', got {raw['agent']!r}")
    for key in ("settings", "by_id"):
        if not isinstance(raw.get(key, {}), dict):
            raise GridError(f"{where}: {key} must be a mapping, got {raw[key]!r}")
    for id, settings in raw.get("by_id", {}).items():
        if not isinstance(settings, dict):
            raise GridError(f"{where}: by_id: {id} must be a mapping of settings, got {settings!r}")
    if raw.get("ids") is not None:
        raw["ids"] = _problems(raw["ids"], where)
    return Agent(**raw)


def _problems(raw: Any, where: str) -> list[Any]:
    if not _is_list(raw):
        raise GridError(f"{where}: ids must be a list, got {raw!r}")
    for one in raw:
        if not isinstance(one, str) and not (isinstance(one, dict) and isinstance(one.get("id"), str)):
            raise GridError(f"{where}: ids must be ids, or mappings of id and parameters, got {one!r}")
    return list(raw)


def _mapping(raw: Any, where: str, kind: Any) -> dict[str, Any]:
    """A mapping with the fields of a dataclass as its keys."""
    known = [one.name for one in dataclasses.fields(kind)]
    if not isinstance(raw, dict):
        raise GridError(f"{where} must be a mapping of {_words(known)}, got {raw!r}")
    for key in raw:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise GridError(f"{where}: there is no {key!r}{hint}; there are {_words(known)}")
    return raw


def _is_list(raw: Any) -> bool:
    return isinstance(raw, list)


def _words(names: Iterable[str]) -> str:
    return ", ".join(names)
