"""What a result was made with: versions and hardware."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any


def versions() -> dict[str, str]:
    """What a result was made with."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        **{name: version(name) for name in _PACKAGES},
    }


_PACKAGES = ("seq-envs", "gymnasium", "numpy", "torch", "stable-baselines3", "sb3-contrib")


def hardware() -> dict[str, Any]:
    """What a result was made on."""
    return {"cpu": next(_cpu_names(), platform.processor() or platform.machine()), "cores": os.cpu_count()}


def _cpu_names() -> Iterator[str]:
    """As Linux tells them."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                yield line.partition(":")[2].strip()
