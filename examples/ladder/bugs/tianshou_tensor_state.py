"""tianshou 2.0.1: a recurrent state that is a tensor is not reset when an episode ends.

The state counts the observations that were read, in episodes of 3 steps. `Collector._reset_hidden_state_based_on_type`
calls `zero_()` on `last_hidden_state_RH[env_ind_local_D]`. An index of integers makes a copy, so the state stays as it
was. A state in a `Batch`, such as that of `Recurrent`, is reset. Run it with

    python examples/ladder/bugs/tianshou_tensor_state.py
"""

import gymnasium
import torch
from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
from tianshou.data import Batch, Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv


class TensorState(torch.nn.Module):
    def forward(self, obs, state=None, info=None):
        return torch.zeros(len(obs), 2), (torch.zeros(len(obs), 1) if state is None else state) + 1


class BatchState(torch.nn.Module):
    def forward(self, obs, state=None, info=None):
        return torch.zeros(len(obs), 2), Batch(n=(torch.zeros(len(obs), 1) if state is None else state.n) + 1)


envs = DummyVectorEnv([lambda: gymnasium.make("CartPole-v1", max_episode_steps=3)])
for network in (TensorState(), BatchState()):
    buffer = VectorReplayBuffer(9, 1)
    collector = Collector(DiscreteQLearningPolicy(model=network, action_space=envs.action_space[0]), envs, buffer)
    collector.collect(n_step=9, reset_before_collect=True)
    states = buffer.policy.hidden_state
    print(type(network).__name__, [int(count) for count in getattr(states, "n", states)])
