"""User-defined agents: valid ones, and one for each way of being invalid."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from seq_agents.agents import agent_type
from seq_agents.learners.learner import Learner, Moment, Watch

import seq_envs


class LastValue:
    """Answers with the current symbol, for problems with `one_hot` observations."""

    def __init__(self, wrong: str = "") -> None:
        self.wrong = wrong

    def initial_state(self, batch_size: int) -> Any:
        return None

    def act(self, observations: Any, state: Any) -> Any:
        answers = observations.argmax(-1)
        match self.wrong:
            case "shape":
                answers = answers[:-1]
            case "nan":
                answers = np.full(len(answers), math.nan)
            case "dtype":
                answers = answers.astype(str)
            case "range":
                answers = answers + 1000
            case "pair":
                return answers
            case "raises":
                raise RuntimeError("no answer")
        return answers, state


class ReportsMoments:
    """Passes moments, or other values, to its watch."""

    MOMENTS: ClassVar[dict[str, Any]] = {
        "good": [Moment(share / 10, share * 10, 0.5) for share in range(1, 11)],
        "never": [],
        "tuple": [(0.5, np.int64(5), np.float32(0.5)), (1, 10, math.nan)],
        "backwards": [Moment(0.2, 50, 0.5), Moment(0.5, 20, 0.5), Moment(0.8, 60, 0.5), Moment(1.0, 55, 0.5)],
        "stops short": [Moment(0.5, 50, 0.5)],
        "three": [3],
        "none": [None],
        "text": [("a", "b", "c")],
        "two": [(0.5, 3)],
        "beyond": [Moment(50.0, 3, 0.5)],
        "nan": [Moment(math.nan, 3, 0.5)],
        "endless": [Moment(0.5, math.inf, 0.5)],  # type: ignore[arg-type]
        "negative": [Moment(0.5, -3, 0.5)],
    }

    def __init__(self, problem: seq_envs.Problem, seed: int, moments: str = "good", answers: str = "") -> None:
        self.problem, self.seed, self.moments, self.answers = problem, seed, moments, answers

    def learn(self, watch: Watch) -> None:
        if self.answers == "cannot learn":
            raise RuntimeError("cannot learn")
        for moment in self.MOMENTS[self.moments]:
            watch(moment)

    def policy(self) -> Any:
        return LastValue(self.answers)


def make(problem: seq_envs.Problem, seed: int, **settings: Any) -> ReportsMoments:
    return ReportsMoments(problem, seed, **settings)


class Outer:
    """A class that holds another one."""

    Inner = ReportsMoments


SupervisedMlp: Any = agent_type("mlp")


class OwnMlp(SupervisedMlp):
    """A learner, which can be saved."""


class Unfinished(Learner):
    """A learner without methods."""

    settings_type = SupervisedMlp.settings_type


class WithoutSettings(SupervisedMlp):
    settings_type = None  # type: ignore[assignment]


number = 3


def without_learn(problem: Any, seed: int) -> Any:
    return LastValue()


class WithoutPolicy:
    def __init__(self, problem: Any, seed: int) -> None:
        pass

    def learn(self, watch: Watch) -> None:
        pass


def returns_none(problem: Any, seed: int) -> None:
    return None
