"""`CorePolicy` is sb3-contrib's LSTM policy if its core is an LSTM, and works with every core, space and critic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces
from sb3_contrib import RecurrentPPO
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from seq_agents.cores import CORES, core_type
from seq_agents.cores.core import State
from seq_agents.sb3.core_policy import CorePolicy
from seq_agents.sb3.packed_core import PackedCore
from seq_agents.sb3.vec_env import make_vec_env
from stable_baselines3.common.callbacks import EvalCallback
from stable_baselines3.common.env_util import make_vec_env as sb3_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from torch import Tensor, nn

torch.set_num_threads(1)
OWN = {"window": {"window": 3}}
"""Settings that a core needs in an env of another package."""
CRITICS = {
    "shared": {"shared_lstm": True, "enable_critic_lstm": False},
    "separate": {"shared_lstm": False, "enable_critic_lstm": True},
    "feed-forward": {"shared_lstm": False, "enable_critic_lstm": False},
}
VECTOR = spaces.Box(-1.0, 1.0, (3,), np.float32)
PICTURE = spaces.Box(0, 255, (36, 36, 3), np.uint8)
SPACES: dict[str, tuple[spaces.Space[Any], spaces.Space[Any]]] = {
    "vector, Discrete": (VECTOR, spaces.Discrete(3)),
    "vector, MultiDiscrete": (VECTOR, spaces.MultiDiscrete([2, 3])),
    "vector, Box": (VECTOR, spaces.Box(-1.0, 1.0, (2,), np.float32)),
    "symbols": (spaces.Discrete(4), spaces.Discrete(2)),
    "counts": (spaces.Dict({"vector": VECTOR, "counts": spaces.MultiDiscrete([2, 3])}), spaces.Discrete(2)),
    "picture": (PICTURE, spaces.Discrete(2)),
    "dict": (spaces.Dict({"vector": VECTOR, "picture": PICTURE}), spaces.MultiDiscrete([2, 2])),
}


class Noise(gymnasium.Env[Any, Any]):
    """Random observations; episodes of 5 steps."""

    def __init__(self, observation_space: spaces.Space[Any], action_space: spaces.Space[Any]) -> None:
        self.observation_space, self.action_space = observation_space, action_space

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.step_number = 0
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action)
        self.step_number += 1
        return self.observation_space.sample(), float(self.step_number == 3), self.step_number == 5, False, {}


def policy_kwargs(core: str, **others: Any) -> dict[str, Any]:
    return {"core": core, "core_kwargs": {"hidden": 4, **OWN.get(core, {})}, **others}


def states_equal(one: Any, other: Any) -> bool:
    return all(np.allclose(ours, theirs, atol=1e-5) for ours, theirs in zip(one, other, strict=True))


@pytest.mark.parametrize("critic", CRITICS)
def test_with_an_lstm_it_learns_the_weights_of_the_stock_policy(critic: str) -> None:
    weights = []
    for policy, size in ((MlpLstmPolicy, {"lstm_hidden_size": 8}), (CorePolicy, {"core_kwargs": {"hidden": 8}})):
        env = make_vec_env("SeqEcho-v0", n_envs=4, seed=0, length=6)
        # 15 steps a rollout and odd minibatches: sequences that begin in the middle of an episode, and padding.
        model = RecurrentPPO(
            policy, env, n_steps=15, batch_size=17, n_epochs=2, seed=0, device="cpu",
            policy_kwargs={**size, **CRITICS[critic]},
        )  # fmt: skip
        model.learn(240)
        weights.append(list(model.policy.parameters()))
    for stock, ours in zip(*weights, strict=True):
        assert torch.allclose(stock, ours, atol=1e-5)


@pytest.mark.parametrize("starts", [[1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 1]])
def test_with_an_lstm_sequences_with_starts_are_read_as_by_the_stock_policy(starts: list[int]) -> None:
    torch.manual_seed(0)
    core = CORES["lstm"](3, 5)
    features, states = torch.randn(8, 3), (torch.randn(1, 2, 5), torch.randn(1, 2, 5))
    start = torch.tensor(starts, dtype=torch.float32)
    lstm = nn.LSTM(3, 5)
    lstm.load_state_dict(core.lstm.state_dict())
    theirs, their_state = MlpLstmPolicy._process_sequence(features, states, start, lstm)
    ours, our_state = CorePolicy._process_sequence(features, states, start, PackedCore(core, 3))
    assert torch.allclose(ours, theirs, atol=1e-6)
    for mine, other in zip(our_state, their_state, strict=True):
        assert torch.allclose(mine, other, atol=1e-6)


class Mixed(CORES["gru"]):
    """A core whose state has several shapes and dtypes."""

    def initial_state(self, batch: int) -> State:
        return torch.zeros(batch, 2, 3), torch.full((batch,), 7), torch.zeros(batch, 0), torch.ones(batch, 1) > 0


def test_a_state_of_any_shapes_and_dtypes_is_packed_and_unpacked() -> None:
    core = PackedCore(Mixed(3, 4), 3)
    state = (torch.randn(5, 2, 3), torch.arange(5) + 2**24 - 5, torch.zeros(5, 0), torch.rand(5, 1) > 0.5)
    packed = core.packed(state, state[0])
    assert [part.shape for part in packed] == [(1, 5, core.hidden_size)] * 2
    assert core.hidden_size == 4
    for back, part in zip(core.unpacked(packed), state, strict=True):
        assert back.dtype == part.dtype
        assert torch.equal(back, part)


@pytest.mark.parametrize("core", CORES)
def test_the_state_of_every_core_is_packed_and_unpacked(core: str) -> None:
    settings = core_type(core).settings_type.of({"hidden": 4, **OWN.get(core, {})})
    made = PackedCore(core_type(core).build(3, settings, None), 3)
    with torch.no_grad():
        _, state = made.core(torch.randn(2, 6, 3), made.core.initial_state(2))
        for back, part in zip(made.unpacked(made.packed(state, state[0])), state, strict=True):
            assert torch.equal(back, part)


@pytest.mark.parametrize("core", CORES)
def test_predict_carries_the_state_and_begins_episodes(core: str) -> None:
    """Step by step from `predict` is the same as a whole sequence, and a start begins anew in its lane."""
    env = DummyVecEnv([lambda: Noise(VECTOR, spaces.Box(-9.0, 9.0, (2,), np.float32))] * 2)
    model = RecurrentPPO(CorePolicy, env, seed=0, n_steps=8, device="cpu", policy_kwargs=policy_kwargs(core))
    model.learn(16)
    sequence = np.random.default_rng(0).uniform(-1, 1, (6, 2, 3)).astype(np.float32)
    starts = np.zeros((6, 2), np.bool_)
    starts[4, 1] = True
    state, taken = None, []
    for observations, start in zip(sequence, starts, strict=True):
        actions, state = model.predict(observations, state, start if state is not None else None, deterministic=True)
        taken.append(actions)
    begun, _ = model.predict(sequence[4], None, None, deterministic=True)
    assert np.allclose(taken[4][1], begun[1], atol=1e-5)
    with torch.no_grad():
        policy = model.policy
        by_lane = torch.as_tensor(sequence.swapaxes(0, 1))
        marks = torch.as_tensor(starts.T)
        marks[:, 0] = True
        features = policy.lstm_actor.core(by_lane, policy.lstm_actor.core.initial_state(2), marks)[0]
        means = policy.action_net(policy.mlp_extractor.forward_actor(features))
    assert np.allclose(np.array(taken), means.numpy().swapaxes(0, 1), atol=1e-5)


@pytest.mark.parametrize("critic", CRITICS)
@pytest.mark.parametrize("space", SPACES)
def test_every_space_with_every_critic_learns_saves_and_loads(space: str, critic: str, tmp_path: Path) -> None:
    core = {"shared": "gru", "separate": "lstm", "feed-forward": "none"}[critic]
    env = sb3_vec_env(lambda: Noise(*SPACES[space]), 2, seed=0)
    model = RecurrentPPO(
        CorePolicy, env, n_steps=12, batch_size=12, n_epochs=2, seed=0, device="cpu",
        policy_kwargs=policy_kwargs(core, **CRITICS[critic]),
    )  # fmt: skip
    model.learn(48)
    model.save(tmp_path / "model")
    model.policy.save(tmp_path / "policy")
    observations = model.env.reset()
    actions, state = model.predict(observations, deterministic=True)
    again, _ = model.predict(observations, state, np.zeros(2, np.bool_), deterministic=True)
    for loaded in (RecurrentPPO.load(tmp_path / "model", env), CorePolicy.load(tmp_path / "policy")):
        theirs, their_state = loaded.predict(observations, deterministic=True)
        assert np.array_equal(actions, theirs)
        assert states_equal(state, their_state)
        assert np.array_equal(loaded.predict(observations, their_state, np.zeros(2), deterministic=True)[0], again)
    RecurrentPPO.load(tmp_path / "model", env).learn(24)


@pytest.mark.parametrize("core", CORES)
def test_every_core_learns_with_wrappers_and_callbacks(core: str) -> None:
    env = VecNormalize(sb3_vec_env("CartPole-v1", 2, seed=0))
    other = VecNormalize(sb3_vec_env("CartPole-v1", 1, seed=1), training=False)
    model = RecurrentPPO(
        CorePolicy, env, n_steps=16, batch_size=16, n_epochs=1, seed=0, device="cpu", policy_kwargs=policy_kwargs(core)
    )
    before = [weights.clone() for weights in model.policy.lstm_actor.parameters()]
    seen = EvalCallback(other, eval_freq=16, n_eval_episodes=1, verbose=0, warn=False)
    model.learn(64, callback=seen)
    assert seen.n_calls == 32
    changed = [not torch.equal(*pair) for pair in zip(before, model.policy.lstm_actor.parameters(), strict=True)]
    assert not any(changed) if core == "reservoir" else all(changed)


class Delay(nn.Module):
    """The last input, as a core that is no subclass of `Core` and knows no starts."""

    def __init__(self, inputs: int, scale: float = 1.0) -> None:
        super().__init__()
        self.outputs = inputs
        self.scale = nn.Parameter(torch.tensor(scale))

    def initial_state(self, batch: int) -> tuple[Tensor]:
        return (self.scale.new_ones(batch, self.outputs),)

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        before = torch.cat([state[0][:, None], inputs[:, :-1]], dim=1)
        return self.scale * before, (inputs[:, -1],)


def test_a_class_is_a_core_and_its_initial_state_need_not_be_zero() -> None:
    env = DummyVecEnv([lambda: Noise(VECTOR, spaces.Discrete(2))])
    own = {"core": Delay, "core_kwargs": {"scale": 2.0}}
    model = RecurrentPPO(CorePolicy, env, n_steps=10, batch_size=10, seed=0, device="cpu", policy_kwargs=own)
    seen: list[Tensor] = []
    model.policy.lstm_actor.core.register_forward_hook(lambda *call: seen.append(call[2][0]))
    model.predict(np.zeros((1, 3), np.float32))
    assert torch.equal(seen[0], torch.full((1, 1, 3), 2.0))
    model.learn(20)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"core": "grru"}, "core must be one of .*'grru' .*did you mean 'gru'"),
        ({"core": "gru", "core_kwargs": {"units": 3}}, "there is no setting 'units'"),
        ({"core": "gru", "core_kwargs": {"hidden": 0}}, "hidden must be an integer >= 1"),
        ({"core": "window"}, "window must be at least 1 for an env that is no problem of this package, got 0"),
        ({"core": nn.GRU(3, 3)}, r"core 'GRU\(3, 3\)' must be a subclass of torch.nn.Module, got GRU"),
        ({"core": Noise}, "core 'Noise' must be a subclass of torch.nn.Module, got <class"),
        ({"core": None}, "core 'None' must be a subclass of torch.nn.Module, got None"),
        ({"core": nn.GRU}, "core 'GRU' lacks initial_state: see seq_agents.cores.Core"),
        ({"core": "no_module:Core"}, "core 'no_module:Core' cannot be imported"),
        ({"shared_lstm": True}, "shared_lstm must be False if the critic has a core"),
    ],
)
def test_wrong_arguments(kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RecurrentPPO(CorePolicy, "CartPole-v1", device="cpu", policy_kwargs=kwargs)


def test_arguments_of_the_stock_policy_are_named_with_what_replaces_them() -> None:
    with pytest.raises(TypeError, match="CorePolicy takes no lstm_hidden_size, got 32: core_kwargs has"):
        RecurrentPPO(CorePolicy, "CartPole-v1", device="cpu", policy_kwargs={"lstm_hidden_size": 32})
