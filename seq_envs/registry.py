"""Add ids to Gymnasium's registry, which holds every id, and look them up."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec

_ENV = "seq_envs.env:SequenceEnv"
_VECTOR_ENV = "seq_envs.vector_env:SequenceVectorEnv"


def add(id: str, path: str, fixed: Mapping[str, Any]) -> None:
    """Register the problem at a path, "module:Class", with the parameters that the id fixes.

    The problem is neither imported nor checked; `seq_envs.register` checks it first.
    """
    kwargs: dict[str, Any] = {"problem": path}
    if fixed:
        kwargs["fixed"] = dict(fixed)
    gymnasium.register(id, entry_point=_ENV, vector_entry_point=_VECTOR_ENV, kwargs=kwargs)


def ids() -> list[str]:
    """Every registered id of a sequence problem, of this package and of users, in the order of registration."""
    return [spec.id for spec in gymnasium.registry.values() if spec.entry_point == _ENV]


def find(id: str) -> EnvSpec:
    """The entry of an id; an id without a version means its latest version, and "module:id" imports the module first.

    Raises:
        ValueError: the id is registered, but not for a sequence problem.
        gymnasium.error.NameNotFound: the id is not registered; the message names the closest id.
        ModuleNotFoundError: there is no such module.
    """
    module, _, name = id.rpartition(":")
    if module:
        import_module(module)
    spec = gymnasium.registry.get(name) or _latest_version(name)
    if spec is None:
        raise gymnasium.error.NameNotFound(f"There is no environment {name!r}. {_hint(name)}")
    if "problem" not in spec.kwargs:
        raise ValueError(f"id must be one of seq_envs.ids(), got {name!r}, which is no sequence problem")
    return spec


def _latest_version(name: str) -> EnvSpec | None:
    versions = [spec for spec in gymnasium.registry.values() if spec.id == f"{name}-v{spec.version}"]
    return max(versions, key=lambda spec: int(spec.version or 0), default=None)


def _hint(name: str) -> str:
    """A hint that names the closest id; the version and capital letters do not matter."""
    by_spelling = {id.rpartition("-v")[0].casefold(): id for id in reversed(ids())} | {
        id.casefold(): id for id in ids()
    }
    near = difflib.get_close_matches(name.casefold(), by_spelling, n=1)
    return f"Did you mean {by_spelling[near[0]]!r}?" if near else "seq_envs.ids() lists all ids."
