"""The files that a command writes, checked before its work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from seq_agents.errors import Refused


def refuse_files(files: Mapping[str, Path | None]) -> None:
    """Refuse a folder, a file in a folder that does not exist, and the same file for two options.

    Args:
        files: by the name of the option, without its dashes; None: not given.

    Raises:
        Refused: with the option or the path.
    """
    taken: dict[Path, str] = {}
    for name, path in files.items():
        if path is None:
            continue
        if path.is_dir():
            raise Refused(f"{path} is a folder: name a file")
        if not path.parent.is_dir():
            raise Refused(f"--{name} must name a file in a folder that exists, got {path}: there is no {path.parent}")
        other = taken.setdefault(path.resolve(), name)
        if other != name:
            raise Refused(f"--{other} and --{name} must name two files, got {files[other]} twice")
