"""Good problems with one mistake each, and the sentence that must name it."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from spaces_of_settings import Ragged

import seq_envs
from seq_envs import Episodes, Level, Levels
from seq_envs.encodings import Alphabet, Array, Encoding, Normalized, Token

Rng = np.random.Generator


@dataclasses.dataclass(frozen=True, kw_only=True)
class Echo(seq_envs.SeqEcho):
    """What most of these are at heart: echo the value before."""

    def echoed(self, values: Array) -> Episodes:
        """These values (B, T), asked for as they should be."""
        episodes = super().sample(np.random.default_rng(0), len(values))
        return episodes._replace(observations=values, targets=np.roll(values, self.lag, axis=1))


# What is shown.


class AnswerShown(Echo):
    """Each symbol holds the value and the answer."""

    @property
    def code(self) -> Encoding:
        return Token(Alphabet(self.n_values**2))

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(observations=episodes.observations * np.uint8(self.n_values) + episodes.targets)

    def solve(self, history: Array) -> Array:
        return super().solve(history // self.n_values)

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)


class AnswerLikely(Echo):
    """Every other value is the one before again."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[:, 1::2] = values[:, ::2]
        return self.echoed(values)


class ClockTells(Echo):
    """Some steps show small values only."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[:, 4] %= 5
        return self.echoed(values)


class WithoutReplacement(Echo):
    """A value comes once in an episode."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = rng.permuted(np.tile(np.arange(self.n_values, dtype=np.uint8), (batch, 1)), axis=1)
        return self.echoed(values[:, : self.length])


class ValueOutside(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        return self.echoed(super().sample(rng, batch).observations + np.uint8(1))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values + 1)


class RealOutside(seq_envs.SeqNext):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(observations=episodes.observations + np.float32(0.5))


class TargetOutside(Echo):
    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values - 1)


class BlankIsAValue(seq_envs.SeqCopy):
    @property
    def code(self) -> Encoding:
        return Token(Alphabet(self.n_values, cues=("_", ">"), blank=0))


class _NoFlagForBlank(Normalized):
    def encode(self, raw: Array) -> Array:
        encoded = super().encode(raw)
        encoded[..., 1] = 0
        return encoded


class BlankIsShownAsZero(seq_envs.SeqCopy):
    @property
    def code(self) -> Encoding:
        return _NoFlagForBlank(Alphabet(self.n_values, cues=("_", ">"), blank=self.n_values))


class _Coarse(Token):
    def decode(self, observations: Array) -> Array:
        return super().decode(observations) // 2 * 2


class Lossy(Echo):
    @property
    def code(self) -> Encoding:
        return _Coarse(self.alphabet)


# What is asked.


class LagIsOneMore(Echo):
    """Sampler and solver agree with each other, and not with the parameter, as in POPGym's RepeatPrevious."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        return dataclasses.replace(self, lag=self.lag + 1)._as_it_says(rng, batch)

    def _as_it_says(self, rng: Rng, batch: int) -> Episodes:
        return super().sample(rng, batch)

    def solve(self, history: Array) -> Array:
        return history[:, max(history.shape[1] - 2 - self.lag, 0)]


class LagIsOneLess(Echo):
    """Only the sampler is wrong."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=np.roll(episodes.targets, -1, axis=1))


class AnswersAreDrawn(Echo):
    """Nobody can know them."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=rng.integers(self.n_values, size=episodes.targets.shape))


class LagMeansNothing(Echo):
    """All values of an episode are the same."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[:] = values[:, :1]
        return self.echoed(values)

    def known_levels(self) -> Levels:
        return Levels(Level(0.1, 0.1), Level(1.0, 1.0), Level(1.0, 1.0))

    def guess(self, observations: Array, step: int) -> Array:
        return observations


class SolverIsWrong(seq_envs.SeqCopy):
    def solve(self, history: Array) -> Array:
        return history[:, 0]


class NothingAsked(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(scored=np.zeros_like(episodes.scored))


class AskedAfterTheEnd(Ragged):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(scored=np.ones_like(episodes.scored))


class StepsAreOneLess(Echo):
    @property
    def steps(self) -> int:
        return self.length - 1


class RightIsWrong(Echo):
    def grade(self, actions: Any, targets: Any) -> Any:
        return 1.0 - super().grade(actions, targets)


# How it is drawn.


class SeedIgnored(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        return super().sample(np.random.default_rng(), batch)


class OneStream(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        return super().sample(np.random.default_rng(0), batch)


class GlobalDraws(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        np.random.rand()  # noqa: NPY002 - this is the mistake.
        return super().sample(rng, batch)


class SeedsGlobally(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        np.random.seed(0)  # noqa: NPY002 - this is the mistake.
        return super().sample(rng, batch)


class SolverWipes(Echo):
    def solve(self, history: Array) -> Array:
        said = super().solve(history).copy()
        history[:] = 0
        return said


class SolverRemembers(Echo):
    seen: ClassVar[dict[int, Array]] = {}

    def solve(self, history: Array) -> Array:
        before = self.seen.get(len(history), np.zeros(len(history), history.dtype))
        self.seen[len(history)] = history[:, -1].copy()
        return before


class TooMany(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        return super().sample(rng, 2 * batch)


class EachEpisodeTwice(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        half = super().sample(rng, (batch + 1) // 2)
        return Episodes(*(array.repeat(2, axis=0)[:batch] for array in half))


class HalfOfItAgain(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        half = super().sample(rng, (batch + 1) // 2)
        return Episodes(*(np.concatenate([array, array])[:batch] for array in half))


class EpisodesGoOn(Echo):
    """The next episode is the one before, each value one more."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        first = super().sample(rng, 1).observations.astype(np.int64)
        values = (first + np.arange(batch)[:, None]) % self.n_values
        return self.echoed(values.astype(np.uint8))


class EveryThirdGoesOn(Echo):
    """It is the one but one before, each value one more."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[2::3] = (values[: batch - 2 : 3] + np.uint8(1)) % np.uint8(self.n_values)
        return self.echoed(values)


class BeginsWhereTheLastEnded(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[1:, 0] = values[:-1, -1]
        return self.echoed(values)


# What is said of it.


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
    """A control task, whose scores are normalised by chance: with this floor a constant policy scores below 0."""

    def known_levels(self) -> Levels:
        return Levels(Level(0.3, 0.0), Level(1.0, 1.0), Level(1.0, 1.0))


class ControlWithLowChance(Echo):
    """With this floor a constant policy scores above 0."""

    def known_levels(self) -> Levels:
        return Levels(Level(0.05, 0.0), Level(1.0, 1.0), Level(1.0, 1.0))


class ChanceIgnoresAFrequentAnswer(Echo):
    """The value 3 is the answer more often than others, which chance does not know of."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[rng.random(values.shape) < 0.2] = 3
        return self.echoed(values)

    def guess(self, observations: Array, step: int) -> Array:
        return np.full_like(observations, 3)

    def known_levels(self) -> Levels:
        return Levels(Level(0.1, 0.0), Level(0.28, 0.28**9), Level(1.0, 1.0))


class RealChanceTooLow(seq_envs.SeqNext):
    """It overlooks that one answer is right for two neighbouring targets."""

    def known_levels(self) -> Levels:
        return Levels(Level(1 / (self.length - 1), 0.0), Level(1.0, 1.0), Level(1.0, 1.0))


class TapeNotStated(seq_envs.SeqMemorize):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ()


class GuessesBadly(Echo):
    """It does not know better than that, and says so with conviction."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=np.where(rng.random(episodes.targets.shape) < 0.5, 3, episodes.targets))

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros(len(observations), np.int64)

    def known_levels(self) -> None:
        return None


class RewardNotStated(seq_envs.SeqClassify):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",)


class LeaksByAnotherName(Echo):
    @property
    def leaks(self) -> tuple[str, ...]:
        return ("info",)


ONLY = "a player that sees only the current observation and the clock gets"
CONSTANT = "the best constant answer gets accuracy"

# fmt: off
MUTANTS: list[tuple[seq_envs.Problem, str]] = [
    (AnswerShown(),            f"a leak: {ONLY} 1.0000, but the memoryless level is 0.1000"),
    (AnswerLikely(),           f"a leak: {ONLY} 0.6"),
    (ClockTells(),             f"a leak: {ONLY} 0.11"),
    (WithoutReplacement(),     f"a leak: {ONLY} 0.11"),
    (ValueOutside(),           "observations, .* must be symbols .*, whole numbers in 0 ... 9, got uint8 in 1 ... 10"),
    (RealOutside(),            r"observation .1.* is not in its space Box\(0.0, 1.0"),
    (TargetOutside(),          r"target 9 is not in its space Discrete\(9\)"),
    (BlankIsAValue(encoding="discrete"), "blank is symbol 0, which is also a value"),
    (BlankIsShownAsZero(),     "blank is shown as symbol 0 is"),
    (Lossy(),                  r"decode\(\) does not undo encode\(\)"),
    (LagIsOneMore(),           "lag is off by one: the observation of 2 steps ago tells 1.0000 of the answers"),
    (LagIsOneLess(),           "lag is off by one: the observation of 0 steps ago tells 1.0000 of the answers"),
    (AnswersAreDrawn(),        "the optimal player gets accuracy 0.0.* but its level says 1.0000"),
    (LagMeansNothing(),        "lag = 1 means nothing: the observation of 0 steps ago tells all of the answers"),
    (SolverIsWrong(),          "the optimal player gets accuracy 0.2.* but its level says 1.0000"),
    (NothingAsked(),           "nothing can be earned"),
    (AskedAfterTheEnd(),       "a step after the end of its episode is scored"),
    (StepsAreOneLess(),        "drew episodes of 10 steps, but steps says 9"),
    (RightIsWrong(),           "the right answer is not graded as right"),
    (SeedIgnored(),            "the same seed drew other episodes"),
    (OneStream(),              "two seeds drew the same episodes"),
    (GlobalDraws(),            r"sample\(\) touches a global random state"),
    (SeedsGlobally(),          r"sample\(\) touches a global random state"),
    (SolverWipes(),            r"solve\(\) changes the history that it is given at step 1"),
    (SolverRemembers(),        r"solve\(\) answers differently at step"),
    (TooMany(),                "as many episodes as it is asked for: asked for 7, got .14, 14, 14, 14."),
    (EachEpisodeTwice(),       "of 4000 episodes 2000 pairs are the same, and by luck 0 would be"),
    (HalfOfItAgain(),          "of 4000 episodes .* pairs are the same, and by luck 0 would be"),
    (EpisodesGoOn(),           "of 4000 episodes .* pairs are the same"),
    (EveryThirdGoesOn(),       "an episode tells of a later one: from the answers of the one but one before"),
    (BeginsWhereTheLastEnded(), "an episode tells of a later one: from the last observation of the one before"),
    (MemorylessTooLow(),       f"a leak: {ONLY} 0.1.* but the memoryless level is 0.0500"),
    (MemorylessTooHigh(),      "the memoryless player gets accuracy 0.09.*, but its level says 0.2000"),
    (ChanceTooHigh(),          "chance .* is above memoryless"),
    (ControlWithHighChance(lag=0), f"{CONSTANT} 0.(09|10).*, but the level of chance says 0.3000"),
    (ControlWithLowChance(lag=0), f"{CONSTANT} 0.(09|10).*, but the level of chance says 0.0500"),
    (ChanceIgnoresAFrequentAnswer(), f"{CONSTANT} 0.2.*, but the level of chance says 0.1000"),
    (RealChanceTooLow(tolerance=0.06), f"{CONSTANT} 0.2.*, but the level of chance says 0.1111"),
    (GuessesBadly(),           r"guess\(\) is not the best: it gets 0.05.*, what is learned from data 0.5"),
    (TapeNotStated(framing="many_to_one"), "and its previous action gets 1.0000, but the memoryless level is 0.5000"),
    (RewardNotStated(),        "and its previous reward gets 0.92.*, but the memoryless level is 0.9050"),
    (LeaksByAnotherName(),     r"leaks must be a tuple of 'action' and 'reward', .* got \('info',\)"),
]
# fmt: on
