"""The levels of SeqModular, exact for all but very long or large problems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.sizes import Size, largest, smallest

if TYPE_CHECKING:
    from seq_envs.problems.modular import SeqModular

_MOST_WORK = 30_000_000
"""The most states x moves x questions of an exact computation, which takes some seconds."""
_DIGITS = 12
"""Probabilities are rounded to so many digits before they are compared: rounding errors must not decide a tie."""


class _Chain(NamedTuple):
    """The right answers as a Markov chain of N states, which begins in state 0.

    Each question follows one of K moves, all with the same probability, of which a memoryless policy observes a part.
    """

    following: Array
    """(N, K): the next state."""
    observed: Array
    """(K,): the observation at the question."""
    answer: Array
    """(N,): the right answer in each state."""

    def limited(self, moves: int) -> _Chain:
        """The chain with the first moves alone."""
        return self._replace(following=self.following[:, :moves], observed=self.observed[:moves])


class Policy(NamedTuple):
    """The best memoryless policy."""

    best: list[Array]
    """For each question: (observations,) the answer to each observation."""
    right: list[float]
    """For each question: the probability that this answer is right."""
    answers: Array
    """(questions, modulus): the probability of each right answer."""


def _chains(problem: SeqModular) -> Iterator[_Chain]:
    """The chain at the first question, at the second, and so on."""
    modulus = problem.modulus
    number = np.arange(modulus)
    if not problem.arithmetic:
        move = np.arange(3)
        usual = first = _Chain((number[:, None] + move - 1) % modulus, move, number)
    else:
        # A state is the sum of the finished terms and the current term; a move is an operator and a number.
        finished, term = (part.ravel()[:, None] for part in np.meshgrid(number, number, indexing="ij"))
        to_finished = [finished + term, finished + term, finished]
        to_term = [number, -number, term * number]
        states = [done % modulus * modulus + now % modulus for done, now in zip(to_finished, to_term, strict=True)]
        usual = _Chain(np.concatenate(states, axis=1), np.tile(number, 3), ((finished + term) % modulus)[:, 0])
        first = usual.limited(modulus)  # An expression begins with a number, as if after "0 +".
    yield first
    while True:
        yield usual


def _moved(chain: _Chain, mass: Array, allowed: Array | None = None) -> Array:
    """The probability (N,) of each state after a move, without the moves (N, K) that are not allowed."""
    flow = np.broadcast_to(mass[:, None] / len(chain.observed), chain.following.shape)
    if allowed is not None:
        flow = flow * allowed
    moved: Array = np.bincount(chain.following.ravel(), flow.ravel(), len(mass))
    return moved


def policy_of(problem: SeqModular) -> Policy | None:
    """The best memoryless policy; None if it takes too much work."""
    modulus, questions = problem.modulus, largest(problem.questions)
    states, moves = (modulus**2, 3 * modulus) if problem.arithmetic else (modulus, 3)
    if states * moves * questions > _MOST_WORK:
        return None
    mass = np.eye(1, states)[0]
    best, right, answers = [], [], []
    for chain, _ in zip(_chains(problem), range(questions), strict=False):
        flow = np.broadcast_to(mass[:, None] / len(chain.observed), chain.following.shape)
        pairs = chain.observed * modulus + chain.answer[chain.following]
        observations = int(chain.observed.max()) + 1
        joint = np.bincount(pairs.ravel(), flow.ravel(), observations * modulus).reshape(observations, modulus)
        best.append(joint.round(_DIGITS).argmax(axis=1))
        right.append(float(joint[np.arange(observations), best[-1]].sum()))
        answers.append(joint.sum(axis=0))
        mass = _moved(chain, mass)
    return Policy(best, right, np.array(answers))


def _all_right(problem: SeqModular, best: list[Array]) -> Array:
    """(questions,): the probability that the answers to all questions up to each one are right."""
    states = problem.modulus ** (2 if problem.arithmetic else 1)
    mass = np.eye(1, states)[0]
    found = []
    for chain, answers in zip(_chains(problem), best, strict=False):
        mass = _moved(chain, mass, chain.answer[chain.following] == answers[chain.observed])
        found.append(mass.sum())
    return np.array(found)


def modular_levels(problem: SeqModular, policy: Policy) -> Levels:
    """The levels, from the best memoryless policy."""
    questions: Size = problem.questions
    number = np.arange(1, largest(questions) + 1)
    # The probability that an episode ends with each question, and that it has each question.
    last = (number >= smallest(questions)) / (largest(questions) - smallest(questions) + 1)
    scored = last if problem.framing == "many_to_one" else last[::-1].cumsum()[::-1]
    share = scored / scored.sum()
    constant = int((share @ policy.answers).round(_DIGITS).argmax())
    chance, memoryless = float(share @ policy.answers[:, constant]), float(share @ np.array(policy.right))
    if problem.framing == "many_to_one":
        return Levels(Level(chance, chance), Level(memoryless, memoryless), Level(1.0, 1.0))
    constants = [np.full_like(answers, constant) for answers in policy.best]
    exact = [float(last @ _all_right(problem, best)) for best in (constants, policy.best)]
    return Levels(Level(chance, exact[0]), Level(memoryless, exact[1]), Level(1.0, 1.0))
