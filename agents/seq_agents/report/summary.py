"""The beginning of a report: how many runs are done, the machines, and the commands that made the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seq_agents.experiments.entry import Entry
from seq_agents.experiments.results_folder import Folder
from seq_agents.report.outcome import Outcome
from seq_agents.report.table import counted
from seq_agents.report.tables import ZERO, missing


@dataclass(frozen=True)
class Summary:
    """The beginning of a report, as sentences and facts."""

    title: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """Each has a name and a value."""
    commands: tuple[str, ...]
    """The commands that made the folder; empty if none is stored."""


def summary(folder: Folder, done: Sequence[Outcome]) -> Summary:
    """The summary of a folder and its outcomes."""
    entries = folder.entries
    asked = sum(entry.seeds for entry in entries)
    agents, problems = len({entry.name for entry in entries}), len({entry.label for entry in entries})
    sentences = [f"{counted(agents, 'agent')} on {counted(problems, 'problem')}: {_how_many(len(done), asked)}."]
    left = missing(folder).rows
    if left:
        failed = sum(folder.why_failed(cell) is not None for cell in folder.cells() if folder.result(cell) is None)
        waiting = len(left) - failed
        what = [f"{failed} failed"] * (failed > 0) + [f"{waiting} still to be run"] * (waiting > 0)
        sentences.append(f"{', '.join(what)}: the last table lists them.")
    if done:
        episodes = _either(sorted({f"{outcome.entry.episodes:,}" for outcome in done}))
        sentences += [f"All scores are from greedy evaluations after training, on {episodes} fresh episodes.", ZERO]
    facts = [
        ("Agents", ", ".join(dict.fromkeys(entry.name for entry in entries))),
        ("Seeds", _seeds(entries)),
        ("Newest result", max((outcome.date for outcome in done), default="")),
        ("Made with", _versions([outcome.versions for outcome in done])),
        ("Hardware", _either(list(dict.fromkeys(_machine(outcome) for outcome in done)))),
    ]
    return Summary(
        folder.path.resolve().name,
        tuple(sentences),
        tuple((what, value) for what, value in facts if value),
        tuple(folder.commands),
    )


def _how_many(done: int, asked: int) -> str:
    if done == asked:
        return f"all {counted(asked, 'run')} are done" if asked != 1 else "its run is done"
    return f"{done:,} of {counted(asked, 'run')} are done"


def _seeds(entries: Sequence[Entry]) -> str:
    seeds = sorted({entry.seeds for entry in entries})
    if not seeds:
        return ""
    if len(seeds) > 1:
        return f"{seeds[0]} to {seeds[-1]} of each agent on each problem, from 0 on"
    return "0" if seeds == [1] else f"0 to {seeds[0] - 1}, of each agent on each problem"


def _versions(seen: Sequence[Mapping[str, str]]) -> str:
    packages = dict.fromkeys(name for versions in seen for name in versions if name != "machine")
    return ", ".join(
        f"{name} {_either(list(dict.fromkeys(versions[name] for versions in seen if name in versions)))}"
        for name in packages
    )


def _machine(outcome: Outcome) -> str:
    cores = outcome.hardware.get("cores")
    architecture = [outcome.versions["machine"]] if "machine" in outcome.versions else []
    cpu = outcome.hardware.get("cpu", "unknown")
    return ", ".join([cpu, *architecture, *([counted(cores, "core")] if cores else [])])


def _either(words: Sequence[str]) -> str:
    return " or ".join(words)
