"""Wrong input ends the command with a message, exit code 2 and nothing written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from seq_agents.cli import catalogue
from tiny_commands import ECHO, TINY, elsewhere, everything, refused, trained  # noqa: F401 - a fixture.

torch.set_num_threads(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "SeqEcho-v0", "--lag", "10"], "lag must be in 0 ... length-1 = 9, got 10"),
        (["show", "SeqEcho-v0", "--lag", "x"], "lag must be an integer >= 0, got 'x'"),
        (["show", "SeqEcho-v0", "--nonsense", "1"], "--nonsense"),
        (["show", "SeqEchoHard-v0", "--lag", "1"], "this id is fixed"),
        (["show", "SeqEko-v0"], "the nearest is SeqEcho-v0"),
        (["show", "CartPole-v1"], "CartPole-v1 is an environment of another package"),
        (["show", "nosuchmodule:SeqEcho-v0"], "nosuchmodule"),
        (["show"], "required: ID"),
        (["list", "--lag", "1"], "--lag"),
        (["compare", "--seeds", "0"], "--seeds"),
        (["compare", "--episodes", "0"], "--episodes"),
        (["evaluate", "run", "--seed", "5000000000"], "4294967295, got 5000000000"),
        (["show", "SeqEcho-v0", "--threshold", "0.5"], "unexpected keyword argument 'threshold'"),
        (["show", "SeqEcho-v0", "--length", "99999999999"], "length must be an integer >= 1 and <= "),
        (["dance"], "dance"),
        (["train"], "AGENT"),
        (["train", "lstm"], "ID"),
        (["train", "lstn", *ECHO], "got 'lstn' (did you mean 'lstm' or 'mlstm'?)"),
        (["train", "recurent-ppo", *ECHO], "did you mean 'recurrent-ppo'"),
        (["train", "ppo", *ECHO, "--pay", "late"], "pay must be one of 'each_step', 'at_end', got 'late'"),
        (["train", "ppo", *ECHO, "--feedback", "rewards"], "out of 'action', 'reward', got ('rewards',)"),
        (["train", "ppo", *ECHO, "--feedback", "action", "action"], "feedback must be a tuple of different names"),
        (["train", "ppo", *ECHO, "--feedback", "action,reward"], "--feedback takes names with spaces between them"),
        (["train", "ppo", *ECHO, "--max-episode-steps", "0"], "max_episode_steps must be an integer >= 1, got 0"),
        (["train", "ppo", *ECHO, "--max-episode-steps", "x"], "max_episode_steps must be an integer >= 1, got 'x'"),
        (["train", "lstm", *ECHO, "--pay", "at_end"], "it learns from the right answers and receives no rewards"),
        (["train", "ppo", *ECHO, "--pay", "at_end", "--set", "gamma=0"], "gamma must be above 0 with pay='at_end'"),
        (["evaluate", "run", "--pay", "at_end"], "evaluate does not take --pay"),
        (["train", "LSTM", *ECHO], "did you mean 'lstm' or 'mlstm'?"),
        (["train", "zzz", *ECHO], "agent must be one of recurrent-ppo, recurrent-ppo-stock, ppo"),
        (["train", "lstm", "SeqEko-v0"], "the nearest is SeqEcho-v0"),
        (["train", "lstm", "CartPole-v1"], "CartPole-v1 is an environment of another package"),
        (["train", "lstm", "SeqEcho-v0", "--lag", "10"], "lag must be in 0 ... length-1 = 9, got 10"),
        (["train", "lstm", "SeqEcho-v0", "--threshold", "1"], "unexpected keyword argument 'threshold'"),
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
        (["train", "encoder-decoder", *ECHO], "encoder-decoder takes problems whose whole sequence comes before"),
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
        (["reproduce", "nothing-*"], "the name of an experiment must be one of"),
        (["reproduce", "tutorial-next", "--seeds", "0"], "--seeds"),
        (["reproduce", "tutorial-next", "--jobs", "0"], "--jobs"),
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

    monkeypatch.setattr(catalogue, "_list", interrupted)
    assert refused(["list"], capsys, code=130) == "seq-envs: interrupted\n"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (["train", "gru", *ECHO, *TINY], "another agent: agent was mlp, not gru."),
        (
            ["train", "mlp", "SeqMemorize-v0", "--length", "4", *TINY],
            "another problem: id was SeqEcho-v0, not SeqMemorize-v0.",
        ),
        (["train", "mlp", *ECHO, *TINY, "--lag", "2"], "other parameters: lag was the default, not 2."),
        (["train", "mlp", *ECHO, *TINY, "--length", "5"], "other parameters: length was 4, not 5."),
        (["train", "mlp", *ECHO, *TINY, "--set", "hidden=5"], "other settings: hidden was 4, not 5."),
        (["train", "mlp", *ECHO, *TINY, "--seed", "1"], "another seed: seed was 0, not 1."),
    ],
)
def test_resume_of_another_training_is_refused(
    changed: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(Path("run"))
    before = everything(Path())
    assert f"run was trained with {message} Use the same, or another --out" in refused(
        [*changed, "--out", "run", "--resume"], capsys
    )
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
def test_a_broken_run_is_refused(spoiled: str, capsys: pytest.CaptureFixture[str]) -> None:
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--n-values", "20"],
            "the agent in run takes observations Box(0.0, 1.0, (3,), float32), and with these parameters they are Box(",
        ),
        (["--length", "9"], "does not fit: the weights are those of another network"),  # mlp sees the clock.
        (["--lag", "9"], "lag must be in 0 ... length-1 = 3, got 9"),
        (["--threshold", "1"], "unexpected keyword argument 'threshold'"),
        (["--episodes", "0"], "--episodes"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_evaluate_on_a_problem_that_the_agent_does_not_take(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(Path("run"))
    assert message in refused(["evaluate", "run", *arguments], capsys)
