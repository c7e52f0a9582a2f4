"""Recurrent agents as users write them, with a flag for each common fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from seq_agents.ladder import MakeEnvs
from torch import Tensor, nn

import seq_envs
from seq_envs.seeds import training_stream

State = tuple[Tensor, ...]  # Of the LSTM, hidden and cell: (lanes, hidden) each.


class Network(nn.Module):
    def __init__(self, inputs: int, answers: int, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden)
        self.heads = nn.Linear(hidden, answers + 1)
        nn.init.zeros_(self.heads.weight)

    def start(self, lanes: int) -> State:
        zeros = torch.zeros(lanes, self.lstm.hidden_size)
        return zeros, zeros

    def step(self, observations: Tensor, state: State) -> State:
        return torch.lstm_cell(observations, state, *self.lstm.all_weights[0])

    def read(self, observations: Tensor, resets: Tensor, state: State) -> Tensor:
        """The hidden states (T, B, hidden) that `step` computes one by one, by one call of the LSTM.

        Every reset starts a new row of the batch, which is five times as fast as a loop over the steps.
        """
        lanes = resets.shape[1]
        begins = resets.T.clone()
        begins[:, 0] = True
        begins = begins.flatten()
        row = begins.cumsum(0) - 1
        column = torch.arange(len(begins)) - begins.nonzero()[row, 0]
        rows = torch.zeros(int(column.max()) + 1, int(row[-1]) + 1, observations.shape[-1])
        rows[column, row] = observations.transpose(0, 1).flatten(0, 1)
        first = tuple(torch.zeros(1, rows.shape[1], part.shape[1]) for part in state)
        for whole, part in zip(first, state, strict=True):
            whole[0, row.unflatten(0, (lanes, -1))[:, 0]] = part
        hidden, _ = self.lstm(rows, first)
        return hidden[column, row].unflatten(0, (lanes, -1)).transpose(0, 1)

    def judge(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (..., answers) and values (...)."""
        output = self.heads(hidden)
        return output[..., :-1].log_softmax(-1), output[..., -1]


@dataclass(frozen=True)
class Breakable:
    """PPO with an LSTM, stored states and minibatches of lanes. Without a bug it works."""

    bug: str = ""
    seed: int = 0
    rollout: int = 24
    lanes: int = 32
    epochs: int = 2
    minibatches: int = 4
    hidden: int = 32
    learning_rate: float = 2e-2
    clip: float = 0.2
    entropy: float = 0.1

    def __call__(self, make_envs: MakeEnvs, budget: int) -> Any:
        torch.manual_seed(self.seed)
        envs = make_envs(self.lanes)
        inputs, answers = envs.single_observation_space.shape[0], int(envs.single_action_space.n)
        # With a cut gradient, only units that repeat their input by chance remember. A small network may have none.
        network = Network(inputs, answers, 2 * self.hidden if self.bug == "gradient cut" else self.hidden)
        optimizer = torch.optim.Adam(network.parameters(), self.learning_rate, fused=True)
        seen, _ = envs.reset(seed=training_stream(self.seed, 0))
        observation, start = torch.as_tensor(seen), torch.ones(self.lanes, dtype=torch.bool)
        before = torch.zeros_like(start)
        state = earlier = network.start(self.lanes)
        solved = 0
        updates = budget // (self.rollout * self.lanes) + 1
        for update in range(updates):
            optimizer.param_groups[0]["lr"] = self.learning_rate * (1 - update / updates) * (0.1 if solved >= 2 else 1)
            first_state, earlier = earlier if self.bug == "stale states" else state, state
            steps, accuracies = [], []
            for _ in range(self.rollout):
                reset = self.resets(start, before)
                with torch.no_grad():
                    state = network.step(observation, self.begun(state, reset))
                    log_probs, value = network.judge(state[0])
                # Draws from the distribution, by the Gumbel trick.
                answer = (log_probs - torch.empty_like(log_probs).exponential_().log()).argmax(-1)
                log_prob = log_probs.gather(-1, answer[:, None])[:, 0]
                seen, reward, over, _, infos = envs.step(answer.numpy())
                accuracies += list(infos["final_info"]["accuracy"][over]) if over.any() else []
                steps.append((observation, reset, answer, log_prob, torch.as_tensor(reward).float(), value))
                before, observation, start = start, torch.as_tensor(seen), torch.as_tensor(over)
            self.learn(network, optimizer, first_state, [torch.stack(column) for column in zip(*steps, strict=True)])
            solved = solved + 1 if accuracies and np.mean(accuracies) > 0.98 else solved * (not accuracies)
            if solved == 5:  # Rollouts in which episodes ended and nearly all answers were right.
                break
        return POLICIES.get(self.bug, Greedy)(network)

    def resets(self, start: Tensor, before: Tensor) -> Tensor:
        """The lanes (lanes,) whose state is reset, given where episodes start at this step and at the one before."""
        kinds = {
            "no reset": torch.zeros_like(start),
            "reset every step": torch.ones_like(start),
            "reset one late": before,
            "one end resets all": start.any().expand(len(start)),
        }
        return kinds.get(self.bug, start)

    def begun(self, state: State, reset: Tensor) -> State:
        return tuple(torch.where(reset[:, None], 0.0, part) for part in state)

    def learn(self, network: Network, optimizer: Any, first: State, rollout: list[Tensor]) -> None:
        if self.bug == "time and lanes swapped":
            rollout = [column.transpose(0, 1).reshape(column.shape) for column in rollout]
        observations, starts, chosen, log_probs, rewards, expected = rollout
        if self.bug == "answers one late":
            chosen, log_probs = chosen.roll(1, 0), log_probs.roll(1, 0)
        if self.bug == "reset in play only":
            starts = torch.zeros_like(starts)
        for _ in range(self.epochs):
            for lanes in torch.randperm(self.lanes).chunk(self.minibatches):
                whose = lanes.roll(1) if self.bug == "lanes mixed up" else lanes
                state = tuple(part[whose] for part in first)
                if self.bug == "state not carried over":
                    state = network.start(len(lanes))
                read, values = network.judge(self.read(network, observations[:, lanes], starts[:, lanes], state))
                ratio = (read.gather(-1, chosen[:, lanes, None])[..., 0] - log_probs[:, lanes]).exp()
                advantage = (rewards - expected)[:, lanes]
                advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                clipped = ratio.clamp(1 - self.clip, 1 + self.clip)
                actor_loss = -torch.min(ratio * advantage, clipped * advantage).mean()
                entropy = -(read.exp() * read).sum(-1).mean()
                loss = actor_loss - self.entropy * entropy + 0.5 * (values - rewards[:, lanes]).square().mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 0.5)
                optimizer.step()

    def read(self, network: Network, observations: Tensor, resets: Tensor, state: State) -> Tensor:
        """The hidden states (T, B, hidden) for observations (T, B, inputs), from `state` on."""
        state = self.begun(state, resets[0])
        if self.bug != "gradient cut":
            return network.read(observations, resets, state)
        before = []
        with torch.no_grad():
            for observation, reset in zip(observations, resets, strict=True):
                before.append(self.begun(state, reset))
                state = network.step(observation, before[-1])
        cut = tuple(torch.cat(parts) for parts in zip(*before, strict=True))
        return network.step(observations.flatten(0, 1), cut)[0].unflatten(0, resets.shape)


@dataclass(frozen=True)
class ByExample:
    """An LSTM that learns from the right answers of whole episodes, which are padded to one length."""

    bug: str = ""
    seed: int = 0
    share: float = 0.4

    def __call__(self, make_envs: MakeEnvs, budget: int) -> Any:
        torch.manual_seed(self.seed)
        problem: Any = make_envs.problem
        network = Network(problem.observation_space.shape[0], int(problem.action_space.n), 64)
        nn.init.constant_(network.lstm.bias_ih_l0[64:128], 2.0)  # The forget gate starts open.
        optimizer = torch.optim.Adam(network.parameters(), 1e-2)
        for update in range(budget // (16 * problem.steps)):
            data = seq_envs.sample(problem, 16, seed=training_stream(self.seed, update))
            observations, targets = torch.as_tensor(data.observations), torch.as_tensor(data.targets)
            learned_from = torch.as_tensor(data.scored)
            if self.bug == "padding in the loss":
                padded = torch.arange(problem.steps) >= torch.as_tensor(data.lengths)[:, None]
                targets = torch.where(padded, 0, targets)
                learned_from = learned_from | padded
            hidden, _ = network.lstm(observations.transpose(0, 1))
            log_probs, _ = network.judge(hidden.transpose(0, 1))
            loss = nn.functional.nll_loss(log_probs[learned_from], targets[learned_from])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
        return Greedy(network)


class Greedy:
    """A policy that answers with the most probable action."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def initial_state(self, batch: int) -> Any:
        return self.network.start(batch)

    @torch.no_grad()
    def act(self, observations: Any, state: Any) -> Any:
        state = self.network.step(torch.as_tensor(observations), state)
        return self.network.judge(state[0])[0].argmax(-1).numpy(), state


class Forgetful(Greedy):
    def act(self, observations: Any, state: Any) -> Any:
        return super().act(observations, self.network.start(len(observations)))


class LaneZeroForAll(Greedy):
    def act(self, observations: Any, state: Any) -> Any:
        return super().act(observations, tuple(part[:1].expand(len(observations), -1) for part in state))


class StateInside(Greedy):
    def initial_state(self, batch: int) -> Any:
        self.state = self.network.start(batch)

    def act(self, observations: Any, state: Any) -> Any:
        answers, self.state = super().act(observations, self.state)
        return answers, None


class StartNotFresh(Greedy):
    """Its initial state is the last state of the episodes before."""

    left: Any = None

    def initial_state(self, batch: int) -> Any:
        return self.left if self.left is not None and len(self.left[0]) == batch else self.network.start(batch)

    def act(self, observations: Any, state: Any) -> Any:
        answers, self.left = super().act(observations, state)
        return answers, self.left


POLICIES = {
    "state not passed at evaluation": Forgetful,
    "lane 0 for all at evaluation": LaneZeroForAll,
    "state kept inside": StateInside,
    "initial state not fresh": StartNotFresh,
}
