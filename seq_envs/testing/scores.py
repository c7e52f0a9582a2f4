"""What the reference players get must be what the levels say."""

from __future__ import annotations

import numpy as np

from seq_envs import policies
from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.estimation import levels
from seq_envs.evaluation import evaluate
from seq_envs.problem import Problem
from seq_envs.testing.contract import no_global_draws, require

_EPISODES = 20
_MOST_STEPS = 64


def check_scores(problem: Problem, episodes: int) -> None:
    """`solve` is a function of what it is given, and nobody gets more or less than a level says.

    Chance is not above memoryless, and the memoryless and the optimal player get what their levels say.
    """
    _check_solver(problem)
    stated = levels(problem)
    chance, memoryless = stated.chance, stated.memoryless
    require(
        chance.accuracy - 5 * chance.accuracy_error <= memoryless.accuracy + 1e-9,
        f"chance ({chance}) is above memoryless ({memoryless})",
    )
    for name in ("optimal", "memoryless"):
        level = getattr(stated, name)
        with no_global_draws("solve()" if name == "optimal" else "guess()"):
            got = evaluate(getattr(policies, name)(problem), problem, episodes)
        for metric in ("accuracy", "exact_match"):
            low, high = getattr(got, f"{metric}_interval")
            # Three times as wide as the 95% interval: one false alarm in 10^8.
            slack = (high - low) + 5 * getattr(level, f"{metric}_error")
            require(
                low - slack <= getattr(level, metric) <= high + slack,
                f"the {name} player gets {metric} {getattr(got, metric):.4f} ({low:.4f} to {high:.4f}), "
                f"but its level says {getattr(level, metric):.4f}",
            )


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
                np.array_equal(shown, history[:, : step + 1]),
                f"solve() changes the history that it is given at step {step}: work on a copy",
            )
            shape = (_EPISODES, *(problem.action_space.shape or ()))
            require(
                isinstance(said, np.ndarray) and said.shape == shape,
                f"solve() must return an array of shape (B, *action_space.shape) = {shape}, got "
                f"{type(said).__name__} of shape {np.shape(said)} at step {step}",
            )
            asked = raw.scored[:, step]
            require(
                step not in answers or np.array_equal(answers[step][asked], said[asked]),
                f"solve() answers differently at step {step} when it is asked again: it must know the history only",
            )
            answers[step] = np.array(said)
