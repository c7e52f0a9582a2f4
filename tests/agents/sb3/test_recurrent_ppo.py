"""FastRecurrentPPO collects the rollouts that RecurrentPPO collects step by step, and is used as SB3's models are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from given_noise import GivenNoise
from sb3_contrib import RecurrentPPO
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from seq_agents.sb3.core_policy import CorePolicy
from seq_agents.sb3.episode_buffer import by_episode
from seq_agents.sb3.policy import Sb3Policy
from seq_agents.sb3.recurrent_ppo import FastRecurrentPPO
from seq_agents.sb3.vec_env import make_vec_env
from spaces_of_settings import EVERY_BASE_CHOICE, Ragged, name
from stable_baselines3.common.callbacks import BaseCallback, CheckpointCallback, EvalCallback
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

import seq_envs

torch.set_num_threads(1)
LANES, EPISODES = 3, 2


class Nothing(BaseCallback):
    def _on_step(self) -> bool:
        return True


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_a_rollout_equals_single_steps(id: str, choice: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Same weights, same noise: same actions, log-probabilities, values, rewards, returns and advantages."""
    problem = seq_envs.make_problem(id, **choice)
    steps = problem.steps
    rows = EPISODES * steps * LANES
    network = {"core_kwargs": {"hidden": 8}, "shared_lstm": True, "enable_critic_lstm": False, "net_arch": [5]}
    common: dict[str, Any] = {"n_steps": EPISODES * steps, "gamma": 0.9, "gae_lambda": 0.8, "seed": 0, "device": "cpu"}
    fast = FastRecurrentPPO("MlpLstmPolicy", make_vec_env(problem, LANES), policy_kwargs=network, **common)
    stock = RecurrentPPO(CorePolicy, make_vec_env(problem, LANES), policy_kwargs=network, **common)
    stock.policy.load_state_dict(fast.policy.state_dict())
    noise = GivenNoise(rows, monkeypatch)
    by_step = np.arange(rows).reshape(EPISODES, steps, LANES)
    several = getattr(problem.action_space, "nvec", [None])  # MultiDiscrete draws place by place.
    gathered = {}
    for model, order in ((stock, by_step.reshape(-1, LANES)), (fast, by_episode(by_step).reshape(1, -1))):
        noise.rows = iter([row for part in order for _ in several for row in part])
        _, callback = model._setup_learn(1, Nothing())
        assert model.collect_rollouts(model.env, callback, model.rollout_buffer, model.n_steps)
        assert next(noise.rows, None) is None
        gathered[model] = model.rollout_buffer
    exact = (
        ("observations", "actions") if not isinstance(problem.action_space, gymnasium.spaces.Box) else ("observations",)
    )
    for array in exact:
        assert np.array_equal(getattr(gathered[fast], array), getattr(gathered[stock], array)), array
    for array in ("actions", "rewards", "values", "log_probs", "advantages", "returns", "episode_starts"):
        ours, theirs = getattr(gathered[fast], array), getattr(gathered[stock], array)
        assert ours.shape == theirs.shape, array
        assert np.allclose(ours, theirs, atol=1e-5), array
    assert fast.num_timesteps == stock.num_timesteps == rows
    for ours, theirs in zip(fast.ep_info_buffer, stock.ep_info_buffer, strict=True):
        assert ours["r"] == pytest.approx(theirs["r"], abs=1e-5)
        assert ours["l"] == theirs["l"]
    assert list(fast.ep_success_buffer) == list(stock.ep_success_buffer)


def test_a_whole_minibatch_learns_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one minibatch per rollout the order of episodes does not matter, so the update equals RecurrentPPO's."""
    # sb3-contrib's buffer starts each epoch at a random row, which cuts an episode in two. Here it is row 0.
    monkeypatch.setattr(np.random, "randint", lambda _: 0)
    problem = seq_envs.make_problem("SeqEcho-v0", length=4, n_values=3)
    rows = EPISODES * 4 * LANES
    noise = GivenNoise(rows, monkeypatch)
    by_step = np.arange(rows).reshape(EPISODES, 4, LANES)
    weights = []
    for kind, policy, order in (
        (RecurrentPPO, MlpLstmPolicy, by_step),
        (FastRecurrentPPO, CorePolicy, by_episode(by_step)),
    ):
        size = {"lstm_hidden_size": 8} if policy is MlpLstmPolicy else {"core_kwargs": {"hidden": 8}}
        network = {**size, "shared_lstm": True, "enable_critic_lstm": False}
        env = make_vec_env(problem, LANES, seed=0)
        model = kind(
            policy, env, n_steps=EPISODES * 4, batch_size=rows, n_epochs=3, gamma=0.0, seed=0, policy_kwargs=network,
            device="cpu", learning_rate=1e-3,
        )  # fmt: skip
        noise.rows = iter(order.ravel())
        model.learn(rows)
        weights.append(model.policy.state_dict())
    for stock, ours in zip(weights[0].values(), weights[1].values(), strict=True):
        assert torch.allclose(stock, ours, atol=1e-5)


def test_separate_and_missing_critic_lstms() -> None:
    for network in (
        {"shared_lstm": False, "enable_critic_lstm": True},
        {"shared_lstm": False, "enable_critic_lstm": False},
    ):
        model = FastRecurrentPPO("MlpLstmPolicy", make_vec_env("SeqEcho-v0", 4), policy_kwargs=network, seed=0)
        model.learn(400)
        assert model.num_timesteps == 480
    model = FastRecurrentPPO(MlpLstmPolicy, make_vec_env("SeqEcho-v0", 4), seed=0)
    model.learn(160)


def test_minibatches_hold_every_episode_once_an_epoch() -> None:
    env = make_vec_env("SeqEcho-v0", 5, seed=0, encoding="discrete")
    model = FastRecurrentPPO("MlpLstmPolicy", env, n_steps=30, batch_size=47, seed=0)
    _, callback = model._setup_learn(1, Nothing())
    model.collect_rollouts(env, callback, model.rollout_buffer, 30)
    batches = list(model.rollout_buffer.get(47))
    assert [len(batch.observations) for batch in batches] == [40, 40, 40, 30]
    seen = torch.cat([batch.observations.reshape(-1, 10) for batch in batches])
    played = torch.as_tensor(by_episode(model.rollout_buffer.observations.reshape(3, 10, 5)))
    assert sorted(map(tuple, seen.tolist())) == sorted(map(tuple, played.tolist()))
    assert not torch.equal(seen, played)
    whole = next(iter(model.rollout_buffer.get(None)))
    assert len(whole.observations) == 150
    assert bool(whole.mask.all())


@pytest.mark.slow
def test_it_learns_and_predict_carries_the_state() -> None:
    network = {"core_kwargs": {"hidden": 64}}
    model = FastRecurrentPPO("MlpLstmPolicy", "SeqMemorize-v0", policy_kwargs=network, seed=1)
    model.learn(30_000)
    result = seq_envs.evaluate(Sb3Policy(model), "SeqMemorize-v0", 500)
    assert result.normalized_score >= 0.99


def test_save_load_set_env_and_further_training(tmp_path: Path) -> None:
    env = make_vec_env("SeqEcho-v0", 4, seed=0)
    core = {"hidden": 16, "input_bias": 4, "forget_bias": -4, "output_bias": 4, "orthogonal": True}
    model = FastRecurrentPPO("MlpLstmPolicy", env, policy_kwargs={"core_kwargs": core}, seed=0)
    model.learn(320)
    model.save(tmp_path / "model")
    model.policy.save(tmp_path / "policy")
    observations = env.reset()
    for loaded in (FastRecurrentPPO.load(tmp_path / "model"), CorePolicy.load(tmp_path / "policy")):
        assert np.array_equal(
            loaded.predict(observations, deterministic=True)[0], model.predict(observations, deterministic=True)[0]
        )
    loaded = FastRecurrentPPO.load(tmp_path / "model", env=make_vec_env("SeqEcho-v0", 4, seed=1))
    loaded.learn(320, reset_num_timesteps=False)
    assert loaded.num_timesteps == 640
    loaded.set_env(make_vec_env("SeqEcho-v0", 4, lag=3))
    loaded.learn(160)
    with pytest.raises(ValueError, match="Observation spaces do not match"):
        loaded.set_env(make_vec_env("SeqEcho-v0", 4, n_values=4))
    loaded.set_env(make_vec_env("SeqEcho-v0", 4, length=9))
    with pytest.raises(ValueError, match="n_steps must be a multiple of the episode length 9"):
        loaded.learn(160)


def test_callbacks_see_every_step_and_may_stop(tmp_path: Path) -> None:
    class Count(BaseCallback):
        steps, ended = 0, 0

        def _on_step(self) -> bool:
            self.steps += 1
            self.ended += sum("episode" in info for info in self.locals["infos"])
            return self.steps < 55

    env = make_vec_env("SeqEcho-v0", 4, seed=0)
    model = FastRecurrentPPO("MlpLstmPolicy", env, seed=0)
    count = Count()
    evaluation = EvalCallback(
        make_vec_env("SeqEcho-v0", 2, seed=9), eval_freq=20, n_eval_episodes=4, verbose=0, log_path=str(tmp_path)
    )
    checkpoint = CheckpointCallback(25, str(tmp_path))
    model.learn(10_000, callback=[evaluation, checkpoint, count])
    assert count.steps == 55
    assert count.ended == 20
    assert evaluation.evaluations_timesteps == [80, 160]
    assert evaluation.last_mean_reward >= 0
    assert len(list(tmp_path.glob("*.zip"))) == 2
    assert model.num_timesteps == 220


def test_the_same_seed_learns_the_same() -> None:
    weights = []
    for seed in (3, 3, 4):
        model = FastRecurrentPPO("MlpLstmPolicy", make_vec_env("SeqEcho-v0", 4), seed=seed)
        model.learn(480)
        weights.append(model.policy.action_net.weight)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    "env",
    [
        lambda: gymnasium.make("CartPole-v1"),
        lambda: gymnasium.make("SeqEcho-v0"),
        lambda: DummyVecEnv([lambda: gymnasium.make("SeqEcho-v0")]),
        lambda: VecNormalize(make_vec_env("SeqEcho-v0")),
    ],
)
def test_other_envs_are_refused(env: Any) -> None:
    with pytest.raises(ValueError, match=r"env must be made by seq_agents\.sb3\.make_vec_env"):
        FastRecurrentPPO("MlpLstmPolicy", env(), n_steps=10)
    model = FastRecurrentPPO("MlpLstmPolicy", make_vec_env("SeqEcho-v0"))
    with pytest.raises(ValueError, match=r"env must be made by seq_agents\.sb3\.make_vec_env"):
        model.set_env(env())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"n_steps": 15},
            "n_steps must be a multiple of the episode length 10, since a rollout holds whole episodes, got 15",
        ),
        ({"n_steps": 0}, "n_steps"),
        ({"batch_size": 9}, "batch_size must hold an episode, at least 10 time steps, got 9"),
        ({"use_sde": True}, "use_sde"),
    ],
)
def test_wrong_arguments(wrong: dict[str, Any], message: str) -> None:
    id = "SeqNext-v0" if "use_sde" in wrong else "SeqEcho-v0"
    with pytest.raises(ValueError, match=message):
        FastRecurrentPPO("MlpLstmPolicy", make_vec_env(id, 4), **wrong)


def test_episodes_that_are_cut_off_are_refused() -> None:
    with pytest.raises(ValueError, match=r"max_episode_steps must be None, .*; got 4"):
        FastRecurrentPPO("MlpLstmPolicy", make_vec_env("SeqEcho-v0", 4, max_episode_steps=4))


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(gymnasium.error.Error, match="SeqEcho"):
        FastRecurrentPPO("MlpLstmPolicy", "SeqEko-v0")


def test_episodes_of_different_lengths() -> None:
    """Neither callbacks nor the loss count padding as time steps."""
    problem = Ragged()
    env = make_vec_env(problem, 6, seed=0)
    model = FastRecurrentPPO("MlpLstmPolicy", env, n_steps=3 * problem.steps, batch_size=10_000, gamma=0.9, seed=0)
    _, callback = model._setup_learn(1, Nothing())
    model.collect_rollouts(env, callback, model.rollout_buffer, model.n_steps)
    expected = seq_envs.SequenceVectorEnv(problem, num_envs=6)
    expected.reset(seed=0)
    lengths = expected.rollout(3).lengths
    assert len(set(lengths.ravel().tolist())) > 1
    assert model.num_timesteps == lengths.sum()
    assert sorted(info["l"] for info in model.ep_info_buffer) == sorted(lengths.ravel().tolist())
    batch = next(iter(model.rollout_buffer.get(None)))
    assert sorted(batch.mask.reshape(18, -1).sum(dim=1).tolist()) == sorted(lengths.ravel().tolist())
    # The only reward is at the end of an episode, and no reward of another episode is added to it.
    returns, rewards = model.rollout_buffer.returns, model.rollout_buffer.rewards
    values = model.rollout_buffer.values
    last = np.zeros_like(rewards, bool)
    for episode in range(3):
        last[episode * problem.steps + lengths[episode] - 1, np.arange(6)] = True
    assert np.allclose(returns[last], rewards[last], atol=1e-6)
    assert np.allclose(model.rollout_buffer.advantages[last], (rewards - values)[last], atol=1e-6)
    model.learn(200)


@pytest.mark.parametrize("policy", ["CorePolicy", CorePolicy])
def test_a_window_knows_the_problem(policy: Any) -> None:
    model = FastRecurrentPPO(policy, "SeqEcho-v0", device="cpu", policy_kwargs={"core": "window"})
    core: Any = model.policy.lstm_actor.core  # type: ignore[union-attr]  # A `CorePolicy` has it.
    problem = seq_envs.make_problem("SeqEcho-v0")
    assert (core.window, core.clock) == (problem.lag + 1, problem.steps)  # type: ignore[attr-defined]  # SeqEcho has it.
