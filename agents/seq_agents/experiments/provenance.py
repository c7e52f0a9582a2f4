"""The versions of packages and the hardware with which a result is made."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import seq_envs

_LIBRARIES = ("gymnasium", "numpy", "torch", "stable-baselines3", "sb3-contrib")


def versions(*more: str) -> dict[str, str]:
    """The versions of Python and of the packages that a result depends on, and the machine's architecture.

    Args:
        *more: the names of further distributions.

    Raises:
        ValueError: one of these is not installed.
    """
    for name in more:
        if _version(name) is None:
            raise ValueError(f"the versions of packages cannot be stated: {name!r} is not an installed distribution")
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "seq-envs": seq_envs.__version__,
        **{name: found for name in (*_LIBRARIES, *map(_normalized, more)) if (found := _version(name))},
    }


def _version(name: str) -> str | None:
    """The version of an installed distribution; None if Python's path has its sources only, which have no version."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _normalized(name: str) -> str:
    """The name of a distribution as PyPI writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def hardware() -> dict[str, Any]:
    """The processor's name, and the number of its cores."""
    return {"cpu": next(_cpu_names(), platform.processor() or platform.machine()), "cores": os.cpu_count()}


def _cpu_names() -> Iterator[str]:
    """The names of the processors as Linux lists them."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                yield line.partition(":")[2].strip()
