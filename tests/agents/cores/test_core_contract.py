"""The contract of a core, for every core of the menu."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from seq_agents.cores import CORES
from seq_agents.cores.core import Core
from seq_agents.testing import check_core

import seq_envs

torch.set_num_threads(1)
PROBLEM = seq_envs.make_problem("SeqEcho-v0", length=9, lag=2)
INPUTS = 3


def made(name: str, **settings: Any) -> Core:
    torch.manual_seed(0)
    return CORES[name].build(INPUTS, CORES[name].settings_type.of({"hidden": 8, **settings}), PROBLEM)


@pytest.mark.parametrize("name", CORES)
def test_every_core_keeps_the_contract(name: str) -> None:
    check_core(made(name), INPUTS)


@pytest.mark.parametrize(
    "name", [name for name in CORES if {"layers", "window"} & set(CORES[name].settings_type.domains())]
)
def test_other_layers_and_windows_keep_the_contract(name: str) -> None:
    domains = CORES[name].settings_type.domains()
    check_core(made(name, **{setting: 2 for setting in ("layers", "window") if setting in domains}), INPUTS, quick=True)


@pytest.mark.parametrize("name", CORES)
def test_one_unit_keeps_the_contract(name: str) -> None:
    check_core(made(name, hidden=1), INPUTS, quick=True)


@pytest.mark.parametrize("name", CORES)
def test_a_seed_decides_the_weights(name: str) -> None:
    first, second = made(name).state_dict(), made(name).state_dict()
    assert all(torch.equal(weights, second[key]) for key, weights in first.items())
