"""The ladder: each broken agent fails first at the rung that says so, and no good one does."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from breakable import PLAYERS, Breakable, ByExample, Network, Player
from seq_agents.cli import main as cli
from seq_agents.ladder import MakeEnvs, climb, rungs, trainer

import seq_envs
from seq_envs.estimation.levels import estimate
from seq_envs.testing import check_problem

torch.set_num_threads(1)
ROLLOUT = 24
LADDER = rungs(ROLLOUT)
OWN = {type(rung.problem).__name__: rung for rung in LADDER if "ladder" in type(rung.problem).__module__}

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


BROKEN_IN_PLAY = {
    "lane 0 for all at evaluation": "independence of lanes",
    "state not passed at evaluation": "evaluation with state carried",
    "state kept inside": "evaluation with state carried",
    "initial state not fresh": "evaluation with state carried",
}


@pytest.mark.slow
@pytest.mark.parametrize(("bug", "rung"), BROKEN.items())
def test_a_bug_is_found_at_its_rung(bug: str, rung: str) -> None:
    climbed = climb(Breakable(bug), ROLLOUT)
    assert climbed.broken_at is not None, climbed
    assert climbed.broken_at.name == rung, climbed


def test_the_agent_learns_from_what_it_did() -> None:
    """It plays step by step and reads a rollout at once: both must say the same, or it is broken without a bug."""
    network, agent = Network(4, 3, 8), Breakable()
    observations, resets, state = torch.rand(24, 5, 4), torch.rand(24, 5) < 0.2, (torch.rand(5, 8), torch.rand(5, 8))
    read = agent.read(network, observations, resets, state)
    for seen, reset, hidden in zip(observations, resets, read, strict=True):
        state = network.step(seen, agent.begun(state, reset))
        torch.testing.assert_close(state[0], hidden)


@pytest.mark.slow
def test_padding_in_the_loss() -> None:
    climbed = climb(ByExample("padding in the loss"), ROLLOUT)
    assert climbed.broken_at is not None
    assert climbed.broken_at.name == "episodes of different lengths", climbed


class LearnedOnce:
    """A healthy agent that learns each rung once, and is then played with any mistake."""

    def __init__(self) -> None:
        self._learned: dict[seq_envs.Problem, tuple[Any, Any]] = {}

    def played_with(self, bug: str) -> Any:
        def train(make_envs: MakeEnvs, budget: int) -> Any:
            if make_envs.problem not in self._learned:
                policy = Breakable()(make_envs, budget)
                self._learned[make_envs.problem] = policy.network, make_envs.tally
            network, make_envs.tally = self._learned[make_envs.problem]
            return PLAYERS.get(bug, Player)(network)

        return train


def assert_at_the_top(climbed: Any) -> None:
    assert climbed.passed, climbed
    assert [step.name for step in climbed.steps[:-1]] == [rung.name for rung in LADDER]
    assert "All passed." in str(climbed)


@pytest.mark.slow
def test_what_is_lost_in_play_is_found_there() -> None:
    agent = LearnedOnce()
    assert_at_the_top(climb(agent.played_with(""), ROLLOUT))
    for bug, rung in BROKEN_IN_PLAY.items():
        climbed = climb(agent.played_with(bug), ROLLOUT)
        assert climbed.broken_at is not None, (bug, climbed)
        assert climbed.broken_at.name == rung, (bug, climbed)


@pytest.mark.slow
def test_an_lstm_comes_to_the_top() -> None:
    assert_at_the_top(climb(trainer("lstm"), ROLLOUT))


@pytest.mark.slow
def test_an_agent_without_memory() -> None:
    climbed = climb(trainer("mlp"), ROLLOUT)
    assert climbed.broken_at is not None
    assert climbed.broken_at.name == "lag 1 within a minibatch"


@pytest.mark.parametrize("name", OWN)
def test_the_problems_keep_the_contract(name: str) -> None:
    for problem in {OWN[name].problem, OWN[name].judged}:
        check_problem(problem)
        stated, estimated = seq_envs.levels(problem), estimate(problem)
        for level in ("chance", "memoryless", "optimal"):
            one, other = getattr(stated, level), getattr(estimated, level)
            assert one.accuracy == pytest.approx(other.accuracy, abs=0.01)


def test_a_training_that_raises_fails_its_rung() -> None:
    def train(*_: Any) -> Any:
        raise RuntimeError("no GPU")

    climbed = climb(train, ROLLOUT)
    assert [step.passed for step in climbed.steps] == [False]
    assert climbed.steps[0].note == "The training broke off. RuntimeError: no GPU"
    assert len(climb(train, ROLLOUT, keep_going=True).steps) == len(LADDER) + 1


@pytest.mark.parametrize("returned", [None, 3, "policy"])
def test_what_is_no_policy_fails_its_rung(returned: Any) -> None:
    climbed = climb(lambda *_: returned, ROLLOUT)
    assert not climbed.passed
    assert "policy must have initial_state" in climbed.steps[0].note


def test_ctrl_c_passes() -> None:
    def train(*_: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        climb(train, ROLLOUT)


def test_the_optimal_player_passes_in_80_columns() -> None:
    seen: list[Any] = []
    climbed = climb(trainer("optimal"), ROLLOUT, watch=lambda name, step: seen.append((name, step)))
    assert climbed.passed
    assert [name for name, step in seen if step is None] == [step.name for step in climbed.steps]
    broken = climb(trainer("memoryless"), ROLLOUT, keep_going=True)
    for line in f"{climbed}\n{broken}".splitlines():
        assert len(line) <= 80


@pytest.mark.parametrize("rollout", [21, 513, 32.0, "32", True])
def test_a_wrong_rollout(rollout: Any) -> None:
    with pytest.raises(ValueError, match="rollout must be an integer >= 22 and <= 512"):
        climb(trainer("optimal"), rollout)


def test_what_cannot_be_called() -> None:
    with pytest.raises(TypeError, match=r"train must be called as train\(make_envs, budget\), got 3"):
        climb(3)


def test_answers_are_counted_from_the_end_of_the_training() -> None:
    rung = LADDER[0]
    make_envs = MakeEnvs(rung.problem, rung.judged, 0)
    assert make_envs.tally.accuracy() is None
    envs = make_envs(8, autoreset_mode="NextStep")
    observations, _ = envs.reset(seed=0)
    for step in range(400):
        right = observations.argmax(-1)
        observations, *_ = envs.step(right if step >= 350 else (right + 1) % 3)
    assert make_envs.tally.accuracy() == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["optimal"], 0, "All passed."),
        (["memoryless"], 1, "It breaks at: lag 1 within a minibatch."),
        (["breakable:Breakable"], 1, "The playing broke off."),
        (["lstn"], 2, "did you mean 'lstm'"),
        (["lstm", "--rollout", "8"], 2, "--rollout"),
        (["lstm", "--set", "hiden=3"], 2, "did you mean 'hidden'"),
        (["nowhere:train"], 2, "cannot be imported"),
        (["breakable:PLAYERS"], 2, "must be called as train(make_envs, budget)"),
        (["breakable:Breakable", "--set", "hidden=3"], 2, "takes none"),
    ],
)
def test_the_command(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        cli.main(["ladder", *arguments])
        ended = 0
    except SystemExit as leaving:
        ended = int(leaving.code or 0)
    shown = capsys.readouterr()
    assert ended == code, shown
    assert said in shown.out + shown.err
