"""Pay at the end, feedback and truncation: the same in the scalar env, the vector env and the data set."""

from __future__ import annotations

import dataclasses
import html
import itertools
import json
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from options_oracle import OptionsOracle
from spaces_of_settings import BASE_IDS, Ragged

import seq_envs
from seq_envs import policies
from seq_envs.env_options import EnvOptions

# One id for each kind of spaces, and a problem with episodes of different lengths.
KINDS: list[tuple[str | seq_envs.Problem, dict[str, Any]]] = [
    ("SeqNext-v0", {}),  # Box observations, Box answers.
    ("SeqEcho-v0", {}),  # Box, Discrete.
    ("SeqMemorize-v0", {"encoding": "discrete"}),  # Discrete, Discrete.
    ("SeqCopy-v0", {"framing": "many_to_one", "output_length": 3}),  # Box, MultiDiscrete, one scored step.
    (Ragged(), {}),
    ("SeqEchoHard-v0", {"encoding": "discrete"}),  # Longer than what an env prepares at once; fixed parameters.
]
NIGHTLY = [pytest.param(id, {}, marks=[pytest.mark.slow, pytest.mark.nightly]) for id in BASE_IDS]
FEEDBACK = [(), ("action",), ("reward",), ("action", "reward")]
OPTIONS = [
    {"pay": pay, "feedback": feedback, "max_episode_steps": limit}
    for pay, feedback, limit in itertools.product(("each_step", "at_end"), FEEDBACK, (None, 1, 4))
]


def problem_of(id: str | seq_envs.Problem, choice: dict[str, Any]) -> seq_envs.Problem:
    return seq_envs.make_problem(id, **choice)


def some_options(options: list[dict[str, Any]], id: object) -> list[dict[str, Any]]:
    """All of them for SeqEcho, a few for other ids."""
    return options if id == "SeqEcho-v0" else [options[3], options[10], options[14], options[21], options[23]]


@pytest.mark.parametrize(("id", "choice"), [*KINDS, *NIGHTLY])
def test_scalar_env_does_what_the_oracle_does(id: Any, choice: dict[str, Any]) -> None:
    problem = problem_of(id, choice)
    for options, reveal in itertools.product(some_options(OPTIONS, id), (False, True)):
        ours, theirs = (
            seq_envs.SequenceEnv(problem, reveal=reveal, **options),
            OptionsOracle(problem, reveal=reveal, **options),
        )
        assert ours.observation_space == theirs.observation_space
        returned, expected = ours.reset(seed=3), theirs.reset(seed=3)
        actions = problem.action_space
        actions.seed(0)
        for _ in range(min(3 * problem.steps, 700)):
            assert data_equivalence(returned, expected, exact=True), f"{options}: {returned} is not {expected}"
            assert ours.observation_space.contains(returned[0])
            if len(returned) == 5 and (returned[2] or returned[3]):
                returned, expected = ours.reset(), theirs.reset()
            else:
                action = actions.sample()
                returned, expected = ours.step(action), theirs.step(action)
                assert type(returned[1]) is float


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize(("id", "choice"), [*KINDS[:5], *NIGHTLY])
def test_vector_env_does_what_the_oracle_does(id: Any, choice: dict[str, Any], mode: AutoresetMode) -> None:
    problem = problem_of(id, choice)
    for number, options in enumerate(some_options(OPTIONS, id)):
        reveal = bool(number % 2)
        ours = seq_envs.SequenceVectorEnv(problem, num_envs=3, autoreset_mode=mode, reveal=reveal, **options)
        theirs = SyncVectorEnv(
            [lambda made=(options, reveal): OptionsOracle(problem, reveal=made[1], **made[0])] * 3, autoreset_mode=mode
        )
        assert ours.observation_space == theirs.observation_space
        assert ours.single_observation_space == theirs.single_observation_space
        ours.action_space.seed(0)
        returned, expected = ours.reset(seed=3), theirs.reset(seed=3)
        for step in range(min(2 * problem.steps + 5, 60)):
            assert data_equivalence(returned, expected, exact=True), f"{options}: {returned} is not {expected}"
            over = len(expected) == 5 and (expected[2] | expected[3])
            if mode is AutoresetMode.DISABLED and np.any(over):
                only = {"reset_mask": over}
                returned, expected = ours.reset(options=dict(only)), theirs.reset(options=dict(only))
            elif step == 7:  # Within an episode of most lanes.
                only = {"reset_mask": np.array([False, True, False])}
                returned, expected = ours.reset(options=dict(only)), theirs.reset(options=dict(only))
            else:
                actions = ours.action_space.sample()
                returned, expected = ours.step(actions), theirs.step(actions)
                assert returned[1].dtype == np.float64


@pytest.mark.parametrize("limit", [None, 1, 4, 10, 11])
@pytest.mark.parametrize("pay", ["each_step", "at_end"])
def test_gymnasium_makes_the_same(pay: str, limit: int | None) -> None:
    """`make` has Gymnasium's own TimeLimit."""
    options: dict[str, Any] = {"pay": pay, "feedback": ["reward", "action"]}
    limited = {} if limit is None else {"max_episode_steps": limit}
    native, sync = (
        gymnasium.make_vec("SeqEcho-v0", 2, how, **options, **limited) for how in ("vector_entry_point", "sync")
    )
    native.action_space.seed(1)
    returned, expected = native.reset(seed=1), sync.reset(seed=1)
    for _ in range(25):
        assert data_equivalence(returned, expected, exact=True)
        actions = native.action_space.sample()
        returned, expected = native.step(actions), sync.step(actions)
    assert native.unwrapped.feedback == ("action", "reward")


@pytest.mark.parametrize(("id", "choice"), [*KINDS, *NIGHTLY])
def test_data_set_holds_what_an_agent_with_right_answers_observes(id: Any, choice: dict[str, Any]) -> None:
    problem = problem_of(id, choice)
    for options in some_options(OPTIONS, id):
        data = seq_envs.sample(problem, 3, 5, **options)
        plain = seq_envs.sample(problem, 3, 5)
        steps = min(problem.steps, options["max_episode_steps"] or problem.steps)
        assert data.scored.shape == (3, steps)
        assert data.lengths.tolist() == np.minimum(plain.lengths, steps).tolist()
        env = OptionsOracle(problem, **options)
        space = env.observation_space
        for episode, length in enumerate(data.lengths):
            observation, _ = env.reset(seed=5 if episode == 0 else None)
            for step in range(steps):
                found = row(data.observations, episode, step)
                if step >= length:  # Padding.
                    observation = env.with_feedback(problem.code.blank, None, 0.0)
                assert data_equivalence(found, observation, exact=True)
                assert space.contains(found)
                if step < length:
                    assert data.scored[episode, step] == plain.scored[episode, step]
                    counts = data.scored[episode, step]
                    answer = plain.targets[episode, step] if counts else np.zeros_like(plain.targets[episode, step])
                    observation, _, terminated, truncated, _ = env.step(answer)
                    assert (terminated or truncated) == (step == length - 1)


def row(observations: Any, episode: int, step: int) -> Any:
    if isinstance(observations, dict):
        return {name: part[episode, step] for name, part in observations.items()}
    return observations[episode, step]


@pytest.mark.parametrize(("id", "choice"), KINDS[:4])
def test_gymnasium_checks_envs_with_options(id: Any, choice: dict[str, Any]) -> None:
    for options in OPTIONS[3], OPTIONS[9], OPTIONS[21]:
        made = {name: value for name, value in options.items() if value is not None}
        check_env(gymnasium.make(id, **choice, **made).unwrapped, skip_render_check=True)


def test_a_small_episode_by_hand() -> None:
    """SeqEcho with lag 1 and length 3: steps 1 and 2 are scored. The second answer is wrong, the third right."""
    env = gymnasium.make(
        "SeqEcho-v0", length=3, lag=1, pay="at_end", feedback=("action", "reward"), encoding="discrete"
    )
    first, _ = env.reset(seed=0)
    assert first["action"] == 10  # No action.
    assert first["reward"].tolist() == [0.0]
    second, reward, *_ = env.step(7)
    assert (second["action"], reward) == (7, 0.0)
    wrong = (int(first["observation"]) + 1) % 10
    third, reward, *_ = env.step(wrong)
    assert (third["action"], reward, third["reward"].tolist()) == (wrong, 0.0, [0.0])
    last, reward, terminated, _, info = env.step(int(second["observation"]))
    assert (reward, terminated, last["reward"].tolist()) == (1.0, True, [1.0])
    assert info == {"is_success": False, "accuracy": 0.5}


def test_nothing_tells_of_the_grade_before_the_end() -> None:
    """With pay at the end, right and wrong answers look the same until the last step."""
    for answers in (0, 1):
        envs = seq_envs.SequenceVectorEnv("SeqEcho-v0", num_envs=8, pay="at_end", feedback=("reward",))
        observations, infos = envs.reset(seed=0)
        for _ in range(9):
            observations, rewards, _, _, infos = envs.step(np.full(8, answers))
            assert infos == {}
            assert not rewards.any()
            assert not observations["reward"].any()


@pytest.mark.parametrize("pay", ["each_step", "at_end"])
@pytest.mark.parametrize(("id", "choice"), KINDS[:5])
def test_evaluation_grades_the_same_answers_the_same(id: Any, choice: dict[str, Any], pay: Any) -> None:
    problem = problem_of(id, choice)
    for make in (policies.random, policies.memoryless, policies.optimal):
        plain = seq_envs.evaluate(make(problem), problem, 50)
        got = seq_envs.evaluate(make(problem), problem, 50, pay=pay, feedback=("action", "reward"))
        assert np.array_equal(plain.accuracy_by_step, got.accuracy_by_step, equal_nan=True)
        assert (plain.accuracy, plain.mean_return) == (got.accuracy, got.mean_return)


def test_an_evaluated_policy_observes_its_feedback() -> None:
    """A policy that repeats its previous action where it was rewarded."""

    class Repeats:
        def initial_state(self, batch: int) -> None:
            return None

        def act(self, observations: Any, state: None) -> Any:
            seen.append({name: part.copy() for name, part in observations.items()})
            return np.full(len(observations["action"]), len(seen) % 10), None

    seen: list[dict[str, Any]] = []
    seq_envs.evaluate(Repeats(), "SeqEcho-v0", 4, feedback=("action", "reward"))
    assert [part["action"].tolist() for part in seen] == [[10] * 4, *([step % 10] * 4 for step in range(1, 10))]
    graded = np.array([part["reward"] for part in seen])
    assert set(np.unique(graded)) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("given", "chosen", "text"),
    [
        ({}, {}, "10 episodes"),
        ({"pay": "each_step", "feedback": []}, {}, "10 episodes"),
        ({"pay": "at_end"}, {"pay": "at_end"}, "10 episodes with pay='at_end'"),
        (
            {"pay": "at_end", "feedback": ["reward", "action"]},
            {"pay": "at_end", "feedback": ("action", "reward")},
            "10 episodes with pay='at_end', feedback=('action', 'reward')",
        ),
    ],
)
def test_an_evaluation_states_its_options(given: dict[str, Any], chosen: dict[str, Any], text: str) -> None:
    got = seq_envs.evaluate(policies.random("SeqEcho-v0"), "SeqEcho-v0", 10, **given)
    assert got.options == chosen
    assert str(got).endswith(f", {text}")
    assert text in html.unescape(got._repr_html_())
    stored = json.loads(json.dumps(dataclasses.asdict(got)))
    assert EnvOptions(**stored["options"]).chosen() == chosen
    assert hash(got) == hash(dataclasses.replace(got))


def test_an_evaluation_made_as_before_has_no_options() -> None:
    got = seq_envs.evaluate(policies.random("SeqEcho-v0"), "SeqEcho-v0", 10)
    fields = {field.name: getattr(got, field.name) for field in dataclasses.fields(got) if field.name != "options"}
    assert seq_envs.Evaluation(**fields) == got


WRONG = [
    ("pay", "late", r"pay must be one of 'each_step', 'at_end', got 'late'"),
    ("pay", None, "pay must be one of"),
    ("pay", True, "pay must be one of"),
    ("feedback", ("actions",), r"feedback must be a tuple of different names out of 'action', 'reward', got \('act"),
    ("feedback", ("action", "action"), "feedback must be"),
    ("feedback", "action", "feedback must be .* got 'action'"),
    ("feedback", True, "feedback must be"),
    ("feedback", None, "feedback must be"),
    ("feedback", (1,), "feedback must be"),
    ("max_episode_steps", 0, r"max_episode_steps must be an integer >= 1, got 0"),
    ("max_episode_steps", -2, "max_episode_steps must be"),
    ("max_episode_steps", 2.0, "max_episode_steps must be"),
    ("max_episode_steps", True, "max_episode_steps must be"),
    ("max_episode_steps", "3", "max_episode_steps must be"),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
@pytest.mark.parametrize("make", [seq_envs.SequenceEnv, seq_envs.SequenceVectorEnv, seq_envs.sample])
def test_wrong_options(make: Any, name: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make("SeqEcho-v0", **{name: value})


@pytest.mark.parametrize(("name", "value", "message"), [wrong for wrong in WRONG if wrong[0] != "max_episode_steps"])
def test_wrong_options_of_an_evaluation(name: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        seq_envs.evaluate(policies.random("SeqEcho-v0"), "SeqEcho-v0", 1, **{name: value})


@pytest.mark.parametrize("name", ["pay", "feedback", "max_episode_steps"])
def test_options_cannot_be_changed(name: str) -> None:
    for env in seq_envs.SequenceEnv("SeqEcho-v0", pay="at_end"), seq_envs.SequenceVectorEnv("SeqEcho-v0"):
        with pytest.raises(AttributeError, match=f"{name} cannot be changed"):
            setattr(env, name, "each_step")


def test_rollout_needs_episodes_without_feedback() -> None:
    envs = seq_envs.SequenceVectorEnv("SeqEcho-v0", feedback=("reward",))
    envs.reset(seed=0)
    with pytest.raises(ValueError, match=r"rollout\(\) needs feedback=\(\), got \('reward',\)"):
        envs.rollout()


def test_arrays_belong_to_the_caller() -> None:
    def play(spoil: bool) -> list[Any]:
        envs = seq_envs.SequenceVectorEnv(
            "SeqCopy-v0", num_envs=3, framing="many_to_one", pay="at_end", feedback=("action", "reward")
        )
        envs.action_space.seed(0)
        history, (observations, _) = [], envs.reset(seed=0)
        for _ in range(12):
            history.append({name: part.copy() for name, part in observations.items()})
            if spoil:
                for part in observations.values():
                    part[...] = 1 - part
            actions = envs.action_space.sample()
            observations, *_ = envs.step(actions)
            actions[...] = 0
        return history

    assert data_equivalence(play(False), play(True), exact=True)


def test_rewards_of_whole_episodes() -> None:
    grades, lengths = np.array([[0.0, 1.0, 0.5, 0.0], [1.0, 1.0, 1.0, 1.0]]), np.array([3, 4])
    assert EnvOptions().rewards(grades, lengths) is grades
    assert EnvOptions(pay="at_end").rewards(grades, lengths).tolist() == [[0, 0, 1.5, 0], [0, 0, 0, 4]]


def test_options_as_text_are_those_that_differ_from_the_defaults() -> None:
    assert str(EnvOptions()) == ""
    chosen = EnvOptions(pay="at_end", feedback=["reward", "action"], max_episode_steps=-1)
    assert str(chosen) == "pay='at_end', feedback=('action', 'reward')"
    assert EnvOptions(**chosen.chosen()) == chosen


@pytest.mark.parametrize("mode", ["ansi", "rgb_array"])
def test_pictures_are_those_of_the_plain_env(mode: str) -> None:
    plain, ours = (
        seq_envs.SequenceEnv("SeqEcho-v0", render_mode=mode, **options)
        for options in ({}, {"pay": "at_end", "feedback": ("action",), "max_episode_steps": 4})
    )
    for env in (plain, ours):
        env.reset(seed=0)
        for _ in range(4):
            env.step(3)
    assert np.array_equal(plain.render(), ours.render())
