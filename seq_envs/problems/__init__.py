"""The menu: every id, its problem, and the parameters that it fixes. One line an id."""

from __future__ import annotations

from typing import Any

from seq_envs.problem import Problem
from seq_envs.problems.classify import SeqClassify
from seq_envs.problems.copy import SeqCopy
from seq_envs.problems.echo import SeqEcho
from seq_envs.problems.memorize import SeqMemorize
from seq_envs.problems.next import SeqNext

__all__ = ["MENU", "SeqClassify", "SeqCopy", "SeqEcho", "SeqMemorize", "SeqNext"]

# fmt: off
MENU: dict[str, tuple[type[Problem], dict[str, Any]]] = {
    # The base ids take every parameter.
    "SeqNext-v0":           (SeqNext, {}),
    "SeqMemorize-v0":       (SeqMemorize, {}),
    "SeqEcho-v0":           (SeqEcho, {}),
    "SeqCopy-v0":           (SeqCopy, {}),
    "SeqClassify-v0":       (SeqClassify, {}),
    # The benchmark's ids are fixed but for framing and encoding.
    "SeqNextMedium-v0":     (SeqNext, {"length": 20, "max_step": 3}),
    "SeqMemorizeMedium-v0": (SeqMemorize, {"length": 20, "framing": "many_to_one"}),
    "SeqEchoMedium-v0":     (SeqEcho, {"length": 20, "lag": 4}),
    "SeqCopyMedium-v0":     (SeqCopy, {"length": 10}),
    "SeqClassifyMedium-v0": (SeqClassify, {"length": 25}),
    "SeqNextHard-v0":       (SeqNext, {"length": 50, "max_step": 5}),
    "SeqMemorizeHard-v0":   (SeqMemorize, {"length": 100, "framing": "many_to_one", "distractors": "random"}),
    "SeqEchoHard-v0":       (SeqEcho, {"length": 50, "lag": 16}),
    "SeqCopyHard-v0":       (SeqCopy, {"length": 20}),
    "SeqClassifyHard-v0":   (SeqClassify, {"length": 100}),
}
# fmt: on
