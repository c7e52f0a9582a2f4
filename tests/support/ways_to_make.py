"""The ways to make a problem from an id and parameters, and what tests ask of their messages."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import gymnasium

import seq_envs

WAYS: dict[str, Callable[..., Any]] = {
    "make_problem": seq_envs.make_problem,
    "make": gymnasium.make,
    "make_vec": gymnasium.make_vec,
}
"""The functions that make a problem, or an env with a problem, from an id and parameters."""


def fields_of(id: str) -> list[tuple[str, Any]]:
    """The name and the allowed values of each parameter of an id."""
    fields = dataclasses.fields(type(seq_envs.make_problem(id)))
    return [(field.name, field.metadata["domain"]) for field in fields]


def holding(*words: str) -> str:
    """A pattern for messages that contain all of these texts."""
    return "(?s)" + "".join(f"(?=.*{re.escape(word)})" for word in words)
