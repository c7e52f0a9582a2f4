"""Small multiples: a card for each problem, with an episode, and the score of every seed of every agent."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from seq_agents.report.drawing import FAINT, INK, Drawing, Margins, Places, style, words, wrapped
from seq_agents.report.episode_picture import EpisodePicture, episode_picture
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of
from seq_agents.report.table import score

_WIDTH, _ROW = 290.0, 15.5
"""The width of a card's drawing, and the height of an agent in it."""
_LOWEST, _HIGHEST = -0.12, 1.12
"""Scores beyond these are drawn as arrows at the edge."""


@dataclass(frozen=True, kw_only=True)
class ProblemCard:
    """A problem at a glance."""

    key: str
    label: str
    control: bool
    """Whether it needs no memory."""
    picture: EpisodePicture | None
    drawing: Drawing
    """The score of every seed."""


def problem_cards(done: Sequence[Outcome], places: Places) -> list[ProblemCard]:
    """A card for each problem."""
    return [_card(f"card-{place}", label, of(done, label=label), places) for place, label in enumerate(labels_of(done))]


def _card(key: str, label: str, here: Sequence[Outcome], places: Places) -> ProblemCard:
    entry = here[0].entry
    by_name = {name: [outcome.final.normalized for outcome in of(here, name=name)] for name in names_of(here)}
    means = words([(name, score(statistics.fmean(scores))) for name, scores in by_name.items()])
    return ProblemCard(
        key=key,
        label=label,
        control=not needs_memory(here[0]),
        picture=episode_picture(entry.id, entry.parameters),
        drawing=Drawing(
            alt=f"Normalised scores of all seeds on {label}. Means: {means}.",
            paint=lambda axes: _paint(axes, by_name, places),
            width=_WIDTH,
            height=_ROW * len(by_name) + 26,
            margins=Margins(left=94, right=10, top=4, bottom=22),
        ),
    )  # fmt: skip


def _paint(axes: Axes, by_name: Mapping[str, Sequence[float]], places: Places) -> None:
    for height, (name, scores) in enumerate(by_name.items()):
        color = style(places[name]).color
        axes.axhline(-height, color=FAINT, linewidth=0.5, zorder=0)
        for value in scores:
            if math.isnan(value):
                continue
            inside = min(max(value, _LOWEST), _HIGHEST)
            marker = "o" if inside == value else "<" if value < inside else ">"
            axes.plot([inside], [-height], marker=marker, color=color, alpha=0.75, markersize=5, markeredgewidth=0)
    for level in (0.0, 1.0):
        axes.axvline(level, color=INK, linewidth=0.7, alpha=0.5, zorder=1)
    axes.set(xlim=(_LOWEST - 0.04, _HIGHEST + 0.04), ylim=(-len(by_name) + 0.4, 0.6))
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks([-height for height in range(len(by_name))], [wrapped(name, 15, 1) for name in by_name])
    axes.tick_params(labelsize=10, length=0)
    axes.xaxis.set_major_locator(FixedLocator([0.0, 0.5, 1.0]))
