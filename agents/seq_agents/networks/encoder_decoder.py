"""An encoder-decoder LSTM: one LSTM reads the sequence, the other one answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.lstm import LstmSettings
from seq_agents.networks.network import Network
from seq_envs.parameters import Flag, parameter


@dataclass(frozen=True, kw_only=True)
class EncoderDecoderSettings(LstmSettings):
    """The settings of the encoder, the decoder, and what the decoder reads."""

    teacher_forcing: bool = parameter(
        False,
        Flag(),
        "the decoder reads the previous answer (the right one while learning, its own when acting); if not, it "
        "reads the encoder's last output",
    )
    attention: bool = parameter(False, Flag(), "the decoder attends to the encoder's outputs")


class EncoderDecoderNetwork(Network):
    """A network for problems that present the whole sequence before the first scored step, such as SeqCopy.

    The decoder starts with the encoder's final state. (Sutskever, Vinyals and Le 2014; attention by scalar
    products, Luong, Pham and Manning 2015, section 3.1.)

    Raises:
        ValueError: the problem scores a step before the whole sequence is observed, or its answers are not Discrete.
    """

    settings_type = EncoderDecoderSettings

    def __init__(self, problem: seq_envs.Problem, settings: EncoderDecoderSettings, bins: int = 0) -> None:
        hidden = settings.hidden
        super().__init__(problem, 2 * hidden if settings.attention else hidden, bins)
        self.first = _first_scored_step(problem)
        self.forcing, self.attention = settings.teacher_forcing, settings.attention
        self.encoder = nn.LSTM(self.reader.size, hidden, batch_first=True)
        self.choices = self.head.shape[-1]
        self.decoder = nn.LSTM(self.choices if self.forcing else hidden, hidden, batch_first=True)
        settings.lstm_start.apply(self.encoder)
        replace(settings.lstm_start, input_weights=0.0).apply(self.decoder)  # It reads no symbols but features.

    def memory(self) -> list[nn.Module]:
        return [self.encoder, self.decoder]

    def scores(self, features: Tensor) -> Tensor:
        return self._answer(features, None)

    def loss(self, observations: Tensor, targets: Tensor, scored: Tensor) -> tuple[Tensor, Tensor]:
        scores = self._answer(self.reader(observations), targets if self.forcing else None)[scored]
        return self.head.loss(scores, targets[scored]), scores

    def _answer(self, features: Tensor, forced: Tensor | None) -> Tensor:
        """Features (B, T, size) to scores (B, T, ...), 0 before the first scored step; forced (B, T): right answers."""
        before = min(self.first, features.shape[1])
        encoded, state = self.encoder(features[:, :before])
        answers_left = features.shape[1] - before
        scores: Tensor = encoded.new_zeros(len(features), before, *self.head.shape)
        if answers_left == 0:
            return scores
        if not self.forcing:
            outputs, _ = self.decoder(encoded[:, -1:].expand(-1, answers_left, -1), state)
            return torch.cat([scores, self._scores(outputs, encoded)], dim=1)
        read = encoded.new_zeros(len(features), 1, self.choices)
        if forced is not None:
            earlier = nn.functional.one_hot(forced[:, before:-1], self.choices).to(encoded)
            outputs, _ = self.decoder(torch.cat([read, earlier], dim=1), state)
            return torch.cat([scores, self._scores(outputs, encoded)], dim=1)
        for _ in range(answers_left):
            outputs, state = self.decoder(read, state)
            scores = torch.cat([scores, self._scores(outputs, encoded)], dim=1)
            read = nn.functional.one_hot(scores[:, -1:].argmax(-1), self.choices).to(encoded)
        return scores

    def _scores(self, outputs: Tensor, encoded: Tensor) -> Tensor:
        """The outputs of the decoder (B, n, hidden) and of the encoder (B, before, hidden) to scores (B, n, ...)."""
        if self.attention:
            weights = (outputs @ encoded.transpose(1, 2)).softmax(dim=-1)
            outputs = torch.cat([outputs, weights @ encoded], dim=-1)
        scores: Tensor = self.head(outputs)
        return scores


def _first_scored_step(problem: seq_envs.Problem) -> int:
    """The first scored step.

    Raises:
        ValueError: from this step on, observations differ or a step is not scored; or answers are not Discrete.
    """
    observations, _, scored, _ = seq_envs.sample(problem, episodes=64)
    first = int(scored[0].argmax())
    always_scored = np.all(scored, axis=0)
    same = np.broadcast_to(observations[:1, first : first + 1], observations[:, first:].shape)
    one_answer = problem.action_space.shape == () and np.issubdtype(problem.action_space.dtype, np.integer)
    if (
        first == 0
        or not always_scored[first:].all()
        or scored[:, :first].any()
        or not (observations[:, first:] == same).all()
    ):
        raise ValueError(
            "encoder-decoder takes problems whose whole sequence comes before the first scored step, at the same step "
            "in all episodes, and whose observations are the same from there on, such as SeqCopy with "
            f"framing='many_to_many' and one length, got {problem}"
        )
    if not one_answer:
        raise ValueError(f"encoder-decoder takes problems with Discrete answers, got {problem.action_space}")
    return first
