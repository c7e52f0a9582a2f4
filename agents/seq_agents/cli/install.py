"""How to install missing modules. The package is not published, so it is installed from a clone."""

from __future__ import annotations

import shlex
from pathlib import Path

import seq_envs

_EXTRAS = {
    **dict.fromkeys(
        ("torch", "stable_baselines3", "sb3_contrib", "rich", "tqdm", "yaml", "safetensors", "filelock", "scipy",
         "matplotlib", "jinja2"), "agents",
    ),
    "ray": "ray",
    "pygame": "render",
}  # fmt: skip
"""The extra that installs each module."""


def how_to_install(missing: ImportError) -> str:
    """A message about a module that cannot be imported, with the command that installs it if it is known."""
    extra = _EXTRAS.get((missing.name or "").partition(".")[0])
    return f"{missing.name} is not installed; {to_install(extra)}" if extra else str(missing)


def to_install(extra: str) -> str:
    """The command that installs an extra: with the path of the clone that this code runs from, if it runs from one."""
    clone = Path(seq_envs.__file__).resolve().parents[1]
    if (clone / "pyproject.toml").is_file():
        return f"to install it: pip install {shlex.quote(f'{clone}[{extra}]')}"
    return f'to install it, in a clone of seq-envs: pip install ".[{extra}]"'
