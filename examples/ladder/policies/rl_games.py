"""The vector environment as rl_games takes it, its check of updates, and the greedy policy."""

from __future__ import annotations

from typing import Any

import torch
from rl_games.common.algo_observer import AlgoObserver
from rl_games.common.ivecenv import IVecEnv
from seq_agents.ladder import MakeEnvs
from torch import Tensor


class Lanes(IVecEnv):
    def __init__(self, make_envs: MakeEnvs, lanes: int) -> None:
        self._envs, self._seed = make_envs(lanes), make_envs.seed

    def get_env_info(self) -> dict[str, Any]:
        spaces = self._envs.single_observation_space, self._envs.single_action_space
        return dict(zip(("observation_space", "action_space"), spaces, strict=True))

    def reset(self) -> Any:
        return self._envs.reset(seed=self._seed)[0]

    def step(self, actions: Any) -> Any:
        observations, rewards, terminated, truncated, _ = self._envs.step(actions)
        return observations, rewards, terminated | truncated, {"time_outs": truncated}


class Compared(AlgoObserver):
    """Compares what an update reads, before its first step, with what was acted and paid."""

    def __init__(self, make_envs: MakeEnvs) -> None:
        self._make_envs = make_envs

    def after_init(self, algo: Any) -> None:
        self._algo = algo

    @torch.no_grad()
    def after_steps(self) -> None:
        algo, whole = self._algo, self._algo.dataset.values_dict
        returns, values = (whole[name].view(-1, algo.horizon_length).T for name in ("returns", "old_values"))
        discounts = {"gamma": algo.gamma, "gae_lambda": algo.tau}
        self._make_envs.compare_advantages(returns - values, values, algo.get_values(algo.obs)[:, 0], **discounts)
        for batch in algo.dataset:
            read = {name: batch[name] for name in ("obs", "dones", "rnn_states")}
            read |= {"prev_actions": batch["actions"], "seq_length": algo.seq_length}
            self._make_envs.compare_log_probs(batch["old_logp_actions"], algo.model(read)["prev_neglogp"])


class Greedy:
    def __init__(self, model: Any) -> None:
        self._model = model.eval()

    def initial_state(self, batch_size: int) -> tuple[Tensor, ...]:
        return tuple(part[:, :1].expand(-1, batch_size, -1) for part in self._model.get_default_rnn_state())

    @torch.no_grad()
    def act(self, observations: Any, state: tuple[Tensor, ...]) -> tuple[Any, tuple[Tensor, ...]]:
        read = {"is_train": False, "obs": torch.as_tensor(observations), "rnn_states": state}
        result = self._model(read)
        return result["logits"].argmax(-1).numpy(), result["rnn_states"]

    def log_probs(self, observations: Any, starts: Any) -> Tensor:
        steps, lanes = starts.shape
        flat, first = (torch.as_tensor(part).transpose(0, 1).flatten(0, 1) for part in (observations, starts))
        read = {"obs": flat, "dones": first.byte(), "seq_length": steps, "rnn_states": self.initial_state(lanes)}
        result: Tensor = self._model({**read, "prev_actions": torch.zeros(steps * lanes)})["logits"]
        return result.log_softmax(-1).unflatten(0, (lanes, steps)).transpose(0, 1)
