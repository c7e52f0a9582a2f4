"""The cards of problems, the chart of intervals, the most telling accuracy by time step, and files of figures."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from made_results import CONTROL, ECHO, entry, folder, result, usual
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pages import assert_sound
from seq_agents.experiments.results_folder import Folder
from seq_agents.report import axes as axes_of
from seq_agents.report.charts import charts_of
from seq_agents.report.drawing import Drawing, Places
from seq_agents.report.episode_picture import episode_picture
from seq_agents.report.figure_files import figure_file, write_figures
from seq_agents.report.folder_tables import read_outcomes
from seq_agents.report.interval_chart import _short, intervals
from seq_agents.report.outcome import outcomes
from seq_agents.report.page import page
from seq_agents.report.page_svg import svg
from seq_agents.report.page_templates import code_marked
from seq_agents.report.parts import parts_of
from seq_agents.report.problem_cards import problem_cards
from seq_agents.report.problem_charts import most_telling
from seq_agents.report.statistics import aggregates

import seq_envs

PLACES: Places = {"lstm": 0, "recurrent-ppo": 1, "ppo": 2}


def test_an_episode_of_thousands_of_steps_has_no_picture() -> None:
    picture = episode_picture("SeqSelectiveCopyPaper-v0", {})
    assert picture is not None
    assert picture.lines == ()


@pytest.mark.parametrize("id", [id for id in seq_envs.MENU if id != "SeqSelectiveCopyPaper-v0"])
def test_every_problem_has_a_picture(id: str) -> None:
    picture = episode_picture(id, {})
    assert picture is not None
    assert picture.title == seq_envs.make_problem(id).title
    lines = ["".join(line) for line in picture.lines]
    assert [line.split()[0] for line in lines] == ["step", "input", "truth"]
    assert len(set(map(len, lines))) == 1
    assert len(lines[0]) <= 41
    words = [line.split()[1:] for line in lines]
    drawn = [line.split()[1:] for line in str(seq_envs.draw(id)).split("\n\n")[0].splitlines()]
    before = words[0].index("…") if "…" in words[0] else len(words[0])
    assert [row[:before] for row in words] == [row[:before] for row in drawn]
    assert words[0][-1] == str(seq_envs.sample(id, 1).lengths[0] - 1), "the end of the episode is there"


@pytest.mark.parametrize(
    ("id", "parameters"),
    [("trap:Echo-v0", {}), ("SeqNo-v0", {}), ("SeqEcho-v0", {"lag": "<b>"}), ("SeqEcho-v0", {"x": 1})],
)
def test_a_problem_without_a_picture(id: str, parameters: dict[str, object]) -> None:
    assert episode_picture(id, parameters) is None


def test_a_very_long_episode_has_its_sentence_only() -> None:
    picture = episode_picture("SeqEcho-v0", {"length": 100_000})
    assert picture is not None
    assert picture.lines == ()


def test_cards_show_every_seed(tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry(seeds=3), entry(id="SeqNext-v0", seeds=1)])
    for cell in at.cells():
        at.add(cell, result(cell, (0.1, 0.55, 1.0)[cell.seed], CONTROL if cell.entry.id == "SeqNext-v0" else ECHO))
    echo, control = problem_cards(outcomes(at), PLACES)
    assert (echo.control, control.control) == (False, True)
    assert "Means: lstm 0.5000" in echo.drawing.alt
    assert svg("k", echo.drawing).count("fill: var(--agent-0)") >= 3
    assert svg("k", control.drawing), "a score below the axis is an arrow"


def test_the_page_tells_the_finding_first_and_how_it_was_made_last(tmp_path: Path) -> None:
    root = assert_sound(page(usual(tmp_path / "r")))
    assert "lstm has the highest interquartile mean" in root.all("p", class_="lead")[0].text()
    sections = [section.attributes["aria-labelledby"] for section in root.all("section")]
    assert [name for name in sections if not str(name).startswith("problem-")] == [
        "leaderboard", "cards", "scores", "rewards", "problems", "horizon", "longer", "missing", "made",
    ]  # fmt: skip
    cards = root.all("ul", class_="cards")[0]
    assert [link.attributes["href"] for link in cards.all("a")] == ["#problem-0", "#problem-1", "#problem-2"]
    assert "lag" in [code.text() for code in cards.all("code")]
    assert "(a control task: it needs no memory)" in cards.text()


def test_a_folder_with_standard_and_tuned_settings(tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry("lstm", standard=True), entry("gru", agent="gru")])
    for cell in at.cells():
        at.add(cell, result(cell, 0.9))
    root = assert_sound(page(at))
    headings = [heading.text() for heading in root.all("h2")]
    assert "Leaderboard: standard settings, the same for all problems" in headings
    assert "Leaderboard: settings tuned for single problems" in headings
    leads = [lead.text() for lead in root.all("p", class_="lead")]
    assert len(leads) == 2
    assert "lstm has an interquartile mean" in leads[0]
    assert "gru has an interquartile mean" in leads[1]
    captions = [table.all("caption")[0].text() for table in root.all("table")]
    assert {"Leaderboard-standard", "Leaderboard-tuned"} <= set(captions)


def test_aggregates_by_hand() -> None:
    """Of 0, 0, 0, 1 and 0.5 four times; and the median of problems, 0.25 and 0.5."""
    got = aggregates([[0.0, 0.0, 0.0, 1.0], [0.5] * 4])
    assert (got.iqm.value, got.median.value, got.mean.value, got.gap.value) == (0.375, 0.375, 0.375, 0.625)
    assert got.mean.low < got.mean.value < got.mean.high
    assert got.gap.low == pytest.approx(1 - got.mean.high)
    assert aggregates([[1.2, 0.8, -1.0]]).gap.value == pytest.approx((0.0 + 0.2 + 2.0) / 3), "more than 1 is optimal"
    assert not aggregates([[0.5, 0.6]]).mean.has_interval
    assert np.isnan(aggregates([[np.nan] * 3]).mean.value)


def test_the_intervals_have_no_mark_for_a_single_seed(tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry(seeds=1)])
    at.add(next(at.cells()), result(next(at.cells()), 1.0))
    chart = intervals(outcomes(at), PLACES)
    assert chart is not None
    assert chart.data.texts()[0][1:3] == ["1.0000", "1 seed: no interval"]
    assert svg("k", chart.drawing)


def test_the_most_telling_problem(tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry(), entry(id="SeqCopy-v0"), entry("mlp", agent="mlp")])
    course = {"SeqEcho-v0": [0.9, 0.8, 0.7, 0.6], "SeqCopy-v0": [0.9, 0.5, 0.1, 0.8]}
    for cell in at.cells():
        by_step = [1.0, 1.0, 1.0, 0.0] if cell.entry.name == "mlp" else course[cell.entry.id]
        at.add(cell, result(cell, 0.5, by_step=by_step))
    chart = most_telling(outcomes(at), "k", {"lstm": 0, "mlp": 1})
    assert chart is not None
    assert chart.title == "Accuracy along an episode of SeqCopy-v0"
    assert "the accuracy of lstm differs by 0.8000" in chart.note
    flat = folder(tmp_path / "flat", [entry()])
    for cell in flat.cells():
        flat.add(cell, result(cell, 0.5))
    assert most_telling(outcomes(flat), "k", PLACES) is None


def test_figures_as_files(tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry("a <b> & $x$"), entry("gru", "SeqNext-v0")])
    for cell in at.cells():
        at.add(cell, result(cell, 0.9, CONTROL if cell.entry.id == "SeqNext-v0" else ECHO))
    written = write_figures(at, tmp_path / "new" / "figures")
    names = sorted(path.name for path in (tmp_path / "new" / "figures").iterdir())
    assert names == sorted(path.name for path in written)
    stems = ["intervals--Interval-estimates", "problem-0-learning--Learning-curves-SeqEcho-v0"]
    for stem in stems:
        assert {f"{stem}.svg", f"{stem}.pdf"} <= set(names)
    for path in written:
        content = path.read_bytes()
        assert content.startswith(b"%PDF" if path.suffix == ".pdf" else b"<?xml")
        assert not re.search(rb"CreationDate|<dc:date>", content)
        assert b"#00f" not in content
        assert b"var(" not in content
    again = {path.name: path.read_bytes() for path in write_figures(Folder.open(at.path), tmp_path / "again")}
    assert again == {path.name: path.read_bytes() for path in written}, "byte-identical"


def test_a_figure_has_a_legend_with_its_agents(tmp_path: Path) -> None:
    at = usual(tmp_path / "r")
    read = read_outcomes(at)
    charts = charts_of(read, parts_of(read.grid))
    chart = charts.overview[""][1]
    assert chart.names == ("lstm", "recurrent-ppo", "ppo")
    content = figure_file(chart, charts.places, "svg").decode()
    assert "<!-- recurrent-ppo -->" in content
    assert "#0072b2" in content


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 4, 8, 16, 32, 64],
        list(range(1, 30)),
        [0, 1, 2, 3, 1000],
        [10, 11, 12, 100_000, 100_001],
        [5],
        [2**place for place in range(20)],
    ],
)
def test_labels_of_a_horizon_axis_do_not_collide(values: list[int]) -> None:
    shown: list[tuple[float, float, float]] = []

    def paint(axes: Axes) -> None:
        axes_of.doubling(axes, values, "lag")
        axes.figure.canvas.draw()
        for label in axes.get_xticklabels():
            box = label.get_window_extent()
            if label.get_text() and axes.get_xlim()[0] <= label.get_position()[0] <= axes.get_xlim()[1]:
                shown.append((label.get_position()[0], box.x0, box.x1))

    svg("k", Drawing(alt="", paint=paint))
    shown.sort()
    assert shown[-1][0] == max(values), "the farthest value has its label"
    for (_, _, end), (_, start, _) in pairwise(shown):
        assert start - end > 2
    if len(values) < 8 and max(values) == 64:
        assert len(shown) == len(values)


def test_sizes_of_one_parameter_are_short(tmp_path: Path) -> None:
    """Its name is in the label of the axis, since "length=100" five times does not fit below one."""
    chart = charts_of(read_outcomes(usual(tmp_path / "r")), []).longer[0]
    drawn = svg("k", chart.drawing)
    assert ">evaluated at length<" in drawn
    assert ">20<" in drawn
    assert ">50<" in drawn


@pytest.mark.parametrize(
    ("value", "text"), [(1e-4, "10⁻⁴"), (1e-3, "10⁻³"), (0.01, "0.01"), (0.1, "0.1"), (1.0, "1"), (10.0, "10")]
)
def test_shorts_of_ten_have_short_labels(value: float, text: str) -> None:
    assert _short(value) == text


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.02, 0.09), (0.032, 0.034), (2e-4, 9e-4), (0.3, 0.31), (1e-4, 1.0), (0.05, 0.2), (0.0301, 0.0302)],
)
def test_the_axis_of_the_optimality_gap_has_ticks(low: float, high: float, tmp_path: Path) -> None:
    """Two agents whose gaps are the two ends."""
    made = folder(tmp_path / "r", [entry("lstm"), entry("ppo", agent="ppo")])
    for cell in made.cells():
        made.add(cell, result(cell, 1.0 - 0.9 * (low if cell.entry.name == "lstm" else high)))
    chart = intervals(outcomes(made), PLACES)
    assert chart is not None
    axes = Figure().add_subplot()
    chart.drawing.paint(axes)
    panel = axes.child_axes[3]
    first, last = panel.get_xlim()
    ticks = [tick for tick in panel.get_xticks() if first <= tick <= last]
    labels = [panel.xaxis.get_major_formatter()(tick) for tick in ticks]
    assert 2 <= len(set(labels)) == len(labels) <= 4


@pytest.mark.parametrize(("value", "text"), [(2e-4, "2·10⁻⁴"), (0.03, "0.03"), (0.0325, "0.0325"), (5e-3, "5·10⁻³")])
def test_other_ticks_have_short_labels(value: float, text: str) -> None:
    assert _short(value) == text


def test_a_parameter_in_the_title_of_a_problem_is_marked_as_code(tmp_path: Path) -> None:
    text = page(usual(tmp_path / "r"))
    assert "answer with the value of <code>lag</code> steps ago" in text
    assert code_marked("`a` <b> `c") == "<code>a</code> &lt;b&gt; `c"
