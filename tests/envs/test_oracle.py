"""Compare the package with a second implementation of the problems, over the whole space of settings.

CI draws 100 settings for each problem and test, and 30 where whole episodes are played step by step. This command draws
25 times as many:

    bash tests/nightly.sh tests/envs/test_oracle.py
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from oracle import Next, Oracle
from oracle_checks import assert_agrees, oracle_of
from oracle_levels import chance, memoryless
from oracle_play import Lane, Play
from oracle_settings import LEGAL
from spaces_of_settings import TUTORIAL_BASE_IDS
from wide_settings import ANY, NEARLY, WIDE

import seq_envs

PLAYED = profile(max_examples=profile().max_examples * 3 // 10)
"""Fewer examples for tests that play whole episodes: each of them checks thousands of steps."""
FEW_NUMBERS = 10_000
"""Episodes with more numbers than this are tested with fewer episodes and lanes."""


def size_of(oracle: Oracle) -> int:
    """How many numbers an episode has in its observations."""
    return oracle.steps * max(np.prod(oracle.observation_space.shape or (1,), dtype=int), 1)


# Which settings are allowed.


@pytest.mark.parametrize("id", TUTORIAL_BASE_IDS)
@profile(max_examples=2 * profile().max_examples)  # Making a problem is fast.
@given(data=st.data())
def test_settings_are_accepted_or_refused(id: str, data: st.DataObject) -> None:
    settings = data.draw(st.one_of(ANY[id], NEARLY[id], WIDE[id]))
    legal = LEGAL[id](**settings)
    if legal:
        problem = seq_envs.make_problem(id, **settings)
        given = {name: value for name, value in settings.items() if value is not None}
        assert {name: getattr(problem, name) for name in given} == given
    else:
        names = "|".join(inspect.signature(LEGAL[id]).parameters)
        with pytest.raises(ValueError, match=rf"({names})\b.* (must be|is not used by) "):
            seq_envs.make_problem(id, **settings)


# Observations and right answers.


@pytest.mark.parametrize("id", TUTORIAL_BASE_IDS)
@given(data=st.data(), seed=st.integers(0, 2**64))
def test_sampled_episodes(id: str, data: st.DataObject, seed: int) -> None:
    settings = data.draw(WIDE[id])
    assert LEGAL[id](**settings)
    oracle = oracle_of(id, settings)
    episodes = max(1, min(10, FEW_NUMBERS // size_of(oracle)))
    assert_agrees(seq_envs.make_problem(id, **settings), oracle, episodes, seed)


# Envs.


def answer_to(play: Play, space: spaces.Space[Any], rng: random.Random) -> Any:
    """An answer to try: right, nearly right, at the edge of the tolerance, or a random action."""
    step, oracle = play.answered, play.oracle
    quality = rng.choice(["right", "right", "nearly", "random"])
    if step not in play.scored or quality == "random":
        return space.sample().tolist()
    right = oracle.answer(play.observed, step)
    if quality == "right":
        return right
    if isinstance(right, list) and isinstance(oracle, Next):
        off = right[0] + rng.choice([-1, 1]) * rng.choice([oracle.tolerance, 0.99 * oracle.tolerance, 1e-7])
        edges = [np.float32(off), *(np.nextafter(np.float32(off), np.float32(end)) for end in (-9, 9))]
        return [min(max(float(rng.choice(edges)), 0.0), 1.0)]
    if isinstance(right, list):
        return [(place + rng.choice([0, 1])) % oracle.values for place in right]
    return (right + 1) % int(space.n)


def plain(info: dict[str, Any]) -> dict[str, Any]:
    """The info with numpy's arrays as lists."""
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in info.items()}


@pytest.mark.parametrize("id", TUTORIAL_BASE_IDS)
@PLAYED
@given(data=st.data(), seed=st.integers(0, 2**64), reveal=st.booleans())
def test_scalar_env(id: str, data: st.DataObject, seed: int, reveal: bool) -> None:
    """The oracle receives only the observations that the env has returned so far."""
    settings = data.draw(WIDE[id])
    oracle, rng = oracle_of(id, settings), random.Random(seed)
    env = gymnasium.make(id, disable_env_checker=True, reveal=reveal, **settings)
    env.action_space.seed(seed % 2**32)
    assert (env.observation_space, env.action_space) == (oracle.observation_space, oracle.action_space)
    dtype = oracle.observation_space.dtype
    for episode in range(2 if size_of(oracle) > FEW_NUMBERS else 3):
        observation, info = env.reset(seed=seed if episode == 0 else None)
        space = oracle.action_space
        nothing = {"scored": False, "correct": 0.0, "target": np.zeros(space.shape, space.dtype).tolist()}
        nothing |= {"is_success": False, "accuracy": 0.0}
        assert plain(info) == (nothing if reveal else {})
        play = Play(oracle)
        for step in range(oracle.steps):
            assert observation.dtype == dtype
            play.observed.append(oracle.decode(observation.tolist()))
            assert observation.tolist() == oracle.encode(play.observed[-1])
            answer = answer_to(play, env.action_space, rng)
            observation, reward, over, truncated, info = env.step(np.array(answer, env.action_space.dtype))
            graded = play.answer(answer)
            assert (type(reward), reward) == (float, float(graded.reward))
            assert (over, truncated) == (graded.over, False)
            assert over == (step == oracle.steps - 1)
            expected: dict[str, Any] = {}
            if reveal:
                expected = nothing | {"scored": graded.scored, "correct": reward}
                expected |= {"target": graded.right} if graded.scored else {}
                so_far = float(play.total) / max(len(play.earned), 1)
                expected["accuracy"] = pytest.approx(so_far, abs=1e-12)
            if over:
                success, accuracy = play.outcome
                expected |= {"is_success": success, "accuracy": pytest.approx(float(accuracy), abs=1e-12)}
            assert plain(info) == expected
        oracle.check_inputs(play.observed)
        assert observation.dtype == dtype
        assert observation.tolist() == oracle.blank
        assert observation in oracle.observation_space


def streams(problem: seq_envs.Problem, oracle: Oracle, seed: int, episodes: int) -> Iterator[list[Any]]:
    """The raw observations of the first episodes of a stream."""
    for observations in seq_envs.sample(problem, episodes, seed=seed).observations:
        yield [oracle.decode(observation.tolist()) for observation in observations]


@pytest.mark.parametrize("id", TUTORIAL_BASE_IDS)
@PLAYED
@given(
    data=st.data(),
    seed=st.integers(0, 2**64),
    mode=st.sampled_from(["NextStep", "SameStep", "Disabled"]),
    lanes=st.integers(1, 3),
)
def test_vector_env(id: str, data: st.DataObject, seed: int, mode: str, lanes: int) -> None:
    """Lane i plays stream seed+i, and every lane returns what the oracle expects, in all three autoreset modes."""
    settings = data.draw(WIDE[id])
    problem, oracle, rng = seq_envs.make_problem(id, **settings), oracle_of(id, settings), random.Random(seed)
    lanes = lanes if size_of(oracle) <= FEW_NUMBERS else 1
    envs = gymnasium.make_vec(id, lanes, autoreset_mode=mode, **settings)
    envs.single_action_space.seed(seed % 2**32)
    dtype = oracle.observation_space.dtype
    steps = min(2 * oracle.steps + 2, oracle.steps + 40)  # Past the end of the first episode.
    episodes = 3 + steps // oracle.steps  # Some more, since resets skip the rest of an episode.
    expected_lanes = [Lane(oracle, streams(problem, oracle, seed + lane, episodes), mode) for lane in range(lanes)]
    observations, infos = envs.reset(seed=seed)
    assert infos == {}
    assert observations.tolist() == [lane.begin() for lane in expected_lanes]
    reset_at = rng.randrange(steps)
    for step in range(steps):
        mask = np.array([lane.waiting for lane in expected_lanes])
        if mode == "Disabled" and (mask.any() or step == reset_at):
            if not mask.any():
                mask[rng.randrange(lanes)] = True
            observations, infos = envs.reset(options={"reset_mask": mask})
            assert infos == {}
            assert observations.tolist() == [
                lane.begin() if is_reset else lane.now for lane, is_reset in zip(expected_lanes, mask, strict=True)
            ]
        answers = [answer_to(lane.play, envs.single_action_space, rng) for lane in expected_lanes]
        actions = np.array(answers, envs.action_space.dtype)
        observations, rewards, over, truncated, infos = envs.step(actions)
        expected = [lane.step(answer) for lane, answer in zip(expected_lanes, answers, strict=True)]
        assert observations.dtype == dtype
        assert observations.tolist() == [result.observation for result in expected]
        assert rewards.tolist() == [float(result.reward) for result in expected]
        assert over.tolist() == [result.over for result in expected]
        assert truncated.tolist() == [False] * lanes
        ended = [result.over for result in expected]
        if not any(ended):
            assert infos == {}
            continue
        if mode == "SameStep":
            assert infos.keys() == {"final_obs", "_final_obs", "final_info", "_final_info"}
            assert infos["_final_obs"].tolist() == infos["_final_info"].tolist() == ended
            for final, result in zip(infos["final_obs"], expected, strict=True):
                assert (None if final is None else final.tolist()) == result.final_observation
            infos = infos["final_info"]
        assert infos.keys() == {"is_success", "_is_success", "accuracy", "_accuracy"}
        assert infos["_is_success"].tolist() == infos["_accuracy"].tolist() == ended
        outcomes = [result.outcome or (False, 0) for result in expected]
        assert infos["is_success"].tolist() == [success for success, _ in outcomes]
        assert infos["accuracy"].tolist() == pytest.approx([float(accuracy) for _, accuracy in outcomes], abs=1e-12)


# Levels.


@pytest.mark.parametrize("id", ["SeqMemorize-v0", "SeqEcho-v0", "SeqCopy-v0"])
@given(data=st.data())
def test_levels_in_closed_form(id: str, data: st.DataObject) -> None:
    settings = data.draw(WIDE[id])
    levels, oracle = seq_envs.levels(id, **settings), oracle_of(id, settings)
    for level, expected in ((levels.chance, chance(oracle)), (levels.memoryless, memoryless(oracle))):
        assert (level.accuracy, level.exact_match) == pytest.approx(tuple(map(float, expected)), rel=1e-12)
        assert level.accuracy_error == level.exact_match_error == 0
    assert (levels.optimal.accuracy, levels.optimal.exact_match) == (1, 1)
    assert levels.control == (memoryless(oracle)[0] == 1)


def drawn_from(strategy: st.SearchStrategy[dict[str, Any]]) -> list[dict[str, Any]]:
    drawn = []

    @profile(max_examples=200)
    @given(settings=strategy)
    def collect(settings: dict[str, Any]) -> None:
        drawn.append(settings)

    collect()
    return drawn


@pytest.mark.slow
@pytest.mark.parametrize("id", TUTORIAL_BASE_IDS)
def test_strategies_draw_a_wide_range_of_settings(id: str) -> None:
    """The tests above are only as good as the settings that they draw."""
    wide = drawn_from(WIDE[id])
    lengths = [settings["length"] for settings in wide]
    assert min(lengths) <= 3
    assert max(lengths) >= (500 if id == "SeqCopy-v0" else 2000)
    if "n_values" in wide[0]:
        values = [settings["n_values"] for settings in wide]
        assert min(values) == 2
        assert {254, 255, 256, 257} & set(values)
        assert max(values) > 2**16
    judged = [LEGAL[id](**settings) for settings in drawn_from(NEARLY[id])]
    assert 0.2 < sum(judged) / len(judged) < 0.8
