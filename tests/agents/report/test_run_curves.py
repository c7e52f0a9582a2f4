"""Learning curves of runs, in characters and as figures, and the command that draws them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from run_folders import config_of
from seq_agents.cli import main as cli
from seq_agents.errors import RunError
from seq_agents.experiments.run_folder import Run
from seq_agents.report.curves import smoothed
from seq_agents.report.figure_formats import FORMATS, figure_bytes
from seq_agents.report.run_curves import RunCurve, figure, run_curves, text
from tiny_commands import elsewhere, everything, refused, trained  # noqa: F401 - a fixture.

import seq_envs

torch.set_num_threads(1)
ECHO = seq_envs.make_problem("SeqEcho-v0")


def curve(name: str, steps: list[float], accuracy: list[float], problem: seq_envs.Problem = ECHO) -> RunCurve:
    return RunCurve(name, problem, np.array(steps), np.array(accuracy))


def test_a_drawing_by_hand() -> None:
    """The step axis is logarithmic, so equal factors are equally far apart."""
    rising = curve("rising", [1, 1e9], [0.0, 1.0])
    drawn = text([rising], width=17).splitlines()
    assert [line[:7] for line in drawn[:12]] == [f" {1 - row / 11:.2f} |" for row in range(12)]
    bars = [line[7:] for line in drawn[:12]]
    assert bars[11] == "a" * 8, "in most of the axis the accuracy is at most 1e7 / 1e9"
    assert bars[10] == " " * 8 + "a"
    assert bars[0] == " " * 9 + "a"
    assert drawn[12] == "       1 1,000,000,000"
    assert drawn[-1] == "a  rising: 1.0000 at the end"


def test_curves_that_meet_alternate() -> None:
    drawn = text([curve("one", [1, 1000], [1, 1]), curve("two", [1, 1000], [1, 1])], width=19)
    assert drawn.splitlines()[0] == " 1.00 |abababababab"


def test_a_shorter_curve_ends_earlier() -> None:
    short, long = curve("short", [1, 100], [0.5, 0.5]), curve("long", [1, 10_000], [1, 1])
    rows = {letter: [line for line in text([short, long], 47).splitlines()[:12] if letter in line] for letter in "ab"}
    [half], [all_of_it] = rows["a"], rows["b"]
    assert (half.count("a"), all_of_it.count("b")) == (20, 40)


@pytest.mark.parametrize("count", [1, 2, 99, 100, 101, 1000])
def test_smoothing_keeps_straight_lines(count: int) -> None:
    line = np.linspace(0, 1, count)
    assert smoothed(line) == pytest.approx(line)
    noise = np.random.default_rng(0).normal(size=count)
    assert smoothed(noise).var() <= noise.var()


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_curves_give_the_same_file(form: str) -> None:
    curves = [curve(f"run {place}", [1, 100], [place / 9, 1]) for place in range(9)]
    content = figure_bytes(lambda: figure(curves), form)
    begin = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}[form]
    assert content.startswith(begin)
    assert content == figure_bytes(lambda: figure(curves), form)


def test_levels_are_drawn_for_one_problem_only() -> None:
    other = seq_envs.make_problem("SeqEcho-v0", n_values=2)

    def drawn(*curves: RunCurve) -> str:
        return figure_bytes(lambda: figure(curves), "svg").decode()

    one = drawn(curve("a", [1, 2], [0, 1]), curve("b", [1, 2], [0, 1]))
    assert "<!-- memoryless -->" in one
    assert "<!-- memoryless -->" not in drawn(curve("a", [1, 2], [0, 1]), curve("b", [1, 2], [0, 1], other))


def test_a_curve_is_that_of_the_run(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", config_of("mlp"))
    with pytest.raises(RunError, match="run has no learning curve"):
        run_curves([run])
    run.save(run.config.learner(), [[0.1, 10, 0.5], [0.2, 20, float("nan")], [0.3, 30, 0.75]])
    [found] = run_curves([run])
    assert found.steps.tolist() == [10, 30]
    assert found.accuracy.tolist() == [0.5, 0.75]
    assert found.name == f"mlp on {run.config.id}, seed 0"


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    trained(Path("run"))
    trained(Path("other"))
    capsys.readouterr()
    monkeypatch.setenv("COLUMNS", "60")
    cli.main(["plot", "run", "other"])
    printed = capsys.readouterr().out
    assert max(map(len, printed.split("Accuracy")[0].splitlines())) <= 60
    assert "a  mlp on SeqEcho-v0, seed 0, run: " in printed
    assert "b  mlp on SeqEcho-v0, seed 0, other: " in printed
    assert "seq-envs plot run other --out curves.svg" in printed
    for name in ("curves.svg", "curves.PNG"):
        cli.main(["plot", "run", "--out", name])
        first, *_ = capsys.readouterr().out.splitlines()
        assert first == f"{name}: the learning curves of mlp on SeqEcho-v0, seed 0."
    with Image.open(io.BytesIO(Path("curves.PNG").read_bytes())) as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere is no run folder"),
        (["run", "--out", "curves.jpg"], "must end with .svg, .pdf, .png, got 'curves.jpg'"),
        (["run", "--out", "svg"], "must end with .svg, .pdf, .png, got 'svg'"),
        (["run", "--out", "nowhere/curves.svg"], "nowhere"),
        ([], "RUN"),
    ],
)
def test_wrong_arguments(arguments: list[Any], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    before = everything(Path())
    assert message in refused(["plot", *arguments], capsys)
    assert everything(Path()) == before
