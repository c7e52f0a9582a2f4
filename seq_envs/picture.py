"""An episode as a picture: the same rows as the transcript."""

from __future__ import annotations

import os
from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.transcript import Transcript, mark

_PICTURE_COLUMNS = 16
"""The most time steps in a picture; a longer episode is drawn with its latest steps only."""

# Colours of the Okabe-Ito palette, which colour-blind people can distinguish; the marks show the same.
_PAPER, _INK, _FAINT = (250, 250, 248), (40, 44, 52), (150, 155, 165)
_INPUT, _ANSWER, _EMPTY = (222, 234, 246), (255, 255, 255), (240, 240, 237)
_GOOD, _BAD, _HALF = (0, 158, 115), (213, 94, 0), (230, 159, 0)
_NOW = (86, 180, 233)
_Colour = tuple[int, int, int]
_ROW, _GAP, _MARGIN, _LABEL = 34, 6, 16, 82
_CHARACTERS = {character: i for i, character in enumerate([*map(chr, range(32, 127)), "✓", "✗", "·", "…"])}


def draw_picture(transcript: Transcript, longest_title: str = "") -> Array:
    """The episode so far as a picture, uint8 (H, W, 3), of the same size during all of an episode.

    It is wide enough for the longest title, if there is one; a longer title is cut.
    """
    first = max(0, len(transcript.columns) - _PICTURE_COLUMNS)
    columns = transcript.columns[first:]
    drawn = min(transcript.steps, _PICTURE_COLUMNS)
    texts = [*transcript.longest_answer, transcript.longest_observation]
    width = max(_ROW, 14 + 11 * max(map(len, texts)))
    stack = len(transcript.longest_answer) * _ROW
    rows = {"step": 24, "input": _ROW, "answer": stack, "truth": stack, "": 24}
    picture = np.empty(
        (
            2 * _MARGIN + 34 + sum(rows.values()) + _GAP * (len(rows) - 1),
            max(2 * _MARGIN + _LABEL + drawn * (width + _GAP) - _GAP, 2 * _MARGIN + 11 * len(longest_title), 460),
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
        _cell(picture, x, tops["input"], width, _NOW if now else _INPUT, column.observation)
        for i, given in enumerate(column.answer or [""] * len(transcript.longest_answer)):
            _cell(picture, x, tops["answer"] + i * _ROW, width, _EMPTY if now else _ANSWER, given)
        if column.truth is None:
            _cell(picture, x, tops["truth"], width, _EMPTY, "" if now else "·", _FAINT)
            continue
        for i, (true, given) in enumerate(zip(column.truth, column.answer or (), strict=True)):
            plain = len(column.truth) == 1
            right = column.grade == 1 if plain else true == given
            _cell(picture, x, tops["truth"] + i * _ROW, width, _GOOD if right else _BAD, true, _PAPER)
        if column.grade is not None:
            colour = _GOOD if column.grade == 1 else _HALF if column.grade > 0 else _BAD
            _centred(picture, mark(column.grade), x, tops[""], width, 24, colour)
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
    """Blend a colour into a picture with the opacity of the mask, (H, W) uint8."""
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
