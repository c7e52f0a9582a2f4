"""Views of every agent's network: answers and states are those of the policy, step by step, and gradients exist."""

from __future__ import annotations

from typing import Any

import numpy as np
import own_cores
import pytest
import torch
from gymnasium import spaces
from sb3_contrib import RecurrentPPO
from seq_agents.agents import make_learner
from seq_agents.cores import CORES
from seq_agents.learners.learner import Learner
from seq_agents.networks.view import NetworkView, states_of_core
from seq_agents.sb3 import Sb3Policy, make_vec_env
from stable_baselines3 import DQN, PPO
from tiny_agents import LEARNING, settings, taken_by, tiny
from torch import Tensor

import seq_envs

torch.set_num_threads(1)
ECHO = seq_envs.make_problem("SeqEcho-v0", length=5, n_values=3, encoding="discrete")
CORE_AGENTS = [f"{rule}-{core}" for core in CORES for rule in ("supervised", "recurrent-ppo")]
OWN = [f"supervised-own_cores:{name}" for name in ("Plain", "Own", "Empty")]
OTHERS = ["reinforce-mamba", "recurrent-ppo-stock-gru", "recurrent-ppo-stock-transformer", "reinforce-bilstm"]
STATELESS = ("bilstm", "encoder-decoder", "own_cores:Empty")


def made(agent: str, problem: seq_envs.Problem) -> Learner:
    if agent in LEARNING:
        return tiny(agent, problem)
    by_sb3 = agent.startswith("recurrent-ppo")
    few = settings("recurrent-ppo" if by_sb3 else "lstm", problem)
    return make_learner(
        agent, problem, 0, {name: few[name] for name in few if "own_cores" not in agent or name != "hidden"}
    )


def view_of(learner: Learner) -> NetworkView:
    view = learner.network_view()
    assert view is not None
    return view


@pytest.mark.parametrize("agent", [*LEARNING, *CORE_AGENTS, *OWN, *OTHERS])
def test_answers_are_those_of_the_policy(agent: str) -> None:
    problem = taken_by(agent) if agent == "encoder-decoder" else ECHO
    assert_answers(made(agent, problem), problem)


@pytest.mark.parametrize("agent", ["lstm", "recurrent-ppo", "recurrent-ppo-stock", "ppo-stack"])
@pytest.mark.parametrize(
    ("id", "parameters"),
    [
        ("SeqCopy-v0", {"framing": "many_to_one", "length": 3, "n_values": 3}),
        ("SeqNext-v0", {"length": 6, "max_step": 2}),
        ("SeqNext-v0", {"length": 6, "max_step": 2, "tolerance": 0.001}),
        ("SeqClassify-v0", {"length": 4}),
    ],
    ids=["several places", "bins", "real answers", "real inputs"],
)
def test_every_kind_of_answer(agent: str, id: str, parameters: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **parameters)
    learner = made(agent, problem)
    assert_answers(learner, problem)
    real = isinstance(problem.action_space, spaces.Box) and "tolerance" in parameters
    assert view_of(learner).real is real


def assert_answers(learner: Learner, problem: seq_envs.Problem) -> None:
    view, policy = view_of(learner), learner.policy()
    observations = seq_envs.sample(problem, 3).observations
    features = view.features(observations).requires_grad_()
    reading = view.read(features)
    answers = view.answers(reading.scores)
    state = policy.initial_state(3)
    for step in range(problem.steps):
        expected, state = policy.act(observations[:, step], state)
        assert answers[:, step] == pytest.approx(expected), step
        assert answers[:, step].dtype.kind == expected.dtype.kind
    scored = np.flatnonzero(seq_envs.sample(problem, 1).scored[0])[0]
    assert has_gradient(reading.scores[:, scored], features)
    if reading.values is not None:
        assert reading.values.shape == (3, problem.steps)
        assert has_gradient(reading.values, features)


def has_gradient(numbers: Tensor, features: Tensor) -> bool:
    [gradient] = torch.autograd.grad(
        numbers[numbers.isfinite()].sum() + numbers.flatten()[0] ** 2, features, retain_graph=True
    )
    return bool(gradient.isfinite().all()) and float(gradient.abs().sum()) > 0


@pytest.mark.parametrize("agent", [*CORE_AGENTS, *OWN, *OTHERS, "recurrent-ppo-stock"])
def test_states_are_those_of_the_policy(agent: str) -> None:
    """The policy plays step by step; its state is a tuple of tensors, or packed as SB3 keeps it."""
    learner = made(agent, ECHO)
    view, policy = view_of(learner), learner.policy()
    observations = seq_envs.sample(ECHO, 2).observations
    activity = view.states(view.features(observations), range(ECHO.steps))
    if any(agent.endswith(name) for name in STATELESS):
        assert activity is None
        return
    assert activity is not None
    seen = torch.cat([part.flatten(2) for part in activity.state.values()], dim=2)
    state = policy.initial_state(2)
    for step in range(ECHO.steps):
        _, state = policy.act(observations[:, step], state)
        kept = state[0] if agent.startswith("recurrent-ppo") else state
        numbers = np.concatenate([rows(part, 2) for part in kept], axis=1)
        here = np.asarray(seen[:, step])
        assert here.shape[0] == 2
        for row in range(2):  # The state may have counts and padding too, and a window has the current input.
            distances = np.abs(here[row][:, None] - np.append(numbers[row], [0.0, 1.0]))
            assert distances.min(axis=1).max() < 1e-5
    assert all(0 <= gate.min() <= gate.max() <= 1 for gate in activity.gates.values())


def rows(part: Any, batch: int) -> Any:
    """A part of a state as (batch, numbers); SB3 has a dimension of layers before it."""
    array = np.asarray(part)
    return array.reshape(batch, -1) if len(array) == batch else array[0].reshape(batch, -1)


@pytest.mark.parametrize("agent", ["lstm", "gru"])
def test_gates_are_those_of_the_equations(agent: str) -> None:
    """The state after a step follows from the state before it and the gates."""
    learner = made(agent, ECHO)
    view = view_of(learner)
    activity = view.states(view.features(seq_envs.sample(ECHO, 2).observations), range(ECHO.steps))
    assert activity is not None
    state, gates = activity
    if agent == "lstm":
        c = state["c"]
        assert torch.allclose(state["h"], gates["output gate"] * c.tanh())
        written = c[:, 1:] - gates["forget gate"][:, 1:] * c[:, :-1]
        assert (written.abs() <= gates["input gate"][:, 1:] + 1e-6).all()
    else:
        h, keep = state["h"], gates["update gate"]
        written = h[:, 1:] - keep[:, 1:] * h[:, :-1]
        assert (written.abs() <= 1 - keep[:, 1:] + 1e-6).all()


@pytest.mark.parametrize("agent", ["supervised-lstm", "recurrent-ppo-gru", "ppo-stack", "supervised-transformer"])
def test_states_of_some_steps(agent: str) -> None:
    view = view_of(made(agent, ECHO))
    features = view.features(seq_envs.sample(ECHO, 2).observations)
    every, some = view.states(features, range(ECHO.steps)), view.states(features, [1, 4])
    assert every is not None
    assert some is not None
    for all_parts, parts in zip(every, some, strict=True):
        assert list(parts) == list(all_parts)
        for name, part in parts.items():
            assert torch.allclose(part, all_parts[name][:, [1, 4]], atol=1e-6)


def test_a_stack_has_the_last_inputs() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=4, n_values=2, lag=1)
    view = view_of(tiny("ppo-stack", problem))
    observations = seq_envs.sample(problem, 1).observations
    activity = view.states(view.features(observations), range(4))
    assert activity is not None
    before = np.concatenate([np.zeros((1, 1, 2)), observations[:, :-1]], axis=1)
    assert np.asarray(activity.state["window"]).tolist() == np.concatenate([before, observations], axis=2).tolist()


class Named(own_cores.Plain):
    """Names its state."""

    def activity(self, inputs: Tensor, before: Any, after: Any) -> Any:
        from seq_agents.cores.core import Activity

        return Activity(
            {"traces": after[0], "input": inputs * (1 + 2j), "nothing": inputs[:, :0]}, {"gate": inputs > 0}
        )


class Misshapen(own_cores.Plain):
    """Names a tensor without one row for each episode."""

    def activity(self, inputs: Tensor, before: Any, after: Any) -> Any:
        from seq_agents.cores.core import Activity

        return Activity({"sum": after[0].sum(0)})


class Unnamed(own_cores.Plain):
    """Returns no `Activity`."""

    def activity(self, inputs: Tensor, before: Any, after: Any) -> Any:
        return 3


class Setting(own_cores.Plain):
    """Has a setting that is named as the method."""

    def __init__(self, inputs: int, activity: float = 0.5) -> None:
        super().__init__(inputs)
        self.activity = activity


def core_of(module: Any) -> Any:
    from seq_agents.cores.user_defined import as_core

    return as_core(module, module.__name__).build(2, as_core(module, module.__name__).settings_type(), None)


def test_a_core_of_the_user() -> None:
    inputs = torch.rand(3, 4, 2)
    for without in (own_cores.Plain, Setting):
        plain = states_of_core(core_of(without), inputs, range(4))
        assert plain is not None
        assert {name: tuple(part.shape) for name, part in plain.state.items()} == {"state 1": (3, 4, 6)}
    named = states_of_core(core_of(Named), inputs, [0, 3])
    assert named is not None
    shapes = {name: tuple(part.shape) for parts in named for name, part in parts.items()}
    assert shapes == {"traces": (3, 2, 6), "input": (3, 2, 4), "gate": (3, 2, 2)}
    assert named.state["input"][0, 1].tolist() == pytest.approx(
        [float(inputs[0, 3, 0]), 2 * float(inputs[0, 3, 0]), float(inputs[0, 3, 1]), 2 * float(inputs[0, 3, 1])]
    )
    with pytest.raises(ValueError, match=r"one row for each of 3 episodes, got shape \(6,\) for 'sum'"):
        states_of_core(core_of(Misshapen), inputs, [0])
    with pytest.raises(ValueError, match=r"must return a seq_agents\.cores\.core\.Activity, got 3"):
        states_of_core(core_of(Unnamed), inputs, [0])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("critic", ["own", "shared", "feed-forward"])
def test_policies_of_sb3_contrib(layers: int, critic: str) -> None:
    """With its own layers after the memory, and each form of critic."""
    env = make_vec_env(ECHO, 2)
    memory = {"enable_critic_lstm": critic == "own", "shared_lstm": critic == "shared"}
    network = {"lstm_hidden_size": 3, "n_lstm_layers": layers, "net_arch": [5], **memory}
    model = RecurrentPPO("MlpLstmPolicy", env, n_steps=5, batch_size=5, policy_kwargs=network, seed=0)
    policy = Sb3Policy(model)
    view = policy.network_view()
    assert view is not None
    observations = seq_envs.sample(ECHO, 2).observations
    features = view.features(observations)
    reading, activity = view.read(features), view.states(features, range(5))
    assert activity is not None
    assert activity.state["h"].shape == (2, 5, 3 * layers)
    assert len(activity.gates) == (3 if layers == 1 else 0)
    state: Any = policy.initial_state(2)
    for step in range(5):
        answers, state = policy.act(observations[:, step], state)
        assert view.answers(reading.scores)[:, step].tolist() == answers.tolist()
    assert np.asarray(activity.state["h"][:, -1]) == pytest.approx(np.moveaxis(state[0][0], 0, 1).reshape(2, -1))
    zeros = torch.zeros(layers, 2, 3)
    started = model.policy.predict_values(torch.as_tensor(observations[:, 0]), (zeros, zeros), torch.ones(2))
    assert reading.values is not None
    assert reading.values[:, 0].tolist() == pytest.approx(started[:, 0].tolist(), abs=1e-6)


def test_models_that_have_no_view() -> None:
    env = make_vec_env(ECHO, 2)
    apart = PPO("MlpPolicy", env, policy_kwargs={"share_features_extractor": False})
    assert Sb3Policy(apart).network_view() is None
    assert Sb3Policy(DQN("MlpPolicy", env, buffer_size=10)).network_view() is None
    assert make_learner("optimal", ECHO).network_view() is None


def test_a_feed_forward_policy_keeps_no_state() -> None:
    view = Sb3Policy(PPO("MlpPolicy", make_vec_env(ECHO, 2))).network_view()
    assert view is not None
    features = view.features(seq_envs.sample(ECHO, 2).observations)
    assert view.read(features).scores.shape == (2, 5, 1, 3)
    assert view.states(features, [0]) is None
