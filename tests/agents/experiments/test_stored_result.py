"""A malformed cell file counts as broken, and a report on its folder is still written."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_results import entry, folder, result
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.stored_result import parsed_result
from seq_agents.report.outcome import outcomes
from seq_agents.report.page import page
from seq_agents.report.text_forms import FORMS

Place = tuple[Any, ...]


def stored(path: Path) -> Folder:
    """Two cells with results; the first one has an evaluation elsewhere."""
    made = folder(path, [entry(elsewhere=({"length": 20},))])
    for cell in made.cells():
        made.add(cell, result(cell, 0.5, elsewhere={20: 0.25}))
    return made


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """The places of all values within a JSON value."""
    yield here
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from places(below, (*here, key))


def changed(value: Any, place: Place, new: Any) -> Any:
    """A copy of a JSON value with another value at a place."""
    if not place:
        return new
    value = copy.copy(value)
    value[place[0]] = changed(value[place[0]], place[1:], new)
    return value


def report_on(made: Folder) -> int:
    """Write the report in every form; the number of results in it."""
    again = Folder.open(made.path)
    page(again).encode()
    for form in FORMS.values():
        form(again).encode()
    return len(outcomes(again))


STRANGE = [
    None, True, 0, -1, 3, 1e300, 10**400, "", "text", "\udc80", [], [[]], {}, {"a": 1}, float("inf"), float("nan"),
]  # fmt: skip


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return stored(tmp_path_factory.mktemp("good"))


def content(made: Folder) -> Any:
    return json.loads((made.path / "cells" / f"{next(made.cells()).key}.json").read_text())


def test_a_good_file_is_read(good: Folder) -> None:
    raw = content(good)
    assert parsed_result(json.dumps(raw)) == raw
    assert report_on(good) == 2


def accepted(raw: Any, variants: Iterator[Any]) -> list[Any]:
    """The variants of a result that are read; all others must be refused by an exception."""
    read = []
    for variant in variants:
        try:
            parsed_result(json.dumps(variant))
        except Exception:  # A cell that raises here counts as broken.
            continue
        if variant != raw:
            read.append(variant)
    return read


def assert_reported(made: Folder, variants: list[Any]) -> None:
    """Each variant is read or listed as broken, and some of them are drawn."""
    cell = next(made.cells())
    path = made.path / "cells" / f"{cell.key}.json"
    before = path.read_text()
    try:
        for number, variant in enumerate(variants):
            path.write_text(json.dumps(variant))
            again = Folder.open(made.path)
            assert len(outcomes(again)) == 2 - again.broken(cell)
            for form in FORMS.values():
                form(again).encode()
            if number % (len(variants) // 6 + 1) == 0:
                page(again).encode()
    finally:
        path.write_text(before)


@pytest.mark.slow
def test_a_value_changed_anywhere(good: Folder) -> None:
    raw = content(good)
    variants = (changed(raw, place, new) for place in places(raw) for new in STRANGE)
    read = accepted(raw, variants)
    assert 50 < len(read) < 0.4 * len(list(places(raw))) * len(STRANGE), "most of them are no results"
    assert_reported(good, read[:: len(read) // 40 + 1])


@pytest.mark.slow
def test_a_key_added_or_removed_anywhere(good: Folder) -> None:
    raw = content(good)
    mappings = [(place, _at(raw, place)) for place in places(raw) if isinstance(_at(raw, place), dict)]
    added = (changed(raw, place, {**mapping, "added": 1}) for place, mapping in mappings)
    removed = (
        changed(raw, place, {key: value for key, value in mapping.items() if key != gone})
        for place, mapping in mappings
        for gone in mapping
    )
    assert_reported(good, accepted(raw, added) + accepted(raw, removed)[::3])


@pytest.mark.parametrize(
    ("place", "new"),
    [
        (("evaluation", "levels", "chance", "added"), 1.0),
        (("evaluation", "levels", "added"), {"accuracy": 1.0, "exact_match": 1.0}),
        (("evaluation", "accuracy"), "0.5"),
        (("curve", 0, 0), float("inf")),
        (("curve", 0, 0), 10**400),
        (("curve", 0, 0), 2.5),
        (("problem",), "\udc80"),
        (("versions",), {"torch": 3}),
        (("hardware",), {"cores": "two"}),
        (("date",), "yesterday"),
        (("solved_after_episodes",), -1),
        (("elsewhere", 0, "changes"), [1]),
    ],
)
def test_wrong_values_do_not_stop_a_report(place: Place, new: Any, tmp_path: Path) -> None:
    made = stored(tmp_path)
    cell = next(made.cells())
    raw = content(made)
    inner = _at(raw, place[:-1])
    inner[place[-1]] = new
    (made.path / "cells" / f"{cell.key}.json").write_text(json.dumps(raw))
    assert made.broken(cell)
    assert report_on(made) == 1
    assert "its file is broken" in FORMS["markdown"](made)


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value
