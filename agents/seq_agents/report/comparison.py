"""Two agents compared over the cells that both have: the same problem and the same seed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seq_agents.report.estimate import Estimate
from seq_agents.report.outcome import Outcome, labels_of, needs_memory, of
from seq_agents.report.statistics import paired_difference, probability_of_improvement, sign_flip_test


class Pair(NamedTuple):
    """Two runs on the same problem with the same seed."""

    first: Outcome
    second: Outcome

    @property
    def difference(self) -> float:
        """How much higher the second normalised score is."""
        return self.second.final.normalized - self.first.final.normalized


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two agents, "A" and "B" in tables and sentences."""

    first: str
    """Name of the agent that is A."""
    second: str
    """Name of the agent that is B."""
    pairs: tuple[Pair, ...]
    """In the order of the first agent's outcomes."""
    only_first: tuple[Outcome, ...]
    """The outcomes of A without a counterpart."""
    only_second: tuple[Outcome, ...]
    """The outcomes of B without a counterpart."""

    def by_problem(self) -> dict[str, list[Pair]]:
        """The pairs of each problem."""
        problems: dict[str, list[Pair]] = {}
        for pair in self.pairs:
            problems.setdefault(pair.first.entry.label, []).append(pair)
        return problems

    def counted(self) -> list[list[Pair]]:
        """The pairs of each problem that counts: those that need memory, or all if none does.

        Problems without a normalised score do not count.
        """
        problems = [
            pairs for pairs in self.by_problem().values() if not any(math.isnan(pair.difference) for pair in pairs)
        ]
        return [pairs for pairs in problems if needs_memory(pairs[0].first)] or problems


def compared(first: str, ours: Sequence[Outcome], second: str, theirs: Sequence[Outcome]) -> Comparison:
    """Pair the outcomes of two agents.

    Outcomes of sweeps over lags or lengths count only if the agents share no other.

    Args:
        first, second: names of the two agents.
        ours, theirs: their outcomes; each may have one outcome of a problem and a seed, in a sweep and outside of it.
    """
    plain = _paired(_unswept(ours), _unswept(theirs))
    pairs = plain or _paired(ours, theirs)
    used = {id(outcome) for pair in pairs for outcome in pair}
    if plain:
        ours, theirs = _unswept(ours), _unswept(theirs)
    return Comparison(
        first=first,
        second=second,
        pairs=tuple(pairs),
        only_first=tuple(outcome for outcome in ours if id(outcome) not in used),
        only_second=tuple(outcome for outcome in theirs if id(outcome) not in used),
    )


def difference_of(problems: Sequence[Sequence[Pair]]) -> Estimate:
    """The mean difference of the normalised scores, B - A, over problems."""
    return paired_difference([[pair.difference for pair in pairs] for pairs in problems])


def improvement_of(problems: Sequence[Sequence[Pair]]) -> Estimate:
    """The probability that a run of B scores higher than a run of A."""
    return probability_of_improvement(scores_of(problems))


def p_value_of(problems: Sequence[Sequence[Pair]]) -> float:
    """The p-value of `difference_of`."""
    return sign_flip_test([[pair.difference for pair in pairs] for pairs in problems])


def scores_of(problems: Sequence[Sequence[Pair]]) -> list[tuple[list[float], list[float]]]:
    """For each problem the normalised scores of A and those of B, pair by pair."""
    return [
        ([pair.first.final.normalized for pair in pairs], [pair.second.final.normalized for pair in pairs])
        for pairs in problems
    ]


def why_nothing_shared(comparison: Comparison) -> str:
    """Why no outcome of A has a counterpart in B, where both have outcomes."""
    first, second = labels_of(comparison.only_first), labels_of(comparison.only_second)
    label = next((label for label in first if label in second), None)
    if label is None:
        return f"A has {', '.join(first)}, and B has {', '.join(second)}"
    ours, theirs = (of(side, label=label) for side in (comparison.only_first, comparison.only_second))
    sweeps = [dict.fromkeys(outcome.entry.swept for outcome in side) for side in (ours, theirs)]
    shared = [swept for swept in sweeps[0] if swept in sweeps[1]]
    if not shared:
        places = [" and ".join(f"the sweep {swept!r}" if swept else "no sweep" for swept in side) for side in sweeps]
        return f"{label} belongs to {places[0]} in A, and to {places[1]} in B"
    ours, theirs = ([outcome for outcome in side if outcome.entry.swept == shared[0]] for side in (ours, theirs))
    seeds = [sorted({outcome.seed for outcome in side}) for side in (ours, theirs)]
    if not set(seeds[0]) & set(seeds[1]):
        return f"of {label}, A has the seeds {seeds[0]}, and B has {seeds[1]}"
    return f"{label} is {ours[0].problem} in A and {theirs[0].problem} in B"


def _unswept(done: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in done if not outcome.entry.swept]


def _paired(ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> list[Pair]:
    by_cell = {_cell(outcome): outcome for outcome in theirs}
    return [Pair(outcome, by_cell[_cell(outcome)]) for outcome in ours if _cell(outcome) in by_cell]


def _cell(outcome: Outcome) -> tuple[str, ...]:
    """What two outcomes share if they are of the same problem and seed.

    The description of the problem is part of it: another version may have other parameters for the same id.
    """
    entry = outcome.entry
    parameters = json.dumps(dict(entry.parameters), sort_keys=True)
    return entry.id, parameters, outcome.problem, entry.swept, str(outcome.seed)
