"""The package's env classes with one mistake each, and the sentence that must name it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode

from seq_envs import Dataset, SequenceEnv, SequenceVectorEnv

Told = tuple[Any, dict[str, Any]]
Step = tuple[Any, Any, Any, Any, dict[str, Any]]


class PaysAlways(SequenceEnv):
    def step(self, action: Any) -> Step:
        observation, _, terminated, truncated, info = super().step(action)
        return observation, 1.0, terminated, truncated, info


class Punishes(SequenceEnv):
    def step(self, action: Any) -> Step:
        scored = self._at.scored[self._at.row]
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward if reward or not scored else -1.0, terminated, truncated, info


class TellsTheAnswer(SequenceEnv):
    def step(self, action: Any) -> Step:
        *rest, info = super().step(action)
        return *rest, info | {"answer": self._at.targets[min(self._at.row, len(self._at.targets) - 1)]}


class TellsAtReset(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Told:
        observation, _ = super().reset(seed=seed, options=options)
        return observation, {"targets": self._at.targets}


class Truncates(SequenceEnv):
    def step(self, action: Any) -> Step:
        observation, reward, terminated, _, info = super().step(action)
        return observation, reward, terminated, terminated, info


class EndsTooEarly(SequenceEnv):
    def step(self, action: Any) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward, terminated or self._at.row + 1 == self._at.stop, truncated, info


class NeverEnds(SequenceEnv):
    def step(self, action: Any) -> Step:
        observation, reward, _, truncated, info = super().step(action)
        return observation, reward, False, truncated, info


class OneBuffer(SequenceEnv):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._buffer = self.problem.code.blank

    def _into_buffer(self, observation: Any) -> Any:
        self._buffer[...] = observation
        return self._buffer

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Told:
        observation, info = super().reset(seed=seed, options=options)
        return self._into_buffer(observation), info

    def step(self, action: Any) -> Step:
        observation, *rest = super().step(action)
        return self._into_buffer(observation), *rest


class IgnoresTheSeed(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Told:
        return super().reset(seed=None if seed is None else 12345, options=options)


class DropsTheFirst(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Told:
        super().reset(seed=seed, options=options)
        observation, *_ = self.step(self.action_space.sample())
        return observation, {}


class EndStaysOnTheScreen(SequenceEnv):
    def step(self, action: Any) -> Step:
        shown = self._at.observations[self._at.row]
        observation, reward, terminated, truncated, info = super().step(action)
        return shown if terminated else observation, reward, terminated, truncated, info


class AnswersMatter(SequenceEnv):
    """A wrong answer shows the next but one."""

    def step(self, action: Any) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation if reward or terminated else observation[::-1].copy(), reward, terminated, truncated, info


class GlobalNoise(SequenceEnv):
    def step(self, action: Any) -> Step:
        np.random.rand()  # noqa: NPY002 - this is the mistake.
        return super().step(action)


class OneEpisodeForEver(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Told:
        return super().reset(seed=seed or 0, options=options)


class OneBlockForEver(SequenceEnv):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Told:
        at = self._at
        if seed is None and at.block is not None and at.episode + 1 == len(at.lengths):
            at.episode, at.observations = -1, []
        return super().reset(seed=seed, options=options)


class ForgetsToSucceed(SequenceEnv):
    def step(self, action: Any) -> Step:
        *rest, info = super().step(action)
        return *rest, {name: value for name, value in info.items() if name != "is_success"}


class PaysInAnArray(SequenceEnv):
    def step(self, action: Any) -> Step:
        observation, reward, *rest = super().step(action)
        return observation, np.array(reward), *rest


class MoreAnswers(SequenceEnv):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action_space = spaces.Discrete(self.action_space.n + 1)


class RevealsTooMuch(SequenceEnv):
    """Also where nothing is asked."""

    def step(self, action: Any) -> Step:
        target = self._at.targets[self._at.row]
        *rest, info = super().step(action)
        return *rest, info | ({"target": target} if self.reveal else {})


# fmt: off
ENVS: list[tuple[type[SequenceEnv], str]] = [
    (PaysAlways,          "the env rewards an answer with 1.0 at step 0 .*, which is not scored"),
    (Punishes,            "the env rewards a wrong answer with -1.0 at step"),
    (TellsTheAnswer,      r"a leak: info gives \['answer'\] away"),
    (TellsAtReset,        r"a leak: info of reset\(\) gives .*targets.* away"),
    (Truncates,           "the env truncates at step 4 .*: an episode is terminated at its end"),
    (EndsTooEarly,        "the env says terminated=True at step 3 .*, but sample"),
    (NeverEnds,           "the env says terminated=False at step 4 .*, but sample"),
    (OneBuffer,           "the env changes an array .*: buffers are shared"),
    (IgnoresTheSeed,      r"the env shows .* first in episode 0, but sample\(\)"),
    (DropsTheFirst,       r"the env shows .* first in episode 0, but sample\(\)"),
    (EndStaysOnTheScreen, "after the end of an episode, and not blank"),
    (AnswersMatter,       r"the env shows .* at step . of episode . of seed 0, but sample\(\)"),
    (GlobalNoise,         "the env touches a global random state"),
    (OneEpisodeForEver,   r"the env shows .* first in episode 1, but sample\(\)"),
    (OneBlockForEver,     r"the env shows .* first in episode 409, but sample\(\)"),
    (PaysInAnArray,       "a reward must be a float, got array"),
    (MoreAnswers,         r"action_space of the env is Discrete\(11\), but must be Discrete\(10\)"),
    (RevealsTooMuch,      "info says target=.* at step 0 .*, but must say 0"),
    (ForgetsToSucceed,    "info does not tell is_success at step 4"),
]
# fmt: on


class DropsTheFirstAfterTheEnd(SequenceVectorEnv):
    """The step that should show an episode's first observation shows its second."""

    def step(self, actions: Any) -> Step:
        waited = self._waiting.any()
        told = super().step(actions)
        return super().step(actions) if waited else told


class OneBufferForAll(SequenceVectorEnv):
    _buffer: Any = None

    def step(self, actions: Any) -> Step:
        observations, *rest = super().step(actions)
        self._buffer = observations if self._buffer is None else self._buffer
        self._buffer[...] = observations
        return self._buffer, *rest


class OneRewardBuffer(SequenceVectorEnv):
    _buffer: Any = None

    def step(self, actions: Any) -> Step:
        observations, rewards, *rest = super().step(actions)
        self._buffer = rewards if self._buffer is None else self._buffer
        self._buffer[...] = rewards
        return observations, self._buffer, *rest


class OneStreamForAll(SequenceVectorEnv):
    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> Told:
        return super().reset(seed=None if seed is None else [seed] * self.num_envs, options=options)


class LanesAreMixed(SequenceVectorEnv):
    def step(self, actions: Any) -> Step:
        observations, rewards, *rest = super().step(actions)
        return observations, np.roll(rewards, 1), *rest


class TellsMore(SequenceVectorEnv):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"reveal": True})


class EndsTooLate(SequenceVectorEnv):
    _late: Any = None

    def step(self, actions: Any) -> Step:
        observations, rewards, terminated, *rest = super().step(actions)
        late, self._late = self._late, terminated
        return observations, rewards, late if late is not None else terminated & False, *rest


class TruncatesAll(SequenceVectorEnv):
    def step(self, actions: Any) -> Step:
        observations, rewards, terminated, _, infos = super().step(actions)
        return observations, rewards, terminated, terminated.copy(), infos


class ShowsTheEndAgain(SequenceVectorEnv):
    """The final observation is the one that follows."""

    def step(self, actions: Any) -> Step:
        told = super().step(actions)
        if self.autoreset_mode is AutoresetMode.SAME_STEP and "final_obs" in told[4]:
            told[4]["final_obs"][:] = list(told[0])
        return told


class AlwaysASuccess(SequenceVectorEnv):
    def step(self, actions: Any) -> Step:
        told = super().step(actions)
        if "is_success" in told[4]:
            told[4]["is_success"] = told[4]["_is_success"].copy()
        return told


class RollsOutOthers(SequenceVectorEnv):
    def rollout(self, episodes: int = 1) -> Dataset:
        super().rollout(1)
        return super().rollout(episodes)


class ForgetsTheMask(SequenceVectorEnv):
    """A lane that is reset begins its stream anew."""

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> Told:
        return super().reset(seed=20 if seed is None else seed)


class OneSeedForAll(SequenceVectorEnv):
    """Of a list of seeds the first one counts."""

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> Told:
        return super().reset(seed=seed[0] if isinstance(seed, list) else seed, options=options)


class AllBeginAnew(SequenceVectorEnv):
    """A None in a list of seeds is a new seed, and not none."""

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> Told:
        seed = [3 if one is None else one for one in seed] if isinstance(seed, list) else seed
        return super().reset(seed=seed, options=options)


class RollsBack(SequenceVectorEnv):
    """A rollout leaves the lanes where they stood."""

    def rollout(self, episodes: int = 1) -> Dataset:
        ahead = copy.deepcopy(self)
        return SequenceVectorEnv.rollout(ahead, episodes)


class RevealsLate(SequenceVectorEnv):
    """What is told was graded a step ago."""

    _late: Any = None

    def step(self, actions: Any) -> Step:
        told = super().step(actions)
        if "correct" in told[4]:
            late, self._late = self._late, told[4]["correct"].copy()
            told[4]["correct"][:] = 0.0 if late is None else late
        return told


class CountsAllLanes(SequenceVectorEnv):
    """The accuracies of all lanes are told when an episode ends in one."""

    def step(self, actions: Any) -> Step:
        told = super().step(actions)
        for infos in (told[4], told[4].get("final_info", {})):
            if "accuracy" in infos:
                infos["accuracy"][:] = 0.5
        return told


class MoreAnswersForAll(SequenceVectorEnv):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action_space = spaces.MultiDiscrete([11] * self.num_envs)


# fmt: off
VECTOR_ENVS: list[tuple[type[SequenceVectorEnv], str]] = [
    (DropsTheFirstAfterTheEnd, r"lane 0 shows .*, but must .*, at step 6 of the vector env"),
    (OneBufferForAll,          "the env changes an array .*: buffers are shared"),
    (OneRewardBuffer,          "the env changes an array .*: buffers are shared"),
    (OneStreamForAll,          "lane 1 shows .*, but must .*, at step 1 of"),
    (LanesAreMixed,            "an answer earns .* in lane ., but must be"),
    (TellsMore,                r"a leak: infos of reset\(\) give .* away"),
    (EndsTooLate,              "terminated is False in lane 0, but must be True"),
    (TruncatesAll,             "truncated is True in lane 0, but must be False"),
    (ShowsTheEndAgain,         "final_obs of lane 0 is .*, but must be blank"),
    (AlwaysASuccess,           "infos say is_success=True of lane ., but must say False"),
    (RollsOutOthers,           r"rollout\(\) hands out other observations than sample\(\) in lane 0"),
    (OneSeedForAll,            "lane 1 plays another episode than number 1 of stream 21, after a reset"),
    (AllBeginAnew,             "lane 1 plays another episode than number 1 of stream 21, after a reset"),
    (RollsBack,                r"lane 0 shows .* but must .*, a step after rollout\(\)"),
    (RevealsLate,              "infos say correct=0.0 of lane ., but must say 1.0"),
    (CountsAllLanes,           "infos say accuracy=0.5 of lane ., but must say"),
    (MoreAnswersForAll,        "action_space of the vector env is MultiDiscrete.*11 11 11.*, but must be"),
    (ForgetsTheMask,           "lane . shows .*, but must .*, after a reset of lane 1 alone"),
]
# fmt: on
