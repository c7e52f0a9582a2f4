"""A report as plain text: Markdown to read, CSV to count with."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence

from seq_agents.experiments.results_folder import Folder
from seq_agents.report.content import read, tables
from seq_agents.report.html_tables import numeric
from seq_agents.report.outcome import outcomes
from seq_agents.report.summary import summary
from seq_agents.report.table import Table
from seq_agents.report.tables import every_run


def markdown(folder: Folder) -> str:
    """The summary and every table of the page."""
    content = read(folder)
    about = summary(folder, content.done)
    parts = [
        f"# Benchmark {_plain(about.title)}",
        _plain(" ".join(about.sentences)),
        "\n".join(f"- {what}: {_plain(how)}" for what, how in about.facts),
        *(f"```sh\n{command}\n```" for command in about.commands),
        *(_section(table) for table in tables(content)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def csv_text(folder: Folder) -> str:
    """A row for each run, values as they are; nothing for None."""
    table = every_run(outcomes(folder))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[column.heading for column in table.columns], *table.rows])
    return text.getvalue()


FORMS: Mapping[str, Callable[[Folder], str]] = {"markdown": markdown, "csv": csv_text}


def _section(table: Table) -> str:
    headings = _row([column.heading for column in table.columns])
    rule = f"| {' | '.join('--:' if numeric(table, place) else '---' for place in range(len(table.columns)))} |"
    lines = "\n".join([headings, rule, *(_row(texts) for texts in table.texts())])
    return "\n\n".join(part for part in (f"## {_plain(table.title)}", _plain(table.note), lines) if part)


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(text) for text in texts)} |"


def _plain(text: str) -> str:
    """Text that Markdown takes as it is, on one line."""
    return re.sub(r"([\\`*\[\]|<])", r"\\\1", " ".join(text.split()))
