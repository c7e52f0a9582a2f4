"""The environments of a rung, as a training function is given them, and what was answered right in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

import seq_envs
from seq_envs.encodings import Array


class Tally:
    """The answers of a training, in the order in which they were given."""

    def __init__(self) -> None:
        self._steps: list[tuple[int, float, int]] = []

    def add(self, steps: int, right: float, asked: int) -> None:
        """Time steps just taken, with how many right answers to how many questions."""
        self._steps.append((steps, right, asked))

    def accuracy(self) -> float | None:
        """Right answers per question in the last tenth of all time steps; None: no questions there."""
        steps, right, asked = np.array([*self._steps, (0, 0.0, 0)]).T
        late = steps.cumsum() > 0.9 * steps.sum()
        return float(right[late].sum() / asked[late].sum()) if asked[late].any() else None


class WatchedVectorEnv(seq_envs.SequenceVectorEnv):
    """The native vector env, whose answers are counted.

    Args:
        problem: what to learn.
        counted: (T,) bool, the time steps of an episode whose answers are counted.
        tally: where.
        **options: as for `SequenceVectorEnv`.
    """

    def __init__(self, problem: seq_envs.Problem, counted: Array, tally: Tally, **options: Any) -> None:
        self._counted, self._tally = counted, tally
        super().__init__(problem, **options)

    def step(self, actions: Any) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        if not self._begun:
            return super().step(actions)  # Which refuses.
        asked = self.scored & self._counted[self.time_steps]
        stepped = super().step(actions)
        self._tally.add(self.num_envs, float(stepped[1][asked].sum()), int(np.count_nonzero(asked)))
        return stepped


class MakeEnvs:
    """Makes the environments of a rung: `make_envs(32)` has 32 lanes.

    Attributes:
        problem: what is to be learned, for those who learn by example: `seq_envs.sample(make_envs.problem, ...)`.
        seed: of the climb, for those who want to be reproducible.
    """

    def __init__(self, problem: seq_envs.Problem, judged: seq_envs.Problem, seed: int) -> None:
        self.problem = problem
        self.seed = seed
        self.tally = Tally()
        self._counted: Array = np.asarray(seq_envs.sample(judged, 1000).scored.any(axis=0))

    def __call__(
        self, num_envs: int = 1, *, autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP, **options: Any
    ) -> seq_envs.SequenceVectorEnv:
        """The native vector env. Its lanes, options and errors are those of `seq_envs.SequenceVectorEnv`.

        With "SameStep", the default, and rollouts of the length that `climb` was told, rollouts begin where the rungs
        expect it; with the other modes they drift against each other, and some mistakes are found by later rungs.
        """
        return WatchedVectorEnv(
            self.problem, self._counted, self.tally, num_envs=num_envs, autoreset_mode=autoreset_mode, **options,
        )  # fmt: skip

    def single(self, **options: Any) -> seq_envs.SequenceEnv:
        """One env as `gymnasium.make` has it, with the options of `seq_envs.SequenceEnv`; its answers go uncounted."""
        return seq_envs.SequenceEnv(self.problem, **options)
