"""The feedback level: on tiny problems it is compared with the best of all possible policies."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from oracle import ORACLES
from paths import ROOT
from spaces_of_settings import EVERY_BASE_CHOICE, Ragged, name

import seq_envs
from seq_envs.estimation.feedback import feedback_level
from seq_envs.estimation.feedback_rules import ACTION, BOTH, REWARD, Feedback

NIGHTLY = pytest.mark.nightly
TINY: list[tuple[str, dict[str, Any]]] = [
    ("SeqEcho-v0", {"length": 3, "n_values": 2, "lag": 1}),
    ("SeqEcho-v0", {"length": 3, "n_values": 2, "lag": 2}),
    ("SeqEcho-v0", {"length": 3, "n_values": 2, "lag": 1, "framing": "many_to_one"}),
    ("SeqMemorize-v0", {"length": 3}),
    ("SeqMemorize-v0", {"length": 3, "framing": "many_to_one"}),
    ("SeqCopy-v0", {"length": 2, "n_values": 2}),
    ("SeqNext-v0", {"length": 5, "max_step": 2, "framing": "many_to_one", "window": 2}),
]


def best_of_all(id: str, parameters: dict[str, Any], feedback: Feedback) -> Fraction:
    """The accuracy of the best of all policies, which map each situation to an answer."""
    oracle = ORACLES[seq_envs.MENU[id][0].__name__](**parameters, encoding="discrete")
    episodes = list(oracle.episodes())
    answers = range(int(oracle.action_space.n))

    def best(step: int, groups: list[tuple[Fraction, list[Any], int, int]]) -> Fraction:
        """The best return from a step on, for groups of (weight, episode, previous answer, previous reward)."""
        if step == oracle.steps:
            return Fraction(0)
        situations = sorted(
            {
                (observed[step], previous * feedback.action, rewarded * feedback.reward)
                for _, observed, previous, rewarded in groups
            }
        )
        most = Fraction(-1)
        for chosen in itertools.product(answers, repeat=len(situations)):
            rule = dict(zip(situations, chosen, strict=True))
            earned, after = Fraction(0), []
            for weight, observed, previous, rewarded in groups:
                answer = rule[observed[step], previous * feedback.action, rewarded * feedback.reward]
                right = int(step in oracle.scored and answer == oracle.answer(observed, step))
                earned += weight * right
                after.append((weight, observed, answer + 1, right))
            most = max(most, earned + best(step + 1, after))
        return most

    return best(0, [(weight, observed, 0, 0) for weight, observed in episodes]) / len(oracle.scored)


@pytest.mark.slow
@pytest.mark.parametrize("feedback", [ACTION, REWARD, BOTH], ids=str)
@pytest.mark.parametrize(("id", "parameters"), TINY, ids=name)
def test_no_policy_is_better(id: str, parameters: dict[str, Any], feedback: Feedback) -> None:
    problem = seq_envs.make_problem(id, **parameters, encoding="discrete")
    found = feedback_level(problem, feedback)
    assert found.accuracy == pytest.approx(float(best_of_all(id, parameters, feedback)), abs=5 * found.accuracy_error)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("length", "lag", "n_values"),
    [
        (10, 1, 10),
        (9, 2, 4),
        *(pytest.param(*more, marks=NIGHTLY) for more in [(10, 3, 10), (20, 4, 10), (50, 16, 10)]),
    ],
)
def test_echo_by_writing_holding_and_reading(length: int, lag: int, n_values: int) -> None:
    """A policy answers with a value and repeats it until it is right: one answer in lag + 1 is certain."""
    certain, asked = length // (lag + 1), length - lag
    found = feedback_level(seq_envs.SeqEcho(length=length, lag=lag, n_values=n_values), ACTION)
    assert found.accuracy == pytest.approx(
        (certain + (asked - certain) / n_values) / asked, abs=5 * found.accuracy_error
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("id", "parameters"),
    [
        ("SeqMemorize-v0", {"framing": "many_to_one"}),
        ("SeqEcho-v0", {"framing": "many_to_one", "lag": 6}),
        pytest.param("SeqMemorizeHard-v0", {}, marks=NIGHTLY),
        pytest.param("SeqCopy-v0", {"framing": "many_to_one"}, marks=NIGHTLY),
        ("SeqNext-v0", {"length": 20, "max_step": 3, "framing": "many_to_one"}),
    ],
    ids=name,
)
def test_one_scored_step_at_the_end_is_solved_by_repeating(id: str, parameters: dict[str, Any]) -> None:
    assert seq_envs.levels(id, feedback=True, **parameters).feedback.accuracy == 1.0


@pytest.mark.nightly
@pytest.mark.parametrize(("id", "framing"), sorted({(id, choice["framing"]) for id, choice in EVERY_BASE_CHOICE}))
def test_stated_leaks_exist(id: str, framing: str) -> None:
    """`check_problem` checks the converse: there are no other leaks."""
    choice: dict[str, Any] = {"framing": framing}
    if id == "SeqNext-v0":
        choice |= {"length": 20, "max_step": 3}
    problem = seq_envs.make_problem(id, **choice)
    known = seq_envs.levels(problem, feedback=True)
    assert known.feedback is not None
    assert (known.feedback.accuracy > known.memoryless.accuracy) is bool(problem.leaks)
    for leak, feedback in (("action", ACTION), ("reward", REWARD)):
        found = feedback_level(problem, feedback)
        error = 5 * found.accuracy_error
        assert (found.accuracy > known.memoryless.accuracy + error) is (leak in problem.leaks)


def documented_rows() -> list[list[str]]:
    """The table of the guide: id, framing, and four figures."""
    guide = (ROOT / "docs" / "guides" / "leaks.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in guide.splitlines() if line.startswith("| Seq")]
    assert len(rows) == 10
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("row", documented_rows(), ids=lambda row: "-".join(row[:2]))
def test_table_of_the_guide(row: list[str]) -> None:
    id, framing, *figures = row
    problem = seq_envs.make_problem(id, framing=framing)
    memoryless = seq_envs.levels(problem).memoryless.accuracy
    found = [max(memoryless, feedback_level(problem, feedback).accuracy) for feedback in (ACTION, REWARD, BOTH)]
    assert [float(figure) for figure in figures] == pytest.approx([memoryless, *found], abs=0.004)
    leaking = [
        leak for leak, accuracy in zip(("action", "reward"), found, strict=False) if accuracy > memoryless + 0.002
    ]
    assert list(problem.leaks) == leaking


def test_levels_search_only_with_feedback() -> None:
    assert seq_envs.levels("SeqEcho-v0").feedback is None
    assert seq_envs.levels("SeqEcho-v0", lag=0, feedback=True).feedback == seq_envs.levels("SeqEcho-v0", lag=0).optimal
    with pytest.raises(ValueError, match="feedback must be True or False, got 1"):
        seq_envs.levels("SeqEcho-v0", feedback=1)


@pytest.mark.parametrize("names", [("action",), ["reward"], ("reward", "action")])
def test_levels_of_the_feedback_that_an_env_gives(names: Any) -> None:
    """With a part of the feedback, the level is that of this part; a policy may ignore what it receives."""
    problem = seq_envs.make_problem("SeqMemorize-v0", framing="many_to_one")
    found = seq_envs.levels(problem, feedback=names).feedback
    assert found is not None
    assert found.accuracy == (1.0 if "action" in names else 0.5)
    if len(names) == 2:
        assert found == seq_envs.levels(problem, feedback=True).feedback
    assert seq_envs.levels(problem, feedback=()).feedback is None


@pytest.mark.parametrize("wrong", [("actions",), ("action", "action"), "action", None])
def test_wrong_names_of_feedback(wrong: Any) -> None:
    with pytest.raises(ValueError, match="feedback must be"):
        seq_envs.levels("SeqEcho-v0", feedback=wrong)


def test_episodes_of_different_lengths() -> None:
    feedback = seq_envs.levels(Ragged(), feedback=True).feedback
    assert feedback is not None
    assert feedback.accuracy == 1.0


def test_feedback_in_words() -> None:
    assert [str(feedback) for feedback in (ACTION, REWARD, BOTH)] == [
        "previous action",
        "previous reward",
        "previous action and its previous reward",
    ]
