"""sb3-contrib's LSTM policy with one LSTM call a minibatch, where the stock one loops over time in Python."""

from __future__ import annotations

from typing import Any

import torch
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from torch import Tensor, nn

from seq_agents.cores.lstm_start import LstmStart
from seq_agents.learners.learning_rates import rate_groups


class FusedLstmPolicy(MlpLstmPolicy):
    """The same network and the same results as `MlpLstmPolicy`.

    The stock policy takes its fused path only if no episode starts within the minibatch. But sb3-contrib cuts the
    training sequences at episode starts, so that a start can only stand at the first step of one: there the initial
    state is set to zero, and the rest is one call. (sb3-contrib issue #113.)

    Args:
        lstm_start: how the LSTM begins; None: as torch makes it.
        lstm_rate: the learning rate of the LSTM's weights, as a share of that of the others. An LSTM that remembers
            well from the start needs a quick reader more than it needs to learn: noisy gradients would spoil it.
            (`FastRecurrentPPO` heeds it; a stock algorithm sets one rate for all.)
        *args, **kwargs: as for `MlpLstmPolicy`.
    """

    def __init__(self, *args: Any, lstm_start: LstmStart | None = None, lstm_rate: float = 1.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lstm_start = lstm_start or LstmStart()
        self.lstm_rate = lstm_rate
        memory = [lstm for lstm in (self.lstm_actor, self.lstm_critic) if lstm is not None]
        for lstm in memory:
            self.lstm_start.apply(lstm)
        if lstm_rate != 1.0:
            groups = rate_groups(self, memory, lstm_rate)
            self.optimizer = self.optimizer_class(
                groups, **{"lr": self.optimizer.param_groups[0]["lr"], **self.optimizer_kwargs}
            )

    def _get_constructor_parameters(self) -> dict[str, Any]:
        # What `MlpLstmPolicy` leaves out, so that its `policy.save` cannot be loaded.
        lstm: Any = self.lstm_actor
        return {
            **super()._get_constructor_parameters(),
            "lstm_hidden_size": lstm.hidden_size,
            "n_lstm_layers": lstm.num_layers,
            "shared_lstm": self.shared_lstm,
            "enable_critic_lstm": self.enable_critic_lstm,
            "lstm_kwargs": self.lstm_kwargs,
            "lstm_start": self.lstm_start,
            "lstm_rate": self.lstm_rate,
        }

    @staticmethod
    def _process_sequence(  # type: ignore[override]  # sb3-contrib's annotation of the states does not fit what it returns.
        features: Tensor, lstm_states: tuple[Tensor, Tensor], episode_starts: Tensor, lstm: nn.LSTM
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """features (sequences * steps, size) and states (layers, sequences, hidden) to (sequences * steps, hidden)."""
        sequences = lstm_states[0].shape[1]
        starts = episode_starts.reshape(sequences, -1)
        if torch.any(starts[:, 1:] != 0):
            return MlpLstmPolicy._process_sequence(features, lstm_states, episode_starts, lstm)  # type: ignore[return-value]
        kept = (1.0 - starts[:, 0]).view(1, sequences, 1)
        by_time = features.reshape(sequences, -1, lstm.input_size).swapaxes(0, 1)
        output, states = lstm(by_time, (kept * lstm_states[0], kept * lstm_states[1]))
        return torch.flatten(output.transpose(0, 1), start_dim=0, end_dim=1), states
