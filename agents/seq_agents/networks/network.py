"""Small torch networks from observations to answers. Each is causal: an answer depends on nothing that comes later."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

import seq_envs
from seq_agents.settings import LstmSettings
from seq_envs.encodings import Array


class Reader(nn.Module):
    """Observations (B, T, *observation shape) to vectors (B, T, size); symbols become one-hot."""

    def __init__(self, problem: seq_envs.Problem) -> None:
        super().__init__()
        space = problem.observation_space
        self.symbols = int(space.n) if isinstance(space, spaces.Discrete) else 0
        self.size = self.symbols or int(np.prod(space.shape or ()))

    def forward(self, observations: Tensor) -> Tensor:
        if self.symbols:
            return nn.functional.one_hot(observations.long(), self.symbols).float()
        return observations.flatten(2)


class Head(nn.Module):
    """Features (..., size) to the scores of answers, with their loss.

    Scores are logits (..., n) for Discrete answers and (..., places, n) for MultiDiscrete ones; for Box answers
    (..., 1) they are the answers themselves.
    """

    def __init__(self, problem: seq_envs.Problem, size: int) -> None:
        super().__init__()
        space = problem.action_space
        self.real = isinstance(space, spaces.Box)
        self.low, self.high = (torch.as_tensor(getattr(space, bound, 0.0)) for bound in ("low", "high"))
        if isinstance(space, spaces.MultiDiscrete):
            self.shape = [len(space.nvec), int(space.nvec.max())]
        else:
            self.shape = [int(space.n)] if isinstance(space, spaces.Discrete) else [1]
        places = getattr(space, "nvec", np.array([self.shape[-1]]))
        self.missing = torch.as_tensor(np.arange(self.shape[-1]) >= places[:, None])  # Answers that a place lacks.
        self.linear = nn.Linear(size, int(np.prod(self.shape)))

    def forward(self, features: Tensor) -> Tensor:
        scores: Tensor = self.linear(features)
        scores = scores.reshape(*scores.shape[:-1], *self.shape)
        return scores.masked_fill(self.missing, -torch.inf) if self.missing.any() else scores

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """The mean loss over answers: squared error for real ones, else cross-entropy."""
        if self.real:
            return nn.functional.mse_loss(scores, targets)
        return nn.functional.cross_entropy(scores.flatten(0, -2), targets.flatten())

    def answers(self, scores: Tensor) -> Array:
        """The best answers by these scores."""
        best: Array = (self.allowed(scores) if self.real else scores.argmax(-1)).detach().numpy()
        return best

    def allowed(self, answers: Tensor) -> Tensor:
        """Real answers, moved to the nearest within the space."""
        return answers.clamp(self.low, self.high)


class Network(nn.Module, ABC):
    """A reader, something in between, and a head."""

    def __init__(self, problem: seq_envs.Problem, features: int) -> None:
        super().__init__()
        self.reader = Reader(problem)
        self.head = Head(problem, features)

    def memory(self) -> list[nn.Module]:
        """The recurrent parts."""
        return [part for part in self.modules() if isinstance(part, nn.RNNBase)]

    @abstractmethod
    def forward(self, observations: Tensor) -> Tensor:
        """Whole episodes (B, T, ...) to scores (B, T, ...)."""

    def step(self, observations: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step: observations (B, ...) and the state after the step before (None at first) to scores (B, ...).

        Here the state is all that was seen, which is read anew; a network with something shorter overrides this.
        """
        seen = torch.cat([*([] if state is None else [state]), observations[:, None]], dim=1)
        scores: Tensor = self(seen)
        return scores[:, -1], seen

    def loss(self, observations: Tensor, targets: Tensor, scored: Tensor) -> tuple[Tensor, Tensor]:
        """The loss on the scored steps of episodes (B, T, ...), and their scores (n, ...)."""
        scores: Tensor = self(observations)[scored]
        return self.head.loss(scores, targets[scored]), scores


class LstmNetwork(Network):
    """An LSTM and a linear head."""

    def __init__(self, problem: seq_envs.Problem, hidden: int, settings: LstmSettings) -> None:
        super().__init__(problem, hidden)
        self.lstm = nn.LSTM(self.reader.size, hidden, batch_first=True)
        settings.lstm_start.apply(self.lstm)

    def forward(self, observations: Tensor) -> Tensor:
        outputs, _ = self.lstm(self.reader(observations))
        scores: Tensor = self.head(outputs)
        return scores

    def step(self, observations: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, Any]:
        outputs, state = self.lstm(self.reader(observations[:, None]), state)
        return self.head(outputs[:, 0]), state


class GruNetwork(Network):
    """A GRU and a linear head (Cho et al. 2014, "Learning Phrase Representations", section 2.3)."""

    def __init__(self, problem: seq_envs.Problem, hidden: int) -> None:
        super().__init__(problem, hidden)
        self.gru = nn.GRU(self.reader.size, hidden, batch_first=True)

    def forward(self, observations: Tensor) -> Tensor:
        outputs, _ = self.gru(self.reader(observations))
        scores: Tensor = self.head(outputs)
        return scores

    def step(self, observations: Tensor, state: Tensor | None) -> tuple[Tensor, Any]:
        outputs, state = self.gru(self.reader(observations[:, None]), state)
        return self.head(outputs[:, 0]), state


class WindowNetwork(Network):
    """A feed-forward network on the latest observations and, if it is to have one, the clock.

    With a window of 1 it has no memory: it sees what is on the screen, and what time it is.
    """

    def __init__(self, problem: seq_envs.Problem, hidden: int, window: int, *, clock: bool) -> None:
        super().__init__(problem, hidden)
        self.window = window
        self.clock = problem.steps if clock else 0
        inputs = window * self.reader.size + self.clock
        self.layers = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())

    def forward(self, observations: Tensor) -> Tensor:
        before = torch.zeros(len(observations), self.window - 1, self.reader.size)
        return self._answer(torch.cat([before, self.reader(observations)], dim=1), first=0)

    def step(self, observations: Tensor, state: tuple[Tensor, int] | None) -> tuple[Tensor, Any]:
        before, step = state or (torch.zeros(len(observations), self.window - 1, self.reader.size), 0)
        seen = torch.cat([before, self.reader(observations[:, None])], dim=1)
        return self._answer(seen, step)[:, 0], (seen[:, 1:], step + 1)

    def _answer(self, seen: Tensor, first: int) -> Tensor:
        """Inputs (B, window - 1 + T, size) from step `first` on to scores (B, T, ...)."""
        frames = seen.unfold(1, self.window, 1).flatten(2)
        if self.clock:
            now = torch.arange(first, first + frames.shape[1]).clamp(max=self.clock - 1)
            clock = nn.functional.one_hot(now, self.clock).float()
            frames = torch.cat([frames, clock.expand(len(frames), -1, -1)], dim=2)
        scores: Tensor = self.head(self.layers(frames))
        return scores


class NetworkPolicy:
    """The greedy answers of a network."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def initial_state(self, batch_size: int) -> Any:
        return None

    @torch.no_grad()
    def act(self, observations: Array, state: Any) -> tuple[Array, Any]:
        scores, state = self._network.step(torch.as_tensor(observations), state)
        return self._network.head.answers(scores), state
