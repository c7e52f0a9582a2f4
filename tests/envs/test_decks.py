"""Values that are dealt from decks: `deck=True` of SeqEcho and SeqMemorize."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations
from typing import Any

import gymnasium
import numpy as np
import pytest

import seq_envs
from seq_envs import decks
from seq_envs.dataset import raw_episodes
from seq_envs.level import Level
from seq_envs.testing import check_problem

POPGYM: list[tuple[str, dict[str, Any], float]] = [
    ("SeqEcho-v0", {"length": 52, "n_values": 4, "lag": 3, "decks": 1}, -0.490),
    ("SeqEcho-v0", {"length": 104, "n_values": 4, "lag": 31, "decks": 2}, -0.495),
    ("SeqEcho-v0", {"length": 156, "n_values": 4, "lag": 63, "decks": 3}, -0.497),
    ("SeqMemorize-v0", {"length": 53, "n_sequences": 4, "decks": 1}, -0.461),
    ("SeqMemorize-v0", {"length": 417, "n_sequences": 4, "decks": 8}, -0.495),
    ("SeqMemorize-v0", {"length": 833, "n_sequences": 4, "decks": 16}, -0.498),
]
"""POPGym's tasks RepeatPrevious and RepeatFirst, with the returns of the best memoryless policies on them."""


@pytest.mark.parametrize(("id", "settings", "memoryless_return"), POPGYM)
def test_levels_are_those_of_popgym(id: str, settings: dict[str, Any], memoryless_return: float) -> None:
    levels = seq_envs.levels(id, deck=True, **settings)
    assert 2 * levels.memoryless.accuracy - 1 == pytest.approx(memoryless_return, abs=0.0006)
    assert 2 * levels.chance.accuracy - 1 == pytest.approx(-0.5)
    assert levels.optimal == Level(1.0, 1.0)


@pytest.mark.parametrize("n_decks", [1, 2])
@pytest.mark.parametrize("id", ["SeqEcho-v0", "SeqMemorize-v0"])
def test_whole_decks_are_dealt(id: str, n_decks: int) -> None:
    values, cards = ("n_values", 0) if id == "SeqEcho-v0" else ("n_sequences", 1), 13 * 3 * n_decks
    settings = {values[0]: 3, "length": cards + values[1], "deck": True, "decks": n_decks}
    drawn = raw_episodes(seq_envs.make_problem(id, **settings), 30, seed=0)
    assert drawn.observations.shape == (30, cards)
    for inputs in drawn.observations.tolist():
        assert Counter(inputs) == dict.fromkeys(range(3), 13 * n_decks)
    assert len({tuple(inputs) for inputs in drawn.observations.tolist()}) == 30


def test_answers_of_echo() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", deck=True, n_values=3, length=(6, 9), lag=2)
    drawn = raw_episodes(problem, 50, seed=1)
    for inputs, targets, scored, length in zip(*(array.tolist() for array in drawn), strict=True):
        assert scored == [2 <= step < length for step in range(9)]
        assert all(targets[step] == inputs[step - 2] for step in range(2, length))


@pytest.mark.parametrize("framing", ["one_to_one", "many_to_one"])
def test_answers_of_memorize(framing: str) -> None:
    problem = seq_envs.make_problem("SeqMemorize-v0", deck=True, n_sequences=5, length=(4, 9), framing=framing)
    assert problem.action_space.n == problem.observation_space.shape[0] == 5
    drawn = raw_episodes(problem, 50, seed=1)
    assert set(drawn.lengths.tolist()) == set(range(3, 9))
    for inputs, targets, scored, length in zip(*(array.tolist() for array in drawn), strict=True):
        every = framing == "one_to_one"
        assert scored == [step < length and (every or step == length - 1) for step in range(8)]
        assert all(target == inputs[0] for target, asked in zip(targets, scored, strict=True) if asked)


def test_two_cards_are_of_one_value_as_often_as_in_a_deck() -> None:
    values = decks.dealt(np.random.default_rng(0), 40_000, 3, n_values=4, decks=1)
    same = (values[:, 0] == values[:, 2]).mean()
    assert same == pytest.approx(12 / 51, abs=0.01)
    assert np.bincount(values[:, 1]) / 40_000 == pytest.approx([0.25] * 4, abs=0.012)


def test_many_cards_are_shuffled_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = decks.dealt(np.random.default_rng(0), 7, 20, n_values=3, decks=2)
    monkeypatch.setattr(decks, "_AT_ONCE", 200)  # Two episodes.
    assert np.array_equal(decks.dealt(np.random.default_rng(0), 7, 20, n_values=3, decks=2), whole)


def exact_levels(monkeypatch: pytest.MonkeyPatch, problem: Any, settings: dict[str, Any]) -> dict[str, list[Fraction]]:
    """Accuracy and exact match of the best constant and of `guess`, over all orders of a small deck."""
    monkeypatch.setattr(decks, "COPIES", 2)
    made = problem(**settings, deck=True)
    values = made.action_space.n
    orders = sorted(set(permutations([value for value in range(values) for _ in range(2)])))
    history = np.array(orders, np.uint8)[:, : made.steps]
    results = {}
    for name in ("chance", "memoryless"):
        right = []
        for step in range(made.steps):
            current = history[:, step]
            answers = np.zeros_like(current) if name == "chance" else made.guess(current, step)
            if made.scored[step]:
                right.append(answers == made.solve(history[:, : step + 1]))
        results[name] = [
            Fraction(int(np.sum(right)), np.size(right)),
            Fraction(int(np.all(right, axis=0).sum()), len(orders)),
        ]
    return results


@pytest.mark.parametrize(
    ("problem", "settings"),
    [
        (seq_envs.SeqEcho, {"n_values": 3, "length": 6, "lag": 2}),
        (seq_envs.SeqEcho, {"n_values": 3, "length": 3, "lag": 1}),
        (seq_envs.SeqEcho, {"n_values": 3, "length": 3, "lag": 2}),
        (seq_envs.SeqEcho, {"n_values": 2, "length": 4, "lag": 1, "framing": "many_to_one"}),
        (seq_envs.SeqEcho, {"n_values": 3, "length": 2, "lag": 0}),
        (seq_envs.SeqMemorize, {"n_sequences": 3, "length": 4}),
        (seq_envs.SeqMemorize, {"n_sequences": 3, "length": 7}),
        (seq_envs.SeqMemorize, {"n_sequences": 2, "length": 4, "framing": "many_to_one"}),
    ],
)
def test_levels_over_all_orders_of_a_small_deck(
    monkeypatch: pytest.MonkeyPatch, problem: Any, settings: dict[str, Any]
) -> None:
    expected = exact_levels(monkeypatch, problem, settings)
    levels = problem(**settings, deck=True).known_levels()
    for name, (accuracy, exact_match) in expected.items():
        level = getattr(levels, name)
        assert level.accuracy == pytest.approx(float(accuracy), abs=1e-12)
        assert level.exact_match == pytest.approx(float(exact_match), abs=1e-12 + 5 * level.exact_match_error)


@pytest.mark.parametrize(
    ("id", "settings"),
    [
        ("SeqEcho-v0", {"n_values": 3, "length": (4, 7), "lag": 2}),
        ("SeqMemorize-v0", {"n_sequences": 3, "length": (4, 7)}),
    ],
)
def test_problems_with_decks_pass_the_check(id: str, settings: dict[str, Any]) -> None:
    check_problem(seq_envs.make_problem(id, deck=True, **settings), episodes=500)


@pytest.mark.parametrize(
    ("id", "settings", "message"),
    [
        ("SeqEcho-v0", {"decks": 2}, "decks must be 1 without deck=True, got 2"),
        ("SeqEcho-v0", {"deck": True, "decks": 0}, "decks must be an integer >= 1, got 0"),
        (
            "SeqEcho-v0",
            {"deck": True, "n_values": 2, "length": 27},
            r"length must be at most 13 \* n_values \* decks = 26 with deck=True, got 27",
        ),
        (
            "SeqEcho-v0",
            {"deck": True, "n_values": 100, "decks": 10**30},
            r"13 \* n_values \* decks must be at most 1048576 cards with deck=True, got n_values=100, decks=10{30}",
        ),
        ("SeqMemorize-v0", {"decks": 2}, "decks must be 1 without deck=True, got 2"),
        (
            "SeqMemorize-v0",
            {"deck": True, "length": (5, 28)},
            r"length - 1 must be at most 13 \* n_sequences \* decks = 26 with deck=True, got 27",
        ),
        ("SeqMemorize-v0", {"deck": True, "overlap": True}, "overlap must be False with deck=True, got True"),
        (
            "SeqMemorize-v0",
            {"deck": True, "distractors": "random"},
            "distractors must be 'fixed' with deck=True, got 'random'",
        ),
    ],
)
def test_refused_settings_are_named(id: str, settings: dict[str, Any], message: str) -> None:
    for make in (seq_envs.make_problem, gymnasium.make, gymnasium.make_vec):
        with pytest.raises(ValueError, match=message):
            make(id, **settings)
