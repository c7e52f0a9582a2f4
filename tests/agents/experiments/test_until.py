"""Trainings that stop at the first check without a mistake."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.experiments import cell as module
from seq_agents.experiments import further
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.config import Config
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.further import Further
from seq_agents.experiments.until import Until, distances
from seq_agents.report.outcome import outcome_of
from tiny_grids import entry

import seq_envs
from seq_envs.env_options import EnvOptions

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CURVE_EPISODES", 20)


def tiny(updates: int, until: Until | None) -> Entry:
    """Two episodes of four steps in each update."""
    settings = {**entry("mlp").settings, "updates": updates, "batch": 2}
    return entry("mlp", settings=settings, until=until)


def test_the_training_stops_at_the_first_check_without_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[tuple[int, int]] = []
    evaluate = seq_envs.evaluate

    def third_check_is_exact(policy: Any, problem: Any, episodes: int, seed: int = 0) -> Any:
        evaluation = evaluate(policy, problem, episodes, seed)
        if episodes == 20:  # An evaluation for the learning curve.
            return evaluation
        checks.append((episodes, seed))
        return dataclasses.replace(evaluation, exact_match=float(seed == 3))

    monkeypatch.setattr(module.seq_envs, "evaluate", third_check_is_exact)
    result = run_cell(Cell(tiny(50, Until(every=5, without_mistake=150)), 0))
    # A check comes with the first update after at least 5, 10 and 15 episodes.
    assert result["solved_after_episodes"] == 16
    assert result["steps"] == 16 * 4
    assert result["curve"][-1][0] == 16 * 4
    assert checks == [(100, 1), (100, 2), (100, 3), (150, 3), (40, 0)]


def test_a_training_without_success_runs_to_its_end() -> None:
    result = run_cell(Cell(tiny(3, Until(every=2, without_mistake=10)), 0))
    assert result["solved_after_episodes"] is None
    assert result["steps"] == 6 * 4


def test_other_entries_have_no_count() -> None:
    assert "solved_after_episodes" not in run_cell(Cell(tiny(3, None), 0))


def test_checks_do_not_change_what_is_learned() -> None:
    plain, checked = (run_cell(Cell(tiny(3, until), 0)) for until in (None, Until(every=1, without_mistake=10)))
    assert plain["evaluation"] == checked["evaluation"]
    assert [row[0] for row in plain["curve"]] == [row[0] for row in checked["curve"]]


def test_a_training_stops_when_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """After three evaluations in a row without mistakes, and not before."""
    exact = iter([0.0, 1.0, 0.98, 1.0, 1.0, 0.99, 0.25])
    evaluate = seq_envs.evaluate

    def as_listed(policy: Any, problem: Any, episodes: int, seed: int = 0) -> Any:
        return dataclasses.replace(evaluate(policy, problem, episodes, seed), exact_match=next(exact))

    monkeypatch.setattr(module.seq_envs, "evaluate", as_listed)
    result = run_cell(Cell(dataclasses.replace(tiny(50, None), stop_when_solved=True), 0))
    assert len(result["curve"]) == 6, "the final evaluation replaces the sixth"
    assert result["curve"][-1][3] == 0.25
    assert result["done"] == result["steps"] / (50 * 8) < 1.0
    assert result["entry"]["stop_when_solved"] is True
    outcome = outcome_of(Cell(Entry.of_json(result["entry"]), 0), result)
    assert outcome.solved == outcome.curve[3], "whatever the final evaluation says"


def test_a_training_that_is_not_solved_runs_to_its_end() -> None:
    result = run_cell(Cell(dataclasses.replace(tiny(3, None), stop_when_solved=True), 0))
    assert ("done" in result, result["steps"]) == (False, 6 * 4)


@pytest.mark.parametrize("agent", ["lstm", "recurrent-ppo"])
def test_a_problem_is_solved_before_the_training_would_end(agent: str) -> None:
    chosen = {"hidden": 24, "learning_rate": 0.02}
    chosen |= {"updates": 1000, "batch": 16} if agent == "lstm" else {"steps": 100_000, "lanes": 16}
    config = Config.of(agent, "SeqMemorize-v0", {"length": 3}, 0, chosen)
    result = run_cell(
        Cell(
            Entry(
                name=agent, agent=agent, id=config.id, parameters=config.parameters, settings=config.settings,
                episodes=300, until=Until(every=200, without_mistake=300),
            ),
            0,
        )
    )  # fmt: skip
    assert result["evaluation"]["exact_match"] == 1.0
    assert 200 <= result["solved_after_episodes"] == result["steps"] // config.problem().steps < 16_000


class Wrong:
    """Answers the first `wrong` of each 100 episodes wrongly, and the others with the best answer plus `apart`."""

    def __init__(self, problem: seq_envs.Problem, wrong: int = 0, apart: float = 0.0) -> None:
        self._best = seq_envs.policies.optimal(problem)
        self._wrong, self._apart = wrong, apart

    def initial_state(self, batch_size: int) -> Any:
        return self._best.initial_state(batch_size)

    def act(self, observations: Any, state: Any) -> Any:
        answers, state = self._best.act(observations, state)
        wrong = np.arange(len(answers)) % 100 < self._wrong
        if answers.dtype.kind == "f":
            return (answers + np.float32(self._apart) * np.where(np.arange(len(answers)) % 2, 1, -1)[:, None]), state
        wrong = wrong.reshape(-1, *[1] * (answers.ndim - 1))
        return np.where(wrong, 1 - answers, answers), state


@pytest.mark.parametrize(("wrong", "allowed", "reached"), [(0, 0, True), (1, 0, False), (5, 10, True), (6, 10, False)])
def test_mistakes_that_are_allowed(wrong: int, allowed: int, reached: bool) -> None:
    """Of 200 episodes, `wrong` in each 100 have a mistake."""
    problem = seq_envs.make_problem("SeqTwoSequence-v0", length=5)
    until = Until(every=1, without_mistake=200, mistakes=allowed)
    assert until.reached(Wrong(problem, wrong), problem, 1) is reached


@pytest.mark.parametrize(
    ("apart", "until", "reached"),
    [
        (0.0, {"distance": 1e-6}, True),
        (0.05, {"distance": 0.051}, True),
        (0.05, {"distance": 0.049}, False),
        (0.05, {"distance": 0.06, "largest_distance": 0.04}, False),
    ],
)
def test_the_distance_from_the_best_answers(apart: float, until: dict[str, float], reached: bool) -> None:
    """Targets have noise there: a policy that is never off the mean is within 0.3 of the target in two thirds only."""
    problem = seq_envs.make_problem("SeqTwoSequence-v0", length=5, ask="mean")
    policy = Wrong(problem, apart=apart)
    assert Until(every=1, without_mistake=50, **until).reached(policy, problem, 1) is reached  # type: ignore[arg-type]
    assert not Until(every=1, without_mistake=50).reached(policy, problem, 1)
    assert distances(policy, problem, 50, 1) == pytest.approx(np.full(50, apart), abs=1e-6)


class WrongFrom(Wrong):
    """Answers wrongly from a time step on."""

    def __init__(self, problem: seq_envs.Problem, step: int) -> None:
        super().__init__(problem, wrong=100)
        self._step = step

    def initial_state(self, batch_size: int) -> Any:
        return 0, super().initial_state(batch_size)

    def act(self, observations: Any, state: Any) -> Any:
        step, state = state
        right, _ = self._best.act(observations, state)
        wrong, state = super().act(observations, state)
        return wrong if step >= self._step else right, (step + 1, state)


class NeedsFeedback:
    """Gives the best answers in episodes in which it observes its own answers, and in `reward` that they were right."""

    def __init__(self, problem: seq_envs.Problem) -> None:
        self._best = seq_envs.policies.optimal(problem)

    def initial_state(self, batch_size: int) -> Any:
        return None, self._best.initial_state(batch_size)

    def act(self, observations: Any, state: Any) -> Any:
        before, state = state
        best, state = self._best.act(observations, state)
        told = np.ones(len(best), np.bool_)
        if before is not None:
            told = (observations["action"] == before).reshape(len(best), -1).all(axis=1)
            told &= observations.get("reward", np.ones((len(best), 1)))[:, 0] == 1
        answers = np.where(told.reshape(-1, *[1] * (best.ndim - 1)), best, (1 - best).astype(best.dtype))
        return answers, (answers, state)


@pytest.mark.parametrize(("pay", "right"), [("each_step", True), ("at_end", False)])
def test_an_agent_observes_its_past_in_checks(pay: Any, right: bool) -> None:
    """Every answer of SeqParity counts. With the pay at the end, its policy is not told that it was right."""
    problem = seq_envs.make_problem("SeqParity-v0", length=5)
    options = EnvOptions(pay=pay, feedback=("action", "reward"))
    assert Until(every=1, without_mistake=20).reached(NeedsFeedback(problem), problem, 1, options) is right
    far = Further(parameter="length", first=1, last=7, episodes=3)
    assert far.reached(NeedsFeedback, problem, options) == (7 if right else 1)


def test_an_agent_observes_its_past_where_distances_are_measured() -> None:
    problem = seq_envs.make_problem("SeqNext-v0", length=6)
    until, options = Until(every=1, without_mistake=20, distance=1e-6), EnvOptions(feedback=("action",))
    assert until.reached(NeedsFeedback(problem), problem, 1, options)


def test_a_cell_with_feedback_is_checked() -> None:
    checks = {"until": Until(every=1, without_mistake=5), "further": Further(parameter="length", first=4, last=5)}
    chosen = entry("recurrent-ppo-stock", **checks)
    chosen = dataclasses.replace(chosen, options={"feedback": ("action", "reward")})
    result = run_cell(Cell(chosen, 0))
    assert result["solved_after_episodes"] is None
    assert result["further"] == 3


@pytest.mark.parametrize("together", [1, 3, 64])
@pytest.mark.parametrize(("step", "reached"), [(3, 3), (4, 4), (9, 9), (99, 12)])
def test_how_far_an_agent_is_right(step: int, reached: int, together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The question is asked at the last step, which is `length - 1`."""
    monkeypatch.setattr(further, "_TOGETHER", together)
    problem = seq_envs.make_problem("SeqTwoSequence-v0", length=5)
    far = Further(parameter="length", first=4, last=12, episodes=3)
    assert far.reached(lambda there: WrongFrom(there, step), problem) == reached


def test_how_far_an_agent_is_right_where_lengths_vary() -> None:
    """An episode of SeqCounting has 2 n + 1 steps."""
    problem = seq_envs.make_problem("SeqCounting-v0", repeats=(1, 3))
    for step, reached in ((0, 0), (9, 4), (10, 4), (11, 5)):
        far = Further(parameter="repeats", last=8)
        assert far.reached(lambda there, step=step: WrongFrom(there, step), problem) == reached


def test_the_result_says_how_far_an_agent_is_right() -> None:
    chosen = entry("optimal", further=Further(parameter="length", first=4, last=6))
    result = run_cell(Cell(chosen, 0))
    assert result["further"] == 6
    assert outcome_of(Cell(Entry.of_json(result["entry"]), 0), result).further == 6
    assert Entry.of_json(result["entry"]) == chosen


def test_entries_keep_how_they_stop() -> None:
    chosen = tiny(3, Until(every=2, without_mistake=10, distance=0.5))
    assert Entry.of_json(chosen.as_json()) == chosen
    assert chosen.as_json()["until"] == {"every": 2, "without_mistake": 10, "distance": 0.5}


@pytest.mark.parametrize("wrong", [{"every": 0}, {"every": True}, {"without_mistake": 1.5}, {"without_mistake": "9"}])
def test_wrong_numbers(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"until: {next(iter(wrong))} must be an integer >= 1, got "):
        Until(**{"every": 2, "without_mistake": 9, **wrong})
