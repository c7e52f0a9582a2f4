"""Stable-Baselines3 on the native vector env. The only file that knows SB3's `VecEnv`.

from seq_agents.sb3 import make_vec_env
model = RecurrentPPO("MlpLstmPolicy", make_vec_env("SeqEcho-v0", n_envs=64, lag=3))
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvObs, VecEnvStepReturn

import seq_envs
from seq_envs.encodings import Array
from seq_envs.parameters import Integer


def make_vec_env(
    id_or_problem: str | seq_envs.Problem,
    n_envs: int = 1,
    seed: int | None = None,
    *,
    render_mode: str | None = None,
    reveal: bool = False,
    **parameters: Any,
) -> SequenceVecEnv:
    """A vectorised environment for SB3: lane `i` plays stream `seed+i`.

    `render_mode`, `reveal` and the problem's parameters are as for `seq_envs.SequenceVectorEnv`.

    Raises:
        ValueError, TypeError: as for `seq_envs.make_problem`.
    """
    env = SequenceVecEnv(
        seq_envs.SequenceVectorEnv(
            seq_envs.make_problem(id_or_problem, **parameters),
            num_envs=n_envs,
            autoreset_mode=AutoresetMode.SAME_STEP,
            render_mode=render_mode,
            reveal=reveal,
        )
    )
    if seed is not None:
        env.seed(Integer(0).check("seed", seed))
    return env


class SequenceVecEnv(VecEnv):
    """A native vector env as SB3 wants it: it resets within the step.

    The info of an episode's last step has `terminal_observation`, `episode` (`r` return, `l` length, `t` seconds since
    the start), `is_success`, `accuracy`, and `TimeLimit.truncated`, always False.

    Args:
        envs: made with `autoreset_mode="SameStep"`.
    """

    def __init__(self, envs: seq_envs.SequenceVectorEnv) -> None:
        if envs.autoreset_mode is not AutoresetMode.SAME_STEP:
            raise ValueError(f'envs must be made with autoreset_mode="SameStep", got {envs.autoreset_mode}')
        self.envs = envs
        super().__init__(envs.num_envs, envs.single_observation_space, envs.single_action_space)
        self._returns = np.zeros(self.num_envs)
        self._lengths = np.zeros(self.num_envs, np.int64)
        self._started = time.monotonic()
        self._actions: Any = None

    def reset(self) -> VecEnvObs:
        observations, _ = self.envs.reset(seed=self._seeds if self._seeds[0] is not None else None)
        self.reset_infos = [{} for _ in range(self.num_envs)]
        self._returns[:] = 0.0
        self._lengths[:] = 0
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: Array) -> None:
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        observations, rewards, over, _, told = self.envs.step(self._actions)
        self._returns += rewards
        self._lengths += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if over.any():
            seconds = round(time.monotonic() - self._started, 6)
            last = told["final_info"]
            for lane in np.flatnonzero(over):
                infos[lane] = {
                    "terminal_observation": told["final_obs"][lane],
                    "TimeLimit.truncated": False,
                    "episode": {"r": float(self._returns[lane]), "l": int(self._lengths[lane]), "t": seconds},
                    "is_success": bool(last["is_success"][lane]),
                    "accuracy": float(last["accuracy"][lane]),
                }
            self._returns[over] = 0.0
            self._lengths[over] = 0
        return observations, rewards.astype(np.float32), over, infos

    def close(self) -> None:
        self.envs.close()

    def get_images(self) -> Sequence[Array | None]:
        frames = self.envs.render()
        return frames if frames is not None else [None] * self.num_envs

    # All lanes are one object: what SB3 asks of one of them is answered by the vector env.

    def _lanes(self, indices: VecEnvIndices) -> list[int]:
        return list(self._get_indices(indices))

    def _all_lanes(self, name: str, indices: VecEnvIndices) -> None:
        if len(self._lanes(indices)) != self.num_envs:
            raise ValueError(f"{name} goes to all lanes or none, got indices={indices!r}")

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        spaces = {"observation_space": "single_observation_space", "action_space": "single_action_space"}
        return [getattr(self.envs, spaces.get(attr_name, attr_name))] * len(self._lanes(indices))

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        self._all_lanes(attr_name, indices)
        setattr(self.envs, attr_name, value)

    def env_method(self, method_name: str, *args: Any, indices: VecEnvIndices = None, **kwargs: Any) -> list[Any]:
        self._all_lanes(method_name, indices)
        result = getattr(self.envs, method_name)(*args, **kwargs)
        return list(result) if method_name == "render" else [result] * self.num_envs

    def env_is_wrapped(
        self, wrapper_class: type[gymnasium.Wrapper[Any, Any, Any, Any]], indices: Any = None
    ) -> list[bool]:
        # Every info of an ended episode is as `Monitor` writes it, which `evaluate_policy` relies on.
        return [issubclass(Monitor, wrapper_class)] * len(self._lanes(indices))


class Sb3Policy:
    """A trained SB3 model, recurrent or not, as a policy for `seq_envs.evaluate`: its greedy answers."""

    def __init__(self, model: BaseAlgorithm) -> None:
        self._model = model
        self._normalizer = model.get_vec_normalize_env()

    def initial_state(self, batch_size: int) -> tuple[Any, Array]:
        return None, np.ones(batch_size, np.bool_)

    def act(self, observations: Array, state: tuple[Any, Array]) -> tuple[Array, tuple[Any, Array]]:
        memory, starts = state
        seen: Any = observations
        if self._normalizer is not None:  # The model was trained on what `VecNormalize` made of the observations.
            seen = self._normalizer.normalize_obs(observations)
        answers, memory = self._model.predict(seen, memory, starts, deterministic=True)
        return answers, (memory, np.zeros_like(starts))
