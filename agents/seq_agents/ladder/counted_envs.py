"""The environments of a rung for a training function, and the count of right answers in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

import seq_envs
from seq_agents.ladder.advantages import PaidSteps, Row, what_is_wrong
from seq_agents.ladder.answer_count import AnswerCount, unwatched
from seq_envs.encodings import Array
from seq_envs.env_options import NO_OPTIONS, EnvOptions


class CountedVectorEnv(seq_envs.SequenceVectorEnv):
    """The native vector env with a count of right answers.

    Args:
        problem: the problem to learn.
        counted: (T,) bool, the time steps of an episode whose answers are counted.
        count: records them.
        rollout: the time steps of each lane in a rollout; the first one starts with a `reset` of all lanes.
        paid: records what the envs return.
        **options: as for `SequenceVectorEnv`. With `pay="at_end"` no answers are counted, since rewards do not say
            which ones are right.
    """

    def __init__(
        self,
        problem: seq_envs.Problem,
        counted: Array,
        count: AnswerCount,
        rollout: int,
        paid: PaidSteps,
        **options: Any,
    ) -> None:
        self._counted, self._count, self._rollout, self._paid = counted, count, rollout, paid
        self._was_reset = False
        self._since_reset = 0
        super().__init__(problem, **options)
        self._over: Array = np.zeros(self.num_envs, np.bool_)

    def reset(self, **arguments: Any) -> tuple[Array, dict[str, Any]]:
        observations, info = super().reset(**arguments)
        self._was_reset = True
        mask = (arguments.get("options") or {}).get("reset_mask")
        if mask is None:
            self._since_reset = 0
        self._over = np.zeros(self.num_envs, np.bool_) if mask is None else self._over & ~mask
        return observations, info

    def step(self, actions: Any) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        if not self._was_reset:
            return super().step(actions)  # It raises ResetNeeded.
        questions = self.scored & self._counted[self.time_steps]
        results = super().step(actions)
        _, rewards, terminated, truncated, _ = results
        waits = self.autoreset_mode is AutoresetMode.NEXT_STEP
        ignored = self._over if waits else np.zeros_like(self._over)
        self._paid.add(Row(rewards.copy(), terminated.copy(), truncated.copy(), ignored), has_reset_steps=waits)
        self._over = terminated | truncated
        if self.pay != "each_step":
            questions = np.zeros_like(questions)
        starts_rollout = self._since_reset % self._rollout == 0
        self._count.add(
            self.num_envs, float(rewards[questions].sum()), int(np.count_nonzero(questions)), starts_rollout
        )
        self._since_reset += 1
        return results


class MakeEnvs:
    """Makes the environments of a rung: `make_envs(32)` is a vector env with 32 lanes.

    Attributes:
        problem: the problem to learn. An agent that learns from examples takes `seq_envs.sample(make_envs.problem, n)`.
        seed: the seed of the climb, for training functions that want to be reproducible.
        rollout: the time steps of each lane between two updates, as given to `climb`.
        count: the answers given in these environments so far.
    """

    def __init__(
        self,
        problem: seq_envs.Problem,
        judged: seq_envs.Problem,
        seed: int,
        watch: Callable[[int], None] = unwatched,
        rollout: int = 32,
        options: EnvOptions = NO_OPTIONS,
    ) -> None:
        self.problem = problem
        self.seed = seed
        self.rollout = rollout
        self.options = options
        self.count = AnswerCount(watch)
        self.largest_difference: float | None = None
        """Of what `compare_log_probs` was given; None: nothing was compared."""
        self.wrong_advantages: str | None = None
        """What `compare_advantages` found first; None: nothing was compared."""
        self._paid = PaidSteps()
        self._counted: Array = np.asarray(seq_envs.sample(judged, 1000).scored.any(axis=0))

    def __call__(
        self, num_envs: int = 1, *, autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP, **options: Any
    ) -> seq_envs.SequenceVectorEnv:
        """Make a native vector env; arguments and errors are those of `seq_envs.SequenceVectorEnv`. Its `pay` and its
        `max_episode_steps` are those of the rung, unless they are given.

        Use "SameStep", the default, and rollouts of the length given to `climb`. Then each
        rollout starts with an episode where rungs expect it. In other modes, episodes take more steps than rollouts,
        and only later rungs find some faults. A rung of its own tests how an agent handles "NextStep".
        """
        return CountedVectorEnv(
            self.problem, self._counted, self.count, self.rollout, self._paid, num_envs=num_envs,
            autoreset_mode=autoreset_mode, **{**self.options.chosen(), **options},
        )  # fmt: skip

    def uncounted(self, num_envs: int) -> seq_envs.SequenceVectorEnv:
        """Make a native vector env with autoreset "SameStep", whose answers are not counted."""
        return seq_envs.SequenceVectorEnv(
            self.problem, num_envs=num_envs, autoreset_mode=AutoresetMode.SAME_STEP, **self.options.chosen()
        )

    def single(self, **options: Any) -> seq_envs.SequenceEnv:
        """Make one `seq_envs.SequenceEnv` with these options. Answers in it are not counted."""
        return seq_envs.SequenceEnv(self.problem, **{**self.options.chosen(), **options})

    @property
    def solved(self) -> bool:
        """Whether at least 97% of the latest 1,000 answers in the vector envs are right.

        A training function may return its policy then; more training would only cost time.
        """
        return self.count.solved

    def compare_log_probs(self, acted: Any, updated: Any) -> None:
        """Compare the log-probabilities of a rollout with those of its update, if your training function can.

        Call it in each update, before its first optimizer step: the weights are those of the rollout then, so the
        numbers must be the same. If they are not, the climb says so.

        Args:
            acted: the log-probabilities of the chosen actions, as they were when these were chosen, in any shape.
            updated: those that the update computes for the same actions, in the same shape.

        Raises:
            ValueError: the shapes differ.
        """
        first, second = (np.asarray(_detached(numbers), np.float64) for numbers in (acted, updated))
        if first.shape != second.shape:
            raise ValueError(f"updated must have the shape of acted, {first.shape}, got {second.shape}")
        difference = float(np.abs(first - second).max(initial=0.0))
        difference = float("inf") if np.isnan(difference) else difference
        self.largest_difference = max(difference, self.largest_difference or 0.0)

    def compare_advantages(
        self, advantages: Any, values: Any, last_values: Any, *, gamma: float, gae_lambda: float
    ) -> None:
        """Compare the advantages of an update with those of its rollout, if your training function can.

        Call it in each update with the advantages before they are normalised. What the envs paid and where they ended
        is known here, so a wrong mask or a wrong value after the rollout is found exactly, and named.

        Args:
            advantages: (T, lanes), of the latest T time steps of the only vector env.
            values: (T, lanes), of the observations that were acted on, as the advantages were computed from.
            last_values: (lanes,), of the observations after the rollout.
            gamma: the discount, in [0, 1].
            gae_lambda: the decay of later differences, in [0, 1].

        Raises:
            ValueError: a shape does not fit, or a number is outside of its range.
        """
        found = what_is_wrong(
            _detached(advantages), _detached(values), _detached(last_values), self._paid, gamma, gae_lambda
        )
        self.wrong_advantages = self.wrong_advantages or found


def _detached(numbers: Any) -> Any:
    """The numbers of a tensor of torch without its gradient; anything else as it is."""
    return numbers.detach().cpu() if hasattr(numbers, "detach") else numbers
