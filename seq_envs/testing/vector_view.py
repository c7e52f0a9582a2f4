"""The vector env against the data set, in every autoreset mode."""

from __future__ import annotations

import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from seq_envs.dataset import sample
from seq_envs.problem import Problem
from seq_envs.testing.contract import no_global_draws, require, require_same
from seq_envs.testing.vector_play import LANES, SEED, VectorPlay
from seq_envs.vector_env import SequenceVectorEnv


def check_vector_view(problem: Problem, env_class: type[SequenceVectorEnv] = SequenceVectorEnv) -> None:
    """Lane `i` of seed `s` plays stream `s + i` in every autoreset mode, and `rollout` hands out the same."""
    with no_global_draws("the vector env"):
        _check_spaces(problem, env_class(problem, num_envs=LANES))
        for mode in AutoresetMode:
            for scribble in (False, True):  # Who scribbles is also told what has been graded.
                envs = env_class(problem, num_envs=LANES, autoreset_mode=mode, reveal=scribble)
                VectorPlay(problem, envs, mode, scribble).run()
        _check_rollout(problem, env_class(problem, num_envs=LANES))
        _check_seeds(problem, env_class(problem, num_envs=LANES))


def _check_spaces(problem: Problem, envs: SequenceVectorEnv) -> None:
    for kind in ("observation", "action"):
        one = getattr(problem, f"{kind}_space")
        for name, expected in ((f"single_{kind}_space", one), (f"{kind}_space", batch_space(one, LANES))):
            told = getattr(envs, name)
            require(told == expected, f"{name} of the vector env is {told}, but must be {expected}")


def _check_seeds(problem: Problem, envs: SequenceVectorEnv) -> None:
    """A seed for each lane, or None: then it goes on with its stream."""
    envs.reset(seed=SEED)
    seeds = [5, None, 3]
    envs.reset(seed=seeds)
    played = envs.rollout(1).observations
    for lane, seed in enumerate(seeds):
        episode, stream = (1, SEED + lane) if seed is None else (0, seed)
        expected = sample(problem, 2, stream).observations[episode]
        require(
            np.array_equal(played[0, :, lane], expected),
            f"lane {lane} plays another episode than number {episode} of stream {stream}, after a reset with {seeds}",
        )


def _check_rollout(problem: Problem, envs: SequenceVectorEnv) -> None:
    """`rollout` hands out what the steps would show, and the next step goes on from there."""
    data = [sample(problem, 3, SEED + lane) for lane in range(LANES)]
    envs.reset(seed=SEED)
    episodes = envs.rollout(2)
    for lane in range(LANES):
        for name, drawn in episodes._asdict().items():
            played = drawn[:, lane] if name == "lengths" else drawn[:, :, lane]
            expected = getattr(data[lane], name)[:2]
            if name == "targets":  # Else there may be anything.
                played, expected = played[data[lane].scored[:2]], expected[data[lane].scored[:2]]
            require(np.array_equal(played, expected), f"rollout() hands out other {name} than sample() in lane {lane}")
    answers = [one.targets[2, 0] if one.scored[2, 0] else problem.action_space.sample() for one in data]
    shown, rewards, *_ = envs.step(np.array(answers, envs.single_action_space.dtype))
    for lane, one in enumerate(data):
        earned = float(one.scored[2, 0])
        require(
            rewards[lane] == earned,
            f"lane {lane} earns {rewards[lane]} in the step after rollout(), but must earn {earned}",
        )
        last = one.lengths[2] == 1
        expected = problem.code.blank if last else one.observations[2, 1]
        require_same(shown[lane], expected, f"lane {lane} shows {{}}, but must {{}}, a step after rollout()")
