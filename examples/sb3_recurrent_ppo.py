"""Train sb3-contrib's RecurrentPPO on a memory task, using only Gymnasium and Stable-Baselines3.

`gamma` and the learning rate matter most: with the default of either, this number of steps is too small. The other
settings save time.

Run it with:

    python examples/sb3_recurrent_ppo.py
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sb3_contrib import RecurrentPPO
from stable_baselines3.common.env_util import make_vec_env

import seq_envs  # Registers the ids.
from seq_envs.encodings import Array

ID = "SeqEcho-v0"
PARAMETERS = {"length": 10, "n_values": 10, "lag": 1}
LANES = 64  # Environments that step together.
ROLLOUT = 4 * PARAMETERS["length"]  # Time steps of each lane between two updates: four whole episodes.
MINIBATCHES = 4
UPDATES = 20
LEARNING_RATE = 5e-3
SEED = 0


class Greedy:
    """The model as a policy for `seq_envs.evaluate`: it answers with the most probable action."""

    def __init__(self, model: RecurrentPPO) -> None:
        self.model = model

    def initial_state(self, batch_size: int) -> tuple[Any, Array]:
        return None, np.ones(batch_size, bool)  # Every lane starts an episode, so SB3 resets the LSTM state.

    def act(self, observations: Array, state: tuple[Any, Array]) -> tuple[Array, tuple[Any, Array]]:
        lstm_state, starts = state
        answers, lstm_state = self.model.predict(observations, lstm_state, starts, deterministic=True)
        return answers, (lstm_state, np.zeros_like(starts))


def train() -> RecurrentPPO:
    model = RecurrentPPO(
        "MlpLstmPolicy",
        make_vec_env(ID, n_envs=LANES, seed=SEED, env_kwargs=PARAMETERS),
        n_steps=ROLLOUT,  # The gradient through time ends where a rollout does, so it should not end within an episode.
        batch_size=ROLLOUT * LANES // MINIBATCHES,
        n_epochs=5,
        gamma=0.0,  # An answer affects no reward but its own, so a higher discount only adds noise.
        learning_rate=lambda remaining: LEARNING_RATE * remaining,  # Falls linearly to 0.
        policy_kwargs={
            "lstm_hidden_size": 64,
            "shared_lstm": True,  # Actor and critic share one LSTM; by default they have one each.
            "enable_critic_lstm": False,
            "net_arch": [],  # No hidden layers between the LSTM and the outputs.
        },
        seed=SEED,
        device="cpu",
    )
    return model.learn(UPDATES * ROLLOUT * LANES)


if __name__ == "__main__":
    torch.set_num_threads(1)  # The network is too small to gain from more threads.
    print(seq_envs.evaluate(Greedy(train()), ID, **PARAMETERS))
