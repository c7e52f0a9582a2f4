"""What an audit found, in sentences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that an audit looked at."""

    topic: str
    """In one word: seeds, actions, spaces, aliasing, info, episodes, rewards, observations."""
    verdict: str
    """"ok", "fault", or "note" (no fault, but worth knowing)."""
    text: str
    """A sentence."""


def ok(topic: str, text: str) -> Finding:
    """A finding that all is well."""
    return Finding(topic, "ok", text)


def note(topic: str, text: str) -> Finding:
    """A finding that is no fault, but worth knowing."""
    return Finding(topic, "note", text)


def fault(topic: str, text: str) -> Finding:
    """A finding that is a fault."""
    return Finding(topic, "fault", text)
