"""An episode as an animated GIF."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from seq_envs.encodings import Array
from seq_envs.picture import draw_picture

if TYPE_CHECKING:
    from seq_agents.watch.watched import Watched

_LAST_SECONDS = 3.0
"""How long the last frame stays, before the animation begins again."""
_COLOURS = 64
_MOST_STEPS = 200
"""An animation of more time steps takes megabytes."""


def gif(watched: Watched, steps_per_second: float) -> bytes:
    """The content of a file: a frame before the first answer and one after each, with one policy below the other.

    Raises:
        ValueError: the episode has more than `_MOST_STEPS` time steps.
    """
    if watched.steps > _MOST_STEPS:
        raise ValueError(
            f"an animation has at most {_MOST_STEPS} time steps, got {watched.steps}; a page takes any number"
        )
    frames = _as_wide([_frame(watched, played) for played in range(watched.steps + 1)])
    pictures = [Image.fromarray(frame).quantize(_COLOURS, dither=Image.Dither.NONE) for frame in frames]
    durations = [1000 / steps_per_second] * watched.steps + [1000 * _LAST_SECONDS]
    content = io.BytesIO()
    pictures[0].save(
        content, "GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True
    )
    return content.getvalue()


def _frame(watched: Watched, played: int) -> Array:
    """(H, W, 3) uint8: the episode as far as each policy has played it."""
    whole = [watched.transcript(name, watched.steps) for name in watched.answers]
    title = max((transcript.title for transcript in whole), key=len)
    parts = [draw_picture(watched.transcript(name, played), title) for name in watched.answers]
    return np.concatenate(_as_wide(parts), axis=0)


def _as_wide(pictures: list[Array]) -> list[Array]:
    """Pictures (H, W, 3), each with paper at its right, so that all are as wide as the widest: inputs may grow."""
    width = max(picture.shape[1] for picture in pictures)
    wide = []
    for picture in pictures:
        paper = np.broadcast_to(picture[:1, :1], (picture.shape[0], width - picture.shape[1], 3))
        wide.append(np.concatenate([picture, paper], axis=1))
    return wide
