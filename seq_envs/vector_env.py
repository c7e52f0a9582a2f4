"""The vector view: many lanes at once, each equal to the scalar view byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from seq_envs.dataset import Dataset
from seq_envs.encodings import Array
from seq_envs.env_options import EnvOptions, Pay
from seq_envs.feedback import LaneFeedback
from seq_envs.fixed_settings import FixedSettings
from seq_envs.lanes import Lanes
from seq_envs.parameters import Flag, Integer
from seq_envs.problem import Problem
from seq_envs.registration import build
from seq_envs.rendering import FPS, RENDER_MODES, check_render_mode, frame
from seq_envs.score_sheet import ScoreSheet
from seq_envs.transcript import Transcript
from seq_envs.vector_infos import masked_infos, object_array
from seq_envs.vector_options import checked_mode, lanes_to_reset, seeds_of_lanes


class _Endings(NamedTuple):
    """The lanes whose episode ends with the current step."""

    terminated: Array
    """(lanes,) bool."""
    truncated: Array
    """(lanes,) bool."""
    over: Array
    """(lanes,) bool: terminated or truncated."""
    over_count: int
    """The number of lanes that are over."""


class SequenceVectorEnv(FixedSettings, VectorEnv[Any, Any, Array]):
    """Many lanes of a sequence problem, stepped together.

    It equals `SyncVectorEnv` of as many `SequenceEnv`s: observations, rewards, flags, infos, seeds and generators are
    the same, so lane `i` of `reset(seed=s)` plays stream `s+i`. The caller may change every array that it returns.

    Args:
        problem, fixed, reveal, pay, feedback, **parameters: as for `SequenceEnv`.
        num_envs: the number of lanes.
        autoreset_mode: what happens after an episode's last step, as an `AutoresetMode` or its value: "NextStep" (the
            next step ignores the lane's action and returns the first observation), "SameStep" (the same step returns
            it, with the last one in `infos["final_obs"]`), or "Disabled" (the lane waits for `reset`).
        render_mode: "ansi" or "rgb_array", one for each lane, or None. For a window, wrap an "rgb_array" one in
            `gymnasium.wrappers.vector.HumanRendering`.
        max_episode_steps: the time step after which an episode is truncated, as by Gymnasium's `TimeLimit`; None or
            -1: never.

    Raises:
        ValueError, TypeError: for a wrong parameter, see `make_problem`.
        ActionError: from `step`, for an action outside the space, see `seq_envs.answers`; the env is unchanged.
        gymnasium.error.ResetNeeded: from `step`, before the first `reset`, or with "Disabled" in an ended lane.
        AttributeError: on setting `problem`, a parameter or another argument of an env that is made.
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
        pay: Pay = "each_step",
        feedback: Sequence[str] = (),
        max_episode_steps: int | None = None,
        **parameters: Any,
    ) -> None:
        self.problem = build(problem, fixed, parameters)
        self.num_envs = Integer(1).check("num_envs", num_envs)
        self.autoreset_mode = checked_mode(autoreset_mode)
        self.metadata = {**type(self).metadata, "autoreset_mode": self.autoreset_mode}
        self.render_mode = check_render_mode(render_mode)
        self.reveal = Flag().check("reveal", reveal)
        self._options = EnvOptions(pay=pay, feedback=feedback, max_episode_steps=max_episode_steps)
        self._feedback = LaneFeedback(self.problem, self._options, self.num_envs) if self._options.feedback else None
        self.single_observation_space = self._feedback.space if self._feedback else self.problem.observation_space
        self.single_action_space = self.problem.action_space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._lanes = Lanes(self.problem, self.num_envs)
        self._scores = ScoreSheet(self.num_envs)
        self._code = self.problem.code
        self._blank = self._code.blank
        self._blanks = np.broadcast_to(self._blank, (self.num_envs, *np.shape(self._blank)))
        self._read_actions = self.problem.answers.read_actions
        own_grade = type(self.problem).grade is not Problem.grade
        self._grade = self.problem.grade if own_grade else self.problem.answers.grade
        # Whether a step in which no episode ends and no lane waits needs nothing but the next observations.
        self._only_moves_on = not (self.reveal or self._options.chosen())
        self._same_step = self.autoreset_mode is AutoresetMode.SAME_STEP
        self._none = np.zeros(self.num_envs, np.bool_)
        self._every = ~self._none
        self._begun = False
        self._waiting = self._none  # The lanes whose episode is over; this array is replaced, never written to.
        self._waiting_count = 0
        self._terminated = self._none  # The waiting lanes that are terminated: their observation is blank.
        self._seeds: list[int | None] = [None] * self.num_envs
        self._generators: list[np.random.Generator | None] = [None] * self.num_envs
        self._answers: list[list[Any]] = [[] for _ in range(self.num_envs)] if self.render_mode else []

    @property
    def max_episode_steps(self) -> int | None:
        """The time step after which an episode is truncated; None: never."""
        return self._options.max_episode_steps

    @property
    def np_random_seed(self) -> tuple[int, ...]:  # type: ignore[override]  # As SyncVectorEnv has it: one for each lane.
        """The seed of each lane's stream; a lane without one gets a seed here."""
        self._seeds = [seeding.np_random()[1] if seed is None else seed for seed in self._seeds]
        return tuple(seed for seed in self._seeds if seed is not None)

    @property  # type: ignore[misc]  # Read-only, as SyncVectorEnv has it.
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]  # As SyncVectorEnv has it.
        """A generator for each lane, of the lane's seed; drawing from it has no effect on the episodes."""
        for lane, seed in enumerate(self.np_random_seed):
            if self._generators[lane] is None:
                self._generators[lane], _ = seeding.np_random(seed)
        return tuple(generator for generator in self._generators if generator is not None)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start stream `seed+i` in lane `i`, or move it on to its next episode.

        Args:
            seed: an int for lane 0 (lane `i` gets `seed+i`), one int or None for each lane, or None.
            options: `{"reset_mask": mask}` with (lanes,) bool, at least one True, resets only these lanes. The dict is
                not changed.

        Returns:
            The current observation of every lane, and infos: empty, or those of `reveal` for the lanes that are reset.

        Raises:
            ValueError, TypeError: for a wrong seed or mask.
        """
        mask = lanes_to_reset(options, self.num_envs, self._begun)
        seeds = seeds_of_lanes(seed, self.num_envs)
        new_streams = {}
        if seed is not None or not self._begun:
            for lane in np.flatnonzero(mask).tolist():
                if seeds[lane] is not None:
                    self._seeds[lane], self._generators[lane] = seeds[lane], None
                elif self._begun:
                    continue
                new_streams[lane], self._seeds[lane] = seeding.np_random(self._seeds[lane])
        self._lanes.begin(new_streams, mask)
        self._begun = True
        if self._waiting_count:
            self._wait(self._waiting & ~mask, self._terminated & ~mask)
        self._clear(mask)
        infos = self._revealed_by_reset(mask) if self.reveal else {}
        return self._observe(), infos

    def step(self, actions: Any) -> tuple[Any, Array, Array, Array, dict[str, Any]]:
        """Grade the answers of all lanes, and move on to the next observations.

        Returns:
            observations (lanes, ...), rewards (lanes,) float64, terminated and truncated (lanes,) bool, infos.
        """
        if not self._begun:
            raise ResetNeeded("step() needs episodes that are under way, but none has begun: call reset()")
        waiting = self._waiting if self._waiting_count else None
        if waiting is not None and self.autoreset_mode is AutoresetMode.DISABLED:
            raise ResetNeeded(
                f"the episodes of lanes {np.flatnonzero(waiting).tolist()} are over: call reset() or "
                'reset(options={"reset_mask": terminated | truncated}) before the next step()'
            )
        answers = self._read_actions(actions, self.num_envs, waiting)
        if waiting is not None:
            self._clear(waiting)
        targets, scored = self._lanes.question()
        if waiting is not None:
            scored = scored & ~waiting
        rewards = np.zeros(self.num_envs) if scored is False else self._grade(answers, targets)
        if isinstance(scored, np.ndarray):
            rewards *= scored
        self._scores.add(rewards, scored)
        if self._answers:
            self._keep_answers(answers)
        last = self._lanes.at_last_step()
        if waiting is None and self._only_moves_on and last is False:
            self._lanes.advance_all()
            return self._lanes.observe(), rewards, self._none.copy(), self._none.copy(), {}
        endings = self._endings(last)
        paid = np.where(endings.terminated, self._scores.earned, 0.0) if self._options.pays_at_end else rewards
        if self._feedback:
            self._feedback.record(answers, paid, waiting)
        infos = self._infos(rewards, targets, scored, endings) if endings.over_count or self.reveal else {}
        self._advance(endings)
        return self._observe(), paid, endings.terminated, endings.truncated, infos

    def _endings(self, last: bool | Array) -> _Endings:
        """The lanes whose episode ends with the current step; waiting lanes are not among them.

        Args:
            last: whether the current step is the last of its episode, see `Lanes.at_last_step`.
        """
        limit = self.max_episode_steps
        if limit is None and last is False:
            return _Endings(self._none.copy(), self._none.copy(), self._none, 0)
        if limit is None and last is True and not self._waiting_count:
            return _Endings(self._every.copy(), self._none.copy(), self._every, self.num_envs)
        playing = ~self._waiting
        terminated = playing & last
        truncated = self._none.copy() if limit is None else playing & (self._lanes.step + 1 >= limit)
        over = terminated | truncated
        return _Endings(terminated, truncated, over, int(np.count_nonzero(over)))

    def _advance(self, endings: _Endings) -> None:
        """Move every lane to its next observation."""
        if endings.over_count == 0 and self._waiting_count == 0:
            self._lanes.advance(to_next=self._none, hold=self._none)
        elif self._same_step:
            self._lanes.advance(to_next=endings.over, hold=self._none)
            self._clear(endings.over)
        else:
            # A truncated lane moves on to the observation that it ends with; a terminated one has none.
            self._lanes.advance(to_next=self._waiting, hold=endings.terminated)
            self._wait(endings.over.copy(), endings.terminated.copy())

    def _wait(self, lanes: Array, terminated: Array) -> None:
        """Let these lanes, (lanes,) bool, wait for their next episode."""
        self._waiting, self._terminated = lanes, terminated
        self._waiting_count = int(np.count_nonzero(lanes))

    def rollout(self, episodes: int = 1) -> Dataset:
        """The next whole episodes of every lane, as steps would return them; the lanes move past them.

        Actions change no observation, so a policy may read an episode at once and be graded by `problem.grade`
        afterwards. A lane in the middle of an episode skips the rest of it. After the call every lane is at the first
        step of its next episode, in every autoreset mode, and `step` continues from there.

        Args:
            episodes: the number of episodes of each lane, at least 1.

        Returns:
            A Dataset with arrays (episodes, T, lanes, ...), step-major as a rollout buffer lays them out, and lengths
            (episodes, lanes). After an episode's end, observations are blank and steps are not scored.

        Raises:
            ValueError: `episodes` is no integer >= 1, or the envs have `feedback` or `max_episode_steps`.
            gymnasium.error.ResetNeeded: before the first `reset`.
        """
        count = Integer(1).check("episodes", episodes)
        if self.max_episode_steps is not None:
            raise ValueError(
                f"rollout() needs max_episode_steps=None, got {self.max_episode_steps}: it returns whole episodes"
            )
        if self._feedback:
            raise ValueError(
                f"rollout() needs feedback=(), got {self.feedback}: it returns episodes before they are answered"
            )
        if not self._begun:
            raise ResetNeeded("rollout() needs episodes, but none has begun: call reset()")
        under_way = (self.time_steps > 0) | self._waiting
        if under_way.any():
            self._lanes.advance(to_next=under_way, hold=~under_way)
        played = []
        for _ in range(count):
            raw = self._lanes.episode()
            targets = raw.targets.astype(self.single_action_space.dtype)
            played.append((self._code.encode(raw.observations), targets, raw.scored.copy(), raw.lengths.copy()))
            self._lanes.advance(to_next=self._every, hold=self._none)
        self._wait(self._none, self._none)
        self._clear(self._every)
        data = Dataset(*(np.stack(arrays) for arrays in zip(*played, strict=True)))
        over = np.arange(self.problem.steps)[:, None] >= data.lengths[:, None, :]
        if over.any():
            data.observations[over] = self._blank
        return data

    @property
    def time_steps(self) -> Array:
        """(lanes,) int64: the time step of each lane's current observation, counted from 0; a lane that waits for its
        next episode keeps the time step of its last answer, or the one that follows it if the episode was truncated.
        """
        return np.array(np.broadcast_to(self._lanes.step, (self.num_envs,)))

    @property
    def scored(self) -> Array:
        """(lanes,) bool: whether the answer to each lane's current observation counts."""
        scored: Array = self._lanes.scored[self._lanes.here] & ~self._waiting
        return scored

    @property
    def observations(self) -> Any:
        """(lanes, ...), or with `feedback` a dict of such arrays: a copy of each lane's current observation, blank in a
        lane whose episode is over."""
        return self._observe()

    def _observe(self) -> Any:
        """A copy of the current observation of every lane."""
        observations = self._lanes.observe()
        if self._waiting_count:
            observations[self._terminated] = self._blank
        return self._feedback.of_lanes(observations) if self._feedback else observations

    def _infos(self, correct: Array, targets: Array, scored: Array | bool, endings: _Endings) -> dict[str, Any]:
        """The infos of this step."""
        earned, asked, every = self._scores.earned, self._scores.asked, self._every
        values = {"is_success": endings.terminated & (earned == asked), "accuracy": earned / np.maximum(asked, 1)}
        ended = endings.terminated
        if self.reveal:
            counts = every & scored
            revealed = targets.astype(self.single_action_space.dtype)
            revealed[~counts] = 0
            values |= {"scored": counts, "correct": correct.copy(), "target": revealed}
            ended = endings.over
        if not self._same_step or endings.over_count == 0:
            return masked_infos(every if self.reveal else ended, values)
        infos: dict[str, Any] = {
            "final_obs": object_array(endings.over, self._last_observations(endings)),
            "_final_obs": endings.over.copy(),
            "final_info": masked_infos(ended, values),
            "_final_info": endings.over.copy(),
        }
        if self.reveal:  # A lane whose episode is over also has the info of its reset, which is zeros.
            infos |= masked_infos(every, {name: value.copy() for name, value in values.items()})
            for name in values:
                infos[name][endings.over] = 0
        return infos

    def _last_observations(self, endings: _Endings) -> Any:
        """The observation (lanes, ...) after this step and before a reset: blank in lanes that are terminated."""
        observations = self._blanks
        if self.max_episode_steps is not None:
            observations = self._lanes.observe(after=1)
            observations[endings.terminated] = self._blank
        return self._feedback.of_lanes(observations) if self._feedback else observations

    def _revealed_by_reset(self, lanes: Array) -> dict[str, Any]:
        """The infos of `reveal` for lanes, (lanes,) bool, that are reset: zeros."""
        space = self.single_action_space
        values = {
            "scored": self._none.copy(),
            "correct": np.zeros(self.num_envs),
            "target": np.zeros((self.num_envs, *(space.shape or ())), space.dtype),
            "is_success": self._none.copy(),
            "accuracy": np.zeros(self.num_envs),
        }
        return masked_infos(lanes, values)

    def _clear(self, lanes: Array) -> None:
        """Clear the scores and the kept answers of these lanes, (lanes,) bool, for a new episode."""
        if self._feedback:
            self._feedback.clear(lanes)
        if np.count_nonzero(lanes) == self.num_envs:
            self._scores.clear_all()
        else:
            self._scores.clear(lanes)
        if self._answers:
            for lane in np.flatnonzero(lanes):
                self._answers[lane] = []

    def _keep_answers(self, answers: Array) -> None:
        for lane in np.flatnonzero(~self._waiting):
            self._answers[lane].append(answers[lane].copy())

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
        block, episode = self._lanes.block(lane)
        playing = not self._terminated[lane]
        return Transcript.of_episode(
            self.problem, block, episode, self._answers[lane], playing, float(self._scores.earned[lane])
        )
