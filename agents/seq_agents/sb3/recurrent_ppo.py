"""RecurrentPPO that reads whole episodes: the same learning problem without the cost of single steps."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np
import torch
from gymnasium import spaces
from sb3_contrib import RecurrentPPO
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.vec_env import VecEnv

import seq_envs
from seq_agents.cores.lstm_start import LstmStart
from seq_agents.learners.learning_rates import set_rate
from seq_agents.sb3.episode_buffer import EpisodeBuffer, by_episode
from seq_agents.sb3.fused_lstm import FusedLstmPolicy
from seq_agents.sb3.vec_env import SequenceVecEnv, make_vec_env
from seq_envs.dataset import Dataset
from seq_envs.encodings import Array

_SMALL_NETWORK = {
    "lstm_hidden_size": 64,
    "shared_lstm": True,
    "enable_critic_lstm": False,
    "net_arch": {"pi": [], "vf": []},
    "lstm_start": LstmStart(forget=1.0),
}
_LANES = 64
_EPISODES = 4
_MINIBATCHES = 4


class FastRecurrentPPO(RecurrentPPO):
    """sb3-contrib's RecurrentPPO for the environments of this package, many times as fast.

    An answer changes no later observation, so the policy reads whole episodes in one LSTM call, draws all its answers,
    and only then is graded: the same policy gets the same answers right as step by step. A minibatch is made of whole
    episodes, so the gradient reaches from every answer to the first step. Everything else (`learn`, `predict`, `save`,
    `load`, callbacks, loggers, the update itself) is RecurrentPPO's. Callbacks hear of each step once the rollout has
    been gathered; their `locals` have actions, values, log_probs, rewards, dones, infos, n_steps, env, rollout_buffer.

        model = FastRecurrentPPO("MlpLstmPolicy", "SeqEcho-v0", learning_rate=5e-3, seed=0)
        model.learn(80_000)
        print(seq_envs.evaluate(Sb3Policy(model), "SeqEcho-v0"))

    Args:
        policy: "MlpLstmPolicy" is `FusedLstmPolicy` with 64 units that actor and critic share, a forget gate that
            begins open, and no other layers, unless `policy_kwargs` say otherwise.
        env: from `seq_agents.sb3.make_vec_env`, with no wrapper around it; or an id or problem, for 64 lanes of it.
        n_steps: of each lane and rollout; a multiple of the longest episode's length T. None: four episodes.
        batch_size: time steps of a minibatch, of whole episodes: at least T. None: a quarter of a rollout.
        gamma: 0 by default, which is exact here: an answer has no consequences but its own reward.
        **kwargs: as for RecurrentPPO.

    Raises:
        ValueError: `env` is none of this package's or has a wrapper; `n_steps` or `batch_size` do not fit the episodes.
    """

    policy_aliases: ClassVar[dict[str, type[BasePolicy]]] = {"MlpLstmPolicy": FusedLstmPolicy}

    def __init__(
        self,
        policy: str | type[RecurrentActorCriticPolicy],
        env: VecEnv | str | seq_envs.Problem | None,
        learning_rate: Any = 3e-3,
        n_steps: int | None = None,
        batch_size: int | None = None,
        n_epochs: int = 5,
        gamma: float = 0.0,
        *,
        policy_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if isinstance(env, (str, seq_envs.Problem)):
            env = make_vec_env(env, _LANES)
        if isinstance(env, SequenceVecEnv):
            steps = env.envs.problem.steps
            n_steps = _EPISODES * steps if n_steps is None else n_steps
            batch_size = max(steps, n_steps * env.num_envs // _MINIBATCHES) if batch_size is None else batch_size
        if policy == "MlpLstmPolicy":
            policy_kwargs = _SMALL_NETWORK | (policy_kwargs or {})
        super().__init__(
            policy,
            env,  # type: ignore[arg-type]  # None while a saved model is being loaded, as in SB3.
            learning_rate=learning_rate,
            n_steps=n_steps,  # type: ignore[arg-type]  # Likewise.
            batch_size=batch_size,
            n_epochs=n_epochs,
            gamma=gamma,
            policy_kwargs=policy_kwargs,
            **kwargs,
        )

    @staticmethod
    def _wrap_env(env: Any, verbose: int = 0, monitor_wrapper: bool = True) -> VecEnv:  # noqa: ARG004 - as SB3 calls it.
        """Where SB3 takes an env in, be it at construction, by `load` or by `set_env`."""
        if not isinstance(env, SequenceVecEnv):
            raise ValueError(
                "env must be made by seq_agents.sb3.make_vec_env, with no wrapper around it, since whole episodes are "
                f"read from it; got {env}. sb3_contrib.RecurrentPPO takes any env"
            )
        return env

    def _setup_model(self) -> None:
        super()._setup_model()
        if self.use_sde:
            raise ValueError("use_sde must be False: its noise is made for single steps, not for whole episodes")
        if self.env is not None:
            self._episodes_a_rollout(self.env)
        lstm: Any = self.policy.lstm_actor
        self.rollout_buffer: EpisodeBuffer = EpisodeBuffer(
            self.n_steps,
            self.observation_space,
            self.action_space,
            self.device,
            memory_shape=(lstm.num_layers, lstm.hidden_size),
            gamma=self.gamma,
            gae_lambda=self.gae_lambda,
            n_envs=self.n_envs,
        )

    def _update_learning_rate(self, optimizers: torch.optim.Optimizer | list[torch.optim.Optimizer]) -> None:
        """Set the rate of the schedule, and the LSTM's share of it."""
        super()._update_learning_rate(optimizers)
        set_rate(self.policy.optimizer, float(self.lr_schedule(self._current_progress_remaining)))

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """Fill the buffer with whole episodes; then call the callbacks once a step, as SB3 does."""
        assert isinstance(env, SequenceVecEnv)
        assert isinstance(rollout_buffer, EpisodeBuffer)
        problem, episodes = env.envs.problem, self._episodes_a_rollout(env)
        self.policy.set_training_mode(False)
        callback.on_rollout_start()
        played = env.rollout(episodes)
        actions, values, log_probs = self._answer(by_episode(played.observations))
        low, high = getattr(self.action_space, "low", None), getattr(self.action_space, "high", None)
        answers = np.clip(actions, low, high) if isinstance(self.action_space, spaces.Box) else actions
        rewards = problem.grade(answers, by_episode(played.targets)) * by_episode(played.scored)
        rollout_buffer.fill(played, actions, values, log_probs, rewards)
        if not self._tell(played, rollout_buffer.rewards, callback):
            return False
        callback.on_rollout_end()
        return True

    def _episodes_a_rollout(self, env: VecEnv) -> int:
        """How many episodes of each lane make a rollout."""
        assert isinstance(env, SequenceVecEnv)
        steps = env.envs.problem.steps
        if self.n_steps < 1 or self.n_steps % steps != 0:
            raise ValueError(
                f"n_steps must be a multiple of the episode length {steps}, since a rollout is whole episodes, "
                f"got {self.n_steps}"
            )
        if self.batch_size is not None and self.batch_size < steps:
            raise ValueError(f"batch_size must hold an episode, at least {steps} time steps, got {self.batch_size}")
        return int(self.n_steps // steps)

    @torch.no_grad()
    def _answer(self, observations: Array) -> tuple[Array, Array, Array]:
        """observations (B, T, ...) to actions (B, T, *action shape), values (B, T) and log-probabilities (B, T)."""
        batch, steps = observations.shape[:2]
        flat = torch.as_tensor(observations.reshape(batch * steps, *observations.shape[2:]), device=self.device)
        actions, values, log_probs, _ = self.policy(flat, *self.rollout_buffer.beginnings(batch, steps))
        shape = self.action_space.shape or ()
        return (
            actions.reshape(batch, steps, *shape).cpu().numpy(),
            values.reshape(batch, steps).cpu().numpy(),
            log_probs.reshape(batch, steps).cpu().numpy(),
        )

    def _tell(self, played: Dataset, rewards: Array, callback: BaseCallback) -> bool:
        """Call the callbacks for every step of the rollout, rewards (n_steps, lanes); False: one wants to stop."""
        episodes, steps, lanes = played.scored.shape
        earned = rewards.reshape(episodes, steps, lanes).sum(axis=1)
        asked = played.scored.sum(axis=1)
        seconds = round((time.time_ns() - self.start_time) / 1e9, 6)
        for step in range(episodes * steps):
            episode, at = divmod(step, steps)
            lengths = played.lengths[episode]
            dones = lengths == at + 1
            infos: list[dict[str, Any]] = [{} for _ in range(lanes)]
            for lane in np.flatnonzero(dones).tolist():
                right, all_right = float(earned[episode, lane]), float(asked[episode, lane])
                infos[lane] = {
                    "episode": {"r": right, "l": at + 1, "t": seconds},
                    "is_success": right == all_right,
                    "accuracy": right / max(all_right, 1.0),
                    "TimeLimit.truncated": False,
                }
            self.num_timesteps += int(np.count_nonzero(lengths > at))
            callback.update_locals(
                {
                    "actions": self.rollout_buffer.actions[step],
                    "values": self.rollout_buffer.values[step],
                    "log_probs": self.rollout_buffer.log_probs[step],
                    "rewards": rewards[step],
                    "dones": dones,
                    "infos": infos,
                    "n_steps": step,
                    "env": self.env,
                    "rollout_buffer": self.rollout_buffer,
                }
            )
            if not callback.on_step():
                return False
            self._update_info_buffer(infos, dones)
        return True
