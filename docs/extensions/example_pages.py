"""The page of the example scripts: what each shows, from its docstring, and its source."""

from __future__ import annotations

import ast
from pathlib import Path

from site_text import table

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"examples.md": page()}


def page() -> str:
    """Every script with its first sentence and its source."""
    scripts = sorted(EXAMPLES.glob("*.py"))
    rows = [(f"[`{script.name}`](#{anchor(script)})", summary(script)) for script in scripts]
    parts = [
        "# Examples\n",
        "Short scripts that read from top to bottom. Run one with `python examples/NAME.py` from a clone. Each takes\n"
        "less than a minute on two cores; `rllib_ppo_lstm.py` needs a virtual environment of its own.\n",
        table(("script", "what it shows"), rows),
    ]
    for script in scripts:
        parts.append(
            f"## {script.name}\n\n```{{literalinclude}} ../../examples/{script.name}\n:language: python\n```\n"
        )
    return "\n".join(parts)


def anchor(script: Path) -> str:
    """The anchor of the script's heading."""
    return script.name.replace(".", "")


def summary(script: Path) -> str:
    """The first sentence of the script's docstring."""
    docstring = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.split("\n\n")[0].split())
