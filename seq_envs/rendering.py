"""The tape: an episode as text or as a picture. What is drawn has no effect on the episode."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from seq_envs.encodings import Array
from seq_envs.parameters import Choice
from seq_envs.problem import Episodes, Problem

RENDER_MODES = ("ansi", "rgb_array")
FPS = 4
"""Frames a second of a window or a video."""

_TEXT_COLUMNS = 72
"""Characters of a line of text before the tape becomes a window that follows."""
_PICTURE_COLUMNS = 16
"""Time steps in a picture before the tape becomes a window that follows."""
_RIGHT, _WRONG, _PARTLY, _NOTHING = "✓", "✗", "~", "."


def check_render_mode(render_mode: str | None) -> str | None:
    """The render mode.

    Raises:
        ValueError: it is not allowed.
    """
    return None if render_mode is None else str(Choice(RENDER_MODES).check("render_mode", render_mode))


class Column(NamedTuple):
    """One time step on the tape."""

    step: int
    shown: str
    answer: tuple[str, ...] | None
    """The places of the answer; None: not answered yet."""
    truth: tuple[str, ...] | None
    """The places of the right answer; None: nothing to answer here, or not told yet."""
    grade: float | None
    """How right the answer is; None: not answered, or not scored."""


class Transcript(NamedTuple):
    """What there is to see of one episode."""

    title: str
    steps: int
    columns: list[Column]
    """The steps so far; of a long episode the last ones."""
    longest_answer: tuple[str, ...]
    """The places of the answer that takes the most room."""

    @classmethod
    def of_episode(
        cls,
        problem: Problem,
        block: Episodes,
        episode: int,
        said: Sequence[Any],
        playing: bool,
        earned: float,
        asked: int,
    ) -> Transcript:
        """An episode as far as it has been played: `said` holds its answers up to now."""
        raw, targets, scored = block.observations[episode], block.targets[episode], block.scored[episode]
        now = len(said) + playing
        columns = []
        for step in range(max(0, now - _TEXT_COLUMNS), now):
            answer = truth = grade = None
            if step < len(said):
                answer = _places(said[step])
                if scored[step]:
                    truth = _places(targets[step])
                    grade = float(problem.grade(said[step], targets[step]))
            columns.append(Column(step, problem.code.draw(raw[step]), answer, truth, grade))
        title = f"{type(problem).__name__}  step {len(said)} of {block.lengths[episode]}  right {earned:g} of {asked}"
        return cls(title, int(block.lengths[episode]), columns, _places(problem.answers.longest))

    @classmethod
    def of_solution(cls, problem: Problem, block: Episodes, episode: int) -> Transcript:
        """A whole episode with every right answer, and nobody's answers."""
        raw, targets, scored = block.observations[episode], block.targets[episode], block.scored[episode]
        length = int(block.lengths[episode])
        columns = [
            Column(t, problem.code.draw(raw[t]), None, _places(targets[t]) if scored[t] else None, None)
            for t in range(length)
        ]
        return cls(type(problem).__name__, length, columns, _places(problem.answers.longest))


def _places(answer: Any) -> tuple[str, ...]:
    """An answer, place by place, in characters."""
    places = np.atleast_1d(answer)
    return tuple(f"{place:.2f}" if places.dtype.kind == "f" else str(place) for place in places)


def _mark(grade: float) -> str:
    return _RIGHT if grade == 1 else _PARTLY if grade > 0 else _WRONG


def frame(transcript: Transcript, render_mode: str) -> str | Array:
    """The tape so far in a render mode."""
    return draw_text(transcript) if render_mode == "ansi" else draw_picture(transcript)


def draw_text(transcript: Transcript) -> str:
    """The tape so far as lines of text: input over answer over truth over marks.

    Right is a check mark, wrong a cross, partly right a tilde; a dot stands where nothing counts.
    """
    columns = transcript.columns
    marks = [_NOTHING if column.grade is None else _mark(column.grade) for column in columns]
    rows = {
        "step": [str(column.step) for column in columns],
        "input": [column.shown for column in columns],
        "answer": ["" if column.answer is None else ",".join(column.answer) for column in columns],
        "truth": ["" if column.answer is None else _truth(column) for column in columns],
        "": ["" if column.answer is None else mark for column, mark in zip(columns, marks, strict=True)],
    }
    return "\n".join([transcript.title, *_strips(rows, backwards=True)[-1]])


def draw_solution(transcript: Transcript) -> str:
    """A whole episode as lines of text: input over truth, in several strips if it is long."""
    columns = transcript.columns
    rows = {
        "step": [str(column.step) for column in columns],
        "input": [column.shown for column in columns],
        "truth": [_truth(column) for column in columns],
    }
    return "\n\n".join("\n".join(strip) for strip in _strips(rows, backwards=False))


def _truth(column: Column) -> str:
    return _NOTHING if column.truth is None else ",".join(column.truth)


def _strips(rows: dict[str, list[str]], backwards: bool) -> list[list[str]]:
    """Rows of cells as lines with aligned columns, cut into strips of at most a line's width.

    The strips are filled from the first column on, or `backwards` from the last one; then the last strip is marked
    where columns stand before it.
    """
    label = max(map(len, rows)) + 1
    widths = [max(map(len, cells)) for cells in zip(*rows.values(), strict=True)]
    strips: list[list[int]] = [[]]
    room = _TEXT_COLUMNS - label - 2 * backwards
    for column in reversed(range(len(widths))) if backwards else range(len(widths)):
        if strips[-1] and room < widths[column] + 1:
            strips.append([])
            room = _TEXT_COLUMNS - label - 2 * backwards
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


# The picture. Colours of the Okabe-Ito palette, which colour-blind people can tell apart; marks say the same.
_PAPER, _INK, _FAINT = (250, 250, 248), (40, 44, 52), (150, 155, 165)
_INPUT, _ANSWER, _EMPTY = (222, 234, 246), (255, 255, 255), (240, 240, 237)
_GOOD, _BAD, _HALF = (0, 158, 115), (213, 94, 0), (230, 159, 0)
_NOW = (86, 180, 233)
_Colour = tuple[int, int, int]
_ROW, _GAP, _MARGIN, _LABEL = 34, 6, 16, 82
_CHARACTERS = {character: i for i, character in enumerate([*map(chr, range(32, 127)), "✓", "✗", "·", "…"])}


def draw_picture(transcript: Transcript) -> Array:
    """The tape so far as a picture, uint8 (H, W, 3), of the same size during all of an episode."""
    first = max(0, len(transcript.columns) - _PICTURE_COLUMNS)
    columns = transcript.columns[first:]
    shown = min(transcript.steps, _PICTURE_COLUMNS)
    texts = [*transcript.longest_answer, *(column.shown for column in columns)]
    width = max(_ROW, 14 + 11 * max(map(len, texts)))
    stack = len(transcript.longest_answer) * _ROW
    rows = {"step": 24, "input": _ROW, "answer": stack, "truth": stack, "": 24}
    picture = np.empty(
        (
            2 * _MARGIN + 34 + sum(rows.values()) + _GAP * (len(rows) - 1),
            max(2 * _MARGIN + _LABEL + shown * (width + _GAP) - _GAP, 460),
            3,
        ),
        np.uint8,
    )
    picture[:] = _PAPER
    _write(picture, transcript.title, _MARGIN, _MARGIN, _INK)
    tops, y = {}, _MARGIN + 34
    for name, height in rows.items():
        tops[name] = y
        _write(picture, name, _MARGIN, y + (min(height, _ROW) - 22) // 2, _FAINT)
        y += height + _GAP
    for place, column in enumerate(columns):
        x = _MARGIN + _LABEL + place * (width + _GAP)
        now = column.answer is None
        _centred(picture, str(column.step), x, tops["step"], width, 24, _INK if now else _FAINT)
        _cell(picture, x, tops["input"], width, _NOW if now else _INPUT, column.shown)
        for i, said in enumerate(column.answer or [""] * len(transcript.longest_answer)):
            _cell(picture, x, tops["answer"] + i * _ROW, width, _EMPTY if now else _ANSWER, said)
        if column.truth is None:
            _cell(picture, x, tops["truth"], width, _EMPTY, "" if now else "·", _FAINT)
            continue
        for i, (true, said) in enumerate(zip(column.truth, column.answer or (), strict=True)):
            plain = len(column.truth) == 1
            right = column.grade == 1 if plain else true == said
            _cell(picture, x, tops["truth"] + i * _ROW, width, _GOOD if right else _BAD, true, _PAPER)
        if column.grade is not None:
            colour = _GOOD if column.grade == 1 else _HALF if column.grade > 0 else _BAD
            _centred(picture, _mark(column.grade), x, tops[""], width, 24, colour)
    return picture


def _cell(
    picture: Array,
    x: int,
    y: int,
    width: int,
    colour: _Colour,
    text: str,
    ink: _Colour = _INK,
) -> None:
    _blend(picture, x, y, _rounded(_ROW - 2, width), colour)
    _centred(picture, text, x, y - 1, width, _ROW, ink)


def _centred(picture: Array, text: str, x: int, y: int, width: int, height: int, colour: _Colour) -> None:
    _write(picture, text, x + (width - 11 * len(text)) // 2, y + (height - 22) // 2, colour)


def _write(picture: Array, text: str, x: int, y: int, colour: _Colour) -> None:
    glyphs = _glyphs()
    for i, character in enumerate(text):
        glyph = glyphs[_CHARACTERS.get(character, _CHARACTERS["?"])]
        _blend(picture, x + i * glyph.shape[1], y, glyph, colour)


def _blend(picture: Array, x: int, y: int, mask: Array, colour: _Colour) -> None:
    """Lay a colour over a picture where the mask (H, W) uint8 says how much."""
    height, width = mask.shape
    under = picture[y : y + height, x : x + width]
    opacity = mask[: under.shape[0], : under.shape[1], None] / 255
    under[:] = np.rint(under + (np.array(colour) - under) * opacity)


@lru_cache(maxsize=1)
def _glyphs() -> Array:
    """(characters, 22, 11) uint8: DejaVu Sans Mono (a free font, of the Bitstream Vera licence), 18 px, drawn once."""
    glyphs: Array = np.load(os.path.join(os.path.dirname(__file__), "glyphs.npy"))
    return glyphs


@lru_cache(maxsize=64)
def _rounded(height: int, width: int, radius: float = 6.0) -> Array:
    """(H, W) uint8: a rectangle with smooth, round corners."""
    y = np.abs(np.arange(height) + 0.5 - height / 2)[:, None] - (height / 2 - radius)
    x = np.abs(np.arange(width) + 0.5 - width / 2)[None, :] - (width / 2 - radius)
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) - radius
    mask: Array = np.clip(0.5 - outside, 0, 1) * 255
    return mask.astype(np.uint8)
