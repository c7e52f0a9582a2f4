"""A training update by update: what the watch receives, the learning rates, and the episodes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.learners.learner import Learner, Moment
from stable_baselines3 import PPO
from tiny_agents import BY_EXAMPLE, BY_SB3, LEARNING, UPDATES, kept, taken_by, tiny, weights

import seq_envs
from seq_envs.seeds import training_stream

torch.set_num_threads(1)  # As the command line does.


# What the watch receives.


@pytest.mark.parametrize("agent", LEARNING)
def test_moments(agent: str) -> None:
    learner = tiny(agent)
    moments: list[Moment] = []
    learner.learn(moments.append)
    episodes = 2 if agent in BY_SB3 else 3
    steps = taken_by(agent).steps
    assert [moment.done for moment in moments] == [0.25, 0.5, 0.75, 1.0]
    assert [moment.steps for moment in moments] == [episodes * steps * update for update in (1, 2, 3, 4)]
    asked = int(seq_envs.sample(taken_by(agent), 1).scored.sum())
    for moment in moments:
        right = moment.accuracy * episodes * asked
        assert 0 <= right <= episodes * asked
        assert right == pytest.approx(round(right)), "a count of right answers"


@pytest.mark.parametrize("agent", BY_EXAMPLE)
def test_the_reported_accuracy_is_that_of_the_answers_given(agent: str) -> None:
    learner = tiny(agent, learning_rate=1e-12, batch=50)
    episodes: list[Any] = []
    update = learner._update  # type: ignore[attr-defined]
    learner._update = lambda data: [episodes.append(data), update(data)][1]  # type: ignore[attr-defined]
    moments: list[Moment] = []
    learner.learn(moments.append)
    policy = learner.policy()
    for data, moment in zip(episodes, moments, strict=True):
        state, right = policy.initial_state(50), 0
        for step in range(data.targets.shape[1]):
            answers, state = policy.act(data.observations[:, step], state)
            right += ((answers == data.targets[:, step]) & data.scored[:, step]).sum()
        assert moment.accuracy == pytest.approx(right / data.scored.sum())


@pytest.mark.parametrize("agent", BY_SB3)
def test_the_reported_accuracy_is_the_mean_over_the_episodes_of_a_rollout(agent: str) -> None:
    learner: Any = tiny(agent, episodes=2, steps=30)
    asked = int(seq_envs.sample(learner.problem, 1).scored.sum())

    def watch(moment: Moment) -> None:
        returns = [episode["r"] for episode in learner.model.ep_info_buffer]
        assert len(returns) == 4 * len(moments) + 4
        assert moment.accuracy == pytest.approx(np.mean(returns[-4:]) / asked)
        moments.append(moment)

    moments: list[Moment] = []
    learner.learn(watch)
    assert [moment.done for moment in moments] == [16 / 30, 1.0]


@pytest.mark.parametrize("agent", LEARNING)
def test_the_learning_rate_falls_to_zero_and_no_further(agent: str) -> None:
    learner = tiny(agent, learning_rate=0.5, **({"steps": 4 * 8 - 3} if agent in BY_SB3 else {}))
    rates: list[list[float]] = []
    optimizer = optimizer_of(agent, learner)
    learner.learn(lambda _: rates.append([group["lr"] for group in optimizer.param_groups]))
    # SB3 counts the rollout that is being learned from as done.
    expected = (
        [0.5 * (1 - 8 * done / 29) for done in (1, 2, 3)] + [0.0] if agent in BY_SB3 else [0.5, 0.375, 0.25, 0.125]
    )
    for of_group in zip(*rates, strict=True):
        assert of_group == pytest.approx(expected)


@pytest.mark.parametrize("agent", ["recurrent-ppo", "lstm", "bilstm", "encoder-decoder", "reinforce"])
def test_the_memory_may_have_its_own_learning_rate(agent: str) -> None:
    learner = tiny(agent, learning_rate=0.5, lstm_rate=0.01)
    before = kept(learner)
    learner.learn(lambda _: None)
    moved = {name: float((tensor - before[name]).abs().max()) for name, tensor in weights(kept(learner)).items()}
    memory = {name for name in moved if any(part in name for part in ("lstm", "encoder", "decoder"))}
    assert memory
    assert 0 < max(moved[name] for name in memory) < 0.1 * max(moved[name] for name in moved.keys() - memory)


def test_stock_recurrent_ppo_has_one_rate() -> None:
    with pytest.raises(ValueError, match=r"lstm_rate must be 1\.0"):
        tiny("recurrent-ppo-stock", lstm_rate=0.5)


# The episodes.


def learned_from(learner: Learner) -> list[Any]:
    """The datasets of a training, update by update."""
    seen: list[Any] = []
    update = learner._update  # type: ignore[attr-defined]
    learner._update = lambda data: [seen.append(data), update(data)][1]  # type: ignore[attr-defined]
    learner.learn()
    return seen


def rows(data: Any) -> list[bytes]:
    return [row.tobytes() for row in data.observations]


def test_the_streams_of_a_training() -> None:
    """With other streams a training that another version of this package has stored would not resume."""
    problem = seq_envs.make_problem("SeqCopy-v0", length=9)
    for update, data in enumerate(learned_from(tiny("mlp", problem, seed=5))):
        assert rows(data) == rows(seq_envs.sample(problem, 3, seed=training_stream(5, 1 + update)))
    [data] = learned_from(tiny("mlp", problem, seed=5, episodes=7, batch=7, updates=1))
    assert sorted(rows(data)) == sorted(rows(seq_envs.sample(problem, 7, seed=training_stream(5, 0))))


@pytest.mark.parametrize("agent", ["mlp", "reinforce"])
def test_long_gradients_are_scaled_down(agent: str) -> None:
    learner: Any = tiny(agent, updates=1, batch=20, gradient_norm=1e-3)
    learner.learn()
    gradients = torch.cat([weights.grad.flatten() for weights in learner.network.parameters()])
    assert float(gradients.norm()) == pytest.approx(1e-3, rel=0.01)


@pytest.mark.parametrize("agent", [*BY_EXAMPLE, "reinforce"])
def test_fresh_episodes_never_repeat(agent: str) -> None:
    problem = seq_envs.make_problem("SeqCopy-v0", length=9)
    seen = [
        row
        for seed in (0, 1, 2**32 - 1)
        for data in learned_from(tiny(agent, problem, seed=seed))
        for row in rows(data)
    ]
    assert len(seen) == len(set(seen)) == 3 * UPDATES * 3


@pytest.mark.parametrize("agent", [*BY_EXAMPLE, "reinforce"])
@pytest.mark.parametrize("batch", [2, 5, 7])
def test_each_epoch_sees_each_episode_of_a_finite_set_once(agent: str, batch: int) -> None:
    problem = seq_envs.make_problem("SeqCopy-v0", length=9)
    seen = learned_from(tiny(agent, problem, episodes=5, batch=batch, updates=10))
    assert all(len(data.targets) == batch for data in seen)
    order = [row for data in seen for row in rows(data)]
    epochs = [order[first : first + 5] for first in range(0, len(order) - 4, 5)]
    assert len(epochs) == 2 * batch
    assert all(len(set(epoch)) == 5 and set(epoch) == set(epochs[0]) for epoch in epochs)
    assert len(set(map(tuple, epochs))) > 1, "in another order each time"
    for data in seen:  # Each episode keeps its own targets.
        symbols = data.observations.argmax(-1)[:, :9]
        assert np.array_equal(data.targets[:, -9:], symbols)


@pytest.mark.parametrize("agent", LEARNING)
def test_the_decay_of_squared_gradients(agent: str) -> None:
    """Trainings that were stored before the setting existed go on with the decay of torch and SB3."""
    optimizer = optimizer_of(agent, tiny(agent, beta2=0.5))
    assert {group["betas"] for group in optimizer.param_groups} == {(0.9, 0.5)}
    stored = type(tiny(agent).settings).stored({}).as_dict()
    before = stored["beta2"]
    if agent in BY_SB3:
        model = PPO("MlpPolicy", "CartPole-v1")
        assert (stored["target_kl"] or None, stored["normalize_advantage"]) == (None, model.normalize_advantage)
        theirs = model.policy.optimizer.param_groups[0]
        assert {group["eps"] for group in optimizer.param_groups} == {theirs["eps"]}
        assert before == theirs["betas"][1]
    else:
        assert before == torch.optim.Adam([torch.zeros(1)]).defaults["betas"][1]


def optimizer_of(agent: str, learner: Learner) -> torch.optim.Optimizer:
    """The optimizer of a training."""
    found: Any = learner
    optimizer: torch.optim.Optimizer = found.model.policy.optimizer if agent in BY_SB3 else found.optimizer
    return optimizer


@pytest.mark.parametrize("agent", sorted(BY_SB3))
def test_a_policy_that_changes_much_is_updated_no_further(agent: str) -> None:
    def updates(target_kl: float) -> int:
        learner: Any = tiny(agent, target_kl=target_kl, epochs=3, learning_rate=0.5)
        learner.learn()
        assert learner.model.target_kl == (target_kl or None)
        return sum(int(state["step"]) for state in list(learner.model.policy.optimizer.state.values())[:1])

    assert updates(1e-9) < updates(0.0) == updates(1e9)
