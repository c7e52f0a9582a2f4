"""RecurrentPPO that reads whole episodes at once instead of step by step."""

from __future__ import annotations

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
from seq_agents.learners.learning_rates import set_rate
from seq_agents.sb3.callbacks import read_lstm_states
from seq_agents.sb3.core_policy import ONLY_A_CORE, CorePolicy
from seq_agents.sb3.episode_buffer import EpisodeBuffer, by_episode, by_step
from seq_agents.sb3.rollout_steps import Answers, rollout_steps, states_by_step
from seq_agents.sb3.vec_env import SequenceVecEnv, make_vec_env
from seq_envs.dataset import Dataset
from seq_envs.env_options import EnvOptions

_LANES = 64
_EPISODES = 4
_MINIBATCHES = 4


class FastRecurrentPPO(RecurrentPPO):
    """sb3-contrib's RecurrentPPO for the environments of this package, but many times faster.

    Actions never change observations in these environments. So the policy reads whole episodes in one call, draws
    all answers, and the environment grades them afterwards: answers and rewards have the same distribution as step by
    step. A minibatch consists of whole episodes, so the gradient of every answer reaches the first step. Everything
    else (`learn`, `predict`, `save`, `load`, the update, loggers) is RecurrentPPO's.

    Callbacks get the same local variables as from RecurrentPPO, step by step, and may change rewards in place. But the
    whole rollout is played before the first `on_step`: then `env` is already at the end of the rollout, and
    `rollout_buffer` is full.

        model = FastRecurrentPPO("MlpLstmPolicy", "SeqEcho-v0", learning_rate=5e-3, seed=0)
        model.learn(80_000)
        print(seq_envs.evaluate(Sb3Policy(model), "SeqEcho-v0"))

    Args:
        policy: a recurrent policy of sb3-contrib, or a name. "CorePolicy" and "MlpLstmPolicy" are `CorePolicy` with a
            core that actor and critic share, and no other layers; `policy_kwargs` change this. The core is an LSTM with
            128 units unless they name another.
        env: from `seq_agents.sb3.make_vec_env`, with no wrapper around it; or an id or problem, for 64 lanes of it.
        n_steps: time steps of each lane in a rollout, a multiple of the length T of the longest episode. None: 4 T.
        batch_size: time steps of a minibatch, at least T. None: a quarter of a rollout.
        gamma: None: 0, which is exact here, since an answer affects no reward but its own; or 1 if `env` has
            `pay="at_end"`, so that the reward at the end reaches every answer undiminished.
        gae_lambda: None: 0.95, as in SB3; or 1 with `pay="at_end"`.
        **kwargs: as for RecurrentPPO.

    Raises:
        ValueError: `env` is not of this package or has a wrapper, `feedback` or `max_episode_steps`, `n_steps` or
            `batch_size` do not fit the episodes, `gamma` is 0 with `pay="at_end"`, or `use_sde` is True.
    """

    policy_aliases: ClassVar[dict[str, type[BasePolicy]]] = {
        "CorePolicy": CorePolicy,
        "MlpLstmPolicy": CorePolicy,
    }

    def __init__(
        self,
        policy: str | type[RecurrentActorCriticPolicy],
        env: VecEnv | str | seq_envs.Problem | None,
        learning_rate: Any = 3e-3,
        n_steps: int | None = None,
        batch_size: int | None = None,
        n_epochs: int = 5,
        gamma: float | None = None,
        *,
        gae_lambda: float | None = None,
        policy_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if isinstance(env, (str, seq_envs.Problem)):
            env = make_vec_env(env, _LANES)
        if isinstance(env, SequenceVecEnv):
            steps = env.envs.problem.steps
            n_steps = _EPISODES * steps if n_steps is None else n_steps
            batch_size = max(steps, n_steps * env.num_envs // _MINIBATCHES) if batch_size is None else batch_size
        late = isinstance(env, SequenceVecEnv) and env.envs.pay == "at_end"
        gamma = float(late) if gamma is None else gamma
        gae_lambda = (1.0 if late else 0.95) if gae_lambda is None else gae_lambda
        if policy in self.policy_aliases:
            policy_kwargs = ONLY_A_CORE | (policy_kwargs or {})
        if policy in (CorePolicy, *self.policy_aliases) and isinstance(env, SequenceVecEnv):
            policy_kwargs = {"problem": env.envs.problem} | (policy_kwargs or {})
        super().__init__(
            policy,
            env,  # type: ignore[arg-type]  # SB3's `load` passes None and sets the env later.
            learning_rate=learning_rate,
            n_steps=n_steps,  # type: ignore[arg-type]  # None only where env is None.
            batch_size=batch_size,
            n_epochs=n_epochs,
            gamma=gamma,
            gae_lambda=gae_lambda,
            policy_kwargs=policy_kwargs,
            **kwargs,
        )

    @staticmethod
    def _wrap_env(env: Any, verbose: int = 0, monitor_wrapper: bool = True) -> VecEnv:  # noqa: ARG004 - SB3 passes these arguments.
        """Check an env; SB3 calls this at construction, in `load` and in `set_env`."""
        if not isinstance(env, SequenceVecEnv):
            raise ValueError(
                "env must be made by seq_agents.sb3.make_vec_env and have no wrapper, since this algorithm reads whole "
                f"episodes from it; got {env}. sb3_contrib.RecurrentPPO takes any env"
            )
        if env.envs.max_episode_steps is not None:
            limit = env.envs.max_episode_steps
            raise ValueError(f"max_episode_steps must be None, since this algorithm reads whole episodes; got {limit}")
        if env.envs.feedback:
            raise ValueError(
                "feedback must be (), since this algorithm reads whole episodes before it answers them; got "
                f"{env.envs.feedback}. sb3_contrib.RecurrentPPO takes any env"
            )
        return env

    def _setup_model(self) -> None:
        super()._setup_model()
        if self.use_sde:
            raise ValueError(
                "use_sde must be False, since its noise is drawn step by step and this algorithm reads whole episodes"
            )
        if self.env is not None:
            self._episodes_a_rollout(self.env)
        lstm: Any = self.policy.lstm_actor
        self.rollout_buffer: EpisodeBuffer = EpisodeBuffer(
            self.n_steps,
            self.observation_space,
            self.action_space,
            self.device,
            memory_shape=(lstm.num_layers, lstm.hidden_size),
            # A core begins an episode with a state of its own. An LSTM of sb3-contrib begins with zeros, and a start
            # would only make it read step by step.
            mark_starts=isinstance(self.policy, CorePolicy),
            gamma=self.gamma,
            gae_lambda=self.gae_lambda,
            n_envs=self.n_envs,
        )

    def _update_learning_rate(self, optimizers: torch.optim.Optimizer | list[torch.optim.Optimizer]) -> None:
        """Set the learning rate that the schedule gives; the core gets its share of it."""
        super()._update_learning_rate(optimizers)
        set_rate(self.policy.optimizer, float(self.lr_schedule(self._current_progress_remaining)))

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """Fill the buffer with whole episodes, and call the callbacks for each of their steps, as SB3 does."""
        assert isinstance(env, SequenceVecEnv)
        assert isinstance(rollout_buffer, EpisodeBuffer)
        self.policy.set_training_mode(False)
        callback.on_rollout_start()
        played = env.rollout(self._episodes_a_rollout(env))
        answers = self._answer(env, played, with_states=read_lstm_states(callback))
        values, log_probs = answers.values.flatten(1).cpu().numpy(), answers.log_probs.cpu().numpy()
        rollout_buffer.fill(played, answers.actions, values, log_probs, answers.rewards)
        fixed = {
            "self": self,
            "env": env,
            "callback": callback,
            "rollout_buffer": rollout_buffer,
            "n_rollout_steps": n_rollout_steps,
        }
        for step in rollout_steps(env, played, answers, rollout_buffer.rewards, self.device):
            episode, time_step = divmod(step["n_steps"], played.scored.shape[1])
            self.num_timesteps += int(np.count_nonzero(played.lengths[episode] > time_step))
            callback.update_locals({**fixed, **step})
            if not callback.on_step():
                return False
            self._update_info_buffer(step["infos"], step["dones"])
            self._last_obs, self._last_episode_starts = step["new_obs"], step["dones"]
            self._last_lstm_states = step.get("lstm_states", self._last_lstm_states)
        rollout_buffer.finish()  # Only now, since a callback may have changed the rewards.
        callback.on_rollout_end()
        return True

    def _episodes_a_rollout(self, env: VecEnv) -> int:
        """The number of episodes of each lane in a rollout; ValueError if a setting does not fit the env."""
        assert isinstance(env, SequenceVecEnv)
        steps = env.envs.problem.steps
        if self.n_steps < 1 or self.n_steps % steps != 0:
            raise ValueError(
                f"n_steps must be a multiple of the episode length {steps}, since a rollout holds whole episodes, "
                f"got {self.n_steps}"
            )
        if self.batch_size is not None and self.batch_size < steps:
            raise ValueError(f"batch_size must hold an episode, at least {steps} time steps, got {self.batch_size}")
        if env.envs.pay == "at_end" and self.gamma == 0:
            raise ValueError(
                'gamma must be above 0 with pay="at_end", since only the last answer is near its reward; got '
                f"{self.gamma}. Give gamma=1.0 and gae_lambda=1.0"
            )
        return int(self.n_steps // steps)

    @torch.no_grad()
    def _answer(self, env: SequenceVecEnv, played: Dataset, with_states: bool) -> Answers:
        """Read the episodes, draw an answer to every step, and grade the answers."""
        observations = by_episode(torch.as_tensor(played.observations, device=self.device))
        episodes, steps = observations.shape[:2]
        start, starts = self.rollout_buffer.initial_states(episodes), self.rollout_buffer.starts(episodes, steps)
        flat_actions, values, log_probs, _ = self.policy(observations.flatten(0, 1), start, starts.flatten())
        actions = flat_actions.reshape(episodes, steps, *flat_actions.shape[1:]).cpu().numpy()
        clipped = actions
        if isinstance(self.action_space, spaces.Box):
            clipped = np.clip(actions, self.action_space.low, self.action_space.high)
        grades = env.envs.problem.grade(clipped, by_episode(played.targets)) * by_episode(played.scored)
        return Answers(
            actions=by_step(actions, env.num_envs),
            clipped_actions=by_step(clipped, env.num_envs),
            values=by_step(values.reshape(episodes, steps, 1), env.num_envs),
            log_probs=by_step(log_probs.reshape(episodes, steps), env.num_envs),
            grades=by_step(grades, env.num_envs),
            rewards=by_step(EnvOptions(pay=env.envs.pay).rewards(grades, played.lengths.ravel()), env.num_envs),
            states=states_by_step(self.policy, observations, start, starts) if with_states else None,
        )
