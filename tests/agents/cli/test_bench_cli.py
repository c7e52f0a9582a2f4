"""`seq-envs bench`, `horizon` and `report` from the command line, and what wrong input leads to."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from seq_agents.cli import bench_commands as commands
from seq_agents.cli import main as cli
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.workers import Done, failure
from tiny_commands import elsewhere, everything  # noqa: F401 - a fixture.

import seq_envs

torch.set_num_threads(1)

TINY = """
seeds: 2
episodes: 40
ids: [{id: SeqEcho-v0, length: 4, n_values: 3}]
agents:
  small: {agent: mlp, settings: {updates: 3, batch: 3, hidden: 4}}
  best: {agent: optimal}
"""


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Cells run in this process; the keys of those that were."""
    ran: list[str] = []

    def engine(cells: Any) -> Any:
        for cell in cells:
            ran.append(cell.key)
            try:
                yield Done(cell, run_cell(cell))
            except Exception as wrong:
                yield failure(cell, wrong)

    monkeypatch.setattr(commands, "local", lambda _: engine)
    return ran


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    cli.main(arguments)
    return str(capsys.readouterr().out)


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    told = str(capsys.readouterr().err)
    assert "Traceback" not in told
    return told


@pytest.mark.slow
def test_a_grid_from_a_file_in_processes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("tiny.yaml").write_text(TINY)
    out = said(["bench", "tiny.yaml", "--jobs", "2"], capsys)
    assert "bench-tiny/report.html: the report." in out
    assert re.search(r"SeqEcho-v0 length=4 n_values=3 +-?0\.\d{4} +1\.0000", out)
    assert len(list(Path("bench-tiny/cells").iterdir())) == 4
    assert Path("bench-tiny/report.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.slow
def test_what_is_done_is_not_run_again(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("tiny.yaml").write_text(TINY)
    first = said(["bench", "tiny.yaml", "--out", "there"], capsys)
    assert len(here) == 4
    assert said(["bench", "tiny.yaml", "--out", "there"], capsys) == first
    assert len(here) == 4
    said(["bench", "tiny.yaml", "--out", "there", "--seeds", "3", "--agents", "best"], capsys)
    assert [key.partition("--")[0] for key in here[4:]] == ["best"]
    assert len(said(["report", "there", "--csv"], capsys).splitlines()) == 1 + 5


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
        (["bench", "--preset", "full"], "bench-full", len(seq_envs.MENU)),
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


def test_an_agent_of_ones_own(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Its module lies beside the YAML file, which lies elsewhere."""
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


def test_a_cell_that_fails_is_told_and_the_others_go_on(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("some.yaml").write_text(TINY.replace("best: {agent: optimal}", "bad: {agent: encoder-decoder}"))
    told = refused(["bench", "some.yaml"], capsys)
    assert "2 cells failed; the same command tries them, and only them, again:" in told
    assert "bad--SeqEcho-v0--length=4--n_values=3--0: ValueError: encoder-decoder takes problems" in told
    assert len(here) == 4
    assert "2 cells are missing" in said(["report", "bench-some"], capsys)
    assert "encoder-decoder takes problems" in said(["report", "bench-some", "--markdown"], capsys)
    refused(["bench", "some.yaml"], capsys)
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


@pytest.mark.slow
def test_a_horizon(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    out = said(["horizon", "optimal", "--values", "1", "3", "--seeds", "2", "--episodes", "30"], capsys)
    assert len(here) == 2 * 2 + 2
    assert "at least 3" in out
    assert re.search(r"SeqEcho-v0 +length=100 +1\.0000", out)
    chosen = ["--set", "updates=2", "--set", "batch=2", "--set", "hidden=4"]
    out = said(["horizon", "lstm", "--ids", "SeqCopy-v0", "--values", "2", "--seeds", "1", *chosen], capsys)
    assert "less" in out
    assert Path("horizon-lstm").is_dir()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bench", "--preset", "nosuch"], "preset must be one of quick, full, got 'nosuch'"),
        (["bench", "nosuch.yaml"], "nosuch.yaml cannot be read: No such file or directory"),
        (["bench", "broken.yaml"], "broken.yaml is not YAML"),
        (["bench", "broken.yaml", "--preset", "quick"], "not allowed with"),
        (["bench", "--agents", "lstn"], "did you mean 'lstm'"),
        (["bench", "--ids", "SeqEko-v0"], "SeqEko"),
        (["bench", "--ids", "Nothing*"], "matches none of SeqNext-v0, "),
        (["bench", "--seeds", "0"], "--seeds"),
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
    ],
)
def test_wrong_input_is_refused_before_anything_is_written(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("broken.yaml").write_text("agents: [")
    before = everything(Path())
    assert message in refused(arguments, capsys)
    assert everything(Path()) == before


@pytest.mark.usefixtures("here")
def test_a_control_alone_has_no_leaderboard(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(["bench", "--agents", "optimal", "--ids", "SeqNext-v0", "--seeds", "1"], capsys)
    assert "SeqNext-v0 (control)" in out
    assert "Leaderboard" not in out


def test_an_interrupt_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def engine(cells: Any) -> Any:
        yield Done(cells[0], run_cell(cells[0]))
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "local", lambda _: engine)
    Path("tiny.yaml").write_text(TINY)
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", "tiny.yaml"])
    assert ended.value.code == 130
    assert "What is done is in bench-tiny: the same command goes on." in capsys.readouterr().err
    assert len(list(Path("bench-tiny/cells").iterdir())) == 1


def test_other_settings_need_another_folder(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("tiny.yaml").write_text(TINY)
    said(["bench", "tiny.yaml"], capsys)
    Path("tiny.yaml").write_text(TINY.replace("hidden: 4", "hidden: 5"))
    before = everything(Path())
    told = refused(["bench", "tiny.yaml"], capsys)
    assert "bench-tiny has results of small on SeqEcho-v0" in told
    assert "settings {'hidden': 4}, not {'hidden': 5}: choose another folder, or another name for the agent" in told
    assert everything(Path()) == before
    assert len(here) == 4
