"""An episode as a page, with a button that plays it step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import seq_envs
from seq_agents.report.page_templates import framed, template_environment
from seq_envs.transcript import TimeStep, mark

if TYPE_CHECKING:
    from seq_agents.watch.watched import Watched

_ROW_PIXELS = 32
_OTHER_PIXELS = 290
"""The height of a page without its rows, for a frame in a notebook."""


class Answers(NamedTuple):
    """The rows of one policy."""

    name: str
    right: str
    """How many answers were right, in words."""
    cells: list[Cell]


class Cell(NamedTuple):
    """The answer to one time step."""

    answer: str
    mark: str
    """Whether it is right, as a character; empty where no answer counts."""
    kind: str
    """The same as a word, for the colour and for screen readers."""


def page(watched: Watched, steps_per_second: float = 4.0) -> str:
    """The whole page. It needs no other file, and without JavaScript it shows the whole episode."""
    played = {name: watched.transcript(name, watched.steps, watched.steps) for name in watched.answers}
    columns = next(iter(played.values())).columns
    return (
        template_environment("seq_agents.watch")
        .get_template("page.html.j2")
        .render(
            played_in=watched.played_in,
            title=watched.problem.title,
            levels=seq_envs.levels(watched.problem),
            steps=[column.step for column in columns],
            inputs=[column.observation for column in columns],
            truths=["·" if column.truth is None else ", ".join(column.truth) for column in columns],
            policies=[
                Answers(
                    name, transcript.title.removeprefix(f"{name}: "), [_cell(column) for column in transcript.columns]
                )
                for name, transcript in played.items()
            ],
            milliseconds=round(1000 / steps_per_second),
            version=seq_envs.__version__,
        )
    )


def _cell(column: TimeStep) -> Cell:
    assert column.answer is not None, "the whole episode has been played"
    answer = ", ".join(column.answer)
    if column.grade is None:
        return Cell(answer, "", "not scored")
    return Cell(
        answer, mark(column.grade), "right" if column.grade == 1 else "wrong" if column.grade == 0 else "partly right"
    )


def in_notebook(watched: Watched) -> str:
    """The page in a frame, whose styles do not touch those of a notebook."""
    height = _OTHER_PIXELS + _ROW_PIXELS * (3 + 2 * len(watched.answers))
    return framed(page(watched), height, "An episode")
