"""Valid problems with one mistake each, and a pattern of the message that must name the mistake."""

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
    """The problem that most mutants change: echo the previous value."""

    def echoed(self, values: Array) -> Episodes:
        """Episodes with these values (B, T) and the right targets."""
        episodes = super().sample(np.random.default_rng(0), len(values))
        return episodes._replace(observations=values, targets=np.roll(values, self.lag, axis=1))


# Wrong observations.


class AnswerInObservation(Echo):
    """Each symbol encodes both the value and the answer."""

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
    """Every other value repeats the previous one."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[:, 1::2] = values[:, ::2]
        return self.echoed(values)


class TimeStepPredictsAnswer(Echo):
    """The value at step 4 is always small."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[:, 4] %= 5
        return self.echoed(values)


class WithoutReplacement(Echo):
    """No value occurs twice in an episode."""

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


class BlankIsEncodedAsZero(seq_envs.SeqCopy):
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


# Wrong targets, scored steps or grades.


class LagIsOneMore(Echo):
    """`sample` and `solve` agree, but on another lag than the parameter, as in POPGym's RepeatPrevious."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        return dataclasses.replace(self, lag=self.lag + 1)._sample_with_this_lag(rng, batch)

    def _sample_with_this_lag(self, rng: Rng, batch: int) -> Episodes:
        return super().sample(rng, batch)

    def solve(self, history: Array) -> Array:
        return history[:, max(history.shape[1] - 2 - self.lag, 0)]


class LagIsOneLess(Echo):
    """Only `sample` is wrong."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=np.roll(episodes.targets, -1, axis=1))


class RandomAnswers(Echo):
    """The observations do not determine the answers."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=rng.integers(self.n_values, size=episodes.targets.shape))


class LagHasNoEffect(Echo):
    """All values of an episode are the same."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[:] = values[:, :1]
        return self.echoed(values)

    def known_levels(self) -> Levels:
        return Levels(Level(0.1, 0.1), Level(1.0, 1.0), Level(1.0, 1.0))

    def guess(self, observations: Array, step: int) -> Array:
        return observations


class SolveIsWrong(seq_envs.SeqCopy):
    def solve(self, history: Array) -> Array:
        return history[:, 0]


class NothingScored(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(scored=np.zeros_like(episodes.scored))


class ScoredAfterTheEnd(Ragged):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(scored=np.ones_like(episodes.scored))


class StepsAreOneLess(Echo):
    @property
    def steps(self) -> int:
        return super().steps - 1

    def sample(self, rng: Rng, batch: int) -> Episodes:
        return Echo().sample(rng, batch)


class RightIsWrong(Echo):
    def grade(self, actions: Any, targets: Any) -> Any:
        return 1.0 - super().grade(actions, targets)


# Wrong draws.


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


class SolveChangesTheHistory(Echo):
    def solve(self, history: Array) -> Array:
        answers = super().solve(history).copy()
        history[:] = 0
        return answers


class SolveRemembers(Echo):
    """It answers from an earlier call, not from the history."""

    seen: ClassVar[dict[int, Array]] = {}

    def solve(self, history: Array) -> Array:
        before = self.seen.get(len(history), np.zeros(len(history), history.dtype))
        self.seen[len(history)] = history[:, -1].copy()
        return before


class TooManyEpisodes(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        return super().sample(rng, 2 * batch)


class EachEpisodeTwice(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        half = super().sample(rng, (batch + 1) // 2)
        return Episodes(*(array.repeat(2, axis=0)[:batch] for array in half))


class SecondHalfRepeatsTheFirst(Echo):
    def sample(self, rng: Rng, batch: int) -> Episodes:
        half = super().sample(rng, (batch + 1) // 2)
        return Episodes(*(np.concatenate([array, array])[:batch] for array in half))


class EpisodesCountUp(Echo):
    """Each episode is the previous one with 1 added to every value."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        first = super().sample(rng, 1).observations.astype(np.int64)
        values = (first + np.arange(batch)[:, None]) % self.n_values
        return self.echoed(values.astype(np.uint8))


class EveryThirdEpisodeCountsUp(Echo):
    """Every third episode is the one two before it with 1 added to every value."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[2::3] = (values[: batch - 2 : 3] + np.uint8(1)) % np.uint8(self.n_values)
        return self.echoed(values)


class BeginsWithThePreviousEnd(Echo):
    """The first value of an episode is the last value of the previous one."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        values[1:, 0] = values[:-1, -1]
        return self.echoed(values)


class OneIn200Repeated(Echo):
    """One episode in some hundreds is the one before it again."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        again = np.flatnonzero(rng.random(batch - 1) < 1 / 200)
        values[again + 1] = values[again]
        return self.echoed(values)


class OneIn200Unsolvable(Echo):
    """One answer of one episode in some hundreds is wrong."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        targets = np.array(episodes.targets)
        lost = rng.random(batch) < 1 / 200
        targets[lost, 5] = (targets[lost, 5] + 1) % self.n_values
        return episodes._replace(targets=targets)


class RepeatsFiveLater(Echo):
    """The first value of an episode is that of the fifth episode before it."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        values = super().sample(rng, batch).observations
        for episode in range(5, batch):
            values[episode, 0] = values[episode - 5, 0]
        return self.echoed(values)


class WrongInLargeBatches(Echo):
    """From 1,000 episodes on, answers are those of the step before."""

    def sample(self, rng: Rng, batch: int) -> Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=np.roll(episodes.targets, 1, axis=1)) if batch >= 1000 else episodes


ONLY = "a policy that receives only the current observation and the time step has accuracy"

# fmt: off
MUTANTS: list[tuple[seq_envs.Problem, str]] = [
    (AnswerInObservation(),        f"a leak: {ONLY} 1.0000, but the memoryless level is 0.1000"),
    (AnswerLikely(),               f"a leak: {ONLY} 0.6"),
    (TimeStepPredictsAnswer(),     f"a leak: {ONLY} 0.11"),
    (WithoutReplacement(),         f"a leak: {ONLY} 0.11"),
    (ValueOutside(),               "observations, .* must be symbols .*, integers in 0 ... 9, got uint8 in 1 ... 10"),
    (RealOutside(),                r"observation .1.* is not in its space Box\(0.0, 1.0"),
    (TargetOutside(),              r"target 9 is not in its space Discrete\(9\)"),
    (BlankIsAValue(encoding="discrete"), "blank is symbol 0, which is also a value"),
    (BlankIsEncodedAsZero(),       "blank and symbol 0 have the same encoding"),
    (Lossy(),                      r"decode\(\) does not undo encode\(\)"),
    (LagIsOneMore(),               "lag is off by one: the observation of 2 steps ago predicts 1.0000 of the answers"),
    (LagIsOneLess(),               "lag is off by one: the observation of 0 steps ago predicts 1.0000 of the answers"),
    (RandomAnswers(),              "the optimal policy has accuracy 0.0.* but its level states 1.0000"),
    (LagHasNoEffect(),             "lag = 1 has no effect: the observation of 0 steps ago predicts all answers"),
    (SolveIsWrong(),               "the optimal policy has accuracy 0.2.* but its level states 1.0000"),
    (NothingScored(),              "an episode has no scored step"),
    (ScoredAfterTheEnd(),          "a step after the end of its episode is scored"),
    (StepsAreOneLess(),            "must return T = `steps` = 9 time steps, got 10"),
    (RightIsWrong(),               r"grade\(\) must return 1 for the right answer"),
    (SeedIgnored(),                "the same seed gives different episodes"),
    (OneStream(),                  "two seeds give the same episodes"),
    (GlobalDraws(),                r"sample\(\) changes a global random state"),
    (SeedsGlobally(),              r"sample\(\) changes a global random state"),
    (SolveChangesTheHistory(),     r"solve\(\) changes its argument `history` at step 1"),
    (SolveRemembers(),             r"solve\(\) returns other answers at step"),
    (TooManyEpisodes(),            "must return batch=7 episodes, got .14, 14, 14, 14."),
    (EachEpisodeTwice(),           "4000 pairs of 4000 episodes are equal, in two streams, but only 0 should"),
    (SecondHalfRepeatsTheFirst(),  " pairs of 4000 episodes are equal, in two streams, but only 0 should"),
    (EpisodesCountUp(),            " pairs of 4000 episodes are equal"),
    (EveryThirdEpisodeCountsUp(),  "learned from the answers of the episode before the previous one"),
    (OneIn200Repeated(),           r"\d\d pairs of 4000 episodes are equal, in two streams, but only 0 should"),
    (OneIn200Unsolvable(),         "the optimal policy is wrong in 0.* episodes, but its level states that it ne"),
    (RepeatsFiveLater(),           "learned from the (observations|answers) of 5 episodes before"),
    (WrongInLargeBatches(),        r"in a batch of 5000 episodes, solve\(\) is wrong in"),
    (BeginsWithThePreviousEnd(),   "learned from the last observation of the previous episode"),
]
# fmt: on
