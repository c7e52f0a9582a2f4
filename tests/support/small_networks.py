"""A small network for every core, and episodes for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from seq_agents.networks import make_network, settings_type_of
from seq_agents.networks.network import Network
from spaces_of_settings import EVERY_BASE_CHOICE, name
from torch import Tensor, nn

import seq_envs

UNITS = 6
PROBLEM = seq_envs.make_problem("SeqCopy-v0", length=3, n_values=4)
"""A problem that every network takes."""


def small(memory: str, **settings: Any) -> Callable[[seq_envs.Problem], Network]:
    """Makes a small network with this memory."""
    return lambda problem: make_network(memory, problem, settings_type_of(memory)(hidden=UNITS, **settings))


ANY_PROBLEM: dict[str, Callable[[seq_envs.Problem], Network]] = {
    "lstm": small("lstm"),
    "gru": small("gru"),
    "bilstm": small("bilstm"),
    "window": small("window", window=3),
    "window-without-clock": small("window", window=3, clock=False),
    "window-of-one": small("none"),
    "window-longer-than-episodes": small("window", window=99, clock=False),
}


TWO_PARTS = {
    "encoder-decoder": small("encoder-decoder"),
    "encoder-decoder-forcing": small("encoder-decoder", teacher_forcing=True),
    "encoder-decoder-attention": small("encoder-decoder", attention=True),
    "encoder-decoder-both": small("encoder-decoder", teacher_forcing=True, attention=True),
}
COPY = [
    ("SeqCopy-v0", {"length": 3, "delay": delay, "encoding": e})
    for delay in (0, 2)
    for e in ("one_hot", "discrete", "normalized")
]
CASES = [
    *[(kind, id, choice) for kind in ANY_PROBLEM for id, choice in EVERY_BASE_CHOICE],
    *[(kind, id, choice) for kind in TWO_PARTS for id, choice in COPY],
]
every_case = pytest.mark.parametrize(("kind", "id", "choice"), CASES, ids=name)


def made(kind: str, problem: seq_envs.Problem) -> Network:
    torch.manual_seed(0)
    network = (ANY_PROBLEM | TWO_PARTS)[kind](problem)
    for weights in network.parameters():  # So that every input matters.
        nn.init.normal_(weights)
    return network


def some_episodes(problem: seq_envs.Problem, count: int = 4, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    data = seq_envs.sample(problem, count, seed)
    return torch.as_tensor(data.observations), torch.as_tensor(data.targets), torch.as_tensor(data.scored)
