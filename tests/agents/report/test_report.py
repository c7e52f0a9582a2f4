"""The report of a benchmark: the page without a browser, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path

import made_results
import pytest
from made_results import CONTROL, ECHO, FLAT, entry, folder, result, usual
from pages import assert_sound, cells
from seq_agents.experiments.results_folder import Folder
from seq_agents.report import tables
from seq_agents.report.html_tables import html_table
from seq_agents.report.outcome import outcomes
from seq_agents.report.page import page, write_report
from seq_agents.report.page_svg import swatch
from seq_agents.report.text_forms import FORMS, csv_text, markdown

MARKUP = "a_b*c*`d`|e<f>[g](h)#i!j~k~&amp;$x$\\l\n# m"
EVIL = "<script>alert(1)</script> & \"quoted\" $x_1$ 'ü' |"


def plain(at: Folder) -> list[tables.Outcome]:
    return [outcome for outcome in outcomes(at) if not outcome.entry.swept]


def made(at: Folder) -> str:
    """The text of the section with versions, hardware and commands, which is the last one."""
    section = assert_sound(page(at)).all("section")[-1]
    assert section.attributes["aria-labelledby"] == "made"
    return section.text()


def test_the_page_holds_every_table(tmp_path: Path) -> None:
    at = usual(tmp_path / "r")
    root = assert_sound(page(at))
    shown = {table.all("caption")[0].text(): cells(table) for table in root.all("table")}
    done = plain(at)
    for label in ("SeqEcho-v0", "SeqNext-v0"):
        table = tables.on_problem(done, label)
        assert shown[f"Agents on {label}"] == [[column.heading for column in table.columns], *table.texts()]
    board = tables.leaderboard(done)
    assert shown["Leaderboard"][0][:3] == ["agent", "normalised, IQM", "95% interval"], "what a phone has room for"
    board = board.ordered(shown["Leaderboard"][0])
    assert len(board.columns) == len(tables.leaderboard(done).columns)
    assert shown["Leaderboard"][1:] == board.texts()
    matrix = tables.matrix(done)
    wide = shown[matrix.title]
    assert [row[: len(matrix.columns)] for row in wide[1:]] == matrix.texts()
    assert wide[0][-3:] == ["chance, accuracy", "memoryless, accuracy", "optimal, accuracy"]
    assert wide[1][-3:] == ["0.1000", "0.1000", "1.0000"]
    missing = shown["Missing"]
    assert [row[-1] for row in missing[1:]] == ["ValueError: <b>no</b> number | at all", "not run yet"]
    assert "40 of 42 runs are done" in root.text()
    assert "1 failed, 1 still to be run" in root.text()


def test_figures_have_the_numbers_of_the_tables(tmp_path: Path) -> None:
    at = usual(tmp_path / "r")
    root = assert_sound(page(at))
    figures = {element.attributes["id"]: element for element in root.all("figure")}
    assert list(figures) == [
        "figure-intervals", "figure-profiles", "figure-rewards",
        *(f"figure-problem-{place}-{kind}" for place in range(3) for kind in ("learning", "steps")),
        "figure-horizon-0", "figure-longer-0",
    ]  # fmt: skip
    data = {id: cells(element.all("table")[0]) for id, element in figures.items()}
    alt = {id: element.all("svg", role="img")[0].attributes["aria-label"] or "" for id, element in figures.items()}
    rewards = tables.rewards_against_examples(plain(at))
    assert data["figure-rewards"][1:] == rewards.texts()
    assert rewards.texts()[0][2] in alt["figure-rewards"]
    last = {row[0]: row[2] for row in data["figure-problem-0-learning"][1:]}
    on_echo = {row[0]: row[2] for row in tables.on_problem(plain(at), "SeqEcho-v0").texts()}
    assert last == {name: on_echo[name] for name in last}
    assert len(last) == 3
    for name, value in last.items():
        assert f"{name} {value}" in alt["figure-problem-0-learning"]
    steps = data["figure-problem-0-steps"]
    assert steps[0] == ["time step", "lstm", "recurrent-ppo", "ppo"]
    assert [row[0] for row in steps[1:]] == [str(step) for step in range(2, 11)]
    assert steps[1][1:] == ["0.9990", "0.9960", "0.3990"]
    assert [row[3] for row in data["figure-horizon-0"][1:4]] == ["1", "2", "4"]
    assert data["figure-longer-0"][1][2:4] == ["as learned", "0.9989"]
    assert all(legend.all("li") for legend in root.all("ul", class_="legend"))
    board = {row[0]: row[3:5] for row in tables.leaderboard(plain(at)).texts()}
    assert {row[0]: row[1:3] for row in data["figure-intervals"][1:]} == board


def test_names_cannot_inject_html(tmp_path: Path) -> None:
    at = usual(tmp_path / "<b>folder", [EVIL, "recurrent-ppo"])
    text = page(at)
    root = assert_sound(text)
    assert "<script>alert" not in text
    assert len(root.all("script")) == 1
    assert EVIL in [row[0] for row in cells(root.all("table")[0])]
    assert root.all("h1")[0].text() == "<b>folder"
    text = markdown(at)
    assert "<script>" not in text.replace("\\<", "")
    assert "\\|" in text


def test_markup_of_names_is_escaped_in_markdown(tmp_path: Path) -> None:
    """In headings, facts, notes and tables: every character of a name that may be markup has a backslash before it."""
    at = usual(tmp_path / "f_o*l", [MARKUP, "recurrent-ppo"])
    text = re.sub(r"\\[\\`*_{}\[\]<>#!|~&$]", "", markdown(at))
    assert text.count("kamp;xl  m") > 12, "the name is in many places"
    for line in text.splitlines():
        text = re.sub(r"^(#{1,2}|-|\|) |( \|)( |$)|^\| --.*$", " ", line)
        assert not re.search(r"[\\`*_{}\[\]<>#!|~&$]", text), line


def test_the_same_folder_gives_the_same_page(tmp_path: Path) -> None:
    at = usual(tmp_path / "r")
    assert page(at) == page(Folder.open(at.path))
    assert swatch(3) == swatch(3)


def test_the_progress_grows_to_its_end(tmp_path: Path) -> None:
    shares: list[float] = []
    page(usual(tmp_path / "r"), shares.append)
    assert len(shares) > 5
    assert shares == sorted(set(shares))
    assert shares[-1] == 1.0


def test_a_folder_without_results(tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry(), entry("gru")])
    root = assert_sound(page(at))
    assert "No run is finished yet" in root.text()
    assert "0 of 4 runs are done" in root.text()
    assert [table.all("caption")[0].text() for table in root.all("table")] == ["Missing"]
    assert not root.all("figure")
    assert "not run yet" in markdown(at)
    assert len(csv_text(at).splitlines()) == 1


def test_an_empty_grid(tmp_path: Path) -> None:
    assert_sound(page(folder(tmp_path / "r", [])))


@pytest.mark.parametrize("levels", [ECHO, CONTROL, FLAT])
@pytest.mark.parametrize("seeds", [1, 3])
def test_curves_of_one_point_and_problems_of_one_step(levels: made_results.Levels, seeds: int, tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry(seeds=seeds), entry("random", agent="random", seeds=seeds)])
    for cell in at.cells():
        steps = [0] if cell.entry.name == "random" else [100 * (cell.seed + 1)]
        at.add(cell, result(cell, 0.25 * (cell.seed + 1), levels, by_step=[0.25 * (cell.seed + 1)], steps=steps))
    root = assert_sound(page(at))
    learning = "figure-problem-0-learning" in {element.attributes["id"] for element in root.all("figure")}
    assert learning is not (levels is FLAT)
    if levels is FLAT:
        assert "undefined" in root.text()
    markdown(at)


def test_curves_of_different_lengths_and_a_step_nobody_scored(tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry()])
    for cell, steps in zip(at.cells(), ((10, 20, 40), (15, 30)), strict=True):
        at.add(cell, result(cell, 0.55, steps=steps, by_step=[math.nan] * (3 + cell.seed)))
    rows = [
        cells(element.all("table")[0])
        for element in assert_sound(page(at)).all("figure", id="figure-problem-0-learning")
    ]
    assert [row[1] for row in rows[0][1:]] == ["15", "20", "30", "40"]
    assert rows[0][-1][2:] == ["0.5000", "0.5000", "0.5000"]


@pytest.mark.slow
def test_twelve_agents_look_different(tmp_path: Path) -> None:
    root = assert_sound(page(usual(tmp_path / "r", [f"agent {place} {'w' * 60}" for place in range(12)])))
    drawn = [re.sub(r"swatch-\d+", "", str(element)) for element in root.all("symbol")]
    assert len(set(drawn)) == 12


def test_the_page_is_written_whole(tmp_path: Path) -> None:
    at = usual(tmp_path / "r")
    out = tmp_path / "page.html"
    write_report(at, out)
    assert out.read_text(encoding="utf-8") == page(at)
    assert [file.name for file in tmp_path.glob("page*")] == ["page.html"]


def test_csv_keeps_every_value(tmp_path: Path) -> None:
    at = usual(tmp_path / "r")
    heading, *rows = csv.reader(io.StringIO(csv_text(at)))
    table = tables.every_run(outcomes(at))
    assert heading == [column.heading for column in table.columns]
    assert len(rows) == len(table.rows) == 40
    for read, row in zip(rows, table.rows, strict=True):
        for text, value in zip(read, row, strict=True):
            assert text == ("" if value is None else str(value))
            assert not isinstance(value, float) or float(text) == value or math.isnan(value)
    assert dict(FORMS) == {"markdown": markdown, "csv": csv_text}


def test_markdown_has_the_same_tables(tmp_path: Path) -> None:
    at = usual(tmp_path / "r")
    text = markdown(at)
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "Leaderboard", "Normalised score by problem", "Learning from rewards against learning from right answers",
        "SeqEcho-v0", "SeqNext-v0", "SeqCopy-v0", "Memory horizon", "Evaluated on other settings", "Missing",
    ]  # fmt: skip
    part = text.split("## Leaderboard")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in part.splitlines() if line[:1] == "|"]
    table = tables.leaderboard(plain(at))
    assert rows[0] == [column.heading for column in table.columns]
    assert rows[1] == ["---", *["--:"] * (len(table.columns) - 1)]
    assert rows[2:] == table.texts()


def test_numbers_to_sort_by() -> None:
    columns = (tables.Column("agent"), tables.Column("steps", tables.count), tables.Column("score", tables.score))
    table = tables.Table("t", columns, (("a", math.inf, math.nan), ("b", 12345, None), ("c", None, 0.5)))
    shown = html_table(table, sorted_by="score", foot=1, shaded=(2, 3))
    assert [(cell.text, cell.value) for row in shown.rows for cell in row] == [
        ("a", ""), ("unsolved", "Infinity"), ("undefined", ""), ("b", ""), ("12,345", "12345"), ("", ""),
    ]  # fmt: skip
    assert [cell.shade for cell in shown.foot[0]] == ["", "", "0.50"]
    assert [heading.numeric for heading in shown.headings] == [False, True, True]
    assert [heading.sort for heading in shown.headings] == ["", "", "descending"]


def test_the_commands_that_made_the_folder(tmp_path: Path) -> None:
    at = usual(tmp_path / "r")
    assert "no command is stored" in made(at)
    commands = ["seq-envs bench --agents 'a b' --ids 'Seq*' --out r", "seq-envs horizon lstm --out '<i>`````sh'"]
    for seeds, command in zip((3, 4), commands, strict=True):
        at.add_entries([entry(seeds=seeds)], command)
    again = Folder.open(at.path)
    shown = [element.text() for element in assert_sound(page(again)).all("code", class_="command")]
    assert shown == commands
    text = markdown(again)
    assert f"```sh\n{commands[0]}\n```" in text
    assert f"``````sh\n{commands[1]}\n``````" in text, "a longer fence"


def test_a_report_imports_nothing_that_the_folder_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trap.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    for foreign in (entry("trap:Agent", agent="trap:Agent"), entry(id="trap:Echo-v0")):
        assert_sound(page(folder(tmp_path / foreign.agent.replace(":", "-"), [foreign])))


def test_the_day_of_the_newest_result(tmp_path: Path) -> None:
    at = folder(tmp_path / "r", [entry()])
    for day, cell in zip(("2026-12-03", "2026-01-31"), at.cells(), strict=True):
        at.add(cell, result(cell, 1.0) | {"date": day})
    assert "2026-12-03" in made(at)
