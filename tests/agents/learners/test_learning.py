"""Every agent takes every problem, and learns it if it has the memory for it."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from seq_agents.agents import AGENTS, make_learner
from seq_agents.learners.learner import Moment
from spaces_of_settings import NIGHTLY_BASE_CHOICE, Ragged, name
from tiny_agents import BY_SB3, LEARNING, kept, same, tiny, weights

import seq_envs

torch.set_num_threads(1)  # As the command line does.

ENCODER_DECODER_TAKES = [("SeqCopy-v0", "many_to_many"), ("SeqMemorize-v0", "many_to_one")]
"""Problems that show the whole sequence before the first scored step. (Answers of many_to_one have several places.)"""


# Every agent on every problem.


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize(("id", "choice"), NIGHTLY_BASE_CHOICE, ids=name)
def test_every_agent_takes_every_framing_and_encoding(agent: str, id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    if agent == "encoder-decoder" and (id, choice["framing"]) not in ENCODER_DECODER_TAKES:
        with pytest.raises(ValueError, match="encoder-decoder takes problems"):
            tiny(agent, problem, updates=1)
        return
    learner = tiny(agent, problem, updates=1)
    before, moments = kept(learner), []
    learner.learn(moments.append)
    assert moments[-1].done == 1.0
    assert same(before, kept(learner)) == (agent not in LEARNING)
    got = seq_envs.evaluate(learner.policy(), problem, episodes=6)
    assert 0 <= got.accuracy <= 1
    if agent == "optimal":
        assert got.accuracy == 1.0


@pytest.mark.parametrize(("lanes", "minibatches", "rows", "size"), [(1, 1, 1, 2), (5, 2, 5, 2), (3, 3, 3, 2)])
@pytest.mark.parametrize("agent", BY_SB3)
def test_a_single_advantage_is_refused(agent: str, lanes: int, minibatches: int, rows: int, size: int) -> None:
    """Episodes of one step, where the last minibatch would be a single step."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=1, lag=0)
    with pytest.raises(ValueError, match=f"at least 2 time steps, got {rows} in minibatches of {size}"):
        tiny(agent, problem, lanes=lanes, minibatches=minibatches)
    tiny(agent, problem, lanes=2, minibatches=1)
    learner = tiny(agent, problem, lanes=4, minibatches=2)
    learner.learn()
    assert all(tensor.isfinite().all() for tensor in weights(learner.state()).values())


@pytest.mark.parametrize("agent", [agent for agent in LEARNING if agent != "encoder-decoder"])
def test_episodes_of_different_lengths(agent: str) -> None:
    learner = tiny(agent, Ragged(), updates=2, **({"minibatches": 1} if agent in BY_SB3 else {}))
    learner.learn()
    assert 0 <= seq_envs.evaluate(learner.policy(), Ragged(), episodes=20).accuracy <= 1


def test_encoder_decoder_names_the_problems_it_takes() -> None:
    with pytest.raises(ValueError, match=r"whole sequence.*got SeqEcho\("):
        make_learner("encoder-decoder", "SeqEcho-v0")

    class TwoAnswers(Ragged):
        action_space = gymnasium.spaces.MultiDiscrete([4, 4])

        def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
            values = np.zeros((batch, 7), np.uint8)
            scored = np.broadcast_to(np.arange(7) == 6, (batch, 7))
            return seq_envs.Episodes(values, np.zeros((batch, 7, 2), np.int64), scored, np.full(batch, 7))

    with pytest.raises(ValueError, match="takes problems with Discrete answers, got MultiDiscrete"):
        make_learner("encoder-decoder", TwoAnswers())


# Learning.

ECHO = {"length": 4, "n_values": 3}
SUPERVISED = {"updates": 150, "batch": 32, "hidden": 24, "learning_rate": 0.02}
PPO = {"steps": 8000, "lanes": 32, "hidden": 24, "learning_rate": 0.02}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent", "id", "parameters", "chosen"),
    [
        ("lstm", "SeqEcho-v0", ECHO, SUPERVISED),
        ("gru", "SeqEcho-v0", ECHO, SUPERVISED),
        ("bilstm", "SeqEcho-v0", ECHO, SUPERVISED),
        ("window-mlp", "SeqEcho-v0", ECHO, SUPERVISED),
        ("encoder-decoder", "SeqCopy-v0", {"length": 2, "n_values": 3}, SUPERVISED),
        ("encoder-decoder", "SeqCopy-v0", {"length": 2, "n_values": 3}, SUPERVISED | {"teacher_forcing": True}),
        ("encoder-decoder", "SeqCopy-v0", {"length": 2, "n_values": 3}, SUPERVISED | {"attention": True}),
        ("reinforce", "SeqEcho-v0", ECHO, SUPERVISED | {"updates": 200, "batch": 64}),
        ("recurrent-ppo", "SeqEcho-v0", ECHO, PPO),
        ("recurrent-ppo-stock", "SeqEcho-v0", ECHO, PPO | {"epochs": 3}),
        ("ppo-stack", "SeqEcho-v0", ECHO, PPO),
        ("ppo-stack", "SeqEcho-v0", ECHO, PPO | {"clock": False}),
        ("optimal", "SeqEcho-v0", ECHO, {}),
    ],
)
def test_agents_with_memory_learn(agent: str, id: str, parameters: dict[str, Any], chosen: dict[str, Any]) -> None:
    learner = make_learner(agent, id, 0, chosen, **parameters)
    moments: list[Moment] = []
    learner.learn(moments.append)
    got = seq_envs.evaluate(learner.policy(), id, episodes=1000, **parameters)
    assert got.normalized_score >= 0.95
    if agent in LEARNING:
        assert moments[0].accuracy < 0.7
        assert moments[-1].accuracy > 0.85


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent", "chosen"),
    [("mlp", SUPERVISED), ("ppo", PPO), ("memoryless", {}), ("window-mlp", SUPERVISED | {"window": 1})],
)
def test_agents_without_memory_stay_at_the_memoryless_level(agent: str, chosen: dict[str, Any]) -> None:
    learner = make_learner(agent, "SeqEcho-v0", 0, chosen, **ECHO)
    learner.learn()
    low, high = seq_envs.evaluate(learner.policy(), "SeqEcho-v0", episodes=3000, **ECHO).normalized_interval
    assert low - 0.02 <= 0 <= high + 0.02


@pytest.mark.slow
@pytest.mark.parametrize("agent", ["mlp", "ppo"])
def test_the_controls_see_the_clock(agent: str) -> None:
    """There is one sequence, so the clock alone gives the answers. Without the clock all steps look alike."""
    chosen = SUPERVISED if agent == "mlp" else PPO
    problem = seq_envs.make_problem("SeqClassify-v0", length=8)
    scores = {}
    for clock in (True, False):
        learner = make_learner(agent, problem, 0, chosen | {"clock": clock})
        learner.learn()
        scores[clock] = seq_envs.evaluate(learner.policy(), problem, episodes=2000).normalized_score
    assert scores[True] > -0.1
    assert scores[True] > scores[False] + 0.5
