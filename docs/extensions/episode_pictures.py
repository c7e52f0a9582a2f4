"""Animations of the best policy at work, as files and as Markdown."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from seq_agents.watch import play

import seq_envs

SEED = 1
"""Of the episode: its inputs look random, also where a problem has few of them."""


class Animation(NamedTuple):
    """One solved episode."""

    name: str
    """Of the files, without an ending."""
    gif: bytes
    png: bytes
    """The last frame, for readers who prefer no motion."""
    alt: str
    """The episode in words."""

    def files(self) -> dict[str, bytes]:
        """Both pictures by their file names."""
        return {f"{self.name}.gif": self.gif, f"{self.name}.png": self.png}

    def markdown(self, folder: str = "") -> str:
        """Both pictures; the style sheet shows the animation, or the last frame to readers who prefer no motion."""
        images = (("gif", "moving"), ("png", "still"))
        return "\n".join(
            f"```{{image}} {folder}{self.name}.{ending}\n:alt: {self.alt}\n:class: episode {kind}\n```\n"
            for ending, kind in images
        )


def animation(id: str, name: str, **parameters: Any) -> Animation:
    """The best policy plays an episode of an id."""
    problem = seq_envs.make_problem(id, **parameters)
    watched = play(problem, {"the best policy": seq_envs.policies.optimal(problem)}, SEED)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "episode.gif"
        watched.save_gif(path, steps_per_second=2)
        gif = path.read_bytes()
    still = io.BytesIO()
    with Image.open(io.BytesIO(gif)) as frames:
        frames.seek(watched.steps)
        frames.convert("RGB").save(still, "PNG")
    columns = watched.transcript("the best policy", watched.steps).columns
    inputs = " ".join(column.observation for column in columns)
    answers = " ".join(",".join(column.answer or ()) if column.truth else "." for column in columns)
    alt = f"An episode that the best policy solves. Inputs {inputs}; answers that count {answers}."
    return Animation(name, gif, still.getvalue(), alt)
