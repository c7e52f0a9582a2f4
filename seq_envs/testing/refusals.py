"""What an env must refuse, and what must have no effect on it: invalid actions, steps after the end, options."""

from __future__ import annotations

from typing import Any

from gymnasium.error import ResetNeeded

from seq_envs.answers import ActionError
from seq_envs.dataset import sample
from seq_envs.env import SequenceEnv
from seq_envs.problem import Problem
from seq_envs.testing.contract import ContractError, require, require_same

_SEED = 4


def check_refusals(problem: Problem, env_class: type[SequenceEnv] = SequenceEnv) -> None:
    """Invalid actions and steps outside an episode raise and change nothing; options are neither read nor changed."""
    data = sample(problem, 1, _SEED)
    env = env_class(problem)
    env.action_space.seed(_SEED)
    _check_step_refused(env, "before the first reset()")
    options = {"start": 3, "split": ["test"]}
    observation, _ = env.reset(seed=_SEED, options=options)
    require(options == {"start": 3, "split": ["test"]}, "reset() changes the dict `options` that it receives")
    require_same(
        observation,
        data.observations[0, 0],
        "reset() with options gives the observation {}, but must give {}: options have no effect",
    )
    _check_action_refused(problem, env)
    for step in range(int(data.lengths[0])):
        observation, _, terminated, _, _ = env.step(env.action_space.sample())
        if not terminated:
            require_same(
                observation,
                data.observations[0, step + 1],
                f"after an invalid action, the observation of step {step + 1} is {{}}, but must be {{}}",
            )
    _check_step_refused(env, "after the end of an episode")


def _check_action_refused(problem: Problem, env: SequenceEnv) -> None:
    invalid: Any = None
    for invalid in (None, "0", problem.answers.never):
        try:
            env.step(invalid)
        except ActionError:
            continue
        except Exception as wrong:
            raise ContractError(
                f"the invalid action {invalid!r} raises {type(wrong).__name__}, but must raise ActionError"
            ) from wrong
        raise ContractError(f"the env takes the invalid action {invalid!r}: it must raise ActionError")


def _check_step_refused(env: SequenceEnv, when: str) -> None:
    try:
        env.step(env.action_space.sample())
    except ResetNeeded:
        return
    raise ContractError(f"the env takes a step {when}: it must raise ResetNeeded")
