"""The main job: what learns, learns; what has no memory, stays at its level."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from typing import Any

import pytest
import torch
from seq_agents import cli
from seq_agents.compare import LEARNERS, compare
from seq_agents.reinforcement import Settings as RlSettings
from seq_agents.reinforcement import train_memoryless_ppo, train_recurrent_ppo
from seq_agents.supervised import LstmNetwork, Settings, train_lstm
from spaces_of_settings import EVERY_BASE_CHOICE, name

import seq_envs

torch.set_num_threads(1)  # As the command does.


def test_the_main_job() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0")
    results = {learner: got for learner, (got, _) in compare(problem, seed=0).items()}
    assert results["recurrent-ppo"].normalized_score >= 0.99
    assert results["lstm"].normalized_score >= 0.99
    low, high = results["ppo"].normalized_interval
    assert low - 0.005 <= 0 <= high + 0.005


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_every_learner_takes_every_framing_and_encoding(id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    short = RlSettings(steps=1, lanes=2, episodes_a_rollout=1, minibatches=1, epochs=1)
    for policy in (
        train_recurrent_ppo(problem, 0, short),
        train_memoryless_ppo(problem, 0, short),
        train_lstm(problem, 0, Settings(updates=2, batch=3)),
    ):
        assert 0 <= seq_envs.evaluate(policy, problem, episodes=10).accuracy <= 1


def test_the_same_seed_learns_the_same() -> None:
    problem = seq_envs.make_problem("SeqMemorize-v0")
    settings = Settings(updates=30)
    first, again, other = (seq_envs.evaluate(train_lstm(problem, seed, settings), problem, 200) for seed in (1, 1, 2))
    assert first == again
    assert isinstance(other.accuracy, float)


def test_the_lstm_is_causal_and_steps_as_it_reads() -> None:
    """Step by step with the state carried gives what a whole sequence gives."""
    problem = seq_envs.make_problem("SeqEcho-v0", encoding="discrete")
    torch.manual_seed(0)
    network = LstmNetwork(problem, 8)
    observations = torch.as_tensor(seq_envs.sample(problem, 4).observations)
    whole, _ = network(observations)
    state = None
    for step in range(10):
        one, state = network(observations[:, step : step + 1], state)
        assert torch.allclose(one[:, 0], whole[:, step], atol=1e-6)


def test_cli_compare(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    short = {"recurrent-ppo": RlSettings(steps=1), "lstm": Settings(updates=1), "ppo": RlSettings(steps=1)}
    for learner, settings in short.items():
        monkeypatch.setitem(LEARNERS, learner, functools.partial(LEARNERS[learner], settings=settings))
    cli.main(["compare", "SeqNext-v0", "--length", "4", "--encoding", "discrete", "--episodes", "100"])
    out = capsys.readouterr().out
    for word in ("recurrent-ppo", "lstm", "ppo", "chance", "memoryless", "optimal", "control task"):
        assert word in out


def test_cli_takes_parameters_before_or_without_an_id(capsys: pytest.CaptureFixture[str]) -> None:
    expected = seq_envs.draw("SeqEcho-v0", lag=3)
    for arguments in (["show", "--lag", "3", "SeqEcho-v0"], ["show", "SeqEcho-v0", "--lag=3"]):
        cli.main(arguments)
        assert expected in capsys.readouterr().out
    assert cli._problem(cli._parser().parse_args(["compare", "--lag", "3"])) == seq_envs.SeqEcho(lag=3)


def test_cli_ends_quietly_when_the_reader_has_seen_enough() -> None:
    command = f"{sys.executable} -m seq_agents.cli show SeqEcho-v0 --length 200000 | head -n 3; echo ${{PIPESTATUS[0]}}"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_cli_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["list"])
    menu = capsys.readouterr().out
    assert all(id in menu for id in seq_envs.MENU)
    for id in seq_envs.MENU:
        cli.main(["show", id])
        shown = capsys.readouterr().out
        assert seq_envs.draw(id) in shown
        assert f"{seq_envs.levels(id).memoryless.accuracy:.4f}" in shown
    cli.main(["show", "SeqCopy-v0", "--reverse", "--length", "3"])
    assert seq_envs.draw("SeqCopy-v0", reverse=True, length=3) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "SeqEcho-v0", "--lag", "10"], "lag must be in 0 ... length-1 = 9, got 10"),
        (["show", "SeqEcho-v0", "--lag", "x"], "lag must be an integer >= 0, got 'x'"),
        (["show", "SeqEcho-v0", "--nonsense", "1"], "--nonsense"),
        (["show", "SeqEchoHard-v0", "--lag", "1"], "this id is fixed"),
        (["show", "SeqEko-v0"], "SeqEcho-v0"),
        (["show", "CartPole-v1"], "id must be one of"),
        (["show"], "id"),
        (["list", "--lag", "1"], "--lag"),
        (["compare", "--seed", "-1"], "--seed"),
        (["compare", "--episodes", "0"], "--episodes"),
        (["compare", "--seed", "5000000000"], "4294967295, got 5000000000"),
        (["show", "SeqEcho-v0", "--threshold", "0.5"], "SeqEcho has no parameter 'threshold'"),
        (["show", "SeqEcho-v0", "--length", "99999999999"], "length must be an integer >= 1 and <= "),
        (["dance"], "dance"),
        ([], "COMMAND"),
    ],
)
def test_cli_refuses_with_a_message_and_code_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_cli_without_the_extras_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare"])
    assert ended.value.code == 2
    assert 'pip install "seq-envs[agents]"' in capsys.readouterr().err
