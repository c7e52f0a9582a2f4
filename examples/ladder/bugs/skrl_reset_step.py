"""skrl 2.1.1: PPO_RNN resets its state one observation too early in a vector env as `gymnasium.make_vec` makes it.

    pip install "skrl[torch]==2.1.1" torch==2.13.0
    python examples/ladder/bugs/skrl_reset_step.py

Since Gymnasium 1.0, a vector env resets a lane in the step after an episode's end, by default (autoreset "NextStep").
`PPO_RNN.record_transition` sets the state to zero when an episode ends. The next observation is then the last one of
this episode. So the network reads that one in a fresh state, and the first observation of the next episode in a state
that is not fresh. The env below counts the steps of an episode, so only observation 0 may meet a fresh state. It does
with `vector_kwargs={"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP}` in `make_vec`.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import torch
from skrl.agents.torch.ppo import PPO_RNN
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, Model
from skrl.trainers.torch import SequentialTrainer

LANES = 2


class Counter(gymnasium.Env[Any, Any]):
    observation_space, action_space = gymnasium.spaces.Box(0, 2, (1,)), gymnasium.spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.count = 0
        return np.zeros(1, np.float32), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.count += 1
        return np.full(1, self.count, np.float32), 0.0, self.count == 2, False, {}


class Policy(CategoricalMixin, Model):
    def __init__(self, **spaces: Any) -> None:
        Model.__init__(self, **spaces)
        CategoricalMixin.__init__(self)
        self.gru, self.head = torch.nn.GRUCell(1, 8), torch.nn.Linear(8, 2)

    def get_specification(self) -> dict[str, Any]:
        return {"rnn": {"sequence_length": 1, "sizes": [(1, LANES, 8)]}}

    def compute(self, inputs: Any, role: str = "") -> tuple[Any, dict[str, Any]]:
        before = inputs["rnn"][0][0]
        fresh = "fresh" if before[0].eq(0).all() else "not fresh"
        print(f"observation {inputs['observations'][0].item():.0f} is read in a state that is {fresh}")
        state = self.gru(inputs["observations"], before)
        return self.head(state), {"rnn": [state[None]]}


class Value(Model):
    def compute(self, inputs: Any, role: str = "") -> tuple[Any, dict[str, Any]]:
        return torch.zeros(LANES, 1), {}

    act = compute


gymnasium.register("Counter-v0", Counter)
env = wrap_env(gymnasium.make_vec("Counter-v0", num_envs=LANES, vectorization_mode="sync"))
spaces: dict[str, Any] = {"observation_space": env.observation_space, "action_space": env.action_space, "device": "cpu"}
agent = PPO_RNN(
    models={"policy": Policy(**spaces), "value": Value(**spaces)},
    memory=RandomMemory(memory_size=16, num_envs=LANES, device="cpu"),
    cfg={"experiment": {"write_interval": 0, "checkpoint_interval": 0}},
    **spaces,
)
SequentialTrainer(env=env, agents=agent, cfg={"timesteps": 8, "headless": True, "disable_progressbar": True}).train()
