"""The vector env must play the episodes of the data set, in every autoreset mode."""

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
    """Lane `i` of seed `s` plays stream `s + i` in every autoreset mode, and `rollout` returns the same episodes."""
    with no_global_draws("the vector env"):
        _check_spaces(problem, env_class(problem, num_envs=LANES))
        for mode in AutoresetMode:
            for reveal in (False, True):
                envs = env_class(problem, num_envs=LANES, autoreset_mode=mode, reveal=reveal)
                VectorPlay(problem, envs, mode, reveal).run()
        _check_rollout(problem, env_class(problem, num_envs=LANES))
        _check_seeds(problem, env_class(problem, num_envs=LANES))


def _check_spaces(problem: Problem, envs: SequenceVectorEnv) -> None:
    for part in ("observation", "action"):
        single = getattr(problem, f"{part}_space")
        for name, expected in ((f"single_{part}_space", single), (f"{part}_space", batch_space(single, LANES))):
            found = getattr(envs, name)
            require(found == expected, f"{name} of the vector env is {found}, but must be {expected}")


def _check_seeds(problem: Problem, envs: SequenceVectorEnv) -> None:
    """`reset` takes a list of seeds; a lane whose seed is None continues its stream."""
    envs.reset(seed=SEED)
    seeds = [5, None, 3]
    envs.reset(seed=seeds)
    played = envs.rollout(1).observations
    for lane, seed in enumerate(seeds):
        episode, stream = (1, SEED + lane) if seed is None else (0, seed)
        expected = sample(problem, 2, stream).observations[episode]
        require(
            np.array_equal(played[0, :, lane], expected),
            f"lane {lane} must play episode {episode} of stream {stream} after reset(seed={seeds}), but does not",
        )


def _check_rollout(problem: Problem, envs: SequenceVectorEnv) -> None:
    """`rollout` returns the episodes that steps would return, and the next step continues after them."""
    data = [sample(problem, 3, SEED + lane) for lane in range(LANES)]
    envs.reset(seed=SEED)
    episodes = envs.rollout(2)
    for lane in range(LANES):
        for name, drawn in episodes._asdict().items():
            played = drawn[:, lane] if name == "lengths" else drawn[:, :, lane]
            expected = getattr(data[lane], name)[:2]
            if name == "targets":  # They are arbitrary where not scored.
                played, expected = played[data[lane].scored[:2]], expected[data[lane].scored[:2]]
            require(np.array_equal(played, expected), f"rollout() and sample() return different {name} in lane {lane}")
    answers = [stream.targets[2, 0] if stream.scored[2, 0] else problem.action_space.sample() for stream in data]
    observations, rewards, *_ = envs.step(np.array(answers, envs.single_action_space.dtype))
    for lane, stream in enumerate(data):
        earned = float(stream.scored[2, 0])
        require(
            rewards[lane] == earned,
            f"the reward is {rewards[lane]} in lane {lane}, but must be {earned}, in the step after rollout()",
        )
        last = stream.lengths[2] == 1
        expected = problem.code.blank if last else stream.observations[2, 1]
        message = f"the observation of lane {lane} is {{}}, but must be {{}}, in the step after rollout()"
        require_same(observations[lane], expected, message)
