"""The weights of a trained LSTM as plain numbers, in the form that `lstm.js` computes with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

import seq_envs
from seq_agents.cores.lstm import Lstm
from seq_agents.errors import Refused
from seq_agents.inspection.state_map import order_of_units
from seq_agents.learners.learner import Learner
from seq_agents.networks.core_network import CoreNetwork
from seq_envs.encodings import Array, SymbolEncoding

_DIGITS = 6
"""Significant digits of a weight: about as many as a number of torch has."""


@dataclass(frozen=True)
class LstmWeights:
    """An LSTM of H cells that reads one of A symbols at each step and scores n answers."""

    inputs: list[list[float]]
    """(A, 4H): for each symbol W x + b, where x has its features: the gates i, f, g, o. b has both biases of torch."""
    recurrent: list[list[float]]
    """(4H, H): U, from the output of the step before to the gates."""
    head: list[list[float]]
    """(n, H): from the output to the scores."""
    head_bias: list[float]
    """(n,)."""
    order: list[int]
    """(at most 128,): the cells that the page draws, from top to bottom; cells with similar courses are neighbours.

    Of more cells, those that vary most.
    """
    scale: float
    """The value of a cell that the page draws with tanh(1) = 76% of the full colour."""


@torch.no_grad()
def lstm_weights(learner: Learner, symbols: Array) -> LstmWeights:
    """The weights of a learner.

    Args:
        learner: with the core `lstm`, on a problem whose inputs are symbols.
        symbols: (B, T) raw inputs of episodes, by which the cells are ordered.

    Raises:
        Refused: the learner has another network, or its inputs are not symbols.
    """
    problem, network = learner.problem, lstm_network(learner)
    if not isinstance(problem.code, SymbolEncoding):
        raise Refused(
            f"the inputs of {type(problem).__name__} are real numbers, and a game needs symbols, as SeqEcho, "
            "SeqMemorize and SeqCopy have"
        )
    lstm, head = network.core.lstm, network.head.linear
    every = problem.code.encode(np.arange(problem.code.alphabet.size, dtype=problem.code.alphabet.dtype))
    features = network.reader(torch.as_tensor(every, device=network.reader.like.device)[:, None])[:, 0]
    inputs = features @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + lstm.bias_hh_l0
    courses = _courses(network, problem, symbols)
    return LstmWeights(
        _rounded(inputs),
        _rounded(lstm.weight_hh_l0),
        _rounded(head.weight),
        _rounded(head.bias),
        order_of_units([courses]).tolist(),
        round(min(1.0, float(np.sqrt(np.mean(courses**2)))), 3) or 1.0,
    )


def lstm_network(learner: Learner) -> Any:
    """The network of a learner, with the core `lstm`.

    Raises:
        Refused: the learner has another network.
    """
    network, _ = learner.network_and_core() or (None, ())
    if not (isinstance(network, CoreNetwork) and type(network.core) is Lstm):
        raise Refused("a game needs an agent with the core lstm: lstm or reinforce. Its page computes no other network")
    return network


def _courses(network: Any, problem: seq_envs.Problem, symbols: Array) -> Array:
    """(H, B T): every cell along the episodes, one after another."""
    observations = torch.as_tensor(problem.code.encode(symbols), device=network.reader.like.device)
    state, cells = network.initial_state(len(symbols)), []
    for step in range(symbols.shape[1]):
        _, state = network.step(observations[:, step], state)
        cells.append(state[1])
    courses: Array = torch.stack(cells, dim=1).flatten(0, 1).T.double().cpu().numpy()
    return courses


def _rounded(weights: Tensor) -> list[Any]:
    """The same numbers in the same nesting, rounded."""
    values: list[Any] = weights.tolist()
    if values and isinstance(values[0], list):
        return [[float(f"{value:.{_DIGITS}g}") for value in row] for row in values]
    return [float(f"{value:.{_DIGITS}g}") for value in values]
