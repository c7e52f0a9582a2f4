"""Modular counting: the position on a cycle, or the value of an expression modulo a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Array, Encoding, SymbolEncodingName
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, EveryStepOrLast, Problem, same_sources, varied_length
from seq_envs.problems.modular_cycle import Cycle
from seq_envs.problems.modular_expressions import Expressions
from seq_envs.problems.modular_levels import Policy, modular_levels, policy_of
from seq_envs.problems.papers import SHORT_AND_LONG, deletang_2023
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest

_TaskName = Literal["cycle", "arithmetic"]


@dataclass(frozen=True, kw_only=True)
class SeqModular(Problem):
    """Modular counting.

    ## Description
    All numbers count modulo `modulus`, so they are `0 ... modulus-1`.

    - `task="cycle"`: the agent moves on a cycle of `modulus` places. Each observation is a move of -1, 0 or +1, with
      equal probability. The right answer is the place now; the place at first is 0.
    - `task="arithmetic"`: the observations are an expression: a number, an operator, a number, and so on. Numbers are
      drawn uniformly from `0 ... modulus-1` and operators from `+`, `-` and `*`. The right answer at a number is the
      value of the expression up to there, where `*` binds first. No answer is asked at an operator.

    In the framing `one_to_one` every such step is scored, in `many_to_one` only the last step.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqModular-v0", seed=0))
    step  0 1  2  3  4  5  6 7  8  9 10
    input 0 0 +1 +1 +1 +1 -1 0 -1 +1 +1
    truth 0 0  1  2  3  4  3 3  2  3  4

    In arithmetic:

    >>> print(seq_envs.draw("SeqModular-v0", task="arithmetic", seed=0))
    step  0 1 2 3 4 5 6 7 8 9 10
    input 1 * 2 * 3 - 4 - 4 *  4
    truth 1 . 2 . 1 . 2 . 3 .  1

    ## Action Space
    `Discrete(modulus)`: the place, or the value.

    ## Observation Space
    The current symbol out of A, by `encoding`: `one_hot` is `Box(0, 1, (A,), float32)`, `discrete` is `Discrete(A)`. On
    the cycle the symbols are the moves -1, 0, +1 in this order, `A = 3`; in arithmetic they are the numbers and then
    `+`, `-`, `*` in this order, `A = modulus+3`. `normalized` is `Box(0, 1, (4,), float32)` holding a number as
    `v/(modulus-1)`, and then a flag for each of the three moves or operators.

    ## Starting State
    A move, or the first number.

    ## Rewards
    1.0 for a right answer on a scored step, otherwise 0.0.

    An agent that receives its previous action can keep the place there, or parts of the value. On the cycle in
    `one_to_one` its previous reward says whether a constant answer was right, which tells something about the place.

    ## Episode End
    Terminated after `length` steps, where each episode draws its length if `length` is a range; never truncated. The
    terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=11` (a number or a range such as `(1, 40)`), `modulus=5`, `task="cycle"`, `framing="one_to_one"`,
    `encoding="one_hot"`. Expressions have an odd length: in arithmetic a number must be odd, and a range stands for
    the odd numbers in it. The splits `train` and `test` have the lengths of the literature.

    ## References
    G. Delétang et al. (2023), "Neural Networks and the Chomsky Hierarchy", ICLR, Table 1 and Appendix A: the tasks
    "Cycle Navigation" and "Modular Arithmetic (Simple)" are `many_to_one` with `modulus=5`.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "modular counting: the place on a cycle, or the value of an expression"
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = SHORT_AND_LONG
    published: ClassVar[tuple[Published, ...]] = (
        deletang_2023("RNN and LSTM", "task=cycle, the split test, many_to_one", "near 100%"),
        deletang_2023("transformer", "task=cycle, the split test, many_to_one", "62%"),
        deletang_2023("RNN and LSTM", "task=arithmetic, the split test, many_to_one", "100%"),
        deletang_2023("transformer", "task=arithmetic, the split test, many_to_one", "24%"),
    )

    length: Size = parameter(11, Sizes(1, LONGEST), "time steps of an episode; odd in arithmetic")
    modulus: int = parameter(5, Integer(2, MOST_VALUES), "number of places of the cycle, or of different values")
    task: _TaskName = choice(_TaskName, "whether to move on a cycle or to calculate")
    framing: EveryStepOrLast = choice(EveryStepOrLast, "whether every step is scored or only the last")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    def check(self) -> None:
        if self.arithmetic and isinstance(self.length, int) and self.length % 2 == 0:
            raise ValueError(
                f"length must be odd with task='arithmetic', such as {self.length - 1}, or a range, got {self.length}"
            )

    @property
    def arithmetic(self) -> bool:
        """Whether the observations are an expression."""
        return self.task == "arithmetic"

    @cached_property
    def _task(self) -> Cycle | Expressions:
        return Expressions(self.modulus) if self.arithmetic else Cycle(self.modulus)

    @cached_property
    def questions(self) -> Size:
        """How many steps could be scored: all, or in arithmetic the numbers of an expression."""
        return self._task.questions(self.length)

    @property
    def question(self) -> str:
        return self._task.question

    @property
    def steps(self) -> int:
        return self._task.spacing * (largest(self.questions) - 1) + 1

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self._task.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.modulus)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        questions, spacing = lengths_of(self.questions, rng, batch), self._task.spacing
        lengths = None if questions is None else spacing * (questions - 1) + 1
        observations = self._task.draw(rng, batch, self.steps)
        every = np.arange(self.steps) % spacing == 0 if self.framing == "one_to_one" else None
        return varied_length(observations, self.solve_all(observations), lengths, every)

    def solve(self, history: Array) -> Array:
        return self._task.last_answer(history)

    def solve_all(self, observations: Array) -> Array:
        return self._task.answers(observations)

    def sources(self, history: Array, step: int) -> Array:
        """All symbols so far, at the steps that are scored in some episode."""
        scored = self.framing == "one_to_one" or step >= smallest(self.length) - 1
        return same_sources(history, step, np.arange(step + 1) if scored and step % self._task.spacing == 0 else [])

    @cached_property
    def _policy(self) -> Policy | None:
        """The best memoryless policy; None if it is too much work."""
        return policy_of(self)

    def guess(self, observations: Array, step: int) -> Array | None:
        if self._policy is None:
            return None
        best = self._policy.best[step // self._task.spacing]
        return best.take(np.minimum(observations, len(best) - 1))  # At an operator the answer is arbitrary.

    @property
    def leaks(self) -> tuple[str, ...]:
        if self.steps == 1:
            return ()
        # In arithmetic the step before a number is an operator, which earns nothing.
        return ("action",) if self.framing == "many_to_one" or self.arithmetic else ("action", "reward")

    def known_levels(self) -> Levels | None:
        return None if self._policy is None else modular_levels(self, self._policy)
