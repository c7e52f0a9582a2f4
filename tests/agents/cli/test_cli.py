"""The commands `list` and `show`, the help texts, and the options that every command takes."""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
from typing import Any

import gymnasium
import pytest
import torch
from seq_agents.agents import AGENTS, agent_type, settings_of
from seq_agents.cli import main as cli
from seq_agents.cli.options import option
from seq_agents.cli.result_table import Result, result_table
from seq_agents.cli.terminal import print_table
from seq_agents.cores import CORES
from spaces_of_settings import BASE_IDS, IDS
from tiny_agents import taken_by
from tiny_commands import elsewhere, everything  # noqa: F401 - a fixture.

import seq_envs
from seq_envs.problems import ABOUT_GROUPS, GROUPS

torch.set_num_threads(1)


# Looking.


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["list"])
    menu = capsys.readouterr().out
    assert {id.removesuffix("-v0") for id in BASE_IDS} <= {*re.findall(r"\w+", menu)}
    assert {*AGENTS, *CORES} <= {*re.split(r"[\s,]+", menu)}
    lines = menu.splitlines()
    assert len(lines) <= 23, "with the command it fits a terminal"
    assert max(map(len, lines)) <= 80


def test_lists_with_a_line_about_each(capsys: pytest.CaptureFixture[str]) -> None:
    menus: dict[str, Any] = {"agents": AGENTS, "cores": CORES}
    for what, menu in menus.items():
        cli.main(["list", what])
        lines = capsys.readouterr().out.splitlines()
        assert lines[:-2] == [f"{name:20} {menu.about(name)}" for name in menu]
    cli.main(["list", "problems"])
    listed = capsys.readouterr().out
    for group in GROUPS:
        cli.main(["list", group])
        assert capsys.readouterr().out.partition("\nNext")[0] in listed
    assert all(id in listed for id in IDS)
    assert [line for line in listed.splitlines() if line.startswith("    ")] == [
        f"    {seq_envs.make_problem(id).title}" for id in seq_envs.ids() if "fixed" not in gymnasium.spec(id).kwargs
    ]
    assert all(f"{group}: {ABOUT_GROUPS[group]}\n" in listed for group in GROUPS)


def test_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 0
    alone = capsys.readouterr().out
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert alone == capsys.readouterr().out
    assert "COMMAND" in alone


@pytest.mark.parametrize("id", IDS)
def test_show(id: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["show", id])
    shown = capsys.readouterr().out
    assert seq_envs.draw(id) in shown
    assert f"{seq_envs.levels(id).memoryless.accuracy:.4f}" in shown


def test_show_names_the_splits(capsys: pytest.CaptureFixture[str]) -> None:
    for id, words in (
        ("SeqAdding-v0", "Splits, such as --split T100:"),
        ("SeqAddingPaper-v0", "Splits of the base id:"),
    ):
        cli.main(["show", id])
        assert f"{words}\n  T100             --length=100-110\n" in capsys.readouterr().out


def test_show_with_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["show", "SeqCopy-v0", "--reverse", "--length", "3"])
    assert seq_envs.draw("SeqCopy-v0", reverse=True, length=3) in capsys.readouterr().out


def test_parameters_before_or_after_an_id(capsys: pytest.CaptureFixture[str]) -> None:
    expected = seq_envs.draw("SeqEcho-v0", lag=3)
    for arguments in (["show", "--lag", "3", "SeqEcho-v0"], ["show", "SeqEcho-v0", "--lag=3"]):
        cli.main(arguments)
        assert expected in capsys.readouterr().out


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


def test_a_closed_pipe_ends_a_command_quietly() -> None:
    command = f"{sys.executable} -m seq_agents.cli show SeqEcho-v0 --length 200000 | head -n 3; echo ${{PIPESTATUS[0]}}"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_a_table_into_a_closed_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
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
        print_table(result_table(problem, {"optimal": Result(evaluation, 1.0)}))


def test_every_parameter_is_an_option_of_every_command() -> None:
    parser = cli.parser()
    for id in IDS:
        for name in vars(seq_envs.make_problem(id)):
            for command in (["show", id], ["play", id], ["train", "lstm", id], ["compare", id], ["evaluate", "run"]):
                chosen = parser.parse_args([*command, f"{option(name)}=5"])
                assert isinstance(chosen, argparse.Namespace)
                assert vars(chosen)[f"parameter {name}"] == "5"


@pytest.mark.parametrize("agent", [*AGENTS, "reinforce-gru", "supervised-lstm"])
def test_show_an_agent(agent: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["show", agent])
    out = capsys.readouterr().out
    assert out.startswith(f"{agent}: {AGENTS.about(agent)}\n")
    for setting in agent_type(agent).settings_type.domains():
        assert re.search(rf"^  {setting} ", out, re.MULTILINE)
    cli.main(["show", agent, "SeqEcho"])
    out = capsys.readouterr().out
    for setting, value in settings_of(agent, "SeqEcho-v0").as_dict().items():
        standard = settings_of(agent, "").as_dict()[setting]
        tuned = "" if value == standard else f" \\* \\(standard: {re.escape(str(standard))}\\)"
        assert re.search(rf"^  {setting} +{re.escape(str(value))}{tuned} ", out, re.MULTILINE)
