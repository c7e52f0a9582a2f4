"""The rewards of every action at every step of an episode, found by playing the episode once with each action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from seq_envs.audit.flat import flat, rows_of, same
from seq_envs.audit.passivity import Passivity
from seq_envs.audit.replay import Env, Start, Trace, drawn, play, stepped
from seq_envs.encodings import Array


@dataclass(frozen=True)
class RewardTable:
    """N episodes of up to T steps, and what each of A actions earns at each of their steps."""

    observations: Array
    """(N, T, places) float64: before each action; zeros after the end."""
    rewards: Array
    """(N, T, A) float64; zeros after the end."""
    lengths: Array
    """(N,) int64."""
    infos: tuple[tuple[Any, ...], ...]
    """For each episode its T infos, those that come with the observations, played with the first action."""
    difference: str = ""
    """Where an episode depends on the actions after all; empty: nowhere."""
    order: int = 0
    """Episodes in which a reward differs from that of the same action at the same step, after other earlier actions."""

    @property
    def playing(self) -> Array:
        """(N, T) bool: the steps of each episode."""
        steps: Array = np.arange(self.rewards.shape[1]) < self.lengths[:, None]
        return steps


def reward_table(
    start: Start,
    env: Env,
    choices: tuple[Any, ...],
    known: Passivity,
    episodes: int,
    most_steps: int,
    progress: Callable[[float], None],
) -> RewardTable:
    """Play each episode with each action all the way, and once with random actions to check the rewards.

    Raises:
        seq_envs.audit.replay.Raised: the env raises for an action.
    """
    traces: list[Trace] = []
    rewards: list[Array] = []
    order, difference = 0, ""
    for number in range(episodes):
        trace = play(start, env, number, repeat(choices[0]), most_steps)
        kept = known.kept(trace.observations[0].size)
        table = np.empty((trace.steps, len(choices)))
        table[:, 0] = trace.rewards
        for place, choice in enumerate(choices[1:], start=1):
            difference = difference or _replayed(
                start, env, number, [choice] * trace.steps, trace, kept, table[:, place]
            )
        random = drawn(env.action_space, tuple(range(len(choices))), number)
        places = [next(random) for _ in range(trace.steps)]
        earned = np.empty(trace.steps)
        actions = [choices[place] for place in places]
        difference = difference or _replayed(start, env, number, actions, trace, kept, earned)
        order += not np.array_equal(earned, table[np.arange(trace.steps), places], equal_nan=True)
        traces.append(trace)
        rewards.append(table)
        progress((number + 1) / episodes)
        if difference:
            break
    return _stacked(traces, rewards, known, difference, order)


def _replayed(start: Start, env: Env, number: int, actions: list[Any], trace: Trace, kept: Array, earned: Array) -> str:
    """Play an episode with other actions, and write what they earn; returns what differs, or an empty text."""
    env, observation, _ = start.begin(env, number)
    everything = bool(kept.all())
    for step, action in enumerate(actions):
        row, expected = flat(observation), trace.observations[step]
        if not (same(row, expected) if everything else same(row[kept], expected[kept])):
            return f"in episode {number} (its seed), the observation of step {step} depends on the actions before it"
        observation, earned[step], ended, _ = stepped(env, action)
        if ended != (trace.ended and step == trace.steps - 1):
            return f"in episode {number} (its seed), the actions decide whether step {step} is the last"
    return ""


def _stacked(traces: list[Trace], rewards: list[Array], known: Passivity, difference: str, order: int) -> RewardTable:
    lengths = np.array([trace.steps for trace in traces])
    rows = rows_of([row for trace in traces for row in trace.observations[:-1]])
    if len(known.feedback) < rows.shape[1]:
        rows = rows[:, known.kept(rows.shape[1])]
    observations = np.zeros((len(traces), lengths.max(), rows.shape[1]))
    table = np.zeros((len(traces), lengths.max(), rewards[0].shape[1]))
    playing = np.arange(lengths.max()) < lengths[:, None]
    observations[playing] = rows
    table[playing] = np.concatenate(rewards)
    infos = tuple(trace.infos[:-1] for trace in traces)
    return RewardTable(observations, table, lengths, infos, difference, order)
