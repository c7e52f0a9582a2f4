"""A training is the same for the same seed, and resumes bit for bit."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.agents import AGENTS
from seq_agents.learners.learner import Learner, Moment
from spaces_of_settings import Ragged
from tiny_agents import BY_EXAMPLE, BY_SB3, LEARNING, UPDATES, kept, same, taken_by, tiny, weights

import seq_envs

torch.set_num_threads(1)  # As the command line does.


class Stop(Exception):
    pass


def stopped_after(updates: int) -> Any:
    """A watch that stops a training."""
    count = 0

    def watch(_: Moment) -> None:
        nonlocal count
        count += 1
        if count == updates:
            raise Stop

    return watch


# Seeds.


def results_of(learner: Learner, problem: seq_envs.Problem) -> str:
    """Everything that an evaluation of the policy finds; NaN equals NaN."""
    return repr(dataclasses.astuple(seq_envs.evaluate(learner.policy(), problem, 50)))


@pytest.mark.parametrize("agent", LEARNING)
def test_the_same_seed_learns_the_same(agent: str) -> None:
    states = []
    for seed in (1, 1, 2):
        torch.rand(len(states) + 1)  # Other code has drawn from the global generators.
        np.random.random(len(states) + 1)  # noqa: NPY002
        learner = tiny(agent, seed=seed)
        learner.learn()
        states.append(weights(kept(learner)))
    assert same(states[0], states[1])
    assert not same(states[0], states[2])


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "x", True])
@pytest.mark.parametrize("agent", AGENTS)
def test_a_wrong_seed_is_refused(agent: str, seed: Any) -> None:
    with pytest.raises(ValueError, match="seed must be an integer >= 0 and <= 4294967295, got"):
        tiny(agent, seed=seed)


@pytest.mark.parametrize("agent", LEARNING)
def test_the_greatest_seed(agent: str) -> None:
    learner = tiny(agent, seed=2**32 - 1, updates=1)
    learner.learn()


# Resuming.


@pytest.mark.parametrize("updates", [1, 2, UPDATES])
@pytest.mark.parametrize("agent", LEARNING)
def test_a_training_resumes_bit_for_bit(agent: str, updates: int) -> None:
    unbroken = tiny(agent)
    unbroken.learn()
    broken = tiny(agent)
    with pytest.raises(Stop):
        broken.learn(stopped_after(updates))
    state = kept(broken)
    assert same(state, kept(unbroken)) == (updates == UPDATES)

    fresh = tiny(agent)
    torch.rand(3)  # Other code draws too.
    np.random.random(3)  # noqa: NPY002
    given = {name: tensor.clone() for name, tensor in state.items()}
    fresh.restore(given)
    assert same(kept(fresh), state)
    moments: list[Moment] = []
    fresh.learn(moments.append)
    assert same(kept(fresh), kept(unbroken))
    assert same(given, state), "a state is read, not taken over"
    assert len(moments) == UPDATES - updates
    evaluations = [results_of(trained, taken_by(agent)) for trained in (fresh, unbroken)]
    assert evaluations[0] == evaluations[1]


@pytest.mark.parametrize("agent", ["recurrent-ppo", "lstm", "reinforce"])
def test_a_training_on_episodes_of_different_lengths_resumes_bit_for_bit(agent: str) -> None:
    few = {"minibatches": 1} if agent in BY_SB3 else {}
    unbroken, broken, fresh = (tiny(agent, Ragged(), updates=4, **few) for _ in range(3))
    unbroken.learn()
    states: list[dict[str, torch.Tensor]] = []
    broken.learn(lambda _: states.append(kept(broken)))
    fresh.restore(states[1])
    fresh.learn()
    assert same(kept(fresh), kept(unbroken))


@pytest.mark.parametrize("agent", BY_SB3)
def test_a_training_with_several_episodes_in_a_rollout_resumes_bit_for_bit(agent: str) -> None:
    unbroken, fresh = (tiny(agent, episodes=2, steps=3 * 16) for _ in range(2))
    states: list[dict[str, torch.Tensor]] = []
    unbroken.learn(lambda _: states.append(kept(unbroken)))
    assert len(states) == 3
    fresh.restore(states[0])
    fresh.learn()
    assert same(kept(fresh), states[-1])


@pytest.mark.parametrize("agent", ["recurrent-ppo-stock", "ppo", "ppo-stack"])
def test_a_rollout_that_ends_within_an_episode_cannot_be_resumed(agent: str) -> None:
    """What was learned so far can still be evaluated."""
    learner, fresh = (tiny(agent, Ragged(), minibatches=1) for _ in range(2))
    with pytest.raises(Stop):
        learner.learn(stopped_after(2))
    fresh.restore(kept(learner))
    results = [results_of(trained, Ragged()) for trained in (learner, fresh)]
    assert results[0] == results[1]
    with pytest.raises(ValueError, match="cannot be resumed where episodes differ in length"):
        fresh.learn()
    learner.learn()


@pytest.mark.parametrize("agent", LEARNING)
def test_a_stopped_learner_can_continue(agent: str) -> None:
    unbroken = tiny(agent)
    unbroken.learn()
    broken = tiny(agent)
    with pytest.raises(Stop):
        broken.learn(stopped_after(2))
    broken.learn()
    assert same(kept(broken), kept(unbroken))


@pytest.mark.parametrize("agent", LEARNING)
def test_a_finished_training_does_not_continue(agent: str) -> None:
    learner = tiny(agent)
    learner.learn()
    state = kept(learner)
    learner.learn(stopped_after(1))
    assert same(kept(learner), state)


@pytest.mark.parametrize("agent", LEARNING)
def test_evaluating_while_learning_changes_nothing(agent: str) -> None:
    """Reading the state and evaluating the policy do not change a training."""
    alone, watched = tiny(agent), None
    alone.learn()
    scores = []

    def watch(_: Moment) -> None:
        watched.state()
        scores.append(seq_envs.evaluate(watched.policy(), taken_by(agent), 20).accuracy)

    watched = tiny(agent)
    watched.learn(watch)
    assert len(scores) == UPDATES
    assert same(kept(alone), kept(watched))


@pytest.mark.parametrize("agent", LEARNING)
def test_a_state_of_another_size_is_refused(agent: str) -> None:
    learner = tiny(agent)
    before = kept(learner)
    for other in (tiny(agent, hidden=5), tiny("lstm" if agent == "gru" else "gru", taken_by(agent))):
        with pytest.raises(ValueError, match=r"the weights are those of another network: .* must have shape .*, got"):
            learner.restore(other.state())
    assert same(weights(kept(learner)), weights(before))


def test_a_reference_policy_has_no_state() -> None:
    learner = tiny("optimal")
    assert learner.network_view() is None
    assert learner.weights() is None
    moments: list[Moment] = []
    learner.learn(moments.append)
    assert [moment[:2] for moment in moments] == [(1.0, 0)]
    learner.restore({})
    assert learner.state() == {}
    with pytest.raises(ValueError, match="a reference policy has no weights, got network"):
        learner.restore({"network": torch.zeros(1)})


@pytest.mark.parametrize("agent", [*BY_EXAMPLE, "reinforce"])
def test_a_training_on_a_finite_set_resumes_bit_for_bit(agent: str) -> None:
    chosen = {"episodes": 4}
    unbroken = tiny(agent, **chosen)
    unbroken.learn()
    broken = tiny(agent, **chosen)
    with pytest.raises(Stop):
        broken.learn(stopped_after(2))
    state = kept(broken)
    fresh = tiny(agent, **chosen)
    fresh.restore(state)
    fresh.learn()
    assert same(kept(fresh), kept(unbroken))
