"""Reading JSON of which anything may be expected."""

from __future__ import annotations

import json
from typing import Any


def strict_json(text: str) -> Any:
    """A JSON value without NaN, infinite numbers or text that is not Unicode.

    Raises:
        ValueError: the text is no such value.
        RecursionError: the value is nested too deeply.
    """
    read = json.loads(text, parse_constant=_refuse)
    json.dumps(read, ensure_ascii=False, allow_nan=False).encode()  # Refuses 1e999 and lone surrogates.
    return read


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
