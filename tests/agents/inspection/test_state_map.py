"""Maps of a state: the values are the state's, and units with similar courses are neighbours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from seq_agents.inspection.state_map import MOST_UNITS, order_of_units, state_map
from tiny_agents import tiny

import seq_envs

torch.set_num_threads(1)
RNG = np.random.default_rng(0)


def test_similar_units_are_neighbours() -> None:
    courses = RNG.normal(size=(3, 20))
    kind = RNG.permutation(np.repeat([0, 1, 2], 8))
    order = order_of_units([courses[kind] + 0.1 * RNG.normal(size=(24, 20))])
    assert sorted(order.tolist()) == list(range(24))
    assert np.count_nonzero(np.diff(kind[order])) == 2, "each kind stands together"


def test_parts_have_the_same_weight() -> None:
    """A part with large values does not hide the structure of another one."""
    small, large = np.zeros((12, 4)), np.tile([1e6, 1e6, 2e6, 1e6], (12, 1)) + RNG.normal(size=(12, 4))
    small[::2, 1] = 1e-3
    order = order_of_units([small, large])
    assert np.count_nonzero(np.diff(order % 2)) == 1


@pytest.mark.parametrize("units", [1, 2, 3])
def test_few_units(units: int) -> None:
    assert sorted(order_of_units([np.zeros((units, 3))]).tolist()) == list(range(units))


def test_of_many_units_those_that_vary_most() -> None:
    values = np.zeros((MOST_UNITS + 20, 5))
    values[20:, 0] = 1 + RNG.random(MOST_UNITS)
    order = order_of_units([values])
    assert sorted(order.tolist()) == list(range(20, MOST_UNITS + 20))


def test_an_lstm() -> None:
    learner = tiny("lstm", hidden=6)
    view = learner.network_view()
    assert view is not None
    observations = seq_envs.sample(learner.problem, 1).observations
    panels = state_map(view, observations)
    assert [panel.name for panel in panels] == ["h", "c", "input gate", "forget gate", "output gate"]
    assert [panel.gate for panel in panels] == [False, False, True, True, True]
    assert len({tuple(panel.units.tolist()) for panel in panels}) == 1, "a row is the same unit in all of them"
    activity = view.states(view.features(observations), range(4))
    assert activity is not None
    for panel in panels:
        states = {**activity.state, **activity.gates}[panel.name][0].T.numpy()
        assert panel.values == pytest.approx(states[panel.units])
        assert panel.scale == (1.0 if panel.gate else pytest.approx(np.abs(states).max()))
    assert repr(panels[1]) == "<c: 6 of 6 units, 4 time steps>"
