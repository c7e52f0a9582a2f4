"""A game: the episodes of a problem, and the trained LSTM that plays them against a human."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from gymnasium import spaces

import seq_envs
from seq_agents.browser.lstm_weights import LstmWeights, lstm_of, lstm_weights
from seq_agents.errors import Refused
from seq_agents.experiments.config import Config
from seq_agents.learners.learner import Learner
from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.parameters import Integer
from seq_envs.problem import Episodes
from seq_envs.seeds import inspection_stream

EPISODES = 60
"""Episodes of a game."""
MOST_STEPS = 200
"""Time steps of the longest episode that a human may play."""
MOST_ANSWERS = 100
"""Answers that a human may choose from."""


@dataclass(frozen=True)
class Episode:
    """The T time steps of an episode."""

    inputs: list[int]
    """(T,): the symbol of each step, as an index of `Game.symbols`."""
    targets: list[int | None]
    """(T,): the right answer of each step, as an index of `Game.answers`; None: not scored."""


@dataclass(frozen=True)
class Game:
    """What the page of a game shows, and how to make the game again. As JSON it has the fields below."""

    run: Mapping[str, Any]
    """The configuration of the training: agent, id, parameters, settings, seed. The page does not show it."""
    problem: str
    """The problem that is played."""
    steps_learned: int
    """The time steps that the agent has learned from."""
    seed: int
    """The seed of the episodes, which no training plays. The page does not show it."""
    question: str
    """What a scored step asks."""
    symbols: list[str]
    """The text of each input."""
    answers: list[str]
    """The text of each answer."""
    episodes: list[Episode]
    lstm: LstmWeights

    @classmethod
    def of(cls, learner: Learner, config: Config, steps_learned: int = 0, seed: int = 0) -> Self:
        """The game against a learner.

        Args:
            learner: with the core `lstm`, trained. With feedback, the page gives it its own answers and rewards.
            config: of the learner.
            steps_learned: the time steps that the learner has learned from.
            seed: of the episodes, 0 ... 2**32 - 1.

        Raises:
            Refused: the page cannot show such a problem, or compute such an agent.
            ValueError: a wrong seed.
        """
        problem = learner.problem
        seed = Integer(0, 2**32 - 1).check("seed", seed)
        lstm_of(learner)
        _refuse_large(problem)
        raw = raw_episodes(problem, EPISODES, inspection_stream(seed, 0))
        weights = lstm_weights(learner, raw)
        alphabet: Any = problem.code
        return cls(
            asdict(config),
            repr(problem),
            steps_learned,
            seed,
            problem.question,
            [problem.code.draw(symbol) for symbol in range(alphabet.alphabet.size)],
            [str(answer) for answer in range(_answers(problem))],
            [_episode(raw, number) for number in range(len(raw.lengths))],
            weights,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The game that `to_json` wrote."""
        read = json.loads(text)
        episodes = [Episode(**episode) for episode in read.pop("episodes")]
        return cls(**{**read, "episodes": episodes, "lstm": LstmWeights(**read["lstm"])})

    def to_json(self) -> str:
        """A line for each field, so that a change is easy to read."""
        lines = [f"{json.dumps(name)}: {_compact(value)}" for name, value in asdict(self).items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"


def _refuse_large(problem: seq_envs.Problem) -> None:
    """Refuse what a human cannot answer by pressing a button.

    Raises:
        Refused: with the limit.
    """
    name = type(problem).__name__
    if not isinstance(problem.action_space, spaces.Discrete):
        raise Refused(f"{name} does not have one answer out of a list at each step, as a game needs")
    if _answers(problem) > MOST_ANSWERS:
        raise Refused(f"a game has at most {MOST_ANSWERS} answers, and {name} has {_answers(problem)}")
    if problem.steps > MOST_STEPS:
        raise Refused(f"a game has at most {MOST_STEPS} time steps, and {name} has {problem.steps}")


def _answers(problem: seq_envs.Problem) -> int:
    """The number of answers of a problem with one answer out of a list."""
    space: Any = problem.action_space
    return int(space.n)


def _episode(raw: Episodes, number: int) -> Episode:
    """One episode of a batch."""
    steps = range(int(raw.lengths[number]))
    targets: Array = raw.targets[number]
    return Episode(
        [int(raw.observations[number, step]) for step in steps],
        [int(np.asarray(targets[step])) if raw.scored[number, step] else None for step in steps],
    )


def _compact(value: Any) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
