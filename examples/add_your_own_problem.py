"""Add your own problem: the n-back task of psychology (W. Kirchner, 1958), in half a page.

Run it with:

    python examples/add_your_own_problem.py
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces

import seq_envs
from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.parameters import Integer, choice, parameter
from seq_envs.problem import fixed_length, same_sources


@dataclass(frozen=True, kw_only=True)
class SeqNBack(seq_envs.Problem):
    """Say whether the current value equals the value of `lag` steps ago. It does with probability 0.5."""

    title: ClassVar[str] = "n-back: does the current value equal the one of `lag` steps ago?"
    leaks: ClassVar[tuple[str, ...]] = ("action",)  # An agent that sees its previous answer can store a value there.

    length: int = parameter(12, Integer(2), "steps")
    n_values: int = parameter(8, Integer(2), "alphabet")
    lag: int = parameter(2, Integer(1), "steps between the two values that are compared")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "how a value is encoded in the observation")

    def check(self) -> None:
        if self.lag >= self.length:
            raise ValueError(f"lag must be in 1 ... length-1 = {self.length - 1}, got {self.lag}")

    @property
    def steps(self) -> int:
        return self.length

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(self.n_values))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> seq_envs.Episodes:
        values = rng.integers(self.n_values, size=(batch, self.length))
        repeats = rng.integers(2, size=(batch, self.length))
        shift = np.where(repeats, 0, rng.integers(1, self.n_values, size=(batch, self.length)))  # Not 0: another value.
        for step in range(self.lag, self.length):
            values[:, step] = (values[:, step - self.lag] + shift[:, step]) % self.n_values
        return fixed_length(values, repeats, scored=np.arange(self.length) >= self.lag)

    def solve(self, history: Array) -> Array:
        step = history.shape[1] - 1  # Before step `lag` no earlier value exists, and no answer is scored.
        return history[:, step] == history[:, max(step - self.lag, 0)]

    def sources(self, history: Array, step: int) -> Array:  # Optional: the time steps that an answer depends on.
        return same_sources(history, step, [step - self.lag, step])

    # Optional: the best memoryless answers and the exact levels. Without these methods, both are learned from data.

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)  # Every answer is equally good: the current value alone has no information.

    def known_levels(self) -> seq_envs.Levels:
        guessing = seq_envs.Level(accuracy=0.5, exact_match=0.5 ** (self.length - self.lag))
        return seq_envs.Levels(chance=guessing, memoryless=guessing, optimal=seq_envs.Level(1.0, 1.0))


ID = "SeqNBack-v0"
seq_envs.register(ID, SeqNBack)  # At the top level of a module, so that importing the module registers the id.


def main() -> None:
    seq_envs.testing.check_problem(ID)  # Spaces, seeds, leaks, levels, and that all views agree.
    print(seq_envs.draw(ID, seed=0), end="\n\n")

    levels = seq_envs.levels(ID)
    for name in ("chance", "memoryless", "optimal"):
        level = getattr(levels, name)
        print(f"{name:10}  accuracy {level.accuracy:.4f}  exact match {level.exact_match:.4f}")

    lag = 3
    env = gymnasium.make(ID, lag=lag, encoding="discrete", render_mode="ansi")  # The id takes every parameter.
    value, _ = env.reset(seed=0)
    seen: deque[int] = deque(maxlen=lag)  # The memory of this policy: the latest `lag` values.
    over = False
    while not over:
        answer = int(len(seen) == lag and seen[0] == value)
        seen.append(value)
        value, _, over, _, info = env.step(answer)
    print(f"\n{env.render()}")
    print(f"{ID} is a valid problem; the policy that remembers {lag} values has accuracy {info['accuracy']}")


if __name__ == "__main__":
    main()
