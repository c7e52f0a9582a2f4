"""The ladder for rl_games: its PPO (`a2c_discrete`) with its own LSTM.

Install it in a virtual environment of its own, and let it climb from the folder of this repository:

    pip install -c examples/ladder/rl-games-constraints.txt ".[agents]" rl-games
    seq-envs ladder examples.ladder.rl_games:train

rl_games does everything but make the environments: it plays, keeps the states, and computes the loss and the update.
`examples.ladder.rl_games:one_sequence` has minibatches of one sequence.
"""

from __future__ import annotations

from functools import partial
from tempfile import TemporaryDirectory

import torch
from rl_games.torch_runner import Runner
from seq_agents.ladder import MakeEnvs

from examples.ladder.policies.rl_games import Compared, Greedy, Lanes

PACKAGES = ("rl-games", "torch")
LANES = 32
MODEL = {
    "algo": {"name": "a2c_discrete"}, "model": {"name": "discrete_a2c"}, "torch_threads": 1,
    "network": {
        "name": "actor_critic", "separate": False, "space": {"discrete": {}},
        "rnn": {"name": "lstm", "units": 64, "layers": 1},
        "mlp": {"units": [], "activation": "None", "initializer": {"name": "default"}},
    },
}  # fmt: skip
CONFIG = {
    "name": "ladder", "env_name": "ladder", "num_actors": LANES, "device": "cpu", "reward_shaper": {}, "gamma": 0.99,
    "tau": 0.95, "learning_rate": 5e-3, "lr_schedule": "linear", "entropy_coef": 0.02, "e_clip": 0.2,
    "critic_coef": 1.0, "clip_value": False, "truncate_grads": True, "grad_norm": 0.5, "mini_epochs": 4,
    "normalize_advantage": True, "normalize_input": False,
}  # fmt: skip


def train(make_envs: MakeEnvs, budget: int, sequences: int = LANES // 4) -> Greedy:
    torch.manual_seed(make_envs.seed)  # rl_games does it for all seeds but 0.
    lanes, steps = Lanes(make_envs, LANES), make_envs.rollout
    with TemporaryDirectory() as folder:
        sizes = {"horizon_length": steps, "seq_length": steps, "minibatch_size": sequences * steps}
        length = {"max_epochs": -(-budget // (LANES * steps)), "train_dir": folder}
        runner = Runner(Compared(make_envs))
        runner.load({"params": {**MODEL, "config": {**CONFIG, **sizes, **length}, "seed": make_envs.seed}})
        runner.params["config"].update(vec_env=lanes, env_info=lanes.get_env_info())
        agent = runner.algo_factory.create("a2c_discrete", base_name="run", params=runner.params)
        agent.init_tensors()
        agent.obs = agent.env_reset()
        while make_envs.count.time_steps < budget and not make_envs.solved:
            agent.update_epoch()
            agent.train_epoch()
    return Greedy(agent.model)


one_sequence = partial(train, sequences=1)
