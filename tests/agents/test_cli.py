"""The command: what it prints, and that wrong input ends it with a message, exit code 2 and nothing written."""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from seq_agents import cli, commands, compare
from seq_agents.agents import AGENTS
from seq_agents.recipes import Recipe
from seq_agents.table import Result
from spaces_of_settings import IDS
from tiny_agents import settings, taken_by

import seq_envs

torch.set_num_threads(1)

ECHO = ["SeqEcho-v0", "--length", "4", "--n-values", "3"]
TINY = ["--set", "updates=3", "--set", "batch=3", "--set", "hidden=4", "--episodes", "40"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with a terminal that is wide enough."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("COLUMNS", "140")


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 2) -> str:
    """Run a command that must end with this exit code; what it says."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return str(said.err)


def everything(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def trained(path: Path, *more: str) -> Path:
    cli.main(["train", "mlp", *ECHO, *TINY, "--out", str(path), *more])
    return path


# Looking.


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["list"])
    menu = capsys.readouterr().out
    assert all(id in menu for id in IDS)
    for agent in AGENTS:
        assert re.search(rf"^  {agent} +{re.escape(AGENTS.about(agent))}$", menu, re.MULTILINE)


@pytest.mark.parametrize("id", IDS)
def test_show(id: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["show", id])
    shown = capsys.readouterr().out
    assert seq_envs.draw(id) in shown
    assert f"{seq_envs.levels(id).memoryless.accuracy:.4f}" in shown


def test_show_with_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["show", "SeqCopy-v0", "--reverse", "--length", "3"])
    assert seq_envs.draw("SeqCopy-v0", reverse=True, length=3) in capsys.readouterr().out


def test_parameters_before_or_without_an_id(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = seq_envs.draw("SeqEcho-v0", lag=3)
    for arguments in (["show", "--lag", "3", "SeqEcho-v0"], ["show", "SeqEcho-v0", "--lag=3"]):
        cli.main(arguments)
        assert expected in capsys.readouterr().out
    called: list[Any] = []
    monkeypatch.setattr(commands, "compare", lambda *given: called.append(given))
    cli.main(["compare", "--lag", "3"])
    assert called == [("SeqEcho-v0", {"lag": 3}, 0, 10_000)]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"seq-envs {seq_envs.__version__}\n"


@pytest.mark.parametrize("command", ["list", "show", "play", "train", "evaluate", "compare", "reproduce"])
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: seq-envs {command}" in capsys.readouterr().out


def test_it_ends_quietly_when_the_reader_has_seen_enough() -> None:
    command = f"{sys.executable} -m seq_agents.cli show SeqEcho-v0 --length 200000 | head -n 3; echo ${{PIPESTATUS[0]}}"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_a_table_for_a_reader_who_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error reaches `main`, which ends quietly, as above."""

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            if text:
                raise BrokenPipeError
            return 0

    monkeypatch.setattr(sys, "stdout", Gone())
    problem = taken_by("optimal")
    evaluation = seq_envs.evaluate(seq_envs.policies.optimal(problem), problem, 10)
    with pytest.raises(BrokenPipeError):
        commands._print_table(problem, {"optimal": Result(evaluation, 1.0)})


# Comparing.


def test_compare(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    make = compare.make_learner
    asked: list[Any] = []

    def tiny(agent: str, id: Any, seed: int, given: Any, **parameters: Any) -> Any:
        asked.append((agent, id, seed, given, parameters))
        return make(agent, id, seed, settings(agent, seq_envs.make_problem(id, **parameters)), **parameters)

    monkeypatch.setattr(compare, "make_learner", tiny)
    cli.main(["compare", "SeqNext-v0", "--length", "4", "--encoding", "discrete", "--episodes", "100", "--seed", "5"])
    parameters = {"length": 4, "encoding": "discrete"}
    assert asked == [(agent, "SeqNext-v0", 5, None, parameters) for agent in ("recurrent-ppo", "lstm", "ppo")]
    out = capsys.readouterr().out
    for word in ("recurrent-ppo", "lstm", "ppo", "chance", "memoryless", "optimal", "control task"):
        assert word in out
    level = seq_envs.levels("SeqNext-v0", **parameters)  # type: ignore[arg-type]
    assert re.search(rf"chance +{level.chance.accuracy:.4f}", out)


def test_compare_from_python() -> None:
    problem = taken_by("lstm")
    results = compare.compare(problem, 3, 50, {agent: settings(agent, problem) for agent in compare.COMPARED})
    assert list(results) == ["recurrent-ppo", "lstm", "ppo"]
    assert all(result.seconds > 0 and result.evaluation.episodes == 50 for result in results.values())


# Training and evaluating.


def test_train_and_evaluate(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "lstm", *ECHO, *TINY, "--seed", "7", "--out", "run"])
    table = capsys.readouterr().out
    told = json.loads(Path("run/config.json").read_text())
    assert (told["agent"], told["id"], told["seed"]) == ("lstm", "SeqEcho-v0", 7)
    assert told["parameters"] == {"length": 4, "n_values": 3}
    assert (told["settings"]["updates"], told["settings"]["hidden"]) == (3, 4)
    final = json.loads(Path("run/evaluation.json").read_text())
    assert final["episodes"] == 40
    assert final["training_steps"] == 3 * 3 * 4
    assert re.search(rf"lstm +{final['accuracy']:.4f}", table)
    assert "run: config, checkpoint, learning curve and evaluation." in table

    before = everything(Path())
    cli.main(["evaluate", "run", "--episodes", "40", "--json"])
    as_json = json.loads(capsys.readouterr().out)
    assert as_json == {name: value for name, value in final.items() if not name.startswith("training_")}
    cli.main(["evaluate", "run", "--episodes", "40"])
    assert re.search(rf"lstm +{final['accuracy']:.4f}", capsys.readouterr().out)
    cli.main(["evaluate", "run", "--episodes", "40", "--seed", "1", "--json"])
    assert json.loads(capsys.readouterr().out)["accuracy_by_step"] != as_json["accuracy_by_step"]
    assert everything(Path()) == before, "looking changes nothing"


def test_evaluate_another_size_of_the_problem(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "gru", *ECHO, *TINY, "--out", "run"])
    capsys.readouterr()
    cli.main(["evaluate", "run", "--length", "20", "--episodes", "10", "--json"])
    assert len(json.loads(capsys.readouterr().out)["accuracy_by_step"]) == 20
    cli.main(["evaluate", "run", "--length=20", "--episodes", "10"])
    assert "SeqEcho(length=20, n_values=3" in capsys.readouterr().out


@pytest.mark.parametrize("agent", AGENTS)
def test_every_agent_by_the_command(agent: str, capsys: pytest.CaptureFixture[str]) -> None:
    problem = taken_by(agent)
    given = [f"{commands.option(name)}={getattr(problem, name)}" for name in ("length", "n_values")]
    id = f"{type(problem).__name__}-v0"
    chosen = [f"--set={name}={value}" for name, value in settings(agent, problem).items()]
    cli.main(["train", agent, id, *given, *chosen, "--episodes", "20"])
    final = json.loads(Path("runs", f"{agent}-{id}-0", "evaluation.json").read_text())
    capsys.readouterr()
    cli.main(["evaluate", f"runs/{agent}-{id}-0", "--episodes", "20", "--json"])
    assert json.loads(capsys.readouterr().out)["accuracy"] == final["accuracy"]


def test_train_without_out_writes_into_runs() -> None:
    cli.main(["train", "random", *ECHO, "--episodes", "10", "--seed", "3"])
    assert [str(path) for path in Path().glob("*/*")] == ["runs/random-SeqEcho-v0-3"]


def test_settings_and_parameters_are_read_by_their_kinds() -> None:
    cli.main([
        "train", "lstm", "SeqCopy-v0", "--reverse", "--length", "3", "--encoding", "discrete", "--delay=1",
        "--out", "run", "--set", "orthogonal=true", "--set", "learning-rate=1e-3", *TINY,
    ])  # fmt: skip
    told = json.loads(Path("run/config.json").read_text())
    assert told["parameters"] == {"length": 3, "delay": 1, "reverse": True, "encoding": "discrete"}
    assert told["settings"]["orthogonal"] is True
    assert told["settings"]["learning_rate"] == 0.001


def test_resume_of_nothing_begins(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"), "--resume")
    first = everything(Path("run"))
    assert "run: config" in capsys.readouterr().out
    trained(Path("run"), "--resume")
    again = everything(Path("run"))
    assert again.keys() == first.keys()
    for name in ("run/config.json", "run/curve.csv", "run/checkpoint.safetensors"):
        assert again[name] == first[name]


# Wrong input.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "SeqEcho-v0", "--lag", "10"], "lag must be in 0 ... length-1 = 9, got 10"),
        (["show", "SeqEcho-v0", "--lag", "x"], "lag must be an integer >= 0, got 'x'"),
        (["show", "SeqEcho-v0", "--nonsense", "1"], "--nonsense"),
        (["show", "SeqEchoHard-v0", "--lag", "1"], "this id is fixed"),
        (["show", "SeqEko-v0"], "Did you mean: `SeqEcho`?"),
        (["show", "SeqEko-v0"], "The ids are SeqNext-v0, "),
        (["show", "CartPole-v1"], "id must be one of"),
        (["show", "nosuchmodule:SeqEcho-v0"], "nosuchmodule"),
        (["show"], "required: ID"),
        (["list", "--lag", "1"], "--lag"),
        (["compare", "--seed", "-1"], "--seed"),
        (["compare", "--episodes", "0"], "--episodes"),
        (["compare", "--seed", "5000000000"], "4294967295, got 5000000000"),
        (["show", "SeqEcho-v0", "--threshold", "0.5"], "SeqEcho has no parameter 'threshold'"),
        (["show", "SeqEcho-v0", "--length", "99999999999"], "length must be an integer >= 1 and <= "),
        (["dance"], "dance"),
        ([], "COMMAND"),
        (["train"], "AGENT"),
        (["train", "lstm"], "ID"),
        (["train", "lstn", *ECHO], "got 'lstn' (did you mean 'lstm' or 'bilstm'?)"),
        (["train", "recurent-ppo", *ECHO], "did you mean 'recurrent-ppo'"),
        (["train", "LSTM", *ECHO], "did you mean 'lstm' or 'bilstm'?"),
        (["train", "zzz", *ECHO], "agent must be one of recurrent-ppo, recurrent-ppo-stock, ppo"),
        (["train", "lstm", "SeqEko-v0"], "Did you mean: `SeqEcho`?"),
        (["train", "lstm", "CartPole-v1"], "id must be one of"),
        (["train", "lstm", "SeqEcho-v0", "--lag", "10"], "lag must be in 0 ... length-1 = 9, got 10"),
        (["train", "lstm", "SeqEcho-v0", "--threshold", "1"], "SeqEcho has no parameter 'threshold'"),
        (["train", "lstm", "SeqEchoHard-v0", "--lag", "1"], "this id is fixed"),
        (["train", "lstm", *ECHO, "--set", "hiden=3"], "there is no setting 'hiden' (did you mean 'hidden'?), got '3'"),
        (["train", "optimal", *ECHO, "--set", "hidden=3"], "there is no setting 'hidden', got '3'"),
        (["train", "lstm", *ECHO, "--set", "hidden=x"], "hidden must be an integer >= 1 and <= 2147483647, got 'x'"),
        (["train", "lstm", *ECHO, "--set", "hidden=1.5"], "hidden must be an integer >= 1"),
        (["train", "lstm", *ECHO, "--set", "hidden="], "hidden must be an integer >= 1"),
        (["train", "lstm", *ECHO, "--set", "hidden=0"], "hidden must be an integer >= 1"),
        (["train", "lstm", *ECHO, "--set", f"hidden={10**30}"], "hidden must be an integer >= 1"),
        (["train", "lstm", *ECHO, "--set", "hidden"], "--set takes SETTING=VALUE, got 'hidden'"),
        (["train", "lstm", *ECHO, "--set", "=3"], "there is no setting ''"),
        (["train", "lstm", *ECHO, "--set"], "--set"),
        (["train", "lstm", *ECHO, "--set", "learning_rate=nan"], "learning_rate must be a number in (0, inf), got nan"),
        (["train", "lstm", *ECHO, "--set", "orthogonal=yes"], "orthogonal must be True or False, got 'yes'"),
        (["train", "recurrent-ppo-stock", *ECHO, "--set", "lstm_rate=0.1"], "lstm_rate must be 1.0"),
        (["train", "ppo", *ECHO, "--set", "minibatches=9999999"], "minibatches must be at most 1024, got 9999999"),
        (["train", "encoder-decoder", *ECHO], "encoder-decoder takes problems that show everything"),
        (["train", "lstm", *ECHO, "--seed", "-1"], "--seed"),
        (["train", "lstm", *ECHO, "--seed", "4294967296"], "<= 4294967295, got 4294967296"),
        (["train", "lstm", *ECHO, "--episodes", "0"], "--episodes"),
        (["train", "lstm", *ECHO, "--out", ""], ". is not empty"),
        (["train", "lstm", *ECHO, "--out", "a\0b"], "null byte"),
        (["train", "lstm", *ECHO, "--out", "x" * 300], "File name too long"),
        (["evaluate"], "RUN"),
        (["evaluate", "nowhere"], "nowhere is no run folder: config.json cannot be read"),
        (["evaluate", "."], "is no run folder"),
        (["evaluate", "file"], "file is no run folder"),
        (["train", "lstm", *ECHO, "--out", "file"], "file is a file: choose a folder"),
        (["train", "lstm", *ECHO, "--out", "file/run"], "file/run cannot be written: Not a directory"),
        (["train", "lstm", *ECHO, "--out", "file", "--resume"], "file is no run folder"),
        (["train", "lstm", *ECHO, "--out", "full"], "full is not empty: choose another folder"),
        (["train", "lstm", *ECHO, "--out", "full", "--resume"], "full is no run folder"),
        (["reproduce", "nothing-*"], "a recipe must be one of"),
        (["reproduce", "lstm/SeqEcho-v0", "--seeds", "0"], "--seeds"),
        (["reproduce", "lstm/SeqEcho-v0", "--jobs", "0"], "--jobs"),
        (["play", "SeqEko-v0"], "SeqEcho"),
        (["play", "SeqEcho-v0", "--lag", "10"], "lag must be in"),
    ],
)
def test_wrong_input(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("mine")
    Path("full").mkdir()
    Path("full/of").write_text("mine")
    before = everything(Path())
    assert message in refused(arguments, capsys)
    assert everything(Path()) == before, "nothing is written"


def test_a_network_too_large_for_memory(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: Any, **__: Any) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory\nframe #0: nobody wants to know")

    monkeypatch.setattr(torch.nn, "LSTM", too_large)
    said = refused(["train", "lstm", *ECHO, *TINY], capsys)
    assert said == "seq-envs: lstm cannot be made with these settings: DefaultCPUAllocator: can't allocate memory\n"
    assert everything(Path()) == {}


@pytest.mark.parametrize("call", ["pathlib.Path.mkdir", "pathlib.Path.open", "os.fsync"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_a_place_that_cannot_be_written(
    call: str, number: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(call, fail)
        said = refused(["train", "mlp", *ECHO, *TINY, "--out", "a/b/run"], capsys)
    assert said == f"seq-envs: a/b/run cannot be written: {os.strerror(number)}\n"
    assert everything(Path()) == {}


def test_a_full_disk_in_mid_training(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    trained(Path("run"))
    before = everything(Path())

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    said = refused(["train", "mlp", *ECHO, *TINY, "--out", "run", "--resume"], capsys)
    assert "No space left on device" in said
    assert everything(Path()) == before


def test_ctrl_c(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "compare", interrupted)
    assert refused(["compare"], capsys, code=130) == "seq-envs: interrupted\n"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (["train", "gru", *ECHO, *TINY], "its agent is 'mlp', not 'gru'"),
        (["train", "mlp", "SeqMemorize-v0", "--length", "4", *TINY], "its id is 'SeqEcho-v0', not 'SeqMemorize-v0'"),
        (["train", "mlp", *ECHO, *TINY, "--lag", "2"], "its parameters is {'lag': None}, not {'lag': 2}"),
        (["train", "mlp", *ECHO, *TINY, "--length", "5"], "its parameters is {'length': 4}, not {'length': 5}"),
        (["train", "mlp", *ECHO, *TINY, "--set", "hidden=5"], "its settings is {'hidden': 4}, not {'hidden': 5}"),
        (["train", "mlp", *ECHO, *TINY, "--seed", "1"], "its seed is 0, not 1"),
    ],
)
def test_resume_of_something_else(changed: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    before = everything(Path())
    assert f"run cannot be gone on with: {message}" in refused([*changed, "--out", "run", "--resume"], capsys)
    assert everything(Path()) == before


Spoil = Callable[[Path], Any]
SPOILED: Mapping[str, tuple[Spoil, str]] = {
    "truncated config": (lambda run: _cut(run / "config.json"), "config.json is broken"),
    "empty config": (lambda run: (run / "config.json").write_bytes(b""), "config.json is broken"),
    "truncated checkpoint": (lambda run: _cut(run / "checkpoint.safetensors"), "checkpoint.safetensors is broken"),
    "empty checkpoint": (
        lambda run: (run / "checkpoint.safetensors").write_bytes(b""),
        "checkpoint.safetensors is broken",
    ),
    "corrupt checkpoint": (
        lambda run: (run / "checkpoint.safetensors").write_bytes(bytes(range(256)) * 10),
        "checkpoint.safetensors is broken",
    ),
}


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_spoiled_run(spoiled: str, capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    spoil, message = SPOILED[spoiled]
    spoil(Path("run"))
    before = everything(Path())
    for arguments in (["evaluate", "run"], ["train", "mlp", *ECHO, *TINY, "--out", "run", "--resume"]):
        assert message in refused(arguments, capsys)
        assert everything(Path()) == before


def test_evaluate_without_a_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    Path("run/checkpoint.safetensors").unlink()
    assert "run has no checkpoint yet" in refused(["evaluate", "run"], capsys)


def test_evaluate_without_a_curve(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    Path("run/curve.csv").unlink()
    capsys.readouterr()
    cli.main(["evaluate", "run", "--episodes", "10", "--json"])
    assert json.loads(capsys.readouterr().out)["episodes"] == 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--n-values", "20"],
            "does not fit: the weights are those of another network: head.linear.bias must have shape",
        ),
        (["--length", "9"], "does not fit: the weights are those of another network"),  # mlp sees the clock.
        (["--lag", "9"], "lag must be in 0 ... length-1 = 3, got 9"),
        (["--threshold", "1"], "SeqEcho has no parameter 'threshold'"),
        (["--episodes", "0"], "--episodes"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_evaluate_what_does_not_fit(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    assert message in refused(["evaluate", "run", *arguments], capsys)


# Without the extras.


TRAIN = ["train", "mlp", *ECHO, *TINY, "--out", "new"]
TRAIN_PPO = ["train", "ppo", *ECHO, "--out", "new"]


@pytest.mark.parametrize(
    ("missing", "arguments"),
    [
        *[(one, TRAIN) for one in ("torch", "yaml", "safetensors", "rich", "filelock")],
        *[(one, TRAIN_PPO) for one in ("torch", "stable_baselines3", "sb3_contrib")],
        *[(one, ["evaluate", "run"]) for one in ("torch", "yaml", "safetensors", "rich", "filelock")],
        *[(one, ["compare"]) for one in ("torch", "yaml", "rich", "stable_baselines3", "sb3_contrib")],
        *[(one, ["reproduce", "tutorial-memorize"]) for one in ("torch", "yaml", "safetensors", "filelock")],
    ],
    ids=lambda one: one if isinstance(one, str) else "-".join(one[:2]),
)
def test_a_missing_package_is_named(
    missing: str, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if arguments[0] == "evaluate":
        trained(Path("run"))
        capsys.readouterr()
    before = everything(Path())
    fresh = _without(missing, monkeypatch)
    with pytest.raises(SystemExit) as ended:
        fresh.main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip()
    assert re.fullmatch(rf'seq-envs: {missing}[\w.]* is not installed: pip install "seq-envs\[agents\]"', said)
    assert everything(Path()) == before


@pytest.mark.parametrize("missing", ["torch", "yaml"])
def test_the_menu_without_the_extras(
    missing: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = _without(missing, monkeypatch)
    fresh.main(["list"])
    out = capsys.readouterr().out
    assert all(id in out for id in IDS)
    if missing == "yaml":
        assert 'Agents that learn them come with pip install "seq-envs[agents]".' in out


def _without(package: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command as it is imported where a package is missing."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("seq_agents", package):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    return importlib.import_module("seq_agents.cli")


BARE = """
import sys
for name in ("torch", "stable_baselines3", "sb3_contrib", "rich", "tqdm", "yaml", "safetensors", "filelock"):
    sys.modules[name] = None
from seq_agents import cli
for arguments in (["list"], ["show", "SeqCopy-v0", "--length", "3"], ["play", "SeqEcho-v0", "--length", "2"]):
    cli.main(arguments)
"""


def test_list_show_and_play_need_nothing_but_the_core() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", BARE], input="1\n1\n", capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert seq_envs.draw("SeqCopy-v0", length=3) in done.stdout
    assert "step 2 of 2" in done.stdout


# Reproducing.


def test_reproduce_lists_its_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["reproduce"])
    out = capsys.readouterr().out
    assert "tutorial-memorize" in out
    assert "lstm/SeqEcho-v0" in out
    assert everything(Path()) == {}


def test_reproduce_says_what_failed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def reproduce(*given: Any, **named: Any) -> list[str]:
        asked.append((given, named))
        return ["lstm/SeqEcho-v0, seed 1: ValueError: no"]

    monkeypatch.setattr("seq_agents.reproduce.reproduce", reproduce)
    with pytest.raises(SystemExit) as ended:
        cli.main(["reproduce", "lstm/SeqEcho-v0", "--out", "there", "--seeds", "2", "--jobs", "3", "--episodes", "9"])
    assert ended.value.code == 2
    assert "lstm/SeqEcho-v0, seed 1: ValueError: no" in capsys.readouterr().err
    recipes = {"lstm/SeqEcho-v0": Recipe("lstm", "SeqEcho-v0")}
    assert asked == [((recipes, Path("there"), 2, 3), {"episodes": 9})]


def test_every_parameter_is_an_option_of_every_command() -> None:
    parser = cli._parser()
    for id in IDS:
        for name in vars(seq_envs.make_problem(id)):
            for command in (["show", id], ["play", id], ["train", "lstm", id], ["compare", id], ["evaluate", "run"]):
                chosen = parser.parse_args([*command, f"{commands.option(name)}=5"])
                assert isinstance(chosen, argparse.Namespace)
                assert vars(chosen)[f"parameter {name}"] == "5"
