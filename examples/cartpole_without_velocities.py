"""Train sb3-contrib's RecurrentPPO with any memory core on an env of another package: CartPole without velocities.

The agent sees the positions of the cart and of the pole only, so it must remember earlier ones to know how they move.
`CorePolicy` gives RecurrentPPO every core of this package. The network and most settings are those of RL Baselines3 Zoo
for `CartPoleNoVel-v1`, but rollouts are four times as long, so that the gradient reaches further back. An episode lasts
at most 500 steps, and its return is its length; the env counts as solved from a mean return of 475 on. Run it with:

    python examples/cartpole_without_velocities.py gru --seed 0
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import gymnasium
import numpy as np
import torch
from sb3_contrib import RecurrentPPO
from seq_agents.sb3 import CorePolicy
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecNormalize
from torch import nn


class Positions(gymnasium.ObservationWrapper[Any, Any, Any]):
    """Only the positions of the cart and of the pole."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        super().__init__(env)
        full = env.observation_space
        self.observation_space = gymnasium.spaces.Box(full.low[::2], full.high[::2], dtype=np.float32)

    def observation(self, observation: Any) -> Any:
        return observation[::2]


def make_env() -> gymnasium.Env[Any, Any]:
    return Positions(gymnasium.make("CartPole-v1"))


def falling(first: float) -> Any:
    """A value that falls linearly to 0 over the training."""
    return lambda left: first * left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("core", nargs="?", default="gru", help="such as lstm, gru, mingru, lru (default: gru)")
    parser.add_argument("--seed", type=int, default=0, help="(default: 0)")
    parser.add_argument("--steps", type=int, default=100_000, help="time steps of the training (default: 100000)")
    chosen = parser.parse_args()
    torch.set_num_threads(1)  # The networks are too small to gain from more threads.
    env = VecNormalize(make_vec_env(make_env, n_envs=8, seed=chosen.seed))
    model = RecurrentPPO(
        CorePolicy,
        env,
        learning_rate=falling(1e-3),
        n_steps=128,
        batch_size=256,
        n_epochs=10,
        gamma=0.99,
        gae_lambda=0.95,
        clip_range=falling(0.2),
        seed=chosen.seed,
        device="cpu",
        policy_kwargs={
            "core": chosen.core,
            "core_kwargs": {"hidden": 64},
            "net_arch": {"pi": [64], "vf": [64]},
            "activation_fn": nn.ReLU,
            "ortho_init": False,
        },
    )
    start = time.perf_counter()
    model.learn(chosen.steps)
    seconds = time.perf_counter() - start
    test = VecNormalize(make_vec_env(make_env, n_envs=8, seed=10_000 + chosen.seed), training=False, norm_reward=False)
    test.obs_rms = env.obs_rms
    mean, deviation = evaluate_policy(model, test, n_eval_episodes=100)
    print(f"{chosen.core}, seed {chosen.seed}: return {mean:.1f} +- {deviation:.1f} after {chosen.steps:,} steps")
    print(f"in {seconds:.0f} s")


if __name__ == "__main__":
    main()
