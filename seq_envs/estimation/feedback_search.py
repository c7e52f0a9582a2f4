"""Rules for players that react to what they see now and what they last did, and how such rules are found.

A search goes from the last step to the first, as policy iteration does, and begins with rules that write on the tape
which the previous answer is: without a writer no step has a reason to read, and without a reader none to write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.observation_bins import whole
from seq_envs.problem import Episodes

_MOST_KINDS = 256
"""Kinds of observations told apart."""
RULE = np.uint8
"""The numbers of answers in rules, of which there are many: at most 127 answers, so that two numbers have a sum."""
_SWEEPS = 4
_HOLDS = 3
"""Steps from which on a symbol is held, at the beginning of a search."""
_MOST_STEPS = 64
"""Steps looked at, spread evenly, to find those that decide later answers."""


@dataclass(frozen=True)
class Sees:
    """What a player sees beside the current observation and the clock."""

    action: bool
    """Its previous action."""
    reward: bool
    """Its previous reward."""

    def within(self, other: Sees) -> bool:
        """Whether it sees no more than another."""
        return self.action <= other.action and self.reward <= other.reward

    def __str__(self) -> str:
        return " and its ".join(["previous action"] * self.action + ["previous reward"] * self.reward)


NOTHING = Sees(action=False, reward=False)
ACTION = Sees(action=True, reward=False)
REWARD = Sees(action=False, reward=True)
BOTH = Sees(action=True, reward=True)


class Shown:
    """The kinds of observations that a player tells apart, at most _MOST_KINDS of them.

    Args:
        observations: raw ones (B, T, ...), of whose kinds there are no others.
    """

    def __init__(self, observations: Array) -> None:
        flat = self._flat(observations)
        self._view = whole(flat)
        self._all = np.unique(self._view.kinds(flat))
        self.kinds = min(len(self._all), _MOST_KINDS)

    def of(self, observations: Array) -> Array:
        """(B, T) int64: the kind of each of observations (B, T, ...); one that never came before is some other's."""
        kinds = self._view.kinds(self._flat(observations))
        place = np.minimum(np.searchsorted(self._all, kinds), len(self._all) - 1)
        kinds = place * self.kinds // len(self._all)
        return kinds.reshape(observations.shape[:2])

    def _flat(self, observations: Array) -> Array:
        """(B*T, ...)."""
        return observations.reshape(-1, *observations.shape[2:])


@dataclass
class Play:
    """What happens when rules are followed, (B, T) each."""

    answers: Array
    situations: Array
    earned: Array


class Game:
    """Episodes as a player with C answers and N situations meets them.

    Rules (T, N), RULE, say which answer follows at each step in each situation: the kind of observation, the previous
    answer (0 before the first) and whether it was rewarded, as far as the player sees them.
    """

    def __init__(self, shown: Shown, episodes: Episodes, grades: Array, candidates: Array, sees: Sees) -> None:
        self._observations = episodes.observations
        self._seen = shown.of(episodes.observations)
        self._kinds = shown.kinds
        self._grades = grades
        self._candidates = candidates
        self._sees = sees
        self._batch, self._steps, self._answers = grades.shape
        self._situations = self._kinds * (self._answers + 1) * 2

    def _situation(self, step: int, answered: Array, rewarded: Array) -> Array:
        """answered and rewarded (B, ...) to situations (B, ...)."""
        seen = self._seen[:, step].reshape(-1, *[1] * (answered.ndim - 1))
        answered, rewarded = answered * self._sees.action, rewarded * self._sees.reward
        situation: Array = (seen * (self._answers + 1) + answered) * 2 + rewarded
        return situation

    def play(self, rules: Array) -> Play:
        """Follow rules (T, N)."""
        everyone = np.arange(self._batch)
        shape = (self._batch, self._steps)
        play = Play(np.empty(shape, np.int64), np.empty(shape, np.int64), np.empty(shape, np.float32))
        answered, rewarded = np.zeros((2, self._batch), np.int64)
        for step in range(self._steps):
            situation = self._situation(step, answered, rewarded)
            answer = rules[step][situation]
            earned = self._grades[everyone, step, answer]
            play.situations[:, step], play.answers[:, step], play.earned[:, step] = situation, answer, earned
            answered, rewarded = answer + 1, (earned > 0).astype(np.int64)
        return play

    def earned(self, rules: Array) -> float:
        """The mean return of rules."""
        return float(self.play(rules).earned.sum(axis=1).mean())

    def improved(self, rules: Array, caution: float) -> Array:
        """Change the answers from the last step to the first, each to the one that earns most from there on, until
        nothing is gained: policy iteration, whose result no change at a single step improves.
        """
        best = -1.0
        for _ in range(_SWEEPS):
            rules = self.swept(rules, caution)
            earned = self.earned(rules)
            if earned <= best + 1e-6:
                break
            best = earned
        return rules

    def swept(self, rules: Array, caution: float) -> Array:
        """One turn of `improved`.

        Another answer replaces one if it gains more than `caution` times the root of the times that the situation was
        met: grades are 0 or 1, so that a caution of 1 asks for about two standard errors.
        """
        played = self.play(rules)
        rules = rules.copy()
        everyone, every_answer = np.arange(self._batch)[:, None], np.arange(self._answers)
        every_situation = np.arange(self._situations)
        # What will be earned after this step, by the answer given and whether it was rewarded: (B, C, 2).
        later = np.zeros((self._batch, self._answers + 1, 2), np.float32)
        answered, rewarded = np.meshgrid(np.arange(self._answers + 1), np.arange(2), indexing="ij")
        before = np.broadcast_to(answered, (self._batch, *answered.shape))
        reward_before = np.broadcast_to(rewarded, before.shape)
        for step in reversed(range(self._steps)):
            grades = self._grades[:, step]
            worth = grades + later[everyone, every_answer + 1, (grades > 0).astype(np.int64)]
            total = self._totals(played.situations[:, step], worth, self._situations)
            visits = np.bincount(played.situations[:, step], minlength=self._situations)
            total[every_situation, rules[step]] += caution * np.sqrt(visits) + 1e-6  # What is as good stays.
            rules[step] = total.argmax(axis=1)
            answer = rules[step][self._situation(step, before, reward_before)]
            later = worth[everyone[..., None], answer]
        return rules

    def _totals(self, situation: Array, worth: Array, situations: int) -> Array:
        """(N, C): the sum of worth (B, C) over the episodes in each situation (B,) of so many."""
        cells = (situation[:, None] * self._answers + np.arange(self._answers)).ravel()
        return np.bincount(cells, worth.ravel(), situations * self._answers).reshape(situations, self._answers)

    def starts(self) -> Iterator[Array]:
        """Rules to begin a search with: for each kind of tape one that writes on it, for nothing else would."""
        yield self._memoryless()
        yield self._greedy()
        if not self._sees.action:
            return
        write, hold = self._write(), self._hold()
        steps = np.arange(self._steps)[:, None]
        for tape in (write, (hold + write) % self._answers):
            yield np.broadcast_to(tape, (self._steps, self._situations))
        for step, lag in self._deciding():
            yield np.where(steps <= step, write, hold)
            yield np.where((steps - step) % (lag + 1) == 0, write, hold)

    def _memoryless(self) -> Array:
        """(T, N) the best answers to the current observation."""
        best = np.empty((self._steps, self._kinds), RULE)
        for step in range(self._steps):
            best[step] = self._totals(self._seen[:, step], self._grades[:, step], self._kinds).argmax(axis=1)
        return best.repeat((self._answers + 1) * 2, axis=1)

    def _greedy(self) -> Array:
        """(T, N) the best answers to the current situation, from the first step on, whatever they mean for later ones.

        So a right answer is a tape by itself, as where each follows from the one before.
        """
        rules = np.empty((self._steps, self._situations), RULE)
        everyone = np.arange(self._batch)
        answered, rewarded = np.zeros((2, self._batch), np.int64)
        for step in range(self._steps):
            situation = self._situation(step, answered, rewarded)
            rules[step] = self._totals(situation, self._grades[:, step], self._situations).argmax(axis=1)
            answer = rules[step][situation]
            answered, rewarded = answer + 1, (self._grades[everyone, step, answer] > 0).astype(np.int64)
        return rules

    def _write(self) -> Array:
        """(N,) the answer that notes the observation: the same symbol where there is one, else its place in order."""
        note = (np.arange(self._kinds) * self._answers // self._kinds).astype(RULE)
        if self._observations.ndim == 2 and self._candidates.dtype.kind != "f":
            shown, first = np.unique(self._seen, return_index=True)
            symbols = self._observations.ravel()[first]
            for kind, symbol in zip(shown, symbols, strict=True):
                same = np.flatnonzero(self._candidates == symbol)
                note[kind] = same[0] if same.size else note[kind]
        return np.repeat(note, (self._answers + 1) * 2)

    def _hold(self) -> Array:
        """(N,) the previous answer again."""
        before = np.maximum(np.arange(self._answers + 1) - 1, 0).astype(RULE)
        return np.tile(before.repeat(2), self._kinds)

    def _deciding(self) -> list[tuple[int, int]]:
        """The steps whose observations tell most of later answers, and how much later these are."""
        right = self._grades.argmax(axis=2)
        asked = np.flatnonzero(self._grades.any(axis=(0, 2)))
        gains = []
        for later in _spread(asked):
            tells = {step: self._tells(step, right[:, later]) for step in (*_spread(np.arange(later)), int(later))}
            gains += [(tells[step] - tells[later], step, int(later) - step) for step in tells if step < later]
        gains.sort(reverse=True)
        found: dict[int, int] = {}
        for _, step, lag in gains:
            found.setdefault(step, lag)
        return list(found.items())[:_HOLDS]

    def _tells(self, step: int, right: Array) -> float:
        """How often the answer (B,) is guessed from the observation at a step."""
        counts = np.bincount(self._seen[:, step] * self._answers + right, minlength=self._kinds * self._answers)
        return float(counts.reshape(self._kinds, -1).max(axis=1).sum() / self._batch)


def _spread(steps: Array) -> list[int]:
    """At most _MOST_STEPS of these steps."""
    if len(steps) <= _MOST_STEPS:
        return [int(step) for step in steps]
    return [int(step) for step in steps[np.linspace(0, len(steps) - 1, _MOST_STEPS).astype(np.int64)]]
