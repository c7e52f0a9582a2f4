"""Train sb3-contrib's RecurrentPPO on a memory task, with nothing but parts of Gymnasium and Stable-Baselines3.

Of the settings, `gamma` and the learning rate matter most: with the default of either, the same number of steps is too
few. The others save time.

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
LANES = 64  # Episodes played side by side.
ROLLOUT = 4 * PARAMETERS["length"]  # Time steps of a lane between two updates: whole episodes, see below.
MINIBATCHES = 4
UPDATES = 20
LEARNING_RATE = 5e-3
SEED = 0


class Greedy:
    """The model's most probable answers, as a policy for `seq_envs.evaluate`."""

    def __init__(self, model: RecurrentPPO) -> None:
        self.model = model

    def initial_state(self, batch_size: int) -> tuple[Any, Array]:
        return None, np.ones(batch_size, bool)  # No LSTM state yet; an episode starts in every lane.

    def act(self, observations: Array, state: tuple[Any, Array]) -> tuple[Array, tuple[Any, Array]]:
        lstm_state, starts = state
        answers, lstm_state = self.model.predict(observations, lstm_state, starts, deterministic=True)
        return answers, (lstm_state, np.zeros_like(starts))


def train() -> RecurrentPPO:
    model = RecurrentPPO(
        "MlpLstmPolicy",
        make_vec_env(ID, n_envs=LANES, seed=SEED, env_kwargs=PARAMETERS),
        n_steps=ROLLOUT,  # The end of a rollout cuts the gradient through time: better not within an episode.
        batch_size=ROLLOUT * LANES // MINIBATCHES,
        n_epochs=5,
        gamma=0.0,  # An answer changes nothing that comes later: any more adds the noise of other answers' rewards.
        learning_rate=lambda left: LEARNING_RATE * left,  # Falls to 0 in a straight line.
        policy_kwargs={
            "lstm_hidden_size": 64,
            "shared_lstm": True,  # One LSTM for actor and critic, where the default has two.
            "enable_critic_lstm": False,
            "net_arch": [],  # No layers between the LSTM and its answers and values.
        },
        seed=SEED,
        device="cpu",
    )
    return model.learn(UPDATES * ROLLOUT * LANES)


if __name__ == "__main__":
    torch.set_num_threads(1)  # The network is too small to gain from more.
    print(seq_envs.evaluate(Greedy(train()), ID, **PARAMETERS))
