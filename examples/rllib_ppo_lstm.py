"""Distributed sampling for one agent: RLlib's PPO with an LSTM, whose env runners play on the native vector env.

RLlib pins another version of Gymnasium, so it needs a separate virtual environment. The file
examples/rllib-constraints.txt pins its packages:

    python -m venv .venv-rllib
    .venv-rllib/bin/pip install -c examples/rllib-constraints.txt . "ray[rllib]" torch

Run it with:

    .venv-rllib/bin/python examples/rllib_ppo_lstm.py

`--iterations 10` is a shorter run. On a cluster, call `ray.init("auto")` and set more env runners.
"""

from __future__ import annotations

import argparse
import logging
import warnings
from typing import Any

import ray
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig

import seq_envs
from seq_envs.encodings import Array

ID = "SeqEcho-v0"
PARAMETERS = {"length": 10, "n_values": 10, "lag": 1}
ENV_RUNNERS = 2  # Processes that collect episodes.
LANES = 32  # Environments that step together in each process.
ROLLOUT = 4 * PARAMETERS["length"]  # Time steps of each lane between two updates: whole episodes.
ITERATIONS = 20
LEARNING_RATE = 5e-3
SEED = 0


def config(iterations: int) -> PPOConfig:
    steps = ENV_RUNNERS * LANES * ROLLOUT  # Time steps of an iteration.
    return (
        PPOConfig()
        .environment(f"seq_envs:{ID}", env_config=PARAMETERS)  # "seq_envs:" makes every env runner import the package.
        .env_runners(
            num_env_runners=ENV_RUNNERS,
            num_envs_per_env_runner=LANES,
            # The native vector env. RLlib expects the autoreset mode that is the default of `make_vec`: NextStep.
            gym_env_vectorize_mode="vector_entry_point",
            rollout_fragment_length=ROLLOUT,
        )
        .rl_module(
            model_config=DefaultModelConfig(
                fcnet_hiddens=[64],
                use_lstm=True,
                lstm_cell_size=64,
                # RLlib cuts sequences into pieces of this many steps, and no gradient passes a cut. A piece holds an
                # episode and the step that RLlib adds to it. The default is 20, which is too short for longer lags.
                max_seq_len=PARAMETERS["length"] + 1,
            )
        )
        .training(
            gamma=0.0,  # An answer affects no reward but its own, so a higher discount only adds noise.
            lr=[[0, LEARNING_RATE], [iterations * steps, 0.0]],  # Falls linearly to 0.
            train_batch_size_per_learner=steps,
            minibatch_size=steps // 4,
            num_epochs=5,
            grad_clip=0.5,
            use_kl_loss=False,
            entropy_coeff=0.0,
        )
        .debugging(seed=SEED, log_level="ERROR")
    )


class Greedy:
    """An RLModule as a policy for `seq_envs.evaluate`: it answers with the most probable action."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def initial_state(self, batch_size: int) -> dict[str, torch.Tensor]:
        state = self.module.get_initial_state()
        return {name: torch.as_tensor(part).expand(batch_size, *part.shape) for name, part in state.items()}

    @torch.no_grad()
    def act(self, observations: Array, state: dict[str, torch.Tensor]) -> tuple[Array, dict[str, torch.Tensor]]:
        one_step = torch.as_tensor(observations)[:, None]  # (lanes, time, ...)
        output = self.module.forward_inference({Columns.OBS: one_step, Columns.STATE_IN: state})
        return output[Columns.ACTION_DIST_INPUTS][:, 0].argmax(-1).numpy(), output[Columns.STATE_OUT]


def main(iterations: int) -> None:
    problem = seq_envs.make_problem(ID, **PARAMETERS)
    scored = int(seq_envs.sample(problem, 1, seed=0).scored.sum())
    print(f"{problem}: {scored} scored answers in an episode, chance {seq_envs.levels(problem).chance.accuracy}")

    algorithm = config(iterations).build_algo()
    for iteration in range(1, iterations + 1):
        played = algorithm.train()["env_runners"]
        if iteration % 4 == 0:
            # The reward of a right answer is 1. During learning, answers are sampled.
            accuracy = played["episode_return_mean"] / scored
            steps = int(played["num_env_steps_sampled_lifetime"])
            print(f"iteration {iteration}: {steps} time steps, accuracy {accuracy:.3f}", flush=True)
    print(seq_envs.evaluate(Greedy(algorithm.get_module()), problem))
    algorithm.stop()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--iterations", type=int, default=ITERATIONS)
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # RLlib calls what RLlib has deprecated.
    torch.set_num_threads(1)  # The network is too small to gain from more threads.
    logging.getLogger("ray.rllib").setLevel(logging.ERROR)
    ray.init("local", include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
    main(options.parse_args().iterations)
    ray.shutdown()
