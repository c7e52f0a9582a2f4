"""Echo random integer: answer with the value of `lag` steps ago."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.decks import (
    another,
    check_decks,
    dealt,
    deck_parameter,
    decks_parameter,
    mean_alike,
    other_card,
    simulated_episodes,
)
from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Level, Levels
from seq_envs.measured_level import measured_level
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, EveryStepOrLast, Problem, same_sources, varied_length
from seq_envs.seeds import SIMULATED_STREAM
from seq_envs.sizes import Size, Sizes, check_below, largest, lengths_of, mean_power, smallest


@dataclass(frozen=True, kw_only=True)
class SeqEcho(Problem):
    """Echo random integer.

    ## Description
    Each observation is a value drawn uniformly from `0 ... n_values-1`. The right answer is the value of `lag` steps
    ago. In the framing `one_to_one` every step `t >= lag` is scored, in `many_to_one` only the last step. With lag 0
    the answer is the current observation: a control task that needs no memory.

    With `deck=True` the values are not independent: they are dealt from `decks` decks of `13 * n_values` cards, 13 of
    each value, which are shuffled together before each episode. A value is then less likely after it has been dealt, so
    the best memoryless answer is any value but the current one.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqEcho-v0", seed=0))
    step  0 1 2 3 4 5 6 7 8 9
    input 3 5 7 8 8 9 0 6 1 8
    truth . 3 5 7 8 8 9 0 6 1

    ## Action Space
    `Discrete(n_values)`: the value.

    ## Observation Space
    The current value, by `encoding`: `one_hot` is `Box(0, 1, (n_values,), float32)`, `discrete` is
    `Discrete(n_values)`, `normalized` is `Box(0, 1, (1,), float32)` holding `v/(n_values-1)`.

    ## Starting State
    The first value.

    ## Rewards
    1.0 for a right answer on a scored step (`t >= lag`, or the last step in `many_to_one`), otherwise 0.0.

    With `lag > 0`, an agent that receives its previous action can answer with a value and repeat that answer until it
    is the right one. That solves `many_to_one`, and one scored step in `lag + 1` in `one_to_one`. With `deck=True` the
    previous reward helps too in `one_to_one`, because it says something about the cards that were dealt.

    ## Episode End
    Terminated after `length` steps, which each episode draws anew if `length` is a range; never truncated. The terminal
    observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=10` (a number or a range such as `(5, 20)`), `n_values=10`, `lag=1` (`0 <= lag < length`),
    `framing="one_to_one"`, `encoding="one_hot"`, `deck=False` (with it, `length` is at most the number of cards),
    `decks=1` (more need `deck=True`).

    ## References
    J. Brownlee (2017), "5 Examples of Simple Sequence Prediction Problems for Learning LSTM Recurrent Neural
    Networks", section "Echo Random Integer"; its code has 100 values. S. Morad et al. (2023), "POPGym: Benchmarking
    Partially Observable Reinforcement Learning", ICLR: the task RepeatPrevious with lag `k - 1` is `deck=True` with
    `n_values=4` and one step less than cards; its returns are `2 * accuracy - 1`.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "echo random integer: answer with the value of `lag` steps ago"

    length: Size = parameter(10, Sizes(1, LONGEST), "time steps of an episode")
    n_values: int = parameter(10, Integer(2, MOST_VALUES), "number of different values")
    lag: int = parameter(1, Integer(0), "steps between a value and its echo; 0: the answer is the current value")
    framing: EveryStepOrLast = choice(EveryStepOrLast, "whether every step is scored or only the last")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")
    deck: bool = deck_parameter()
    decks: int = decks_parameter()

    def check(self) -> None:
        check_below("lag", self.lag, self.length, least=0)
        check_decks(self.deck, self.decks, ("n_values", self.n_values), "length", largest(self.length))

    @property
    def question(self) -> str:
        if self.lag == 0:
            return "Which value is the input now?"
        return f"Which value was the input {self.lag} step{'s' if self.lag > 1 else ''} ago?"

    @property
    def steps(self) -> int:
        return largest(self.length)

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_values)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values)

    @cached_property
    def scored(self) -> Array:
        """(T,) bool: the steps that are scored in some episode."""
        first = smallest(self.length) - 1 if self.framing == "many_to_one" else self.lag
        return np.arange(self.steps) >= first

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        if self.deck:
            values = dealt(rng, batch, self.steps, self.n_values, self.decks)
        else:
            values = rng.integers(self.n_values, size=(batch, self.steps), dtype=self.alphabet.dtype.type)
        targets = values
        if self.lag:
            targets = np.zeros_like(values)
            targets[:, self.lag :] = values[:, : -self.lag]
        return varied_length(values, targets, lengths, None if self.framing == "many_to_one" else self.scored)

    def solve(self, history: Array) -> Array:
        return history[:, max(history.shape[1] - 1 - self.lag, 0)]

    def sources(self, history: Array, step: int) -> Array:
        """The value of `lag` steps ago, at the scored steps."""
        return same_sources(history, step, [step - self.lag] if self.scored[step] else [])

    def guess(self, observations: Array, step: int) -> Array:
        if self.lag == 0:
            return observations
        return another(observations, self.n_values) if self.deck else np.zeros_like(observations)

    @property
    def leaks(self) -> tuple[str, ...]:
        if self.lag == 0:
            return ()
        more = self.deck and self.framing == "one_to_one" and self.steps - self.lag > 1
        return ("action", "reward") if more else ("action",)

    def known_levels(self) -> Levels:
        one, perfect = 1 / self.n_values, Level(1.0, 1.0)
        if self.framing == "many_to_one":
            all_alike = one
        elif self.deck:
            answers = smallest(self.length) - self.lag, largest(self.length) - self.lag
            all_alike = mean_alike(self.n_values, self.decks, answers)
        else:
            all_alike = mean_power(one, self.length, less=self.lag)
        chance = Level(one, all_alike)
        if self.lag == 0:
            return Levels(chance, perfect, perfect)
        return Levels(chance, self._without_memory() if self.deck else chance, perfect)

    def _without_memory(self) -> Level:
        """The level of `guess` with decks. The exact match of several answers has no short closed form: simulated."""
        accuracy = other_card(self.n_values, self.decks)
        if self.framing == "many_to_one" or self.steps - self.lag == 1:
            return Level(accuracy, accuracy)
        episodes = self.sample(np.random.default_rng(SIMULATED_STREAM), simulated_episodes(self.n_values, self.decks))
        right = (another(episodes.observations, self.n_values) == episodes.targets) & episodes.scored
        found = measured_level(right.sum(axis=1), episodes.scored.sum(axis=1))
        return Level(accuracy, found.exact_match, exact_match_error=found.exact_match_error)
