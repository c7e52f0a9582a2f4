"""Entries of a grid: an entry is an agent on a problem for several seeds, and a cell is one of these seeds."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import seq_envs
from seq_agents.experiments.config import Config, determining_settings
from seq_agents.experiments.further import Further
from seq_agents.experiments.until import Until
from seq_envs.env_options import EnvOptions
from seq_envs.evaluation import EPISODES
from seq_envs.seeds import TRIAL_SEEDS
from seq_envs.sizes import as_text, of_data

_OFTEN_EMPTY = ("options", "until", "further", "stop_when_solved", "reported", "standard", "trial")
_NOT_IN_THE_RESULT = ("seeds", "reported", "standard")
"""Fields of an entry that do not affect the result of a cell."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An agent on a problem, for several seeds."""

    name: str
    """Name of the entry in the results; two entries may train the same agent with different settings."""
    agent: str
    """A name of `seq_agents.agents.AGENTS`, or "module:factory"."""
    id: str
    """Id of the environment."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the problem that differ from the id's."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the environment that differ from their defaults, see `seq_envs.env_options.EnvOptions`."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """All settings of the agent."""
    seeds: int = 5
    """Number of seeds; they count from 0."""
    episodes: int = EPISODES
    """Episodes of the final evaluation."""
    elsewhere: tuple[Mapping[str, Any], ...] = ()
    """Changes of parameters; the trained agent is also evaluated on each problem that is changed in this way."""
    further: Further | None = None
    """How far beyond the training the agent is right; None: that is not measured."""
    swept: str = ""
    """The parameter that varies over the entries of a sweep (see `seq-envs horizon`); empty outside sweeps."""
    until: Until | None = None
    """When the training of an experiment stops early; None if it always runs to its end."""
    stop_when_solved: bool = False
    """Whether the training ends early when the problem is solved (see `seq_agents.experiments.fairness.Budget`)."""
    reported: str = ""
    """What the source of the experiment reports; empty if there is no such source."""
    standard: bool = False
    """Whether the settings are the standard ones, the same for all problems; if not, they may be tuned for the id."""
    trial: str = ""
    """The settings that a search tries, in words. Its cells have other seeds and other episodes than those of a report;
    empty for an entry of a report."""

    def problem(self) -> seq_envs.Problem:
        """The problem that the agent learns."""
        return seq_envs.make_problem(self.id, **self.parameters)

    def problem_with(self, changes: Mapping[str, Any]) -> seq_envs.Problem:
        """The problem that the agent learns with some parameters changed, even those that its id fixes.

        Raises:
            ValueError, TypeError: as for `seq_envs.make_problem`.
        """
        return seq_envs.make_problem(self.problem(), **changes)

    @property
    def label(self) -> str:
        """The problem in words: its id, the parameters that differ from the id's, and the options of the env."""
        options = {name: "+".join(value) if name == "feedback" else value for name, value in self.options.items()}
        return " ".join(
            [self.id, *(f"{name}={as_text(value)}" for name, value in {**self.parameters, **options}.items())]
        )

    @property
    def is_experiment(self) -> bool:
        """Whether the entry is a single experiment, and so no part of agents x problems."""
        return bool(self.until or self.reported)

    @property
    def identity(self) -> tuple[str, str, str]:
        """Distinguishes the entries of a folder: two entries with the same identity have the same cells."""
        return self.title, self.label, self.swept

    @property
    def title(self) -> str:
        """The name, and for a trial the settings that it tries."""
        return f"{self.name} [{self.trial}]" if self.trial else self.name

    def as_json(self) -> dict[str, Any]:
        """The entry as a JSON object; fields that most entries do not use are left out where they are empty."""
        until = {"until": None if self.until is None else self.until.as_json()}
        read: dict[str, Any] = json.loads(json.dumps({**dataclasses.asdict(self), **until}))
        return {name: value for name, value in read.items() if value or name not in _OFTEN_EMPTY}

    @classmethod
    def of_json(cls, raw: Mapping[str, Any]) -> Entry:
        """The entry that `as_json` describes.

        Raises:
            Exception: the object describes no entry.
        """
        until, further = raw.get("until"), raw.get("further")
        read = {
            "parameters": _parameters(raw["parameters"]),
            "elsewhere": tuple(map(_parameters, raw["elsewhere"])),
            "options": EnvOptions(**raw.get("options", {})).chosen(),
            "until": None if until is None else Until(**until),
            "further": None if further is None else Further(**further),
        }
        entry = cls(**{**raw, **read})
        if not (
            all(isinstance(getattr(entry, name), str) for name in ("name", "agent", "id", "swept", "reported", "trial"))
            and all(type(number) is int and number >= 1 for number in (entry.seeds, entry.episodes))
            and all(type(flag) is bool for flag in (entry.standard, entry.stop_when_solved))
            and all(isinstance(mapping, dict) for mapping in (entry.parameters, entry.settings, *entry.elsewhere))
        ):
            raise ValueError(f"{entry!r} is no entry")
        return entry


def _parameters(raw: Any) -> Any:
    """Parameters of a problem, in which JSON has turned ranges into lists; anything else stays as it is."""
    return {name: of_data(value) for name, value in raw.items()} if isinstance(raw, dict) else raw


def determining(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an entry, as JSON, that determines the results of its cells."""
    determined = {name: value for name, value in raw.items() if name not in _NOT_IN_THE_RESULT}
    settings = determining_settings(raw["agent"], raw["settings"])
    usual: dict[str, Any] = {"options": {}, "until": None, "further": None, "stop_when_solved": False, "trial": ""}
    return {**usual, **determined, "settings": settings}


class Cell(NamedTuple):
    """One seed of an entry."""

    entry: Entry
    seed: int

    @property
    def key(self) -> str:
        """A file name without its ending. No two cells have the same one, even on a file system that ignores case."""
        entry = self.entry
        id, *parameters = entry.label.split(" ")
        text = "--".join([entry.name, id, *parameters, *([f"over-{entry.swept}"] if entry.swept else [])])
        plain = not entry.trial and (
            all(_PLAIN.fullmatch(name) for name in (entry.name, entry.swept or "none"))
            and id in seq_envs.MENU
            and all(_PLAIN_PARAMETER.fullmatch(parameter) and "--" not in parameter for parameter in parameters)
            and len(text) <= _LONGEST_KEY
        )
        if not plain:
            distinguishing = json.dumps(entry.identity)
            digest = hashlib.sha256(distinguishing.encode()).hexdigest()[:16]
            text = f"{re.sub('[^A-Za-z0-9_=.+-]', '_', f'{text}--{entry.trial}'.strip('-'))[:_LONGEST_KEY]}--{digest}"
        return f"{text}--{self.seed}"

    def config(self) -> Config:
        """The configuration of the training."""
        entry = self.entry
        return Config(
            agent=entry.agent, id=entry.id, parameters=entry.parameters, settings=entry.settings,
            seed=self.seed + (TRIAL_SEEDS if entry.trial else 0), standard=entry.standard, options=entry.options,
        ).completed()  # fmt: skip


_PLAIN = re.compile(r"[a-z0-9_]+(-[a-z0-9_]+)*")


_PLAIN_PARAMETER = re.compile(r"[a-z_]+=([a-z0-9_.+-]+|True|False|None)")


_LONGEST_KEY = 150
"""Characters of a key without digest and seed; file systems allow names of 255 bytes."""
