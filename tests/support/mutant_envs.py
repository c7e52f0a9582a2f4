"""The package's env classes with one mistake each, and a pattern of the message that must name the mistake."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from seq_envs import SequenceEnv

ResetResult = tuple[Any, dict[str, Any]]
StepResult = tuple[Any, Any, Any, Any, dict[str, Any]]


class AlwaysRewards(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        observation, _, terminated, truncated, info = super().step(action)
        return observation, 1.0, terminated, truncated, info


class NegativeReward(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        scored = self._at.scored[self._at.row]
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward if reward or not scored else -1.0, terminated, truncated, info


class AnswerInInfo(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        *rest, info = super().step(action)
        return *rest, info | {"answer": self._at.targets[min(self._at.row, len(self._at.targets) - 1)]}


class TargetsInInfoOfReset(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> ResetResult:
        observation, _ = super().reset(seed=seed, options=options)
        return observation, {"targets": self._at.targets}


class Truncates(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        observation, reward, terminated, _, info = super().step(action)
        return observation, reward, terminated, terminated, info


class EndsTooEarly(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward, terminated or self._at.row + 1 == self._at.stop, truncated, info


class NeverEnds(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        observation, reward, _, truncated, info = super().step(action)
        return observation, reward, False, truncated, info


class SharedObservationBuffer(SequenceEnv):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._buffer = self.problem.code.blank

    def _into_buffer(self, observation: Any) -> Any:
        self._buffer[...] = observation
        return self._buffer

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> ResetResult:
        observation, info = super().reset(seed=seed, options=options)
        return self._into_buffer(observation), info

    def step(self, action: Any) -> StepResult:
        observation, *rest = super().step(action)
        return self._into_buffer(observation), *rest


class IgnoresTheSeed(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> ResetResult:
        return super().reset(seed=None if seed is None else 12345, options=options)


class SkipsTheFirstStep(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> ResetResult:
        super().reset(seed=seed, options=options)
        observation, *_ = self.step(self.action_space.sample())
        return observation, {}


class LastObservationStays(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        last = self._at.observations[self._at.row]
        observation, reward, terminated, truncated, info = super().step(action)
        return last if terminated else observation, reward, terminated, truncated, info


class ActionsChangeObservations(SequenceEnv):
    """A wrong answer reverses the next observation."""

    def step(self, action: Any) -> StepResult:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation if reward or terminated else observation[::-1].copy(), reward, terminated, truncated, info


class DrawsGlobally(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        np.random.rand()  # noqa: NPY002 - this is the mistake.
        return super().step(action)


class AlwaysTheSameEpisode(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> ResetResult:
        return super().reset(seed=seed or 0, options=options)


class AlwaysTheSameBlock(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> ResetResult:
        at = self._at
        if seed is None and at.block is not None and at.episode + 1 == len(at.lengths):
            at.episode, at.observations = -1, []
        return super().reset(seed=seed, options=options)


class NoIsSuccess(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        *rest, info = super().step(action)
        return *rest, {name: value for name, value in info.items() if name != "is_success"}


class RewardIsAnArray(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        observation, reward, *rest = super().step(action)
        return observation, np.array(reward), *rest


class LargerActionSpace(SequenceEnv):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action_space = spaces.Discrete(self.action_space.n + 1)


class RevealsTooMuch(SequenceEnv):
    """It reveals the target of steps that are not scored too."""

    def step(self, action: Any) -> StepResult:
        target = self._at.targets[self._at.row]
        *rest, info = super().step(action)
        return *rest, info | ({"target": target} if self.reveal else {})


class PaysAgainAndAgain(SequenceEnv):
    """With pay at the end, each step pays what has been earned so far."""

    def step(self, action: Any) -> StepResult:
        observation, reward, terminated, *rest = super().step(action)
        return observation, self._at.earned if self.pay == "at_end" else reward, terminated, *rest


class TargetAsFeedback(SequenceEnv):
    """With feedback, the previous action is the right answer."""

    def step(self, action: Any) -> StepResult:
        right = self._at.targets[self._at.row] if self._at.row >= 0 else 0
        observation, *rest = super().step(action)
        if isinstance(observation, dict):
            observation["action"] = np.int64(right)
        return observation, *rest


class PlaysOnAfterTheLimit(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        *rest, truncated, info = super().step(action)
        return *rest, truncated and rest[2], info


class TakesInvalidActions(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        try:
            return super().step(action)
        except ValueError:
            return super().step(0)


class StepsAfterTheEnd(SequenceEnv):
    def step(self, action: Any) -> StepResult:
        if self._at.row < 0:
            self.reset()
        return super().step(action)


class ChangesOptions(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> ResetResult:
        if options:
            options.pop("start", None)
        return super().reset(seed=seed)


class ReadsOptions(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> ResetResult:
        result = super().reset(seed=seed)
        for _ in range((options or {}).get("start", 0)):
            result = super().reset()
        return result


# fmt: off
ENVS: list[tuple[type[SequenceEnv], str]] = [
    (AlwaysRewards,               "the reward is 1.0 at step 0 .*, but must be 0.0: the step is not scored"),
    (NegativeReward,              "the reward of a wrong answer is -1.0 at step"),
    (AnswerInInfo,                r"a leak: info has the keys \['answer'\]"),
    (TargetsInInfoOfReset,        r"a leak: info of reset\(\) is .*targets.*, but must be empty"),
    (Truncates,                   "truncated is True at step 4 .*: an episode must be terminated at its end"),
    (EndsTooEarly,                "terminated is True at step 3 .*, but must be False"),
    (NeverEnds,                   "terminated is False at step 4 .*, but must be True"),
    (SharedObservationBuffer,     "the env changes an array .*: return a copy"),
    (IgnoresTheSeed,              r"the first observation of episode 0 is .*, but sample\(\)"),
    (SkipsTheFirstStep,           r"the first observation of episode 0 is .*, but sample\(\)"),
    (LastObservationStays,        "the observation after the end of an episode is .*, but must be blank"),
    (ActionsChangeObservations,   r"the observation at step . of episode . of seed 0 is .*, but sample\(\)"),
    (DrawsGlobally,               "the env changes a global random state"),
    (AlwaysTheSameEpisode,        r"the first observation of episode 1 is .*, but sample\(\)"),
    (AlwaysTheSameBlock,          r"the first observation of episode 409 is .*, but sample\(\)"),
    (PaysAgainAndAgain,           r"step\(\) with pay='at_end', .*: reward is .*, but must be 0.0"),
    (TargetAsFeedback,            r"step\(\) with feedback=\('action', 'reward'\), .*: observation is"),
    (PlaysOnAfterTheLimit,        r"step\(\) with .*max_episode_steps=2, at step 2 of .*: truncated is False"),
    (RewardIsAnArray,             "a reward must be a float, got array"),
    (LargerActionSpace,           r"action_space of the env is Discrete\(11\), but must be Discrete\(10\)"),
    (RevealsTooMuch,              r"info\['target'\] is .* at step 0 .*, but must be 0"),
    (NoIsSuccess,                 "info lacks is_success at step 4"),
    (TakesInvalidActions,         "the env takes the invalid action None: it must raise ActionError"),
    (StepsAfterTheEnd,            r"the env takes a step before the first reset\(\): it must raise ResetNeeded"),
    (ChangesOptions,              r"reset\(\) changes the dict `options` that it receives"),
    (ReadsOptions,                r"reset\(\) with options gives the observation .*, but must give"),
]
# fmt: on
