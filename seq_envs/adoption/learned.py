"""Answers to the observations of an adopted env, learned from its episodes: without and with a simple memory."""

from __future__ import annotations

import numpy as np

from seq_envs.audit.best_actions import best_kind
from seq_envs.audit.memories import NOTHING, WITHOUT_MEMORY, memories
from seq_envs.audit.samples import Samples, samples
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.measured_level import measured_level
from seq_envs.problem import Episodes


class LearnedAnswers:
    """The best policies without and with a memory, found in some episodes and judged by others.

    Args:
        learned, judged: episodes that share none.
        actions: how many answers there are.
    """

    def __init__(self, learned: Episodes, judged: Episodes, actions: int) -> None:
        self._learned = learned
        self._actions = actions
        steps = self._samples(learned.observations[:0])
        self._policies = {
            "chance": best_kind(steps, [NOTHING]),
            "memoryless": best_kind(steps, WITHOUT_MEMORY),
            "optimal": best_kind(steps, [*WITHOUT_MEMORY, *memories(steps)]),
        }
        self.levels = Levels(*(self._level(name, judged) for name in self._policies))

    @property
    def remembers(self) -> str:
        """What the best policy receives, in words."""
        return self._policies["optimal"][0].about

    def answers(self, name: str, observations: Array) -> Array:
        """(B, T): the answers of the policy of a level to observations (B, T, ...), each from those up to its step."""
        count, steps = observations.shape[:2]
        kind, weight = self._policies[name]
        every = self._samples(observations)
        learned = every.episode < len(self._learned.lengths)
        chosen: Array = kind.chosen(every, learned, weight)[~learned]
        return chosen.reshape(count, -1)[:, :steps]

    def _samples(self, more: Array) -> Samples:
        """The episodes that are learned from, followed by others (B, T', ...) as if they had T steps."""
        learned = self._learned
        count, steps = learned.scored.shape
        others = np.zeros((len(more), steps, *more.shape[2:]), more.dtype)
        others[:, : more.shape[1]] = more
        observations = np.concatenate([learned.observations, others]).reshape(count + len(more), steps, -1)
        playing = np.ones((len(observations), steps), np.bool_)
        playing[:count] = np.arange(steps) < learned.lengths[:, None]
        rewards = np.zeros((*playing.shape, self._actions))
        rewards[:count] = (np.arange(self._actions) == learned.targets[..., None]) & learned.scored[..., None]
        return samples(observations.astype(np.float64), rewards, playing)

    def _level(self, name: str, judged: Episodes) -> Level:
        right = (self.answers(name, judged.observations) == judged.targets) & judged.scored
        return measured_level(right.sum(axis=1).astype(np.float64), judged.scored.sum(axis=1))
