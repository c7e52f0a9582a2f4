"""The scalar view: one episode at a time, one time step per step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding

from seq_envs.answers import OneInteger
from seq_envs.env_options import EnvOptions, Pay
from seq_envs.feedback import FeedbackInputs
from seq_envs.fixed_settings import FixedSettings
from seq_envs.parameters import Flag
from seq_envs.problem import Episodes, Problem
from seq_envs.registration import build
from seq_envs.rendering import FPS, RENDER_MODES, check_render_mode, frame
from seq_envs.stream import Stream
from seq_envs.transcript import Transcript

_ROWS_AHEAD = 512
"""Time steps prepared at once as Python objects, so that a step is a few list look-ups."""
_NUMBERS_AHEAD = 1 << 17
"""The most numbers in the observations prepared at once: who keeps one observation keeps all of them in memory."""
_BLANKS_AHEAD = 64
"""Terminal observations prepared at once; fewer where an observation is large."""
_OVER = -1
"""The row of a playback before the first episode and after the end of one."""
_CUT_OFF = -2
"""The row after an episode is truncated: its current observation is one that has no answer yet."""


class _Playback:
    """The position of an env in its stream. It has slots because every step reads and writes it.

    A row is one time step: row `e * T + t` of a block is step `t` of its `e`-th episode.
    """

    __slots__ = (
        "answers", "asked", "asked_in", "blanks", "block", "earned", "episode", "first", "lengths", "n",
        "observations", "row", "scored", "stop", "targets",
    )  # fmt: skip

    def __init__(self) -> None:
        self.block: Episodes | None = None
        self.episode = 0  # The number of the current episode in its block.
        self.lengths: list[int] = []  # The steps of each episode of the block that are played.
        self.asked_in: list[int] = []  # The scored steps of each episode of the block.
        # The prepared rows, and the number of the first one in the block.
        self.observations: list[Any] = []
        self.targets: list[Any] = []  # `Answers.never` where not scored.
        self.scored: list[bool] = []
        self.first = 0
        self.row = _OVER  # The row to be answered, counted from `first`.
        self.n = 0  # The fast path of `step` takes the integers below it; 0 also while no episode is under way.
        self.stop = 0  # The row at which the episode or the prepared rows end, counted from `first`.
        self.blanks: list[Any] = []  # Terminal observations, each of which is returned once.
        self.earned = 0.0
        self.asked = 0  # Scored steps so far; counted only for `reveal`.
        self.answers: list[Any] = []  # The answers of this episode; kept only for rendering.


class SequenceEnv(FixedSettings, gymnasium.Env[Any, Any]):
    """A sequence problem as a Gymnasium environment.

    At step `t` the agent sees an observation and answers with an action; `step` grades the answer and returns the next
    observation. Actions never change observations. `reset(seed=s)` starts stream `s`; each further `reset()` moves on
    to its next episode.

    Rewards: `problem.grade` on a scored step, 0.0 on others; a Python float. Episodes are terminated after their last
    step, and truncated only by `max_episode_steps`.

    Information: empty except at the last step of an episode that is terminated, which has `is_success` (bool: every
    scored answer was fully right) and `accuracy` (float: mean grade over the scored steps). With `reveal=True` the
    information of every `reset` and `step` has the same five keys, of the same types, for inspection and recording (an
    agent that reads it also receives the grade of its previous answer, whatever `pay` and `feedback` are):

    - `scored` (bool): whether the answer just given counts.
    - `correct` (float in [0, 1]): its grade, 0.0 if it is not scored.
    - `target` (an action of Python's int or an array): the right answer, zero if it is not scored.
    - `accuracy` (float): mean grade over the scored steps of the episode so far, 0.0 before the first.
    - `is_success` (bool): False before the last step.

    Args:
        problem: a Problem, its class, or "module:Class".
        fixed: parameters that cannot be overridden, for the id of a benchmark.
        render_mode: "ansi" (text), "rgb_array" (picture) or None. `gymnasium.make` takes "human" too: its
            `HumanRendering` wrapper, which needs pygame, opens a window.
        reveal: whether `info` holds the grade of every answer.
        pay: "each_step", or "at_end": the last step of an episode pays all its rewards, see `EnvOptions`.
        feedback: () or any of "action" and "reward": the observation is a dict with the previous ones, see
            `seq_envs.feedback`.
        max_episode_steps: the time step after which an episode is truncated, for an env that is not made by
            `gymnasium.make`, which applies its own `TimeLimit`; None or -1: never.
        **parameters: the problem's parameters.

    Raises:
        ValueError, TypeError: for a wrong parameter, see `make_problem`.
        ActionError: from `step`, for an action outside the space, see `seq_envs.answers`; the env is unchanged.
        gymnasium.error.ResetNeeded: from `step`, before the first `reset` or after the end of an episode.
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
        render_mode: str | None = None,
        reveal: bool = False,
        pay: Pay = "each_step",
        feedback: Sequence[str] = (),
        max_episode_steps: int | None = None,
        **parameters: Any,
    ) -> None:
        self.problem = build(problem, fixed, parameters)
        self._options = EnvOptions(pay=pay, feedback=feedback, max_episode_steps=max_episode_steps)
        self.render_mode = check_render_mode(render_mode)
        self.reveal = Flag().check("reveal", reveal)
        self._feedback = FeedbackInputs(self.problem, self._options) if self._options.feedback else None
        self.observation_space = self._feedback.space if self._feedback else self.problem.observation_space
        self.action_space = self.problem.action_space
        self._steps = self.problem.steps
        self._code = self.problem.code
        self._blank = self._code.blank
        answers = self.problem.answers
        self._read_action = answers.read_action
        self._grade = self.problem.grade
        self._keeps_answers = render_mode is not None
        self._records = self._keeps_answers or self.reveal
        # An integer is right or wrong. If nothing is recorded, a step compares it with the target, which is much faster
        # than calling `grade`.
        self._delivers = self._options.pays_at_end or self._feedback is not None
        plain = not (self._records or self._delivers)
        fast = isinstance(answers, OneInteger) and type(self.problem).grade is Problem.grade and plain
        self._n = answers.n if isinstance(answers, OneInteger) and fast else 0
        self._no_target = _as_action(np.zeros(answers.shape, self.action_space.dtype))
        self._rows_ahead = max(1, min(_ROWS_AHEAD, _NUMBERS_AHEAD // self._numbers_of_a_step()))
        self._blanks_ahead = min(_BLANKS_AHEAD, self._rows_ahead)
        self._stream: Stream | None = None
        self._at = _Playback()

    @property
    def np_random(self) -> np.random.Generator:
        """The generator that `reset(seed=...)` makes. Episodes are drawn with a copy of it, unless you set your own."""
        return super().np_random

    @np_random.setter
    def np_random(self, value: np.random.Generator) -> None:
        self._np_random = value
        self._np_random_seed = -1  # Gymnasium marks a generator that was set like this.
        self._stream = None  # The next reset starts the stream of this generator.

    def set_wrapper_attr(self, name: str, value: Any, *, force: bool = True) -> bool:
        """Set an attribute here or on a wrapper, as Gymnasium does, unless it is one that cannot be changed.

        Raises:
            AttributeError: the attribute is a setting of the env or a parameter of its problem.
        """
        self.refuse_to_change(name, value)
        return super().set_wrapper_attr(name, value, force=force)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start stream `seed`, or move on to the next episode; `options` have no effect.

        Returns:
            The first observation, and info: empty, or its five keys with zeros for `reveal`.
        """
        if seed is not None:
            super().reset(seed=seed)
            self._stream = None
        at = self._at
        at.episode += 1
        if self._stream is None or at.episode == len(at.lengths):
            self._draw_block()
        start = at.episode * self._steps
        at.row = row = start - at.first
        ready = len(at.observations)
        if 0 <= row < ready:
            stop = row + at.lengths[at.episode]
            at.stop = stop if stop < ready else ready
        else:
            self._prepare(start)
            row = 0
        at.earned = 0.0
        at.n = self._n
        if self._records:
            at.asked = 0
            at.answers = []
        observation, info = at.observations[row], self._revealed(_OVER, 0.0) if self.reveal else {}
        return (
            self._feedback.join(observation, self._feedback.no_action, 0.0) if self._feedback else observation
        ), info

    def _draw_block(self) -> None:
        """Draw the next block of the stream, and move to its first episode."""
        if self._stream is None:
            self._stream = Stream(self.problem, self._generator())
        at = self._at
        at.block = self._stream.block()
        at.lengths = np.minimum(at.block.lengths, self._options.max_episode_steps or self._steps).tolist()
        at.asked_in = np.count_nonzero(at.block.scored, axis=1).tolist()
        at.episode = 0
        at.observations = []

    def _numbers_of_a_step(self) -> int:
        """The size of an observation or of an action, whichever is larger."""
        return max(1, np.size(self._blank), math.prod(self.action_space.shape or ()))

    def _generator(self) -> np.random.Generator:
        """A generator for the stream alone: what wrappers draw from `np_random` has no effect on the episodes."""
        rng, seed = self.np_random, self.np_random_seed
        return rng if seed is None or seed < 0 else seeding.np_random(seed)[0]  # Below 0: `np_random` was set.

    def _prepare(self, first: int) -> None:
        """Prepare rows of the block, from row `first` on, which is the next one to be answered."""
        at = self._at
        assert at.block is not None
        here = slice(first, first + self._rows_ahead)
        observations, targets, scored = (
            rows.reshape(-1, *rows.shape[2:])[here]
            for rows in (at.block.observations, at.block.targets, at.block.scored)
        )
        at.observations = list(self._code.encode(observations))
        targets = targets.astype(self.action_space.dtype)
        if targets.ndim == 1:
            at.targets = np.where(scored, targets, self.problem.answers.never).tolist()
        else:
            at.targets = list(targets)
        at.scored = scored.tolist()
        at.first = first
        at.row = 0
        at.stop = min(at.episode * self._steps + at.lengths[at.episode] - first, len(at.observations))

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Grade the answer to the current observation, and move on to the next one.

        Returns:
            observation, reward (float), terminated (bool), truncated (bool), info.
        """
        at = self._at
        if action.__class__ is int and 0 <= action < at.n:
            row = at.row
            reward = 1.0 if action == at.targets[row] else 0.0
            at.earned += reward
            at.row = row = row + 1
            if row != at.stop:
                return at.observations[row], reward, False, False, {}
            return self._end_of_rows(reward, {})
        return self._step_with_options(action) if self._delivers else self._step_in_full(action)

    def _step_in_full(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """The step for any action, valid or not, with everything that is recorded."""
        at = self._at
        row = at.row
        if row < 0:
            raise ResetNeeded(
                "step() needs an episode that is under way, but none has begun or the last one is over: call reset()"
            )
        answer = self._read_action(action)
        if self._n:
            reward = 1.0 if answer == at.targets[row] else 0.0
        else:
            reward = float(self._grade(answer, at.targets[row])) if at.scored[row] else 0.0
        at.earned += reward
        info = self._record(row, answer, reward) if self._records else {}
        at.row = row = row + 1
        if row != at.stop:
            return at.observations[row], reward, False, False, info
        return self._end_of_rows(reward, info)

    def _step_with_options(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """The step for any action, as `pay` and `feedback` want it."""
        observation, reward, terminated, truncated, info = self._step_in_full(action)
        if self._options.pays_at_end:
            reward = self._at.earned if terminated else 0.0
        if self._feedback is not None:
            observation = self._feedback.join(observation, action, reward)
        return observation, reward, terminated, truncated, info

    def _end_of_rows(self, reward: float, info: dict[str, Any]) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """The rest of a step at the end of the episode, or of the prepared rows."""
        at = self._at
        next_row = at.first + at.row
        if next_row < at.episode * self._steps + at.lengths[at.episode]:
            self._prepare(next_row)
            return at.observations[0], reward, False, False, info
        truncated = at.lengths[at.episode] == self._options.max_episode_steps
        at.row, at.n = _OVER, 0
        if truncated and at.block is not None and at.block.lengths[at.episode] > at.lengths[at.episode]:
            at.row = _CUT_OFF
            after = at.block.observations.reshape(-1, *at.block.observations.shape[2:])[next_row : next_row + 1]
            return next(iter(self._code.encode(after))), reward, False, True, info
        asked = at.asked_in[at.episode]
        info["is_success"] = at.earned == asked
        info["accuracy"] = at.earned / asked if asked else 0.0
        if not at.blanks:
            at.blanks = list(np.repeat(self._blank[None], self._blanks_ahead, axis=0))
        return at.blanks.pop(), reward, True, truncated, info

    def _record(self, row: int, answer: Any, reward: float) -> dict[str, Any]:
        """Keep the answer for rendering; the info of a step that is not the last."""
        at = self._at
        if self._keeps_answers:
            at.answers.append(answer)
        if not self.reveal:
            return {}
        at.asked += at.scored[row]
        return self._revealed(row, reward)

    def _revealed(self, row: int, correct: float) -> dict[str, Any]:
        """The info of `reveal` for the row that was just graded, or zeros for `_OVER`."""
        at = self._at
        scored = row >= 0 and at.scored[row]
        target = at.targets[row] if scored else self._no_target
        return {
            "scored": scored,
            "correct": correct,
            "target": target if isinstance(target, int) else target.copy(),
            "is_success": False,
            "accuracy": at.earned / max(at.asked, 1) if row >= 0 else 0.0,
        }

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
        return frame(transcript_of(self), self.render_mode)


def transcript_of(env: SequenceEnv, most: int | None = None) -> Transcript:
    """The episode so far, as `render` draws it.

    Args:
        env: with a `render_mode`, since only then it keeps the answers.
        most: the latest time steps to keep; None: as many as fit a line of text.

    Raises:
        gymnasium.error.ResetNeeded: before the first `reset`.
    """
    at = env._at
    if at.block is None:
        raise ResetNeeded("render() needs an episode: call reset() first")
    return Transcript.of_episode(
        env.problem, at.block, at.episode, at.answers, at.row != _OVER, at.earned,
        *(() if most is None else (most,)),
    )  # fmt: skip


def _as_action(array: Any) -> Any:
    """A Python int instead of an array with shape (), since the targets of a Discrete space are ints."""
    return array if array.ndim else array.item()
