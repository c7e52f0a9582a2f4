"""PPO with an LSTM in one file, in the manner of CleanRL, on the native vector env: copy it and change what you like.

Run it with:

    python examples/ppo_lstm_from_scratch.py
"""

from __future__ import annotations

from dataclasses import dataclass

import gymnasium
import torch
from torch import Tensor, nn
from torch.distributions import Categorical

import seq_envs  # Registers the ids.
from seq_envs.encodings import Array

State = tuple[Tensor, Tensor]  # Of the LSTM, hidden and cell: (lanes, hidden) each.


@dataclass(frozen=True)
class Settings:
    id: str = "SeqEcho-v0"
    seed: int = 0
    """Of the weights and the sampled answers; lane i plays stream seed+i."""
    lanes: int = 64
    """Episodes played side by side."""
    rollout: int = 20
    """Time steps of each lane between two updates: a multiple of the episode's length, 10, since the gradient through
    time ends where a rollout does."""
    updates: int = 30
    """How many rollouts are played and learned from."""
    epochs: int = 5
    """How often each rollout is learned from."""
    minibatches: int = 4
    """Into how many parts the lanes of a rollout are divided in an epoch; the time steps of a lane stay together."""
    hidden: int = 64
    """Units of the LSTM."""
    learning_rate: float = 5e-3
    """Of Adam, at the start; it falls to 0 in a straight line."""
    gamma: float = 0.0
    """Discount. An answer changes nothing that comes later, so only its own reward counts."""
    gae_lambda: float = 0.95
    """How far advantages trust rewards more than the critic; without effect while gamma is 0."""
    clip: float = 0.2
    """By what fraction the probability of an answer may change before an update loses interest in it."""
    value_weight: float = 0.5
    """Of the critic's loss."""
    entropy_weight: float = 0.0
    """Of a reward for undecided answers, for tasks that are given up too early; this one is not."""
    gradient_norm: float = 0.5
    """Longer gradients are cut to this length."""


class Agent(nn.Module):
    """An LSTM with an actor and a critic on top; `initial_state` and `act` make it a policy for `seq_envs.evaluate`."""

    def __init__(self, inputs: int, answers: int, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTMCell(inputs, hidden)
        self.actor = nn.Linear(hidden, answers)
        self.critic = nn.Linear(hidden, 1)
        nn.init.orthogonal_(self.actor.weight, gain=0.01)  # All answers are about equally probable at the start.

    def forward(self, observations: Tensor, starts: Tensor, state: State) -> tuple[Categorical, Tensor, State]:
        """From observations (steps, lanes, inputs), and which of them start an episode (steps, lanes)."""
        outputs = []
        for observation, start in zip(observations, starts, strict=True):
            hidden, cell = (torch.where(start[:, None], 0.0, part) for part in state)
            state = self.lstm(observation, (hidden, cell))
            outputs.append(state[0])
        features = torch.stack(outputs)
        return Categorical(logits=self.actor(features)), self.critic(features)[..., 0], state

    def initial_state(self, batch_size: int) -> State:
        zeros = torch.zeros(batch_size, self.lstm.hidden_size)
        return zeros, zeros

    @torch.no_grad()
    def act(self, observations: Array, state: State) -> tuple[Array, State]:
        """The most probable answers."""
        no_starts = torch.zeros(1, len(observations), dtype=torch.bool)  # The initial state does what a start would.
        answers, _, state = self(torch.as_tensor(observations)[None], no_starts, state)
        return answers.mode[0].numpy(), state


def train(settings: Settings) -> Agent:
    torch.manual_seed(settings.seed)
    envs = gymnasium.make_vec(settings.id, num_envs=settings.lanes, autoreset_mode="SameStep")
    agent = Agent(envs.single_observation_space.shape[0], envs.single_action_space.n, settings.hidden)
    optimizer = torch.optim.Adam(agent.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=settings.updates)

    seen, _ = envs.reset(seed=settings.seed)
    observation, start = torch.as_tensor(seen), torch.ones(settings.lanes, dtype=torch.bool)
    state = agent.initial_state(settings.lanes)
    for update in range(1, settings.updates + 1):
        # Play.
        first_state, steps = state, []
        with torch.no_grad():
            for _ in range(settings.rollout):
                answers, value, state = agent(observation[None], start[None], state)
                answer = answers.sample()
                seen, reward, terminated, truncated, _ = envs.step(answer[0].numpy())
                log_prob = answers.log_prob(answer)
                steps.append((observation, start, answer[0], log_prob[0], value[0], torch.as_tensor(reward).float()))
                observation, start = torch.as_tensor(seen), torch.as_tensor(terminated | truncated)
            _, next_value, _ = agent(observation[None], start[None], state)
        observations, starts, chosen, log_probs, values, rewards = map(torch.stack, zip(*steps, strict=True))

        # How much better than expected was each answer? (Generalised advantage estimation.)
        next_values = torch.cat([values[1:], next_value])
        discounts = settings.gamma * ~torch.cat([starts[1:], start[None]])
        errors = rewards + discounts * next_values - values
        advantages = torch.zeros_like(errors)
        later = torch.zeros(settings.lanes)
        for step in reversed(range(settings.rollout)):
            later = advantages[step] = errors[step] + settings.gae_lambda * discounts[step] * later
        returns = advantages + values

        # Learn.
        for _ in range(settings.epochs):
            for lanes in torch.randperm(settings.lanes).chunk(settings.minibatches):
                hidden, cell = first_state
                answers, value, _ = agent(observations[:, lanes], starts[:, lanes], (hidden[lanes], cell[lanes]))
                ratio = (answers.log_prob(chosen[:, lanes]) - log_probs[:, lanes]).exp()
                clipped = ratio.clamp(1 - settings.clip, 1 + settings.clip)
                advantage = advantages[:, lanes]
                advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                loss = (
                    -torch.min(ratio * advantage, clipped * advantage).mean()
                    + settings.value_weight * (value - returns[:, lanes]).square().mean()
                    - settings.entropy_weight * answers.entropy().mean()
                )
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(agent.parameters(), settings.gradient_norm)
                optimizer.step()
        schedule.step()
        if update % 10 == 0:
            # At most 0.9 of SeqEcho-v0: the first of its 10 answers is not scored.
            print(f"update {update}: mean reward {rewards.mean():.3f}")
    return agent


if __name__ == "__main__":
    torch.set_num_threads(1)  # The network is too small to gain from more.
    settings = Settings()
    print(seq_envs.evaluate(train(settings), settings.id))
