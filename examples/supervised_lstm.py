"""A supervised LSTM in plain torch, with the episodes and the metric that reinforcement learning has.

`seq_envs.sample` gives whole episodes as arrays: observations, right answers, and which steps are scored. Run it with:

    python examples/supervised_lstm.py
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

import seq_envs
from seq_envs.encodings import Array

State = tuple[Tensor, Tensor]

UPDATES = 400
BATCH = 64
HIDDEN = 64
LEARNING_RATE = 1e-2


class Lstm(nn.Module):
    """Maps one-hot symbols to logits of the answer. `initial_state` and `act` make it a policy."""

    def __init__(self, symbols: int, answers: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(symbols, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, answers)

    def forward(self, observations: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Map observations (B, T, symbols) to logits (B, T, answers) and the state after the last step."""
        outputs, state = self.lstm(observations, state)
        return self.head(outputs), state

    def initial_state(self, batch_size: int) -> State | None:
        return None  # torch starts with zeros.

    @torch.no_grad()
    def act(self, observations: Array, state: State | None) -> tuple[Array, State]:
        logits, state = self(torch.as_tensor(observations)[:, None], state)
        return logits[:, 0].argmax(-1).numpy(), state


def main() -> None:
    torch.set_num_threads(1)  # The network is too small to gain from more threads.
    torch.manual_seed(0)
    problem = seq_envs.make_problem("SeqCopy-v0", length=4, n_values=5)
    network = Lstm(*problem.observation_space.shape, problem.action_space.n)
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    for update in range(UPDATES):
        # The seed is the number of the update, so every update has new episodes.
        observations, targets, scored, _ = (torch.as_tensor(array) for array in seq_envs.sample(problem, BATCH, update))
        logits, _ = network(observations)
        loss = nn.functional.cross_entropy(logits[scored], targets[scored])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        if update % 100 == 99:
            print(f"update {update + 1}: loss {loss.item():.4f}")
    print(seq_envs.evaluate(network, problem))


if __name__ == "__main__":
    main()
