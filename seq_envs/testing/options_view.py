"""The env, the vector env and the data set must play the same episodes with options of the env."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from seq_envs.dataset import sample
from seq_envs.env import SequenceEnv
from seq_envs.env_options import EnvOptions
from seq_envs.feedback import FeedbackInputs
from seq_envs.problem import Problem
from seq_envs.testing.contract import require
from seq_envs.testing.expected_stream import ExpectedStream
from seq_envs.vector_env import SequenceVectorEnv

_CHECKED = (
    (EnvOptions(pay="at_end"), AutoresetMode.NEXT_STEP),
    (EnvOptions(feedback=("action", "reward"), max_episode_steps=2), AutoresetMode.SAME_STEP),
    (EnvOptions(pay="at_end", feedback=("action", "reward")), AutoresetMode.DISABLED),
)
"""Options, and the autoreset mode of the vector env with which they are checked: every pair would take long."""
_MOST_STEPS = 100
_LANES = 2
_SEED = 40


def check_options(
    problem: Problem,
    env_class: type[SequenceEnv] = SequenceEnv,
    vector_env_class: type[SequenceVectorEnv] = SequenceVectorEnv,
) -> None:
    """Options change rewards, observations and ends as stated, and nothing else, in every view."""
    for options, mode in _CHECKED:
        _check_scalar(problem, env_class, options)
        _check_data_set(problem, env_class, options)
        _check_vector(problem, env_class, vector_env_class, options, mode)


def _steps(problem: Problem, options: EnvOptions) -> int:
    """The steps to play: those of about two episodes."""
    played = min(problem.steps, options.max_episode_steps or problem.steps)
    return min(2 * played + 3, _MOST_STEPS)


def _check_scalar(problem: Problem, env_class: type[SequenceEnv], options: EnvOptions) -> None:
    """Compare with what the same class plays without options."""
    plain, env = env_class(problem), env_class(problem, **options.chosen())
    inputs = FeedbackInputs(problem, options) if options.feedback else None
    stream = ExpectedStream(problem, _SEED, _steps(problem, options))
    seed: int | None = _SEED
    step = 0
    while step < _steps(problem, options):
        _require_same("reset()", env.reset(seed=seed), _reset(plain, inputs, seed), options, step)
        seed, earned, played, over = None, 0.0, 0, False
        while not over and step < _steps(problem, options):
            action = stream.answer()
            observation, reward, terminated, _, info = plain.step(action)
            stream.advance(reward)
            step, played, earned = step + 1, played + 1, earned + reward
            if options.pays_at_end:
                reward = earned if terminated else 0.0
            if inputs is not None:
                observation = inputs.join(observation, action, reward)
            truncated = played == options.max_episode_steps
            expected = observation, reward, terminated, truncated, info
            _require_same("step()", env.step(action), expected, options, step)
            over = terminated or truncated
        stream.next_episode()


def _reset(plain: SequenceEnv, inputs: FeedbackInputs | None, seed: int | None) -> tuple[Any, dict[str, Any]]:
    observation, info = plain.reset(seed=seed)
    return observation if inputs is None else inputs.join(observation, inputs.no_action, 0.0), info


def _check_data_set(problem: Problem, env_class: type[SequenceEnv], options: EnvOptions) -> None:
    """Compare with what an agent observes that gives the right answers, and 0 where no answer counts."""
    data, env = sample(problem, 2, _SEED, **options.chosen()), env_class(problem, **options.chosen())
    for episode, length in enumerate(data.lengths.tolist()):
        observation, _ = env.reset(seed=None if episode else _SEED)
        for step in range(min(length, _MOST_STEPS)):
            found = _at(data.observations, episode, step)
            _require_same("the data set", found, observation, options, step)
            target = data.targets[episode, step]
            observation, *_ = env.step(target if data.scored[episode, step] else target * 0)


def _at(observations: Any, *place: int) -> Any:
    if isinstance(observations, dict):
        return {name: part[place] for name, part in observations.items()}
    return observations[place]


def _check_vector(
    problem: Problem,
    env_class: type[SequenceEnv],
    vector_env_class: type[SequenceVectorEnv],
    options: EnvOptions,
    mode: AutoresetMode,
) -> None:
    """Compare with a `SyncVectorEnv` of single envs."""
    chosen = options.chosen()
    envs = vector_env_class(problem, num_envs=_LANES, autoreset_mode=mode, **chosen)
    singles = SyncVectorEnv([lambda: env_class(problem, **chosen)] * _LANES, autoreset_mode=mode)
    streams = [ExpectedStream(problem, _SEED + lane, _steps(problem, options)) for lane in range(_LANES)]
    over = np.zeros(_LANES, np.bool_)  # The lanes that have no episode under way.
    found: Any = envs.reset(seed=_SEED)
    expected: Any = singles.reset(seed=_SEED)
    for step in range(_steps(problem, options)):
        _require_same(f"the vector env ({mode})", found, expected, options, step)
        if mode is AutoresetMode.DISABLED and over.any():
            found, expected = (each.reset(options={"reset_mask": over.copy()}) for each in (envs, singles))
            ended = over & False
        else:
            answers = np.array([stream.answer() for stream in streams], envs.single_action_space.dtype)
            found, expected = envs.step(answers), singles.step(answers)
            ended = expected[2] | expected[3]
        for lane, stream in enumerate(streams):
            if over[lane] or (ended[lane] and mode is AutoresetMode.SAME_STEP):
                stream.next_episode()
            else:
                stream.advance(0.0)
        over = ended & (mode is not AutoresetMode.SAME_STEP)


def _require_same(what: str, found: Any, expected: Any, options: EnvOptions, step: int) -> None:
    """Compare what `reset` or `step` returned, or an observation; the message has the first part that differs."""
    where = f"with {options}, at step {step} of stream {_SEED}"
    if not isinstance(expected, tuple):
        found, expected = (found,), (expected,)
    names = (
        ("observation", "info") if len(expected) == 2 else ("observation", "reward", "terminated", "truncated", "info")
    )
    for name, got, right in zip(names, found, expected, strict=False):
        require(data_equivalence(got, right), f"{what} {where}: {name} is {got}, but must be {right}")
