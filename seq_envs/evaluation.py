"""Evaluation: the one metric, for any policy on any problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.estimation.levels import levels
from seq_envs.level import Levels
from seq_envs.parameters import Integer
from seq_envs.policies import Policy
from seq_envs.problem import Problem
from seq_envs.registration import make_problem
from seq_envs.seeds import STREAMS_OF_A_SEED, evaluation_stream
from seq_envs.stream import block_episodes
from seq_envs.vector_env import SequenceVectorEnv

_LANES = 1000
_ROWS = 20_000_000
"""Time steps of all lanes together that may be prepared at once: fewer lanes for very long episodes."""
_NUMBERS = 100_000_000
"""Numbers in the observations of all lanes together: fewer lanes for very large observations."""


@dataclass(frozen=True)
class Evaluation:
    """What a policy got. Intervals are (low, high) at 95%."""

    accuracy: float
    """Right answers per scored step."""
    accuracy_interval: tuple[float, float]
    exact_match: float
    """Episodes with all scored answers right."""
    exact_match_interval: tuple[float, float]
    normalized_score: float
    """`accuracy` on the scale from `levels.floor` (0) to `levels.optimal` (1)."""
    normalized_interval: tuple[float, float]
    accuracy_by_step: tuple[float, ...]
    """(T,) accuracy at each time step; NaN where none is scored."""
    mean_return: float
    """Mean sum of rewards of an episode."""
    episodes: int
    levels: Levels

    def __str__(self) -> str:
        low, high = self.accuracy_interval
        return (
            f"accuracy {self.accuracy:.4f} ({low:.4f} to {high:.4f}), exact match {self.exact_match:.4f}, "
            f"normalised score {self.normalized_score:.4f}"
            f"{' against chance (a control task)' if self.levels.control else ''}, {self.episodes} episodes"
        )


def evaluate(
    policy: Policy, id_or_problem: str | Problem, episodes: int = 10_000, seed: int = 0, **parameters: Any
) -> Evaluation:
    """Play fresh episodes on the native vector env and grade them.

    The episodes are a stream of their own for each seed (from seed 2**64 on): no `reset(seed=s)` or `sample(seed=s)`
    with an s that people use for training plays them. The intervals treat episodes, not steps, as independent.

    Args:
        policy: an object with `initial_state(batch_size)` and `act(observations, state)`, see
            `seq_envs.policies.Policy`. It is given whole episodes from their first step on.
        id_or_problem, parameters: as for `make_problem`.
        episodes: how many, at least 1.
        seed: which ones; the same seed gives the same episodes.

    >>> problem = make_problem("SeqEcho-v0")
    >>> from seq_envs import policies
    >>> print(evaluate(policies.optimal(problem), problem, episodes=100))
    accuracy 1.0000 (0.9630 to 1.0000), exact match 1.0000, normalised score 1.0000, 100 episodes

    Raises:
        ValueError: `episodes` or `seed` is out of range, or as for `make_problem`.
        TypeError: the policy lacks a method, or `act` returns something else than answers and state.
        ActionError: the policy's answers are not in the action space.
    """
    problem = make_problem(id_or_problem, **parameters)
    if not (hasattr(policy, "initial_state") and hasattr(policy, "act")):
        raise TypeError(
            "policy must have initial_state(batch_size) and act(observations, state), see seq_envs.policies.Policy "
            f"(for a Stable-Baselines3 model, seq_agents.sb3.Sb3Policy(model)), got {policy!r}"
        )
    episodes = Integer(1).check("episodes", episodes)
    seed = Integer(0, STREAMS_OF_A_SEED - 1).check("seed", seed)
    a_block = block_episodes(problem) * int(raw_episodes(problem, 1, 0).observations[0].size)
    lanes = min(episodes, _LANES, max(1, _ROWS // problem.steps), max(1, _NUMBERS // a_block))
    envs = SequenceVectorEnv(problem, num_envs=lanes, reveal=True)
    earned, asked = np.zeros((2, -(-episodes // lanes), lanes))
    by_step = np.zeros((2, problem.steps))  # Right answers and questions at each step.
    for turn in range(len(earned)):
        observations, _ = envs.reset(
            seed=[evaluation_stream(seed, lane) for lane in range(lanes)] if turn == 0 else None
        )
        state = policy.initial_state(lanes)
        counted = np.arange(lanes) < episodes - turn * lanes  # The last turn may be one too many for some lanes.
        for step in range(problem.steps):
            answered = policy.act(observations, state)
            if not (isinstance(answered, tuple) and len(answered) == 2):
                raise TypeError(f"policy.act must return a tuple of answers and state, got {type(answered).__name__}")
            actions, state = answered
            observations, _, over, _, infos = envs.step(actions)
            correct, scored = infos["correct"] * counted, infos["scored"] & counted
            earned[turn] += correct
            asked[turn] += scored
            by_step[:, step] += correct.sum(), scored.sum()
            counted &= ~over
            if not counted.any():
                break
    return _summary(earned.ravel()[:episodes], asked.ravel()[:episodes], by_step, levels(problem))


def _summary(earned: Array, asked: Array, by_step: Array, of_problem: Levels) -> Evaluation:
    accuracy = float(earned.sum() / asked.sum())
    low, high = _wilson(accuracy, (earned - accuracy * asked) / asked.mean())
    exact = earned == asked
    exact_match = float(exact.mean())
    right, questions = by_step
    shares = np.divide(right, questions, out=np.full(len(right), np.nan), where=questions > 0)
    return Evaluation(
        accuracy=accuracy,
        accuracy_interval=(low, high),
        exact_match=exact_match,
        exact_match_interval=_wilson(exact_match, exact - exact_match),
        normalized_score=of_problem.normalize(accuracy),
        normalized_interval=(of_problem.normalize(low), of_problem.normalize(high)),
        accuracy_by_step=tuple(shares.tolist()),
        mean_return=float(earned.mean()),
        episodes=len(earned),
        levels=of_problem,
    )


def _wilson(share: float, residuals: Array) -> tuple[float, float]:
    """The 95% interval of a share by Wilson's score (1927), whose width does not vanish at 0 and 1.

    Answers of one episode go together, so the count in it is that of independent answers which would give the variance
    seen over episodes (residuals (B,)); where there is none to see, the count of episodes.
    """
    z2 = 1.959963984540054**2
    variance = float(residuals.var()) / len(residuals)
    count = share * (1 - share) / variance if variance > 0 else len(residuals)
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = float(np.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count**2)))) / (1 + z2 / count)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))  # Rounding may cost the last digit.
