"""The vector env against the data set, in every autoreset mode."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from seq_envs.dataset import sample
from seq_envs.encodings import Array
from seq_envs.problem import Problem
from seq_envs.testing.contract import no_global_draws, require, require_same
from seq_envs.testing.handed_out import HandedOut
from seq_envs.testing.script import MOST_STEPS, Script
from seq_envs.vector_env import SequenceVectorEnv

_LANES = 3
_SEED = 20
_TOLD = {"is_success", "_is_success", "accuracy", "_accuracy"}
_FINAL = {"final_obs", "_final_obs", "final_info", "_final_info"}


def check_vector_view(problem: Problem, env_class: type[SequenceVectorEnv] = SequenceVectorEnv) -> None:
    """Lane `i` of seed `s` plays stream `s + i` in every autoreset mode, and `rollout` hands out the same."""
    with no_global_draws("the vector env"):
        for mode in AutoresetMode:
            for scribble in (False, True):
                envs = env_class(problem, num_envs=_LANES, autoreset_mode=mode)
                _Play(problem, envs, mode, scribble).run()
        _check_rollout(problem, env_class(problem, num_envs=_LANES))


class _Play:
    """A vector env beside what its lanes must play."""

    def __init__(self, problem: Problem, envs: SequenceVectorEnv, mode: AutoresetMode, scribble: bool) -> None:
        self._envs = envs
        self._mode = mode
        self._blank = problem.code.blank
        self._steps = min(3 * problem.steps + 3, MOST_STEPS)
        self._scripts = [Script(problem, _SEED + lane, self._steps) for lane in range(_LANES)]
        self._waiting = np.zeros(_LANES, np.bool_)
        self._handed_out = HandedOut(scribble)

    def run(self) -> None:
        """Play for some episodes."""
        shown, infos = self._envs.reset(seed=_SEED)
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
        one = np.arange(_LANES) == 1
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
        answers = np.array([script.answer() for script in scripts], self._envs.single_action_space.dtype)
        shown, rewards, terminated, truncated, infos = self._envs.step(answers)
        self._handed_out.check(self._where)
        require(rewards.dtype == np.float64, f"rewards must be float64, got {rewards.dtype}, {self._where}")
        over = np.array([script.last for script in scripts]) & ~self._waiting
        # In a waiting lane this step only shows the first observation of the next episode.
        earned = [0.0 if self._waiting[lane] else script.reward(answers[lane]) for lane, script in enumerate(scripts)]
        for lane in range(_LANES):
            for name, told, expected in (
                ("an answer earns", rewards[lane], earned[lane]),
                ("terminated is", terminated[lane], over[lane]),
                ("truncated is", truncated[lane], False),
            ):
                require(told == expected, f"{name} {told} in lane {lane}, but must be {expected}, {self._where}")
        for lane in np.flatnonzero(~self._waiting).tolist():
            scripts[lane].advance(earned[lane])
        self._check_infos(infos, over)
        for array in (rewards, terminated, truncated):
            self._handed_out.add(array)
        self._move_on(self._waiting)
        if self._mode is AutoresetMode.SAME_STEP:
            self._move_on(over)
        else:
            self._waiting = over
        return shown

    def _move_on(self, lanes: Array) -> None:
        for lane in np.flatnonzero(lanes).tolist():
            self._scripts[lane].next_episode()

    def _check_infos(self, infos: dict[str, Any], over: Array) -> None:
        """Nothing but how ended episodes went."""
        if not over.any():
            require(infos == {}, f"a leak: infos give {infos} away, and must be empty, {self._where}")
            return
        final = self._mode is AutoresetMode.SAME_STEP
        told = infos.get("final_info", {}) if final else infos
        more = sorted(infos.keys() - (_FINAL if final else _TOLD)) + sorted(told.keys() - _TOLD)
        require(not more, f"a leak: infos give {more} away, {self._where}")
        masks = {name: told[name] for name in ("_is_success", "_accuracy") if name in told}
        for name, mask in masks.items():
            require(np.array_equal(mask, over), f"infos say {name}={mask}, but must say {over}, {self._where}")
        for name in ("is_success", "accuracy"):
            running = np.asarray(told.get(name, 0.0) * ~over)
            require(not running.any(), f"a leak: infos tell {name} of lanes whose episode goes on, {self._where}")
        for lane in np.flatnonzero(over).tolist():
            script = self._scripts[lane]
            success = bool(told["is_success"][lane]) if "is_success" in told else None
            right = script.earned == script.asked
            require(
                success is right, f"infos say is_success={success} of lane {lane}, but must say {right}, {self._where}"
            )
            accuracy = told["accuracy"][lane] if "accuracy" in told else None
            expected = script.earned / script.asked
            require(
                accuracy is not None and abs(accuracy - expected) < 1e-9,
                f"infos say accuracy={accuracy} of lane {lane}, but must say {expected}, {self._where}",
            )
            if final:
                last = infos["final_obs"][lane]
                require_same(
                    last, self._blank, f"final_obs of lane {lane} is {{}}, but must be blank, {{}}, {self._where}"
                )


def _check_rollout(problem: Problem, envs: SequenceVectorEnv) -> None:
    envs.reset(seed=_SEED)
    episodes = envs.rollout(2)
    for lane in range(_LANES):
        for name, drawn, data in zip(episodes._fields, episodes, sample(problem, 2, _SEED + lane), strict=True):
            played = drawn[:, lane] if name == "lengths" else drawn[:, :, lane]
            require(np.array_equal(played, data), f"rollout() hands out other {name} than sample() in lane {lane}")
