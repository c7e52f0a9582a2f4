"""`Problem.sources`: hand-written cases, the definition among all episodes of tiny problems, exchanged observations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutant_sources import MUTANTS, VALID
from spaces_of_settings import NIGHTLY_CHOICE, TUTORIAL_BASE_IDS, Ragged, any_problem, name
from wide_settings import WIDE

import seq_envs
from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.problem import Episodes, fixed_length, same_sources
from seq_envs.testing import ContractError, check_problem
from seq_envs.testing.stated_sources import check_sources

LARGEST = 1 - 2**-24
"""The largest value of SeqClassify."""

# fmt: off
CASES: list[tuple[str, dict[str, Any], dict[int, list[int]]]] = [
    ("SeqNext-v0",     {},                                        {0: [], 4: [], 8: []}),
    ("SeqNext-v0",     {"framing": "many_to_one"},                {0: [], 1: [], 2: [2]}),
    ("SeqNext-v0",     {"framing": "many_to_one", "window": 9},   {8: []}),
    ("SeqNext-v0",     {"max_step": 2, "length": 7},              {0: [], 1: [0, 1], 2: [1, 2]}),
    ("SeqNext-v0",     {"max_step": 2, "framing": "many_to_one"}, {1: [], 2: [1, 2]}),
    ("SeqMemorize-v0", {},                                        {0: [], 2: [], 3: [0]}),
    ("SeqMemorize-v0", {"overlap": True},                         {0: [], 2: [], 3: [0]}),
    ("SeqMemorize-v0", {"distractors": "random"},                 {0: [], 2: [], 3: [0]}),
    ("SeqEcho-v0",     {},                                        {0: [], 1: [0], 9: [8]}),
    ("SeqEcho-v0",     {"lag": 0},                                {0: [0], 9: [9]}),
    ("SeqEcho-v0",     {"lag": 9},                                {0: [], 8: [], 9: [0]}),
    ("SeqEcho-v0",     {"lag": 3, "framing": "many_to_one"},      {5: [], 9: [6]}),
    ("SeqCopy-v0",     {},                                        {4: [], 5: [0], 9: [4]}),
    ("SeqCopy-v0",     {"delay": 2},                              {5: [], 6: [], 7: [0], 11: [4]}),
    ("SeqCopy-v0",     {"reverse": True},                         {5: [4], 9: [0]}),
    ("SeqCopy-v0",     {"offset": 1, "output_length": 2},         {4: [], 5: [1], 6: [2]}),
    ("SeqCopy-v0",     {"framing": "many_to_one"},                {3: [], 4: [0, 1, 2, 3, 4]}),
    ("SeqCopy-v0",     {"framing": "many_to_one", "offset": 1, "output_length": 2, "reverse": True}, {4: [1, 2]}),
    ("SeqCopy-v0",     {"framing": "one_to_many"},                {0: [0], 4: [4]}),
    # The sum needed is 2.5, which 2 values below 1 cannot reach.
    ("SeqClassify-v0", {},                                        {0: [], 1: [], 2: [0, 1, 2], 4: [0, 1, 2, 3, 4]}),
    ("SeqClassify-v0", {"framing": "many_to_one", "length": 3},   {0: [], 1: [], 2: [0, 1, 2]}),
    # Here it is 2, which 2 values below 1 do not reach either.
    ("SeqClassify-v0", {"length": 4, "threshold": 0.5},           {1: [], 2: [0, 1, 2]}),
]
"""Parameters, and the sources of the answers at some steps."""

TINY: list[tuple[str, dict[str, Any]]] = [
    ("SeqNext-v0", {"length": 5}),
    ("SeqNext-v0", {"length": 5, "max_step": 2}),
    ("SeqNext-v0", {"length": 9, "max_step": 3}),
    ("SeqNext-v0", {"length": 6, "window": 3, "framing": "many_to_one", "encoding": "discrete"}),
    ("SeqNext-v0", {"length": 7, "window": 2, "framing": "many_to_one", "max_step": 3}),
    ("SeqMemorize-v0", {"n_sequences": 3}),
    ("SeqMemorize-v0", {"length": 3, "overlap": True}),
    ("SeqMemorize-v0", {"length": 5, "distractors": "random", "framing": "many_to_one"}),
    *(("SeqEcho-v0", {"length": 4, "n_values": 2, "lag": lag}) for lag in range(4)),
    ("SeqEcho-v0", {"length": 4, "n_values": 3, "lag": 2, "framing": "many_to_one"}),
    ("SeqCopy-v0", {"length": 3, "n_values": 2, "delay": 1}),
    ("SeqCopy-v0", {"length": 4, "n_values": 2, "offset": 1, "output_length": 2, "reverse": True}),
    ("SeqCopy-v0", {"length": 4, "n_values": 2, "offset": 1, "output_length": 2, "framing": "many_to_one"}),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "framing": "one_to_many"}),
    *(("SeqClassify-v0", {"length": 5, "threshold": threshold}) for threshold in (0.1, 0.25, 0.4, 0.6, 0.99)),
    ("SeqClassify-v0", {"length": 4, "framing": "many_to_one"}),
]
"""Settings with so few episodes that all of them can be compared."""
# fmt: on


@pytest.mark.parametrize(("id", "parameters", "sources"), CASES)
def test_hand_written_cases(id: str, parameters: dict[str, Any], sources: dict[int, list[int]]) -> None:
    problem = seq_envs.make_problem(id, **parameters)
    history = raw_episodes(problem, 3, seed=0).observations
    for step, expected in sources.items():
        stated = problem.sources(history, step)
        assert stated is not None
        assert stated.shape == (3, step + 1)
        assert [np.flatnonzero(row).tolist() for row in stated] == [expected] * 3


def every_episode(problem: seq_envs.Problem) -> Episodes:
    """All different episodes of a tiny problem; of SeqClassify all that consist of a few values."""
    if isinstance(problem, seq_envs.SeqClassify):
        values = np.array([0.0, 2**-24, 0.5, LARGEST], np.float32)
        observations = values[np.indices((len(values),) * problem.length).reshape(problem.length, -1).T]
        assert problem.threshold is not None
        labels = observations.astype(np.float64).cumsum(axis=1) >= problem.threshold * problem.length
        return fixed_length(observations, labels.astype(np.int64), problem.scored)
    drawn = problem.sample(np.random.default_rng(0), 5000)
    _, places = np.unique(drawn.observations, axis=0, return_index=True)
    return Episodes(*(array[places] for array in drawn))


@pytest.mark.parametrize(("id", "parameters"), TINY, ids=name)
def test_the_definition_holds_among_all_episodes(id: str, parameters: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **parameters)
    episodes = every_episode(problem)
    for step in range(problem.steps):
        sources = problem.sources(episodes.observations, step)
        assert sources is not None
        if not episodes.scored[:, step].any():
            assert not sources.any()
            continue
        history, answers = episodes.observations[:, : step + 1], episodes.targets[:, step].reshape(len(sources), -1)
        same = history[:, None] == history  # (episodes, episodes, step+1).
        other_answer = (answers[:, None] != answers).any(axis=-1)
        assert not (other_answer & (same | ~sources[:, None]).all(axis=-1)).any()
        for source in np.flatnonzero(sources.any(axis=0)):
            rest = sources & (np.arange(step + 1) != source)
            assert (other_answer & (same | ~rest[:, None]).all(axis=-1)).any()


def histories(problem: seq_envs.Problem, step: int, episodes: int, rng: np.random.Generator) -> Array:
    """Histories (episodes, step+1) of a problem. In SeqClassify one value may decide on the label."""
    history = problem.sample(rng, episodes).observations[:, : step + 1]
    if isinstance(problem, seq_envs.SeqClassify):
        # As many largest values as leave the sum just below the threshold, and zeros at the other steps.
        needed = int(np.ceil(problem.sum_needed / LARGEST))
        extreme = np.where(np.arange(step + 1) < needed - rng.integers(2, size=(episodes, 1)), LARGEST, 0)
        history = rng.permuted(extreme, axis=1).astype(history.dtype)
    return history


def assert_only_sources_matter(problem: seq_envs.Problem, step: int, seed: int, every_source: bool = True) -> None:
    """Exchange observations at a scored step: those at all other steps together, and those of each source alone."""
    rng = np.random.default_rng(seed)
    episodes = 100 if every_source else 3
    history, donors = (histories(problem, step, episodes, rng) for _ in range(2))
    answers, sources = problem.solve(history), problem.sources(history, step)
    assert sources is not None
    assert np.array_equal(problem.solve(np.where(sources, history, donors)), answers)
    for source in np.flatnonzero(sources.any(axis=0)) if every_source else ():
        exchanged = history.copy()
        exchanged[:, source] = donors[:, source]
        assert not np.array_equal(problem.solve(exchanged), answers)


@settings(max_examples=settings().max_examples * 3)
@given(any_problem, st.data())
def test_only_sources_change_the_optimal_answer(problem: seq_envs.Problem, data: st.DataObject) -> None:
    scored = np.flatnonzero(problem.sample(np.random.default_rng(0), 1).scored[0])
    assert_only_sources_matter(problem, int(data.draw(st.sampled_from(scored))), data.draw(st.integers(0, 2**32)))


@pytest.mark.parametrize("id", TUTORIAL_BASE_IDS)
@settings(max_examples=max(5, settings().max_examples * 3 // 10))
@given(st.data())
def test_no_other_step_changes_the_optimal_answer_of_large_problems(id: str, data: st.DataObject) -> None:
    problem = seq_envs.make_problem(id, **data.draw(WIDE[id]))
    scored = np.flatnonzero(problem.sample(np.random.default_rng(0), 1).scored[0])
    assert_only_sources_matter(problem, int(data.draw(st.sampled_from(scored))), 0, every_source=False)


@pytest.mark.parametrize(("id", "choice"), NIGHTLY_CHOICE, ids=name)
def test_every_id_passes_the_check(id: str, choice: dict[str, Any]) -> None:
    check_sources(seq_envs.make_problem(id, **choice))


@pytest.mark.parametrize("problem", VALID, ids=lambda problem: type(problem).__name__)
def test_the_check_accepts_valid_sources(problem: seq_envs.Problem) -> None:
    check_sources(problem)


@pytest.mark.parametrize(("mutant", "message"), MUTANTS, ids=lambda value: type(value).__name__)
def test_the_check_names_the_mistake(mutant: seq_envs.Problem, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_sources(mutant)


@pytest.mark.slow
def test_check_problem_checks_the_sources() -> None:
    mutant, message = MUTANTS[0]
    with pytest.raises(ContractError, match=message):
        check_problem(mutant)


def test_sources_need_not_be_stated() -> None:
    problem = Ragged()
    assert problem.sources(raw_episodes(problem, 2, seed=0).observations, 3) is None
    check_sources(problem)


def test_same_sources_are_those_of_every_episode() -> None:
    assert same_sources(np.zeros((2, 5, 3)), 3, [0, 2]).tolist() == [[True, False, True, False]] * 2
    assert not same_sources(np.zeros((2, 5)), 3, []).any()
    assert same_sources(np.zeros((1, 5)), 1, [-1, 0, 2]).tolist() == [[True, False]]
