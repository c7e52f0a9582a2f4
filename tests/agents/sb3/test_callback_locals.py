"""Callbacks of FastRecurrentPPO see the local variables that callbacks of RecurrentPPO see."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from given_noise import GivenNoise
from sb3_contrib import RecurrentPPO
from sb3_contrib.common.recurrent.buffers import RecurrentRolloutBuffer
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from sb3_oracle import EVERY_KIND, dummy, without_clock
from seq_agents.sb3.episode_buffer import EpisodeBuffer, by_episode
from seq_agents.sb3.recurrent_ppo import FastRecurrentPPO
from seq_agents.sb3.vec_env import SequenceVecEnv, make_vec_env
from spaces_of_settings import Ragged, name
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import DummyVecEnv

import seq_envs

torch.set_num_threads(1)
LANES, EPISODES = 3, 2
EQUAL_LENGTHS = EVERY_KIND[:4]
STOCK_TYPE = {FastRecurrentPPO: RecurrentPPO, EpisodeBuffer: RecurrentRolloutBuffer, SequenceVecEnv: DummyVecEnv}
"""The objects among the locals whose types differ on purpose."""
NETWORKS = {
    "shared": {"shared_lstm": True, "enable_critic_lstm": False},
    "separate": {"shared_lstm": False, "enable_critic_lstm": True},
    "none": {"shared_lstm": False, "enable_critic_lstm": False},
}
"""Settings of the policy by what the critic has for an LSTM."""


class Recorder(BaseCallback):
    """Keeps the event, what `summary` makes of the locals, and the model's count of time steps."""

    def __init__(self, summary: Any) -> None:
        super().__init__()
        self.summary = summary
        self.events: list[tuple[str, Any, int]] = []

    def record(self, event: str) -> None:
        self.events.append((event, self.summary(self.locals), self.model.num_timesteps))

    def _on_training_start(self) -> None:
        self.record("training start")

    def _on_rollout_start(self) -> None:
        self.record("rollout start")

    def _on_step(self) -> bool:
        self.record("step")
        return True

    def _on_rollout_end(self) -> None:
        self.record("rollout end")

    def _on_training_end(self) -> None:
        self.record("training end")


def described(value: Any) -> Any:
    """The type of a value, and the shape and dtype of every array in it."""
    kind = STOCK_TYPE.get(type(value), type(value))
    if isinstance(value, (np.ndarray, torch.Tensor)):
        return kind, tuple(value.shape), value.dtype
    if isinstance(value, dict):
        return {key: described(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return kind, [described(part) for part in value]
    return kind


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize(("id", "choice"), EQUAL_LENGTHS, ids=name)
def test_every_local_at_every_event(id: str, choice: dict[str, Any], reveal: bool) -> None:
    """The same names, types, shapes and dtypes, from the start of the training to its end."""
    n_steps = EPISODES * seq_envs.make_problem(id, **choice).steps
    events = []
    for algorithm, policy, make in (
        (RecurrentPPO, MlpLstmPolicy, dummy),
        (FastRecurrentPPO, "MlpLstmPolicy", make_vec_env),
    ):
        env = make(id, LANES, 0, reveal=reveal, **choice)
        recorder = Recorder(described)
        algorithm(
            policy,
            env,
            n_steps=n_steps,
            seed=0,
            device="cpu",
            batch_size=n_steps * LANES,
            n_epochs=1,
            policy_kwargs={"lstm_hidden_size": 128} if algorithm is RecurrentPPO else {},  # Ours has 128 by default.
        ).learn(2 * n_steps * LANES, callback=recorder)
        events.append(recorder.events)
    stock, fast = events
    assert [event for event, *_ in fast] == [event for event, *_ in stock]
    assert len(stock) == 2 * n_steps + 6
    for ours, theirs in zip(fast, stock, strict=True):
        assert ours == theirs


def values(locals_: dict[str, Any]) -> dict[str, Any]:
    """The arrays, numbers and infos among the locals, copied."""
    kept = {
        key: value
        for key, value in locals_.items()
        if isinstance(value, (np.ndarray, np.generic, torch.Tensor, int, tuple))
    }
    infos = [without_clock(info) for info in locals_.get("infos", [])]
    return copy.deepcopy({**kept, "infos": infos})


def assert_close(ours: Any, theirs: Any) -> None:
    """Equal but for the rounding of 32-bit floats."""
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_close(ours[key], theirs[key])
    elif isinstance(ours, (list, tuple)):
        for one, other in zip(ours, theirs, strict=True):
            assert_close(one, other)
    else:
        assert np.allclose(np.asarray(ours, float), np.asarray(theirs, float), atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize(("id", "choice"), EQUAL_LENGTHS, ids=name)
def test_locals_of_the_same_policy_have_the_same_values(
    id: str, choice: dict[str, Any], network: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = seq_envs.make_problem(id, **choice)
    rows = EPISODES * problem.steps * LANES
    noise = GivenNoise(rows, monkeypatch)
    row_numbers = np.arange(rows).reshape(EPISODES, problem.steps, LANES)
    draws = len(getattr(problem.action_space, "nvec", [None]))  # MultiDiscrete draws once for each place.
    common: dict[str, Any] = {
        "n_steps": EPISODES * problem.steps,
        "policy_kwargs": {"lstm_hidden_size": 8, **network},
        "gamma": 0.9,
        "seed": 0,
        "device": "cpu",
    }
    stock = RecurrentPPO("MlpLstmPolicy", dummy(id, LANES, 0, reveal=True, **choice), **common)
    fast = FastRecurrentPPO(MlpLstmPolicy, make_vec_env(id, LANES, 0, reveal=True, **choice), **common)
    fast.policy.load_state_dict(stock.policy.state_dict())
    events = []
    for model, batches in ((stock, row_numbers.reshape(-1, LANES)), (fast, by_episode(row_numbers).reshape(1, -1))):
        model.env.seed(0)
        noise.rows = iter([row for batch in batches for _ in range(draws) for row in batch])
        recorder = Recorder(values)
        _, callback = model._setup_learn(1, recorder)
        assert model.collect_rollouts(model.env, callback, model.rollout_buffer, model.n_steps)
        events.append(
            [
                *recorder.events,
                (
                    "after",
                    values(
                        {
                            "new_obs": model._last_obs,
                            "lstm_states": model._last_lstm_states,
                            "dones": model._last_episode_starts,
                        }
                    ),
                    model.num_timesteps,
                ),
            ]
        )
    for (_, ours, our_steps), (_, theirs, their_steps) in zip(events[1], events[0], strict=True):
        assert our_steps == their_steps
        assert_close(ours, theirs)


@pytest.mark.parametrize("algorithm", [RecurrentPPO, FastRecurrentPPO])
def test_rewards_may_be_changed_in_place(algorithm: Any) -> None:
    class Bonus(BaseCallback):
        def _on_step(self) -> bool:
            self.locals["rewards"] += 10.0
            return True

        def _on_rollout_end(self) -> None:
            buffer = self.model.rollout_buffer
            assert buffer.rewards.min() >= 10.0
            assert np.allclose(buffer.returns, buffer.rewards, atol=1e-5)

    model = algorithm("MlpLstmPolicy", make_vec_env("SeqEcho-v0", 3), n_steps=20, batch_size=30, n_epochs=1, gamma=0.0)
    model.learn(60, callback=Bonus())


def test_lanes_with_short_episodes_wait_for_the_next_one() -> None:
    """What the docstring of `rollout_steps` states for episodes of different lengths."""
    problem, lanes = Ragged(), 6
    expected = seq_envs.SequenceVectorEnv(problem, num_envs=lanes)
    expected.reset(seed=0)
    played = expected.rollout(4)
    seen: list[dict[str, Any]] = []

    class Keep(BaseCallback):
        def _on_step(self) -> bool:
            seen.append(dict(self.locals))
            return True

    env = make_vec_env(problem, lanes, seed=0)
    model = FastRecurrentPPO("MlpLstmPolicy", env, n_steps=3 * problem.steps, seed=0)
    model.env.seed(0)
    _, callback = model._setup_learn(1, Keep())
    model.collect_rollouts(env, callback, model.rollout_buffer, model.n_steps)
    assert len(seen) == 3 * problem.steps
    for step, at in enumerate(seen):
        episode, time_step = divmod(step, problem.steps)
        for lane in range(lanes):
            length = played.lengths[episode, lane]
            assert at["obs_tensor"][lane] == played.observations[episode, time_step, lane]
            assert at["episode_starts"][lane] == (time_step == 0)
            assert at["dones"][lane] == (time_step + 1 == length)
            assert ("episode" in at["infos"][lane]) == at["dones"][lane]
            if time_step + 1 == length:
                assert at["new_obs"][lane] == played.observations[episode + 1, 0, lane]
            elif time_step + 1 < problem.steps:
                assert at["new_obs"][lane] == played.observations[episode, time_step + 1, lane]
            if time_step >= length:
                assert at["rewards"][lane] == 0
                assert at["obs_tensor"][lane] == problem.code.blank


def test_a_callback_that_stops_sees_nothing_further() -> None:
    class Stop(BaseCallback):
        steps, ended = 0, False

        def _on_step(self) -> bool:
            self.steps += 1
            return self.steps < 13

        def _on_rollout_end(self) -> None:
            self.ended = True

    stop = Stop()
    model = FastRecurrentPPO("MlpLstmPolicy", make_vec_env("SeqEcho-v0", 4), seed=0)
    model.learn(1000, callback=stop)
    assert (stop.steps, stop.ended, model.num_timesteps) == (13, False, 52)
