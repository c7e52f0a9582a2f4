"""Templates of pages that need no other file."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined


def template_environment(package: str) -> Environment:
    """An environment of Jinja that loads the templates beside the modules of a package, and escapes all values."""

    def source(name: str) -> str:
        return files(package).joinpath(name).read_text(encoding="utf-8")

    return Environment(
        loader=FunctionLoader(source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
