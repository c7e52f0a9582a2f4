"""PPO with an LSTM, stored states and minibatches of lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from seq_agents.ladder import MakeEnvs
from torch import Tensor, nn

from home_made_ppo.advantages import advantages
from home_made_ppo.network import Network, State, read_without_time
from home_made_ppo.playing import Player, Rollout
from home_made_ppo.policy import Greedy, Reading
from seq_envs.seeds import training_stream


@dataclass(frozen=True)
class HomeMadePPO:
    """A training function for `climb`, with the defaults of CleanRL where they suit tiny tasks.

    `fault` is a name of `FAULTS`, or empty. With `hooks`, it offers what the probes need.
    """

    fault: str = ""
    gamma: float = 0.99
    gae_lambda: float = 0.95
    hooks: bool = False
    rollout: int = 24
    lanes: int = 32
    epochs: int = 4
    minibatches: int = 4
    hidden: int = 32
    learning_rate: float = 1e-2
    clip: float = 0.2
    entropy: float = 0.02
    autoreset: str = "SameStep"

    def __call__(self, make_envs: MakeEnvs, budget: int) -> Any:
        torch.manual_seed(make_envs.seed)
        envs = make_envs(self.lanes, autoreset_mode=self.autoreset)
        network = Network(envs.single_observation_space.shape[0], int(envs.single_action_space.n), self.hidden)
        optimizer = torch.optim.Adam(network.parameters(), self.learning_rate, eps=1e-5, fused=True)
        player = Player(envs, network, training_stream(make_envs.seed, 0), self.autoreset, self.fault)
        updates = max(1, budget // (self.rollout * self.lanes))
        for update in range(updates):
            optimizer.param_groups[0]["lr"] = self.learning_rate * (1 - update / updates)
            rollout = player.play(self.rollout)
            self.learn(network, optimizer, rollout, make_envs if self.hooks else None)
            if make_envs.solved:
                break
        return (Reading if self.hooks else Greedy)(network, self.fault)

    def learn(self, network: Network, optimizer: Any, rollout: Rollout, hooks: MakeEnvs | None = None) -> None:
        """Update the network with a rollout; `hooks` get what the probes compare."""
        discounts = {"gamma": self.gamma, "gae_lambda": self.gae_lambda}
        advantage = advantages(
            rollout.rewards, rollout.values, rollout.over, rollout.last, **discounts, fault=self.fault,
            beyond=rollout.beyond, starts=rollout.starts,
        )  # fmt: skip
        if hooks:
            hooks.compare_advantages(advantage, rollout.values, rollout.last, **discounts)
        returns = advantage + rollout.values
        if self.fault == "minibatches across lanes":
            columns = [self.cut_across(column) for column in (*rollout[:-3], advantage, returns)]
            rollout, advantage, returns = Rollout(*columns[:-2], *rollout[-3:]), columns[-2], columns[-1]
        for _ in range(self.epochs):
            for lanes in torch.randperm(self.lanes).chunk(self.minibatches):
                counted = rollout.played[:, lanes]
                log_probs, values = self.read(network, rollout, lanes)
                log_probs, values = log_probs[counted], values[counted]
                log_prob = log_probs.gather(-1, rollout.actions[:, lanes][counted][:, None])[:, 0]
                acted = rollout.log_probs[:, lanes][counted]
                if hooks:
                    hooks.compare_log_probs(acted, log_prob)
                    hooks = None
                ratio = (log_prob - acted).exp()
                scaled = advantage[:, lanes][counted]
                scaled = (scaled - scaled.mean()) / (scaled.std() + 1e-8)
                if self.fault == "loss with the wrong sign":
                    scaled = -scaled
                actor = -torch.min(ratio * scaled, ratio.clamp(1 - self.clip, 1 + self.clip) * scaled).mean()
                critic = 0.5 * (values - returns[:, lanes][counted]).square().mean()
                entropy = -(log_probs.exp() * log_probs).sum(-1).mean()
                optimizer.zero_grad()
                (actor + 0.5 * critic - self.entropy * entropy).backward()
                nn.utils.clip_grad_norm_(network.parameters(), 0.5)
                optimizer.step()

    def cut_across(self, column: Tensor) -> Tensor:
        """The rows of a flat buffer, which are in order of time, cut as if they were in order of lanes."""
        return column.flatten(0, 1).unflatten(0, (self.lanes, -1)).transpose(0, 1)

    def read(self, network: Network, rollout: Rollout, lanes: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (T, minibatch, actions) and values (T, minibatch) of these lanes of a rollout."""
        observations, starts = rollout.observations[:, lanes], rollout.starts[:, lanes]
        first: State = (rollout.first[0][lanes], rollout.first[1][lanes])
        if self.fault == "time and lanes swapped":  # As with a wrong batch_first.
            hidden, _ = network.lstm(observations.transpose(0, 1))
            return network.heads(hidden.transpose(0, 1))
        if self.fault == "states of other lanes":
            first = (rollout.first[0][lanes.roll(1)], rollout.first[1][lanes.roll(1)])
        if self.fault == "zeros as first states":
            first = network.start(len(lanes))
        if self.fault == "statistics over the rollout":
            observations = observations - observations.mean(0, keepdim=True)
        if self.fault.startswith("gradient cut"):
            return network.heads(read_without_time(network, observations, starts, first))
        hidden, _ = network.read(observations, starts, first)
        return network.heads(hidden)
