"""Grids as YAML: the presets of this package, and files of the user."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

import seq_envs
from seq_agents.experiments.fairness import Budget
from seq_agents.experiments.further import Further
from seq_agents.experiments.grid import Experiment, Grid, GridAgent, GridError, in_short
from seq_agents.experiments.until import Until
from seq_agents.menu import did_you_mean, unknown
from seq_envs.env_options import EnvOptions
from seq_envs.parameters import Integer

_COUNTS = {
    "seeds": Integer(1, 10_000),
    "episodes": Integer(1, 10_000_000),
    "parameters": Integer(1, 10**9),
    "trial_seeds": Integer(1, 10_000),
}
_MOST_BYTES = 1_000_000
_MOST_PARTS = 100_000
"""The most values of a grid, where every alias of its YAML counts as the values that it stands for."""


def presets() -> list[str]:
    """The names of the grids of this package: those of the YAML files in `presets`."""
    return sorted(file.name.removesuffix(".yaml") for file in _presets().iterdir() if file.name.endswith(".yaml"))


def preset(name: str) -> Grid:
    """A grid of this package.

    Raises:
        GridError: there is no preset of this name.
    """
    if name not in presets():
        raise GridError(str(unknown("preset", name, presets())))
    return _parsed(_presets().joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name)


def _presets() -> Traversable:
    return files("seq_agents.experiments").joinpath("presets")


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
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as wrong:  # ValueError: a date that does not exist.
        raise GridError(f"{where} is not YAML: {in_short(str(wrong))}") from None
    if not _is_small(raw):
        raise GridError(f"{where} is no grid: it is too large, or contains itself")
    raw = _mapping(raw, where, Grid)
    if not raw.get("entries") or "agents" in raw or "ids" in raw:
        for name in ("agents", "ids"):
            if raw.get(name) is None or raw[name] in ([], {}, ""):
                raise GridError(f"{where}: {name} must not be empty")
        raw |= {"agents": _agents(raw["agents"], where), "ids": _problems(raw["ids"], where)}
    if type(raw.get("standard", False)) is not bool:
        raise GridError(f"{where}: standard must be true or false, got {_in_error(raw['standard'])}")
    if "sweep" in raw:
        _check_sweep(raw["sweep"], f"{where}: sweep", raw)
    if raw.get("budget") is not None:
        try:
            raw["budget"] = Budget(**_mapping(raw["budget"], f"{where}: budget", Budget))
        except ValueError as wrong:
            raise wrong if isinstance(wrong, GridError) else GridError(f"{where}: {in_short(str(wrong))}") from None
    _check_elsewhere(raw, where)
    try:
        EnvOptions(**_mapping(raw.get("options", {}), f"{where}: options", EnvOptions))
    except ValueError as wrong:
        raise (
            wrong if isinstance(wrong, GridError) else GridError(f"{where}: options: {in_short(str(wrong))}")
        ) from None
    if "entries" in raw:
        raw["entries"] = _experiments(raw["entries"], f"{where}: entries")
    return Grid(**{**raw, **_counts(raw, where)})


def _check_elsewhere(raw: Mapping[str, Any], where: str) -> None:
    """Check that `elsewhere`, if it is there, is a list of mappings."""
    changes = raw.get("elsewhere", [])
    if not isinstance(changes, list) or not all(isinstance(change, dict) and change for change in changes):
        raise GridError(f"{where}: elsewhere must be a list of mappings of parameters, got {_in_error(changes)}")
    for change in changes:
        _check_values(change, f"{where}: elsewhere")


def _check_sweep(raw: Any, where: str, grid: Mapping[str, Any]) -> None:
    if not isinstance(raw, dict) or not raw:
        raise GridError(f"{where} must be a mapping from settings to lists of values, got {_in_error(raw)}")
    for name, values in raw.items():
        if not isinstance(values, list) or not values:
            raise GridError(f"{where}: {_in_error(name)} must be a list of values, got {_in_error(values)}")
        _check_values({name: values}, where)
        if len({json.dumps(value) for value in values}) < len(values):
            raise GridError(f"{where}: {name} has a value twice, got {_in_error(values)}")
    if grid.get("parameters") is not None and "hidden" in raw:
        raise GridError(f"{where}: hidden must be left out: parameters chooses it, got {_in_error(raw['hidden'])}")
    if "agents" not in grid:
        raise GridError(f"{where} must be left out of a grid without agents")


def _counts(raw: Mapping[str, Any], where: str, names: Sequence[str] = tuple(_COUNTS)) -> dict[str, int]:
    """The numbers with these names, where the mapping has them."""
    try:
        return {name: _COUNTS[name].check(name, raw[name]) for name in names if name in raw}
    except ValueError as wrong:
        raise GridError(f"{where}: {in_short(str(wrong))}") from None


def _agents(raw: Any, where: str) -> dict[str, GridAgent]:
    if not isinstance(raw, (list, dict)) or not all(_is_name(name) for name in raw):
        raise GridError(f"{where}: agents must be names, or a mapping from names, got {_in_error(raw)}")
    by_name: Mapping[str, Any] = dict.fromkeys(raw) if isinstance(raw, list) else raw
    return {name: _agent(name, agent, f"{where}: agents: {name}") for name, agent in by_name.items()}


def _experiments(raw: Any, where: str) -> dict[str, Experiment]:
    if not isinstance(raw, dict) or not all(_is_name(name) for name in raw):
        raise GridError(f"{where} must be a mapping from names, got {_in_error(raw)}")
    return {name: _experiment(single, f"{where}: {name}") for name, single in raw.items()}


def _experiment(raw: Any, where: str) -> Experiment:
    raw = dict(_mapping(raw, where, Experiment))
    for name in ("agent", "id"):
        if not _is_name(raw.get(name)):
            raise GridError(f"{where}: {name} must be a name, got {_in_error(raw.get(name))}")
    for name in ("parameters", "settings"):
        if not isinstance(raw.get(name, {}), dict):
            raise GridError(f"{where}: {name} must be a mapping, got {_in_error(raw[name])}")
        _check_values(raw.get(name, {}), f"{where}: {name}")
    reported = raw.get("reported", "")
    if reported != "" and not _is_name(reported):
        raise GridError(f"{where}: reported must be a text in one line, got {_in_error(reported)}")
    kinds: dict[str, type[Until | Further]] = {"until": Until, "further": Further}
    for name, kind in kinds.items():
        if name in raw:
            fields = _mapping(raw[name], f"{where}: {name}", kind)
            try:
                raw[name] = kind(**fields)
            except (TypeError, ValueError) as wrong:  # TypeError: a field without a default is missing.
                raise GridError(f"{where}: {in_short(str(wrong))}") from None
    _check_elsewhere(raw, where)
    return Experiment(**{**raw, **_counts(raw, where, ("seeds",))})


def _agent(name: str, raw: Any, where: str) -> GridAgent:
    raw = {"agent": name, **_mapping({} if raw is None else raw, where, GridAgent)}
    if not _is_name(raw["agent"]):
        raise GridError(f"{where}: agent must be a name or 'module:factory', got {_in_error(raw['agent'])}")
    for key in ("settings", "by_id"):
        if not isinstance(raw.get(key, {}), dict):
            raise GridError(f"{where}: {key} must be a mapping, got {_in_error(raw[key])}")
    _check_values(raw.get("settings", {}), f"{where}: settings")
    for id, settings in raw.get("by_id", {}).items():
        if not isinstance(settings, dict):
            raise GridError(f"{where}: by_id: {_in_error(id)} must be a mapping of settings, got {_in_error(settings)}")
        try:
            seq_envs.make_problem(id)
        except (Exception, SystemExit) as wrong:  # An id may import anything.
            raise GridError(f"{where}: by_id: {_in_error(id)} is no id: {in_short(str(wrong))}") from None
        _check_values(settings, f"{where}: by_id: {id}")
    if raw.get("ids") is not None:
        raw["ids"] = _problems(raw["ids"], where)
    return GridAgent(**raw)


def _problems(raw: Any, where: str) -> list[Any]:
    if not isinstance(raw, list):
        raise GridError(f"{where}: ids must be a list, got {_in_error(raw)}")
    if not raw:
        raise GridError(f"{where}: ids must not be empty")
    for problem in raw:
        if not _is_name(problem) and not (isinstance(problem, dict) and _is_name(problem.get("id"))):
            raise GridError(f"{where}: ids must be ids, or mappings of id and parameters, got {_in_error(problem)}")
        if isinstance(problem, dict):
            _check_values(problem, f"{where}: ids: {problem['id']}")
    return list(raw)


def _mapping(raw: Any, where: str, kind: Any) -> dict[str, Any]:
    """A mapping with the fields of a dataclass as its keys."""
    known = [field.name for field in dataclasses.fields(kind)]
    if not isinstance(raw, dict):
        raise GridError(f"{where} must be a mapping of {', '.join(known)}, got {_in_error(raw)}")
    for key in raw:
        if key not in known:
            hint = did_you_mean(str(key), known)
            raise GridError(f"{where}: there is no {_in_error(key)}{hint}; there are {', '.join(known)}")
    return raw


def _check_values(raw: Mapping[Any, Any], where: str) -> None:
    """Check that values survive JSON unchanged, since a stored result is found by comparing them."""
    for name, value in raw.items():
        if not _is_name(name):
            raise GridError(f"{where}: names must be text, got {_in_error(name)}")
        try:
            same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError):
            same = False
        if not same:
            raise GridError(
                f"{where}: {name} must be text, a number, true, false, null or of those, got {_in_error(value)}"
            )


def _is_small(raw: Any) -> bool:
    """Whether the value stays small when every alias is replaced by what it stands for; False for a cycle."""
    left, parts = _MOST_PARTS, [raw]
    while parts and left > 0:
        part = parts.pop()
        left -= 1
        if isinstance(part, (dict, list, tuple, set)):
            parts += [*part.keys(), *part.values()] if isinstance(part, dict) else part
    return not parts


def _is_name(raw: Any) -> bool:
    """Whether it is a text of one line, without spaces around it."""
    return isinstance(raw, str) and raw.isprintable() and raw.strip() == raw != ""


def _in_error(raw: Any) -> str:
    return in_short(repr(raw))


class _Loader(yaml.SafeLoader):
    """Refuses a key that comes twice; plain YAML would silently keep the last one. Reads 1e-3 as a number, as YAML 1.2
    does; YAML 1.1 wants 1.0e-3."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:  # "<<" too: it takes a list.
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} comes twice", node.start_mark)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+$"),
    list("-+.0123456789"),
)
