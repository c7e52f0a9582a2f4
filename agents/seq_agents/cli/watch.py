"""`seq-envs watch`: a trained agent plays an episode, step by step."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from seq_agents.cli.options import Command, seed
from seq_agents.cli.terminal import terminal_width
from seq_agents.cli.trained import Trained, add_run, trained
from seq_agents.settings import POSITIVE

if TYPE_CHECKING:
    from seq_agents.watch import Watched

_COLOURS = {"✓": "32", "✗": "31", "~": "33"}
"""The colour of each mark, as a code of a terminal: green, red, yellow."""


def add_commands(command: Command) -> None:
    """Add the command."""
    watch = command("watch", _watch, "watch a trained agent play an episode, step by step")
    add_run(watch)
    watch.add_argument("--seed", type=seed, default=0, help="seed of the episode (default: 0)")
    watch.add_argument("--before", action="store_true", help="beside it, the agent before its training")
    watch.add_argument("--speed", type=_speed, default=4.0, help="time steps in a second (default: 4)")
    watch.add_argument("--html", type=Path, metavar="FILE", help="write a page instead, which plays the episode")
    watch.add_argument("--gif", type=Path, metavar="FILE", help="write an animation instead")


def _speed(text: str) -> float:
    try:
        return float(POSITIVE.check("--speed", float(text)))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be {POSITIVE}, got {text!r}") from None


def _watch(chosen: argparse.Namespace) -> None:
    """Play an episode in the terminal, or write it to files."""
    import torch

    from seq_agents.watch import play

    torch.set_num_threads(1)  # A second thread costs these small networks more than it saves.
    agent = trained(chosen)
    policies = {f"after {_steps(agent):,} time steps": agent.learner.policy()}
    if chosen.before:
        policies = {"before training": agent.config.learner(agent.problem).policy(), **policies}
    watched = play(agent.problem, policies, chosen.seed)
    for path, save in (
        (chosen.html, watched.save_html),
        (chosen.gif, lambda path: watched.save_gif(path, chosen.speed)),
    ):
        if path is not None:
            save(path)
            print(f"{path}: {agent.config.agent} plays an episode of {agent.config.id}.")
    if chosen.html is None and chosen.gif is None:
        print(f"{agent.problem.title}\n{agent.problem}\n")
        show(watched, chosen.speed)


def _steps(agent: Trained) -> int:
    """The time steps that the agent has learned from."""
    curve = agent.run.curve()
    return int(curve[-1][1]) if curve else 0


def show(watched: Watched, steps_per_second: float, sleep: Callable[[float], None] = time.sleep) -> None:
    """Print an episode: step by step on a terminal that is wide enough, otherwise once at its end."""
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    coloured = terminal and not os.environ.get("NO_COLOR")
    frames = [watched.text(played) for played in range(watched.steps + 1)]
    fits = max(len(line) for frame in frames for line in frame.splitlines()) < (terminal_width() or 0)
    if not (terminal and fits and _height() > frames[-1].count("\n") + 1):
        print(_painted(frames[-1]) if coloured else frames[-1])
        return
    for place, frame in enumerate(frames):
        if place:
            sleep(1 / steps_per_second)
            print(f"\033[{frames[place - 1].count(chr(10)) + 1}A\033[J", end="")  # Up to its first line, and erase.
        print(_painted(frame) if coloured else frame, flush=True)


def _height() -> int:
    """The lines of the terminal."""
    return os.get_terminal_size(sys.stdout.fileno()).lines


def _painted(text: str) -> str:
    """The text with coloured marks, for a terminal."""
    for mark, colour in _COLOURS.items():
        text = text.replace(mark, f"\033[{colour}m{mark}\033[0m")
    return text
