"""The scalar view: one episode at a time, one time step per step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding

from seq_envs.parameters import Flag
from seq_envs.problem import Episodes, Problem
from seq_envs.registration import build
from seq_envs.rendering import FPS, RENDER_MODES, check_render_mode, frame
from seq_envs.stream import Stream
from seq_envs.transcript import Transcript

_ROWS_AHEAD = 128
"""Time steps prepared at once as Python objects, so that a step is a few list look-ups."""
_NUMBERS_AHEAD = 1 << 17
"""Numbers that their observations may have together: an observation that is kept keeps them all."""


class SequenceEnv(gymnasium.Env[Any, Any]):
    """A sequence problem as a Gymnasium environment.

    At step `t` the agent sees an observation, answers with an action, and `step` grades the answer and shows the next
    observation. Actions never change observations. `reset(seed=s)` starts stream `s`; each further `reset()` moves on
    to its next episode.

    Rewards: `problem.grade` on a scored step, else 0.0; a builtin float. Episodes are terminated after their last step,
    never truncated.

    Information: empty but for the last step of an episode, which has `is_success` (bool: every scored answer was fully
    right) and `accuracy` (float: mean grade over the scored steps). With `reveal=True` every step adds what it has just
    graded: `scored` (bool), `correct` (float in [0, 1], 0.0 if not scored) and, where scored, `target`: for looking on,
    since an agent that reads it sees its previous answer's grade.

    Args:
        problem: a Problem, its class, or "module:Class".
        fixed: parameters that cannot be overridden, for a benchmark's id.
        render_mode: "ansi" (text), "rgb_array" (picture) or None. For a window, `make` takes "human" too, by its
            `HumanRendering` wrapper, which needs pygame.
        reveal: whether `info` tells what has been graded.
        **parameters: the problem's parameters.

    Raises:
        ValueError, TypeError: for a wrong parameter, see `make_problem`.
        ActionError: from `step`, for an action outside the space; nothing has changed.
        gymnasium.error.ResetNeeded: from `step`, before the first `reset` or after the end of an episode.
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
        render_mode: str | None = None,
        reveal: bool = False,
        **parameters: Any,
    ) -> None:
        self.problem = build(problem, fixed, parameters)
        self.render_mode = check_render_mode(render_mode)
        self.reveal = Flag().check("reveal", reveal)
        self.observation_space = self.problem.observation_space
        self.action_space = self.problem.action_space
        self._code = self.problem.code
        self._blank = self._code.blank
        self._accept = self.problem.answers.one
        self._grade = self.problem.grade
        self._stream: Stream | None = None
        self._block: Episodes | None = None
        self._episode = 0  # Which of the block's episodes is played.
        self._playing = False
        # The rows (time steps) prepared: lists, and where they begin among all rows of the block.
        self._observations: list[Any] = []
        self._targets: list[Any] = []
        self._scored: list[bool] = []
        self._rows_ahead = max(1, min(_ROWS_AHEAD, _NUMBERS_AHEAD // self._numbers_of_a_step()))
        self._first = 0
        self._row = 0  # The row to be answered, counted from the first one prepared.
        self._stop = 0  # The row at which the episode is over, or no more rows are prepared.
        self._earned = 0.0
        self._asked = 0
        self._said: list[Any] = []  # The answers of this episode, kept for rendering only.
        self._keep_said = render_mode is not None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start stream `seed`, or move on to the next episode; `options` have no effect.

        Returns:
            The first observation, and an empty info.
        """
        if seed is not None:
            super().reset(seed=seed)
            self._stream = None
        if self._stream is None:
            self._stream = Stream(self.problem, self._generator())
            self._block = None
        self._episode += 1
        if self._block is None or self._episode == len(self._block.lengths):
            self._block = self._stream.block()
            self._episode = 0
            self._observations = []
        row = self._episode * self.problem.steps - self._first
        if 0 <= row < len(self._observations):
            self._row = row
            self._find_stop()
        else:
            self._prepare(self._episode * self.problem.steps)
        self._earned = 0.0
        self._asked = 0
        self._said = []
        self._playing = True
        return self._observations[self._row], {}

    def _numbers_of_a_step(self) -> int:
        """How many numbers an observation or an action has, whichever has more."""
        return max(1, np.size(self._blank), math.prod(self.action_space.shape or ()))

    def _generator(self) -> np.random.Generator:
        """A generator for the stream alone: what others draw from `np_random`, wrappers for instance, has no effect."""
        rng, seed = self.np_random, self.np_random_seed
        return rng if seed is None or seed < 0 else seeding.np_random(seed)[0]  # Below 0: somebody has set `np_random`.

    def _prepare(self, first: int) -> None:
        """Prepare rows from `first` of the block on, the one to be answered next."""
        assert self._block is not None
        here = slice(first, first + self._rows_ahead)
        observations, targets, scored, _ = self._block
        self._observations = list(self._code.encode(observations.reshape(-1, *observations.shape[2:])[here]))
        rows = targets.reshape(-1, *targets.shape[2:])[here].astype(self.action_space.dtype)
        self._targets = rows.tolist() if rows.ndim == 1 else list(rows)
        self._scored = scored.reshape(-1)[here].tolist()
        self._first = first
        self._row = 0
        self._find_stop()

    def _find_stop(self) -> None:
        assert self._block is not None
        end = self._episode * self.problem.steps + int(self._block.lengths[self._episode])
        self._stop = min(end - self._first, len(self._observations))

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Grade the answer to the current observation, then show the next one.

        Returns:
            observation, reward (float), terminated (bool), truncated (False), info.
        """
        if not self._playing:
            raise ResetNeeded(
                "step() needs an episode that is under way, but none has begun or the last one is over: call reset()"
            )
        answer = self._accept(action)
        row = self._row
        reward = 0.0
        if self._scored[row]:
            reward = float(self._grade(answer, self._targets[row]))
            self._earned += reward
            self._asked += 1
        info: dict[str, Any] = self._graded(row, reward) if self.reveal else {}
        if self._keep_said:
            self._said.append(answer)
        self._row = row = row + 1
        if row != self._stop:
            return self._observations[row], reward, False, False, info
        return self._turn(reward, info)

    def _turn(self, reward: float, info: dict[str, Any]) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """The rest of a step at the end of the episode, or of the rows prepared."""
        assert self._block is not None
        next_row = self._first + self._row
        over = next_row == self._episode * self.problem.steps + self._block.lengths[self._episode]
        if over:
            self._playing = False
            info["is_success"] = self._earned == self._asked
            info["accuracy"] = self._earned / max(self._asked, 1)
            observation = self._blank.copy()
        else:
            self._prepare(next_row)
            observation = self._observations[0]
        return observation, reward, bool(over), False, info

    def _graded(self, row: int, correct: float) -> dict[str, Any]:
        if not self._scored[row]:
            return {"scored": False, "correct": 0.0}
        target = self._targets[row]
        return {"scored": True, "correct": correct, "target": target if isinstance(target, int) else target.copy()}

    def render(self) -> Any:
        """The episode so far: a str, or a uint8 picture (H, W, 3).

        Raises:
            gymnasium.error.ResetNeeded: before the first `reset`.
        """
        if self.render_mode is None:
            gymnasium.logger.warn(
                'render() shows nothing without a render_mode: make the env with render_mode="ansi" or "rgb_array"'
            )
            return None
        if self._block is None:
            raise ResetNeeded("render() needs an episode: call reset() first")
        transcript = Transcript.of_episode(
            self.problem, self._block, self._episode, self._said, self._playing, self._earned, self._asked
        )
        return frame(transcript, self.render_mode)
