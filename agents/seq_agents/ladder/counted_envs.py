"""The environments of a rung for a training function, and the count of right answers in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

import seq_envs
from seq_envs.encodings import Array

_LAST_TENTH = 0.9
"""The share of the training after which answers count."""


def unwatched(time_steps: int) -> None:
    """A watch that does nothing."""


class AnswerCount:
    """Right answers and questions of a training, in the order of its time steps.

    Args:
        watch: called with the number of all time steps whenever some are recorded.
    """

    def __init__(self, watch: Callable[[int], None] = unwatched) -> None:
        self._steps: list[tuple[int, float, int]] = []
        self._watch = watch
        self._time_steps = 0

    def add(self, time_steps: int, right: float, questions: int) -> None:
        """Record the latest time steps, with the right answers and the questions in them."""
        self._steps.append((time_steps, right, questions))
        self._time_steps += time_steps
        self._watch(self._time_steps)

    def accuracy(self) -> float | None:
        """Right answers per question in the last tenth of all time steps; None if it has no questions."""
        time_steps, right, questions = np.array([*self._steps, (0, 0.0, 0)]).T
        late = time_steps.cumsum() > _LAST_TENTH * time_steps.sum()
        return float(right[late].sum() / questions[late].sum()) if questions[late].any() else None


class CountedVectorEnv(seq_envs.SequenceVectorEnv):
    """The native vector env with a count of right answers.

    Args:
        problem: the problem to learn.
        counted: (T,) bool, the time steps of an episode whose answers are counted.
        count: records them.
        **options: as for `SequenceVectorEnv`.
    """

    def __init__(self, problem: seq_envs.Problem, counted: Array, count: AnswerCount, **options: Any) -> None:
        self._counted, self._count = counted, count
        self._was_reset = False
        super().__init__(problem, **options)

    def reset(self, **arguments: Any) -> tuple[Array, dict[str, Any]]:
        observations, info = super().reset(**arguments)
        self._was_reset = True
        return observations, info

    def step(self, actions: Any) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        if not self._was_reset:
            return super().step(actions)  # It raises ResetNeeded.
        questions = self.scored & self._counted[self.time_steps]
        results = super().step(actions)
        rewards = results[1]
        self._count.add(self.num_envs, float(rewards[questions].sum()), int(np.count_nonzero(questions)))
        return results


class MakeEnvs:
    """Makes the environments of a rung: `make_envs(32)` is a vector env with 32 lanes.

    Attributes:
        problem: the problem to learn. An agent that learns from examples takes `seq_envs.sample(make_envs.problem, n)`.
        seed: the seed of the climb, for training functions that want to be reproducible.
        count: the answers given in these environments so far.
    """

    def __init__(
        self,
        problem: seq_envs.Problem,
        judged: seq_envs.Problem,
        seed: int,
        watch: Callable[[int], None] = unwatched,
    ) -> None:
        self.problem = problem
        self.seed = seed
        self.count = AnswerCount(watch)
        self._counted: Array = np.asarray(seq_envs.sample(judged, 1000).scored.any(axis=0))

    def __call__(
        self, num_envs: int = 1, *, autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP, **options: Any
    ) -> seq_envs.SequenceVectorEnv:
        """Make a native vector env; arguments and errors are those of `seq_envs.SequenceVectorEnv`.

        Use "SameStep", the default, and rollouts of the length given to `climb`. Then each
        rollout starts with an episode, as rungs expect. In other modes, episodes take more steps than rollouts, and
        only later rungs find some faults.
        """
        return CountedVectorEnv(
            self.problem, self._counted, self.count, num_envs=num_envs, autoreset_mode=autoreset_mode, **options
        )

    def single(self, **options: Any) -> seq_envs.SequenceEnv:
        """Make one `seq_envs.SequenceEnv` with these options. Answers in it are not counted."""
        return seq_envs.SequenceEnv(self.problem, **options)
