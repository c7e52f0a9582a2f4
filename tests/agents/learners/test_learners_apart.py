"""Learners do not influence each other, and take every action space that a problem may have."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from seq_agents.agents import AGENTS, make_learner, settings_of
from seq_agents.learners.learner import Moment
from spaces_of_settings import Ragged
from tiny_agents import LEARNING, taken_by, tiny

import seq_envs
from seq_envs.encodings import Alphabet, Array, Encoding, Token
from seq_envs.problem import Episodes, Problem, fixed_length
from seq_envs.seeds import training_stream

torch.set_num_threads(1)


def weights(learner: Any) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in learner.state().items()}


def assert_equal(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> None:
    assert ours.keys() == theirs.keys()
    for name, tensor in ours.items():
        assert torch.equal(tensor, theirs[name]), name


@pytest.mark.parametrize("agent", LEARNING)
def test_another_learner_changes_nothing(agent: str) -> None:
    """Another learner is made or trained after this one is made, and before its state is read."""
    alone = tiny(agent, seed=1)
    alone.learn()
    expected = weights(alone)
    first, second = tiny(agent, seed=1), tiny(agent, seed=2)
    second.learn()
    np.random.random(7)  # noqa: NPY002 - the generator that SB3 uses.
    first.learn()
    tiny(agent, seed=3)
    assert_equal(weights(first), expected)


@pytest.mark.parametrize("agent", LEARNING)
def test_a_trained_learner_can_be_restored(agent: str) -> None:
    states: list[dict[str, torch.Tensor]] = []
    learner = tiny(agent, seed=1)

    def keep(_: Moment) -> None:
        states.append(weights(learner))

    learner.learn(keep)
    learner.restore(states[0])
    learner.learn()
    assert_equal(weights(learner), states[-1])


def test_seeds_share_no_stream() -> None:
    lanes = {seed: set(make_learner("recurrent-ppo", "SeqCopy-v0", seed).env._seeds) for seed in range(3)}
    for seed, streams in lanes.items():
        assert streams == set(range(training_stream(seed, 0), training_stream(seed, 64)))
    assert len(set().union(*lanes.values())) == 3 * 64
    assert training_stream(2**32 - 1, 2**32 - 1) < 2**64


@pytest.mark.parametrize("agent", ["ppo", "ppo-stack", "recurrent-ppo-stock"])
def test_resuming_within_episodes_is_refused(agent: str) -> None:
    learner = tiny(agent, Ragged())

    def stop(_: Moment) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        learner.learn(stop)
    again = tiny(agent, Ragged())
    again.restore(learner.state())
    assert seq_envs.evaluate(again.policy(), Ragged(), 10).episodes == 10
    with pytest.raises(ValueError, match="differ in length"):
        again.learn()


def test_a_training_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tiny("ppo", updates=1).learn()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("agent", ["mlp", "reinforce", "ppo", "recurrent-ppo"])
def test_the_policy_for_a_problem_of_another_size_has_learned_the_same(agent: str) -> None:
    problem = taken_by(agent)
    learner: Any = tiny(agent)
    before = answers_of(learner.policy(), problem)
    with torch.no_grad():
        for weights in learner.network_and_core()[0].parameters():
            weights.normal_()
    assert before != answers_of(learner.policy(), problem) == answers_of(learner.policy_on(problem), problem)


def answers_of(policy: seq_envs.Policy, problem: Problem) -> Any:
    """The answers of a policy in some episodes."""
    data, answers = seq_envs.sample(problem, 40), []
    state = policy.initial_state(40)
    for step in range(problem.steps):
        answer, state = policy.act(data.observations[:, step], state)
        answers.append(answer.tolist())
    return answers


@pytest.mark.parametrize("agent", ["ppo", "recurrent-ppo-stock", "recurrent-ppo"])
def test_a_minibatch_of_one_step_is_refused(agent: str) -> None:
    """The standard deviation of a single advantage is undefined."""
    with pytest.raises(ValueError, match="a minibatch must hold at least 2 time steps"):
        make_learner(agent, "SeqEcho-v0", settings={"minibatches": 3, "lanes": 64, "episodes": 4})


def test_reinforce_needs_a_baseline() -> None:
    with pytest.raises(ValueError, match="batch must be at least 2"):
        make_learner("reinforce", "SeqEcho-v0", settings={"batch": 1})


@pytest.mark.parametrize("agent", AGENTS)
def test_a_learner_says_what_it_learns(agent: str) -> None:
    learner = make_learner(agent, taken_by(agent), 3)
    assert repr(learner) == f"<{type(learner).__name__} on {taken_by(agent)!r}, seed 3>"
    assert re.fullmatch(r"<.*(policy of Seq\w+\(.*|with [\d,]+ weights>+)>?", repr(learner.policy()))


def test_an_id_with_its_module_has_the_same_settings() -> None:
    for other in ("seq_envs:SeqEchoHard-v0", "SeqEchoHard"):
        assert settings_of("lstm", other) == settings_of("lstm", "SeqEchoHard-v0")
    assert settings_of("lstm", "SeqEchoHard-v0") != settings_of("lstm", "SeqEcho-v0")


@dataclass(frozen=True, kw_only=True)
class Signed(Problem):
    """The answer is a number in [-1, 1] that stands for the current symbol."""

    tolerance = 0.2

    @property
    def steps(self) -> int:
        return 4

    @property
    def code(self) -> Encoding:
        return Token(Alphabet(3))

    @property
    def action_space(self) -> spaces.Space[Any]:
        return spaces.Box(-1.0, 1.0, (1,), np.float32)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        seen = rng.integers(3, size=(batch, 4), dtype=np.uint8)
        return fixed_length(seen, (seen[..., None] - np.float32(1)).astype(np.float32), np.ones(4, bool))

    def solve(self, history: Array) -> Array:
        return (history[:, -1, None] - np.float32(1)).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Uneven(Problem):
    """The answer has two places: whether the current symbol is odd (2 values), and which symbol it is (5 values)."""

    @property
    def steps(self) -> int:
        return 3

    @property
    def code(self) -> Encoding:
        return Token(Alphabet(5))

    @property
    def action_space(self) -> spaces.Space[Any]:
        return spaces.MultiDiscrete([2, 5])

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        seen = rng.integers(5, size=(batch, 3), dtype=np.uint8)
        return fixed_length(seen, np.stack([seen % 2, seen], axis=-1).astype(np.int64), np.ones(3, bool))

    def solve(self, history: Array) -> Array:
        return np.stack([history[:, -1] % 2, history[:, -1]], axis=-1).astype(np.int64)


BY_EXAMPLE = {"updates": 300, "learning_rate": 0.02, "hidden": 16}
BY_REWARD = {"learning_rate": 0.03, "hidden": 16}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent", "problem", "settings"),
    [
        ("lstm", Signed(), BY_EXAMPLE),
        ("mlp", Signed(), BY_EXAMPLE),
        ("lstm", Uneven(), BY_EXAMPLE),
        ("gru", Uneven(), BY_EXAMPLE),
        ("reinforce", Uneven(), {**BY_REWARD, "updates": 300}),
        ("recurrent-ppo", Uneven(), {**BY_REWARD, "steps": 12_000, "episodes": 2, "lanes": 64}),
    ],
)
def test_any_action_space(agent: str, problem: Problem, settings: dict[str, Any]) -> None:
    """Bounds other than 0 and 1, and places with different numbers of values."""
    learner = make_learner(agent, problem, settings=settings)
    learner.learn()
    assert seq_envs.evaluate(learner.policy(), problem, 500).accuracy >= 0.95
