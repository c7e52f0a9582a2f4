"""The search for random weights that solve a problem, and what the documentation says of it."""

from __future__ import annotations

import json

import guess_weights
import numpy as np
import pytest
from gymnasium import spaces
from paths import ROOT

import seq_envs

FOUND = json.loads((ROOT / "results" / "guessed.json").read_text(encoding="utf-8"))


def test_every_base_id_was_looked_at() -> None:
    assert set(FOUND) == {id for id in seq_envs.ids() if not id.endswith(("Medium-v0", "Hard-v0", "Paper-v0"))}
    for id, found in FOUND.items():
        assert (found is None) == isinstance(seq_envs.make_problem(id).action_space, spaces.Box)


def test_two_sequence_is_guessed_as_hochreiter_and_schmidhuber_say() -> None:
    again = guess_weights.guessed("SeqTwoSequence-v0")
    assert again is not None
    assert again["guesses"] < 20_000
    assert FOUND["SeqTwoSequence-v0"]["guesses"] < 20_000


def test_accuracy_by_hand() -> None:
    """Networks that answer always 0, always 1, and with the current symbol."""
    problem = seq_envs.make_problem("SeqEcho-v0", lag=0, length=6, n_values=2)
    data = seq_envs.sample(problem, 50, seed=3)
    ones = float(data.targets.mean())
    none, both = np.zeros((3, 4), np.float32), np.zeros((3, 4), np.float32)
    of_input = np.zeros((3, 4), np.float32)
    of_input[2], both[2] = (1, 0, 0, 1), (1, 0, 0, 1)
    bias = np.array([[1, 0], [0, 1], [0, 0]], np.float32)
    got = guess_weights._accuracy(problem, [none, of_input, np.zeros((3, 2), np.float32), both, bias], 2, 2, data)
    assert got == pytest.approx([1 - ones, ones, 1.0])
