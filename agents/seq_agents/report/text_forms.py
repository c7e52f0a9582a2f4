"""A report as plain text: Markdown for reading, and CSV for further processing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence

from seq_agents.experiments.results_folder import Folder
from seq_agents.report.folder_tables import read_outcomes, tables
from seq_agents.report.outcome import outcomes
from seq_agents.report.summary import summary
from seq_agents.report.table import Table
from seq_agents.report.tables import every_run

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#!|~&$])")
"""The characters that may be markup in the middle of a line of Markdown."""


def markdown(folder: Folder) -> str:
    """The summary and every table of the page, as Markdown."""
    read = read_outcomes(folder)
    about = summary(folder, read.done)
    parts = [
        f"# Benchmark {_escaped(about.title)}",
        _escaped(" ".join(about.sentences)),
        "\n".join(f"- {_escaped(what)}: {_escaped(value)}" for what, value in about.facts),
        *(_code(command) for command in about.commands),
        *(_section(table) for table in tables(read)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def csv_text(folder: Folder) -> str:
    """A row for each run with its values; None is empty."""
    table = every_run(outcomes(folder))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[column.heading for column in table.columns], *table.rows])
    return text.getvalue()


FORMS: Mapping[str, Callable[[Folder], str]] = {"markdown": markdown, "csv": csv_text}


def _section(table: Table) -> str:
    headings = _row([column.heading for column in table.columns])
    rule = f"| {' | '.join('--:' if table.numeric(place) else '---' for place in range(len(table.columns)))} |"
    lines = "\n".join([headings, rule, *(_row(texts) for texts in table.texts())])
    return "\n\n".join(part for part in (f"## {_escaped(table.title)}", _escaped(table.note), lines) if part)


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(_escaped(text) for text in texts)} |"


def _escaped(text: str) -> str:
    """Text on one line, in which Markdown finds no markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _code(command: str) -> str:
    """A block of code, whose fence is longer than any row of backticks in it."""
    longest = max((len(row) for row in re.findall("`+", command)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{command}\n{fence}"
