"""Repeat copy: reproduce a sequence of random bit vectors, once or several times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToMany, Problem, same_sources, varied_length
from seq_envs.problems.papers import graves_2014
from seq_envs.problems.repeat_copy_layouts import END, layouts_of, repeat_copy_levels
from seq_envs.problems.repeat_copy_sequences import MOST_REPEATS, SequenceCode, random_sequences
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest
from seq_envs.vector_encodings import VectorEncodingName


@dataclass(frozen=True, kw_only=True)
class SeqRepeatCopy(Problem):
    """Repeat copy.

    ## Description
    The agent sees `length` vectors of `bits` random bits each, one at each step, then a delimiter, and then only
    zeros. At each of these last steps the answer is the next vector, in order. With `repeats=1` this is the copy task
    of memory machines.

    If `repeats` is above 1 or a range, the delimiter comes with the number of repeats. The agent reproduces the whole
    sequence this many times, and one more step asks for the end. Each answer has one more place then, which is 1 at the
    last step, where all bits are 0, and otherwise 0.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqRepeatCopy-v0", bits=3, length=2, repeats=2, seed=0))
    step    0   1   2       3       4       5       6       7
    input 010 100 |x2     000     000     000     000     000
    truth   .   .   . 0,1,0,0 1,0,0,0 0,1,0,0 1,0,0,0 0,0,0,1

    ## Action Space
    `MultiDiscrete([2] * bits)`: the vector. `MultiDiscrete([2] * (bits+1))` if `repeats` is above 1 or a range: the
    vector, then 1 for the end.

    ## Observation Space
    By `encoding`, which is `vector`: a `Box` of float32 that holds the bits, 1 for the delimiter and, if `repeats` is
    above 1 or a range, the number of repeats divided by 10 beside the delimiter. Its bounds are 0 and 1, and 0 and 100
    for this number. It is drawn as the bits, `|` for the delimiter, and `|x3` for a delimiter with three repeats.

    ## Starting State
    The first vector.

    ## Rewards
    At each step after the delimiter the fraction of the places of the answer that are right, otherwise 0.0.

    An agent that receives its previous action can store one vector there. If a vector is reproduced several times in a
    row, its previous reward says how many bits were right, and if sizes are ranges, whether an answer was asked.

    ## Episode End
    Terminated after `length+1+length*repeats` steps, and one more if `repeats` is above 1 or a range. If one of the two
    is a range, each episode draws its own. Never truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=4` and `repeats=1` (numbers or ranges such as `(1, 20)`; at most 1000 repeats), `bits=4`,
    `framing="many_to_many"`, `encoding="vector"`. The splits `train` and `test` have the sizes of the copy task in the
    literature, `train_repeats` those of the repeat copy task.

    ## References
    A. Graves, G. Wayne and I. Danihelka (2014), "Neural Turing Machines", arXiv:1410.5401, sections 4.1 and 4.2. There
    the number of repeats is scaled to mean 0 and variance 1 over the range that is trained on.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "repeat copy: reproduce bit vectors, once or several times"
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "train": {"bits": 8, "length": (1, 20)},
        "test": {"bits": 8, "length": (10, 120)},
        "train_repeats": {"bits": 8, "length": (1, 10), "repeats": (1, 10)},
    }
    published: ClassVar[tuple[Published, ...]] = (
        graves_2014("4.1", "LSTM", "the split test", "worse and worse beyond the length 20", budget="the split train"),
    )

    length: Size = parameter(4, Sizes(1, LONGEST), "vectors in the sequence")
    bits: int = parameter(4, Integer(1, MOST_VALUES), "bits of a vector")
    repeats: Size = parameter(1, Sizes(1, MOST_REPEATS), "how often the sequence is reproduced")
    framing: ManyToMany = choice(ManyToMany, "the answers follow after all vectors")
    encoding: VectorEncodingName = choice(VectorEncodingName, "encoding of observations")

    @property
    def question(self) -> str:
        if not self.marks_end:
            return "At each step after | one answer: what were the vectors, one after another?"
        return (
            "At each step after | one answer: what were the vectors, one after another, as often as x says? The last "
            "place is 1 at the end, one step after all vectors, where all bits are 0. Before that it is 0."
        )

    @property
    def marks_end(self) -> bool:
        """Whether an answer has a place for the end."""
        return self.repeats != 1

    @property
    def steps(self) -> int:
        return largest(self.length) * (1 + largest(self.repeats)) + 1 + self.marks_end

    @cached_property
    def code(self) -> SequenceCode:
        return SequenceCode(self.bits, shows_repeats=self.marks_end)

    @property
    def action_space(self) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete(np.full(self.bits + self.marks_end, 2))

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        sequences, step = random_sequences(rng, batch, self.length, self.repeats, self.bits), np.arange(self.steps)
        one_layout = isinstance(self.length, int) and isinstance(self.repeats, int)
        return varied_length(
            self.code.write(sequences, self.steps),
            sequences.answers(step, marks_end=self.marks_end),
            None if one_layout else sequences.last_vector + self.marks_end + 1,
            step > sequences.lengths[:, None],
        )

    def solve(self, history: Array) -> Array:
        return self.solve_all(history)[:, -1]

    def solve_all(self, observations: Array) -> Array:
        sequences, found = self.code.read(observations)
        answers = sequences.answers(np.arange(observations.shape[1]), marks_end=self.marks_end)
        answers[~found] = 0  # No delimiter has been observed.
        return answers

    def sources(self, history: Array, step: int) -> Array | None:
        """The vector to reproduce, and the delimiter where episodes have different answers at this step."""
        layouts = layouts_of(self.length, self.repeats)
        if layouts is None:
            return None
        places: Array = np.unique(layouts.places(step))
        if len(places) <= 1:
            return same_sources(history, step, places[places != END])
        sequences, _ = self.code.read(history[:, : step + 1])
        steps = np.arange(step + 1)
        sources: Array = (steps == sequences.place(step)[:, None]) | (steps == sequences.lengths[:, None])
        return sources

    def guess(self, observations: Array, step: int) -> Array | None:
        answers = np.zeros((len(observations), self.bits + self.marks_end), np.uint8)
        if self.marks_end:
            layouts = layouts_of(self.length, self.repeats)
            if layouts is None:
                return None
            answers[:, -1] = layouts.ends[step]
        return answers

    @property
    def leaks(self) -> tuple[str, ...]:
        varied = not isinstance(self.length, int)
        return ("action", "reward") if self.marks_end and (varied or self.length == 1) else ("action",)

    def known_levels(self) -> Levels | None:
        return repeat_copy_levels(self.length, self.repeats, self.bits)
