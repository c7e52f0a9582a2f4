"""Problems that state wrong levels, leaks or guesses, and a pattern of the message that must name the mistake."""

from __future__ import annotations

import numpy as np
from mutant_problems import ONLY, Echo, Rng

import seq_envs
from seq_envs import Episodes, Level, Levels
from seq_envs.encodings import Array


class MemorylessTooLow(Echo):
    def known_levels(self) -> Levels:
        return Levels(Level(0.02, 0.0), Level(0.05, 0.0), Level(1.0, 1.0))


class MemorylessTooHigh(Echo):
    def known_levels(self) -> Levels:
        return Levels(Level(0.1, 0.0), Level(0.2, 0.0), Level(1.0, 1.0))


class ChanceTooHigh(Echo):
    def known_levels(self) -> Levels:
        return Levels(Level(0.3, 0.0), Level(0.1, 0.0), Level(1.0, 1.0))


class ControlWithHighChance(Echo):
    """The scores of a control task are normalised by chance: with this floor a constant policy scores below 0."""

    def known_levels(self) -> Levels:
        return Levels(Level(0.3, 0.0), Level(1.0, 1.0), Level(1.0, 1.0))


class ControlWithLowChance(Echo):
    """With this floor a constant policy scores above 0."""

    def known_levels(self) -> Levels:
        return Levels(Level(0.05, 0.0), Level(1.0, 1.0), Level(1.0, 1.0))


class ChanceIgnoresAFrequentAnswer(Echo):
    """The value 3 is the most frequent answer, but the chance level assumes that all are equally frequent."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[rng.random(values.shape) < 0.2] = 3
        return self.echoed(values)

    def guess(self, observations: Array, step: int) -> Array:
        return np.full_like(observations, 3)

    def known_levels(self) -> Levels:
        return Levels(Level(0.1, 0.0), Level(0.28, 0.28**9), Level(1.0, 1.0))


class RealChanceTooLow(seq_envs.SeqNext):
    """The chance level overlooks that one answer is right for two neighbouring targets."""

    def known_levels(self) -> Levels:
        return Levels(Level(1 / (self.length - 1), 0.0), Level(1.0, 1.0), Level(1.0, 1.0))


class ActionLeakNotStated(seq_envs.SeqMemorize):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ()


class GuessesBadly(Echo):
    """`guess` is worse than answers learned from data, and the problem states no levels."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=np.where(rng.random(episodes.targets.shape) < 0.5, 3, episodes.targets))

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros(len(observations), np.int64)

    def known_levels(self) -> None:
        return None


class RewardLeakNotStated(seq_envs.SeqClassify):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",)


class UnknownLeak(Echo):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ("info",)


CONSTANT = "the best constant answer has accuracy"

# fmt: off
MUTANTS: list[tuple[seq_envs.Problem, str]] = [
    (MemorylessTooLow(),           f"a leak: {ONLY} 0.1.* but the memoryless level is 0.0500"),
    (MemorylessTooHigh(),          "the memoryless policy has accuracy 0.09.*, but its level states 0.2000"),
    (ChanceTooHigh(),              "the chance level .* is above the memoryless level"),
    (ControlWithHighChance(lag=0), f"{CONSTANT} 0.(09|10).*, but the chance level states 0.3000"),
    (ControlWithLowChance(lag=0),  f"{CONSTANT} 0.(09|10).*, but the chance level states 0.0500"),
    (ChanceIgnoresAFrequentAnswer(), f"{CONSTANT} 0.2.*, but the chance level states 0.1000"),
    (RealChanceTooLow(tolerance=0.06), f"{CONSTANT} 0.2.*, but the chance level states 0.1111"),
    (GuessesBadly(),               r"guess\(\) .*: it has accuracy 0.05.*, answers learned from data have 0.5"),
    (ActionLeakNotStated(framing="many_to_one"), "previous action has accuracy 1.0000, but .* level is 0.5"),
    (RewardLeakNotStated(),        "previous reward has accuracy 0.92.*, but the memoryless level is 0.9050"),
    (UnknownLeak(),                r"leaks must be a tuple .* 'action' and 'reward', got \('info',\)"),
]
# fmt: on
