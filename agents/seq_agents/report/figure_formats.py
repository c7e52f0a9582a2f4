"""The formats of figures for papers. The same figure gives the same bytes whenever it is written."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

FORMATS = ("svg", "pdf", "png")
"""How a figure may be saved."""
NO_DATES: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
"""The metadata of each format without the date."""


def form_of(path: Path) -> str:
    """The format that the name of a file ends with.

    Raises:
        ValueError: there is no such format.
    """
    form = path.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise ValueError(f"the name of a figure must end with .{', .'.join(FORMATS)}, got {str(path)!r}")
    return form


def figure_bytes(draw: Callable[[], Figure], form: str, **settings: Any) -> bytes:
    """The content of a file with a figure.

    Args:
        draw: draws it.
        form: one of `FORMATS`.
        settings: of matplotlib, by name with `_` in place of dots, such as `font_size`.
    """
    content = io.BytesIO()
    changed = {name.replace("_", ".", 1): value for name, value in settings.items()}
    # The ids in an SVG file depend on the salt alone. Names may have dollar signs, which are no mathematics.
    every: Any = {"svg.hashsalt": "seq-envs", "text.parse_math": False, **changed}
    with rc_context(every):
        draw().savefig(content, format=form, dpi=200, metadata=NO_DATES[form])
    return content.getvalue()
