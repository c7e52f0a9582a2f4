"""The versions of Gymnasium that this package works with."""

from __future__ import annotations

import re

import gymnasium

OLDEST = (1, 2, 2)


def require_gymnasium(version: str = gymnasium.__version__) -> None:
    """Refuse a Gymnasium that is too old, which another package may have pinned.

    Raises:
        ImportError: with the line that installs another.
    """
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise ImportError(
            f"seq_envs needs gymnasium {oldest} or later, got {version}; to install it: "
            f"pip install 'gymnasium>={oldest},<2'",
            name="gymnasium",
        )
