"""The env to audit, from an id, "module:ID" or "module:Class"."""

from __future__ import annotations

import sys
from importlib import import_module, metadata
from operator import attrgetter
from typing import Any

import gymnasium
import numpy as np

from seq_envs.audit.replay import Env
from seq_envs.distributions import how_to_install

_MODULES = {"popgym-": "popgym", "MiniGrid-": "minigrid", "BabyAI-": "minigrid", "ALE/": "ale_py", "Seq": "seq_envs"}
"""The modules that register ids that begin so."""


class NotInstalled(ModuleNotFoundError):
    """A package is missing; the message has the line that installs it."""


def made(env: str | Env, **kwargs: Any) -> Env:
    """An env: as given, or made from an id, "module:ID", or "module:Class" and its arguments.

    Raises:
        NotInstalled: a module is not there.
        ValueError: the module has no such id or class.
        gymnasium.error.Error: there is no such id.
        TypeError: `env` is neither an env nor a text.
    """
    if isinstance(env, gymnasium.Env):
        if kwargs:
            raise TypeError(f"an env that is made takes no arguments, got {', '.join(kwargs)}")
        return env
    if not isinstance(env, str):
        raise TypeError(f"env must be a gymnasium.Env, its id, 'module:ID' or 'module:Class', got {env!r}")
    module, _, name = env.rpartition(":")
    module = module or next((known for start, known in _MODULES.items() if name.startswith(start)), "")
    try:
        if module:
            import_module(module)
        if name in gymnasium.registry or not module or not hasattr(sys.modules[module], name.partition(".")[0]):
            return gymnasium.make(name, disable_env_checker=True, **kwargs)
        found = attrgetter(name)(sys.modules[module])(**kwargs)
    except ModuleNotFoundError as missing:
        raise NotInstalled(how_to_install(missing, module), name=missing.name) from missing
    if not isinstance(found, gymnasium.Env):
        raise ValueError(f"env must be an env of gymnasium, got {env}, which makes {type(found).__name__}")
    return found


def name_of(env: str | Env) -> str:
    """The id of an env, or the path of its class."""
    if isinstance(env, str):
        return env
    kind = type(env.unwrapped)
    return env.spec.id if env.spec is not None else f"{kind.__module__}:{kind.__qualname__}"


def versions_of(env: Env) -> dict[str, str]:
    """The versions of Python, gymnasium, numpy, and of the distribution that the env's class is from."""
    package = type(env.unwrapped).__module__.partition(".")[0]
    owners = metadata.packages_distributions().get(package, [])
    found = {
        "python": ".".join(map(str, sys.version_info[:3])), "gymnasium": gymnasium.__version__, "numpy": np.__version__,
    }  # fmt: skip
    return {**{name: metadata.version(name) for name in owners[:1] if name not in found}, **found}
