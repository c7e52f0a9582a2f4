"""What the scores of a folder show, in sentences: the best agent, whether chance may explain it, and the controls."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seq_agents.report.compared_agents import Role, role_of
from seq_agents.report.comparison import compared, difference_of
from seq_agents.report.estimate import Estimate
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of
from seq_agents.report.statistics import FEWEST_SEEDS, interquartile
from seq_agents.report.table import Table, interval, score

_HIGH = 0.99
"""A problem with this score is called nearly optimal."""
_CONTROLS = {Role.NO_MEMORY: "which has no memory", Role.FROZEN_MEMORY: "whose memory is not learned"}


@dataclass(frozen=True)
class Finding:
    """What the scores show."""

    sentence: str
    """The finding; empty if no agent was scored on a problem that needs memory."""
    more: tuple[str, ...] = ()
    """Sentences about controls, about the hardest problem, and about agents that are not ranked."""


class _Ranked(NamedTuple):
    name: str
    estimate: Estimate
    """Interquartile mean of all runs."""
    problems: int
    outcomes: list[Outcome]


def finding(done: Sequence[Outcome]) -> Finding:
    """The finding from the outcomes of agents x problems."""
    done = [outcome for outcome in done if needs_memory(outcome) and not math.isnan(outcome.final.normalized)]
    every = [_ranked(done, name) for name in names_of(done)]
    learned = [agent for agent in every if _role(agent) in (Role.LEARNED_MEMORY, Role.INPUT_MEMORY)]
    candidates = learned or [agent for agent in every if _role(agent) is not Role.REFERENCE] or every
    if not candidates:
        return Finding("")
    most = max(agent.problems for agent in candidates)
    ranked = sorted(
        (agent for agent in candidates if agent.problems == most), key=lambda agent: -agent.estimate.value
    )  # fmt: skip
    top = ranked[0]
    controls = [agent for agent in every if _role(agent) in _CONTROLS and agent not in candidates]
    fewer = [agent.name for agent in candidates if agent.problems < most]
    more = [
        *_about_controls(top, controls),
        _about_problems(done, [agent.name for agent in candidates]),
        f"Not ranked, with runs on fewer problems: {', '.join(fewer)}." if fewer else "",
        _about_seeds(top, ranked),
    ]
    return Finding(_about_top(top, ranked[1:]), tuple(filter(None, more)))


def horizon_finding(reached: Table) -> str:
    """How far the agents remember, in a sentence; empty without a sweep.

    Args:
        reached: a row for each agent, and a column for each sweep, as `horizon_charts.reached` makes it.
    """
    sentences = []
    for place, column in enumerate(reached.columns[1:], 1):
        id, _, varied = column.heading.rpartition(": ")
        agents = [_reach(row[0], row[place], varied) for row in reached.rows if row[place] is not None]
        sentences.append(f"On {id}, {_listed(agents)}.")
    return " ".join(sentences)


def _reach(name: str, horizon: str, varied: str) -> str:
    """How far an agent remembers, in words.

    Args:
        name: of the agent.
        horizon: as in a table of horizons, such as "at least 16" or "less".
        varied: the parameter that varies.
    """
    if horizon == "less":
        return f"{name} does not remember at the smallest {varied}"
    if horizon == "not known":
        return f"it is not known yet how far {name} remembers"
    return f"{name} remembers up to a {varied} of {horizon}"


def _role(agent: _Ranked) -> Role:
    return role_of(agent.outcomes[0].entry.agent)


def _ranked(done: Sequence[Outcome], name: str) -> _Ranked:
    mine = of(done, name=name)
    labels = labels_of(mine)
    scores = [[outcome.final.normalized for outcome in of(mine, label=label)] for label in labels]
    return _Ranked(name, interquartile(scores), len(labels), mine)


def _about_top(top: _Ranked, others: Sequence[_Ranked]) -> str:
    several = f"Over the {top.problems} problems that need memory"
    where = several if top.problems > 1 else f"On {labels_of(top.outcomes)[0]}"
    value = score(top.estimate.value)
    if not others:
        return f"{where}, {top.name} has an interquartile mean of {value} of 1{_interval_of(top.estimate)}."
    start = f"{where}, {top.name} has the highest interquartile mean ({value} of 1)"
    fewest = min(agent.estimate.seeds for agent in (top, *others))
    if fewest < FEWEST_SEEDS:
        seeds = "1 seed" if fewest == 1 else f"{fewest} seeds"
        return f"{start}, but with {seeds} of a problem there is no interval, so this may be chance."
    differences = {agent.name: _difference(agent, top) for agent in others}
    equal = [name for name, found in differences.items() if found is None or found.low <= 0.0 <= found.high]
    higher = {name: -found.value for name, found in differences.items() if found is not None and found.high < 0.0}
    if equal or higher:
        parts = [f"no more than chance separates it from {_listed(equal)}"] if equal else []
        parts += [f"in the plain mean {name} is ahead by {score(ahead)}" for name, ahead in higher.items()]
        return f"{start}, but {', and '.join(parts)}."
    nearest = min(others, key=lambda agent: -agent.estimate.value)
    found = differences[nearest.name]
    gap = "" if found is None else f", {score(found.value)} ahead of {nearest.name} on average ({interval(found)})"
    return f"{start}{gap}: more than chance between seeds explains."


def _difference(first: _Ranked, second: _Ranked) -> Estimate | None:
    """How much higher the second agent scores on average; None if they share no run, or have too few seeds."""
    problems = compared(first.name, first.outcomes, second.name, second.outcomes).counted()
    found = difference_of(problems) if problems else None
    return found if found is not None and found.has_interval else None


def _interval_of(estimate: Estimate) -> str:
    return f" (95% interval {interval(estimate)})" if estimate.has_interval else f" ({interval(estimate)})"


def _about_controls(top: _Ranked, controls: Sequence[_Ranked]) -> list[str]:
    sentences = []
    for control in controls:
        what = f"The control {control.name}, {_CONTROLS[_role(control)]}, scores {score(control.estimate.value)}"
        found = _difference(control, top)
        if found is not None and found.low > 0.0:
            sentences.append(f"{what}, {score(found.value)} less than {top.name} on average.")
        elif found is not None:
            sentences.append(
                f"{what}: no more than chance separates it from {top.name}, so nothing says that memory was learned."
            )
        else:
            sentences.append(f"{what}.")
    return sentences


def _about_problems(done: Sequence[Outcome], names: Sequence[str]) -> str:
    """How many problems are nearly solved, and which is the hardest."""
    best = {}
    for label in labels_of(done):
        means = {
            name: statistics.fmean(outcome.final.normalized for outcome in mine)
            for name in names
            if (mine := of(done, name=name, label=label))
        }
        if means:
            best[label] = max(means.items(), key=lambda found: found[1])
    if len(best) < 2:
        return ""
    high = sum(value >= _HIGH for _, value in best.values())
    hardest = min(best, key=lambda label: best[label][1])
    name, value = best[hardest]
    return (
        f"On {high} of {len(best)} problems an agent scores {_HIGH} or more; the hardest is {hardest}, where the best, "
        f"{name}, scores {score(value)}."
    )


def _about_seeds(top: _Ranked, ranked: Sequence[_Ranked]) -> str:
    seeds = min(agent.estimate.seeds for agent in ranked)
    if not FEWEST_SEEDS <= seeds <= 5 or top.estimate.seeds < FEWEST_SEEDS:
        return ""
    narrow = 1 - math.sqrt((seeds - 1) / seeds)
    return f"Bootstrap intervals of {seeds} seeds are about {narrow:.0%} too narrow."


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
