"""A person plays: a problem answered by keyboard, seen one time step at a time as a policy sees it."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
from gymnasium import spaces

import seq_envs
from seq_envs.seeds import EXAMPLE_STREAM

_Read = Callable[[str], str]
_Write = Callable[[str], None]

_SECOND_SCREEN, _FIRST_SCREEN, _CLEAR = "\033[?1049h", "\033[?1049l", "\033[H\033[2J"
"""A terminal's second screen, which cannot be scrolled back; the first one again, as it was; an empty screen."""


def play(
    problem: seq_envs.Problem,
    seed: int | None = None,
    episodes: int = 1,
    *,
    read: _Read = input,
    write: _Write = print,
    erase: bool | None = None,
) -> list[float]:
    """Let a person play episodes of a problem, and show the tape and the score after each.

    A step shows what a policy gets in `seq_envs.evaluate`: the current observation and the clock. Rewards are told when
    the episode is over, since they can give answers away (a wrong label, that the sum has reached the threshold): so
    the levels beside a score hold for it. Every step takes an answer; Enter alone says 0, in each place.

    `q`, the end of the input and Ctrl-C end the game. An episode that has begun is then shown, but does not count.

    Args:
        problem: what to play.
        seed: the stream to play, see `seq_envs.SequenceEnv`; None: a random one.
        episodes: how many to play.
        read: gets a line after a prompt, as `input` does.
        write: shows lines, as `print` does.
        erase: whether a step erases the one before it and the answer to it, by codes to a terminal; each episode then
            waits for Enter before it begins. None: if stdout is a terminal.

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
    """Play an episode; returns the info of its last step. Raises EOFError or KeyboardInterrupt if the player leaves."""
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
    """Ask until what is typed is an answer: its places as numbers, with spaces or commas between them."""
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
    """A line without the space around it; `q` is the end of the input."""
    text = read(prompt).strip()
    if text.lower() == "q":
        raise EOFError
    return text


def _wanted(problem: seq_envs.Problem) -> str:
    """What an answer is, in words."""
    allowed, places = problem.answers.allowed, math.prod(problem.answers.shape)
    if places == 1:
        return allowed.replace("integers", "an integer").replace("numbers", "a number")
    return f"{places} {allowed}, separated by spaces"


def _rules(problem: seq_envs.Problem) -> str:
    return f"Answer with {_wanted(problem)}. Enter alone says 0; q leaves."


def _welcome(problem: seq_envs.Problem, levels: seq_envs.Levels) -> str:
    return (
        f"{problem.title}\n{problem}\n\n"
        f"An episode with its right answers, a dot where none counts:\n\n{seq_envs.draw(problem, EXAMPLE_STREAM)}\n\n"
        f"{_rules(problem)}\n"
        f"Accuracy: chance {levels.chance.accuracy:.4f}, best player without memory {levels.memoryless.accuracy:.4f}."
    )


def _score(info: dict[str, Any], levels: seq_envs.Levels) -> str:
    """A finished episode's score above the levels."""
    rows = [("", "accuracy", "exact match"), ("you", f"{info['accuracy']:.4f}", "yes" if info["is_success"] else "no")]
    for name in ("chance", "memoryless", "optimal"):
        level = getattr(levels, name)
        rows.append((name, f"{level.accuracy:.4f}", f"{level.exact_match:.4g}"))
    return "\n".join(f"{name:12} {accuracy:>8} {exact:>12}" for name, accuracy, exact in rows)
