"""What the scores of a folder show, in sentences: the best agent, whether chance may explain it, and the controls."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seq_agents.report.compared_agents import Role, role_of
from seq_agents.report.comparison import compared, difference_of, p_value_of, scores_of
from seq_agents.report.estimate import Estimate
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of
from seq_agents.report.statistics import (
    FEWEST_SEEDS,
    beyond_chance,
    interquartile,
    interquartile_difference,
    narrowness_in_words,
)
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
    labels: frozenset[str]
    """The problems that it has runs on."""
    outcomes: list[Outcome]


class _Difference(NamedTuple):
    """The difference between the interquartile means of two agents over the runs that both have."""

    estimate: Estimate
    beyond_chance: bool
    """Whether the interval excludes 0, and the mean difference has the same sign and is more than chance."""
    runs: int
    """The number of runs that both have."""
    score: float
    """The interquartile mean of the agent that is subtracted, over these runs."""


def finding(done: Sequence[Outcome]) -> Finding:
    """The finding from the outcomes of agents x problems."""
    done = [outcome for outcome in done if needs_memory(outcome) and not math.isnan(outcome.final.normalized)]
    every = [_ranked(done, name) for name in names_of(done)]
    learned = [agent for agent in every if _role(agent) in (Role.LEARNED_MEMORY, Role.INPUT_MEMORY)]
    candidates = learned or [agent for agent in every if _role(agent) is not Role.REFERENCE] or every
    if not candidates:
        return Finding("")
    labels = _compared_labels(candidates)
    ranked = sorted(
        (agent for agent in candidates if agent.labels == labels), key=lambda agent: -agent.estimate.value
    )  # fmt: skip
    top = ranked[0]
    controls = [agent for agent in every if _role(agent) in _CONTROLS and agent not in candidates]
    more = [
        *_about_controls(top, controls),
        _about_problems(done, [agent.name for agent in candidates]),
        *_about_unranked([agent for agent in candidates if agent.labels != labels], labels),
        narrowness_in_words(_seeds(top)),
    ]
    return Finding(_about_top(top, ranked[1:]), tuple(filter(None, more)))


def _compared_labels(candidates: Sequence[_Ranked]) -> frozenset[str]:
    """The problems over which agents are ranked: the most that an agent has, and of these the set that most have."""
    sets = [agent.labels for agent in candidates]
    return max(dict.fromkeys(sets), key=lambda labels: (len(labels), sets.count(labels)))


def _about_unranked(unranked: Sequence[_Ranked], labels: frozenset[str]) -> list[str]:
    fewer = [agent.name for agent in unranked if agent.labels < labels]
    others = [agent.name for agent in unranked if not agent.labels < labels]
    kinds = {"fewer": fewer, "other": others}
    return [f"Not ranked, with runs on {kind} problems: {', '.join(names)}." for kind, names in kinds.items() if names]


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
    return _Ranked(name, interquartile(scores), frozenset(labels), mine)


def _about_top(top: _Ranked, others: Sequence[_Ranked]) -> str:
    several = f"Over the {len(top.labels)} problems that need memory"
    where = several if len(top.labels) > 1 else f"On {labels_of(top.outcomes)[0]}"
    value = score(top.estimate.value)
    if not others:
        return f"{where}, {top.name} has an interquartile mean of {value} of 1{_interval_of(top.estimate)}."
    start = f"{where}, {top.name} has the highest interquartile mean ({value} of 1)"
    fewest = min(agent.estimate.seeds for agent in (top, *others))
    if fewest < FEWEST_SEEDS:
        seeds = "1 seed" if fewest == 1 else f"{fewest} seeds"
        return f"{start}, but with {seeds} of a problem there is no interval, so this may be chance."
    found = {agent.name: _difference(agent, top) for agent in others}
    known = {name: difference for name, difference in found.items() if difference is not None}
    apart = {name: difference.estimate.value for name, difference in known.items() if difference.beyond_chance}
    unsure = [name for name in known if name not in apart]
    higher = {name: -value for name, value in apart.items() if value < 0.0}
    unknown = [name for name in found if name not in known]
    parts = [f"its lead over {_listed(unsure)} may be chance"] if unsure else []
    parts += [f"{name} is ahead by {score(ahead)} over the runs that both have" for name, ahead in higher.items()]
    if unknown:
        parts.append(f"{_listed(unknown)} {'shares' if len(unknown) == 1 else 'share'} too few runs with it to compare")
    if parts:
        return f"{start}, but {', and '.join(parts)}."
    nearest = others[0].name
    ahead = known[nearest].estimate
    over = _over(known[nearest], (top, others[0]))
    return (
        f"{start}, {score(ahead.value)} ahead of {nearest} ({interval(ahead)}){over}: more than chance between seeds "
        "explains."
    )


def _difference(first: _Ranked, second: _Ranked) -> _Difference | None:
    """How much higher the interquartile mean of the second agent is; None if they share too few runs."""
    problems = compared(first.name, first.outcomes, second.name, second.outcomes).counted()
    if min(map(len, problems), default=0) < FEWEST_SEEDS:
        return None
    strata = scores_of(problems)
    estimate = interquartile_difference(strata)
    theirs = interquartile([scores for scores, _ in strata]).value
    same_sign = difference_of(problems).value * estimate.value > 0.0
    sure = same_sign and beyond_chance(estimate, p_value_of(problems))
    return _Difference(estimate, sure, sum(map(len, problems)), theirs)


def _over(difference: _Difference, agents: Sequence[_Ranked]) -> str:
    """The runs that a difference is over, in words; empty if these are all runs of the agents."""
    if all(len(agent.outcomes) == difference.runs for agent in agents):
        return ""
    return f" over the {difference.runs} runs that both have"


def _interval_of(estimate: Estimate) -> str:
    return f" (95% interval {interval(estimate)})" if estimate.has_interval else f" ({interval(estimate)})"


def _about_controls(top: _Ranked, controls: Sequence[_Ranked]) -> list[str]:
    sentences = []
    for control in controls:
        name = f"The control {control.name}, {_CONTROLS[_role(control)]},"
        found = _difference(control, top)
        if found is None:
            sentences.append(
                f"{name} scores {score(control.estimate.value)}; it shares too few runs with {top.name} to compare."
            )
            continue
        what = f"{name} scores {score(found.score)}{_over(found, (control, top))}"
        value = found.estimate.value
        if found.beyond_chance and value > 0.0:
            sentences.append(f"{what}, {score(value)} less than {top.name}.")
        elif found.beyond_chance:
            sentences.append(f"{what}, {score(-value)} more than {top.name}, so nothing says that memory was learned.")
        else:
            sentences.append(
                f"{what}: its difference from {top.name} may be chance, so nothing says that memory was learned."
            )
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


def _seeds(agent: _Ranked) -> list[int]:
    """The number of seeds of each problem."""
    return [len(of(agent.outcomes, label=label)) for label in labels_of(agent.outcomes)]


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
