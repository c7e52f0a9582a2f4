"""How a learner tells how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called by a learner now and then."""

    def __call__(self, done: float, note: str) -> None:
        """`done` in [0, 1] is the share of the training behind it; `note` says how well it goes."""


def silent(done: float, note: str) -> None:
    """A progress that nobody watches."""
