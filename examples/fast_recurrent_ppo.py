"""Train FastRecurrentPPO: sb3-contrib's RecurrentPPO, which reads whole episodes in one call.

Actions never change observations in these environments, so the policy can answer a whole episode before it is graded.
`learn`, `save`, `load`, `predict` and callbacks work as in SB3. Run it with:

    python examples/fast_recurrent_ppo.py
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import torch
from seq_agents.sb3 import FastRecurrentPPO, Sb3Policy, make_vec_env

import seq_envs

LAG = 8
STEPS = 150_000

# With a closed forget gate, open input and output gates and orthogonal weights, the LSTM starts as a delay line: it
# stores the last few dozen observations, and the next layer learns to read them. The LSTM itself learns slowly:
# `lstm_rate` is its share of the learning rate.
DELAY_LINE = {"input_bias": 4, "forget_bias": -4, "output_bias": 4, "orthogonal": True, "lstm_rate": 0.03}


def main() -> None:
    torch.set_num_threads(1)  # The network is too small to gain from more threads.
    env = make_vec_env("SeqEcho-v0", n_envs=64, seed=0, length=20, lag=LAG, n_values=4)
    model = FastRecurrentPPO(
        "CorePolicy",
        env,
        n_steps=2 * 20,  # A rollout is two whole episodes of each lane.
        batch_size=32 * 2 * 20,  # A minibatch is half a rollout.
        n_epochs=2,
        learning_rate=lambda remaining: 0.03 * remaining,  # Falls linearly to 0.
        policy_kwargs={"core_kwargs": {"hidden": 64, **DELAY_LINE}},
        seed=0,
    )
    start = time.perf_counter()
    model.learn(STEPS)
    print(f"{STEPS / (time.perf_counter() - start):,.0f} time steps per second")

    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model")
        # SB3 unpickles the file, which can run any code: load only files that you trust.
        loaded = FastRecurrentPPO.load(Path(folder) / "model")
    print(seq_envs.evaluate(Sb3Policy(loaded), env.envs.problem))


if __name__ == "__main__":
    main()
