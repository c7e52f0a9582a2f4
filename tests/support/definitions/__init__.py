"""The literature's problems once more, in plain Python from their definitions: the oracles of the tests.

Each module defines one problem and shares no code with the package. It has a `DEFINITION`, found by the problem's name:
`definitions.parity` for `SeqParity` (`snake_case` without `Seq`).
"""

from __future__ import annotations

import re
from importlib import import_module

from definitions.definition import Definition

TUTORIAL = ("SeqNext", "SeqMemorize", "SeqEcho", "SeqCopy", "SeqClassify")
"""The problems whose oracle is `oracle.py`."""


def definition_of(id: str) -> Definition:
    """The definition of a base id: "SeqWordProblem-v0" has the module `definitions.word_problem`."""
    words = re.findall("[A-Z][a-z]*", id.partition("-v")[0].removeprefix("Seq"))
    found: Definition = import_module(f"definitions.{'_'.join(words).lower()}").DEFINITION
    return found
