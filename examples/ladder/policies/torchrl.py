"""An actor and a critic of TorchRL's modules that share an LSTM, the check of updates, and the greedy policy."""

from __future__ import annotations

from typing import Any

import torch
from seq_agents.ladder import MakeEnvs
from tensordict import TensorDict
from tensordict.nn import TensorDictModule, TensorDictSequential
from torch import Tensor, nn
from torch.distributions import Categorical
from torchrl.modules import LSTMModule, ProbabilisticActor, ValueOperator, set_recurrent_mode

HIDDEN = 64


def networks(inputs: int, actions: int) -> tuple[LSTMModule, ProbabilisticActor, TensorDictSequential]:
    """The LSTM, the actor and the critic."""
    lstm = LSTMModule(inputs, HIDDEN, in_key="observation", out_key="features")
    logits = TensorDictSequential(lstm, TensorDictModule(nn.Linear(HIDDEN, actions), ["features"], ["logits"]))
    actor = ProbabilisticActor(logits, ["logits"], distribution_class=Categorical, return_log_prob=True)
    return lstm, actor, TensorDictSequential(lstm, ValueOperator(nn.Linear(HIDDEN, 1), ["features"]))


@torch.no_grad()
def compare(make_envs: MakeEnvs, actor: ProbabilisticActor, data: TensorDict, **discounts: float) -> None:
    """Compare what an update reads of a rollout, before its first step, with what was acted and paid."""
    advantages, values = (data[name][..., 0].T for name in ("advantage", "state_value"))
    make_envs.compare_advantages(advantages, values, data["next", "state_value"][:, -1, 0], **discounts)
    with set_recurrent_mode(True):
        updated = actor.get_dist(data.copy()).log_prob(data["action"])
    make_envs.compare_log_probs(data["action_log_prob"], updated)


class Greedy:
    """The most probable actions, and what an update reads in rollouts."""

    def __init__(self, actor: ProbabilisticActor) -> None:
        self._actor = actor

    def initial_state(self, batch_size: int) -> TensorDict:
        return TensorDict({}, [batch_size])  # An LSTMModule starts from zeros if it finds no state.

    @torch.no_grad()
    def act(self, observations: Any, state: TensorDict) -> tuple[Any, TensorDict]:
        is_init = torch.zeros(len(observations), 1, dtype=torch.bool)
        read = state.copy().update({"observation": torch.as_tensor(observations), "is_init": is_init})
        return self._actor.get_dist(read).logits.argmax(-1).numpy(), read["next"]

    def log_probs(self, observations: Any, starts: Any) -> Tensor:
        read = {"observation": torch.as_tensor(observations), "is_init": torch.as_tensor(starts)[..., None]}
        with set_recurrent_mode(True):
            logits: Tensor = self._actor.get_dist(TensorDict(read, starts.shape).transpose(0, 1)).logits
        return logits.log_softmax(-1).transpose(0, 1)
