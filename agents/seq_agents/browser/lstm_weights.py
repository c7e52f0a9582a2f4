"""The weights of a trained LSTM as plain numbers, in the form that `lstm.js` computes with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seq_agents.errors import Refused
from seq_agents.inspection.observed import observed
from seq_agents.inspection.state_map import order_of_units
from seq_agents.learners.learner import Learner
from seq_agents.networks.view import NetworkView, OneLstm
from seq_envs.encodings import Array, SymbolEncoding
from seq_envs.feedback import FeedbackInputs
from seq_envs.problem import Episodes

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
    actions: list[list[float]] | None = None
    """(n, 4H): for each answer, what it adds to the gates of the next step; None: the LSTM does not observe it."""
    reward: list[float] | None = None
    """(4H,): what a right answer adds to the gates of the next step; None: the LSTM does not observe its rewards, or
    they come at the end."""


@torch.no_grad()
def lstm_weights(learner: Learner, raw: Episodes) -> LstmWeights:
    """The weights of a learner.

    Args:
        learner: its network is a `OneLstm`, and the inputs of its problem are symbols.
        raw: episodes, by which the cells are ordered.

    Raises:
        Refused: the learner has another network, or its inputs are not symbols.
    """
    problem, (view, layers) = learner.problem, lstm_of(learner)
    lstm: Any = layers.lstm
    if not isinstance(problem.code, SymbolEncoding):
        raise Refused(
            f"the inputs of {type(problem).__name__} are real numbers, and a game needs symbols, as SeqEcho, "
            "SeqMemorize and SeqCopy have"
        )
    symbols = problem.code.encode(np.arange(problem.code.alphabet.size, dtype=problem.code.alphabet.dtype))
    options, feedback = learner.options, FeedbackInputs(problem, learner.options)

    def gates(symbols: Array, actions: Any = feedback.no_action, reward: float = 0.0) -> Tensor:
        """W x + b (N, 4H) of inputs with these symbols (N, ...), and these or one previous actions and rewards."""
        actions = np.broadcast_to(actions, len(symbols))
        inputs = feedback.join(symbols, actions, np.full(len(symbols), reward))
        observations = {name: part[:, None] for name, part in inputs.items()}
        features = view.features(observations if options.feedback else observations["observation"])[:, 0]
        read: Tensor = features @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + lstm.bias_hh_l0
        return read

    answers, first = np.arange(len(layers.head.weight)), symbols[:1]
    alike = np.repeat(first, len(answers), axis=0)
    pays = "reward" in options.feedback and not options.pays_at_end
    courses = _courses(view, learner, raw)
    return LstmWeights(
        _rounded(gates(symbols)),
        _rounded(lstm.weight_hh_l0),
        _rounded(layers.head.weight),
        _rounded(layers.head.bias),
        order_of_units([courses]).tolist(),
        round(min(1.0, float(np.sqrt(np.mean(courses**2)))), 3) or 1.0,
        _rounded(gates(alike, answers) - gates(first)) if "action" in options.feedback else None,
        _rounded((gates(first, reward=1.0) - gates(first))[0]) if pays else None,
    )


def lstm_of(learner: Learner) -> tuple[NetworkView, OneLstm]:
    """The network of a learner and its layers.

    Raises:
        Refused: it is no LSTM with a linear layer.
    """
    view = learner.network_view()
    layers = None if view is None else view.one_lstm()
    if view is None or layers is None:
        raise Refused(
            "a game needs an agent with the core lstm: lstm, reinforce or recurrent-ppo. Its page computes no other "
            "network"
        )
    return view, layers


def _courses(view: NetworkView, learner: Learner, raw: Episodes) -> Array:
    """(H, B T): every cell along the episodes, one after another."""
    features = view.features(observed(learner.problem, learner.policy(), learner.options, raw))
    activity = view.states(features, range(features.shape[1]))
    assert activity is not None, "an LSTM has a state"
    courses: Array = activity.state["c"].flatten(0, 1).T.double().cpu().numpy()
    return courses


def _rounded(weights: Tensor) -> list[Any]:
    """The same numbers in the same nesting, rounded."""
    values: list[Any] = weights.tolist()
    if values and isinstance(values[0], list):
        return [[float(f"{value:.{_DIGITS}g}") for value in row] for row in values]
    return [float(f"{value:.{_DIGITS}g}") for value in values]
