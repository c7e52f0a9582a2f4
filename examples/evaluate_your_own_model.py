"""Evaluate a model of your own: here an echo state network in numpy, a player without torch and without training loop.

Its recurrent weights are random and stay so (H. Jaeger, 2001); only the readout is fitted, by ridge regression.

Run it with:

    python examples/evaluate_your_own_model.py
"""

from __future__ import annotations

import numpy as np

import seq_envs
from seq_envs import policies
from seq_envs.encodings import Array

PROBLEM = seq_envs.make_problem("SeqEcho-v0", length=20, lag=8)
EPISODES = 1000  # To fit the readout on.
UNITS = 100
KEPT = 0.9  # The share of its state that the network keeps in a step: it forgets slowly.
SHOWN = 0.1  # The strength of the input: weak, so that tanh is nearly linear and blurs little.
RIDGE = 1e-3
SEED = 0


class EchoStateNetwork:
    """What makes it a policy are two methods, `initial_state` and `act`."""

    def __init__(self, inputs: int, rng: np.random.Generator) -> None:
        rotation, _ = np.linalg.qr(rng.standard_normal((UNITS, UNITS)))
        self.recurrent = KEPT * rotation
        self.input = rng.uniform(-SHOWN, SHOWN, (inputs, UNITS))

    def next_state(self, observations: Array, state: Array) -> Array:
        return np.tanh(state @ self.recurrent + observations @ self.input)

    def fit(self, observations: Array, targets: Array, scored: Array) -> None:
        """Fit the readout to whole episodes, (episodes, steps, ...), on the scored steps only."""
        state, states = self.initial_state(len(observations)), []
        for shown in observations.swapaxes(0, 1):
            state = self.next_state(shown, state)
            states.append(state)
        inputs, answers = np.stack(states, axis=1)[scored], targets[scored]
        one_hot = np.eye(answers.max() + 1)[answers]
        self.readout = np.linalg.solve(inputs.T @ inputs + RIDGE * np.eye(UNITS), inputs.T @ one_hot)

    def initial_state(self, batch_size: int) -> Array:
        """What it remembers at the start of an episode, in each of `batch_size` lanes: nothing."""
        return np.zeros((batch_size, UNITS))

    def act(self, observations: Array, state: Array) -> tuple[Array, Array]:
        """One time step of all lanes: the answers, and what to remember."""
        state = self.next_state(observations, state)
        return (state @ self.readout).argmax(axis=1), state


def main() -> None:
    data = seq_envs.sample(PROBLEM, EPISODES, seed=SEED)  # `evaluate` plays none of these episodes, whatever the seed.
    network = EchoStateNetwork(data.observations.shape[-1], np.random.default_rng(SEED))
    network.fit(data.observations, data.targets, data.scored)

    players: dict[str, policies.Policy] = {
        "random": policies.random(PROBLEM),
        "memoryless": policies.memoryless(PROBLEM),
        "echo state": network,
        "optimal": policies.optimal(PROBLEM),
    }
    results = {name: seq_envs.evaluate(player, PROBLEM) for name, player in players.items()}

    print(PROBLEM, end="\n\n")
    print("player      accuracy   95% interval   exact    score")
    for name, got in results.items():
        interval = "{:.4f}-{:.4f}".format(*got.accuracy_interval)
        print(f"{name:10}  {got.accuracy:8.4f}  {interval}  {got.exact_match:.4f}  {got.normalized_score:7.4f}")
    levels = seq_envs.levels(PROBLEM)
    print("\nexact: episodes without a mistake; score: 0 is the best player without memory, 1 is optimal.")
    print(f"Exact accuracies: chance {levels.chance.accuracy}, memoryless {levels.memoryless.accuracy}.")

    print("\nThe echo state network by time step: the more it has seen, the more blurred its memory.")
    for step, accuracy in enumerate(results["echo state"].accuracy_by_step):
        if not np.isnan(accuracy):  # Scored: there is a value `lag` steps before.
            print(f"{step:4}  {accuracy:.4f}")
    print(f"\n{results['echo state']}")


if __name__ == "__main__":
    main()
