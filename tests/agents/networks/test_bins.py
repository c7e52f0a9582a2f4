"""Real answers in bins: the values, the nearest ones, and the answer that is most probably right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from seq_agents.agents import make_learner, settings_of
from seq_agents.networks.bins import bin_values, bins_of, nearest_bins
from seq_agents.networks.head import Head
from seq_agents.networks.reader import Reader

import seq_envs
from seq_envs.encodings import Alphabet, Array, Encoding, Token
from seq_envs.parameters import Real, parameter
from seq_envs.problem import Episodes, Problem, fixed_length, last_of

torch.set_num_threads(1)


@dataclass(frozen=True, kw_only=True)
class Point(Problem):
    """Answer with a point in a rectangle, whatever is seen."""

    tolerance: float = parameter(0.5, Real(0.0, 10.0), "greatest error")

    @property
    def steps(self) -> int:
        return 2

    @property
    def code(self) -> Encoding:
        return Token(Alphabet(2))

    @property
    def action_space(self) -> spaces.Box:
        return spaces.Box(np.array([0.0, -4.0], np.float32), np.array([1.0, 4.0], np.float32))

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        targets = np.broadcast_to(np.array([0.25, 3.0], np.float32), (batch, 2, 2))
        return fixed_length(rng.integers(2, size=(batch, 2)), targets, last_of(2))

    def solve(self, history: Array) -> Array:
        return np.broadcast_to(np.array([0.25, 3.0], np.float32), (len(history), 2))


def logits(*probabilities: float) -> torch.Tensor:
    return torch.tensor(probabilities).log()[None]


def test_values_by_hand() -> None:
    space = spaces.Box(np.array([0.0, -2.0], np.float32), np.array([1.0, 2.0], np.float32))
    assert bin_values(space, 3).tolist() == [[0.0, 0.5, 1.0], [-2.0, 0.0, 2.0]]
    assert bin_values(space, 3).dtype == np.float32
    nearest = nearest_bins(np.array([[0.2, -9.0], [0.3, 1.1], [7.0, 0.9]]), bin_values(space, 3))
    assert nearest.tolist() == [[0, 0], [1, 2], [2, 1]]


def test_values_of_a_sequence_are_bins() -> None:
    """A bin is exactly the float32 that an environment expects, so that a right answer is right."""
    for id in ("SeqNext-v0", "SeqNextMedium-v0", "SeqNextHard-v0"):
        problem = seq_envs.make_problem(id)
        targets = seq_envs.sample(problem, 50).targets
        values = bin_values(problem.action_space, 201)
        assert (values[0][nearest_bins(targets, values)] == targets).all()


@pytest.mark.parametrize(
    ("bins", "space"),
    [
        (1, spaces.Box(0.0, 1.0, (1,), np.float32)),
        (9, spaces.Box(0.0, np.inf, (1,), np.float32)),
        (9, spaces.Box(0, 10, (1,), np.int64)),
        (9, spaces.Discrete(3)),
    ],
)
def test_no_bins_without_bounds(bins: int, space: spaces.Space[object]) -> None:
    with pytest.raises(ValueError, match=f"bins must be at least 2, for a Box space of floats with bounds, got {bins}"):
        bin_values(space, bins)


@pytest.mark.parametrize(
    ("id", "parameters", "bins", "expected"),
    [
        ("SeqNext-v0", {}, 201, 201),
        ("SeqNext-v0", {}, 0, 0),
        ("SeqNext-v0", {}, 1, 0),
        ("SeqNext-v0", {"length": 100}, 201, 201),
        ("SeqNext-v0", {"length": 101}, 201, 0),
        ("SeqNext-v0", {"encoding": "one_hot"}, 201, 0),
        ("SeqEcho-v0", {}, 201, 0),
        ("SeqClassify-v0", {}, 201, 0),
    ],
)
def test_bins_only_where_they_can_be_right(id: str, parameters: dict[str, object], bins: int, expected: int) -> None:
    assert bins_of(seq_envs.make_problem(id, **parameters), bins) == expected


@given(st.integers(2, 60), st.floats(0.0, 1.0))
def test_some_bin_is_right(length: int, place: float) -> None:
    problem = seq_envs.make_problem("SeqNext-v0", length=length)
    values = bin_values(problem.action_space, 201)
    target = np.array([place], np.float32)
    assert problem.grade(values[0][nearest_bins(target, values)], target) == 1.0


def test_an_answer_may_lie_between_two_candidates() -> None:
    """Bins at 0, 0.25, ..., 1, and a tolerance of 0.25: an answer is right for its neighbours too."""
    head = Head(seq_envs.make_problem("SeqNext-v0", length=4, tolerance=0.25), 3, bins=5)
    assert head.answers(logits(0.0, 0.9, 0.0, 0.1, 0.0)[None]).tolist() == [[0.5]], "right for both"
    assert head.answers(logits(0.6, 0.0, 0.0, 0.4, 0.0)[None]).tolist() == [[0.0]], "too far apart"
    assert head.answers(logits(0.0, 0.0, 1.0, 0.0, 0.0)[None]).tolist() == [[0.5]], "the middle of what is right"
    assert head.answers(logits(0.3, 0.3, 0.3, 0.0, 0.1)[None]).tolist() == [[0.25]]


def test_the_loss_is_cross_entropy() -> None:
    head = Head(seq_envs.make_problem("SeqNext-v0"), 3, bins=5)
    scores = torch.randn(4, 1, 5)
    targets = torch.tensor([[0.0], [0.3], [0.9], [0.5]])
    expected = torch.nn.functional.cross_entropy(scores[:, 0], torch.tensor([0, 1, 4, 2]))
    assert head.loss(scores, targets).item() == pytest.approx(expected.item())


def test_several_numbers() -> None:
    problem = Point()
    head = Head(problem, 3, bins=17)
    scores = head(torch.randn(5, 2, 3))
    assert scores.shape == (5, 2, 2, 17)
    assert problem.answers.read_actions(head.answers(scores[:, 0]), 5).shape == (5, 2)
    sure = torch.full((1, 2, 17), -50.0)
    sure[0, 0, 4] = sure[0, 1, 14] = 50.0
    assert head.answers(sure).tolist() == [[0.25, 3.0]]
    assert Head(problem, 3)(torch.randn(5, 2, 3)).shape == (5, 2, 2), "without bins, a score is the answer"


@pytest.mark.parametrize("agent", ["mlp", "reinforce-none", "ppo", "recurrent-ppo-none", "recurrent-ppo-stock"])
@pytest.mark.parametrize("bins", [0, 17])
def test_every_rule_learns_several_numbers(agent: str, bins: int) -> None:
    short = {"steps": 64, "lanes": 8} if "ppo" in agent else {"updates": 2, "batch": 8}
    learner = make_learner(agent, Point(), 0, {"hidden": 4, "bins": bins, **short})
    learner.learn()
    assert seq_envs.evaluate(learner.policy(), Point(), 20).accuracy >= 0.0


def test_a_number_is_read_by_interpolation() -> None:
    problem = seq_envs.make_problem("SeqNext-v0")
    reader = Reader(problem, bins=9)
    assert reader.size == 1 + 33
    first, second = reader(torch.tensor([[[0.5], [1.5 / 32]]]))[0]
    assert first.tolist() == [0.5, *[0.0] * 16, 1.0, *[0.0] * 16]
    assert second.tolist() == pytest.approx([1.5 / 32, 0.0, 0.5, 0.5, *[0.0] * 30])
    assert Reader(problem).size == 1
    assert Reader(seq_envs.make_problem("SeqNext-v0", encoding="one_hot"), bins=9).size == 10


class Wide(Point):
    """Observations of one number, between the largest bounds or between equal ones."""

    @property
    def observation_space(self) -> spaces.Box:
        return spaces.Box(-self.most, self.most, (1,), np.float32)

    most = float(np.finfo(np.float32).max)


@pytest.mark.parametrize("most", [0.0, float(np.finfo(np.float32).max)])
def test_no_interpolation_without_a_finite_range(most: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Wide, "most", most)
    reader = Reader(Wide(), bins=9)
    assert reader.size == 1
    assert reader(torch.zeros(1, 1, 1)).tolist() == [[[0.0]]]


@pytest.mark.parametrize("agent", ["mlp", "reinforce-gru", "ppo", "recurrent-ppo-gru"])
def test_an_agent_keeps_its_bins_on_longer_problems(agent: str) -> None:
    """Even where the tolerance is smaller, so that it would learn without bins."""
    short = {"steps": 64, "lanes": 8} if "ppo" in agent else {"updates": 2, "batch": 8}
    problem = seq_envs.make_problem("SeqNext-v0", length=4)
    longer = seq_envs.make_problem("SeqNext-v0", length=150)
    learner = make_learner(agent, problem, 0, {"hidden": 4, **short, **({} if "gru" in agent else {"clock": False})})
    learner.learn()
    assert seq_envs.evaluate(learner.policy_on(longer), longer, 5).episodes == 5


@pytest.mark.slow
def test_a_control_reaches_the_memoryless_level() -> None:
    """Squared error stays far below it, between two candidates."""
    short = {"updates": 300, "learning_rate": 0.02, "hidden": 64}
    scores = {}
    for bins in (0, 201):
        learner = make_learner("mlp", "SeqNextMedium-v0", 0, {**short, "bins": bins}, standard=True)
        learner.learn()
        scores[bins] = seq_envs.evaluate(learner.policy(), "SeqNextMedium-v0", 2000).normalized_score
    assert scores[0] < -0.5
    assert scores[201] > -0.1


def test_stored_settings_of_0_1_0_had_no_bins() -> None:
    kind = type(settings_of("mlp", ""))
    assert kind.of({}).as_dict()["bins"] == 201
    assert kind.stored({}).as_dict()["bins"] == 0
    assert kind.stored({"bins": 5}).as_dict()["bins"] == 5
