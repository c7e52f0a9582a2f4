"""The literature's problems against their definitions, `tests/support/definitions`."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from definitions import TUTORIAL, definition_of
from definitions.definition import Case, Fact, Settings
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

import seq_envs
from seq_envs.dataset import raw_episodes
from seq_envs.problem import Problem
from seq_envs.testing import check_problem


def other_framings(id: str) -> list[str]:
    """The framings of a problem but for the default one."""
    field = seq_envs.MENU[id][0].__dataclass_fields__["framing"]
    return [framing for framing in field.metadata["domain"].options if framing != field.default]


LITERATURE = [id for id in seq_envs.MENU if seq_envs.MENU[id][0].__name__ not in TUTORIAL]
BASE = [id for id in LITERATURE if not seq_envs.MENU[id][1]]
CASES = [(id, case) for id in BASE for case in definition_of(id).cases]
FACTS = [(id, fact) for id in BASE for fact in definition_of(id).facts]
CHECKED = [
    *((id, {}) for id in BASE),
    *(
        pytest.param(id, settings, marks=pytest.mark.nightly)
        for id in BASE
        for settings in [{"framing": framing} for framing in other_framings(id)] + [*definition_of(id).also_checked]
    ),
]
"""What passes `check_problem`: for every change the base ids, in the nightly tests further settings too."""
REFUSED = [(id, settings, message) for id in BASE for settings, message in definition_of(id).refused]
MOST_NUMBERS = 100_000
"""The numbers in the observations of a test, which has fewer episodes if they are long."""
EPISODES = 4000
"""The episodes that a fact is measured on."""


def base_of(id: str) -> str:
    return f"{seq_envs.MENU[id][0].__name__}-v0"


def assert_agrees(problem: Problem, id: str, settings: Settings, seed: int, episodes: int = 50) -> None:
    """The problem has the inputs, lengths, scored steps and answers of its definition, and `solve` finds them."""
    definition = definition_of(id)
    drawn = raw_episodes(problem, max(2, min(episodes, MOST_NUMBERS // problem.steps)), seed)
    solved = problem.solve_all(drawn.observations)
    space = problem.observation_space
    for inputs, targets, scored, length, found in zip(*drawn, solved, strict=True):
        read = inputs[:length].tolist()
        definition.check(read, **settings)
        expected = definition.answers(read, **settings)
        assert len(expected) == length
        assert np.flatnonzero(scored).tolist() == [step for step, answer in enumerate(expected) if answer is not None]
        for step in np.flatnonzero(scored):
            answer = found[step] if definition.best_only(**settings) else targets[step]
            assert answer.tolist() == pytest.approx(expected[step], abs=definition.tolerance)
            assert not problem.certain or problem.grade(found[step], targets[step]) == 1.0
        assert problem.code.encode(inputs[:1])[0] in space
    encoded = problem.code.encode(drawn.observations)
    assert np.array_equal(problem.code.decode(encoded), drawn.observations)
    for step in np.random.default_rng(seed).integers(problem.steps, size=3):
        asked = drawn.scored[:, step]
        assert np.array_equal(problem.solve(drawn.observations[:, : step + 1])[asked], solved[asked, step])


@pytest.mark.parametrize(("id", "case"), CASES)
def test_by_hand(id: str, case: Case) -> None:
    definition, problem = definition_of(id), seq_envs.make_problem(id, **case.settings)
    definition.check(case.inputs, **case.settings)
    assert definition.answers(case.inputs, **case.settings) == case.answers
    for step, answer in enumerate(case.answers):
        if answer is not None:
            history = np.array([case.inputs[: step + 1]], raw_episodes(problem, 1, 0).observations.dtype)
            assert problem.solve(history)[0].tolist() == pytest.approx(answer, abs=definition.tolerance)


@pytest.mark.parametrize("id", LITERATURE)
def test_every_id(id: str) -> None:
    assert_agrees(seq_envs.make_problem(id), base_of(id), seq_envs.MENU[id][1], seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("id", BASE)
@profile(max_examples=profile().max_examples // 2)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_settings_are_accepted_or_refused(id: str, data: st.DataObject, seed: int) -> None:
    definition = definition_of(id)
    settings = data.draw(definition.settings)
    if definition.allowed(**settings):
        assert_agrees(seq_envs.make_problem(id, **settings), id, settings, seed, episodes=5)
    else:
        with pytest.raises(ValueError, match=r"(must be|is not used by) "):
            seq_envs.make_problem(id, **settings)


@pytest.mark.parametrize(("id", "settings", "message"), REFUSED)
def test_refused_settings_are_named(id: str, settings: Settings, message: str) -> None:
    for make in (seq_envs.make_problem, gymnasium.make, gymnasium.make_vec):
        with pytest.raises(ValueError, match=message):
            make(id, **settings)


@pytest.mark.slow
@pytest.mark.parametrize(("id", "fact"), FACTS)
def test_episodes_have_the_distribution_of_the_definition(id: str, fact: Fact) -> None:
    drawn = raw_episodes(seq_envs.make_problem(id, **fact.settings), EPISODES, seed=0)
    episodes = zip(drawn.observations, drawn.lengths, strict=True)
    measured = [fact.measured(inputs[:length].tolist()) for inputs, length in episodes]
    error = np.std(measured) / EPISODES**0.5
    assert np.mean(measured) == pytest.approx(fact.mean, abs=5 * error + 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("id", "settings"), CHECKED)
def test_passes_the_check(id: str, settings: Settings) -> None:
    check_problem(seq_envs.make_problem(id, **settings), episodes=300)


@pytest.mark.parametrize("id", BASE)
def test_splits_and_results_are_stated(id: str) -> None:
    problem = seq_envs.MENU[id][0]
    for split in problem.splits:
        chosen: Any = seq_envs.make_problem(id, split=split)
        assert all(getattr(chosen, name) == value for name, value in problem.splits[split].items())
    assert all(result.source and result.figure for result in problem.published)
