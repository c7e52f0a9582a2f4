"""scikit-learn: a classifier whose memory is its input, the latest three observations.

python examples/clients/scikit_learn_window.py
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

import seq_envs
from seq_envs.encodings import Array

PROBLEM = seq_envs.make_problem("SeqEcho-v0", lag=2)
KEPT = 3


class Window:
    """A policy: its state is the latest observations, and the classifier reads them as one vector."""

    def __init__(self, classifier: LogisticRegression) -> None:
        self.classifier = classifier

    def initial_state(self, batch_size: int) -> Array:
        return np.zeros((batch_size, KEPT, *PROBLEM.observation_space.shape))

    def act(self, observations: Array, state: Array) -> tuple[Array, Array]:
        state = np.concatenate([state[:, 1:], observations[:, None]], axis=1)
        return self.classifier.predict(state.reshape(len(state), -1)), state


def main() -> None:
    observations, targets, scored, _ = seq_envs.sample(PROBLEM, episodes=200, seed=0)
    padded = np.pad(observations, ((0, 0), (KEPT - 1, 0), (0, 0)))
    windows = np.concatenate([padded[:, i : i + PROBLEM.steps] for i in range(KEPT)], axis=-1)
    classifier = LogisticRegression().fit(windows[scored], targets[scored])
    print(seq_envs.evaluate(Window(classifier), PROBLEM, episodes=1000))


if __name__ == "__main__":
    main()
