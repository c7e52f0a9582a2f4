"""Small networks of every kind, and what they are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from seq_agents.networks.bidirectional import BidirectionalLstmNetwork
from seq_agents.networks.encoder_decoder import EncoderDecoderNetwork, EncoderDecoderSettings
from seq_agents.networks.network import GruNetwork, LstmNetwork, Network, WindowNetwork
from seq_agents.settings import LstmSettings
from spaces_of_settings import EVERY_BASE_CHOICE, name
from torch import Tensor, nn

import seq_envs

UNITS = 6
PROBLEM = seq_envs.make_problem("SeqCopy-v0", length=3, n_values=4)
"""A problem that every kind takes."""
ANY_PROBLEM: dict[str, Callable[[seq_envs.Problem], Network]] = {
    "lstm": lambda problem: LstmNetwork(problem, UNITS, LstmSettings()),
    "gru": lambda problem: GruNetwork(problem, UNITS),
    "bilstm": lambda problem: BidirectionalLstmNetwork(problem, UNITS, LstmSettings()),
    "window": lambda problem: WindowNetwork(problem, UNITS, 3, clock=True),
    "window-without-clock": lambda problem: WindowNetwork(problem, UNITS, 3, clock=False),
    "window-of-one": lambda problem: WindowNetwork(problem, UNITS, 1, clock=True),
    "window-longer-than-episodes": lambda problem: WindowNetwork(problem, UNITS, 99, clock=False),
}


def encoder_decoder(**chosen: bool) -> Callable[[seq_envs.Problem], Network]:
    return lambda problem: EncoderDecoderNetwork(problem, UNITS, EncoderDecoderSettings(**chosen))


TWO_PARTS = {
    "encoder-decoder": encoder_decoder(),
    "encoder-decoder-forcing": encoder_decoder(teacher_forcing=True),
    "encoder-decoder-attention": encoder_decoder(attention=True),
    "encoder-decoder-both": encoder_decoder(teacher_forcing=True, attention=True),
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
    for weights in network.parameters():  # So that every input tells.
        nn.init.normal_(weights)
    return network


def some_episodes(problem: seq_envs.Problem, count: int = 4, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    data = seq_envs.sample(problem, count, seed)
    return torch.as_tensor(data.observations), torch.as_tensor(data.targets), torch.as_tensor(data.scored)
