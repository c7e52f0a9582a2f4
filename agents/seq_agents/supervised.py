"""Supervised learning: an LSTM that is shown the right answers, on the same episodes and graded the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

import seq_envs
from seq_agents.progress import Progress, silent
from seq_envs.dataset import Dataset
from seq_envs.encodings import Array
from seq_envs.policies import Policy

State = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Settings:
    """How the LSTM learns."""

    updates: int = 800
    batch: int = 64
    """Fresh episodes an update."""
    learning_rate: float = 1e-2
    """Of Adam, at the start; it falls to 0 in a straight line."""
    hidden: int = 64
    gradient_norm: float = 1.0
    """Longer gradients are cut to this length."""


class LstmNetwork(nn.Module):
    """Observations to scores of answers, step by step.

    For Discrete answers the scores are logits (B, T, n), for MultiDiscrete ones (B, T, places, n); for Box answers the
    value itself (B, T, 1).
    """

    def __init__(self, problem: seq_envs.Problem, hidden: int) -> None:
        super().__init__()
        seen, answered = problem.observation_space, problem.action_space
        self.tokens = int(seen.n) if isinstance(seen, spaces.Discrete) else 0
        self.real = isinstance(answered, spaces.Box)
        if isinstance(answered, spaces.MultiDiscrete):
            self.shape = [len(answered.nvec), int(answered.nvec.max())]
        else:
            self.shape = [int(answered.n)] if isinstance(answered, spaces.Discrete) else [1]
        self.lstm = nn.LSTM(self.tokens or int(np.prod(seen.shape or ())), hidden, batch_first=True)
        self.head = nn.Linear(hidden, int(np.prod(self.shape)))

    def forward(self, observations: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """observations (B, T, ...) and the state after the step before."""
        inputs = nn.functional.one_hot(observations, self.tokens).float() if self.tokens else observations
        outputs, state = self.lstm(inputs, state)
        return self.head(outputs).unflatten(-1, self.shape), state

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """The mean loss over answers: squared error for real ones, else cross-entropy."""
        if self.real:
            return nn.functional.mse_loss(scores, targets)
        return nn.functional.cross_entropy(scores.flatten(0, -2), targets.flatten())


class LstmPolicy:
    """The greedy answers of a network."""

    def __init__(self, network: LstmNetwork) -> None:
        self._network = network

    def initial_state(self, batch_size: int) -> State | None:
        return None

    @torch.no_grad()
    def act(self, observations: Array, state: State | None) -> tuple[Array, State]:
        scores, state = self._network(torch.as_tensor(observations)[:, None], state)
        scores = scores[:, 0]
        answers: Array = (scores.clamp(0, 1) if self._network.real else scores.argmax(-1)).numpy()
        return answers, state


def train_lstm(
    problem: seq_envs.Problem, seed: int, settings: Settings | None = None, progress: Progress = silent
) -> Policy:
    """An LSTM on a stream of fresh episodes, with the loss on scored steps only."""
    chosen = settings or Settings()
    torch.manual_seed(seed)
    network = LstmNetwork(problem, chosen.hidden)
    optimizer = torch.optim.Adam(network.parameters(), lr=chosen.learning_rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, chosen.updates)
    for update in range(chosen.updates):
        # A stream of its own for each update: its episodes are seen once.
        data = seq_envs.sample(problem, chosen.batch, seed=seed * chosen.updates + update)
        loss, accuracy = _loss(network, problem, data)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own.
        nn.utils.clip_grad_norm_(network.parameters(), chosen.gradient_norm)
        optimizer.step()
        schedule.step()
        progress((update + 1) / chosen.updates, f"{accuracy:.1%} right")
    return LstmPolicy(network)


def _loss(network: LstmNetwork, problem: seq_envs.Problem, data: Dataset) -> tuple[Tensor, float]:
    scored = torch.as_tensor(data.scored)
    scores, _ = network(torch.as_tensor(data.observations))
    scores, targets = scores[scored], torch.as_tensor(data.targets)[scored]
    answers = (scores.detach() if network.real else scores.argmax(-1)).numpy()
    return network.loss(scores, targets), float(np.mean(problem.grade(answers, targets.numpy())))
