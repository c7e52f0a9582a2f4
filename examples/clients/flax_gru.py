"""Flax (NNX) and Optax: a GRU learns from the right answers.

python examples/clients/flax_gru.py
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

import seq_envs

PROBLEM = seq_envs.make_problem("SeqEcho-v0", lag=1)
INPUTS, ANSWERS, HIDDEN = PROBLEM.observation_space.shape[0], int(PROBLEM.action_space.n), 32


class Network(nnx.Module):
    def __init__(self) -> None:
        rngs = nnx.Rngs(0)
        self.cell = nnx.GRUCell(INPUTS, HIDDEN, rngs=rngs)
        self.head = nnx.Linear(HIDDEN, ANSWERS, rngs=rngs)

    def __call__(self, observations: Any) -> Any:
        """Map observations (B, T, INPUTS) to logits (B, T, ANSWERS)."""
        state, outputs = jnp.zeros((len(observations), HIDDEN)), []
        for step in range(observations.shape[1]):
            state, output = self.cell(state, observations[:, step])
            outputs.append(output)
        return self.head(jnp.stack(outputs, axis=1))


class Greedy:
    """A policy: one step of all lanes at once."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def initial_state(self, batch_size: int) -> Any:
        return jnp.zeros((batch_size, HIDDEN))

    def act(self, observations: Any, state: Any) -> tuple[Any, Any]:
        state, output = self.network.cell(state, observations)
        return np.asarray(self.network.head(output).argmax(-1)), state


@nnx.jit
def update(network: Network, optimizer: Any, observations: Any, targets: Any, scored: Any) -> None:
    def loss_of(network: Network) -> Any:
        losses = optax.softmax_cross_entropy_with_integer_labels(network(observations), targets)
        return jnp.mean(losses, where=scored)  # Targets of steps that do not count have no meaning.

    optimizer.update(network, nnx.grad(loss_of)(network))


def main() -> None:
    network = Network()
    optimizer = nnx.Optimizer(network, optax.adam(1e-2), wrt=nnx.Param)
    for number in range(150):
        observations, targets, scored, _ = seq_envs.sample(PROBLEM, episodes=64, seed=number)
        update(network, optimizer, observations, targets, scored)
    print(seq_envs.evaluate(Greedy(network), PROBLEM, episodes=1000))


if __name__ == "__main__":
    main()
