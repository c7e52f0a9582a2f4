"""The package against a second statement of the problems, over the whole space of settings.

CI draws 200 settings for each problem and test, and 60 where whole episodes are played step by step. The nightly mode
draws 12 times as many:

    python -m pytest --hypothesis-profile=nightly tests/envs/test_oracle.py
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
from spaces_of_settings import BASE_IDS
from wide_settings import ANY, NEARLY, WIDE

import seq_envs

PLAYED = profile(max_examples=profile().max_examples * 3 // 10)
"""Fewer examples for tests that play whole episodes: each of them checks thousands of steps."""
FEW_NUMBERS = 10_000
"""As many as are looked at one by one; after that fewer episodes and lanes must do."""


def size_of(oracle: Oracle) -> int:
    """How many numbers an episode shows, or must be answered with."""
    return oracle.steps * max(np.prod(oracle.observation_space.shape or (1,), dtype=int), 1)


# What may be made.


@pytest.mark.parametrize("id", BASE_IDS)
@profile(max_examples=max(1000, profile().max_examples))  # They are only made, which costs little.
@given(data=st.data())
def test_settings_are_taken_or_refused(id: str, data: st.DataObject) -> None:
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


# What is shown and asked.


@pytest.mark.parametrize("id", BASE_IDS)
@given(data=st.data(), seed=st.integers(0, 2**64))
def test_examples(id: str, data: st.DataObject, seed: int) -> None:
    settings = data.draw(WIDE[id])
    assert LEGAL[id](**settings)
    oracle = oracle_of(id, settings)
    episodes = max(1, min(10, FEW_NUMBERS // size_of(oracle)))
    assert_agrees(seq_envs.make_problem(id, **settings), oracle, episodes, seed)


# What is played.


def answer_to(play: Play, space: spaces.Space[Any], luck: random.Random) -> Any:
    """Something to say: right, nearly right, at the very edge of it, or anything at all."""
    step, oracle = play.answered, play.oracle
    kind = luck.choice(["right", "right", "nearly", "any"])
    if step not in play.counting or kind == "any":
        return space.sample().tolist()
    right = oracle.answer(play.shown, step)
    if kind == "right":
        return right
    if isinstance(right, list) and isinstance(oracle, Next):
        off = right[0] + luck.choice([-1, 1]) * luck.choice([oracle.tolerance, 0.99 * oracle.tolerance, 1e-7])
        edges = [np.float32(off), *(np.nextafter(np.float32(off), np.float32(end)) for end in (-9, 9))]
        return [min(max(float(luck.choice(edges)), 0.0), 1.0)]
    if isinstance(right, list):
        return [(place + luck.choice([0, 1])) % oracle.values for place in right]
    return (right + 1) % int(space.n)


@pytest.mark.parametrize("id", BASE_IDS)
@PLAYED
@given(data=st.data(), seed=st.integers(0, 2**64), reveal=st.booleans())
def test_one_env(id: str, data: st.DataObject, seed: int, reveal: bool) -> None:
    """Nothing of an episode is known beforehand: the oracle goes by what it is shown."""
    settings = data.draw(WIDE[id])
    oracle, luck = oracle_of(id, settings), random.Random(seed)
    env = gymnasium.make(id, disable_env_checker=True, reveal=reveal, **settings)
    env.action_space.seed(seed % 2**32)
    assert (env.observation_space, env.action_space) == (oracle.observation_space, oracle.action_space)
    for episode in range(2 if size_of(oracle) > FEW_NUMBERS else 3):
        observation, info = env.reset(seed=seed if episode == 0 else None)
        assert info == {}
        play = Play(oracle)
        for step in range(oracle.steps):
            assert observation.dtype == oracle.observation_space.dtype
            play.shown.append(oracle.decode(observation.tolist()))
            assert observation.tolist() == oracle.encode(play.shown[-1])
            said = answer_to(play, env.action_space, luck)
            observation, reward, over, truncated, info = env.step(np.array(said, env.action_space.dtype))
            graded = play.answer(said)
            assert (type(reward), reward) == (float, float(graded.reward))
            assert (over, truncated) == (graded.over, False)
            assert over == (step == oracle.steps - 1)
            expected: dict[str, Any] = {}
            if reveal:
                expected = {"scored": graded.scored, "correct": reward}
                expected |= {"target": graded.right} if graded.scored else {}
                info = {name: value.tolist() if hasattr(value, "tolist") else value for name, value in info.items()}
            if over:
                success, accuracy = play.verdict
                expected |= {"is_success": success, "accuracy": pytest.approx(float(accuracy), abs=1e-12)}
            assert info == expected
        oracle.check_inputs(play.shown)
        assert observation.dtype == oracle.observation_space.dtype
        assert observation.tolist() == oracle.blank
        assert observation in oracle.observation_space


def streams(problem: seq_envs.Problem, oracle: Oracle, seed: int, episodes: int) -> Iterator[list[Any]]:
    """The raw observations of the first episodes of a stream."""
    for shown in seq_envs.sample(problem, episodes, seed=seed).observations:
        yield [oracle.decode(observation.tolist()) for observation in shown]


@pytest.mark.parametrize("id", BASE_IDS)
@PLAYED
@given(
    data=st.data(),
    seed=st.integers(0, 2**64),
    mode=st.sampled_from(["NextStep", "SameStep", "Disabled"]),
    lanes=st.integers(1, 3),
)
def test_many_lanes(id: str, data: st.DataObject, seed: int, mode: str, lanes: int) -> None:
    """Lane i plays stream seed+i: every lane by itself gives what it must, in all three autoreset modes."""
    settings = data.draw(WIDE[id])
    problem, oracle, luck = seq_envs.make_problem(id, **settings), oracle_of(id, settings), random.Random(seed)
    lanes = lanes if size_of(oracle) <= FEW_NUMBERS else 1
    envs = gymnasium.make_vec(id, lanes, autoreset_mode=mode, **settings)
    envs.single_action_space.seed(seed % 2**32)
    steps = min(2 * oracle.steps + 2, oracle.steps + 40)  # Past the end of an episode in any case.
    episodes = 3 + steps // oracle.steps  # With resets in between.
    players = [Lane(oracle, streams(problem, oracle, seed + lane, episodes), mode) for lane in range(lanes)]
    observations, infos = envs.reset(seed=seed)
    assert infos == {}
    assert observations.tolist() == [player.begin() for player in players]
    reset_at = luck.randrange(steps)
    for step in range(steps):
        mask = np.array([player.waiting for player in players])
        if mode == "Disabled" and (mask.any() or step == reset_at):
            if not mask.any():
                mask[luck.randrange(lanes)] = True
            observations, infos = envs.reset(options={"reset_mask": mask})
            assert infos == {}
            assert observations.tolist() == [
                player.begin() if chosen else player.now for player, chosen in zip(players, mask, strict=True)
            ]
        said = [answer_to(player.play, envs.single_action_space, luck) for player in players]
        actions = np.array(said, envs.action_space.dtype)
        observations, rewards, over, truncated, infos = envs.step(actions)
        moved = [player.step(one) for player, one in zip(players, said, strict=True)]
        assert observations.dtype == oracle.observation_space.dtype
        assert observations.tolist() == [one.observation for one in moved]
        assert rewards.tolist() == [float(one.reward) for one in moved]
        assert over.tolist() == [one.over for one in moved]
        assert truncated.tolist() == [False] * lanes
        ended = [one.over for one in moved]
        if not any(ended):
            assert infos == {}
            continue
        if mode == "SameStep":
            assert infos.keys() == {"final_obs", "_final_obs", "final_info", "_final_info"}
            assert infos["_final_obs"].tolist() == infos["_final_info"].tolist() == ended
            for final, one in zip(infos["final_obs"], moved, strict=True):
                assert (None if final is None else final.tolist()) == one.final_observation
            infos = infos["final_info"]
        assert infos.keys() == {"is_success", "_is_success", "accuracy", "_accuracy"}
        assert infos["_is_success"].tolist() == infos["_accuracy"].tolist() == ended
        verdicts = [one.verdict or (False, 0) for one in moved]
        assert infos["is_success"].tolist() == [success for success, _ in verdicts]
        assert infos["accuracy"].tolist() == pytest.approx([float(accuracy) for _, accuracy in verdicts], abs=1e-12)


# What a score means.


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


@pytest.mark.parametrize("id", BASE_IDS)
def test_the_settings_drawn_are_wide(id: str) -> None:
    """Else all of the above would say little."""
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
