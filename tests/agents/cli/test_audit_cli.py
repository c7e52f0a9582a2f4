"""`seq-envs audit`: any environment by id, module and class."""

from __future__ import annotations

import json

import pytest
from seq_agents.cli import main as cli
from tiny_commands import elsewhere, refused  # noqa: F401 - a fixture.

TINY = ["--steps", "2000", "--most-steps", "20"]


def test_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["audit", "audited_envs:Leaking", *TINY])
    printed = capsys.readouterr().out
    assert printed.startswith("audited_envs:Leaking\n")
    assert "fault    info" in printed
    assert printed.endswith("Next: seq-envs audit audited_envs:Leaking --steps 2000 --most-steps 20 --json\n")


def test_json_and_arguments_of_the_env(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["audit", "SeqEcho-v0", "--set", "length=4", "--set", "encoding=discrete", "--json", *TINY])
    found = json.loads(capsys.readouterr().out)
    assert found["steps"] == [4, 4.0, 4]
    assert found["observation_space"] == "Discrete(10)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["popgyn:Echo-v0"], "popgyn is not installed; to install it: pip install 'popgyn'"),
        (["NoSuchEnv-v0"], "NoSuchEnv"),
        (["SeqEcho-v0", "--set", "length"], "--set takes SETTING=VALUE, got 'length'"),
        (["SeqEcho-v0", "--set", "length=0"], "length must be an integer >= 1"),
        (["SeqEcho-v0", "--steps", "3"], "steps must be an integer >= 1000, got 3"),
    ],
)
def test_wrong_arguments(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refused(["audit", *arguments], capsys)
