"""The findings of an inspection as tables and as sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from seq_agents.report.table import Column, Table
from seq_envs.encodings import Array

if TYPE_CHECKING:
    from seq_agents.inspection.credit import Credit
    from seq_agents.inspection.inspected import Inspection
    from seq_agents.inspection.probe import Probe

_READABLE = 0.9
"""An input can be read if the measure of the probe is this share of the way from chance to 1."""
_PARTS = {"observation": "the observations", "action": "the previous actions", "reward": "the previous rewards"}
"""The parts of the inputs of an agent that observes its past, in words."""


def two_places(value: float) -> str:
    """The text of a share."""
    return f"{value:.2f}"


def by_lag(inspection: Inspection, most: int = 1 << 30) -> Table:
    """A row for each number of steps ago: the probe of the trained and the untrained network, chance, and gradients.

    Args:
        inspection: of an agent.
        most: rows of the table; of more lags, those that are spread evenly over them.
    """
    probe = inspection.probe
    gradients = [inspection.credit_of(of, "gradient") for of in ("answer", "value")]
    steps = inspection.played.problem.steps if gradients[0] is not None else 0
    lags = np.arange(steps) if probe is None else probe.lags
    if len(lags) > most:
        lags = lags[np.unique(np.linspace(0, len(lags) - 1, most).round().astype(np.int64))]
    norms = [None if gradient is None else relative(gradient.by_distance()) for gradient in gradients]
    measure = "" if probe is None else f", {probe.measure}"
    columns = (
        "steps ago",
        f"read from the state{measure}",
        "before training",
        "chance",
        "gradient of the answer",
        "gradient of the value",
    )
    rows = tuple(
        (int(lag), *_probed(probe, int(lag)), *(None if norm is None else _known(norm[lag]) for norm in norms))
        for lag in lags
    )
    table = Table("", (Column(columns[0]), *(Column(heading, two_places) for heading in columns[1:])), rows)
    for heading in columns[1:]:
        table = table.without_empty(heading)
    return table


def _probed(probe: Probe | None, lag: int) -> tuple[float | None, float | None, float | None]:
    """The trained, the untrained and chance at a lag."""
    if probe is None:
        return None, None, None
    [place] = np.flatnonzero(probe.lags == lag)
    before = None if probe.untrained is None else _known(probe.untrained[place])
    return _known(probe.trained[place]), before, _known(probe.chance[place])


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def relative(norms: Array) -> Array:
    """(T,): norms as shares of the largest one."""
    largest = np.nanmax(norms, initial=0.0)
    shares: Array = norms / largest if largest > 0 else norms
    return shares


def on_sources(inspection: Inspection) -> Table:
    """A row for each map of credit: the share on the steps that a right answer depends on, and its chance.

    Maps without such a share have no row.
    """
    rows = [
        (f"{credit.of}s", credit.by, *found)
        for credit in inspection.credits
        if (found := credit.on_sources) is not None and not math.isnan(found[0])
    ]
    share_columns = (Column("on the right steps", two_places), Column("chance", two_places))
    return Table("", (Column("credit of"), Column("by"), *share_columns), tuple(rows))


def on_right_steps(credit: Credit) -> str:
    """The share on the steps that a right answer depends on, in words; empty if there is none."""
    found = credit.on_sources
    return "" if found is None or math.isnan(found[0]) else f"{found[0]:.0%} on the right steps (chance {found[1]:.0%})"


def largest_share(credit: Credit) -> float:
    """The largest share of the drawn episode, which has the full colour of a map; 1 if nothing has credit."""
    return float(np.nanmax(credit.shares()[0], initial=0.0)) or 1.0


def sentences(inspection: Inspection) -> list[str]:
    """What was found, and what is left out."""
    found = [] if inspection.probe is None else [about_probe(inspection.probe)]
    if feedback := inspection.options.feedback:
        found.append(
            f"The agent observes its previous {' and '.join(feedback)}, and played the episodes itself. Where a part "
            "of the input of one step is replaced, all else stays as it was observed, later answers and rewards too."
        )
    for of in ("answer", "value"):
        credit = inspection.credit_of(of, "occlusion")
        if credit is not None and credit.on_sources is not None:
            found.append(_about_credit(credit))
    return [*found, *_about_parts(inspection), *inspection.notes]


def _about_parts(inspection: Inspection) -> list[str]:
    """How much each part of the input of an agent with feedback changes; empty without feedback."""
    feedback, found = inspection.options.feedback, []
    if not (feedback and inspection.credits):
        return []
    for of in ("answer", "value"):
        totals = {part: credit.total for part in _PARTS if (credit := inspection.credit_of(of, "occlusion", part))}
        if total := sum(totals.values()):
            shares = [f"{amount / total:.0%} is due to {_PARTS[part]}" for part, amount in totals.items()]
            found.append(f"Of the change of the {of}s when parts are replaced, {', '.join(shares)}.")
    constant = [_PARTS[part] for part in feedback if not inspection.credit_of("answer", "occlusion", part)]
    if constant:
        found.append(f"The episodes do not differ in {' and '.join(constant)}, so there is nothing to replace.")
    return found


def about_probe(probe: Probe) -> str:
    """The sentence about what a probe reads."""
    if np.isnan(probe.trained).all() or (probe.chance == 1.0).all():
        return "The inputs are the same in every episode, so there is nothing to read from the state."
    text = (
        f"A linear probe reads {_inputs_up_to(_readable(probe, probe.trained))} from the state, with an "
        f"{probe.measure} of at least {_READABLE:.0%} of the way from chance to 1"
    )
    if probe.untrained is None:
        return f"{text}."
    return f"{text}; before training it reads {_inputs_up_to(_readable(probe, probe.untrained))}."


def _inputs_up_to(lag: int | None) -> str:
    """The inputs that can be read, in words."""
    if lag is None:
        return "no input"
    if lag == 0:
        return "only the input of the current step"
    return f"the inputs of up to {lag} step{'s' if lag > 1 else ''} ago"


def _readable(probe: Probe, measure: Array) -> int | None:
    """The longest lag up to which every input can be read; None if the first one cannot.

    Lags at which chance is always right are left out, because there is nothing to read.
    """
    unknown = ~(probe.chance >= 1.0)
    lags, chance = probe.lags[unknown], probe.chance[unknown]
    wrong = np.flatnonzero(~(measure[unknown] - chance >= _READABLE * (1 - chance)))
    count = int(wrong[0]) if len(wrong) else len(lags)
    return int(lags[count - 1]) if count else None


def _about_credit(credit: Credit) -> str:
    assert credit.on_sources is not None
    share, chance = credit.on_sources
    replaced = "observations" if credit.part else "inputs"
    if math.isnan(share):
        return f"Replacing {replaced} changes no {credit.of} at the time steps whose right answer depends on them."
    return (
        f"When {replaced} are replaced, {share:.0%} of the change of the {credit.of}s is due to the steps that the "
        f"right answer depends on (chance {chance:.0%})."
    )
