"""A small LSTM with a policy head and a value head."""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]
"""The hidden and the cell state of the LSTM, (lanes, hidden) each."""


class Network(nn.Module):
    """An LSTM that acts step by step and reads rollouts at once.

    Args:
        inputs: the numbers in an observation.
        answers: the number of actions.
        hidden: the units of the LSTM.
    """

    def __init__(self, inputs: int, answers: int, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden)
        for name, weights in self.lstm.named_parameters():
            if "bias" in name:
                nn.init.zeros_(weights)
            else:
                nn.init.orthogonal_(weights)
        nn.init.constant_(self.lstm.bias_ih_l0[hidden : 2 * hidden], 1.0)  # The forget gate starts open.
        self.policy = nn.Linear(hidden, answers)
        self.value = nn.Linear(hidden, 1)
        nn.init.orthogonal_(self.policy.weight, 0.01)
        nn.init.orthogonal_(self.value.weight, 1.0)

    def start(self, lanes: int) -> State:
        """The state of fresh episodes."""
        zeros = torch.zeros(lanes, self.lstm.hidden_size)
        return zeros, zeros

    def step(self, observations: Tensor, state: State) -> State:
        """The state after one more observation (lanes, inputs)."""
        next_state: State = torch.lstm_cell(observations, state, *self.lstm.all_weights[0])
        return next_state

    def heads(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (..., answers) and values (...)."""
        return self.policy(hidden).log_softmax(-1), self.value(hidden)[..., 0]

    def read(self, observations: Tensor, starts: Tensor, state: State) -> tuple[Tensor, State]:
        """Read a rollout as `step` would, with a fresh state wherever an episode starts.

        The rollout is cut at the starts into sequences, which are padded to one length. So the LSTM is called once.

        Args:
            observations: (T, lanes, inputs).
            starts: (T, lanes) bool.
            state: before the first observation.

        Returns:
            The hidden states (T, lanes, hidden); and the state after the padding that follows each lane's last
            sequence, which is right to use only if no sequence is padded.
        """
        lanes = starts.shape[1]
        begins = starts.T.clone()
        begins[:, 0] = True
        begins = begins.flatten()
        row = begins.cumsum(0) - 1
        column = torch.arange(len(begins)) - begins.nonzero()[row, 0]
        padded = torch.zeros(int(column.max()) + 1, int(row[-1]) + 1, observations.shape[-1])
        padded[column, row] = observations.transpose(0, 1).flatten(0, 1)
        first = torch.zeros(2, 1, padded.shape[1], self.lstm.hidden_size)
        first[:, 0, row.unflatten(0, (lanes, -1))[:, 0]] = torch.stack(begun(state, starts[0]))
        hidden, last = self.lstm(padded, (first[0], first[1]))
        ends = row.unflatten(0, (lanes, -1))[:, -1]
        after_padding = last[0][0, ends].detach(), last[1][0, ends].detach()
        return hidden[column, row].unflatten(0, (lanes, -1)).transpose(0, 1), after_padding


def begun(state: State, starts: Tensor) -> State:
    """The state with fresh ones in the lanes (lanes,) where an episode starts."""
    hidden, cell = (torch.where(starts[:, None], 0.0, part) for part in state)
    return hidden, cell


def read_without_time(network: Network, observations: Tensor, starts: Tensor, state: State) -> Tensor:
    """The hidden states (T, lanes, hidden) with gradients that do not cross from one step to the step before."""
    before = []
    with torch.no_grad():
        for observation, start in zip(observations, starts, strict=True):
            before.append(begun(state, start))
            state = network.step(observation, before[-1])
    hidden, cell = (torch.cat(parts) for parts in zip(*before, strict=True))
    return network.step(observations.flatten(0, 1), (hidden, cell))[0].unflatten(0, starts.shape)
