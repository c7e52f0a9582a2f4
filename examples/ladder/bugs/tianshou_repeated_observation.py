"""tianshou 2.0.1: what an update of a recurrent DQN reads at the start of an episode is not what was played.

The replay buffer fills the `stack_num` observations up to a sampled one with copies of the episode's first observation,
since `ReplayBuffer.prev` stays at the first step (https://github.com/thu-ml/tianshou/issues/413). `Recurrent` reads the
copies, but when it plays it reads each observation once. An update cannot distinguish the first step of this episode
from the second. Run it with

    python examples/ladder/bugs/tianshou_repeated_observation.py
"""

import torch
from tianshou.data import Batch, ReplayBuffer
from tianshou.utils.net.common import Recurrent

torch.manual_seed(0)
network = Recurrent(layer_num=1, state_shape=1, action_shape=2)
buffer, state = ReplayBuffer(10, stack_num=4), None
for step, observation in enumerate(([1.0], [1.0], [2.0])):
    end = {"terminated": step == 2, "truncated": False}
    buffer.add(Batch(obs=observation, obs_next=observation, act=0, rew=0.0, **end))
    with torch.no_grad():
        read = buffer.get([step], "obs")
        (played, state), (updated, _) = network([observation], state), network(read)
    values = [[round(value, 3) for value in values[0].tolist()] for values in (played, updated)]
    print(f"played {values[0]}, update {values[1]} from {read.flatten().tolist()}")
