"""An episode as text: the steps so far, input over answer over truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from seq_envs.problem import Episodes, Problem

TEXT_COLUMNS = 72
"""The most characters in a line of text by default; a long episode is drawn with its latest steps only."""
_RIGHT, _WRONG, _PARTLY, _NOTHING = "✓", "✗", "~", "."


class TimeStep(NamedTuple):
    """One time step of the episode."""

    step: int
    observation: str
    answer: tuple[str, ...] | None
    """The places of the answer; None: not answered yet."""
    truth: tuple[str, ...] | None
    """The places of the right answer; None: not scored, or not answered yet."""
    grade: float | None
    """How right the answer is; None: not answered, or not scored."""


class Transcript(NamedTuple):
    """An episode as far as it has been played, ready to be drawn."""

    title: str
    steps: int
    columns: list[TimeStep]
    """The steps so far; only the latest ones of a long episode."""
    longest_answer: tuple[str, ...]
    """The places of the answer that takes the most room."""
    longest_observation: str
    """The observation of the episode, those to come included, that takes the most room."""

    @classmethod
    def of_episode(
        cls,
        problem: Problem,
        block: Episodes,
        episode: int,
        answers: Sequence[Any],
        playing: bool,
        earned: float,
        most: int = TEXT_COLUMNS,
    ) -> Transcript:
        """An episode as far as it has been played, with its latest `most` steps: `answers` holds those given so far."""
        raw, targets, scored = block.observations[episode], block.targets[episode], block.scored[episode]
        now, asked = len(answers) + playing, np.count_nonzero(scored[: len(answers)])
        columns = []
        for step in range(max(0, now - most), now):
            answer = truth = grade = None
            if step < len(answers):
                answer = _places(answers[step])
                if scored[step]:
                    truth = _places(targets[step])
                    grade = float(problem.grade(answers[step], targets[step]))
            columns.append(TimeStep(step, problem.code.draw(raw[step]), answer, truth, grade))
        title = (
            f"{type(problem).__name__}  step {len(answers)} of {block.lengths[episode]}  right {earned:g} of {asked}"
        )
        length = int(block.lengths[episode])
        texts = map(problem.code.draw, np.unique(raw[:length], axis=0))
        return cls(title, length, columns, _places(problem.answers.longest), max(texts, key=len))

    @classmethod
    def of_solution(cls, problem: Problem, block: Episodes, episode: int) -> Transcript:
        """A whole episode with every right answer, before it is played."""
        raw, targets, scored = block.observations[episode], block.targets[episode], block.scored[episode]
        length = int(block.lengths[episode])
        columns = [
            TimeStep(t, problem.code.draw(raw[t]), None, _places(targets[t]) if scored[t] else None, None)
            for t in range(length)
        ]
        longest = max((column.observation for column in columns), key=len)
        return cls(type(problem).__name__, length, columns, _places(problem.answers.longest), longest)


def _places(answer: Any) -> tuple[str, ...]:
    """An answer, place by place, in characters."""
    places = np.atleast_1d(answer)
    return tuple(f"{place:.2f}" if places.dtype.kind == "f" else str(place) for place in places)


def mark(grade: float) -> str:
    """Right is a check mark, wrong a cross, partly right a tilde."""
    return _RIGHT if grade == 1 else _PARTLY if grade > 0 else _WRONG


def draw_text(transcript: Transcript, width: float = TEXT_COLUMNS) -> str:
    """The episode so far as lines of text: input over answer over truth over marks.

    Right is a check mark, wrong a cross, partly right a tilde; a dot stands where nothing counts.

    Args:
        transcript: the episode.
        width: the most characters in a line, which has the latest steps that fit; `math.inf`: it has every step.
    """
    columns = transcript.columns
    marks = [_NOTHING if column.grade is None else mark(column.grade) for column in columns]
    rows = {
        "step": [str(column.step) for column in columns],
        "input": [column.observation for column in columns],
        "answer": ["" if column.answer is None else ",".join(column.answer) for column in columns],
        "truth": ["" if column.answer is None else _truth(column) for column in columns],
        "": ["" if column.answer is None else mark for column, mark in zip(columns, marks, strict=True)],
    }
    return "\n".join([transcript.title, *_strips(rows, backwards=True, width=width)[-1]])


def draw_solution(transcript: Transcript, width: int = TEXT_COLUMNS) -> str:
    """A whole episode as lines of text: input over truth, in several strips if it is long.

    Args:
        transcript: the episode.
        width: the most characters in a line.
    """
    columns = transcript.columns
    rows = {
        "step": [str(column.step) for column in columns],
        "input": [column.observation for column in columns],
        "truth": [_truth(column) for column in columns],
    }
    return "\n\n".join("\n".join(strip) for strip in _strips(rows, backwards=False, width=width))


def _truth(column: TimeStep) -> str:
    return _NOTHING if column.truth is None else ",".join(column.truth)


def _strips(rows: dict[str, list[str]], backwards: bool, width: float) -> list[list[str]]:
    """Rows of cells as lines with aligned columns, cut into strips of at most this width.

    The strips are filled from the first column on, or `backwards` from the last one; then the last strip is marked
    where columns stand before it.
    """
    label = max(map(len, rows)) + 1
    widths = [max(map(len, cells)) for cells in zip(*rows.values(), strict=True)]
    strips: list[list[int]] = [[]]
    room = width - label - 2 * backwards
    for column in reversed(range(len(widths))) if backwards else range(len(widths)):
        if strips[-1] and room < widths[column] + 1:
            strips.append([])
            room = width - label - 2 * backwards
        strips[-1].append(column)
        room -= widths[column] + 1
    if backwards:
        strips = [strip[::-1] for strip in reversed(strips)]
    before = " … " if backwards and len(strips) > 1 else " "
    return [
        [
            (
                name.ljust(label - 1) + before + " ".join(cells[column].rjust(widths[column]) for column in strip)
            ).rstrip()
            for name, cells in rows.items()
        ]
        for strip in strips
    ]
