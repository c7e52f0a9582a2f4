"""A recurrent actor-critic such as people write, with one flag for each mistake that people make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Categorical

State = tuple[Tensor, Tensor]  # Of the LSTM, hidden and cell: (lanes, hidden) each.


class Network(nn.Module):
    def __init__(self, inputs: int, answers: int, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTMCell(inputs, hidden)
        self.actor = nn.Linear(hidden, answers)
        self.critic = nn.Linear(hidden, 1)
        nn.init.zeros_(self.actor.weight)

    def start(self, lanes: int) -> State:
        zeros = torch.zeros(lanes, self.lstm.hidden_size)
        return zeros, zeros


@dataclass(frozen=True)
class Breakable:
    """Called as the ladder calls a training function."""

    bug: str = ""
    seed: int = 0
    rollout: int = 32
    lanes: int = 32
    epochs: int = 3
    minibatches: int = 2
    hidden: int = 32
    learning_rate: float = 1e-2
    clip: float = 0.2

    def __call__(self, make_envs: Any, budget: int) -> Any:
        torch.manual_seed(self.seed)
        envs = make_envs(self.lanes)
        network = Network(envs.single_observation_space.shape[0], int(envs.single_action_space.n), self.hidden)
        optimizer = torch.optim.Adam(network.parameters(), self.learning_rate)
        seen, _ = envs.reset(seed=self.seed)
        observation, start = torch.as_tensor(seen), torch.ones(self.lanes, dtype=torch.bool)
        before_that = torch.zeros(self.lanes, dtype=torch.bool)
        state = stale = network.start(self.lanes)
        updates = -(-budget // (self.rollout * self.lanes))
        for update in range(updates):
            optimizer.param_groups[0]["lr"] = self.learning_rate * (1 - update / updates)
            stale, first_state = (state, state) if self.bug != "stale states" else (state, stale)
            steps = []
            with torch.no_grad():
                for _ in range(self.rollout):
                    resets = self.resets(start, before_that)
                    logits, value, state = self.step(network, observation, resets, state)
                    if self.bug == "lane 0 for all":
                        state = tuple(part[:1].expand(self.lanes, -1) for part in state)  # type: ignore[assignment]
                    answers = Categorical(logits=logits)
                    answer = answers.sample()
                    seen, reward, over, _, _ = envs.step(answer.numpy())
                    earned = torch.as_tensor(reward, dtype=torch.float32)
                    steps.append((observation, resets, answer, answers.log_prob(answer), earned, value))
                    before_that = start
                    observation, start = torch.as_tensor(seen), torch.as_tensor(over)
            observations, starts, chosen, log_probs, rewards, values = map(torch.stack, zip(*steps, strict=True))
            if self.bug == "answers one late":
                chosen, log_probs = chosen.roll(1, 0), log_probs.roll(1, 0)
            if self.bug == "training ignores starts":
                starts[1:] = False
            self.learn(network, optimizer, first_state, observations, starts, chosen, log_probs, rewards, values)
        return Player(network, self.bug)

    def resets(self, start: Tensor, before_that: Tensor) -> Tensor:
        """Which lanes begin anew before this step (lanes,)."""
        match self.bug:
            case "no reset":
                return torch.zeros_like(start)
            case "reset every step":
                return torch.ones_like(start)
            case "reset one late":
                return before_that
            case "one end resets all":
                return start.any().expand(len(start))
            case _:
                return start

    def step(self, network: Network, observation: Tensor, resets: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        hidden, cell = (torch.where(resets[:, None], 0.0, part) for part in state)
        if self.bug == "gradient cut":
            hidden, cell = hidden.detach(), cell.detach()
        state = network.lstm(observation, (hidden, cell))
        return network.actor(state[0]), network.critic(state[0])[:, 0], state

    def learn(self, network: Network, optimizer: Any, first: State, observations: Tensor, starts: Tensor, chosen: Tensor, log_probs: Tensor, rewards: Tensor, expected: Tensor) -> None:
        for _ in range(self.epochs):
            for lanes in torch.randperm(self.lanes).chunk(self.minibatches):
                whose = lanes.roll(1) if self.bug == "lanes mixed up" else lanes
                state: State = (first[0][whose], first[1][whose])
                if self.bug == "state not carried over":
                    state = network.start(len(lanes))
                logits, values = [], []
                shown = observations[:, lanes]
                if self.bug == "time and lanes swapped":
                    shown = shown.transpose(0, 1).reshape(shown.shape)
                for observation, start in zip(shown, starts[:, lanes], strict=True):
                    logit, value, state = self.step(network, observation, start, state)
                    logits.append(logit)
                    values.append(value)
                answers = Categorical(logits=torch.stack(logits))
                value = torch.stack(values)
                ratio = (answers.log_prob(chosen[:, lanes]) - log_probs[:, lanes]).exp()
                advantage = (rewards - expected)[:, lanes]
                normal = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                clipped = ratio.clamp(1 - self.clip, 1 + self.clip)
                loss = -torch.min(ratio * normal, clipped * normal).mean()
                loss = loss + 0.5 * (value - rewards[:, lanes]).square().mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 0.5)
                optimizer.step()


class Player:
    """The most probable answers."""

    def __init__(self, network: Network, bug: str) -> None:
        self.network, self.bug = network, bug

    def initial_state(self, batch: int) -> Any:
        return self.network.start(batch)

    @torch.no_grad()
    def act(self, observations: Any, state: Any) -> Any:
        if self.bug == "state not passed at evaluation":
            state = self.network.start(len(observations))
        if self.bug == "lane 0 for all":
            state = tuple(part[:1].expand(len(observations), -1) for part in state)
        state = self.network.lstm(torch.as_tensor(observations), state)
        return self.network.actor(state[0]).argmax(-1).numpy(), state
