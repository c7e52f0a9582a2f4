"""The ladder for PPO with an LSTM in one file, in the style of CleanRL's `ppo_atari_lstm.py`.

The file is `examples/ppo_lstm_from_scratch.py`: it stores the state of each lane at the start of a rollout, resets it
where an episode starts, and divides the lanes into minibatches. Let it climb from the folder of this repository:

    pip install -c constraints.txt ".[agents]"
    seq-envs ladder examples.ladder.cleanrl_style:train

`next_step` is the same file in the vector envs that Gymnasium makes by default since version 1.0.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from seq_agents.ladder import MakeEnvs
from torch import Tensor

from examples import ppo_lstm_from_scratch as ppo

PACKAGES = ("torch",)
LANES = 32


class Reading:
    """The agent, and what an update reads in rollouts."""

    def __init__(self, agent: ppo.Agent) -> None:
        self.agent, self.initial_state, self.act = agent, agent.initial_state, agent.act

    def log_probs(self, observations: Any, starts: Any) -> Tensor:
        state = self.initial_state(starts.shape[1])
        answers, _, _ = self.agent(torch.as_tensor(observations), torch.as_tensor(starts), state)
        return answers.logits


def train(make_envs: MakeEnvs, budget: int, autoreset: str = "SameStep") -> Reading:
    updates = max(1, budget // (LANES * make_envs.rollout))
    settings = ppo.Settings(
        seed=make_envs.seed, lanes=LANES, rollout=make_envs.rollout, updates=updates, gamma=0.99, entropy_weight=0.02
    )
    return Reading(ppo.train(settings, make_envs(LANES, autoreset_mode=autoreset)))


next_step = partial(train, autoreset="NextStep")
