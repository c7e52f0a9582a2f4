"""Tables in a terminal."""

from __future__ import annotations

import textwrap

from seq_agents.report.table import Table


def print_table(table: Table) -> None:
    """Print a table and its note."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Shown

    shown = Shown(title=table.title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, collapse_padding=True)
    rows = table.texts()
    if not rows:
        return
    for place, column in enumerate(table.columns):
        widest = max(len(row[place]) for row in rows)  # Only headings may wrap.
        shown.add_column(
            column.heading.replace(", ", "\n").replace(" to ", " to\n"),
            justify="left" if place == 0 else "right",
            min_width=widest,
        )
    for row in rows:
        shown.add_row(*row)
    console = Console(highlight=False)
    with console.capture() as text:  # rich itself ends the process where the reader of a pipe has gone.
        console.print(shown, width=max(80, console.width))
    print(text.get().rstrip())
    print(textwrap.fill(table.note, max(80, console.width)) + "\n")
