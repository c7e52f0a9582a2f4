"""The answers that a problem gives itself: `solve` and `guess`."""

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


def check_solve_and_guess(problem: Problem) -> None:
    """Both return valid answers, and `solve` depends on its argument alone."""
    _check_solve(problem)
    _check_guess(problem)


def _check_solve(problem: Problem) -> None:
    """`solve` returns the same answers in whatever order the steps are solved, and does not change its argument."""
    raw = raw_episodes(problem, _EPISODES, seed=3)
    history = problem.code.decode(problem.code.encode(raw.observations))
    steps = [int(step) for step in np.flatnonzero(raw.scored.any(axis=0))][:_MOST_STEPS]
    first_answers: dict[int, Array] = {}
    for order in (steps, steps[::-1]):
        for step in order:
            argument = history[:, : step + 1].copy()
            answers = problem.solve(argument)
            require(
                alike(argument, history[:, : step + 1]),
                f"solve() changes its argument `history` at step {step}: work on a copy",
            )
            scored = raw.scored[:, step]
            _check_answers(problem, "solve()", answers, scored, step)
            require(
                step not in first_answers or np.array_equal(first_answers[step][scored], answers[scored]),
                f"solve() returns other answers at step {step} when it is called a second time with the same history: "
                "it must depend on the history alone",
            )
            first_answers[step] = np.array(answers)
    if steps:
        _check_solve_all(problem, history[:, : steps[-1] + 1], raw.scored, first_answers)


def _check_solve_all(problem: Problem, history: Array, scored: Array, answers: dict[int, Array]) -> None:
    """`solve_all` returns the answers of `solve` at the scored steps, and does not change its argument."""
    argument = history.copy()
    together = problem.solve_all(argument)
    require(alike(argument, history), "solve_all() changes its argument `observations`: work on a copy")
    shape = (*history.shape[:2], *(problem.action_space.shape or ()))
    require(
        isinstance(together, np.ndarray) and together.shape == shape,
        f"solve_all() must return an array of shape (B, T, *action_space.shape) = {shape}, got {np.shape(together)}",
    )
    for step, alone in answers.items():
        require(
            np.array_equal(together[:, step][scored[:, step]], alone[scored[:, step]]),
            f"solve_all() returns other answers at step {step} than solve()",
        )


def _check_guess(problem: Problem) -> None:
    """`guess` returns valid answers, or None."""
    raw = raw_episodes(problem, _EPISODES, seed=3)
    observations = problem.code.decode(problem.code.encode(raw.observations))
    for step in range(min(problem.steps, _MOST_STEPS)):
        answers = problem.guess(observations[:, step].copy(), step)
        if answers is not None:
            _check_answers(problem, "guess()", answers, raw.scored[:, step], step)


def _check_answers(problem: Problem, name: str, answers: Any, scored: Array, step: int) -> None:
    """Answers to _EPISODES episodes are an array; those that are scored, (B,) bool, are in the action space."""
    require(
        isinstance(answers, np.ndarray), f"{name} must return an array, got {type(answers).__name__} at step {step}"
    )
    if answers.dtype == np.bool_:  # False and True mean 0 and 1 here.
        answers = answers.astype(np.int64)
    try:
        problem.answers.read_actions(answers, _EPISODES, ~scored)
    except ActionError as error:
        raise ContractError(f"{name} returns invalid answers at step {step}: {error}") from None
