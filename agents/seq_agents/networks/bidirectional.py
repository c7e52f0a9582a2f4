"""A causal bidirectional LSTM: at every step it reads the observations so far, forwards and backwards."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

import seq_envs
from seq_agents.cores.lstm import LstmSettings
from seq_agents.networks.network import Network


class BidirectionalLstmNetwork(Network):
    """Two LSTMs, one for each direction, and a linear head on their last states (Schuster and Paliwal 1997).

    The answer at step t depends on observations 0 ... t only, so the network can act step by step. It reads an episode
    of T steps T times, so it is a baseline for short episodes only.
    """

    settings_type = LstmSettings

    def __init__(self, problem: seq_envs.Problem, settings: LstmSettings, bins: int = 0) -> None:
        super().__init__(problem, 2 * settings.hidden, bins)
        self.lstm = nn.LSTM(self.reader.size, settings.hidden, batch_first=True, bidirectional=True)
        settings.lstm_start.apply(self.lstm)

    def memory(self) -> list[nn.Module]:
        return [self.lstm]

    def scores(self, features: Tensor) -> Tensor:
        batch, steps = features.shape[:2]
        every = torch.ones(batch, steps, dtype=torch.bool, device=features.device)
        scores = self._read_prefixes(features, every)
        return scores.reshape(batch, steps, *scores.shape[1:])

    def loss(self, observations: Tensor, targets: Tensor, scored: Tensor) -> tuple[Tensor, Tensor]:
        scores = self._read_prefixes(self.reader(observations), scored)
        return self.head.loss(scores, targets[scored]), scores

    def step(self, observations: Tensor, state: Tensor | None) -> tuple[Tensor, Any]:
        seen = torch.cat([*([] if state is None else [state]), observations[:, None]], dim=1)
        _, (last, _) = self.lstm(self.reader(seen))
        return self.head(last.transpose(0, 1).flatten(1)), seen

    def _read_prefixes(self, features: Tensor, wanted: Tensor) -> Tensor:
        """The scores (n, ...) at the wanted steps (B, T) bool. Each is from the features of its episode so far."""
        episodes, steps = wanted.nonzero(as_tuple=True)
        inputs = features[episodes]
        lengths = (steps + 1).cpu()
        _, (last, _) = self.lstm(pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False))
        scores: Tensor = self.head(last.transpose(0, 1).flatten(1))
        return scores
