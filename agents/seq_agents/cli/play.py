"""`seq-envs play`: a human plays a problem by keyboard and sees one time step at a time, as a policy does."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
from gymnasium import spaces

import seq_envs
from seq_agents.cli.options import Command, add_parameters, count, parameters
from seq_agents.cli.options import seed as seed_option
from seq_agents.cli.result_table import share
from seq_agents.cli.terminal import text_of
from seq_agents.report.table import Column, Table
from seq_envs.level import LEVELS
from seq_envs.seeds import EXAMPLE_STREAM

_Read = Callable[[str], str]
_Write = Callable[[str], None]


def add_commands(command: Command) -> None:
    """Add the command."""
    adding = command("play", _play, "play a problem by keyboard")
    adding.add_argument("id", metavar="ID", help="such as SeqEcho-v0")
    adding.add_argument("--seed", type=seed_option, default=None, help="seed of the episodes (default: a random one)")
    adding.add_argument("--episodes", type=count, default=1, help="episodes to play (default: 1)")
    add_parameters(adding)


def _play(chosen: argparse.Namespace) -> None:
    problem = seq_envs.make_problem(chosen.id, **parameters(chosen.id, chosen))
    play(problem, chosen.seed, chosen.episodes)


_SECOND_SCREEN, _FIRST_SCREEN, _CLEAR = "\033[?1049h", "\033[?1049l", "\033[H\033[2J"
"""Codes of a terminal: switch to its second screen, which has no scrollback; switch back; clear the screen."""


def play(
    problem: seq_envs.Problem,
    seed: int | None = None,
    episodes: int = 1,
    *,
    read: _Read = input,
    write: _Write = print,
    erase: bool | None = None,
) -> list[float]:
    """Let a human play episodes of a problem, and print the transcript and the score after each.

    Each time step prints what a policy gets in `seq_envs.evaluate`: the current observation and the clock. Rewards are
    printed after the episode only, since they can reveal answers: a reward of 0 reveals a wrong label. So the levels
    of the problem apply to a human's score. Every time step takes an answer; Enter alone answers 0 in each place.

    `q`, the end of the input and Ctrl-C end the game. The unfinished episode is then printed, but does not count.

    Args:
        problem: the problem to play.
        seed: the stream to play, see `seq_envs.SequenceEnv`; None: a random one.
        episodes: how many to play.
        read: reads a line after a prompt, as `input` does.
        write: prints lines, as `print` does.
        erase: whether a time step erases the one before it and its answer, by codes to a terminal; each episode then
            waits for Enter before it begins. None: only if stdout is a terminal.

    Returns:
        The accuracy of each finished episode.
    """
    if erase is None:
        erase = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    levels = seq_envs.levels(problem)
    env = seq_envs.SequenceEnv(problem, render_mode="ansi")
    finished: list[dict[str, Any]] = []
    write(_welcome(problem, levels))
    try:
        while len(finished) < episodes:
            if erase:
                _line(read, "\nEach step erases the one before it. Enter begins: ")
            finished.append(_episode(env, None if finished else seed, read, write, erase))
            write(f"\n{env.render()}\n\n{_score(finished[-1], levels)}\n")
    except (EOFError, KeyboardInterrupt):
        write("\nYou left.")
    accuracies = [info["accuracy"] for info in finished]
    if len(finished) > 1:
        exact = sum(info["is_success"] for info in finished)
        write(f"{len(finished)} episodes: mean accuracy {np.mean(accuracies):.4f}, exact match in {exact}.")
    return accuracies


def _episode(env: seq_envs.SequenceEnv, seed: int | None, read: _Read, write: _Write, erase: bool) -> dict[str, Any]:
    """Play an episode; returns the info of its last step. Raises EOFError or KeyboardInterrupt if the human leaves."""
    problem, step, over = env.problem, 0, False
    observation, info = env.reset(seed=seed)
    try:
        with ExitStack() as afterwards:
            if erase:
                afterwards.callback(write, _FIRST_SCREEN)
                write(_SECOND_SCREEN)
            while not over:
                raw = problem.code.decode(np.asarray(observation)[None])[0]
                above = f"{_CLEAR}{problem}\n{_rules(problem)}\n\n" if erase else ""
                write(f"{above}step {step + 1} of {problem.steps}: {problem.code.draw(raw)}")
                observation, _, over, _, info = env.step(_answer(problem, read, write, "> " if erase else ""))
                step += 1
    except (EOFError, KeyboardInterrupt):
        if step:
            write(f"\n{env.render()}\n\nThis episode is not finished: it does not count.")
        raise
    return info


def _answer(problem: seq_envs.Problem, read: _Read, write: _Write, prompt: str) -> Any:
    """Ask until an answer is typed: a number for each place, with spaces or commas between them."""
    answers, space = problem.answers, problem.action_space
    places = math.prod(answers.shape)
    while True:
        text = _line(read, prompt)
        try:
            words = text.replace(",", " ").split() or ["0"] * places
            numbers = [float(word) if isinstance(space, spaces.Box) else int(word) for word in words]
            if len(numbers) == places:
                return answers.read_action(numbers if answers.shape else numbers[0])
        except ValueError:
            pass
        write(f"{text!r} is not {_wanted(problem)}.")


def _line(read: _Read, prompt: str) -> str:
    """A line without leading and trailing space. Raises EOFError for `q`."""
    text = read(prompt).strip()
    if text.lower() == "q":
        raise EOFError
    return text


def _wanted(problem: seq_envs.Problem) -> str:
    """What to type as an answer, in words."""
    allowed, places = problem.answers.allowed, math.prod(problem.answers.shape)
    if places == 1:
        return allowed.replace("integers", "an integer").replace("numbers", "a number")
    return f"{places} {allowed}, separated by spaces"


def _rules(problem: seq_envs.Problem) -> str:
    return f"Answer with {_wanted(problem)}. Enter alone answers 0; q leaves."


def _welcome(problem: seq_envs.Problem, levels: seq_envs.Levels) -> str:
    return (
        f"{problem.title}\n{problem}\n\nAn episode with its right answers; a dot where no answer is scored:\n\n"
        f"{seq_envs.draw(problem, EXAMPLE_STREAM)}\n\n"
        f"{_rules(problem)}\n"
        f"Accuracy: chance {levels.chance.accuracy:.4f}, best memoryless policy {levels.memoryless.accuracy:.4f}."
    )


def _score(info: dict[str, Any], levels: seq_envs.Levels) -> str:
    """The score of a finished episode, above the levels."""
    rows = [("you", f"{info['accuracy']:.4f}", "yes" if info["is_success"] else "no")]
    for name in LEVELS:
        level = getattr(levels, name)
        rows.append((name, f"{level.accuracy:.4f}", share(level.exact_match)))
    return text_of(Table("", tuple(map(Column, ("", "accuracy", "exact match"))), tuple(rows)), None).rstrip()
