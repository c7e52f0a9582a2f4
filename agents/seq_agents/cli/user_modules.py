"""Imports of the user's modules, whose agents and problems are named "module:name"."""

from __future__ import annotations

import sys
from pathlib import Path


def import_from(folder: Path) -> None:
    """Let this process and those that it starts import modules of a folder; installed modules come first."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
