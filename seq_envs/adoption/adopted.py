"""A passive env of another package as a problem: its episodes, its right answers, and its levels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from gymnasium import spaces

from seq_envs.adoption.as_given import AsGiven
from seq_envs.adoption.episodes import passive_env
from seq_envs.adoption.learned import LearnedAnswers
from seq_envs.encodings import Array
from seq_envs.level import Levels
from seq_envs.parameters import Integer, Text, parameter
from seq_envs.problem import Episodes, Problem
from seq_envs.seeds import JUDGED_STREAM, LEARNED_STREAM

_PROBED = 20
"""Episodes that `adopt` looks at."""
_MOST_STEPS = 10_000


@dataclass(frozen=True, kw_only=True)
class Adopted(Problem):
    """An env of another package, whose right answers are found by playing each episode once with every action.

    An episode is drawn as `reset(seed=s)` of that env, with a seed s in 0 ... 2**31 - 1 that `sample` draws. So an
    episode costs as many steps of the env as it has steps, times the number of actions.

    What `levels` calls optimal is the best policy with a simple memory that was found, a lower bound: an agent may
    have a normalised score above 1.

    Raises:
        ValueError: the env cannot be adopted; `adopt` says what is needed.
    """

    title = "an adopted environment"
    block_steps = 1
    env: str = parameter("seq_envs:SeqEcho-v0", Text(), "an id, module:ID or module:Class")
    settings: str = parameter("{}", Text(), "the arguments of the env, as JSON")
    most_steps: int = parameter(_MOST_STEPS, Integer(1), "time steps of the longest episode")
    learned_steps: int = parameter(20_000, Integer(100), "time steps of the episodes that levels are learned from")

    @property
    def steps(self) -> int:
        return self.most_steps

    @property
    def code(self) -> AsGiven:
        return AsGiven(passive_env(self.env, self.settings).env.observation_space)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(len(passive_env(self.env, self.settings).choices))

    @property
    def certain(self) -> bool:
        """Whether the best policy that was found is always right."""
        return _learned(self).levels.optimal.accuracy == 1.0

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        env = passive_env(self.env, self.settings)
        space = env.env.observation_space
        observations = np.zeros((batch, self.steps, *(space.shape or ())), space.dtype)
        observations[:] = self.code.blank
        targets = np.zeros((batch, self.steps), np.int64)
        scored = np.zeros((batch, self.steps), np.bool_)
        lengths = np.zeros(batch, np.int64)
        for number, seed in enumerate(rng.integers(1 << 31, size=batch).tolist()):
            seen, right, counts = env.episode(seed, self.steps)
            lengths[number] = count = len(right)
            observations[number, :count], targets[number, :count], scored[number, :count] = seen, right, counts
        return Episodes(observations, targets, scored, lengths)

    def solve(self, history: Array) -> Array:
        answers: Array = self.solve_all(history)[:, -1]
        return answers

    def solve_all(self, observations: Array) -> Array:
        return _learned(self).answers("optimal", observations)

    def guess(self, observations: Array, step: int) -> Array:
        every = np.repeat(observations[:, None], step + 1, axis=1)
        answers: Array = _learned(self).answers("memoryless", every)[:, step]
        return answers

    def known_levels(self) -> Levels:
        return _learned(self).levels

    @property
    def remembers(self) -> str:
        """What the best policy that was found receives, in words."""
        return _learned(self).remembers


@lru_cache(maxsize=16)
def _learned(problem: Adopted) -> LearnedAnswers:
    count = max(40, problem.learned_steps // problem.steps)
    learned, judged = (problem.sample(np.random.default_rng(seed), count) for seed in (LEARNED_STREAM, JUDGED_STREAM))
    return LearnedAnswers(learned, judged, int(problem.action_space.n))


def adopt(env: str, *, most_steps: int | None = None, learned_steps: int = 20_000, **kwargs: Any) -> Adopted:
    """Take a passive env in as a problem of this package, with all its views, levels and agents.

    The env must repeat its episode for a seed; its observations must be of a Discrete, MultiDiscrete, MultiBinary or
    Box space; it must have at most 64 actions, which change neither observations nor ends of episodes; and at each
    step one action must be right and all others wrong, or none may matter. `seq_envs.testing.audit` says what an env
    does. To give it an id: `seq_envs.register("Mine-v0", seq_envs.Adopted, env=..., most_steps=...)`.

    Args:
        env: an id, "module:ID" or "module:Class", but not an env: the problem makes its own.
        most_steps: time steps of the longest episode; None: of the longest of 20 episodes.
        learned_steps: time steps of the episodes that levels are learned from, and as many that they are judged by.
        kwargs: arguments of the env, such as JSON can hold.

    Raises:
        ValueError: the env cannot be adopted; the message says why.
        seq_envs.audit.made.NotInstalled: its package is missing.
    """
    settings = json.dumps(kwargs, sort_keys=True)
    played = passive_env(env, settings)
    AsGiven(played.env.observation_space)
    limit = _MOST_STEPS if most_steps is None else most_steps
    longest, asked = 1, 0
    for seed in range(_PROBED):
        _, answers, scored = played.episode(seed, limit)
        if not played.is_repeated(seed, limit):
            raise ValueError(
                f"{env} cannot be adopted: in episode {seed} (its seed), rewards depend on earlier actions, or not all "
                "right answers earn more than all wrong ones"
            )
        longest, asked = max(longest, len(answers)), asked + int(scored.sum())
    if not asked:
        raise ValueError(f"{env} cannot be adopted: no action earns more than another")
    return Adopted(env=env, settings=settings, most_steps=most_steps or longest, learned_steps=learned_steps)
