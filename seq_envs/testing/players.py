"""The answers that a problem has itself: `solve` and `guess`."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.answers import ActionError
from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.problem import Problem
from seq_envs.testing.contract import ContractError, alike, require

_EPISODES = 20
_MOST_STEPS = 64


def check_players(problem: Problem) -> None:
    """Both give answers, and `solve` is a function of what it is given."""
    _check_solver(problem)
    _check_guesses(problem)


def _check_solver(problem: Problem) -> None:
    """Whatever the order in which it is asked, `solve` answers alike, and leaves what it is shown as it is."""
    raw = raw_episodes(problem, _EPISODES, seed=3)
    history = problem.code.decode(problem.code.encode(raw.observations))
    steps = [int(step) for step in np.flatnonzero(raw.scored.any(axis=0))][:_MOST_STEPS]
    answers: dict[int, Array] = {}
    for order in (steps, steps[::-1]):
        for step in order:
            shown = history[:, : step + 1].copy()
            said = problem.solve(shown)
            require(
                alike(shown, history[:, : step + 1]),
                f"solve() changes the history that it is given at step {step}: work on a copy",
            )
            asked = raw.scored[:, step]
            _check_answers(problem, "solve()", said, asked, step)
            require(
                step not in answers or np.array_equal(answers[step][asked], said[asked]),
                f"solve() answers differently at step {step} when it is asked again: it must know the history only",
            )
            answers[step] = np.array(said)


def _check_guesses(problem: Problem) -> None:
    """Where `guess` gives answers, they are answers."""
    raw = raw_episodes(problem, _EPISODES, seed=3)
    shown = problem.code.decode(problem.code.encode(raw.observations))
    for step in range(min(problem.steps, _MOST_STEPS)):
        said = problem.guess(shown[:, step].copy(), step)
        if said is not None:
            _check_answers(problem, "guess()", said, raw.scored[:, step], step)


def _check_answers(problem: Problem, name: str, said: Any, asked: Array, step: int) -> None:
    """Answers to _EPISODES episodes are an array, and those that count (B,) are in the action space."""
    require(isinstance(said, np.ndarray), f"{name} must return an array, got {type(said).__name__} at step {step}")
    try:
        # Yes and no are 1 and 0.
        problem.answers.read_actions(said.astype(np.int64) if said.dtype == np.bool_ else said, _EPISODES, ~asked)
    except ActionError as wrong:
        raise ContractError(f"{name} gives no answers at step {step}: {wrong}") from None
