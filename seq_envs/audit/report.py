"""The report of an audit: findings, the levels, and what memory is worth."""

from __future__ import annotations

import textwrap
from dataclasses import asdict, dataclass
from typing import Any

from seq_envs.audit.findings import Finding
from seq_envs.notebook import table

_WIDTH = 100


@dataclass(frozen=True)
class EnvLevel:
    """The mean return of an episode (sum of rewards, undiscounted) under the best policy of some kind."""

    name: str
    mean: float
    error: float
    """Standard error of `mean`, over episodes."""
    at_most: float
    """The mean of the best such policy, chosen knowing the episodes that it is judged by: in expectation not below
    what the best such policy earns. `mean` is in expectation not above it."""
    about: str
    """What the policy receives."""


@dataclass(frozen=True)
class Audit:
    """What `seq_envs.testing.audit` found."""

    env: str
    """Its id or class."""
    versions: dict[str, str]
    """Of Python, gymnasium, numpy, and the package that the env is from, if it is a distribution."""
    observation_space: str
    action_space: str
    episodes: int
    """Episodes that the levels are from: each of them was played with every action, if the env is passive, and once by
    each policy otherwise; 0: there are no levels."""
    steps: tuple[int, float, int]
    """The fewest, the mean and the most steps of an episode."""
    passive: bool | None
    """Whether actions change neither observations nor ends of episodes; None: unknown."""
    findings: tuple[Finding, ...]
    levels: tuple[EnvLevel, ...]
    """In ascending order of what the policy knows; empty: they cannot be told."""
    worth: tuple[str, ...]
    """What memory is worth, or why it cannot be told: sentences."""

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that are faults."""
        return tuple(finding for finding in self.findings if finding.verdict == "fault")

    def level(self, name: str) -> EnvLevel:
        """The level of this name.

        Raises:
            KeyError: the audit has no such level.
        """
        for level in self.levels:
            if level.name == name:
                return level
        raise KeyError(f"{self.env} has no level {name!r}: its levels are {[level.name for level in self.levels]}")

    def as_dict(self) -> dict[str, Any]:
        """The audit as data for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        fewest, mean, most = self.steps
        length = f"{fewest} steps" if fewest == most else f"{fewest} to {most} steps (mean {mean:.1f})"
        lines = [
            self.env,
            ", ".join(f"{name} {version}" for name, version in self.versions.items()),
            f"observations {self.observation_space}, actions {self.action_space}",
            f"episodes of {length}",
            "",
        ]
        width = max(len(finding.topic) for finding in self.findings)
        for finding in self.findings:
            head = f"{finding.verdict:7}  {finding.topic:{width}}  "
            lines += _wrapped(head, finding.text)
        if self.levels:
            lines += ["", f"mean return of an episode, from {self.episodes} episodes:"]
            names = max(len(level.name) for level in self.levels)
            for level in self.levels:
                error = f"± {level.error:.4f}" if level.error else ""
                lines += _wrapped(f"  {level.name:{names}} {level.mean:10.4f} {error:9} ", level.about)
        lines += ["", *(line for sentence in self.worth for line in _wrapped("", sentence))]
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        rows: list[tuple[object, ...]] = [(finding.topic, finding.verdict, finding.text) for finding in self.findings]
        rows += [(level.name, f"{level.mean:.4f} ± {level.error:.4f}", level.about) for level in self.levels]
        return table(f"{self.env}: {' '.join(self.worth)}", ("topic", "verdict", "finding"), rows)


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(f"{head}{text}", _WIDTH, subsequent_indent=" " * len(head), break_long_words=False)
