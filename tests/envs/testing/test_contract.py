"""`check_problem` accepts valid problems, and names the mistake in each of many wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hidden_leaks import LEAKING
from hidden_leaks import VALID as WITHOUT_LEAK
from mistyped_problems import MISTYPED
from mutant_declarations import MUTANTS as WRONG_DECLARATIONS
from mutant_envs import ENVS
from mutant_problems import MUTANTS
from mutant_sources import MUTANTS as MUTANT_SOURCES
from mutant_sources import VALID as WITH_SOURCES
from mutant_vector_envs import VECTOR_ENVS
from paths import ROOT
from spaces_of_settings import IDS, NIGHTLY_BASE_CHOICE, TUTORIAL_BASE_IDS, Ragged, name

import seq_envs
from seq_envs.testing import ContractError, check_problem

NIGHTLY_MUTANTS = [pytest.param(*mutant, marks=pytest.mark.nightly) for mutant in MUTANT_SOURCES]
"""`test_sources.py` has the check that finds them."""
FIXED_IDS = sorted(id for id in IDS if seq_envs.MENU[id][1])


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("id", FIXED_IDS)
def test_every_id_with_fixed_settings_passes(id: str) -> None:
    check_problem(id)


@pytest.mark.parametrize("id", TUTORIAL_BASE_IDS)
def test_every_problem_passes(id: str) -> None:
    check_problem(id, episodes=1000)


@pytest.mark.slow
@pytest.mark.parametrize(("id", "choice"), NIGHTLY_BASE_CHOICE, ids=name)
def test_every_framing_passes(id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    if problem != seq_envs.make_problem(id):
        check_problem(problem, episodes=1000)


class MinusOneWhereNotScored(Ragged):
    """Targets that are not scored are arbitrary, so they may be outside the action space."""

    def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=np.where(episodes.scored, episodes.targets, -1))


class OneAnswerPerEpisode(Ragged):
    """The answer is the same at every step of an episode, so a lucky guess is right at all of them."""

    def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
        return super().sample(rng, batch)._replace(scored=np.ones((batch, 7), bool), lengths=np.full(batch, 7))

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")


class LargeActionSpace(Ragged):
    """An action space with too many actions to count each of them."""

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(1 << 32)

    def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(targets=episodes.targets.astype(np.int64) << 30)

    def solve(self, history: Any) -> Any:
        return super().solve(history).astype(np.int64) << 30


VALID = [LargeActionSpace(), Ragged(), MinusOneWhereNotScored(), OneAnswerPerEpisode()]


@pytest.mark.parametrize("problem", VALID, ids=lambda problem: type(problem).__name__)
def test_a_valid_problem_passes(problem: seq_envs.Problem) -> None:
    check_problem(problem)


@pytest.mark.slow
@pytest.mark.parametrize("problem", WITH_SOURCES, ids=lambda problem: type(problem).__name__)
def test_a_problem_with_sources_passes(problem: seq_envs.Problem) -> None:
    check_problem(problem)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mutant", "message"), [*MUTANTS, *WRONG_DECLARATIONS, *NIGHTLY_MUTANTS], ids=lambda value: type(value).__name__
)
def test_names_the_mistake_of_a_problem(mutant: seq_envs.Problem, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_problem(mutant)


@pytest.mark.parametrize(("problem", "message"), MISTYPED)
def test_names_the_wrong_type(problem: type[seq_envs.Problem], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_problem(problem())


@pytest.mark.slow
@pytest.mark.parametrize(("problem", "memoryless", "message"), LEAKING)
def test_finds_a_hidden_leak(problem: seq_envs.Problem, memoryless: float | None, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_problem(problem, memoryless=memoryless)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("problem", "memoryless"),
    # The first ones have the largest spaces, and take a quarter of the time of all tests here.
    [
        pytest.param(*case, marks=pytest.mark.nightly if place in (0, 1, 3) else ())
        for place, case in enumerate(WITHOUT_LEAK)
    ],
)
def test_finds_no_leak_in_a_problem_without_one(problem: seq_envs.Problem, memoryless: float | None) -> None:
    check_problem(problem, memoryless=memoryless)
    assert memoryless is None or seq_envs.levels(problem).memoryless.accuracy == pytest.approx(memoryless, abs=0.01)


@pytest.mark.parametrize(("env", "message"), ENVS, ids=lambda value: getattr(value, "__name__", ""))
def test_names_the_mistake_of_an_env(env: type[seq_envs.SequenceEnv], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_problem(seq_envs.SeqEcho(length=5), env=env)


@pytest.mark.parametrize(("env", "message"), VECTOR_ENVS, ids=lambda value: getattr(value, "__name__", ""))
def test_names_the_mistake_of_a_vector_env(env: type[seq_envs.SequenceVectorEnv], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_problem(seq_envs.SeqEcho(length=5), vector_env=env)


def test_the_guide_counts_the_mistakes() -> None:
    mistakes = [*MUTANTS, *WRONG_DECLARATIONS, *MUTANT_SOURCES, *LEAKING, *ENVS, *VECTOR_ENVS]
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
