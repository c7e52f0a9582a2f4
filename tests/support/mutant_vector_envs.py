"""The package's vector env classes with one mistake each, and a pattern of the message that must name the mistake."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode

from seq_envs import Dataset, SequenceVectorEnv

ResetResult = tuple[Any, dict[str, Any]]
StepResult = tuple[Any, Any, Any, Any, dict[str, Any]]


class SkipsTheFirstStepAfterTheEnd(SequenceVectorEnv):
    """The step that should return an episode's first observation returns its second one."""

    def step(self, actions: Any) -> StepResult:
        waited = self._waiting.any()
        result = super().step(actions)
        return super().step(actions) if waited else result


class SharedObservationBufferOfAll(SequenceVectorEnv):
    _buffer: Any = None

    def step(self, actions: Any) -> StepResult:
        observations, *rest = super().step(actions)
        self._buffer = observations if self._buffer is None else self._buffer
        self._buffer[...] = observations
        return self._buffer, *rest


class SharedRewardBuffer(SequenceVectorEnv):
    _buffer: Any = None

    def step(self, actions: Any) -> StepResult:
        observations, rewards, *rest = super().step(actions)
        self._buffer = rewards if self._buffer is None else self._buffer
        self._buffer[...] = rewards
        return observations, self._buffer, *rest


class SameStreamInAllLanes(SequenceVectorEnv):
    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> ResetResult:
        return super().reset(seed=None if seed is None else [seed] * self.num_envs, options=options)


class RewardsOfOtherLanes(SequenceVectorEnv):
    def step(self, actions: Any) -> StepResult:
        observations, rewards, *rest = super().step(actions)
        return observations, np.roll(rewards, 1), *rest


class AlwaysReveals(SequenceVectorEnv):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"reveal": True})


class EndsTooLate(SequenceVectorEnv):
    _late: Any = None

    def step(self, actions: Any) -> StepResult:
        observations, rewards, terminated, *rest = super().step(actions)
        late, self._late = self._late, terminated
        return observations, rewards, late if late is not None else terminated & False, *rest


class TruncatesAllLanes(SequenceVectorEnv):
    def step(self, actions: Any) -> StepResult:
        observations, rewards, terminated, _, infos = super().step(actions)
        return observations, rewards, terminated, terminated.copy(), infos


class WrongFinalObservation(SequenceVectorEnv):
    """The final observation is the first one of the next episode."""

    def step(self, actions: Any) -> StepResult:
        result = super().step(actions)
        if self.autoreset_mode is AutoresetMode.SAME_STEP and "final_obs" in result[4]:
            result[4]["final_obs"][:] = list(result[0])
        return result


class AlwaysASuccess(SequenceVectorEnv):
    def step(self, actions: Any) -> StepResult:
        result = super().step(actions)
        if "is_success" in result[4]:
            result[4]["is_success"] = result[4]["_is_success"].copy()
        return result


class RolloutSkipsAnEpisode(SequenceVectorEnv):
    def rollout(self, episodes: int = 1) -> Dataset:
        super().rollout(1)
        return super().rollout(episodes)


class IgnoresTheMask(SequenceVectorEnv):
    """A reset with a mask starts the streams of all lanes again."""

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> ResetResult:
        return super().reset(seed=20 if seed is None else seed)


class FirstSeedForAll(SequenceVectorEnv):
    """It uses only the first of a list of seeds."""

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> ResetResult:
        return super().reset(seed=seed[0] if isinstance(seed, list) else seed, options=options)


class NoneIsASeed(SequenceVectorEnv):
    """A None in a list of seeds starts a new stream instead of continuing the old one."""

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> ResetResult:
        seed = [3 if lane_seed is None else lane_seed for lane_seed in seed] if isinstance(seed, list) else seed
        return super().reset(seed=seed, options=options)


class RolloutMovesNothing(SequenceVectorEnv):
    """After a rollout the lanes are where they were before."""

    def rollout(self, episodes: int = 1) -> Dataset:
        ahead = copy.deepcopy(self)
        return SequenceVectorEnv.rollout(ahead, episodes)


class RevealsLate(SequenceVectorEnv):
    """It reveals the grades of the previous step."""

    _late: Any = None

    def step(self, actions: Any) -> StepResult:
        result = super().step(actions)
        if "correct" in result[4]:
            late, self._late = self._late, result[4]["correct"].copy()
            result[4]["correct"][:] = 0.0 if late is None else late
        return result


class AccuraciesOfAllLanes(SequenceVectorEnv):
    """When an episode ends in one lane, infos have an accuracy for every lane."""

    def step(self, actions: Any) -> StepResult:
        result = super().step(actions)
        for infos in (result[4], result[4].get("final_info", {})):
            if "accuracy" in infos:
                infos["accuracy"][:] = 0.5
        return result


class OneStreamBeyond100Lanes(SequenceVectorEnv):
    """Lanes from the hundredth on play the same stream."""

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> ResetResult:
        if isinstance(seed, int) and self.num_envs > 100:
            seed = [seed + min(lane, 100) for lane in range(self.num_envs)]
        return super().reset(seed=seed, options=options)


class LargerActionSpaceOfAll(SequenceVectorEnv):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action_space = spaces.MultiDiscrete([11] * self.num_envs)


class PaysNothingAtTheEnd(SequenceVectorEnv):
    def step(self, actions: Any) -> StepResult:
        observations, rewards, *rest = super().step(actions)
        return observations, rewards * (self.pay == "each_step"), *rest


class LateFeedbackOfAll(SequenceVectorEnv):
    """With feedback, the previous action is the one before it."""

    _late: Any = None

    def step(self, actions: Any) -> StepResult:
        observations, *rest = super().step(actions)
        if isinstance(observations, dict):
            late, self._late = self._late, observations["action"].copy()
            if late is not None:
                observations["action"][:] = late
        return observations, *rest


# fmt: off
VECTOR_ENVS: list[tuple[type[SequenceVectorEnv], str]] = [
    (SkipsTheFirstStepAfterTheEnd,  r"the observation of lane 0 is .*, but must be .*, at step 6 of the vector env"),
    (SharedObservationBufferOfAll,  "the env changes an array .*: return a copy"),
    (SharedRewardBuffer,            "the env changes an array .*: return a copy"),
    (SameStreamInAllLanes,          "the observation of lane 1 is .*, but must be .*, at step 1 of"),
    (RewardsOfOtherLanes,           "the reward is .* in lane ., but must be"),
    (AlwaysReveals,                 r"a leak: infos of reset\(\) are .*, but must be empty"),
    (EndsTooLate,                   "terminated is False in lane 0, but must be True"),
    (TruncatesAllLanes,             "truncated is True in lane 0, but must be False"),
    (WrongFinalObservation,         "final_obs of lane 0 is .*, but must be blank"),
    (AlwaysASuccess,                r"infos\['is_success'\] is True in lane ., but must be False"),
    (RolloutSkipsAnEpisode,         r"rollout\(\) and sample\(\) return different observations in lane 0"),
    (FirstSeedForAll,               "lane 1 must play episode 1 of stream 21 after reset"),
    (NoneIsASeed,                   "lane 1 must play episode 1 of stream 21 after reset"),
    (RolloutMovesNothing,           r"the observation of lane 0 is .* but must be .*, in the step after rollout\(\)"),
    (RevealsLate,                   r"infos\['correct'\] is 0.0 in lane ., but must be 1.0"),
    (AccuraciesOfAllLanes,          r"infos\['accuracy'\] is 0.5 in lane ., but must be"),
    (OneStreamBeyond100Lanes,       "with 130 lanes, the first observation of lane 1.. is"),
    (LargerActionSpaceOfAll,        "action_space of the vector env is MultiDiscrete.*11 11 11.*, but must be"),
    (PaysNothingAtTheEnd,           r"the vector env \(.*\) with pay='at_end', .*: reward is"),
    (LateFeedbackOfAll,             r"the vector env \(.*\) with feedback=.*, at step 2 of .*: observation is"),
    (IgnoresTheMask,                "the observation of lane . is .*, but must be .*, after a reset of lane 1 alone"),
]
# fmt: on
