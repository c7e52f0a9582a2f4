"""The scalar env against the data set."""

from __future__ import annotations

from typing import Any

from seq_envs.env import SequenceEnv
from seq_envs.problem import Problem
from seq_envs.stream import BLOCK_STEPS
from seq_envs.testing.contract import alike, no_global_draws, require, require_same
from seq_envs.testing.handed_out import HandedOut
from seq_envs.testing.script import MOST_STEPS, Script

_EPISODES = 3


def check_scalar_view(problem: Problem, env_class: type[SequenceEnv] = SequenceEnv) -> None:
    """The env shows what `sample` draws whatever is answered, and pays and tells what it should."""
    steps = min(_EPISODES * problem.steps, MOST_STEPS)
    longer = min(BLOCK_STEPS + 2 * problem.steps, 2 * BLOCK_STEPS)  # Past the end of a stream's first block.
    env = env_class(problem)
    for kind in ("observation_space", "action_space"):
        told, expected = getattr(env, kind), getattr(problem, kind)
        require(told == expected, f"{kind} of the env is {told}, but must be {expected}")
    with no_global_draws("the env"):
        for seed, count in ((0, steps - steps // 6), (1, longer), (0, steps)):
            # Seed 0 again: a stream begins anew, whatever was played before, and in the middle of an episode too.
            _play(problem, env, seed, count, reveal=False)
        _play(problem, env_class(problem, reveal=True), 2, steps, reveal=True)


def _play(problem: Problem, env: SequenceEnv, seed: int, steps: int, *, reveal: bool) -> None:
    script, handed_out = Script(problem, seed, steps), HandedOut(scribble=seed > 0)
    shown = _reset(env, script, seed, reveal)
    for _ in range(steps):
        where = f"at step {script.step} of episode {script.episode} of seed {seed}"
        require_same(shown, script.observation, f"the env shows {{}} {where}, but sample() {{}}")
        handed_out.add(shown)
        answer = script.answer()
        shown, reward, terminated, truncated, info = env.step(answer)
        handed_out.check(where)
        earned = _check_reward(script, answer, reward, where)
        over = script.last
        require(not truncated, f"the env truncates {where}: an episode is terminated at its end, never truncated")
        require(terminated == over, f"the env says terminated={terminated} {where}, but sample() says {over}")
        _check_info(info, script.facts(earned, reveal), where)
        script.advance(earned)
        if over:
            require_same(shown, problem.code.blank, "the env shows {} after the end of an episode, and not blank, {}")
            script.next_episode()
            handed_out.add(shown)
            shown = _reset(env, script, None, reveal)
    script.next_episode()
    _reset(env, script, None, reveal)  # In the middle of an episode, it may be.


def _reset(env: SequenceEnv, script: Script, seed: int | None, reveal: bool) -> Any:
    shown, info = env.reset(seed=seed)
    if reveal:
        _check_info(info, script.facts_of_reset(), "after reset()")
    else:
        require(info == {}, f"a leak: info of reset() gives {info} away, and must be empty")
    require_same(shown, script.observation, f"the env shows {{}} first in episode {script.episode}, but sample() {{}}")
    return shown


def _check_reward(script: Script, answer: Any, reward: object, where: str) -> float:
    """What the answer must earn."""
    require(isinstance(reward, float), f"a reward must be a float, got {reward!r} {where}")
    expected = script.reward(answer)
    if not script.scored:
        require(reward == 0.0, f"the env rewards an answer with {reward} {where}, which is not scored")
    right = "a right" if expected == 1.0 else "a wrong" if expected == 0.0 else "a partly right"
    require(reward == expected, f"the env rewards {right} answer with {reward} {where}, but its grade is {expected}")
    return expected


def _check_info(info: dict[str, Any], expected: dict[str, Any], where: str) -> None:
    more = sorted(info.keys() - expected.keys())
    require(not more, f"a leak: info gives {more} away {where}, and must tell only {sorted(expected)}")
    for name, value in expected.items():
        told: Any = info.get(name)
        require(told is not None, f"info does not tell {name} {where}")
        require(alike(told, value), f"info says {name}={told} {where}, but must say {value}")
