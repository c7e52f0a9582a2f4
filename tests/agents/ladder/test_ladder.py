"""Each broken agent fails first at the rung that names its fault, and no working agent fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from breakable import POLICIES, Breakable, ByExample, Greedy, Network
from gymnasium.error import ResetNeeded
from seq_agents.agents import AGENTS, agent_type
from seq_agents.cli import main as cli
from seq_agents.ladder import MakeEnvs, climb, rungs, trainer
from seq_agents.ladder.agents_of_the_menu import _settings_for
from seq_agents.ladder.rungs import LAST_NAME

import seq_envs
from seq_envs.estimation.levels import estimate
from seq_envs.testing import check_problem

torch.set_num_threads(1)
ROLLOUT = 24
LADDER = rungs(ROLLOUT)
NAMES = [rung.name for rung in LADDER]
TINY_PROBLEMS = [
    problem
    for problem in dict.fromkeys(problem for rung in LADDER for problem in (rung.problem, rung.decisive))
    if "ladder" in type(problem).__module__
]
"""The problems that the ladder defines, with the parameters that rungs use."""
FIRST_OF_ITS_TYPE = list({type(problem): problem for problem in reversed(TINY_PROBLEMS)}.values())

BROKEN = {
    "answers one late": "lag 0",
    "reset every step": "lag 1 within a minibatch",
    "time and lanes swapped": "lag 1 within a minibatch",
    "one end resets all": "independence of lanes",
    "reset one late": "episode starts in the middle of a rollout",
    "no reset": "state reset between episodes",
    "reset in play only": "state reset between episodes",
    "gradient cut": "memory over 20 steps",
    "lanes mixed up": "independence of lanes over rollouts",
    "state not carried over": "independence of lanes over rollouts",
    "stale states": "lag longer than one rollout",
}
"""Faults by the rung that finds each."""
BROKEN_IN_EVALUATION = {
    "lane 0 for all at evaluation": ("independence of lanes", "the state of one lane is used for all"),
    "state not passed at evaluation": ("lag 1 within a minibatch", "its policy loses what it learned"),
    "state kept inside": (LAST_NAME, "keeps none in the object"),
    "initial state not fresh": (LAST_NAME, "a fresh state each time"),
}
"""Faults of the policy alone: the rung that finds each, and words of the cause."""


FIRST_OF_ITS_RUNG = {rung: bug for bug, rung in reversed(BROKEN.items())}.values()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bug", "rung"),
    [
        pytest.param(bug, rung, marks=() if bug in FIRST_OF_ITS_RUNG else pytest.mark.nightly)
        for bug, rung in BROKEN.items()
    ],
)
def test_a_fault_is_found_at_its_rung(bug: str, rung: str) -> None:
    """The nightly tests climb from the ground: it passes the rungs below."""
    climbed = climb(Breakable(bug), ROLLOUT, only=rung, tries=1)
    assert climbed.broken_at is not None, climbed
    assert climbed.broken_at.name == rung, climbed


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize(("bug", "rung"), BROKEN.items())
def test_a_fault_is_found_at_no_rung_below(bug: str, rung: str) -> None:
    climbed = climb(Breakable(bug), ROLLOUT)
    assert climbed.broken_at is not None, climbed
    assert climbed.broken_at.name == rung, climbed


def test_the_agent_without_a_fault_computes_the_same_while_acting_and_in_the_update() -> None:
    """It acts step by step, and the update reads a rollout at once."""
    network, agent = Network(4, 3, 8), Breakable()
    observations, resets, state = torch.rand(24, 5, 4), torch.rand(24, 5) < 0.2, (torch.rand(5, 8), torch.rand(5, 8))
    read = agent.read(network, observations, resets, state)
    for observation, reset, hidden in zip(observations, resets, read, strict=True):
        state = network.step(observation, agent.begun(state, reset))
        torch.testing.assert_close(state[0], hidden)


@pytest.mark.slow
@pytest.mark.parametrize("start", ["state reset between episodes", pytest.param(1, marks=pytest.mark.nightly)])
def test_padding_in_the_loss_is_found(start: str | int) -> None:
    climbed = climb(ByExample("padding in the loss"), ROLLOUT, start=start, tries=1)
    assert climbed.broken_at is not None
    assert climbed.broken_at.name == "episodes of different lengths", climbed


class LearnedOnce:
    """A working agent that learns each rung once. Its policy can then have any fault."""

    def __init__(self) -> None:
        self._learned: dict[seq_envs.Problem, tuple[Any, Any]] = {}

    def with_fault(self, bug: str) -> Any:
        def train(make_envs: MakeEnvs, budget: int) -> Any:
            if make_envs.problem not in self._learned:
                policy = Breakable()(make_envs, budget)
                self._learned[make_envs.problem] = policy.network, make_envs.count
            network, make_envs.count = self._learned[make_envs.problem]
            return POLICIES.get(bug, Greedy)(network)

        return train


def assert_all_passed(climbed: Any) -> None:
    assert climbed.passed, climbed
    assert [result.name for result in climbed.results[:-1]] == NAMES
    assert "All passed." in str(climbed)


@pytest.mark.slow
def test_a_fault_of_the_policy_alone_is_found() -> None:
    agent = LearnedOnce()
    assert_all_passed(climb(agent.with_fault(""), ROLLOUT, tries=1))
    for bug, (rung, cause) in BROKEN_IN_EVALUATION.items():
        climbed = climb(agent.with_fault(bug), ROLLOUT, tries=1)
        assert climbed.broken_at is not None, (bug, climbed)
        assert climbed.broken_at.name == rung, (bug, climbed)
        assert cause in climbed.broken_at.means


@pytest.mark.slow
@pytest.mark.nightly
def test_an_lstm_passes_all_rungs() -> None:
    assert_all_passed(climb(trainer("lstm"), ROLLOUT))


@pytest.mark.parametrize(("agent", "hidden"), [("gru", 64), ("bilstm", 16), ("supervised-own_cores:Sized", None)])
def test_a_core_of_the_menu_is_small_and_a_user_defined_one_as_it_is(agent: str, hidden: int | None) -> None:
    problem = seq_envs.make_problem("SeqEcho-v0")
    assert _settings_for(AGENTS[agent], agent_type(agent).settings_type, problem, 1000).get("hidden") == hidden


@pytest.mark.slow
def test_an_agent_without_memory_fails_where_memory_is_needed() -> None:
    climbed = climb(trainer("mlp"), ROLLOUT, tries=1)
    assert climbed.broken_at is not None
    assert climbed.broken_at.name == "lag 1 within a minibatch"


@pytest.mark.slow
@pytest.mark.parametrize(
    "problem",
    [
        pytest.param(problem, marks=() if problem in FIRST_OF_ITS_TYPE else pytest.mark.nightly)
        for problem in TINY_PROBLEMS
    ],
    ids=repr,
)
def test_the_problems_keep_the_contract(problem: seq_envs.Problem) -> None:
    check_problem(problem)
    stated, estimated = seq_envs.levels(problem), estimate(problem)
    for level in ("chance", "memoryless", "optimal"):
        assert getattr(stated, level).accuracy == pytest.approx(getattr(estimated, level).accuracy, abs=0.01)


@pytest.mark.parametrize("problem", TINY_PROBLEMS, ids=repr)
def test_observations_can_be_decoded(problem: seq_envs.Problem) -> None:
    symbols = np.arange(6, dtype=np.uint8)
    assert problem.code.decode(problem.code.encode(symbols)).tolist() == symbols.tolist()


@pytest.mark.parametrize("rollout", [22, 24, 100])
def test_rungs_are_complete(rollout: int) -> None:
    ladder = rungs(rollout)
    assert len({rung.name for rung in ladder}) == len(ladder) == 12
    assert [rung.name for rung in ladder if rung.played_last] == ["state reset between episodes"]
    for rung in ladder:
        assert rung.name
        assert rung.asks
        assert rung.means.endswith(".")
        levels = seq_envs.levels(rung.decisive)
        assert levels.floor.accuracy < rung.needed < levels.optimal.accuracy


def test_a_training_that_raises_fails_its_rung() -> None:
    def train(*_: Any) -> Any:
        raise RuntimeError("no GPU")

    climbed = climb(train, ROLLOUT)
    assert [result.passed for result in climbed.results] == [False]
    assert climbed.results[0].note.startswith(
        "The training raised an exception. RuntimeError: no GPU (test_ladder.py, "
    )
    assert climbed.results[0].tries == 1, "a further try would raise it again"
    assert "does not learn" not in str(climbed)
    assert len(climb(train, ROLLOUT, keep_going=True).results) == len(LADDER) + 1


@pytest.mark.parametrize("returned", [None, 3, "policy"])
def test_a_training_that_returns_no_policy_fails_its_rung(returned: Any) -> None:
    climbed = climb(lambda *_: returned, ROLLOUT)
    assert not climbed.passed
    assert "policy must have initial_state" in climbed.results[0].note


def test_ctrl_c_stops_the_climb() -> None:
    def train(*_: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        climb(train, ROLLOUT)


def test_the_optimal_policy_passes_in_80_columns() -> None:
    watched: list[Any] = []
    climbed = climb(trainer("optimal"), ROLLOUT, watch=lambda name, result: watched.append((name, result)))
    assert climbed.passed
    assert [name for name, result in watched if result is None] == [result.name for result in climbed.results]
    assert [result for _, result in watched if result is not None] == list(climbed.results)
    broken = climb(trainer("memoryless"), ROLLOUT, keep_going=True)
    for line in f"{climbed}\n{broken}".splitlines():
        assert len(line) <= 80


@pytest.mark.parametrize("start", ["memory over 20 steps", "8", 8])
def test_a_climb_starts_at_any_rung(start: int | str) -> None:
    climbed = climb(trainer("optimal"), ROLLOUT, start=start)
    assert [result.name for result in climbed.results] == NAMES[7:], "the last rung plays a policy of a lower one"
    said = " ".join(str(climbed).partition("All passed.")[2].split())
    assert (
        said == f"The 7 below were not tried. Nor was the last one, '{LAST_NAME}', which plays a policy of those below."
    )


@pytest.mark.parametrize("start", [NAMES[4], LAST_NAME])
def test_the_last_rung_needs_the_one_whose_policy_it_plays(start: str) -> None:
    climbed = climb(trainer("optimal"), ROLLOUT, start=start)
    assert [result.name for result in climbed.results] == [*NAMES[4:], LAST_NAME]
    assert str(climbed).endswith("All passed. The 4 below were not tried.")


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (0, "start must be an integer >= 1 and <= 12, got 0"),
        ("13", "start must be an integer >= 1 and <= 12, got 13"),
        (True, "start must be an integer"),
        (None, "start must be an integer"),
        ("copy 4", r"there is no rung 'copy 4' \(did you mean 'copy 3'\?\); there are lag 0, lag 1 within"),
    ],
)
def test_a_wrong_start(start: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        climb(trainer("optimal"), ROLLOUT, start=start)


@pytest.mark.parametrize("rollout", [21, 513, 32.0, "32", True])
def test_a_wrong_rollout(rollout: Any) -> None:
    with pytest.raises(ValueError, match="rollout must be an integer >= 22 and <= 512"):
        climb(trainer("optimal"), rollout)


def test_a_training_function_must_be_callable() -> None:
    with pytest.raises(TypeError, match=r"train must be called as train\(make_envs, budget\), got 3"):
        climb(3)


def test_answers_are_counted_from_the_end_of_the_training() -> None:
    rung = LADDER[0]
    make_envs = MakeEnvs(rung.problem, rung.decisive, 0)
    assert make_envs.count.accuracy() is None
    envs = make_envs(8, autoreset_mode="NextStep")
    observations, _ = envs.reset(seed=0)
    for step in range(400):
        right = observations.argmax(-1)
        observations, *_ = envs.step(right if step >= 350 else (right + 1) % 3)
    assert make_envs.count.accuracy() == 1.0


def test_the_progress_of_any_training_in_the_envs_of_the_ladder() -> None:
    shares: list[float] = []

    def train(make_envs: MakeEnvs, budget: int) -> seq_envs.Policy:
        envs = make_envs(100)
        envs.reset(seed=0)
        for _ in range(budget // 400):
            envs.step(envs.action_space.sample())
        return seq_envs.policies.memoryless(make_envs.problem)

    climb(train, ROLLOUT, progress=shares.append, tries=1)
    assert shares[0] == 100 / LADDER[0].budget
    assert 0.2 < max(shares) <= 0.25
    assert max(shares) in shares[-1000:]


def test_an_env_of_the_ladder_needs_a_reset() -> None:
    rung = LADDER[0]
    envs = MakeEnvs(rung.problem, rung.decisive, 0)(2)
    with pytest.raises(ResetNeeded):
        envs.step(np.zeros(2, int))


def test_late_rewards_are_not_counted_as_answers() -> None:
    """They do not say which answers were right."""
    rung = LADDER[0]
    make_envs = MakeEnvs(rung.problem, rung.decisive, 0)
    envs = make_envs(2, pay="at_end")
    envs.reset(seed=0)
    for _ in range(2 * rung.problem.steps):
        envs.step(np.ones(2, int))
    assert (make_envs.count.time_steps, make_envs.count.accuracy()) == (4 * rung.problem.steps, None)


def test_the_rungs_of_credit_come_last() -> None:
    names = [rung.name for rung in rungs(24, credit=True)]
    assert names[:-2] == [rung.name for rung in rungs(24)]
    paid_late, cut = (rung.options for rung in rungs(24, credit=True)[-2:])
    assert (paid_late.pay, cut.max_episode_steps) == ("at_end", 7)
    rung = rungs(24, credit=True)[-1]
    envs = MakeEnvs(rung.problem, rung.decisive, 0, options=rung.options)(3)
    envs.reset(seed=0)
    ends = [envs.step(np.zeros(3, int))[3].any() for _ in range(14)]
    assert ends == [*[False] * 6, True] * 2


@pytest.mark.slow
@pytest.mark.parametrize("rung", [13, pytest.param(14, marks=pytest.mark.nightly)])
def test_an_agent_of_this_package_passes_the_rungs_of_credit(rung: int) -> None:
    assert climb(trainer("recurrent-ppo"), only=rung, credit=True).passed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["optimal"], 0, "All passed."),
        (["memoryless"], 1, "It breaks at: lag 1 within a minibatch."),
        (["breakable:Breakable"], 1, "The training returned no policy"),
        (["optimal", "--from", "copy 3"], 0, "All passed. The 8 below were not tried."),
        (["optimal", "--only", "copy 3"], 0, "All passed. The 11 others were not tried."),
        (["optimal", "--only", "copy 3", "--from", "2"], 2, "only must be None if start is given"),
        (["optimal", "--only", "14", "--credit"], 0, "All passed. The 13 others were not tried."),
        (["optimal", "--only", "14"], 2, "only must be an integer >= 1 and <= 12, got 14"),
        (["optimal", "--tries", "5"], 2, "tries must be an integer >= 1 and <= 4, got 5"),
        (["optimal", "--from", "copy"], 2, "there is no rung 'copy'"),
        (["lstn"], 2, "did you mean 'lstm'"),
        (["lstm", "--rollout", "8"], 2, "rollout must be an integer >= 22 and <= 512, got 8"),
        (["lstm", "--set", "hiden=3"], 2, "did you mean 'hidden'"),
        (["nowhere:train"], 2, "cannot be imported"),
        (["breakable:POLICIES"], 2, "must be called as train(make_envs, budget)"),
        (["breakable:Breakable", "--set", "hidden=3"], 2, "only agents of this package take them"),
    ],
)
def test_the_command(arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        cli.main(["ladder", *arguments])
        exit_code = 0
    except SystemExit as exit:
        exit_code = int(exit.code or 0)
    printed = capsys.readouterr()
    assert exit_code == code, printed
    assert message in printed.out + printed.err
