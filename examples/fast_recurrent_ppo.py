"""The fast RecurrentPPO: sb3-contrib's algorithm, which here reads whole episodes in one LSTM call.

Answers change no later observation, so nothing is lost by answering a whole episode before it is graded. `learn`,
`save`, `load`, `predict` and callbacks are SB3's own. Run it with:

    python examples/fast_recurrent_ppo.py
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import torch
from seq_agents.cores.lstm_start import LstmStart
from seq_agents.sb3.policy import Sb3Policy
from seq_agents.sb3.recurrent_ppo import FastRecurrentPPO
from seq_agents.sb3.vec_env import make_vec_env

import seq_envs

LAG = 8
STEPS = 150_000

# Forget gate shut, the others open, orthogonal weights: the LSTM begins as a delay line, and has to learn to read it.
REMEMBERS = {"lstm_start": LstmStart(input=4, forget=-4, output=4, orthogonal=True), "lstm_rate": 0.03}


def main() -> None:
    torch.set_num_threads(1)  # The network is too small to share.
    env = make_vec_env("SeqEcho-v0", n_envs=64, seed=0, length=20, lag=LAG, n_values=4)
    model = FastRecurrentPPO(
        "MlpLstmPolicy",
        env,
        n_steps=2 * 20,  # Two whole episodes of each lane.
        batch_size=32 * 2 * 20,  # Half of them at a time.
        n_epochs=2,
        learning_rate=lambda left: 0.03 * left,
        policy_kwargs={"lstm_hidden_size": 64, **REMEMBERS},
        seed=0,
    )
    start = time.perf_counter()
    model.learn(STEPS)
    print(f"{STEPS / (time.perf_counter() - start):,.0f} time steps a second")

    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model")
        # An SB3 file is unpickled: load only what you trust.
        loaded = FastRecurrentPPO.load(Path(folder) / "model")
    print(seq_envs.evaluate(Sb3Policy(loaded), env.envs.problem))


if __name__ == "__main__":
    main()
