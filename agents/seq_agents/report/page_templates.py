"""Templates of pages that need no other file."""

from __future__ import annotations

import html
import re
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape


def template_environment(package: str, folder: str = "") -> Environment:
    """An environment of Jinja that loads the templates of a package, and escapes all values.

    The templates are beside its modules, or in a folder there. The filter `code_marked` makes code of what stands
    between backticks.
    """

    def source(name: str) -> str:
        return files(package).joinpath(folder, name).read_text(encoding="utf-8")

    environment = Environment(
        loader=FunctionLoader(source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["code_marked"] = code_marked
    return environment


def code_marked(text: str) -> Markup:
    """The text as escaped HTML, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def framed(page: str, height: int, title: str) -> str:
    """A whole page in a frame of this height in pixels, whose styles do not touch those of a notebook around it."""
    source, style = html.escape(page, quote=True), f"width: 100%; height: {height}px; border: 0"
    return f'<iframe srcdoc="{source}" style="{style}" title="{title}"></iframe>'
