"""The vector env step by step, in one autoreset mode."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from seq_envs.encodings import Array
from seq_envs.problem import Problem
from seq_envs.testing.contract import require, require_same
from seq_envs.testing.handed_out import HandedOut
from seq_envs.testing.script import MOST_STEPS, Script
from seq_envs.testing.vector_infos import Facts, check_infos
from seq_envs.vector_env import SequenceVectorEnv

LANES = 3
SEED = 20


class VectorPlay:
    """A vector env beside what its lanes must play."""

    def __init__(self, problem: Problem, envs: SequenceVectorEnv, mode: AutoresetMode, scribble: bool) -> None:
        self._envs = envs
        self._mode = mode
        self._blank = problem.code.blank
        self._steps = min(3 * problem.steps + 3, MOST_STEPS)
        self._scripts = [Script(problem, SEED + lane, self._steps) for lane in range(LANES)]
        self._waiting = np.zeros(LANES, np.bool_)
        self._handed_out = HandedOut(scribble)
        self._reveal = scribble
        self._of_reset = self._scripts[0].facts_of_reset() if scribble else {}

    def run(self) -> None:
        """Play for some episodes."""
        shown, infos = self._envs.reset(seed=SEED)
        if self._reveal:
            self._check_infos(infos, dict.fromkeys(range(LANES), self._of_reset), self._waiting, "after reset()")
        else:
            require(infos == {}, f"a leak: infos of reset() give {infos} away, and must be empty")
        for step in range(self._steps):
            self._where = f"at step {step} of the vector env ({self._mode})"
            self._check_shown(shown)
            self._handed_out.add(shown)
            if self._mode is AutoresetMode.DISABLED and self._waiting.any():
                shown, _ = self._envs.reset(options={"reset_mask": self._waiting.copy()})
                self._move_on(self._waiting)
                self._waiting[:] = False
            else:
                shown = self._step()
        self._check_reset_of_one()

    def _check_reset_of_one(self) -> None:
        """A lane moves on by itself, in the middle of an episode too."""
        one = np.arange(LANES) == 1
        shown, _ = self._envs.reset(options={"reset_mask": one.copy()})
        self._move_on(one)
        self._waiting[one] = False
        self._where = f"after a reset of lane 1 alone of the vector env ({self._mode})"
        self._check_shown(shown)

    def _check_shown(self, shown: Array) -> None:
        for lane, script in enumerate(self._scripts):
            expected = self._blank if self._waiting[lane] else script.observation
            require_same(shown[lane], expected, f"lane {lane} shows {{}}, but must {{}}, {self._where}")

    def _step(self) -> Array:
        scripts = self._scripts
        playing = np.flatnonzero(~self._waiting).tolist()
        answers = np.array([script.answer() for script in scripts], self._envs.single_action_space.dtype)
        shown, rewards, terminated, truncated, infos = self._envs.step(answers)
        self._handed_out.check(self._where)
        require(rewards.dtype == np.float64, f"rewards must be float64, got {rewards.dtype}, {self._where}")
        over = np.array([script.last for script in scripts]) & ~self._waiting
        # In a waiting lane this step only shows the first observation of the next episode.
        earned = [0.0 if self._waiting[lane] else script.reward(answers[lane]) for lane, script in enumerate(scripts)]
        for lane in range(LANES):
            for name, told, expected in (
                ("an answer earns", rewards[lane], earned[lane]),
                ("terminated is", terminated[lane], over[lane]),
                ("truncated is", truncated[lane], False),
            ):
                require(told == expected, f"{name} {told} in lane {lane}, but must be {expected}, {self._where}")
        facts = dict.fromkeys(range(LANES), self._of_reset)
        facts |= {lane: scripts[lane].facts(earned[lane], self._reveal) for lane in playing}
        ended = over if self._mode is AutoresetMode.SAME_STEP else over & False
        for lane in playing:
            scripts[lane].advance(earned[lane])
        self._check_infos(infos, facts, ended, self._where)
        for array in (rewards, terminated, truncated):
            self._handed_out.add(array)
        self._move_on(self._waiting)
        if self._mode is AutoresetMode.SAME_STEP:
            self._move_on(over)
        else:
            self._waiting = over
        return shown

    def _check_infos(self, infos: dict[str, Any], facts: Facts, ended: Array, where: str) -> None:
        check_infos(infos, facts, ended, self._blank, self._of_reset, where)

    def _move_on(self, lanes: Array) -> None:
        for lane in np.flatnonzero(lanes).tolist():
            self._scripts[lane].next_episode()
