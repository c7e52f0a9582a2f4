"""What a definition consists of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hypothesis import strategies as st

Settings = dict[str, Any]
Inputs = list[Any]
"""The raw observations of one episode: ints, or a list of numbers for each step."""


class Case(NamedTuple):
    """An episode that was written by hand."""

    settings: Settings
    inputs: Inputs
    answers: list[Any]
    """The right answer at each step; None: not scored."""


class Fact(NamedTuple):
    """A number that the definition says about the distribution of episodes."""

    settings: Settings
    measured: Callable[[Inputs], float]
    """A number of each episode."""
    mean: float


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One problem. All functions take the settings as keyword arguments, with the documented defaults."""

    check: Callable[..., None]
    """check(inputs, **settings): fails if no episode has these inputs."""
    answers: Callable[..., list[Any]]
    """answers(inputs, **settings): the right answer at each step; None: not scored. Places of an answer are a list."""
    cases: Sequence[Case]
    facts: Sequence[Fact]
    settings: st.SearchStrategy[Settings]
    """Small settings, allowed or not quite."""
    allowed: Callable[..., bool]
    """allowed(**settings): whether the problem accepts these settings."""
    refused: Sequence[tuple[Settings, str]]
    """Settings that are refused, with the error's message as a regular expression."""
    tolerance: float = 0.0
    """How far a real answer may be from the one given here."""
    best_only: Callable[..., bool] = lambda **_: False
    """best_only(**settings): whether `answers` are only the best ones, as chance or noise decides which is right."""
    also_checked: Sequence[Settings] = ()
    """More settings that `check_problem` runs on."""
