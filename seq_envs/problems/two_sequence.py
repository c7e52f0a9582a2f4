"""Two-sequence problem: which of two classes has the sequence, by its first inputs?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array, Encoding
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, Flag, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToOne, Problem, same_sources, varied_length
from seq_envs.problems import two_sequence_classes as classes
from seq_envs.problems.papers import hochreiter_1997
from seq_envs.problems.two_sequence_levels import two_sequence_levels
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, check_below, largest, lengths_of, smallest
from seq_envs.vector_encodings import Numbers

_Ask = Literal["class", "mean"]


@dataclass(frozen=True, kw_only=True)
class SeqTwoSequence(Problem):
    """Two-sequence problem.

    ## Description
    A sequence has class 1 or class 2 with equal probability. Its first `informative` inputs are 1 in class 1 and -1 in
    class 2, all others are drawn from a normal distribution of mean 0 and variance 0.2. The last step asks about the
    class.

    - `noise=True`: the informative inputs have noise of variance 0.2 too. Not even the optimal policy is then always
      right: it answers by the sign of their sum, and is right with the probability that a standard normal number is
      below `sqrt(5 * informative)`: 0.9873 for one informative input, 0.99995 for three.
    - `ask="class"`: the answer is the class.
    - `ask="mean"`: the answer is a real number. Its target is 0.2 in class 1 and 0.8 in class 2, plus normal noise of
      standard deviation 0.32. Answers within 0.3 of the noisy target are right, so the best answer is the mean: 65.1%
      of the targets are that close to it, and 47.0% to the best constant answer, 0.5. With `noise=True` the optimal
      policy answers with the mean given the inputs, `0.5 - 0.3 * tanh(5 * sum)` for the sum of the informative ones.
      This has the least squared error; no policy has an accuracy that is higher by more than 0.0003.

    Inputs are clipped to -4 ... 4 and targets to -1.5 ... 2.5, which changes next to none of them.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqTwoSequence-v0", seed=0, length=(8, 9), informative=2))
    step     0    1    2    3    4    5     6     7     8
    input 1.00 1.00 0.19 0.17 0.17 0.14 -0.16 -0.85 -0.05
    truth    .    .    .    .    .    .     .     .     1
    >>> print(seq_envs.draw("SeqTwoSequence-v0", seed=0, length=8, noise=True, ask="mean"))
    step      0     1     2    3     4     5    6    7
    input -1.07 -0.76 -0.90 0.16 -0.29 -0.06 0.35 0.67
    truth     .     .     .    .     .     .    . 0.64

    ## Action Space
    `Discrete(2)`: 1 for class 1, 0 for class 2. With `ask="mean"`, `Box(-1.5, 2.5, (1,), float32)`.

    ## Observation Space
    `Box(-4, 4, (1,), float32)`: the current number.

    ## Starting State
    The first informative input.

    ## Rewards
    1.0 for a right answer at the last step, otherwise 0.0.

    An agent that receives its previous action can answer with the class at every step, which solves the problem.

    ## Episode End
    Terminated after `length` steps, where each episode draws its length if `length` is a range; never truncated. The
    terminal observation is zero.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=(20, 22)` (a range or a number), `informative=3` (less than the shortest length), `noise=False`,
    `ask="class"`, `framing="many_to_one"`, `encoding="value"`.

    ## References
    S. Hochreiter and J. Schmidhuber (1997), "Long Short-Term Memory", Neural Computation 9(8), Experiment 3, where
    `informative` is N and lengths are uniform in T ... T+T/10: 3a by default, 3b with `noise=True`, and 3c with
    `ask="mean"` but without `noise`. 3c is judged there by the distance from the mean: an answer is right within 0.1,
    and success is a mean distance below 0.015. `SeqTwoSequencePaper-v0` is 3a with T = 100 and N = 3. Y. Bengio, P.
    Simard and P. Frasconi (1994), "Learning long-term dependencies with gradient descent is difficult", IEEE
    Transactions on Neural Networks 5(2): the problem itself. S. Hochreiter and J. Schmidhuber (1997), section 5, warn
    that random weights can solve it without noise.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "two-sequence problem: which class has the sequence, by its first inputs?"
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    published: ClassVar[tuple[Published, ...]] = tuple(
        hochreiter_1997(f"5.3, Table {table}", setting, f"solved after {sequences:,} sequences")
        for table, setting, sequences in (
            (4, "3a, length=(100, 110), informative=3", 39_850),
            (4, "3a, length=(100, 110), informative=1", 64_330),
            (4, "3a, length=(1000, 1100), informative=3", 452_460),
            (5, "3b (noise=True), length=(100, 110), informative=3", 43_250),
            (5, "3b (noise=True), length=(100, 110), informative=1", 78_430),
            (5, "3b (noise=True), length=(1000, 1100), informative=1", 485_080),
            (6, '3c (ask="mean"), length=(100, 110), informative=3', 269_650),
            (6, '3c (ask="mean"), length=(100, 110), informative=1', 565_640),
        )
    )

    length: Size = parameter((20, 22), Sizes(2, LONGEST), "time steps of an episode")
    informative: int = parameter(3, Integer(1, LONGEST), "first inputs, which tell the class")
    noise: bool = parameter(False, Flag(), "whether the informative inputs have noise too")
    ask: _Ask = choice(_Ask, "the class, or a real number with the mean of the class")
    framing: ManyToOne = choice(ManyToOne, "only the last step is scored")
    encoding: Literal["value"] = choice(Literal["value"], "encoding of observations")

    def check(self) -> None:
        check_below("informative", self.informative, self.length, least=1)

    @property
    def certain(self) -> bool:
        return self.ask == "class" and not self.noise

    @property
    def question(self) -> str:
        first = "first input" if self.informative == 1 else f"mean of the first {self.informative} inputs"
        if self.ask == "mean":
            return f"Which number do you expect? On average it is 0.2 if the {first} was near 1, 0.8 if near -1."
        return f"Was the {first} nearer to 1 or to -1? 1: to 1, 0: to -1."

    @property
    def tolerance(self) -> float | None:
        """How far a right answer may be from the target, for real answers."""
        return classes.HALF if self.ask == "mean" else None

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def code(self) -> Encoding:
        return Numbers(-classes.LARGEST, classes.LARGEST, 1, classes.text_of)

    @property
    def action_space(self) -> spaces.Discrete | spaces.Box:
        if self.ask == "class":
            return spaces.Discrete(2)
        return spaces.Box(classes.MIDDLE - classes.WIDEST, classes.MIDDLE + classes.WIDEST, (1,), np.float32)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        is_class_1 = rng.integers(2, size=batch, dtype=np.uint8)
        sign = 2.0 * is_class_1 - 1
        inputs = classes.noisy_inputs(rng, sign, self.steps, self.informative, noise=self.noise)
        answers = is_class_1[:, None] if self.ask == "class" else classes.noisy_targets(rng, sign)[:, None, None]
        targets = np.broadcast_to(answers, (batch, self.steps, *answers.shape[2:]))
        return varied_length(inputs[..., None], targets, lengths)

    @property
    def _read(self) -> int:
        """How many inputs the answer depends on. Without noise all informative ones are alike."""
        return self.informative if self.noise else 1

    def solve(self, history: Array) -> Array:
        total = history[:, : self._read, 0].sum(axis=1, dtype=np.float64)
        if self.ask == "class":
            return np.asarray(total > 0).view(np.uint8)
        return classes.expected_target(total, noise=self.noise)[:, None]

    def solve_all(self, observations: Array) -> Array:
        """The answers at the last step that may be asked, at every step."""
        return np.repeat(self.solve(observations)[:, None], observations.shape[1], axis=1)

    def sources(self, history: Array, step: int) -> Array:
        """The informative inputs; without noise the first one alone, since the others repeat it."""
        return same_sources(history, step, np.arange(self._read) if step >= smallest(self.length) - 1 else [])

    def guess(self, observations: Array, step: int) -> Array:
        if self.ask == "class":
            return np.zeros(len(observations), np.uint8)
        return np.full((len(observations), 1), classes.MIDDLE, np.float32)

    def known_levels(self) -> Levels:
        return two_sequence_levels(self)
