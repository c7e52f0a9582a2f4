"""Grids as YAML, which anybody can write: the presets of this package, and files."""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

import seq_envs
from seq_agents.experiments.grid import Agent, Grid, GridError, in_short
from seq_envs.parameters import Integer

PRESETS = ("quick", "full")
_COUNTS = {"seeds": Integer(1, 10_000), "episodes": Integer(1, 10_000_000)}
_MOST_BYTES = 1_000_000


def preset(name: str) -> Grid:
    """A grid of this package.

    Raises:
        GridError: there is none of this name.
    """
    if name not in PRESETS:
        raise GridError(f"preset must be one of {', '.join(PRESETS)}, got {name!r}")
    return _parsed(
        files("seq_agents.experiments").joinpath("presets").joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name
    )


def read_grid(path: Path) -> Grid:
    """A grid from a YAML file.

    Raises:
        GridError: it cannot be read, or is not a grid.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise GridError(f"{path} is no grid: it has more than {_MOST_BYTES} bytes")
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise GridError(f"{path} cannot be read: {getattr(wrong, 'strerror', None) or wrong}") from None
    return _parsed(text, str(path))


def _parsed(text: str, where: str) -> Grid:
    try:
        raw = yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as wrong:  # ValueError: a date that there is not.
        raise GridError(f"{where} is not YAML: {in_short(str(wrong))}") from None
    if not _is_small(raw):
        raise GridError(f"{where} is no grid: it is too large, or within itself")
    raw = _mapping(raw, where, Grid)
    for name in ("agents", "ids"):
        if raw.get(name) is None or raw[name] in ([], {}, ""):
            raise GridError(f"{where}: {name} must not be empty")
    agents = raw["agents"]
    if not isinstance(agents, (list, dict)) or not all(_is_name(name) for name in agents):
        raise GridError(f"{where}: agents must be names, or a mapping from names, got {_shown(agents)}")
    if isinstance(agents, list):
        agents = dict.fromkeys(agents)
    try:
        counts = {name: kind.check(name, raw[name]) for name, kind in _COUNTS.items() if name in raw}
    except ValueError as wrong:
        raise GridError(f"{where}: {in_short(str(wrong))}") from None
    return Grid(
        agents={name: _agent(name, one, f"{where}: agents: {name}") for name, one in agents.items()},
        ids=_problems(raw["ids"], where),
        **counts,
    )


def _agent(name: str, raw: Any, where: str) -> Agent:
    raw = {"agent": name, **_mapping({} if raw is None else raw, where, Agent)}
    if not _is_name(raw["agent"]):
        raise GridError(f"{where}: agent must be a name or 'module:factory', got {_shown(raw['agent'])}")
    for key in ("settings", "by_id"):
        if not isinstance(raw.get(key, {}), dict):
            raise GridError(f"{where}: {key} must be a mapping, got {_shown(raw[key])}")
    _check_values(raw.get("settings", {}), f"{where}: settings")
    for id, settings in raw.get("by_id", {}).items():
        if not isinstance(settings, dict):
            raise GridError(f"{where}: by_id: {_shown(id)} must be a mapping of settings, got {_shown(settings)}")
        try:
            seq_envs.make_problem(id)
        except (Exception, SystemExit) as wrong:  # An id may import anything.
            raise GridError(f"{where}: by_id: {_shown(id)} is no id: {in_short(str(wrong))}") from None
        _check_values(settings, f"{where}: by_id: {id}")
    if raw.get("ids") is not None:
        raw["ids"] = _problems(raw["ids"], where)
    return Agent(**raw)


def _problems(raw: Any, where: str) -> list[Any]:
    if not isinstance(raw, list):
        raise GridError(f"{where}: ids must be a list, got {_shown(raw)}")
    if not raw:
        raise GridError(f"{where}: ids must not be empty")
    for one in raw:
        if not _is_name(one) and not (isinstance(one, dict) and _is_name(one.get("id"))):
            raise GridError(f"{where}: ids must be ids, or mappings of id and parameters, got {_shown(one)}")
        if isinstance(one, dict):
            _check_values(one, f"{where}: ids: {one['id']}")
    return list(raw)


def _mapping(raw: Any, where: str, kind: Any) -> dict[str, Any]:
    """A mapping with the fields of a dataclass as its keys."""
    known = [one.name for one in dataclasses.fields(kind)]
    if not isinstance(raw, dict):
        raise GridError(f"{where} must be a mapping of {_words(known)}, got {_shown(raw)}")
    for key in raw:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise GridError(f"{where}: there is no {_shown(key)}{hint}; there are {_words(known)}")
    return raw


def _check_values(raw: Mapping[Any, Any], where: str) -> None:
    """Names, and values that JSON gives back as they are: else a result would never be found again."""
    for name, value in raw.items():
        if not _is_name(name):
            raise GridError(f"{where}: names must be text, got {_shown(name)}")
        try:
            same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError):
            same = False
        if not same:
            raise GridError(
                f"{where}: {name} must be text, a number, true, false, null or of those, got {_shown(value)}"
            )


def _is_small(raw: Any) -> bool:
    """Whether what YAML made stays small when it is written out: there, a name may stand for another part."""
    left, parts = 100_000, [raw]
    while parts and left > 0:
        one = parts.pop()
        left -= 1
        if isinstance(one, (dict, list, tuple, set)):
            parts += [*one.keys(), *one.values()] if isinstance(one, dict) else one
    return not parts


def _is_name(raw: Any) -> bool:
    """A text that can be shown in a line, and found again."""
    return isinstance(raw, str) and raw.isprintable() and raw.strip() == raw != ""


def _shown(raw: Any) -> str:
    return in_short(repr(raw))


class _Loader(yaml.SafeLoader):
    """Refuses a key that comes twice: the first would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:  # "<<" too: it takes a list.
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} comes twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _words(names: Iterable[str]) -> str:
    return ", ".join(names)
