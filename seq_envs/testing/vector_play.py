"""A vector env, step by step and in one autoreset mode, must return what the streams of its lanes hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from seq_envs.encodings import Array
from seq_envs.problem import Problem
from seq_envs.testing.contract import require, require_same
from seq_envs.testing.expected_infos import LaneInfos, check_infos
from seq_envs.testing.expected_stream import MOST_STEPS, ExpectedStream
from seq_envs.testing.returned_arrays import ReturnedArrays
from seq_envs.vector_env import SequenceVectorEnv

LANES = 3
SEED = 20


class VectorPlay:
    """A vector env and, for each lane, the stream that it must play.

    Args:
        problem: the problem.
        envs: the vector env, with LANES lanes and in this mode.
        mode: the autoreset mode.
        reveal: whether the env was made with `reveal`. If so, every array that it returns is also overwritten.
    """

    def __init__(self, problem: Problem, envs: SequenceVectorEnv, mode: AutoresetMode, reveal: bool) -> None:
        self._envs = envs
        self._mode = mode
        self._blank = problem.code.blank
        self._steps = min(3 * problem.steps + 3, MOST_STEPS)
        self._streams = [ExpectedStream(problem, SEED + lane, self._steps) for lane in range(LANES)]
        self._waiting = np.zeros(LANES, np.bool_)
        self._returned = ReturnedArrays(overwrite=reveal)
        self._reveal = reveal
        self._of_reset = self._streams[0].info_of_reset() if reveal else {}

    def run(self) -> None:
        """Play some episodes and check what the env returns."""
        observations, infos = self._envs.reset(seed=SEED)
        if self._reveal:
            self._check_infos(infos, dict.fromkeys(range(LANES), self._of_reset), self._waiting, "after reset()")
        else:
            require(infos == {}, f"a leak: infos of reset() are {infos}, but must be empty")
        for step in range(self._steps):
            self._where = f"at step {step} of the vector env ({self._mode})"
            self._check_observations(observations)
            self._returned.add(observations)
            if self._mode is AutoresetMode.DISABLED and self._waiting.any():
                observations, _ = self._envs.reset(options={"reset_mask": self._waiting.copy()})
                self._move_on(self._waiting)
                self._waiting[:] = False
            else:
                observations = self._step()
        self._check_reset_of_one_lane()

    def _check_reset_of_one_lane(self) -> None:
        """A reset mask moves one lane on to its next episode, also within an episode."""
        mask = np.arange(LANES) == 1
        observations, _ = self._envs.reset(options={"reset_mask": mask.copy()})
        self._move_on(mask)
        self._waiting[mask] = False
        self._where = f"after a reset of lane 1 alone of the vector env ({self._mode})"
        self._check_observations(observations)

    def _check_observations(self, observations: Any) -> None:
        for lane, stream in enumerate(self._streams):
            expected = self._blank if self._waiting[lane] else stream.observation
            message = f"the observation of lane {lane} is {{}}, but must be {{}}, {self._where}"
            require_same(observations[lane], expected, message)

    def _step(self) -> Any:
        streams = self._streams
        playing = np.flatnonzero(~self._waiting).tolist()
        answers = np.array([stream.answer() for stream in streams], self._envs.single_action_space.dtype)
        observations, rewards, terminated, truncated, infos = self._envs.step(answers)
        self._returned.check(self._where)
        require(rewards.dtype == np.float64, f"rewards must be float64, got {rewards.dtype}, {self._where}")
        over = np.array([stream.last for stream in streams]) & ~self._waiting
        # In a waiting lane this step only returns the first observation of the next episode.
        earned = [0.0 if self._waiting[lane] else stream.reward(answers[lane]) for lane, stream in enumerate(streams)]
        for lane in range(LANES):
            for name, found, expected in (
                ("the reward", rewards[lane], earned[lane]),
                ("terminated", terminated[lane], over[lane]),
                ("truncated", truncated[lane], False),
            ):
                require(found == expected, f"{name} is {found} in lane {lane}, but must be {expected}, {self._where}")
        expected_infos = dict.fromkeys(range(LANES), self._of_reset)
        expected_infos |= {lane: streams[lane].info(earned[lane], self._reveal) for lane in playing}
        ended = over if self._mode is AutoresetMode.SAME_STEP else over & False
        for lane in playing:
            streams[lane].advance(earned[lane])
        self._check_infos(infos, expected_infos, ended, self._where)
        for array in (rewards, terminated, truncated):
            self._returned.add(array)
        self._move_on(self._waiting)
        if self._mode is AutoresetMode.SAME_STEP:
            self._move_on(over)
        else:
            self._waiting = over
        return observations

    def _check_infos(self, infos: dict[str, Any], expected: LaneInfos, ended: Array, where: str) -> None:
        check_infos(infos, expected, ended, self._blank, self._of_reset, where)

    def _move_on(self, lanes: Array) -> None:
        """Move these lanes, (lanes,) bool, on to their next episode."""
        for lane in np.flatnonzero(lanes).tolist():
            self._streams[lane].next_episode()
