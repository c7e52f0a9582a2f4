"""The vector view: many lanes at once, each equal to the scalar view byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from seq_envs.dataset import Dataset
from seq_envs.encodings import Array
from seq_envs.lanes import Lanes
from seq_envs.parameters import Flag, Integer
from seq_envs.problem import Problem
from seq_envs.registration import build
from seq_envs.rendering import FPS, RENDER_MODES, check_render_mode, frame
from seq_envs.transcript import Transcript


class SequenceVectorEnv(VectorEnv[Any, Any, Array]):
    """Many lanes of a sequence problem, stepped together.

    Lane `i` of `reset(seed=s)` plays stream `s+i`, as lane `i` of `SyncVectorEnv` does: observations, rewards, flags
    and infos are the same. Every array handed out is the caller's own.

    Args:
        problem, fixed, reveal, **parameters: as for `SequenceEnv`.
        num_envs: how many lanes.
        autoreset_mode: what happens after an episode's last step, as an `AutoresetMode` or its value: "NextStep" (the
            next step ignores the lane's action and shows the first observation), "SameStep" (the same step shows it,
            with the last one in `infos["final_obs"]`), or "Disabled" (the lane waits for `reset`).
        render_mode: "ansi" or "rgb_array", one for each lane, or None. For a window, wrap an "rgb_array" one in
            `gymnasium.wrappers.vector.HumanRendering`.

    Raises:
        ValueError, TypeError: for a wrong parameter, see `make_problem`.
        ActionError: from `step`, for an action outside the space; nothing has changed.
        gymnasium.error.ResetNeeded: from `step`, before the first `reset`, or with "Disabled" in an ended lane.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 - Gymnasium declares it so.
        "render_modes": list(RENDER_MODES),
        "render_fps": FPS,
    }

    def __init__(
        self,
        problem: str | type[Problem] | Problem,
        fixed: Mapping[str, Any] | None = None,
        *,
        num_envs: int = 1,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        reveal: bool = False,
        **parameters: Any,
    ) -> None:
        self.problem = build(problem, fixed, parameters)
        self.num_envs = Integer(1).check("num_envs", num_envs)
        self.autoreset_mode = _autoreset_mode(autoreset_mode)
        self.metadata = {**type(self).metadata, "autoreset_mode": self.autoreset_mode}
        self.render_mode = check_render_mode(render_mode)
        self.reveal = Flag().check("reveal", reveal)
        self.single_observation_space = self.problem.observation_space
        self.single_action_space = self.problem.action_space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._code = self.problem.code
        self._blank = self._code.blank
        self._accept = self.problem.answers.many
        self._grade = self.problem.grade
        self._same_step = self.autoreset_mode is AutoresetMode.SAME_STEP
        self._play = Lanes(self.problem, self.num_envs)
        self._begun = False
        self._none = np.zeros(self.num_envs, np.bool_)
        self._waiting = self._none.copy()  # Lanes whose episode is over.
        self._earned = np.zeros(self.num_envs)
        self._asked = np.zeros(self.num_envs, np.int64)
        self._said: list[list[Any]] = [[] for _ in range(self.num_envs)] if self.render_mode else []

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Array, dict[str, Any]]:
        """Start stream `seed+i` in lane `i`, or move it on to its next episode.

        Args:
            seed: an int for lane 0 (lane `i` gets `seed+i`), one int or None for each lane, or None.
            options: `{"reset_mask": mask}` with (lanes,) bool, at least one True, resets only these lanes. The dict is
                left as it is.

        Returns:
            The current observation of every lane, and an empty info.

        Raises:
            ValueError, TypeError: for a wrong seed or mask.
        """
        mask = self._mask(options)
        seeds = self._lane_seeds(seed)
        fresh = {}
        if seed is not None or not self._begun:
            for lane in np.flatnonzero(mask).tolist():
                if seeds[lane] is not None or not self._begun:
                    fresh[lane], _ = seeding.np_random(seeds[lane])
        self._play.begin(fresh, mask)
        self._begun = True
        self._waiting[mask] = False
        self._forget(mask)
        return self._observe(), {}

    def _mask(self, options: dict[str, Any] | None) -> Array:
        """The lanes to reset."""
        if options is None or "reset_mask" not in options:
            return ~self._none
        mask = options["reset_mask"]
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
            raise TypeError(f"options['reset_mask'] must be a numpy array of bool, got {mask!r}")
        if mask.shape != (self.num_envs,) or not mask.any():
            raise ValueError(
                f"options['reset_mask'] must have shape ({self.num_envs},) and at least one True, "
                f"got shape {mask.shape} and {np.count_nonzero(mask)} True"
            )
        if not self._begun and not mask.all():
            raise ValueError("options['reset_mask'] must be all True in the first reset: every lane needs an episode")
        return mask

    def _lane_seeds(self, seed: Any) -> list[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, np.ndarray):
            seed = seed.tolist()
        if isinstance(seed, Sequence) and not isinstance(seed, str):
            if len(seed) != self.num_envs:
                raise ValueError(f"seed must be an integer, None or a list of num_envs={self.num_envs}, got {seed!r}")
            return [None if one is None else Integer(0).check("seed", one) for one in seed]
        first = Integer(0).check("seed", seed)
        return [first + lane for lane in range(self.num_envs)]

    def step(self, actions: Any) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        """Grade the answers of all lanes, then show the next observations.

        Returns:
            observations (lanes, ...), rewards (lanes,) float64, terminated and truncated (lanes,) bool, infos.
        """
        if not self._begun:
            raise ResetNeeded("step() needs episodes that are under way, but none has begun: call reset()")
        waiting = self._waiting
        any_waiting = np.count_nonzero(waiting) > 0
        if any_waiting and self.autoreset_mode is AutoresetMode.DISABLED:
            raise ResetNeeded(
                f"the episodes of lanes {np.flatnonzero(waiting).tolist()} are over: call reset() or "
                'reset(options={"reset_mask": terminated}) before the next step()'
            )
        answers = self._accept(actions, self.num_envs, waiting if any_waiting else None)
        lanes = self._play
        here = lanes.here
        scored, over = lanes.scored[here], lanes.last()
        if any_waiting:
            scored, over = scored & ~waiting, over & ~waiting
        rewards = self._grade(answers, lanes.targets[here]) * scored
        self._earned += rewards
        self._asked += scored
        if self._said:
            self._remember(answers, waiting)
        infos = self._infos(rewards, scored, over, waiting)
        if self._same_step:
            lanes.advance(to_next=over, hold=self._none)
        else:
            lanes.advance(to_next=waiting, hold=over)
            self._waiting = over.copy()
        self._forget(over if self._same_step else waiting)
        return self._observe(), rewards, over, self._none.copy(), infos

    def rollout(self, episodes: int = 1) -> Dataset:
        """The next whole episodes of every lane, as the steps would show them, and past them.

        An action changes no observation, so a player may read an episode at once and be graded by `problem.grade`
        afterwards. Lanes in the middle of an episode leave it for their next one first. Afterwards every lane stands at
        the first step of the episode that follows, in every autoreset mode, and `step` goes on from there.

        Args:
            episodes: how many of each lane, at least 1.

        Returns:
            A Dataset with arrays (episodes, T, lanes, ...), step-major as a rollout buffer lays them out, and lengths
            (episodes, lanes). Blank and not scored after an episode's end.

        Raises:
            ValueError: `episodes` is no integer >= 1.
            gymnasium.error.ResetNeeded: before the first `reset`.
        """
        count = Integer(1).check("episodes", episodes)
        if not self._begun:
            raise ResetNeeded("rollout() needs episodes, but none has begun: call reset()")
        every = ~self._none
        under_way = ~self._play.at_first_step() | self._waiting
        if under_way.any():
            self._play.advance(to_next=under_way, hold=~under_way)
        played = []
        for _ in range(count):
            raw = self._play.episode()
            targets = raw.targets.astype(self.single_action_space.dtype)
            played.append((self._code.encode(raw.observations), targets, raw.scored.copy(), raw.lengths.copy()))
            self._play.advance(to_next=every, hold=self._none)
        self._waiting[:] = False
        self._forget(every)
        data = Dataset(*(np.stack(arrays) for arrays in zip(*played, strict=True)))
        over = np.arange(self.problem.steps)[:, None] >= data.lengths[:, None, :]
        if over.any():
            data.observations[over] = self._blank
        return data

    @property
    def time_steps(self) -> Array:
        """(lanes,) int64: the time step of each lane's current observation, from 0 on; a lane that waits for its next
        episode stays at its last step.
        """
        at: Array = np.mod(np.broadcast_to(self._play.row, (self.num_envs,)), self.problem.steps)
        return at

    @property
    def scored(self) -> Array:
        """(lanes,) bool: whether the answer to each lane's current observation counts."""
        scored: Array = self._play.scored[self._play.here] & ~self._waiting
        return scored

    @property
    def observations(self) -> Array:
        """(lanes, ...): a copy of each lane's current observation; the blank observation in a lane whose episode is over."""
        return self._observe()

    def _observe(self) -> Array:
        observations = self._code.encode(self._play.observations[self._play.here])
        if np.count_nonzero(self._waiting):
            observations[self._waiting] = self._blank
        return observations

    def _infos(self, correct: Array, scored: Array, over: Array, waiting: Array) -> dict[str, Any]:
        """What this step tells, as `SyncVectorEnv` puts it: a value and a mask for each key."""
        infos: dict[str, Any] = {}
        ended = int(np.count_nonzero(over))
        if self.reveal:
            infos |= self._graded(correct, scored, ~(waiting | over) if self._same_step else ~waiting)
        if ended == 0:
            return infos
        last = _facts(over, is_success=self._earned == self._asked, accuracy=self._earned / np.maximum(self._asked, 1))
        if not self._same_step:
            return infos | last
        if self.reveal:
            last = self._graded(correct, scored, over) | last
        # An array for each lane; a number can serve them all.
        blank = self._blank
        blanks = (
            np.broadcast_to(blank, (ended, *blank.shape)).copy()
            if isinstance(blank, np.ndarray)
            else repeat(blank, ended)
        )
        final_observations = np.full(self.num_envs, None, object)
        final_observations[over] = np.fromiter(blanks, object, ended)
        return infos | {
            "final_obs": final_observations,
            "_final_obs": over.copy(),
            "final_info": last,
            "_final_info": over.copy(),
        }

    def _graded(self, correct: Array, scored: Array, lanes: Array) -> dict[str, Any]:
        """What `reveal` tells of these lanes."""
        targets = self._play.targets[self._play.here].astype(self.single_action_space.dtype)
        return _facts(lanes, scored=scored, correct=correct) | _facts(lanes & scored, target=targets)

    def _forget(self, lanes: Array) -> None:
        """Begin the account of these lanes anew."""
        if np.count_nonzero(lanes):
            self._earned[lanes] = 0.0
            self._asked[lanes] = 0
            if self._said:
                for lane in np.flatnonzero(lanes):
                    self._said[lane] = []

    def _remember(self, answers: Array, waiting: Array) -> None:
        for lane in np.flatnonzero(~waiting):
            self._said[lane].append(answers[lane].copy())

    def render(self) -> tuple[Any, ...] | None:
        """The episode so far of each lane: str, or uint8 pictures (H, W, 3).

        Raises:
            gymnasium.error.ResetNeeded: before the first `reset`.
        """
        if self.render_mode is None:
            gymnasium.logger.warn(
                'render() shows nothing without a render_mode: make the envs with render_mode="ansi" or "rgb_array"'
            )
            return None
        if not self._begun:
            raise ResetNeeded("render() needs episodes: call reset() first")
        return tuple(frame(self._transcript(lane), self.render_mode) for lane in range(self.num_envs))

    def _transcript(self, lane: int) -> Transcript:
        block, episode = self._play.block(lane)
        playing = not self._waiting[lane]
        earned, asked = float(self._earned[lane]), int(self._asked[lane])
        return Transcript.of_episode(self.problem, block, episode, self._said[lane], playing, earned, asked)


def _facts(lanes: Array, **values: Array) -> dict[str, Any]:
    """Each value with zeros outside of these lanes, and a mask of the lanes; nothing if there are none."""
    facts: dict[str, Any] = {}
    told = np.count_nonzero(lanes)
    if told == 0:
        return facts
    for name, value in values.items():
        facts[name] = value.copy()
        facts[f"_{name}"] = lanes.copy()
        if told < len(lanes):
            facts[name][~lanes] = 0
    return facts


def _autoreset_mode(mode: AutoresetMode | str) -> AutoresetMode:
    try:
        return AutoresetMode(mode)
    except ValueError:
        allowed = ", ".join(repr(one.value) for one in AutoresetMode)
        raise ValueError(f"autoreset_mode must be an AutoresetMode or one of {allowed}, got {mode!r}") from None
