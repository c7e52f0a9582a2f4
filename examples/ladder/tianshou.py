"""The ladder for tianshou: DQN with its own recurrent network.

Install it in a virtual environment of its own, and let it climb from the folder of this repository:

    pip install -c examples/ladder/tianshou-constraints.txt ".[agents]" tianshou
    seq-envs ladder examples.ladder.tianshou:train

tianshou does everything but make the environments: it plays, keeps the states and the replay buffer, and learns.
"""

from __future__ import annotations

import numpy as np
import torch
from seq_agents.ladder import MakeEnvs
from tianshou.algorithm import DQN
from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv
from tianshou.trainer import OffPolicyTrainerParams
from tianshou.utils.net.common import Recurrent

from examples.ladder.policies.tianshou import Greedy, Lane

PACKAGES = ("tianshou", "torch")
LANES, EPOCHS = 16, 20


def train(make_envs: MakeEnvs, budget: int) -> Greedy:
    torch.manual_seed(make_envs.seed)
    np.random.seed(make_envs.seed)  # noqa: NPY002 - tianshou draws from it.
    envs = DummyVectorEnv([lambda: Lane(make_envs)] * LANES)
    envs.seed(make_envs.seed)
    observed, actions = make_envs.problem.observation_space, make_envs.problem.action_space
    network = Recurrent(layer_num=1, state_shape=observed.shape, action_shape=int(actions.n), hidden_layer_size=64)
    policy = DiscreteQLearningPolicy(model=network, action_space=actions)
    # An answer affects no reward but its own, so a higher discount only adds noise.
    algorithm = DQN(policy=policy, optim=AdamOptimizerFactory(lr=2e-3), gamma=0.0)
    # An update reads the observations up to a sampled one, `stack_num` of them, from a fresh state.
    buffer = VectorReplayBuffer(4096, LANES, stack_num=make_envs.rollout, ignore_obs_next=True)
    collector = Collector(algorithm, envs, buffer, exploration_noise=True)
    collector.reset()
    exploring = {"training_fn": lambda _, step: policy.set_eps_training(0.2 * max(0.0, 1 - 2 * step / budget))}
    # Updates are in groups, since tianshou reads the whole buffer in search of NaN before each group.
    updates = {"collection_step_num_env_steps": 32 * LANES, "update_step_num_gradient_steps_per_sample": 1 / 32}
    length = {"max_epochs": EPOCHS, "epoch_num_steps": budget // EPOCHS, "batch_size": 128}
    quiet = {"verbose": False, "show_progress": False}
    trainer = algorithm.create_trainer(
        OffPolicyTrainerParams(training_collector=collector, **updates, **length, **exploring, **quiet)
    )
    while not make_envs.solved and make_envs.count.time_steps < budget:
        trainer.execute_epoch()
    return Greedy(policy, make_envs.rollout)
