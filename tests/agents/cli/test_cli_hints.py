"""Wrong commands: each message has a command that works when it is typed."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import pytest
import torch
from seq_agents.agents import AGENTS
from seq_agents.cli import bench_commands
from seq_agents.cli import main as cli
from seq_agents.cli.install import to_install
from seq_agents.cli.train import _config
from seq_agents.experiments.run_folder import Run
from seq_agents.ladder import rungs
from spaces_of_settings import IDS
from tiny_agents import settings, taken_by
from tiny_commands import (
    ANSWERS,
    COMMANDS,
    ECHO,
    LADDER,
    TINY,
    Ended,
    copied,
    elsewhere,  # noqa: F401 - a fixture.
    everything,
    run,
    trained,
)
from tiny_grids import InThisProcess, result

import seq_envs

torch.set_num_threads(1)


def hint_of(arguments: list[str]) -> list[str]:
    """The command in the message about arguments that do not work."""
    before = everything(Path())
    ended = run(arguments)
    assert (ended.code, ended.out) == (2, ""), ended
    assert everything(Path()) == before, "nothing is written"
    assert "Traceback" not in ended.err
    hints = re.findall(r"[Tt]ry: seq-envs (.*)$", ended.err, re.MULTILINE)
    assert len(hints) == 1, ended.err
    return shlex.split(hints[0])


MLP = ["train", "mlp", *ECHO, "--episodes", "40"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["shwo", "SeqEcho-v0"], ["show", "SeqEcho-v0"]),
        (["show", "SeqEcoh-v0"], ["show", "SeqEcho-v0"]),
        (["show", "seqecho"], ["show", "SeqEcho-v0"]),
        (["show", "SeqEchoHrad-v0"], ["show", "SeqEchoHard-v0"]),
        (["show", "SeqEcho-v7"], ["show", "SeqEcho-v0"]),
        (["show", "CartPole-v1"], ["list"]),
        (["show", "qqqq"], ["list"]),
        (["show", "lstn"], ["show", "lstm"]),
        (["list", "foo"], ["list"]),
        (["show", "grru"], ["show", "gru"]),
        (["evaluate", "memoryless"], ["train", "memoryless", "SeqEcho-v0"]),
        (["train", "random", "--episodes", "9"], ["train", "random", "--episodes", "9", "SeqEcho-v0"]),
        (
            ["horizon", "SeqEcho-v0", "random", "--seeds", "1"],
            ["horizon", "random", "--ids", "SeqEcho-v0", "--seeds", "1"],
        ),
        (["show", "SeqEcho-v0", "--lags", "3"], ["show", "SeqEcho-v0", "--lag", "3"]),
        (["show", "SeqEcho-v0", "--lags=3"], ["show", "SeqEcho-v0", "--lag=3"]),
        (["show", "SeqEcho-v0", "--n_values", "3"], ["show", "SeqEcho-v0", "--n-values", "3"]),
        (["show", "SeqEcho-v0", "--nonsense", "3"], ["show", "--help"]),
        (["bench", "grid.yaml", "--workers=1", "--out", "r"], ["bench", "grid.yaml", "--jobs=1", "--out", "r"]),
        (["bench", "grid.yaml", "--parallel", "1"], ["bench", "grid.yaml", "--jobs", "1"]),
        ([*MLP, "--set", "updates=2", "--output", "r"], [*MLP, "--set", "updates=2", "--out", "r"]),
        (["evaluate", "run", "--workers", "2"], ["evaluate", "--help"]),
        (["play", "SeqEcoh-v0"], ["play", "SeqEcho-v0"]),
        (["train", "SeqEcho-v0", "random", "--episodes", "9"], ["train", "random", "SeqEcho-v0", "--episodes", "9"]),
        (["train", "SeqEcho", "random", "--episodes", "9"], ["train", "random", "SeqEcho", "--episodes", "9"]),
        (["train", "random", "SeqEcoh", "--episodes", "9"], ["train", "random", "SeqEcho-v0", "--episodes", "9"]),
        ([*MLP, "--hidden", "3", "--set", "updates=2"], [*MLP, "--set", "hidden=3", "--set", "updates=2"]),
        ([*MLP, "--set", "updates=2", "--hidden=3"], [*MLP, "--set", "updates=2", "--set", "hidden=3"]),
        (
            ["train", "supervised", *ECHO, "--core", "gru", "--hidden", "3", "--set", "updates=2"],
            ["train", "supervised", *ECHO, "--core", "gru", "--set", "hidden=3", "--set", "updates=2"],
        ),
        (
            ["train", "reinforce", *ECHO, "--core=mamba", "--states=3", "--set", "updates=2"],
            ["train", "reinforce", *ECHO, "--core=mamba", "--set", "states=3", "--set", "updates=2"],
        ),
        (["train", "mlp", "--hiden", "3", *ECHO, *TINY], ["train", "mlp", "--set", "hidden=3", *ECHO, *TINY]),
        ([*MLP, "--set", "updates=2", "--out", "-run"], [*MLP, "--set", "updates=2", "--out=-run"]),
        (["report", "run"], ["evaluate", "run"]),
        (["bench", "grid.yaml", "--out", "run"], ["evaluate", "run"]),
        (["horizon", "mlp", "--values", "1", "--seeds", "1", "--out", "run"], ["evaluate", "run"]),
        (["evaluate", "run", "--set", "updates=2"], ["evaluate", "--help"]),
        (["show", "SeqEcho-v0,lstm"], ["show", "SeqEcho-v0"]),
        (["show", "SeqEcho-v0", "gru"], ["show", "gru", "SeqEcho-v0"]),
        (["show", "SeqEcho-v0", "SeqCopy-v0"], ["show", "lstm", "SeqEcho-v0"]),
        (["show", "lsmt", "SeqEcho-v0"], ["show", "lstm", "SeqEcho-v0"]),
        (["show", "supervised", "SeqEcho-v0"], ["list", "agents"]),
        (["show", "gru", "SeqEcoh"], ["show", "gru", "SeqEcho-v0"]),
        (["list", "agent"], ["list", "agents"]),
        (["evaluate", "results"], ["report", "results"]),
        (["evaluate", "runs"], ["evaluate", "runs/one"]),
        (["evaluate", "-odd"], ["evaluate", "./-odd"]),
        (
            ["bench", "grid.yaml", "--out", "results", "--agents", "best,ünten"],
            ["bench", "grid.yaml", "--out", "results", "--agents", "best", "ünten"],
        ),
        (
            ["bench", "--agents", "optimal", "--seeds", "1", "--ids", "SeqEcho-v0,SeqCopy"],
            ["bench", "--agents", "optimal", "--seeds", "1", "--ids", "SeqEcho-v0", "SeqCopy"],
        ),
        (
            ["bench", "grid.yaml", "--out", "results", "--agents=best,ünten"],
            ["bench", "grid.yaml", "--out", "results", "--agents", "best", "ünten"],
        ),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_a_hint_works_when_it_is_typed(
    arguments: list[str], hint: list[str], made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_commands, "local", lambda _: InThisProcess())
    copied(made)
    Path("run").rename("-odd")
    trained(Path("run"))
    trained(Path("runs/one"))
    assert hint_of(arguments) == hint
    ended = run(hint)
    assert ended.code == 0, ended.err


MACHINE_READABLE = ("version", "evaluate as JSON", "report as Markdown", "report as CSV")
"""Commands whose output is for programs: it has no hint."""


def next_of(ended: Ended) -> list[list[str]]:
    """The commands to try next, at the end of a command's output: of stdout, or of stderr."""
    found = (re.search(r"^Next: seq-envs .*\n(      seq-envs .*\n)*\Z", text, re.M) for text in (ended.out, ended.err))
    end = next(filter(None, found), None)
    return [shlex.split(line.partition("seq-envs ")[2]) for line in end[0].splitlines()] if end else []


@pytest.mark.parametrize("name", [name for name, (_, code) in COMMANDS.items() if code < 2 and name != "help"])
def test_the_commands_to_try_next_work(name: str, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_commands, "local", lambda _: InThisProcess(result))
    copied(made)
    arguments, _ = COMMANDS[name]
    commands = next_of(run(arguments, typed=ANSWERS))
    assert bool(commands) == (name not in MACHINE_READABLE)
    for command in commands:
        cheap = ["--episodes", "40", "--set", "updates=1", "--set", "batch=3"] if command[0] == "train" else []
        ended = run([*command, *cheap], typed=ANSWERS)
        assert ended.code == (command[0] == "ladder"), ended.err  # A rung that failed fails again.


def cheaply(command: list[str]) -> list[str]:
    """A suggested command with less to do."""
    if command[0] == "train":
        chosen = settings(command[1], taken_by(command[1]), updates=1)
        return [*command, *(f"--set={name}={value}" for name, value in chosen.items()), "--episodes", "40"]
    return [*command, "--episodes", "40"] if command[0] == "evaluate" else command


@pytest.mark.parametrize("on", [None, "SeqEcho-v0", "SeqCopy-v0"])
@pytest.mark.parametrize("agent", AGENTS)
def test_the_commands_after_show_work(agent: str, on: str | None) -> None:
    """Also for an agent that learns few problems."""
    commands = next_of(run(["show", agent, *([] if on is None else [on])]))
    if agent in ("random", "memoryless", "optimal"):
        assert not commands
        return
    *shows, train = commands
    assert bool(shows) == (on is None or (agent, on) == ("encoder-decoder", "SeqEcho-v0"))
    assert train[2] == ("SeqCopy-v0" if agent == "encoder-decoder" else on or "SeqEcho-v0")
    for command in commands:
        assert run(cheaply(command)).code == 0, command


@pytest.mark.parametrize("agent", AGENTS)
def test_the_commands_after_train_work(agent: str) -> None:
    """`plot` is suggested only after a training with a learning curve."""
    problem = "SeqCopy-v0" if agent == "encoder-decoder" else "SeqEcho-v0"
    ended = run([*cheaply(["train", agent, problem, "--length=4", "--n-values=3"]), "--out", "a run"])
    learns = agent not in ("random", "memoryless", "optimal")
    assert ("learning curve" in ended.out) == learns
    commands = next_of(ended)
    assert [command[0] for command in commands] == ["watch", "evaluate", *(["plot"] if learns else [])]
    for command in commands:
        again = run(cheaply(command))
        assert again.code == 0, again.err
        assert all(run(cheaply(after)).code == 0 for after in next_of(again)), command


OWN = """
import seq_envs
seq_envs.register("SeqOwnEcho-v0", seq_envs.SeqEcho)
"""


def test_the_commands_after_a_run_of_a_problem_of_the_user() -> None:
    """They trust its module as the commands before them did, and keep parameters that were changed."""
    Path("problem_of_the_user.py").write_text(OWN, encoding="utf-8")
    train = ["train", "lstm", "problem_of_the_user:SeqOwnEcho-v0", *ECHO[1:]]
    commands = next_of(run([*cheaply(train), "--out", "own"]))
    assert commands == [[name, "own", "--trust"] for name in ("watch", "evaluate", "plot")]
    changed = ["--lag=2", "--device", "cpu"]
    commands += [[name, "own", "--trust", *changed] for name in ("watch", "evaluate", "inspect")]
    commands += [["plot", "own", "--trust", "--out", "curves.svg"], ["inspect", "own", "--trust", "--html", "a.html"]]
    for command in commands:
        ended = run(cheaply(command))
        assert ended.code == 0, ended.err
        for after in next_of(ended):
            assert "--trust" in after
            assert (after[3:6] == changed) == (set(changed) <= set(command) and after[0] != "plot")
            assert run(cheaply(after)).code == 0, after


@pytest.mark.parametrize(
    ("agent", "id", "given", "suggested"),
    [
        ("optimal", "SeqEcho-v0", [], ["--ids", "SeqEcho-v0"]),
        ("optimal", "SeqCopy-v0", [], ["--ids", "SeqCopy-v0"]),
        ("optimal", "SeqCopy-v0", ["--standard"], ["--ids", "SeqCopy-v0", "--standard"]),
        ("encoder-decoder", "SeqCopy-v0", [], ["--ids", "SeqCopy-v0"]),
        ("optimal", "SeqNext-v0", [], None),
        ("optimal", "SeqEchoHard-v0", [], None),
        ("optimal", "SeqEcho-v0", ["--lag", "2"], None),
        ("mlp", "SeqEcho-v0", ["--set", "hidden=4"], None),
    ],
)
def test_horizon_is_suggested_where_it_trains_the_same_agent(
    agent: str, id: str, given: list[str], suggested: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, config = Path("run"), cli.parser().parse_args(["train", agent, id, *given])
    run_of = Run.create(path, _config(config))
    run_of.save(run_of.config.learner(), [[0.0, 0, float("nan")]])
    _, *horizon = next_of(run(["evaluate", "run", "--episodes", "9"]))
    assert horizon == ([] if suggested is None else [["horizon", agent, *suggested]])
    for command in horizon:
        assert len(next_of(run(["evaluate", "run", "--episodes", "9", "--length", "20"]))) == 1, "another problem"
        monkeypatch.setattr(bench_commands, "local", lambda _: InThisProcess(result))
        ended = run([*command, "--seeds", "1"])
        assert ended.code == 0, ended.err


@pytest.mark.parametrize("id", ["SeqEcho-v0", "SeqCopy-v0"])
def test_the_command_after_compare_works(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It trains on the same problem."""
    monkeypatch.setattr(bench_commands, "local", lambda _: InThisProcess(result))
    (train,) = next_of(run(["compare", id, "--length", "4"]))
    assert train == ["train", "recurrent-ppo", id, "--length=4"]
    assert run(cheaply(train)).code == 0


def test_the_commands_after_compare_of_runs_with_and_without_a_curve() -> None:
    trained(Path("first"))
    for name in ("second", "third"):
        assert run(["train", "random", *ECHO, "--episodes", "9", "--out", name]).code == 0
    for others, suggested in ((["first", "second"], ["plot", "first"]), (["second", "third"], ["evaluate", "second"])):
        (command,) = next_of(run(["compare", *others]))
        assert command == suggested
        assert run(cheaply(command)).code == 0


def test_the_command_after_a_climb() -> None:
    """The rung that failed is the one to try again."""
    Path("climber_to_the_top.py").write_text(LADDER, encoding="utf-8")
    again = ["ladder", "climber_to_the_top:train", "--from", "2"]
    assert next_of(run(again)) == [["ladder", "climber_to_the_top:train", "--from", rungs()[1].name]]


@pytest.mark.parametrize("id", IDS)
def test_every_command_takes_an_id_without_its_version(id: str) -> None:
    """The latest version is meant, whose full id is kept in run folders."""
    name = id.rpartition("-v")[0]
    parser = cli.parser()
    for command in (["play", name], ["train", "lstm", name], ["compare", name]):
        assert parser.parse_args(command).id == id
    for command in (["bench", "--ids", name], ["horizon", "lstm", "--ids", name]):
        assert parser.parse_args(command).ids == [id]
    assert run(["show", name]).out == run(["show", id]).out


def test_a_run_of_an_id_without_its_version() -> None:
    assert run(["train", "random", "SeqEcho", "--episodes", "9"]).code == 0
    assert json.loads(Path("runs/random-SeqEcho-v0-0/config.json").read_text())["id"] == "SeqEcho-v0"


def test_a_wrong_id_does_not_list_all() -> None:
    assert len(run(["show", "SeqEcoh-v0"]).err) < 150
    assert len(run(["show", "nothing like it"]).err) < 150


@pytest.mark.parametrize("id", ["SeqEchoHard-v0", "SeqEcho-v0"])
def test_evaluate_in_another_size(id: str) -> None:
    """The base problem gets the parameters that the id fixes, and the changed ones."""
    assert run(["train", "gru", id, *TINY, "--set", "updates=1", "--set", "batch=2", "--out", "trained"]).code == 0
    got = json.loads(run(["evaluate", "trained", "--length", "60", "--episodes", "10", "--json"]).out)
    assert len(got["accuracy_by_step"]) == 60
    lag = seq_envs.make_problem(id).lag  # type: ignore[attr-defined]  # Both are SeqEcho.
    assert [share is None for share in got["accuracy_by_step"][: lag + 1]] == [True] * lag + [False]


MODULE = """
from pathlib import Path
Path("imported").touch()
from seq_agents.agents import agent_type
class Mine(agent_type("mlp")):
    pass
"""


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> str:
    """A module in the current folder, which notes that it is imported."""
    name = "module_of_a_foreign_run"
    Path(f"{name}.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.delitem(sys.modules, name, raising=False)
    return name


@pytest.mark.parametrize("named", ["agent", "id"])
def test_evaluate_imports_no_module_without_trust(named: str, foreign: str) -> None:
    names = {"agent": f"{foreign}:Mine", "id": f"{foreign}:SeqEcho-v0"}
    trained(Path("run"))
    config = json.loads(Path("run/config.json").read_text())
    Path("run/config.json").write_text(json.dumps({**config, named: names[named]}))
    refused = run(["evaluate", "run"])
    assert refused.code == 2
    assert f"names {names[named]}: " in refused.err
    assert "--trust" in refused.err
    again = run(["train", "mlp", *ECHO, *TINY, "--out", "run", "--resume"])
    assert again.code == 2
    assert not Path("imported").exists()
    run(["evaluate", "run", "--trust"])
    assert Path("imported").exists()


def test_trust_imports_a_user_defined_agent(foreign: str) -> None:
    train = ["train", f"{foreign}:Mine", *ECHO, *TINY, "--out", "run"]
    assert run(train).code == 0
    assert run([*train, "--resume"]).code == 0, "what the command names may be imported"
    assert run(["evaluate", "run"]).code == 2
    assert run(["evaluate", "run", "--trust", "--episodes", "40"]).code == 0


@pytest.mark.parametrize("prefix", ["", "recurrent-ppo-"])
@pytest.mark.parametrize("form", [[], ["--markdown"], ["--csv"]], ids=str)
def test_report_imports_nothing(form: list[str], prefix: str, foreign: str, made: Path) -> None:
    copied(made)
    for path in Path("results").rglob("*.json"):
        path.write_text(path.read_text().replace('"agent":"optimal"', f'"agent":"{prefix}{foreign}:Mine"'))
    assert "Mine" in Path("results/grid.json").read_text()
    assert run(["report", "results", *form]).code == 0
    assert not Path("imported").exists()


def test_how_to_install_from_a_clone() -> None:
    """The hint names the folder with pyproject.toml, so that it works from any folder."""
    command = to_install("agents").partition("pip install ")[2]
    [requirement] = shlex.split(command)
    folder, extra = re.fullmatch(r"(.*)\[(\w+)\]", requirement).groups()  # type: ignore[union-attr]  # It matches.
    assert extra == "agents"
    assert "agents = [" in (Path(folder) / "pyproject.toml").read_text()


def test_show_of_an_agent_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "seq_agents.agents", None)
    ended = run(["show", "lstm"])
    assert ended.code == 2
    assert "agents are not installed; to install it: pip install " in ended.err
    assert "[agents]" in ended.err


def test_every_agent_can_be_shown() -> None:
    for agent in AGENTS:
        assert run(["show", agent]).out.startswith(f"{agent}: ")
