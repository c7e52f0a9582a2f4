"""An entry of a grid: an agent on a problem for several seeds; a cell is one of these seeds."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import seq_envs
from seq_agents.experiments.config import Config

EPISODES = 10_000
"""Fresh ones, of the final evaluation."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An agent on a problem, for several seeds."""

    name: str
    """Of the agent in the results: two entries may train one agent with different settings."""
    agent: str
    id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Of the problem, those in place of the id's."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the agent, all of them."""
    seeds: int = 5
    episodes: int = EPISODES
    elsewhere: tuple[Mapping[str, Any], ...] = ()
    """Changes of parameters: the trained agent is examined on the problem so changed, too."""
    swept: str = ""
    """The parameter that is varied over entries, if one is: the result belongs to a curve over it, see `horizon`."""

    def problem(self) -> seq_envs.Problem:
        """What is learned."""
        return seq_envs.make_problem(self.id, **self.parameters)

    @property
    def label(self) -> str:
        """The problem in words: its id, and the parameters in place of the id's."""
        return " ".join([self.id, *(f"{name}={value}" for name, value in self.parameters.items())])

    def as_json(self) -> dict[str, Any]:
        """As read back from a file."""
        read: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return read

    @classmethod
    def of_json(cls, raw: Mapping[str, Any]) -> Entry:
        """An entry as it was written.

        Raises:
            Exception: it is none.
        """
        entry = cls(**{**raw, "elsewhere": tuple(raw["elsewhere"])})
        if not (
            all(isinstance(text, str) for text in (entry.name, entry.agent, entry.id, entry.swept))
            and all(type(number) is int and number >= 1 for number in (entry.seeds, entry.episodes))
            and all(isinstance(one, dict) for one in (entry.parameters, entry.settings, *entry.elsewhere))
        ):
            raise ValueError(f"{entry!r} is no entry")
        return entry


class Cell(NamedTuple):
    """One seed of an entry."""

    entry: Entry
    seed: int

    @property
    def key(self) -> str:
        """A name for files: no two cells have the same, not even where small and capital letters are one."""
        entry = self.entry
        id, *parameters = entry.label.split(" ")
        text = "--".join([entry.name, id, *parameters, *([f"over-{entry.swept}"] if entry.swept else [])])
        plain = (
            all(_PLAIN.fullmatch(name) for name in (entry.name, entry.swept or "none"))
            and id in seq_envs.MENU
            and all(_PLAIN_PARAMETER.fullmatch(one) and "--" not in one for one in parameters)
            and len(text) <= _LONGEST_KEY
        )
        if not plain:
            told_apart = json.dumps([entry.name, entry.label, entry.swept])
            digest = hashlib.sha256(told_apart.encode()).hexdigest()[:16]
            text = f"{re.sub('[^A-Za-z0-9_=.+-]', '_', text)[:_LONGEST_KEY]}--{digest}"
        return f"{text}--{self.seed}"

    def config(self) -> Config:
        """What is trained."""
        one = self.entry
        return Config(agent=one.agent, id=one.id, parameters=one.parameters, settings=one.settings, seed=self.seed)


_PLAIN = re.compile(r"[a-z0-9_]+(-[a-z0-9_]+)*")


_PLAIN_PARAMETER = re.compile(r"[a-z_]+=([a-z0-9_.+-]+|True|False|None)")


_LONGEST_KEY = 150
"""Characters of a file's name without digest and seed: file systems take 255 bytes."""
