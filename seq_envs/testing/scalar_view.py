"""The scalar env must play the episodes of the data set."""

from __future__ import annotations

from typing import Any

from seq_envs.env import SequenceEnv
from seq_envs.problem import Problem
from seq_envs.stream import BLOCK_STEPS
from seq_envs.testing.contract import alike, no_global_draws, require, require_same
from seq_envs.testing.expected_stream import MOST_STEPS, ExpectedStream
from seq_envs.testing.returned_arrays import ReturnedArrays

_EPISODES = 3


def check_scalar_view(problem: Problem, env_class: type[SequenceEnv] = SequenceEnv) -> None:
    """The env plays the episodes that `sample` draws, whatever the actions; rewards, ends and infos are right."""
    steps = min(_EPISODES * problem.steps, MOST_STEPS)
    longer = min(BLOCK_STEPS + 2 * problem.steps, 2 * BLOCK_STEPS)  # Past the end of a stream's first block.
    env = env_class(problem)
    for name in ("observation_space", "action_space"):
        found, expected = getattr(env, name), getattr(problem, name)
        require(found == expected, f"{name} of the env is {found}, but must be {expected}")
    with no_global_draws("the env"):
        for seed, count in ((0, steps - steps // 6), (1, longer), (0, steps)):
            # Seed 0 comes twice: a reset starts the stream again, whatever was played before, also within an episode.
            _play(problem, env, seed, count, reveal=False)
        _play(problem, env_class(problem, reveal=True), 2, steps, reveal=True)


def _play(problem: Problem, env: SequenceEnv, seed: int, steps: int, *, reveal: bool) -> None:
    stream, returned = ExpectedStream(problem, seed, steps), ReturnedArrays(overwrite=seed > 0)
    observation = _reset(env, stream, seed, reveal)
    for _ in range(steps):
        where = f"at step {stream.step} of episode {stream.episode} of seed {seed}"
        require_same(observation, stream.observation, f"the observation {where} is {{}}, but sample() returns {{}}")
        returned.add(observation)
        answer = stream.answer()
        observation, reward, terminated, truncated, info = env.step(answer)
        returned.check(where)
        expected_reward = _check_reward(stream, answer, reward, where)
        over = stream.last
        require(not truncated, f"truncated is True {where}: an episode must be terminated at its end, never truncated")
        require(terminated == over, f"terminated is {terminated} {where}, but must be {over}")
        _check_info(info, stream.info(expected_reward, reveal), where)
        stream.advance(expected_reward)
        if over:
            require_same(
                observation,
                problem.code.blank,
                "the observation after the end of an episode is {}, but must be blank, {}",
            )
            stream.next_episode()
            returned.add(observation)
            observation = _reset(env, stream, None, reveal)
    stream.next_episode()
    _reset(env, stream, None, reveal)  # Often within an episode.


def _reset(env: SequenceEnv, stream: ExpectedStream, seed: int | None, reveal: bool) -> Any:
    observation, info = env.reset(seed=seed)
    if reveal:
        _check_info(info, stream.info_of_reset(), "after reset()")
    else:
        require(info == {}, f"a leak: info of reset() is {info}, but must be empty")
    require_same(
        observation,
        stream.observation,
        f"the first observation of episode {stream.episode} is {{}}, but sample() returns {{}}",
    )
    return observation


def _check_reward(stream: ExpectedStream, answer: Any, reward: object, where: str) -> float:
    """Check the reward of an answer; returns the expected one."""
    require(isinstance(reward, float), f"a reward must be a float, got {reward!r} {where}")
    expected = stream.reward(answer)
    if not stream.scored:
        require(reward == 0.0, f"the reward is {reward} {where}, but must be 0.0: the step is not scored")
    right = "a right" if expected == 1.0 else "a wrong" if expected == 0.0 else "a partly right"
    require(reward == expected, f"the reward of {right} answer is {reward} {where}, but its grade is {expected}")
    return expected


def _check_info(info: dict[str, Any], expected: dict[str, Any], where: str) -> None:
    more = sorted(info.keys() - expected.keys())
    require(not more, f"a leak: info has the keys {more} {where}, but must have only {sorted(expected)}")
    for name, value in expected.items():
        found: Any = info.get(name)
        require(found is not None, f"info lacks {name} {where}")
        require(alike(found, value), f"info[{name!r}] is {found} {where}, but must be {value}")
