"""Render modes: an episode as text or as a picture. Rendering has no effect on the episode."""

from __future__ import annotations

from seq_envs.encodings import Array
from seq_envs.parameters import Choice
from seq_envs.transcript import Transcript, draw_text

RENDER_MODES = ("ansi", "rgb_array")
FPS = 4
"""Frames a second of a window or a video."""


def check_render_mode(render_mode: str | None) -> str | None:
    """The render mode.

    Raises:
        ValueError: it is not allowed.
    """
    return None if render_mode is None else str(Choice(RENDER_MODES).check("render_mode", render_mode))


def frame(transcript: Transcript, render_mode: str) -> str | Array:
    """The episode so far in a render mode."""
    if render_mode == "ansi":
        return draw_text(transcript)
    from seq_envs.picture import draw_picture  # Most programs render no picture, so they need not import this.

    # The title grows during the episode. Only answers of several places can be partly right.
    name, most = transcript.title.partition("  ")[0], transcript.steps
    fraction = ".00000" if len(transcript.longest_answer) > 1 else ""
    return draw_picture(transcript, f"{name}  step {most} of {most}  right {most}{fraction} of {most}")
