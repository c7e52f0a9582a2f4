"""PPO with an LSTM in one file, in the style of CleanRL, on the native vector env: a script to copy and change.

Run it with:

    python examples/ppo_lstm_from_scratch.py
"""

from __future__ import annotations

from dataclasses import dataclass

import gymnasium
import torch
from gymnasium.vector import VectorEnv
from torch import Tensor, nn
from torch.distributions import Categorical

import seq_envs  # Registers the ids.
from seq_envs.encodings import Array

State = tuple[Tensor, Tensor]  # Hidden state and cell state of the LSTM, (lanes, hidden) each.


@dataclass(frozen=True)
class Settings:
    id: str = "SeqEcho-v0"
    seed: int = 0
    """Seed of the weights and of the sampled answers. Lane i plays stream seed + i."""
    lanes: int = 64
    """Environments that step together."""
    rollout: int = 20
    """Time steps of each lane between two updates. It is a multiple of the episode length, 10, since the gradient
    through time ends where a rollout does."""
    updates: int = 30
    """Number of rollouts; each is learned from in one update."""
    epochs: int = 5
    """Passes over a rollout in an update."""
    minibatches: int = 4
    """Number of groups into which an epoch divides the lanes; the time steps of a lane stay together."""
    hidden: int = 64
    """Units of the LSTM."""
    learning_rate: float = 5e-3
    """Initial learning rate of Adam; it falls linearly to 0."""
    gamma: float = 0.0
    """Discount. An answer affects no reward but its own, so 0 is exact."""
    gae_lambda: float = 0.95
    """Weight of later rewards against the critic's values in advantages; without effect while gamma is 0."""
    clip: float = 0.2
    """Relative change of an answer's probability beyond which it adds nothing to the gradient."""
    value_weight: float = 0.5
    """Weight of the critic's loss."""
    entropy_weight: float = 0.0
    """Weight of the entropy bonus, for tasks on which a policy stops exploring too early; on this one it does not."""
    gradient_norm: float = 0.5
    """Longer gradients are scaled down to this norm."""


class Agent(nn.Module):
    """An LSTM with an actor and a critic. `initial_state` and `act` make it a policy for `seq_envs.evaluate`."""

    def __init__(self, inputs: int, answers: int, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTMCell(inputs, hidden)
        self.actor = nn.Linear(hidden, answers)
        self.critic = nn.Linear(hidden, 1)
        nn.init.orthogonal_(self.actor.weight, gain=0.01)  # At first all answers are about equally probable.

    def forward(self, observations: Tensor, starts: Tensor, state: State) -> tuple[Categorical, Tensor, State]:
        """Read observations (steps, lanes, inputs); `starts` (steps, lanes) is True where an episode starts.

        Returns:
            The distribution of answers and the values, (steps, lanes) each, and the state after the last step.
        """
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
        """Answer observations (lanes, inputs) with the most probable actions."""
        no_starts = torch.zeros(1, len(observations), dtype=torch.bool)  # The initial state is a reset one.
        answers, _, state = self(torch.as_tensor(observations)[None], no_starts, state)
        return answers.mode[0].numpy(), state


def train(settings: Settings, envs: VectorEnv | None = None) -> Agent:
    """Train an agent in a vector env with autoreset "SameStep"; None: in that of the id."""
    torch.manual_seed(settings.seed)
    if envs is None:
        envs = gymnasium.make_vec(settings.id, num_envs=settings.lanes, autoreset_mode="SameStep")
    agent = Agent(envs.single_observation_space.shape[0], envs.single_action_space.n, settings.hidden)
    optimizer = torch.optim.Adam(agent.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=settings.updates)

    first, _ = envs.reset(seed=settings.seed)
    observation, start = torch.as_tensor(first), torch.ones(settings.lanes, dtype=torch.bool)
    state = agent.initial_state(settings.lanes)
    for update in range(1, settings.updates + 1):
        # Collect a rollout.
        first_state, steps = state, []
        with torch.no_grad():
            for _ in range(settings.rollout):
                answers, value, state = agent(observation[None], start[None], state)
                answer = answers.sample()
                next_observation, reward, terminated, truncated, _ = envs.step(answer[0].numpy())
                log_prob = answers.log_prob(answer)
                steps.append((observation, start, answer[0], log_prob[0], value[0], torch.as_tensor(reward).float()))
                observation, start = torch.as_tensor(next_observation), torch.as_tensor(terminated | truncated)
            _, next_value, _ = agent(observation[None], start[None], state)
        observations, starts, chosen, log_probs, values, rewards = map(torch.stack, zip(*steps, strict=True))

        # Estimate how much better each answer was than the critic expected (generalised advantage estimation).
        next_values = torch.cat([values[1:], next_value])
        discounts = settings.gamma * ~torch.cat([starts[1:], start[None]])
        errors = rewards + discounts * next_values - values
        advantages = torch.zeros_like(errors)
        later = torch.zeros(settings.lanes)
        for step in reversed(range(settings.rollout)):
            later = advantages[step] = errors[step] + settings.gae_lambda * discounts[step] * later
        returns = advantages + values

        # Update the network.
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
            # On SeqEcho-v0 it is at most 0.9, since the first of the 10 answers is not scored.
            print(f"update {update}: mean reward {rewards.mean():.3f}")
    return agent


if __name__ == "__main__":
    torch.set_num_threads(1)  # The network is too small to gain from more threads.
    settings = Settings()
    print(seq_envs.evaluate(train(settings), settings.id))
