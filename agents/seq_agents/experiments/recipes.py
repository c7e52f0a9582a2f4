"""Named experiments that anybody can rerun: an agent, a problem, settings, and what others reported for it."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from seq_agents.experiments.config import Config


@dataclass(frozen=True)
class Until:
    """Learn until fresh episodes are all answered without a mistake, and count the episodes learned from."""

    every: int
    """Episodes between two checks."""
    without_mistake: int
    """Fresh episodes of a check."""


@dataclass(frozen=True)
class Recipe:
    """One experiment, for any seed."""

    agent: str
    id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """In place of those tuned for the id."""
    seeds: int = 5
    until: Until | None = None
    reported: str = ""
    """What its source reports, and with what."""

    def config(self, seed: int) -> Config:
        """What a run of it trains."""
        return Config.of(self.agent, self.id, self.parameters, seed, self.settings)


@cache
def recipes() -> Mapping[str, Recipe]:
    """Every recipe by name, as in recipes.yaml."""
    text = files("seq_agents.experiments").joinpath("presets").joinpath("recipes.yaml").read_text(encoding="utf-8")
    return {name: _recipe(raw) for name, raw in yaml.safe_load(text).items()}


def _recipe(raw: Mapping[str, Any]) -> Recipe:
    until = raw.get("until")
    return Recipe(**{**raw, "until": Until(**until) if until else None})


def chosen(patterns: Sequence[str]) -> Mapping[str, Recipe]:
    """The recipes with these names, or names that match these patterns (`tutorial-*`).

    Raises:
        ValueError: a pattern that matches none.
    """
    every = recipes()
    found: dict[str, Recipe] = {}
    for pattern in patterns:
        names = fnmatch.filter(every, pattern)
        if not names:
            near = difflib.get_close_matches(pattern, every, n=3)
            hint = f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""
            raise ValueError(
                f"a recipe must be one of {', '.join(every)}, or a pattern such as 'tutorial-*', got {pattern!r}{hint}"
            )
        found |= {name: every[name] for name in names}
    return found
