"""sb3-contrib's LSTM policy with one LSTM call per minibatch instead of one per time step."""

from __future__ import annotations

from typing import Any

import torch
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from torch import Tensor, nn

from seq_agents.cores.lstm_start import LstmStart
from seq_agents.learners.learning_rates import rate_groups


class FusedLstmPolicy(MlpLstmPolicy):
    """`MlpLstmPolicy` with the same network and the same results, but faster updates.

    sb3-contrib 2.9 loops over the time steps of a minibatch in Python as soon as an episode starts anywhere in
    it. This is almost always so. But its buffer cuts the training sequences at episode starts, so an episode can start
    only at the first step of a sequence. This policy sets the state to zero there, and reads the rest in one LSTM call.
    See sb3-contrib's issue #113.

    Args:
        lstm_start: the LSTM's weights before training; None leaves them as torch makes them.
        lstm_rate: the learning rate of the LSTM, as a share of that of the other layers. An LSTM that remembers well
            from the start needs little learning, and noisy gradients would spoil its memory, while the layer that
            reads it must learn fast. `FastRecurrentPPO` applies it; sb3-contrib's algorithms set one rate for all.
        *args, **kwargs: as for `MlpLstmPolicy`.
    """

    def __init__(self, *args: Any, lstm_start: LstmStart | None = None, lstm_rate: float = 1.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lstm_start = lstm_start or LstmStart()
        self.lstm_rate = lstm_rate
        lstms = [lstm for lstm in (self.lstm_actor, self.lstm_critic) if lstm is not None]
        for lstm in lstms:
            self.lstm_start.apply(lstm)
        if lstm_rate != 1.0:
            groups = rate_groups(self, lstms, lstm_rate)
            self.optimizer = self.optimizer_class(
                groups, **{"lr": self.optimizer.param_groups[0]["lr"], **self.optimizer_kwargs}
            )

    def _get_constructor_parameters(self) -> dict[str, Any]:
        # sb3-contrib 2.9 leaves these out, so `MlpLstmPolicy.load` builds another network than the one saved.
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
        """Run the LSTM over sequences that start with episodes or continue them.

        Args:
            features: (sequences * steps, size).
            lstm_states: hidden and cell state before the first step, (layers, sequences, hidden) each.
            episode_starts: (sequences * steps,), 1 where an episode starts.
            lstm: the actor's or the critic's.

        Returns:
            The outputs (sequences * steps, hidden), and the states after the last step.
        """
        sequences = lstm_states[0].shape[1]
        starts = episode_starts.reshape(sequences, -1)
        if torch.any(starts[:, 1:] != 0):
            return MlpLstmPolicy._process_sequence(features, lstm_states, episode_starts, lstm)  # type: ignore[return-value]
        kept = (1.0 - starts[:, 0]).view(1, sequences, 1)
        by_time = features.reshape(sequences, -1, lstm.input_size).swapaxes(0, 1)
        output, states = lstm(by_time, (kept * lstm_states[0], kept * lstm_states[1]))
        return torch.flatten(output.transpose(0, 1), start_dim=0, end_dim=1), states
