"""`seq-envs play`: a human plays a problem by keyboard and sees one time step at a time, as a policy does."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
from gymnasium import spaces

import seq_envs
from seq_agents.cli.hints import next_commands
from seq_agents.cli.options import Command, add_parameters, as_options, count, parameters
from seq_agents.cli.options import seed as seed_option
from seq_agents.cli.terminal import drawing_width, folded, in_strips, is_terminal, terminal_width, text_of
from seq_agents.cli.waiting import working
from seq_agents.report.table import Column, Table
from seq_envs.dataset import raw_episodes
from seq_envs.env import transcript_of
from seq_envs.level import LEVELS, share
from seq_envs.seeds import EXAMPLE_STREAM
from seq_envs.transcript import Transcript, draw_solution, draw_text

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
    print(next_commands(["train", "lstm", chosen.id, *as_options(parameters(chosen.id, chosen))]))


_SECOND_SCREEN, _FIRST_SCREEN, _CLEAR = "\033[?1049h", "\033[?1049l", "\033[H\033[2J"
"""Codes of a terminal: switch to its second screen, which has no scrollback; switch back; clear the screen."""
_WIDTH = 80
"""The characters of a line of the transcript if the width of the terminal is unlimited."""
_EXAMPLES = 16
"""The episodes that show which time steps are scored."""


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

    Each time step prints what a policy gets in `seq_envs.evaluate`, the current observation and the clock, and asks
    the question. After an answer it says whether the answer is right, and which one was. Where the reward leaks (see
    `Problem.leaks`) this would reveal later answers, and is printed after the episode only. So the levels of the
    problem apply to a human's score. Every time step takes an answer; Enter alone answers 0 in each place.

    `q` and the end of the input end the game. The unfinished episode is then printed, but does not count; also after
    Ctrl-C.

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

    Raises:
        KeyboardInterrupt: after Ctrl-C.
    """
    if erase is None:
        erase = is_terminal()
    game = _Game(problem, read, write, erase)
    finished: list[dict[str, Any]] = []
    with working("estimating the levels"):
        levels = seq_envs.levels(problem)
    write(game.welcome())
    try:
        while len(finished) < episodes:
            if erase:
                game.line("\nEach step erases the one before it.\nEnter begins: ")
            finished.append(game.episode(None if finished else seed))
            write(f"\n{game.transcript()}\n\n{_score(finished[-1], levels)}\n")
    except EOFError:
        write("\nYou left.")
    accuracies = [info["accuracy"] for info in finished]
    if len(finished) > 1:
        exact = sum(info["is_success"] for info in finished)
        write(f"{len(finished)} episodes: mean accuracy {np.mean(accuracies):.4f}, exact match in {exact}.")
    return accuracies


class _Game:
    """A problem that a human plays, see `play`."""

    def __init__(self, problem: seq_envs.Problem, read: _Read, write: _Write, erase: bool) -> None:
        self._problem = problem
        self._read = read
        self._write = write
        self._erase = erase
        self._width = terminal_width()
        self._env = seq_envs.SequenceEnv(problem, render_mode="ansi", reveal=True)
        scored = raw_episodes(problem, _EXAMPLES, EXAMPLE_STREAM).scored
        self._scored = scored[0] if (scored == scored[0]).all() else np.ones(problem.steps, np.bool_)
        """(T,): the time steps that ask. Those that only some episodes score ask too: a policy does not know either."""
        self._says_right = "reward" not in problem.leaks

    def episode(self, seed: int | None) -> dict[str, Any]:
        """Play an episode; returns the info of its last step.

        Raises:
            EOFError, KeyboardInterrupt: the human leaves.
        """
        step, over, outcome = 0, False, ""
        observation, info = self._env.reset(seed=seed)
        try:
            with ExitStack() as afterwards:
                if self._erase:
                    afterwards.callback(self._write, _FIRST_SCREEN)
                    self._write(_SECOND_SCREEN)
                while not over:
                    self._ask(step, observation, outcome)
                    observation, _, over, _, info = self._env.step(self._answer())
                    step += 1
                    outcome = self._outcome(info)
                    if outcome and not self._erase:
                        self._write(self._folded(outcome))
        except (EOFError, KeyboardInterrupt):
            if step:
                self._write(f"\n{self.transcript()}\n\nThis episode is not finished: it does not count.")
            raise
        return info

    def _ask(self, step: int, observation: Any, outcome: str) -> None:
        """Print the input and the question of a time step; a cleared screen has the last outcome above them."""
        problem = self._problem
        raw = problem.code.decode(np.asarray(observation)[None])[0]
        asked = problem.question if self._scored[step] else "This answer does not count: press Enter."
        now = f"step {step + 1} of {problem.steps}: input {problem.code.draw(raw)}"
        if self._erase:
            lines = f"{problem}\n{self._how_to_answer()}\n\n{outcome}\n\n{now}\n{asked}"
            self._write(f"{_CLEAR}{self._folded(lines)}")
        else:
            self._write(self._folded(f"{now}. {asked}"))

    def _outcome(self, info: dict[str, Any]) -> str:
        """Whether the last answer was right, and which one was; empty if it did not count or must not be known yet."""
        if not (info["scored"] and self._says_right):
            return ""
        if info["correct"] == 1.0:
            return "Right."
        truth = " ".join(
            f"{place:.4g}" if isinstance(place, float) else str(place) for place in _places(info["target"])
        )
        return f"{info['correct']:.0%} right: it was {truth}." if info["correct"] else f"Wrong: it was {truth}."

    def _answer(self) -> Any:
        """Ask until an answer is typed: a number for each place, with spaces or commas between them."""
        answers, space = self._problem.answers, self._problem.action_space
        places = math.prod(answers.shape)
        while True:
            text = self.line("Your answer: " if self._erase else "")
            try:
                words = text.replace(",", " ").split() or ["0"] * places
                numbers = [float(word) if isinstance(space, spaces.Box) else int(word) for word in words]
                if len(numbers) == places:
                    return answers.read_action(numbers if answers.shape else numbers[0])
            except ValueError:
                pass
            self._write(self._folded(f"{text!r} is not {_wanted(self._problem)}."))

    def line(self, prompt: str) -> str:
        """A line without leading and trailing space. Raises EOFError for `q`."""
        text = self._read(prompt).strip()
        if text.lower() == "q":
            raise EOFError
        return text

    def welcome(self) -> str:
        """What the problem asks, with an example, and how to answer."""
        problem = self._problem
        solution = Transcript.of_solution(problem, raw_episodes(problem, 1, EXAMPLE_STREAM), 0)
        example = draw_solution(_from_one(solution), drawing_width(self._width))
        asked = f"You see one input at a time. The question: {problem.question}"
        if not self._says_right:
            asked += " Which answers were right follows after the episode, since it would reveal later ones."
        above = self._folded(
            f"{problem.title}\n{problem}\n\n{asked}\n\nAn example with its right answers, the truth. "
            "A dot: no answer counts."
        )
        return f"{above}\n\n{example}\n\n{self._folded(self._how_to_answer())}"

    def transcript(self) -> str:
        """The episode so far: inputs, answers and right answers."""
        transcript = _from_one(transcript_of(self._env, self._problem.steps))
        title, _, rows = draw_text(transcript, math.inf).partition("\n")
        return f"{self._folded(title)}\n{in_strips(rows.splitlines(), self._width or _WIDTH)}"

    def _how_to_answer(self) -> str:
        return f"Answer with {_wanted(self._problem)}, then Enter. Enter alone answers 0; q leaves."

    def _folded(self, text: str) -> str:
        return folded(text, self._width)


def _from_one(transcript: Transcript) -> Transcript:
    """The transcript with time steps that count from 1, as the questions do."""
    return transcript._replace(columns=[column._replace(step=column.step + 1) for column in transcript.columns])


def _places(answer: Any) -> list[Any]:
    """The numbers of an answer."""
    places: list[Any] = np.atleast_1d(answer).tolist()
    return places


def _wanted(problem: seq_envs.Problem) -> str:
    """What to type as an answer, in words."""
    allowed, places = problem.answers.allowed, math.prod(problem.answers.shape)
    allowed = allowed.replace(" in ", " from ").replace(" ... ", " to ")
    if places > 1:
        return f"{places} {allowed}, with spaces between them"
    wanted = allowed.replace("integers", "an integer").replace("numbers", "a number")
    return "0 or 1" if wanted == "an integer from 0 to 1" else wanted


def _score(info: dict[str, Any], levels: seq_envs.Levels) -> str:
    """The score of a finished episode, above the levels."""
    rows = [("you", f"{info['accuracy']:.4f}", "yes" if info["is_success"] else "no")]
    for name in LEVELS:
        level = getattr(levels, name)
        rows.append((name, f"{level.accuracy:.4f}", share(level.exact_match)))
    note = "memoryless: the best policy that knows the current input and the time step only. optimal: the best policy."
    table = Table("", tuple(map(Column, ("", "accuracy", "exact match"))), tuple(rows), note)
    return text_of(table, terminal_width()).rstrip()
