"""The user's own modules, which agents and problems are named by."""

from __future__ import annotations

import sys
from pathlib import Path


def import_from(folder: Path) -> None:
    """Let modules of a folder be imported, by this process and those it starts, after the installed ones."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
