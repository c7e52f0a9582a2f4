"""Stable-Baselines3 on the native vector env. The only file that knows SB3's `VecEnv`."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvObs, VecEnvStepReturn

import seq_envs
from seq_envs.dataset import Dataset
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

    Without a seed numpy's global generator draws one, as in SB3's function of this name. `render_mode`, `reveal` and
    the problem's parameters are as for `seq_envs.SequenceVectorEnv`.

    Raises:
        ValueError, TypeError: for a wrong argument, see `seq_envs.make_problem`.
    """
    env = SequenceVecEnv(
        seq_envs.SequenceVectorEnv(
            seq_envs.make_problem(id_or_problem, **parameters),
            num_envs=Integer(1).check("n_envs", n_envs),
            autoreset_mode=AutoresetMode.SAME_STEP,
            render_mode=render_mode,
            reveal=reveal,
        )
    )
    env.seed(seed)
    env.action_space.seed(seed)
    return env


class SequenceVecEnv(VecEnv):
    """A native vector env as SB3 wants it: what its `DummyVecEnv` makes of single envs within a `Monitor`, but fast.

    `step(actions)` takes (lanes, *action_space.shape) and returns observations (lanes, ...), rewards (lanes,) float32,
    dones (lanes,) bool, and a list of an info for each lane. Where an episode is over, the observation is the first of
    the next one. All of it is the caller's own.

    The info of an episode's last step has `terminal_observation`, `episode` (`r` return, `l` length, `t` seconds since
    the start), `is_success`, `accuracy`, and `TimeLimit.truncated`, always False. `reveal` adds to every info what it
    tells; else the others are empty. Options for `reset` have no effect.

    Args:
        envs: made with `autoreset_mode="SameStep"`.
    """

    def __init__(self, envs: seq_envs.SequenceVectorEnv) -> None:
        if envs.autoreset_mode is not AutoresetMode.SAME_STEP:
            raise ValueError(f'envs must be made with autoreset_mode="SameStep", got {envs.autoreset_mode}')
        self.envs = envs
        spaces = {"observation_space": envs.single_observation_space, "action_space": envs.single_action_space}
        common = {name: getattr(envs, name) for name in ("problem", "render_mode", "reveal", "spec")}
        metadata = type(envs).metadata  # The same without the autoreset mode, as of a single env.
        self._attributes = [{**common, **spaces, "metadata": metadata} for _ in range(envs.num_envs)]
        super().__init__(envs.num_envs, **spaces)
        self.metadata = metadata
        self._returns = np.zeros(self.num_envs)
        self._lengths = np.zeros(self.num_envs, np.int64)
        self._started = time.time()
        self._actions: Any = None

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        return super().seed(None if seed is None else Integer(0).check("seed", seed))

    def reset(self) -> VecEnvObs:
        observations, told = self.envs.reset(seed=self._seeds)
        self.reset_infos = [{} for _ in range(self.num_envs)]
        _spread(told, self.reset_infos)
        self._forget(slice(None))
        self._reset_seeds()
        return observations

    def step_async(self, actions: Array) -> None:
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        observations, rewards, over, _, told = self.envs.step(self._actions)
        self._returns += rewards
        self._lengths += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if over.any():
            lanes, seen = np.flatnonzero(over).tolist(), told.pop("final_obs")[over]
            final = told.pop("final_info")
            _spread(told, infos)
            returns, lengths = self._returns[over].round(6).tolist(), self._lengths[over].tolist()
            seconds = round(time.time() - self._started, 6)
            for lane, last, earned, steps in zip(lanes, seen, returns, lengths, strict=True):
                episode = {"r": earned, "l": steps, "t": seconds}
                infos[lane] |= {"terminal_observation": last, "TimeLimit.truncated": False, "episode": episode}
            _spread(final, infos)  # In the place of what the reset tells of these lanes.
            self._forget(over)
        else:
            _spread(told, infos)
        return observations, rewards.astype(np.float32), over, infos

    def rollout(self, episodes: int) -> Dataset:
        """The next whole episodes of every lane, and past them: see `SequenceVectorEnv.rollout`."""
        self._forget(slice(None))
        return self.envs.rollout(episodes)

    def _forget(self, lanes: Any) -> None:
        """Begin the account of these lanes anew."""
        self._returns[lanes] = 0.0
        self._lengths[lanes] = 0

    def close(self) -> None:
        self.envs.close()

    def get_images(self) -> Sequence[Array | None]:
        if self.render_mode != "rgb_array":
            warnings.warn(f'pictures need render_mode="rgb_array", got {self.render_mode!r}', stacklevel=2)
            return [None] * self.num_envs
        return self._render(range(self.num_envs))

    def _lanes(self, indices: VecEnvIndices) -> list[int]:
        """What SB3 means by `indices`: None for all lanes, or an int or several, which may count from the end."""
        return [range(self.num_envs)[index] for index in self._get_indices(indices)]

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        try:
            return [self._attributes[lane][attr_name] for lane in self._lanes(indices)]
        except KeyError:
            raise AttributeError(f"a lane has {', '.join(self._attributes[0])}; got {attr_name!r}") from None

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Keep a value of the caller's own; what the envs or their problem have themselves is fixed."""
        if hasattr(self.envs, attr_name) or hasattr(self.envs.problem, attr_name):
            raise AttributeError(f"{attr_name} cannot be set to {value!r}: it is fixed when the envs are made")
        for lane in self._lanes(indices):
            self._attributes[lane][attr_name] = value

    def env_method(self, method_name: str, *args: Any, indices: VecEnvIndices = None, **kwargs: Any) -> list[Any]:
        """Call `reset` or `render` of these lanes; they have no other method, since all of them step together."""
        methods: dict[str, Callable[..., list[Any]]] = {"reset": self._reset, "render": self._render}
        if method_name not in methods:
            raise AttributeError(f"a single lane has the methods {' and '.join(methods)}, got {method_name!r}")
        lanes = self._lanes(indices)
        return methods[method_name](lanes, *args, **kwargs) if lanes else []

    def _reset(self, lanes: list[int], *, seed: int | None = None, options: Any = None) -> list[tuple[Any, Any]]:
        mask = np.zeros(self.num_envs, np.bool_)
        mask[lanes] = True
        observations, told = self.envs.reset(seed=[seed] * self.num_envs, options={"reset_mask": mask})
        self._forget(mask)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        _spread(told, infos)
        return [(observations[lane], infos[lane]) for lane in lanes]

    def _render(self, lanes: Iterable[int]) -> list[Any]:
        frames = self.envs.render()
        return [frames and frames[lane] for lane in lanes]

    def env_is_wrapped(self, wrapper_class: type[gymnasium.Wrapper], indices: VecEnvIndices = None) -> list[bool]:
        # Every info of an ended episode is as `Monitor` writes it, which `evaluate_policy` relies on.
        return [issubclass(Monitor, wrapper_class) for _ in self._lanes(indices)]


def _spread(told: dict[str, Any], infos: list[dict[str, Any]]) -> None:
    """Write what a vector env tells, for each name an array and a mask (lanes, ...), into the infos of the lanes."""
    for name in [name for name in told if f"_{name}" in told]:
        lanes = np.flatnonzero(told[f"_{name}"]).tolist()
        values = told[name][lanes]
        for lane, value in zip(lanes, values.tolist() if values.ndim == 1 else values, strict=True):
            infos[lane][name] = value
