"""What `check_problem` passes, and that it catches each of many mistakes by its name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hidden_leaks import GOOD as LOOKS_LEAKY
from hidden_leaks import LEAKING
from mistyped_problems import MISTYPED
from mutant_envs import ENVS, VECTOR_ENVS
from mutant_problems import MUTANTS, Echo
from paths import ROOT
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


class FarApart(Ragged):
    """Answers with so much room between them that nobody counts them all."""

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(1 << 32)

    def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=episodes.targets.astype(np.int64) << 30)

    def solve(self, history: Any) -> Any:
        return super().solve(history).astype(np.int64) << 30


GOOD = [FarApart(), Echo(), Ragged(), MinusOneWhereNothingIsAsked(), TheSameEverywhere()]


@pytest.mark.parametrize("problem", GOOD, ids=lambda problem: type(problem).__name__)
def test_what_the_mutants_are_made_of_passes(problem: seq_envs.Problem) -> None:
    check_problem(problem)


@pytest.mark.parametrize(("mutant", "sentence"), MUTANTS, ids=lambda value: type(value).__name__)
def test_names_the_mistake_of_a_problem(mutant: seq_envs.Problem, sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        check_problem(mutant)


@pytest.mark.parametrize(("problem", "sentence"), MISTYPED)
def test_says_what_is_of_a_wrong_kind(problem: type[seq_envs.Problem], sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        check_problem(problem())


@pytest.mark.parametrize(("problem", "memoryless", "sentence"), LEAKING)
def test_sees_a_hidden_leak(problem: seq_envs.Problem, memoryless: float | None, sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        check_problem(problem, memoryless=memoryless)


@pytest.mark.parametrize(("problem", "memoryless"), LOOKS_LEAKY)
def test_sees_no_leak_where_there_is_none(problem: seq_envs.Problem, memoryless: float | None) -> None:
    check_problem(problem, memoryless=memoryless)
    assert memoryless is None or seq_envs.levels(problem).memoryless.accuracy == pytest.approx(memoryless, abs=0.01)


@pytest.mark.parametrize(("env", "sentence"), ENVS, ids=lambda value: getattr(value, "__name__", ""))
def test_names_the_mistake_of_an_env(env: type[seq_envs.SequenceEnv], sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        check_problem(seq_envs.SeqEcho(length=5), env=env)


@pytest.mark.parametrize(("env", "sentence"), VECTOR_ENVS, ids=lambda value: getattr(value, "__name__", ""))
def test_names_the_mistake_of_a_vector_env(env: type[seq_envs.SequenceVectorEnv], sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        check_problem(seq_envs.SeqEcho(length=5), vector_env=env)


def test_the_guide_counts_the_mistakes() -> None:
    mistakes = [*MUTANTS, *LEAKING, *ENVS, *VECTOR_ENVS]
    guide = (ROOT / "docs" / "guides" / "your-own-problem.md").read_text(encoding="utf-8")
    assert f"Of {len(mistakes)} problems and environments with one mistake each" in guide


@pytest.mark.parametrize("episodes", [0, -1, 1.5, None])
def test_episodes_must_be_a_count(episodes: Any) -> None:
    with pytest.raises(ValueError, match="episodes must be an integer >= 1"):
        check_problem("SeqEcho-v0", episodes)


@pytest.mark.parametrize("memoryless", [-0.1, 1, "0.5", True])
def test_memoryless_must_be_a_probability(memoryless: Any) -> None:
    with pytest.raises(ValueError, match=r"memoryless must be a number in \[0, 1\), got"):
        check_problem("SeqEcho-v0", memoryless=memoryless)
