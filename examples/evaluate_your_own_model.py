"""Evaluate your own model: here an echo state network in numpy, which needs no torch and no training loop.

Its recurrent weights are random and fixed (H. Jaeger, 2001). Only the readout is fitted, by ridge regression.

Run it with:

    python examples/evaluate_your_own_model.py
"""

from __future__ import annotations

import numpy as np

import seq_envs
from seq_envs import policies
from seq_envs.encodings import Array

PROBLEM = seq_envs.make_problem("SeqEcho-v0", length=20, lag=8)
EPISODES = 1000  # The readout is fitted to these.
UNITS = 100
DECAY = 0.9  # Factor of the recurrent weights: the share of the state that remains after a step.
INPUT_SCALE = 0.1  # Small, so that tanh is nearly linear and old inputs stay readable.
RIDGE = 1e-3
SEED = 0


class EchoStateNetwork:
    """A policy, since it has the methods `initial_state` and `act`."""

    def __init__(self, inputs: int, rng: np.random.Generator) -> None:
        rotation, _ = np.linalg.qr(rng.standard_normal((UNITS, UNITS)))
        self.recurrent = DECAY * rotation
        self.input = rng.uniform(-INPUT_SCALE, INPUT_SCALE, (inputs, UNITS))

    def next_state(self, observations: Array, state: Array) -> Array:
        return np.tanh(state @ self.recurrent + observations @ self.input)

    def fit(self, observations: Array, targets: Array, scored: Array) -> None:
        """Fit the readout to the scored steps of whole episodes, (episodes, steps, ...)."""
        state, states = self.initial_state(len(observations)), []
        for observation in observations.swapaxes(0, 1):
            state = self.next_state(observation, state)
            states.append(state)
        inputs, answers = np.stack(states, axis=1)[scored], targets[scored]
        one_hot = np.eye(answers.max() + 1)[answers]
        self.readout = np.linalg.solve(inputs.T @ inputs + RIDGE * np.eye(UNITS), inputs.T @ one_hot)

    def initial_state(self, batch_size: int) -> Array:
        """The state of `batch_size` lanes at the start of an episode: zeros."""
        return np.zeros((batch_size, UNITS))

    def act(self, observations: Array, state: Array) -> tuple[Array, Array]:
        """The answers of all lanes at one time step, and the next state."""
        state = self.next_state(observations, state)
        return (state @ self.readout).argmax(axis=1), state


def main() -> None:
    data = seq_envs.sample(PROBLEM, EPISODES, seed=SEED)  # `evaluate` plays none of these episodes.
    network = EchoStateNetwork(data.observations.shape[-1], np.random.default_rng(SEED))
    network.fit(data.observations, data.targets, data.scored)

    compared: dict[str, policies.Policy] = {
        "random": policies.random(PROBLEM),
        "memoryless": policies.memoryless(PROBLEM),
        "echo state": network,
        "optimal": policies.optimal(PROBLEM),
    }
    results = {name: seq_envs.evaluate(policy, PROBLEM) for name, policy in compared.items()}

    print(PROBLEM, end="\n\n")
    print("policy      accuracy   95% interval   exact    score")
    for name, result in results.items():
        interval = "{:.4f}-{:.4f}".format(*result.accuracy_interval)
        print(
            f"{name:10}  {result.accuracy:8.4f}  {interval}  {result.exact_match:.4f}  {result.normalized_score:7.4f}"
        )
    levels = seq_envs.levels(PROBLEM)
    print("\nexact: the share of episodes without a mistake; score: 0 is the best memoryless policy, 1 is optimal.")
    print(f"Computed accuracies: chance {levels.chance.accuracy}, memoryless {levels.memoryless.accuracy}.")

    print("\nAccuracy of the echo state network by time step. It falls, since each step disturbs the stored values.")
    for step, accuracy in enumerate(results["echo state"].accuracy_by_step):
        if not np.isnan(accuracy):  # NaN where no answer is scored.
            print(f"{step:4}  {accuracy:.4f}")
    print(f"\n{results['echo state']}")


if __name__ == "__main__":
    main()
