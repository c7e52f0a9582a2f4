"""What `check_problem` passes, and that it catches each of many mistakes by its name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mutant_envs import ENVS, VECTOR_ENVS
from mutant_problems import MUTANTS, Echo
from spaces_of_settings import EVERY_BASE_CHOICE, IDS, Ragged, name

import seq_envs
from seq_envs.testing import ContractError, check_problem


@pytest.mark.parametrize("id", IDS)
def test_every_id_passes(id: str) -> None:
    check_problem(id)


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_every_framing_passes(id: str, choice: dict[str, Any]) -> None:
    check_problem(seq_envs.make_problem(id, **choice), episodes=1000)


class MinusOneWhereNothingIsAsked(Ragged):
    """What stands there is arbitrary, in targets and in answers."""

    def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=np.where(episodes.scored, episodes.targets, -1))


class TheSameEverywhere(Ragged):
    """One value answers a whole episode: what is guessed by luck is guessed at all its steps."""

    def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
        return super().sample(rng, batch)._replace(scored=np.ones((batch, 7), bool), lengths=np.full(batch, 7))

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")


GOOD = [Echo(), Ragged(), MinusOneWhereNothingIsAsked(), TheSameEverywhere()]


@pytest.mark.parametrize("problem", GOOD, ids=lambda problem: type(problem).__name__)
def test_what_the_mutants_are_made_of_passes(problem: seq_envs.Problem) -> None:
    check_problem(problem)


@pytest.mark.parametrize(("mutant", "sentence"), MUTANTS, ids=lambda value: type(value).__name__)
def test_names_the_mistake_of_a_problem(mutant: seq_envs.Problem, sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        check_problem(mutant)


@pytest.mark.parametrize(("env", "sentence"), ENVS, ids=lambda value: getattr(value, "__name__", ""))
def test_names_the_mistake_of_an_env(env: type[seq_envs.SequenceEnv], sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        check_problem(seq_envs.SeqEcho(length=5), env=env)


@pytest.mark.parametrize(("env", "sentence"), VECTOR_ENVS, ids=lambda value: getattr(value, "__name__", ""))
def test_names_the_mistake_of_a_vector_env(env: type[seq_envs.SequenceVectorEnv], sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        check_problem(seq_envs.SeqEcho(length=5), vector_env=env)


@pytest.mark.parametrize("episodes", [0, -1, 1.5, None])
def test_episodes_must_be_a_count(episodes: Any) -> None:
    with pytest.raises(ValueError, match="episodes must be an integer >= 1"):
        check_problem("SeqEcho-v0", episodes)
