"""Reinforcement learning by Stable-Baselines3 and sb3-contrib: RecurrentPPO, and PPO without memory as its control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sb3_contrib import RecurrentPPO
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm

import seq_envs
from seq_agents.fused_lstm import FusedLstmPolicy
from seq_agents.progress import Progress, silent
from seq_agents.sb3 import Sb3Policy, make_vec_env
from seq_envs.policies import Policy


@dataclass(frozen=True)
class Settings:
    """How PPO learns a problem, with memory or without."""

    steps: int = 80_000
    """Environment steps in all."""
    lanes: int = 64
    """Episodes played side by side."""
    episodes_a_rollout: int = 4
    """Of each lane between two updates: whole episodes, since the end of a rollout cuts the gradient through time."""
    minibatches: int = 4
    """Into how many parts a rollout is cut for the updates."""
    epochs: int = 5
    """How often each rollout is learned from."""
    learning_rate: float = 5e-3
    """At the start; it falls to 0 in a straight line."""
    hidden: int = 64
    """Units of the LSTM, or of the hidden layer."""


# An action changes no later observation or reward, so that only its own reward counts: gamma = 0 is exact here, and a
# larger one would add the noise of the other answers' rewards.
_GAMMA = 0.0


def train_recurrent_ppo(
    problem: seq_envs.Problem, seed: int, settings: Settings | None = None, progress: Progress = silent
) -> Policy:
    """sb3-contrib's RecurrentPPO, with an LSTM shared by actor and critic."""
    chosen = settings or Settings()

    def algorithm(**common: Any) -> OnPolicyAlgorithm:
        network = {"lstm_hidden_size": chosen.hidden, "shared_lstm": True, "enable_critic_lstm": False}
        return RecurrentPPO(FusedLstmPolicy, policy_kwargs=network | {"net_arch": {"pi": [], "vf": []}}, **common)

    return _train(algorithm, problem, seed, chosen, progress)


def train_memoryless_ppo(
    problem: seq_envs.Problem, seed: int, settings: Settings | None = None, progress: Progress = silent
) -> Policy:
    """SB3's PPO with a feed-forward network: the control that shows what can be had without memory."""
    chosen = settings or Settings()

    def algorithm(**common: Any) -> OnPolicyAlgorithm:
        return PPO("MlpPolicy", policy_kwargs={"net_arch": [chosen.hidden]}, **common)

    return _train(algorithm, problem, seed, chosen, progress)


def _train(
    algorithm: Callable[..., OnPolicyAlgorithm],
    problem: seq_envs.Problem,
    seed: int,
    settings: Settings,
    progress: Progress,
) -> Policy:
    rollout = settings.episodes_a_rollout * problem.steps
    model = algorithm(
        env=make_vec_env(problem, n_envs=settings.lanes, seed=seed),
        n_steps=rollout,
        batch_size=rollout * settings.lanes // settings.minibatches,
        n_epochs=settings.epochs,
        learning_rate=lambda left: settings.learning_rate * left,
        gamma=_GAMMA,
        seed=seed,
        device="cpu",
    )
    model.learn(settings.steps, callback=_Report(progress, settings.steps))
    return Sb3Policy(model)


class _Report(BaseCallback):
    def __init__(self, progress: Progress, steps: int) -> None:
        super().__init__()
        self._progress = progress
        self._steps = steps

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        ended = [episode["accuracy"] for episode in self.locals["infos"] if "accuracy" in episode]
        accuracy = f"{np.mean(ended):.1%} right" if ended else ""
        self._progress(min(1.0, self.num_timesteps / self._steps), accuracy)
