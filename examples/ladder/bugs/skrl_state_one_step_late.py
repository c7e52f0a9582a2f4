"""skrl 2.1.1: PPO_RNN stores the state after an observation as the state before it.

    pip install "skrl[torch]==2.1.1" torch==2.13.0
    python examples/ladder/bugs/skrl_state_one_step_late.py

`PPO_RNN.record_transition` ends with `self._rnn_initial_states = self._rnn_final_states`. From then on, both names are
one dictionary. So when `act` sets the policy's final states, it sets its initial states too, and the next
`record_transition` stores these. Only the first transition has the right state. Below, each stored log-probability is
computed again from what is stored beside it. The two must be equal.
"""

from __future__ import annotations

from typing import Any

import torch
from gymnasium.spaces import Box, Discrete
from skrl.agents.torch.ppo import PPO_RNN
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, Model


class Policy(CategoricalMixin, Model):
    def __init__(self, **spaces: Any) -> None:
        Model.__init__(self, **spaces)
        CategoricalMixin.__init__(self)
        self.gru, self.head = torch.nn.GRUCell(1, 8), torch.nn.Linear(8, 2)

    def get_specification(self) -> dict[str, Any]:
        return {"rnn": {"sequence_length": 1, "sizes": [(1, 1, 8)]}}

    def compute(self, inputs: Any, role: str = "") -> tuple[Any, dict[str, Any]]:
        state = self.gru(inputs["observations"], inputs["rnn"][0][0])
        return self.head(state), {"rnn": [state[None]]}


class Value(Model):
    def compute(self, inputs: Any, role: str = "") -> tuple[Any, dict[str, Any]]:
        return torch.zeros(1, 1), {}

    act = compute


STEPS = 5
torch.manual_seed(0)
spaces: dict[str, Any] = {"observation_space": Box(0, 1, (1,)), "action_space": Discrete(2), "device": "cpu"}
policy, memory = Policy(**spaces), RandomMemory(memory_size=STEPS, num_envs=1, device="cpu")
silent = {"experiment": {"write_interval": 0, "checkpoint_interval": 0}}
agent = PPO_RNN(models={"policy": policy, "value": Value(**spaces)}, memory=memory, cfg=silent, **spaces)
agent.init()
agent.enable_training_mode(True)
with torch.no_grad():
    for step in range(STEPS):
        seen, time = torch.rand(1, 1), {"timestep": step, "timesteps": STEPS}
        action, _ = agent.act(seen, None, **time)
        after = {"rewards": torch.zeros(1, 1), "next_observations": seen, "next_states": None, "infos": {}}
        ends = {"terminated": torch.zeros(1, 1, dtype=torch.bool), "truncated": torch.zeros(1, 1, dtype=torch.bool)}
        agent.record_transition(observations=seen, states=None, actions=action, **after, **ends, **time)
    for step in range(STEPS):
        row = {name: memory.get_tensor_by_name(name)[step] for name in memory.get_tensor_names()}
        inputs = {"observations": row["observations"], "taken_actions": row["actions"], "rnn": [row["rnn_policy_0"]]}
        again = policy.act(inputs)[1]["log_prob"].item()
        print(f"step {step}: stored log-probability {row['log_prob'].item():.4f}, computed again {again:.4f}")
