"""The time steps of a rollout, one after another, as SB3 passes them to callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sb3_contrib.common.recurrent.type_aliases import RNNStates
from torch import Tensor

from seq_agents.sb3.vec_env import SequenceVecEnv, ended_episodes, write_facts
from seq_envs.dataset import Dataset
from seq_envs.encodings import Array


@dataclass(frozen=True)
class Answers:
    """A policy's answers to a rollout of E episodes in each lane; n_steps is E * T."""

    actions: Array
    """(n_steps, lanes, *action shape), as the policy draws them."""
    clipped_actions: Array
    """The same within the bounds of the action space, as the environment grades them."""
    values: Tensor
    """(n_steps, lanes, 1)."""
    log_probs: Tensor
    """(n_steps, lanes)."""
    grades: Array
    """(n_steps, lanes) float64: the grade of each answer, 0.0 where not scored."""
    rewards: Array
    """(n_steps, lanes) float64: the grades, paid as the env pays."""
    states: Sequence[RNNStates] | None
    """T entries: the states after each time step of all episodes, (layers, E * lanes, units) each. None: no callback
    reads them."""


def states_by_step(policy: Any, observations: Tensor, start: RNNStates, starts: Tensor) -> list[RNNStates]:
    """The states after each time step.

    A core returns only the last state of a sequence, so this runs it again, one step at a time. The layers before and
    after it are not run again.

    Args:
        policy: a `RecurrentActorCriticPolicy`.
        observations: (B, T, ...) of whole episodes.
        start: the states before the first step, (layers, B, units) each.
        starts: (B, T), not 0 where an episode starts.

    Returns:
        T states, (layers, B, units) each.
    """
    batch, steps = observations.shape[:2]
    features = policy.extract_features(observations.flatten(0, 1))
    actor_features, critic_features = features if isinstance(features, tuple) else (features, features)

    def run(core: Any, flat: Tensor, state: Any) -> list[Any]:
        by_episode = flat.reshape(batch, steps, -1)
        states = []
        for step in range(steps):
            _, state = policy._process_sequence(by_episode[:, step], state, starts[:, step], core)
            states.append(state)
        return states

    actor_states = run(policy.lstm_actor, actor_features, start.pi)
    # If the critic shares the core, `RecurrentActorCriticPolicy.forward` returns the actor's state for it.
    critic: Any = policy.lstm_critic
    critic_states = actor_states if critic is None else run(critic, critic_features, start.vf)
    return [RNNStates(*states) for states in zip(actor_states, critic_states, strict=True)]


def rollout_steps(
    env: SequenceVecEnv, played: Dataset, answers: Answers, rewards: Array, device: torch.device
) -> Iterator[dict[str, Any]]:
    """For each step, the local variables that `RecurrentPPO.collect_rollouts` passes to callbacks, by name.

    Names, types, shapes and dtypes are those of sb3-contrib 2.9; `lstm_states` is missing if no callback reads it.
    Lanes whose episode is shorter than T wait for the next one: until then, their observations are blank, their rewards
    0 and their infos those of an ordinary step.

    Args:
        env: the environment, which has already played the rollout.
        played: the episodes, with arrays (E, T, lanes, ...).
        answers: the answers of the policy.
        rewards: (n_steps, lanes) float32; each step yields a view, so that a callback can change its rewards.
        device: where the tensors are.
    """
    episodes, steps, lanes = played.scored.shape
    shape = played.observations.shape[3:]
    rows = played.observations.reshape(episodes * steps, lanes, *shape)
    first_of_next_rollout = env.envs.observations
    observation_tensors = torch.as_tensor(rows, device=device)
    grades = answers.grades.reshape(episodes, steps, lanes)
    earned, asked = grades.cumsum(axis=1), played.scored.cumsum(axis=1)
    dones = np.zeros(lanes, np.bool_)
    for step in range(episodes * steps):
        episode, time_step = divmod(step, steps)
        # Python's `locals()` keeps the variables of the loop over lanes that ended the step before.
        left_over = {"idx": lanes - 1, "done_": dones[-1]} if step else {}
        dones = played.lengths[episode] == time_step + 1
        row_after, next_episode = step + 1, (episode + 1) * steps
        new_obs = (rows[row_after] if row_after < len(rows) else first_of_next_rollout).copy()
        new_obs[dones] = (rows[next_episode] if next_episode < len(rows) else first_of_next_rollout)[dones]
        of_episode = slice(episode * lanes, (episode + 1) * lanes)
        yield {
            "n_steps": step,
            "obs_tensor": observation_tensors[step],
            "episode_starts": torch.full((lanes,), float(time_step == 0), device=device),
            "actions": answers.actions[step],
            "clipped_actions": answers.clipped_actions[step],
            "values": answers.values[step],
            "log_probs": answers.log_probs[step],
            **({"lstm_states": _of_lanes(answers.states[time_step], of_episode)} if answers.states else {}),
            "new_obs": new_obs,
            "rewards": rewards[step],
            "dones": dones,
            "infos": _infos(env, played, grades, (earned, asked), episode, time_step),
            **left_over,
        }


def _of_lanes(states: RNNStates, lanes: slice) -> RNNStates:
    """The states of some episodes, as contiguous tensors, which an LSTM of torch needs."""
    actor, critic = (tuple(part[:, lanes].contiguous() for part in pair) for pair in states)
    return RNNStates(actor, critic)


def _infos(
    env: SequenceVecEnv,
    played: Dataset,
    grades: Array,
    so_far: tuple[Array, Array],
    episode: int,
    time_step: int,
) -> list[dict[str, Any]]:
    """The infos of one step, as `SequenceVecEnv.step` returns them.

    `grades` (E, T, lanes) are those of the answers; `so_far` are their sum and the number of scored answers, from the
    first step of an episode to each of its steps, (E, T, lanes) each.
    """
    lengths, scored = played.lengths[episode], played.scored[episode, time_step]
    earned, asked = (counts[episode, time_step] for counts in so_far)
    dones, playing = lengths == time_step + 1, lengths > time_step
    infos: list[dict[str, Any]] = [{"TimeLimit.truncated": False} for _ in lengths]
    if dones.any():
        blank = env.envs.problem.code.blank
        last = [blank.copy() for _ in range(np.count_nonzero(dones))]
        ended_episodes(dones, last, earned, lengths, env.seconds, infos)
    facts = {"is_success": dones & (earned == asked), "accuracy": earned / np.maximum(asked, 1)}
    if env.envs.reveal:
        targets = played.targets[episode, time_step].copy()
        targets[~scored] = 0
        facts |= {"scored": scored, "correct": grades[episode, time_step], "target": targets}
    lanes = playing if env.envs.reveal else dones
    write_facts({**facts, **{f"_{name}": lanes for name in facts}}, infos)
    return infos
