"""Probes read from a state what is in it, and nothing more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.agents import make_learner
from seq_agents.inspection.probe import Probe, Rows, lags_up_to, probe, probed
from spaces_of_settings import Ragged
from tiny_agents import settings

import seq_envs

torch.set_num_threads(1)
RNG = np.random.default_rng(0)


def symbols_held(inputs: Any, lag: int) -> Any:
    """(B, T) int64: the symbol of `lag` steps ago; 9 before there is one."""
    held = np.full(inputs.shape, 9)
    held[:, lag:] = inputs[:, : inputs.shape[1] - lag]
    return held


def rows(lag: int, *, size: int = 300, steps: int = 6, noise: int = 3) -> Rows:
    """States that have the symbol of `lag` steps ago among noise; those after the end are huge."""
    inputs = RNG.integers(4, size=(size, steps))
    lengths = RNG.integers(2, steps + 1, size=size)
    held = np.eye(10)[symbols_held(inputs, lag)]
    states = np.concatenate([held, RNG.normal(size=(size, steps, noise))], axis=2)
    states[np.arange(steps) >= lengths[:, None]] = 1e9
    return Rows(states, np.arange(steps), inputs, lengths)


@pytest.mark.parametrize("lag", [0, 2])
@pytest.mark.parametrize("noise", [3, 1200], ids=["few units", "more units than are used"])
def test_a_symbol_that_the_state_holds(lag: int, noise: int) -> None:
    lags, found, chance = probed(rows(lag, noise=noise), rows(lag, noise=noise), range(6))
    assert lags.tolist() == list(range(len(lags)))
    limit = 0.999 if noise == 3 else 0.5
    assert found[lag] >= limit
    others = np.delete(found, lag)
    assert (others < 0.4).all()
    assert chance == pytest.approx(0.25, abs=0.12)


def test_fewer_than_fifty_rows_judge_nothing() -> None:
    few = rows(0, size=60)._replace(lengths=np.repeat([6, 3], [20, 40]))
    lags, _, _ = probed(rows(0), few, range(6))
    assert lags.tolist() == [0, 1, 2, 3], "lag 3 has 20 episodes of 3 rows, lag 4 has 40 rows"


def test_chance_knows_the_time_step() -> None:
    """Symbols that are the same in all episodes can be guessed without a state."""
    always = rows(0)._replace(inputs=np.broadcast_to(np.arange(6), (300, 6)), lengths=np.full(300, 6))
    always = always._replace(states=RNG.normal(size=always.states.shape))
    _, found, chance = probed(always, always, range(3))
    assert chance.tolist() == [1, 1, 1]
    assert (found < 0.5).all(), "the state does not hold the time step"


def test_a_small_memory_beside_large_units() -> None:
    """The probe reads a unit by its own scale, and it ignores a unit that is constant but for rounding."""

    def scaled() -> Rows:
        plain = rows(1, noise=0)
        plain = plain._replace(lengths=np.full(len(plain.lengths), 6))
        memory = 1e-3 * np.eye(10)[symbols_held(plain.inputs, 1)]
        clock = np.broadcast_to(100.0 * np.arange(6)[:, None], (*memory.shape[:2], 1))
        rounded = 1e4 * (1 + 1e-7 * RNG.choice([-1.0, 1.0], size=clock.shape))
        states = np.concatenate([memory, clock, rounded], axis=2).astype(np.float32)
        return plain._replace(states=states)

    _, found, _ = probed(scaled(), scaled(), range(3))
    assert found[1] == 1
    assert (found[[0, 2]] < 0.4).all()


def test_real_inputs() -> None:
    def real() -> Rows:
        inputs = RNG.normal(size=(300, 5, 1)) + np.arange(5)[:, None]
        held = np.zeros((300, 5, 1))
        held[:, 1:] = 1 - 2 * inputs[:, :-1]
        states = np.concatenate([held, RNG.normal(size=(300, 5, 2))], axis=2)
        return Rows(states, np.arange(5), inputs, np.full(300, 5))

    _, found, chance = probed(real(), real(), range(3))
    assert found[1] == pytest.approx(1, abs=0.02)
    assert found[0] < 0.5
    assert chance.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("agent", "readable"), [("supervised-window", 3), ("mlp", 1), ("ppo-stack", 3)])
def test_a_window_holds_exactly_its_inputs(agent: str, readable: int) -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=7, n_values=4, lag=2)
    few = settings("ppo" if agent == "ppo-stack" else "lstm", problem)
    learner = make_learner(agent, problem, 0, {**few, "hidden": 4})
    found = probed_by(learner)
    assert found.trained[:readable].tolist() == [1] * readable
    assert (found.trained[readable:] < 0.4).all()
    assert found.chance == pytest.approx(0.25, abs=0.1)


def probed_by(learner: Any) -> Probe:
    found = probe(learner.problem, learner.network_view(), learner.untrained_on(learner.problem).network_view())
    assert found is not None
    assert found.untrained is not None
    assert found.untrained.shape == found.trained.shape == found.chance.shape == found.lags.shape
    return found


def test_episodes_of_mixed_length() -> None:
    learner = make_learner("supervised-window", Ragged(), 0, {"updates": 1, "batch": 2, "hidden": 4, "window": 2})
    found = probed_by(learner)
    assert found.lags.tolist() == list(range(7))
    assert found.trained[:2].tolist() == [1, 1]
    assert (found.trained[2:] < 0.5).all()


def test_real_observations() -> None:
    problem = seq_envs.make_problem("SeqClassify-v0", length=4)
    found = probed_by(make_learner("mlp", problem, 0, {"updates": 1, "batch": 2, "hidden": 4}))
    assert found.measure == "R2"
    assert found.trained[0] == pytest.approx(1, abs=1e-3)
    assert (np.abs(found.trained[1:]) < 0.1).all()
    assert "R2 1.00 at lag 0" in repr(found)
    assert "<td>1.00</td>" in found._repr_html_()


def test_it_is_the_same_each_time_and_differs_by_seed() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=4, n_values=3)
    view = make_learner("lstm", problem, 0, {"hidden": 4}).network_view()
    assert view is not None
    first, again, other = (probe(problem, view, seed=seed) for seed in (0, 0, 1))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.trained.tolist() == again.trained.tolist() != other.trained.tolist()
    assert first.untrained is None


@pytest.mark.parametrize("longest", [0, 5, 31, 32, 99, 5000])
def test_lags(longest: int) -> None:
    lags = lags_up_to(longest)
    assert lags[-1] == longest
    assert (np.diff(lags) > 0).all()
    dense = min(longest + 1, 32 if longest < 32 else 16)
    assert lags[:dense].tolist() == list(range(dense))
    assert min(longest + 1, 26) <= len(lags) <= 32
