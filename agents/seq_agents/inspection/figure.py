"""An inspection as a figure for a paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from seq_agents.experiments.files import write_whole
from seq_agents.inspection.curves import even_places
from seq_agents.inspection.findings import largest_share, on_right_steps, relative
from seq_agents.report.figure_formats import figure_bytes, form_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from seq_agents.inspection.credit import Credit
    from seq_agents.inspection.inspected import Inspection

_WIDTH, _PANEL, _TEXTS, _CURVES, _MAPS = 7.0, 0.85, 0.8, 2.2, 2.5
"""The width of a figure, and the heights of a panel, of the texts of an episode, and of other rows, in inches."""
# Colours of the Okabe-Ito palette, which colour-blind people can distinguish.
_BLUE, _ORANGE, _GREEN, _GREY = "#0072b2", "#d55e00", "#009e73", "0.55"
_MOST_TEXTS = 40
"""Time steps above which the texts of an episode do not fit."""


def save(inspection: Inspection, path: Path) -> None:
    """Write the figure, whole or not at all; see `Inspection.save_figure`."""
    content = figure_bytes(lambda: figure(inspection), form_of(path), font_size=8, axes_titlesize=8)
    write_whole(path, content)


def figure(inspection: Inspection) -> Figure:
    """The panels of the state, below them the curves by lag, and below them the maps of credit, two in a row."""
    panels, credits = inspection.panels, inspection.credits
    curves = inspection.probe is not None or bool(credits)
    pairs = [credits[first : first + 2] for first in range(0, len(credits), 2)]
    heights = [_PANEL * len(panels) + _TEXTS] * bool(panels) + [_CURVES] * curves + [_MAPS] * len(pairs)
    drawn = Figure(figsize=(_WIDTH, sum(heights) or 1.0), layout="constrained")
    rows = iter(drawn.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0] if heights else ())
    if panels:
        _draw_panels(next(rows).subplots(len(panels), 1, squeeze=False)[:, 0], inspection)
    if curves:
        left, right = next(rows).subplots(1, 2)
        _draw_probe(left, inspection)
        _draw_reach(right, inspection)
    for row, pair in zip(rows, pairs, strict=True):
        both = row.subplots(1, 2)
        for axes, credit in zip(both, pair, strict=False):
            _draw_credit(axes, credit)
        for axes in both[len(pair) :]:
            axes.set_axis_off()
    return drawn


def _draw_panels(all_axes: Any, inspection: Inspection) -> None:
    steps = inspection.played.steps
    few = steps <= _MOST_TEXTS
    ticks = np.arange(steps) if few else even_places(steps)
    for axes, panel in zip(all_axes, inspection.panels, strict=True):
        image = axes.imshow(
            panel.values, aspect="auto", interpolation="nearest", cmap="cividis" if panel.gate else "PuOr_r",
            vmin=0.0 if panel.gate else -panel.scale, vmax=panel.scale,
        )  # fmt: skip
        axes.set_ylabel(panel.name.replace(" gate", "\ngate"))
        axes.set_yticks([])
        axes.set_xticks(ticks, [""] * len(ticks))
        axes.figure.colorbar(image, ax=axes, pad=0.01, aspect=8, ticks=[0.0, panel.scale], format="%.2g")
    all_axes[0].set_title(f"The state of {inspection.name} along an episode", loc="left")
    all_axes[-1].set_xticks(ticks, _texts(inspection) if few else ticks)
    all_axes[-1].set_xlabel("input, answer and right answer of each time step" if few else "time step")


def _texts(inspection: Inspection) -> list[str]:
    """The input, the answer and the truth of each time step, one below the other."""
    return [
        f"{column.observation}\n{','.join(column.answer or ())}\n{','.join(column.truth or ('·',))}"
        for column in inspection.columns
    ]


def _draw_probe(axes: Axes, inspection: Inspection) -> None:
    probe = inspection.probe
    axes.spines[["top", "right"]].set_visible(False)
    if probe is None:
        axes.set_axis_off()
        return
    axes.plot(probe.lags, probe.trained, color=_BLUE, marker="o", markersize=3, label="trained")
    if probe.untrained is not None:
        axes.plot(probe.lags, probe.untrained, color=_ORANGE, linestyle="--", label="before training")
    axes.plot(probe.lags, probe.chance, color=_GREY, linestyle=":", label="chance")
    axes.set_xticks(even_places(int(probe.lags[-1]) + 1))
    axes.set(xlabel="steps ago", ylabel=f"input read from the state, {probe.measure}")
    axes.set_ylim(min(0.0, float(np.nanmin(probe.trained, initial=0.0))) - 0.03, 1.05)
    axes.legend(frameon=False)


def _draw_reach(axes: Axes, inspection: Inspection) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    for of, colour, dash in (("answer", _BLUE, "-"), ("value", _GREEN, "--")):
        credit = inspection.credit_of(of, "gradient")
        if credit is not None:
            norms = relative(credit.by_distance())
            axes.set_xticks(even_places(len(norms)))
            axes.plot(range(len(norms)), norms, color=colour, linestyle=dash, label=f"of the {of}")
    if not axes.lines:
        axes.set_axis_off()
        return
    axes.set(xlabel="steps ago", ylabel="mean norm of the gradient,\nas a share of the largest")
    axes.set_ylim(-0.03, 1.05)
    axes.legend(frameon=False)


def _draw_credit(axes: Axes, credit: Credit) -> None:
    """The map of the drawn episode, with the right steps outlined."""
    shares: Any = credit.shares()[0]
    axes.set_facecolor("0.93")  # Steps after the answer, and inputs that cannot be replaced.
    axes.imshow(shares, aspect="auto", interpolation="nearest", cmap="Blues", vmin=0.0, vmax=largest_share(credit))
    for place, step in credit.outlined().tolist():
        axes.add_patch(_outline(step, place))
    # With a part the title is too long for one line.
    between = ":\n" if credit.part else ": "
    axes.set_title(between.join(filter(None, (f"{credit.of}s, {credit.by}", on_right_steps(credit)))), loc="left")
    places = even_places(len(credit.steps))
    axes.set(xlabel="input of step", ylabel="answer of step" if credit.of == "answer" else "value of step")
    axes.set_xticks(even_places(shares.shape[1]))
    axes.set_yticks(places, [str(credit.steps[place]) for place in places])


def _outline(step: int, place: int) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((step - 0.5, place - 0.5), 1, 1, fill=False, edgecolor=_ORANGE, linewidth=0.8)
