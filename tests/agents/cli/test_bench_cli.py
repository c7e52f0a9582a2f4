"""`seq-envs bench`, `horizon`, `reproduce`, `compare` and `report` from the command line."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from seq_agents.cli import bench_commands as commands
from seq_agents.cli import main as cli
from seq_agents.experiments.entry import Cell
from seq_agents.experiments.grid_file import presets
from seq_agents.experiments.workers import Done, Event
from tiny_commands import elsewhere, everything, said, stopped  # noqa: F401 - a fixture.
from tiny_grids import result

from seq_envs.problems import GROUPS

torch.set_num_threads(1)

TINY = """
seeds: 2
episodes: 40
ids: [{id: SeqEcho-v0, length: 4, n_values: 3}]
agents:
  small: {agent: mlp, settings: {updates: 3, batch: 3, hidden: 4}}
  best: {agent: optimal}
"""


@pytest.mark.slow
def test_a_grid_from_a_file_in_processes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("tiny.yaml").write_text(TINY)
    out = said(["bench", "tiny.yaml", "--jobs", "2"], capsys)
    assert "bench-tiny/report.html: the report." in out
    assert re.search(r"SeqEcho-v0 length=4 n_values=3 +-?0\.\d{4} +1\.0000", out)
    assert len(list(Path("bench-tiny/cells").iterdir())) == 4
    assert Path("bench-tiny/report.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.slow
def test_finished_cells_are_not_run_again(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("tiny.yaml").write_text(TINY)
    first = said(["bench", "tiny.yaml", "--out", "there"], capsys)
    assert len(here) == 4
    assert said(["bench", "tiny.yaml", "--out", "there"], capsys) == first
    assert len(here) == 4
    said(["bench", "tiny.yaml", "--out", "there", "--seeds", "3", "--agents", "best"], capsys)
    assert [key.partition("--")[0] for key in here[4:]] == ["best"]
    assert len(said(["report", "there", "--csv"], capsys).splitlines()) == 1 + 5


def test_a_range_in_a_grid(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has lists in place of ranges; the cells are found again all the same."""
    Path("ranged.yaml").write_text(
        "{seeds: 1, episodes: 40, ids: [{id: SeqEcho-v0, length: [3, 6]}], agents: {best: {agent: optimal}}}"
    )
    first = said(["bench", "ranged.yaml"], capsys)
    assert "SeqEcho-v0 length=3-6 " in first
    assert [path.name for path in Path("bench-ranged/cells").iterdir()] == ["best--SeqEcho-v0--length=3-6--0.json"]
    assert said(["bench", "ranged.yaml"], capsys) == first
    assert len(here) == 1
    assert "missing" not in said(["report", "bench-ranged", "--markdown"], capsys)
    assert len(json.loads(Path("bench-ranged/grid.json").read_text())["entries"]) == 1


def test_options_in_place_of_a_file(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    said(["bench", "--agents", "optimal", "random", "--ids", "SeqEcho*", "SeqCopy-v0", "--seeds", "1"], capsys)
    assert len(here) == 2 * 4
    assert Path("bench-full").is_dir()
    assert all(len(json.loads(path.read_text())["curve"]) == 1 for path in Path("bench-full/cells").iterdir())


@pytest.mark.parametrize(
    ("arguments", "folder", "ids"),
    [
        (["bench"], "bench-quick", 5),
        (["bench", "--preset", "quick"], "bench-quick", 5),
        (["bench", "--preset", "full"], "bench-full", len(GROUPS["tutorial"])),
    ],
)
def test_the_presets(arguments: list[str], folder: str, ids: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(entries: Any, path: Path, _: Any) -> Any:
        assert path == Path(folder)
        assert len({entry.id for entry in entries}) == ids
        assert {"recurrent-ppo", "lstm", "ppo"} <= {entry.name for entry in entries}
        raise commands.Refused("as far as this test goes")

    monkeypatch.setattr(commands, "_run", run)
    with pytest.raises(SystemExit):
        cli.main(arguments)


def test_a_user_defined_agent_beside_its_grid_file(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Its module is beside the YAML file, in another folder than the current one."""
    folder = Path("somewhere")
    folder.mkdir()
    (folder / "agents_for_test_bench_cli.py").write_text(
        "import seq_envs\n"
        "class Mine:\n"
        "    def __init__(self, problem, seed, level): self.made = getattr(seq_envs.policies, level)(problem)\n"
        "    def learn(self, watch): pass\n"
        "    def policy(self): return self.made\n"
    )
    (folder / "mine.yaml").write_text(
        "{seeds: 1, episodes: 20, ids: [SeqEcho-v0],"
        " agents: {mine: {agent: 'agents_for_test_bench_cli:Mine', settings: {level: optimal}}}}"
    )
    assert re.search(r"SeqEcho-v0 +1\.0000", said(["bench", "somewhere/mine.yaml"], capsys))
    assert len(here) == 1


def test_a_failed_cell_is_reported_and_the_others_run(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("some.yaml").write_text(TINY.replace("best: {agent: optimal}", "bad: {agent: encoder-decoder}"))
    message = stopped(["bench", "some.yaml"], capsys).err
    assert "2 cells failed; the same command runs them, and only them, again:" in message
    assert "bad--SeqEcho-v0--length=4--n_values=3--0: ValueError: encoder-decoder takes problems" in message
    assert len(here) == 4
    cli.main(["report", "bench-some"])
    printed = capsys.readouterr()
    assert printed.out == f"{Path('bench-some/report.html')}\n", "the path alone, for a program"
    assert "2 cells are missing" in printed.err
    assert "encoder-decoder takes problems" in said(["report", "bench-some", "--markdown"], capsys)
    stopped(["bench", "some.yaml"], capsys)
    assert len(here) == 6


@pytest.mark.usefixtures("here")
def test_reports(capsys: pytest.CaptureFixture[str]) -> None:
    Path("tiny.yaml").write_text(TINY)
    said(["bench", "tiny.yaml"], capsys)
    before = everything(Path())
    rows = list(csv.DictReader(io.StringIO(said(["report", "bench-tiny", "--csv"], capsys))))
    assert {(row["name"], row["seed"]) for row in rows} == {(name, seed) for name in ("small", "best") for seed in "01"}
    assert {row["normalized_score"] for row in rows if row["name"] == "best"} == {"1.0"}
    assert "| best |" in said(["report", "bench-tiny", "--markdown"], capsys)
    assert everything(Path()) == before
    assert said(["report", "bench-tiny", "--out", "page.html"], capsys) == "page.html\n"
    assert Path("page.html").read_text() == Path("bench-tiny/report.html").read_text()
    out = said(["report", "bench-tiny", "--figures", "new/figures"], capsys)
    drawn = {path.stem: path.suffix for path in Path("new/figures").iterdir()}
    assert out == f"new/figures: {len(drawn)} charts, each as .svg and .pdf\n"
    assert len(list(Path("new/figures").iterdir())) == 2 * len(drawn) > 4
    wrong = stopped(["report", "bench-tiny", "--figures", "page.html"], capsys)
    assert "page.html is a file: --figures takes a folder" in wrong.err


def test_the_command_is_stored(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("my tiny.yaml").write_text(TINY)
    for arguments in (
        ["bench", "my tiny.yaml", "--out", "there"],
        ["bench", "my tiny.yaml", "--out", "there", "--jobs", "2"],
        ["horizon", "optimal", "--values", "1", "--seeds", "1", "--episodes", "9", "--out", "there"],
    ):
        said(arguments, capsys)
    text = said(["report", "there", "--markdown"], capsys)
    assert re.findall("```sh\n(.*)\n```", text) == [
        "seq-envs bench 'my tiny.yaml' --out there",
        "seq-envs horizon optimal --values 1 --seeds 1 --episodes 9 --out there",
    ]
    assert len(here) == 4 + 2


@pytest.mark.slow
def test_a_horizon(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    out = said(["horizon", "optimal", "--values", "1", "3", "--seeds", "2", "--episodes", "30"], capsys)
    assert len(here) == 2 * 2 + 2
    assert "at least 3" in out
    assert re.search(r"SeqEcho-v0 +length=100 +1\.0000", out)
    chosen = ["--set", "updates=2", "--set", "batch=2", "--set", "hidden=4", "--episodes", "30"]
    out = said(["horizon", "lstm", "--ids", "SeqCopy-v0", "--values", "2", "--seeds", "1", *chosen], capsys)
    assert "less" in out
    assert Path("horizon-lstm").is_dir()
    out = said(["horizon", "lstm", "--ids", "SeqCopy-v0", "--values", "2", "--name", "tiny", *chosen], capsys)
    assert re.search(r"^ *tiny +SeqCopy-v0", out, re.MULTILINE)
    assert Path("horizon-tiny").is_dir()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["bench", "--preset", "nosuch"],
            f"preset must be one of {', '.join(presets())}, got",
        ),
        (["bench", "nosuch.yaml"], "nosuch.yaml cannot be read: No such file or directory"),
        (["bench", "broken.yaml"], "broken.yaml is not YAML"),
        (["bench", "broken.yaml", "--preset", "quick"], "not allowed with"),
        (["bench", "--agents", "lstn"], "did you mean 'lstm'"),
        (["bench", "--ids", "SeqEko-v0"], "SeqEko"),
        (["bench", "--ids", "Nothing*"], "matches none of the 56 ids"),
        (["bench", "--seeds", "0"], "--seeds"),
        (["bench", "--agents", "lstm", "--pay", "at_end"], "pay must be 'each_step' for this agent, since it learns"),
        (["bench", "--agents", "random", "--pay", "often"], "pay must be one of 'each_step', 'at_end', got 'often'"),
        (["bench", "--preset", "tutorial", "--pay", "at_end"], "the agents, ids, options and settings of this grid"),
        (["horizon", "random", "--feedback", "act"], "feedback must be"),
        (["bench", "--jobs", "0"], "--jobs"),
        (["bench", "--jobs", "2", "--ray"], "not allowed with"),
        (["bench", "--agents", "nosuchmodule:make"], "agent 'nosuchmodule:make' cannot be imported"),
        (["report", "nosuch"], "nosuch is no folder of results"),
        (["report", "."], "is no folder of results"),
        (["report", "nosuch", "--csv", "--markdown"], "not allowed with"),
        (["horizon", "lstn"], "did you mean 'lstm'"),
        (["horizon", "lstm", "--ids", "SeqNext-v0"], "id must be one of SeqEcho-v0, "),
        (["horizon", "lstm", "--values", "0"], "--values"),
        (["horizon", "lstm", "--set", "hiden=4"], "did you mean 'hidden'"),
        (["horizon", "lstm", "--set", "hidden"], "--set takes SETTING=VALUE"),
        (
            ["bench", "--preset", "tutorial", "--agents", "lstm"],
            "the agents, ids, options and settings of this grid are fixed",
        ),
        (["reproduce", "nothing-*"], "the name of an experiment must be one of gers-anbn-10, "),
        (["reproduce", "moonshott"], "did you mean 'moonshot'"),
        (["compare", "--lag", "30"], "lag must be"),
        (["compare", "--seeds", "0"], "--seeds"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_written(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("broken.yaml").write_text("agents: [")
    before = everything(Path())
    assert message in stopped(arguments, capsys).err
    assert everything(Path()) == before


@pytest.mark.usefixtures("here")
def test_a_control_alone_has_no_leaderboard(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(["bench", "--agents", "optimal", "--ids", "SeqNext-v0", "--seeds", "1"], capsys)
    assert "SeqNext-v0 (control)" in out
    assert "Leaderboard" not in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize(
    ("typed", "folder", "cells"),
    [
        (["bench", "tiny.yaml"], "bench-tiny", 4),
        (["bench", "tiny.yaml", "--out", "a b"], "a b", 4),
        (["horizon", "memoryless", "--values", "1", "--seeds", "2"], "horizon-memoryless", 4),
        (["reproduce", "tutorial-next", "--seeds", "2"], "bench-reproduce", 2),
        (["compare", "SeqEcho-v0", "--out", "compared"], "compared", 3),
    ],
    ids=str,
)
def test_an_interrupted_grid_says_how_to_continue(
    typed: list[str],
    folder: str,
    cells: int,
    number: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted_after_one(todo: Sequence[Cell]) -> Iterator[Event]:
        yield Done(todo[0], result(todo[0]))
        signal.raise_signal(number)

    Path("tiny.yaml").write_text(TINY)
    monkeypatch.setattr(commands, "local", lambda _: interrupted_after_one)
    told = stopped(typed, capsys, 128 + number).err
    assert f"seq-envs: interrupted. {folder} is kept: 1 of {cells} cells are done.\nTo continue: seq-envs " in told
    assert len(list(Path(folder, "cells").iterdir())) == 1

    def all_others(todo: Sequence[Cell]) -> Iterator[Event]:
        assert len(todo) == cells - 1
        yield from (Done(cell, result(cell)) for cell in todo)

    monkeypatch.setattr(commands, "local", lambda _: all_others)
    said(shlex.split(told.partition("To continue: seq-envs ")[2]), capsys)


def test_an_interrupted_comparison_says_that_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Sequence[Cell]) -> Iterator[Event]:
        signal.raise_signal(signal.SIGINT)
        yield from ()

    monkeypatch.setattr(commands, "local", lambda _: interrupted)
    assert stopped(["compare"], capsys, 130).err.endswith(
        "seq-envs: interrupted. The results are lost: --out keeps them in a folder\n"
    )


def test_other_settings_need_another_folder(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("tiny.yaml").write_text(TINY)
    said(["bench", "tiny.yaml"], capsys)
    Path("tiny.yaml").write_text(TINY.replace("hidden: 4", "hidden: 5"))
    before = everything(Path())
    message = stopped(["bench", "tiny.yaml"], capsys).err
    assert "bench-tiny has results of small on SeqEcho-v0" in message
    assert "settings {'hidden': 4}, not {'hidden': 5}: choose another folder, or another name for the agent" in message
    assert everything(Path()) == before
    assert len(here) == 4
