"""Credit of networks made by hand, whose dependence on past inputs is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.inspection.credit import Credit, credit
from seq_agents.inspection.occlusion import Replacements
from seq_agents.inspection.reading_limits import NUMBERS_AT_ONCE
from seq_agents.networks.view import NetworkView, Reading
from spaces_of_settings import Ragged
from torch import Tensor

import seq_envs
from seq_envs.dataset import encoded, raw_episodes

torch.set_num_threads(1)
NAN = float("nan")


class Lagged(NetworkView):
    """The logits are twice the one-hot input of the step before; the value is x_t + 3 x_0, for symbols x."""

    real = False
    symbols = 2

    def features(self, observations: Any) -> Tensor:
        return torch.eye(self.symbols)[torch.as_tensor(observations).long()]

    def read(self, features: Tensor) -> Reading:
        before = torch.cat([torch.zeros_like(features[:, :1]), features[:, :-1]], dim=1)
        return Reading(2 * before[:, :, None], features[..., 1] + 3 * features[:, :1, 1])

    def choices(self, scores: Tensor) -> Tensor:
        return scores.argmax(-1)

    def answers(self, scores: Tensor) -> Any:
        return np.asarray(self.choices(scores)[..., 0])


class Real(Lagged):
    """Its answers are numbers: the input, and half the input of the step before."""

    real = True

    def read(self, features: Tensor) -> Reading:
        before = torch.cat([torch.zeros_like(features[:, :1]), features[:, :-1]], dim=1)
        return Reading((features + before / 2)[..., 1:], None)


ECHO = seq_envs.make_problem("SeqEcho-v0", length=5, n_values=2, encoding="discrete")


def credits_of(view: NetworkView, problem: seq_envs.Problem = ECHO, seed: int = 0) -> dict[tuple[str, str], Credit]:
    shown = raw_episodes(problem, 1, 0)
    found = credit(problem, view, shown, seed)
    return {(each.of, each.method): each for each in found}


def test_the_answer_depends_on_the_input_before() -> None:
    """Exchanging one of two symbols turns the probability of the answer into that of the other one."""
    found = credits_of(Lagged())
    right = float(torch.tensor([2.0, 0.0]).softmax(0)[0])
    for method, amount in (("occlusion", 2 * right - 1), ("gradient", np.hypot(2, 2))):
        of_answers = found["answer", method]
        assert of_answers.steps.tolist() == [1, 2, 3, 4]
        assert of_answers.by_distance() == pytest.approx([0, amount, 0, 0, 0], abs=1e-6)
        assert of_answers.on_sources == pytest.approx((1.0, np.mean([1 / 2, 1 / 3, 1 / 4, 1 / 5])), abs=1e-6)
        first = of_answers.amounts[0]
        assert first[1] == pytest.approx([0, amount, 0, NAN, NAN], nan_ok=True, abs=1e-6)
        assert repr(of_answers) == f"<Credit of the answer by {method}, 1.00 of it on the right steps (chance 0.32)>"


def test_the_value_depends_on_the_first_input_and_on_this_one() -> None:
    found = credits_of(Lagged())
    for method in ("occlusion", "gradient"):
        amounts = found["value", method].amounts
        assert amounts[:, -1] == pytest.approx(np.broadcast_to([3.0, 0, 0, 0, 1], amounts[:, -1].shape), abs=1e-5)
        # Of the answer at step 1 the source is step 0, with 3/4; at later steps it is none of the two.
        on_sources = found["value", method].on_sources
        assert on_sources is not None
        assert on_sources[0] == pytest.approx(0.75 / 4)


def test_real_answers() -> None:
    found = credits_of(Real())
    assert set(found) == {("answer", "occlusion"), ("answer", "gradient")}
    for of_answers in found.values():
        assert of_answers.by_distance() == pytest.approx([1, 0.5, 0, 0, 0], abs=1e-6)


def test_episodes_of_mixed_length_without_sources() -> None:
    """Only the last step of an episode counts, and only inputs before it; the problem states no sources."""

    class Wide(Lagged):
        symbols = 4

    found = credits_of(Wide(), Ragged())["answer", "occlusion"]
    assert found.sources is None
    assert found.on_sources is None
    assert repr(found) == "<Credit of the answer by occlusion>"
    asked = ~np.isnan(found.amounts).all(axis=2)
    assert (asked.sum(axis=1) == 1).all(), "each episode has one answer that counts"
    means = found.by_distance()
    assert means[1] > 0.3
    assert np.delete(means, 1) == pytest.approx([0] * 6)


def test_replacements_are_inputs_of_other_episodes_at_the_same_step() -> None:
    """They differ from the input that they replace, and are no padding after the end of an episode."""
    problem, rng = Ragged(), np.random.default_rng(3)
    episodes, pool = raw_episodes(problem, 40, 5), raw_episodes(problem, 64, 6)
    mine, others = encoded(problem, episodes), encoded(problem, pool)
    found = Replacements.of("observation", mine, others, (episodes.lengths, pool.lengths), rng, 4)
    chosen = np.argwhere(found.chosen >= 0)
    assert len(chosen) > 500
    for episode, step, number in chosen:
        other = found.chosen[episode, step, number]
        assert pool.lengths[other] > step
        assert episodes.lengths[episode] > step
        assert pool.observations[other, step] != episodes.observations[episode, step]
        assert found.inputs[other, step] == others[other, step]
    assert len({*found.chosen[0, 0]}) > 1, "they are drawn"


def test_inputs_that_cannot_differ_get_no_credit() -> None:
    """The body of SeqMemorize is the same in all episodes, so only the marker can be replaced."""
    problem = seq_envs.make_problem("SeqMemorize-v0", encoding="discrete")

    class Wide(Lagged):
        symbols = 5

    found = credits_of(Wide(), problem)["answer", "occlusion"]
    assert np.nansum(found.amounts[:, :, 0]) > 0
    assert np.isnan(found.amounts[:, :, 1:]).all()
    assert found.outlined().tolist() == [[3, 0]], "the last answer is the marker"


def test_chance_counts_only_the_inputs_that_can_be_replaced() -> None:
    """Only the marker of SeqMemorize can be replaced, so all credit is on it by chance too."""
    problem = seq_envs.make_problem("SeqMemorize-v0", encoding="discrete")

    class First(Lagged):
        """All its answers depend on the first input, and on the last one."""

        symbols = 5

        def read(self, features: Tensor) -> Reading:
            return Reading((features + features[:, :1])[:, :, None], None)

    found = credits_of(First(), problem)
    assert found["answer", "occlusion"].on_sources == pytest.approx((1.0, 1.0))
    assert found["answer", "gradient"].on_sources == pytest.approx((0.5, 0.25), abs=0.1)


def test_inputs_of_many_numbers_are_read_in_small_batches() -> None:
    sizes = []

    class Wide(Lagged):
        symbols = 4000

        def features(self, observations: Any) -> Tensor:
            return torch.nn.functional.one_hot(torch.as_tensor(observations).long(), self.symbols).float()

        def read(self, features: Tensor) -> Reading:
            sizes.append(features.numel())
            return Reading(features[:, :, None], None)

    problem = seq_envs.make_problem("SeqEcho-v0", length=2, n_values=4000, encoding="discrete")
    credits_of(Wide(), problem)
    _, *occluded, _ = sizes
    assert max(occluded) <= NUMBERS_AT_ONCE


def made(amounts: Any, sources: Any) -> Credit:
    steps = np.array([1, 2])
    return Credit(
        "answer", "occlusion", "", steps, np.array(amounts, float), None if sources is None else np.array(sources)
    )


def test_shares_and_distances_by_hand() -> None:
    """The first episode is drawn and left out of averages; answers without sources or credit do not count."""
    drawn = [[9, 9, NAN], [9, 9, 9]]
    amounts = [drawn, [[3, 1, NAN], [0, 0, 0]], [[NAN, NAN, NAN], [1, 2, 1]]]
    sources = [[[1, 1, 0], [1, 1, 1]], [[1, 0, 0], [0, 1, 0]], [[0, 0, 0], [0, 1, 1]]]
    credit = made(amounts, np.array(sources, bool))
    assert credit.on_sources == pytest.approx(((3 / 4 + 3 / 4) / 2, (1 / 2 + 2 / 3) / 2))
    assert credit.by_distance() == pytest.approx([(1 + 0 + 1) / 3, (3 + 0 + 2) / 3, (0 + 1) / 2])
    assert np.isnan(credit.shares()[1, 1]).all()


def test_nothing_has_credit() -> None:
    credit = made(np.zeros((2, 2, 3)), np.ones((2, 2, 3), bool))
    assert credit.on_sources is not None
    assert np.isnan(credit.on_sources).all()


def test_long_episodes() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=60, n_values=2, encoding="discrete")
    found = credits_of(Lagged(), problem)["answer", "gradient"]
    assert len(found.steps) == 32
    assert found.steps[[0, -1]].tolist() == [1, 59]
    assert found.on_sources is not None
    assert found.on_sources[0] == pytest.approx(1)
    with pytest.raises(ValueError, match="at most 512 time steps, got 513"):
        credits_of(Lagged(), seq_envs.make_problem(problem, length=513))
