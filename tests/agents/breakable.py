"""Recurrent agents such as people write, with one flag for each mistake that people make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from seq_agents.ladder import MakeEnvs
from seq_agents.streams import stream_of
from torch import Tensor, nn
from torch.distributions import Categorical

import seq_envs

State = tuple[Tensor, ...]  # Of the LSTM, hidden and cell: (lanes, hidden) each.


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
    """PPO with an LSTM, rollouts, stored states and minibatches of lanes; healthy without a bug."""

    bug: str = ""
    seed: int = 0
    rollout: int = 24
    lanes: int = 32
    epochs: int = 3
    hidden: int = 64
    learning_rate: float = 5e-3
    clip: float = 0.2

    def __call__(self, make_envs: MakeEnvs, budget: int) -> Any:
        torch.manual_seed(self.seed)
        envs = make_envs(self.lanes)
        inputs, answers = envs.single_observation_space.shape[0], int(envs.single_action_space.n)
        network = Network(inputs, answers, self.hidden)
        optimizer = torch.optim.Adam(network.parameters(), self.learning_rate)
        seen, _ = envs.reset(seed=stream_of(self.seed, 0))
        observation, start = torch.as_tensor(seen), torch.ones(self.lanes, dtype=torch.bool)
        before = torch.zeros_like(start)
        state = earlier = network.start(self.lanes)
        solved = 0
        updates = budget // (self.rollout * self.lanes) + 1
        for update in range(updates):
            optimizer.param_groups[0]["lr"] = self.learning_rate * (1 - update / updates) * (0.1 if solved >= 6 else 1)
            first_state, earlier = earlier if self.bug == "stale states" else state, state
            steps, accuracies = [], []
            for _ in range(self.rollout):
                with torch.no_grad():
                    reset = self.resets(start, before)
                    logits, value, state = self.step(network, observation, reset, state)
                answer = Categorical(logits=logits).sample()
                log_prob = Categorical(logits=logits).log_prob(answer)
                seen, reward, over, _, infos = envs.step(answer.numpy())
                accuracies += list(infos["final_info"]["accuracy"][over]) if over.any() else []
                steps.append((observation, reset, answer, log_prob, torch.as_tensor(reward).float(), value))
                before, observation, start = start, torch.as_tensor(seen), torch.as_tensor(over)
            self.learn(network, optimizer, first_state, [torch.stack(column) for column in zip(*steps, strict=True)])
            solved = solved + 1 if accuracies and np.mean(accuracies) > 0.98 else solved * (not accuracies)
            if solved == 12:  # Rollouts with episodes that ended, the later half for the last digits.
                break
        return PLAYERS.get(self.bug, Player)(network)

    def resets(self, start: Tensor, before: Tensor) -> Tensor:
        """Which lanes begin anew (lanes,), from where episodes start at this step and started at the one before."""
        kinds = {
            "no reset": torch.zeros_like(start),
            "reset every step": torch.ones_like(start),
            "reset one late": before,
            "one end resets all": start.any().expand(len(start)),
        }
        return kinds.get(self.bug, start)

    def step(self, network: Network, observation: Tensor, reset: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        state = tuple(torch.where(reset[:, None], 0.0, part) for part in state)
        if self.bug == "gradient cut":
            state = tuple(part.detach() for part in state)
        state = network.lstm(observation, state)
        return network.actor(state[0]), network.critic(state[0])[:, 0], state

    def learn(self, network: Network, optimizer: Any, first: State, rollout: list[Tensor]) -> None:
        if self.bug == "time and lanes swapped":
            rollout = [column.transpose(0, 1).reshape(column.shape) for column in rollout]
        observations, starts, chosen, log_probs, rewards, expected = rollout
        if self.bug == "answers one late":
            chosen, log_probs = chosen.roll(1, 0), log_probs.roll(1, 0)
        for _ in range(self.epochs):
            for lanes in torch.randperm(self.lanes).chunk(2):
                whose = lanes.roll(1) if self.bug == "lanes mixed up" else lanes
                state = tuple(part[whose] for part in first)
                if self.bug == "state not carried over":
                    state = network.start(len(lanes))
                read = []
                for observation, start in zip(observations[:, lanes], starts[:, lanes], strict=True):
                    logits, value, state = self.step(network, observation, start, state)
                    read.append((logits, value))
                logits, values = (torch.stack(column) for column in zip(*read, strict=True))
                ratio = (Categorical(logits=logits).log_prob(chosen[:, lanes]) - log_probs[:, lanes]).exp()
                advantage = (rewards - expected)[:, lanes]
                advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                clipped = ratio.clamp(1 - self.clip, 1 + self.clip)
                actor_loss = -torch.min(ratio * advantage, clipped * advantage).mean()
                loss = actor_loss + 0.5 * (values - rewards[:, lanes]).square().mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 0.5)
                optimizer.step()


@dataclass(frozen=True)
class ByExample:
    """An LSTM that is shown the right answers of whole episodes, padded to one length."""

    bug: str = ""
    seed: int = 0
    share: float = 0.4

    def __call__(self, make_envs: MakeEnvs, budget: int) -> Any:
        torch.manual_seed(self.seed)
        problem: Any = make_envs.problem
        network = Network(problem.observation_space.shape[0], int(problem.action_space.n), 64)
        nn.init.constant_(network.lstm.bias_ih[64:128], 2.0)  # The forget gate begins open.
        optimizer = torch.optim.Adam(network.parameters(), 1e-2)
        for update in range(budget // (16 * problem.steps)):
            data = seq_envs.sample(problem, 16, seed=stream_of(self.seed, update))
            observations, targets = torch.as_tensor(data.observations), torch.as_tensor(data.targets)
            learned_from = torch.as_tensor(data.scored)
            if self.bug == "padding in the loss":
                padded = torch.arange(problem.steps) >= torch.as_tensor(data.lengths)[:, None]
                targets = torch.where(padded, 0, targets)
                learned_from = learned_from | padded
            state, logits = network.start(16), []
            for step in range(problem.steps):
                state = network.lstm(observations[:, step], state)
                logits.append(network.actor(state[0]))
            loss = nn.functional.cross_entropy(torch.stack(logits, 1)[learned_from], targets[learned_from])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
        return Player(network)


class Player:
    """The most probable answers."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def initial_state(self, batch: int) -> Any:
        return self.network.start(batch)

    @torch.no_grad()
    def act(self, observations: Any, state: Any) -> Any:
        state = self.network.lstm(torch.as_tensor(observations), state)
        return self.network.actor(state[0]).argmax(-1).numpy(), state


class Forgetful(Player):
    def act(self, observations: Any, state: Any) -> Any:
        return super().act(observations, self.network.start(len(observations)))


class LaneZeroForAll(Player):
    def act(self, observations: Any, state: Any) -> Any:
        return super().act(observations, tuple(part[:1].expand(len(observations), -1) for part in state))


class StateInside(Player):
    def initial_state(self, batch: int) -> Any:
        self.state = self.network.start(batch)

    def act(self, observations: Any, state: Any) -> Any:
        answers, self.state = super().act(observations, self.state)
        return answers, None


class StartNotFresh(Player):
    """Its initial state is where the last game was left."""

    left: Any = None

    def initial_state(self, batch: int) -> Any:
        return self.left if self.left is not None and len(self.left[0]) == batch else self.network.start(batch)

    def act(self, observations: Any, state: Any) -> Any:
        answers, self.left = super().act(observations, state)
        return answers, self.left


PLAYERS = {
    "state not passed at evaluation": Forgetful,
    "lane 0 for all at evaluation": LaneZeroForAll,
    "state kept inside": StateInside,
    "initial state not fresh": StartNotFresh,
}
