"""Reading and checking the result of a cell: its file may be broken or written by another program."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from seq_agents.experiments.cell import CURVE_COLUMNS
from seq_agents.experiments.strict_json import strict_json
from seq_envs.level import LEVELS, Level, Levels

_LARGEST = 1e15
"""The largest count or time in a result that charts and tables can take."""
_ROUNDING = 1e-9
"""A computed probability may be this much outside of [0, 1]."""


def parsed_result(text: str) -> dict[str, Any]:
    """The result in the JSON text of a cell's file, after a check of everything that a report reads.

    Raises:
        Exception: the text is no such result.
    """
    read = strict_json(text)
    _require(isinstance(read, dict), "an object")
    _check_evaluation(read["evaluation"])
    _check_curve(read["curve"])
    for there in _list(read["elsewhere"], "elsewhere"):
        _require(isinstance(there["changes"], dict), "changes")
        if there["evaluation"] is not None:
            _check_evaluation(there["evaluation"])
    _count(read["steps"], "steps")
    _number(read["seconds"], "seconds")
    _require(isinstance(read["problem"], str), "problem")
    date.fromisoformat(read["date"])
    if read["answers"] is not None:
        _require(_count(read["answers"], "answers") >= 1, "answers")
    for name in ("solved_after_episodes", "further"):
        if read.get(name) is not None:
            _count(read[name], name)
    _require(_share(read.get("done", 1.0), "done") > 0, "done")
    for name, number in _dict(read.get("weights", {}), "weights").items():
        _count(number, name)
    _require(all(isinstance(version, str) for version in _dict(read["versions"], "versions").values()), "versions")
    hardware = _dict(read["hardware"], "hardware")
    _require(isinstance(hardware.get("cpu", ""), str), "cpu")
    if hardware.get("cores") is not None:
        _count(hardware["cores"], "cores")
    return dict(read)


def _check_evaluation(raw: Any) -> None:
    for name in ("accuracy", "exact_match"):
        _share(raw[name], name)
    score = raw["normalized_score"]
    _require(score is None or _number(score, "normalized_score") is not None, "normalized_score")
    by_step = _list(raw["accuracy_by_step"], "accuracy_by_step")
    _require(len(by_step) > 0, "accuracy_by_step")
    for share in by_step:
        if share is not None:
            _share(share, "accuracy_by_step")
    _check_levels(raw["levels"])


def _check_levels(raw: Any) -> None:
    known = {field.name for field in dataclasses.fields(Level)}
    for name in LEVELS:
        _require(isinstance(raw[name], dict), name)
    for name, level in _dict(raw, "levels").items():
        _require(name in {field.name for field in dataclasses.fields(Levels)}, f"levels without {name}")
        if level is None:
            continue
        _require({"accuracy", "exact_match"} <= level.keys() <= known, name)
        for share in level.values():
            _share(share, name)


def _check_curve(raw: Any) -> None:
    rows = _list(raw, "curve")
    _require(len(rows) > 0, "curve")
    latest = -1
    for row in rows:
        _require(len(_list(row, "curve")) == len(CURVE_COLUMNS), "curve")
        steps, seconds, accuracy, exact_match = row
        _require(_count(steps, "steps") > latest, "steps")
        latest = steps
        _number(seconds, "seconds")
        _share(accuracy, "accuracy")
        _share(exact_match, "exact_match")


def _share(value: Any, name: str) -> float:
    _require(-_ROUNDING <= _number(value, name) <= 1.0 + _ROUNDING, name)
    return float(value)


def _count(value: Any, name: str) -> int:
    _require(type(value) is int and 0 <= value <= _LARGEST, name)
    return int(value)


def _number(value: Any, name: str) -> float:
    _require(type(value) in (int, float) and math.isfinite(value) and abs(value) <= _LARGEST, name)
    return float(value)


def _list(value: Any, name: str) -> list[Any]:
    _require(isinstance(value, list), name)
    return list(value)


def _dict(value: Any, name: str) -> Mapping[str, Any]:
    _require(isinstance(value, dict), name)
    return dict(value)


def _require(holds: bool, name: str) -> None:
    if not holds:
        raise ValueError(f"the result has a wrong value: {name}")
