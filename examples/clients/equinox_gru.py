"""Equinox and Optax: a GRU learns from the right answers.

python examples/clients/equinox_gru.py
"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax

import seq_envs

PROBLEM = seq_envs.make_problem("SeqEcho-v0", lag=1)
INPUTS, ANSWERS, HIDDEN = PROBLEM.observation_space.shape[0], int(PROBLEM.action_space.n), 32


class Network(eqx.Module):
    cell: eqx.nn.GRUCell
    head: eqx.nn.Linear

    def __init__(self, key: Any) -> None:
        first, second = jax.random.split(key)
        self.cell = eqx.nn.GRUCell(INPUTS, HIDDEN, key=first)
        self.head = eqx.nn.Linear(HIDDEN, ANSWERS, key=second)

    def step(self, state: Any, observation: Any) -> tuple[Any, Any]:
        state = self.cell(observation, state)
        return state, self.head(state)

    def __call__(self, observations: Any) -> Any:
        return jax.lax.scan(lambda *step: self.step(*step), jnp.zeros(HIDDEN), observations)[1]


class Greedy:
    """A policy: one step of all lanes at once."""

    def __init__(self, network: Network) -> None:
        self.step = jax.jit(jax.vmap(lambda *step: network.step(*step)))

    def initial_state(self, batch_size: int) -> Any:
        return jnp.zeros((batch_size, HIDDEN))

    def act(self, observations: Any, state: Any) -> tuple[Any, Any]:
        state, logits = self.step(state, observations)
        return np.asarray(logits.argmax(-1)), state


def main() -> None:
    network = Network(jax.random.key(0))
    optimizer = optax.adam(1e-2)
    memory = optimizer.init(eqx.filter(network, eqx.is_array))

    @eqx.filter_value_and_grad
    def loss_of(network: Network, observations: Any, targets: Any, scored: Any) -> Any:
        losses = optax.softmax_cross_entropy_with_integer_labels(jax.vmap(network)(observations), targets)
        return jnp.mean(losses, where=scored)  # Targets of steps that do not count have no meaning.

    @eqx.filter_jit
    def update(network: Network, memory: Any, *batch: Any) -> tuple[Network, Any]:
        _, gradient = loss_of(network, *batch)
        change, memory = optimizer.update(gradient, memory)
        return eqx.apply_updates(network, change), memory

    for number in range(150):
        observations, targets, scored, _ = seq_envs.sample(PROBLEM, episodes=64, seed=number)
        network, memory = update(network, memory, observations, targets, scored)
    print(seq_envs.evaluate(Greedy(network), PROBLEM, episodes=1000))


if __name__ == "__main__":
    main()
