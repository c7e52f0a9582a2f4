"""What a report says before any figure: how much is done, on what, and which commands repeat it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium

from seq_agents.experiments.entry import EPISODES, Entry
from seq_agents.experiments.grid import Grid, GridError, changed
from seq_agents.experiments.grid_file import PRESETS, preset
from seq_agents.experiments.results_folder import Folder, identity
from seq_agents.experiments.sweeps import LONGER, longer_entry, swept_entries
from seq_agents.report.outcome import Outcome
from seq_agents.report.tables import ZERO, missing


@dataclass(frozen=True)
class Summary:
    """Sentences and facts."""

    title: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """What, and how it is."""
    commands: tuple[str, ...]
    """They make the folder; empty: no command alone can."""


def summary(folder: Folder, done: Sequence[Outcome]) -> Summary:
    """Of a folder and what is done of it."""
    entries = folder.entries
    asked = sum(entry.seeds for entry in entries)
    agents, problems = len({one.name for one in entries}), len({one.label for one in entries})
    sentences = [f"{_counted(agents, 'agent')} on {_counted(problems, 'problem')}: {_how_many(len(done), asked)}."]
    left = missing(folder).rows
    if left:
        failed = sum(folder.why_failed(cell) is not None for cell in folder.cells() if folder.result(cell) is None)
        waiting = len(left) - failed
        what = [f"{failed} failed"] * (failed > 0) + [f"{waiting} still to be run"] * (waiting > 0)
        sentences.append(f"{', '.join(what)}: see the end.")
    if done:
        episodes = _either(sorted({f"{one.entry.episodes:,}" for one in done}))
        sentences += [f"All scores are of final greedy evaluations on {episodes} fresh episodes.", ZERO]
    facts = [
        ("Agents", ", ".join(dict.fromkeys(one.name for one in entries))),
        ("Seeds", _seeds(entries)),
        ("Newest result", max((one.date for one in done), default="")),
        ("Made with", _versions([one.versions for one in done])),
        ("Hardware", _either(list(dict.fromkeys(_machine(one) for one in done)))),
    ]
    return Summary(
        folder.path.resolve().name,
        tuple(sentences),
        tuple((what, how) for what, how in facts if how),
        tuple(commands(entries, folder.path.resolve().name)),
    )


def commands(entries: Sequence[Entry], out: str) -> list[str]:
    """The commands that make a folder of these entries; empty where it takes a grid of one's own."""
    if any(":" in one.agent + one.id for one in entries):
        return []  # To find out would import what the folder names: a report runs no code of others.
    plain = [one for one in entries if not one.swept]
    swept = [one for one in entries if one.swept]
    found = [_bench(plain, out)] if plain else []
    found += [_horizon([one for one in swept if one.name == name], out) for name in names(swept)]
    return [one for one in found if one is not None] if None not in found else []


def names(entries: Sequence[Entry]) -> list[str]:
    """The agents' names, in order."""
    return list(dict.fromkeys(one.name for one in entries))


def _bench(entries: Sequence[Entry], out: str) -> str | None:
    seeds, episodes = {one.seeds for one in entries}, {one.episodes for one in entries}
    if len(seeds) > 1 or len(episodes) > 1:
        return None
    counts: Any = {"seeds": seeds.pop(), "episodes": episodes.pop()}
    agents, ids = names(entries), list(dict.fromkeys(one.id for one in entries))
    candidates = [
        *((f"--preset {name}", preset(name), changed(preset(name), **counts)) for name in PRESETS),
        (
            shlex.join(["--agents", *agents, "--ids", *ids]),
            preset("full"),
            changed(preset("full"), agents=agents, ids=ids, **counts),
        ),
    ]
    for options, before, grid in candidates:
        if _makes(grid, entries):
            more = "".join(f" --{name} {n}" for name, n in counts.items() if n != getattr(before, name))
            return f"seq-envs bench {options}{more} --out {shlex.quote(out)}"
    return None


def _makes(grid: Grid, entries: Sequence[Entry]) -> bool:
    try:
        return _alike(grid.entries(), entries)
    except (GridError, ImportError):  # Agents or problems that only another grid knows.
        return False


def _alike(one: Sequence[Entry], other: Sequence[Entry]) -> bool:
    mine, theirs = ({identity(entry): entry.as_json() for entry in side} for side in (one, other))
    return mine == theirs


def _horizon(entries: Sequence[Entry], out: str) -> str | None:
    """The command for the sweeps of one agent."""
    first = entries[0]
    counts: Any = {"seeds": first.seeds, "episodes": first.episodes}
    ids = list(dict.fromkeys(one.id for one in entries))
    values = [one.parameters[one.swept] for one in entries if one.id == ids[0] and one.swept != LONGER]
    for chosen, options in ((None, []), (values, ["--values", *(str(one) for one in values)])):
        try:
            made = [
                *(one for id in ids for one in swept_entries(first.agent, id, chosen, **counts)),
                *(longer_entry(first.agent, id, **counts) for id in ids),
            ]
        except (ValueError, TypeError, ImportError, gymnasium.error.Error):
            return None
        if _alike(made, entries):
            words = ["seq-envs", "horizon", first.agent, "--ids", *ids, *options, "--seeds", str(first.seeds)]
            episodes = [] if first.episodes == EPISODES else ["--episodes", str(first.episodes)]
            return shlex.join([*words, *episodes, "--out", out])
    return None


def _how_many(done: int, asked: int) -> str:
    if done == asked:
        return f"all {_counted(asked, 'run')} are done" if asked != 1 else "its run is done"
    return f"{done:,} of {_counted(asked, 'run')} are done"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _seeds(entries: Sequence[Entry]) -> str:
    seeds = sorted({one.seeds for one in entries})
    if not seeds:
        return ""
    if len(seeds) > 1:
        return f"{seeds[0]} to {seeds[-1]} of each agent on each problem, from 0 on"
    return "0" if seeds == [1] else f"0 to {seeds[0] - 1}, of each agent on each problem"


def _versions(seen: Sequence[Mapping[str, str]]) -> str:
    packages = dict.fromkeys(name for one in seen for name in one if name != "machine")
    return ", ".join(
        f"{name} {_either(list(dict.fromkeys(one[name] for one in seen if name in one)))}" for name in packages
    )


def _machine(one: Outcome) -> str:
    cores = one.hardware.get("cores")
    kind = [one.versions["machine"]] if "machine" in one.versions else []
    return ", ".join([str(one.hardware.get("cpu", "unknown")), *kind, *([_counted(cores, "core")] if cores else [])])


def _either(words: Sequence[str]) -> str:
    return " or ".join(words)
