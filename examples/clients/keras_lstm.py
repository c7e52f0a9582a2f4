"""Keras: an LSTM learns from the right answers, with PyTorch as its backend.

KERAS_BACKEND=torch python examples/clients/keras_lstm.py
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

import seq_envs
from seq_envs.encodings import Array

PROBLEM = seq_envs.make_problem("SeqEcho-v0", lag=1)


class Whole:
    """A policy: its state is what it has observed so far, which the network reads again at every step."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def initial_state(self, batch_size: int) -> Array:
        return np.zeros((batch_size, 0, *PROBLEM.observation_space.shape), np.float32)

    def act(self, observations: Array, state: Array) -> tuple[Array, Array]:
        state = np.concatenate([state, observations[:, None]], axis=1)
        logits = self.model.predict(state, batch_size=1000, verbose=0)
        return logits[:, -1].argmax(-1), state


def main() -> None:
    keras.utils.set_random_seed(0)
    observations, targets, scored, _ = seq_envs.sample(PROBLEM, episodes=6400, seed=0)
    answers = int(PROBLEM.action_space.n)  # Keras refuses the NumPy integer.
    inputs = keras.Input((None, *PROBLEM.observation_space.shape))
    model = keras.Model(inputs, keras.layers.Dense(answers)(keras.layers.LSTM(32, return_sequences=True)(inputs)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-2), loss)
    # Targets of steps that do not count have no meaning, so their weight is 0.
    model.fit(observations, targets, sample_weight=scored.astype(np.float32), batch_size=64, epochs=3, verbose=0)
    print(seq_envs.evaluate(Whole(model), PROBLEM, episodes=1000))


if __name__ == "__main__":
    main()
