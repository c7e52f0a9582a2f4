"""bsuite's memory tasks as environments of Gymnasium, for `seq-envs audit`.

pip install bsuite
seq-envs audit bsuite_as_gymnasium:MemoryLen --set memory_length=10
"""

import gymnasium
import numpy as np
from gymnasium import spaces


class BSuite(gymnasium.Env):
    """An environment of bsuite; `reset(seed=s)` makes it anew, since bsuite takes its seed when it is made.

    Args:
        make: from a seed to the environment of bsuite.
    """

    def __init__(self, make):
        self._make = make
        self._env = make(0)
        seen = self._env.observation_spec()
        self.observation_space = spaces.Box(-np.inf, np.inf, seen.shape, seen.dtype)
        self.action_space = spaces.Discrete(self._env.action_spec().num_values)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if seed is not None:
            self._env = self._make(seed)
        return self._env.reset().observation, {}

    def step(self, action):
        moved = self._env.step(action)
        return moved.observation, moved.reward, moved.last(), False, {}


def MemoryLen(memory_length):
    """A bit at the first step, which the last answer must repeat."""
    from bsuite.experiments.memory_len import memory_len

    return BSuite(lambda seed: memory_len.load(memory_length, seed))


def MemorySize(num_bits):
    """Some bits at the first step, one of which the last answer must repeat."""
    from bsuite.experiments.memory_size import memory_size

    return BSuite(lambda seed: memory_size.load(num_bits, seed))
