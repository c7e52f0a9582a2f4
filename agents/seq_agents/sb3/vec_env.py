"""The native vector env as an SB3 `VecEnv`."""

from __future__ import annotations

import copy
import dataclasses
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec, WrapperSpec
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import TimeLimit
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvObs, VecEnvStepReturn

import seq_envs
from seq_envs.dataset import Dataset
from seq_envs.encodings import Array
from seq_envs.env_options import EnvOptions, Pay
from seq_envs.parameters import Integer

_VECTOR_ONLY = ("num_envs", "vectorization_mode", "autoreset_mode")
"""Arguments in the spec of a vector env from `gymnasium.make_vec` that `gymnasium.make` does not take."""

_OF_EACH_LANE = ("np_random", "np_random_seed")
"""The attributes of a single env that the native vector env has as a tuple with an entry for each lane."""
_LANE_METHODS = ("reset", "render")
"""The methods of a single env that a lane has."""


def make_vec_env(
    id_or_problem: str | seq_envs.Problem,
    n_envs: int = 1,
    seed: int | None = None,
    *,
    render_mode: str | None = None,
    reveal: bool = False,
    pay: Pay = "each_step",
    feedback: Sequence[str] = (),
    max_episode_steps: int | None = None,
    **parameters: Any,
) -> SequenceVecEnv:
    """Make a vectorised environment for SB3. Lane `i` plays stream `seed + i`.

    Without a seed, numpy's global generator draws one, as in SB3's function of the same name.

    Args:
        id_or_problem: an id, as for `gymnasium.make`, or a problem.
        n_envs: the number of lanes.
        seed: of lane 0.
        render_mode, reveal, pay, feedback, max_episode_steps: as for `seq_envs.SequenceVectorEnv`.
        **parameters: the problem's parameters.

    Raises:
        ValueError, TypeError: for a wrong argument, see `seq_envs.make_problem`.
    """
    problem = seq_envs.make_problem(id_or_problem, **parameters)
    num_envs = Integer(1).check("n_envs", n_envs)
    # Only what differs from the defaults, so that the spec is the one of `gymnasium.make` with the same arguments.
    chosen: dict[str, Any] = {"render_mode": render_mode, "reveal": reveal}
    options = {name: value for name, value in chosen.items() if value is not None and value is not False}
    options |= EnvOptions(pay=pay, feedback=feedback, max_episode_steps=max_episode_steps).chosen()
    options["autoreset_mode"] = AutoresetMode.SAME_STEP
    if isinstance(id_or_problem, str):
        envs: Any = gymnasium.make_vec(id_or_problem, num_envs=num_envs, **options, **parameters)
    else:
        envs = seq_envs.SequenceVectorEnv(problem, num_envs=num_envs, **options)
    env = SequenceVecEnv(envs)
    env.seed(seed)
    env.action_space.seed(seed)
    return env


class SequenceVecEnv(VecEnv):
    """A native vector env with the interface of SB3's `DummyVecEnv` of single envs in a `Monitor`, but faster.

    `step(actions)` takes (lanes, *action_space.shape) and returns observations (lanes, ...), with `feedback` as a dict
    of such arrays, rewards (lanes,) float32,
    dones (lanes,) bool, and a list with one info per lane. In a lane whose episode is over, the observation is the
    first one of its next episode. The caller may change all of these.

    Every info has `TimeLimit.truncated`, which is True if `max_episode_steps` cuts the episode off. The info of an
    episode's last step adds `terminal_observation` and `episode` (`r` return, `l` length, `t` seconds since the
    environment was made), and unless it is cut off, `is_success` and `accuracy`. `reveal` adds to every info what
    `seq_envs.SequenceEnv` describes. Options for `reset` have no effect.

    The attributes and methods of a lane are those of a single env in a `Monitor`, with these exceptions. There are no
    env objects: `unwrapped`, `env`, and the methods of wrappers. Lanes step together, so a lane has no `step` and
    `close`. `Monitor`'s lists of all past episodes grow without end and are not kept; SB3's `VecMonitor` writes them.

    Args:
        envs: made with `autoreset_mode="SameStep"`.
    """

    def __init__(self, envs: seq_envs.SequenceVectorEnv) -> None:
        if envs.autoreset_mode is not AutoresetMode.SAME_STEP:
            raise ValueError(f'envs must be made with autoreset_mode="SameStep", got {envs.autoreset_mode}')
        self.envs = envs
        spaces = {"observation_space": envs.single_observation_space, "action_space": envs.single_action_space}
        common = {name: getattr(envs, name) for name in ("problem", "render_mode", "reveal", "pay", "feedback")}
        metadata = type(envs).metadata  # Without the autoreset mode, which a single env does not have.
        self._attributes = [
            {**common, **spaces, "spec": _single_env_spec(envs.spec), "metadata": metadata}
            for _ in range(envs.num_envs)
        ]
        super().__init__(envs.num_envs, **spaces)
        self.metadata = metadata
        self.actions: Any = None
        self._returns = np.zeros(self.num_envs)
        self._lengths = np.zeros(self.num_envs, np.int64)
        self._started = time.time()

    @property
    def seconds(self) -> float:
        """The seconds since the environment was made, rounded as `Monitor` rounds them."""
        return round(time.time() - self._started, 6)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        return super().seed(None if seed is None else Integer(0).check("seed", seed))

    def reset(self) -> VecEnvObs:
        observations: VecEnvObs
        observations, facts = self.envs.reset(seed=self._seeds)
        self.reset_infos = [{} for _ in range(self.num_envs)]
        write_facts(facts, self.reset_infos)
        self._restart(slice(None))
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: Array) -> None:
        self.actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        observations, rewards, terminated, truncated, facts = self.envs.step(self.actions)
        over = terminated | truncated
        self._returns += rewards
        self._lengths += 1
        infos = [{"TimeLimit.truncated": cut_off} for cut_off in (truncated & ~terminated).tolist()]
        if over.any():
            ended_episodes(over, facts.pop("final_obs")[over], self._returns, self._lengths, self.seconds, infos)
            write_facts(facts.pop("final_info"), infos)
            for lane in np.flatnonzero(over).tolist():
                self.reset_infos[lane] = {}
            # In these lanes the vector env has reset the episode in the same step: the other facts are of the reset.
            write_facts(facts, self.reset_infos, over)
            self._restart(over)
        write_facts(facts, infos, ~over)
        return observations, rewards.astype(np.float32), over, infos

    def rollout(self, episodes: int) -> Dataset:
        """Return the next whole episodes of every lane and skip them; see `SequenceVectorEnv.rollout`."""
        self._restart(slice(None))
        return self.envs.rollout(episodes)

    def _restart(self, lanes: Any) -> None:
        """Set the return and length of these lanes' episodes to zero."""
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
        """The lanes that SB3 means by `indices`: None for all, or one int or several, which may be negative."""
        return [range(self.num_envs)[index] for index in self._get_indices(indices)]

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        lanes = self._lanes(indices)
        if attr_name in _OF_EACH_LANE:
            return [getattr(self.envs, attr_name)[lane] for lane in lanes]
        if attr_name in _LANE_METHODS:
            return [partial(self._call_in_lane, attr_name, lane) for lane in lanes]
        try:
            return [self._attributes[lane][attr_name] for lane in lanes]
        except KeyError:
            known = ", ".join([*self._attributes[0], *_OF_EACH_LANE, *_LANE_METHODS])
            raise AttributeError(f"a lane has the attributes {known}; got {attr_name!r}") from None

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Store a new attribute in these lanes; the attributes of the envs and of their problem cannot be changed."""
        if hasattr(self.envs, attr_name) or hasattr(self.envs.problem, attr_name):
            raise AttributeError(f"{attr_name} cannot be set to {value!r}: it is fixed when the envs are made")
        for lane in self._lanes(indices):
            self._attributes[lane][attr_name] = value

    def env_method(self, method_name: str, *args: Any, indices: VecEnvIndices = None, **kwargs: Any) -> list[Any]:
        """Call `reset` or `render` in these lanes; a lane has no other methods."""
        if method_name not in _LANE_METHODS:
            raise AttributeError(f"a lane has the methods {' and '.join(_LANE_METHODS)}, got {method_name!r}")
        lanes = self._lanes(indices)
        methods: dict[str, Callable[..., list[Any]]] = {"reset": self._reset, "render": self._render}
        return methods[method_name](lanes, *args, **kwargs) if lanes else []

    def _call_in_lane(self, method_name: str, lane: int, *args: Any, **kwargs: Any) -> Any:
        return self.env_method(method_name, *args, indices=lane, **kwargs)[0]

    def _reset(self, lanes: list[int], *, seed: int | None = None, options: Any = None) -> list[tuple[Any, Any]]:
        mask = np.zeros(self.num_envs, np.bool_)
        mask[lanes] = True
        observations, facts = self.envs.reset(seed=[seed] * self.num_envs, options={"reset_mask": mask})
        self._restart(mask)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        write_facts(facts, infos)
        return [(_of_lane(observations, lane), infos[lane]) for lane in lanes]

    def _render(self, lanes: Iterable[int]) -> list[Any]:
        frames = self.envs.render()
        return [frames and frames[lane] for lane in lanes]

    def env_is_wrapped(self, wrapper_class: type[gymnasium.Wrapper], indices: VecEnvIndices = None) -> list[bool]:
        # The infos have the entries of `Monitor`; `evaluate_policy` uses them only if there seems to be a `Monitor`.
        wrappers = [Monitor] if self.envs.max_episode_steps is None else [Monitor, TimeLimit]
        wrapped = any(issubclass(wrapper, wrapper_class) for wrapper in wrappers)
        return [wrapped for _ in self._lanes(indices)]


def _of_lane(observations: Any, lane: int) -> Any:
    """The observation of one lane, of arrays (lanes, ...) or a dict of them."""
    if isinstance(observations, dict):
        return {name: part[lane] for name, part in observations.items()}
    return observations[lane]


def _single_env_spec(spec: EnvSpec | None) -> EnvSpec | None:
    """The spec of a lane: that of a single env in a `Monitor`, from the spec of the vector env."""
    if spec is None:
        return None
    kwargs = {name: copy.deepcopy(value) for name, value in spec.kwargs.items() if name not in _VECTOR_ONLY}
    limit = kwargs.pop("max_episode_steps", spec.max_episode_steps)
    # gymnasium.Wrapper.spec describes a wrapper that does not record its arguments, such as `Monitor`, in this way.
    monitor = WrapperSpec(name="Monitor", entry_point=f"{Monitor.__module__}:{Monitor.__name__}", kwargs=None)
    wrappers = (*spec.additional_wrappers, monitor)
    return dataclasses.replace(spec, kwargs=kwargs, max_episode_steps=limit, additional_wrappers=wrappers)


def ended_episodes(
    over: Array, last: Iterable[Any], returns: Array, lengths: Array, seconds: float, infos: list[dict[str, Any]]
) -> None:
    """Write the entries of SB3 and `Monitor` for ended episodes into the infos of their lanes.

    Args:
        over: (lanes,) bool: whether the lane's episode has just ended.
        last: the last observations of these episodes, one for each True in `over`.
        returns, lengths: (lanes,) of the episodes.
        seconds: since the environment was made.
        infos: one per lane.
    """
    rounded = returns[over].round(6).tolist()  # As `Monitor` rounds them.
    for lane, observation, earned, length in zip(
        np.flatnonzero(over).tolist(), last, rounded, lengths[over].tolist(), strict=True
    ):
        infos[lane]["terminal_observation"] = observation
        infos[lane]["episode"] = {"r": earned, "l": length, "t": seconds}


def write_facts(facts: dict[str, Any], infos: list[dict[str, Any]], only: Array | None = None) -> None:
    """Write the info of a vector env into the infos of the lanes.

    Args:
        facts: an array (lanes, ...) for each name, and its mask (lanes,) under the name with an underscore before it.
        infos: one per lane.
        only: (lanes,) bool: the lanes to write to; None for all.
    """
    for name in [name for name in facts if f"_{name}" in facts]:
        mask = facts[f"_{name}"]
        lanes = np.flatnonzero(mask if only is None else mask & only).tolist()
        values = facts[name][lanes]
        for lane, value in zip(lanes, values.tolist() if values.ndim == 1 else values, strict=True):
            infos[lane][name] = value
