"""Evaluation: the same metric for every policy on every problem."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from seq_envs.answers import FloatAnswers
from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.env_options import EnvOptions, Pay
from seq_envs.estimation.levels import levels
from seq_envs.level import Levels
from seq_envs.notebook import table
from seq_envs.parameters import Integer
from seq_envs.policies import Policy, require_policy
from seq_envs.problem import Problem
from seq_envs.registration import make_problem
from seq_envs.repeated import is_repeated
from seq_envs.seeds import STREAMS_OF_A_SEED, evaluation_stream
from seq_envs.stream import block_episodes
from seq_envs.vector_env import SequenceVectorEnv
from seq_envs.wilson import wilson_interval

EPISODES = 10_000
"""The episodes of an evaluation unless a caller chooses."""
_MOST_LANES = 1000
_MOST_ROWS = 20_000_000
"""The most time steps x lanes that are drawn at once: long episodes are played in fewer lanes."""
_MOST_NUMBERS = 100_000_000
"""The most numbers in the observations, or in the targets, of one block of episodes of all lanes."""
_MOST_ACTION_NUMBERS = 5_000_000
"""The most numbers in one action of all lanes."""


@dataclass(frozen=True)
class Evaluation:
    """The result of `evaluate`. Intervals are (low, high) at 95%."""

    accuracy: float
    """The mean grade of a scored step, in [0, 1]."""
    accuracy_interval: tuple[float, float]
    exact_match: float
    """The share of episodes in which all scored answers are right."""
    exact_match_interval: tuple[float, float]
    normalized_score: float
    """`accuracy` on the scale from `levels.floor` (0) to `levels.optimal` (1)."""
    normalized_interval: tuple[float, float]
    accuracy_by_step: tuple[float, ...] = field(repr=False)
    """(T,) the accuracy at each time step; NaN where no episode is scored."""
    mean_return: float
    """The mean over episodes of the sum of rewards."""
    episodes: int
    """The number of episodes played."""
    levels: Levels = field(repr=False)
    """The levels of the problem, which `normalized_score` refers to."""
    mean_squared_error: float | None = None
    """The mean squared error of the numbers of scored answers; None if answers are not real."""
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """The options of the environment that differ from their defaults: `pay` and `feedback`."""

    @property
    def errors_per_million(self) -> float:
        """Wrong answers per million scored steps, for policies whose accuracy is close to 1."""
        return (1.0 - self.accuracy) * 1e6

    def __str__(self) -> str:
        low, high = self.accuracy_interval
        squared = "" if self.mean_squared_error is None else f"mean squared error {self.mean_squared_error:.2g}, "
        return (
            f"accuracy {self.accuracy:.4f} ({low:.4f} to {high:.4f}), exact match {self.exact_match:.4f}, "
            f"normalised score {self.normalized_score:.4f}"
            f"{' against chance (a control task)' if self.levels.control else ''}, {squared}{self.episodes} episodes"
            f"{self._played_with()}"
        )

    def _repr_html_(self) -> str:
        rows = [
            (name, f"{value:.4f}", f"{low:.4f} to {high:.4f}")
            for name, value, (low, high) in (
                ("accuracy", self.accuracy, self.accuracy_interval),
                ("exact match", self.exact_match, self.exact_match_interval),
                ("normalised score", self.normalized_score, self.normalized_interval),
            )
        ]
        return table(f"{self.episodes:,} episodes{self._played_with()}", ("", "mean", "95% interval"), rows)

    def _played_with(self) -> str:
        """The options in words; empty for the defaults."""
        return f" with {EnvOptions(**self.options)}" if self.options else ""


def evaluate(
    policy: Policy,
    id_or_problem: str | Problem,
    episodes: int = EPISODES,
    seed: int = 0,
    *,
    pay: Pay = "each_step",
    feedback: Sequence[str] = (),
    **parameters: Any,
) -> Evaluation:
    """Play fresh episodes on the native vector env and grade the policy's answers.

    Each seed has its own streams of episodes, from stream 2**64 on, which `reset(seed=s)` and `sample(seed=s)` do not
    play for any s < 2**64. The intervals treat episodes as independent, not time steps. Time and memory grow linearly
    with the length of an episode, apart from what the policy itself takes.

    Args:
        policy: an object with `initial_state(batch_size)` and `act(observations, state)`, see
            `seq_envs.policies.Policy`. It plays batches of whole episodes from their first step on.
        id_or_problem, parameters: as for `make_problem`.
        episodes: the number of episodes, at least 1.
        seed: 0 ... 2**32 - 1; the same seed gives the same episodes.
        pay, feedback: what the policy observes of its own past, as for `seq_envs.SequenceEnv`. They do not change how
            answers are graded, or the levels, but the result states them. Episodes are always played to their end.

    >>> problem = make_problem("SeqEcho-v0")
    >>> from seq_envs import policies
    >>> print(evaluate(policies.optimal(problem), problem, episodes=100))
    accuracy 1.0000 (0.9630 to 1.0000), exact match 1.0000, normalised score 1.0000, 100 episodes

    Raises:
        ValueError: `episodes` or `seed` is out of range, an option is wrong, or as for `make_problem`.
        TypeError: the policy lacks a method, or `act` does not return a tuple of answers and state.
        ActionError: an answer of the policy is not in the action space.
    """
    problem = make_problem(id_or_problem, **parameters)
    require_policy(policy)
    episodes = Integer(1).check("episodes", episodes)
    seed = Integer(0, STREAMS_OF_A_SEED - 1).check("seed", seed)
    known = levels(problem)
    lanes = _lanes(problem, episodes)
    options = EnvOptions(pay=pay, feedback=feedback).chosen()
    envs = SequenceVectorEnv(problem, num_envs=lanes, reveal=True, **options)
    turns = -(-episodes // lanes)
    earned, questions = np.zeros((2, turns, lanes))
    by_step = np.zeros((2, problem.steps))  # Right answers and questions at each time step.
    real = isinstance(problem.answers, FloatAnswers)
    squares = 0.0
    for turn in range(turns):
        observations, _ = envs.reset(
            seed=[evaluation_stream(seed, lane) for lane in range(lanes)] if turn == 0 else None
        )
        state = policy.initial_state(lanes)
        counted = np.arange(lanes) < episodes - turn * lanes  # In the last turn some lanes may play without being used.
        for step in range(problem.steps):
            answered = policy.act(observations, state)
            if not (isinstance(answered, tuple) and len(answered) == 2):
                raise TypeError(f"policy.act must return a tuple of answers and state, got {type(answered).__name__}")
            actions, state = answered
            observations, _, over, _, infos = envs.step(actions)
            correct, scored = infos["correct"] * counted, infos["scored"] & counted
            earned[turn] += correct
            questions[turn] += scored
            by_step[:, step] += correct.sum(), scored.sum()
            if real and scored.any():
                distance = np.subtract(actions, infos["target"], dtype=np.float64)[scored]
                squares += float((distance**2).mean(axis=-1).sum())
            counted &= ~over
            if not counted.any():
                break
    summary = _summary(earned.ravel()[:episodes], questions.ravel()[:episodes], by_step, known)
    return replace(summary, mean_squared_error=squares / questions.sum() if real else None, options=options)


def _lanes(problem: Problem, episodes: int) -> int:
    """The number of episodes to play side by side: many for speed, within the limits on memory."""
    example, in_a_block = raw_episodes(problem, 1, 0), block_episodes(problem)
    # The vector env keeps targets that repeat along the time axis once, if a block is a single episode.
    once = in_a_block == 1 and is_repeated(example.targets)
    targets = example.targets[:, :1] if once else example.targets
    block = in_a_block * max(example.observations.size, targets.size)
    action = math.prod(problem.action_space.shape or ())
    limits = (_MOST_ROWS // problem.steps, _MOST_NUMBERS // block, _MOST_ACTION_NUMBERS // action)
    return min(episodes, _MOST_LANES, *(max(1, limit) for limit in limits))


def _summary(earned: Array, questions: Array, by_step: Array, known: Levels) -> Evaluation:
    """The evaluation of episodes with these sums of rewards (B,) and numbers of scored steps (B,).

    `by_step` (2, T) holds the right answers and the questions at each time step.
    """
    accuracy = float(earned.sum() / questions.sum())
    low, high = wilson_interval(accuracy, (earned - accuracy * questions) / questions.mean())
    exact = earned == questions
    exact_match = float(exact.mean())
    right, asked = by_step
    shares = np.divide(right, asked, out=np.full(len(right), np.nan), where=asked > 0)
    return Evaluation(
        accuracy=accuracy,
        accuracy_interval=(low, high),
        exact_match=exact_match,
        exact_match_interval=wilson_interval(exact_match, exact - exact_match),
        normalized_score=known.normalize(accuracy),
        normalized_interval=(known.normalize(low), known.normalize(high)),
        accuracy_by_step=tuple(shares.tolist()),
        mean_return=float(earned.mean()),
        episodes=len(earned),
        levels=known,
    )
