"""A folder of results: nothing in it is lost, mixed up or half written, and what is broken counts as missing."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from seq_agents.errors import RunError
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.folder_lock import alone_in
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.until import Until
from seq_agents.experiments.workers import Failed
from seq_agents.report.outcome import outcomes
from tiny_grids import entry, exam, result


def asked(path: Path, *entries: Entry) -> Folder:
    folder = Folder(path)
    folder.add_entries(entries or [entry(seeds=2)])
    return folder


def filled(path: Path, *entries: Entry) -> Folder:
    """With a result for every cell."""
    folder = asked(path, *entries)
    for cell in folder.cells():
        folder.add(cell, result(cell))
    return folder


def files(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


# What is added is read again.


def test_added_results_are_read(tmp_path: Path) -> None:
    folder = asked(tmp_path / "new" / "folder", entry(seeds=2), entry("lstm"))
    cells = list(folder.cells())
    assert [(cell.entry.name, cell.seed) for cell in cells] == [("mlp", 0), ("lstm", 0), ("mlp", 1)], (
        "first seeds first"
    )
    assert [folder.result(cell) for cell in cells] == [None] * 3
    for number, cell in enumerate(cells):
        folder.add(cell, result(cell, seconds=float(number)))
    again = Folder.open(folder.path)
    assert [entry.as_json() for entry in again.entries] == [entry.as_json() for entry in folder.entries]
    assert list(again.cells()) == [Cell(Entry.of_json(cell.entry.as_json()), cell.seed) for cell in cells]
    found = [again.result(cell) for cell in again.cells()]
    assert [read["seconds"] for read in found if read] == [0.0, 1.0, 2.0]
    assert files(folder.path) == [
        "cells/lstm--SeqEcho-v0--length=4--n_values=3--0.json",
        "cells/mlp--SeqEcho-v0--length=4--n_values=3--0.json",
        "cells/mlp--SeqEcho-v0--length=4--n_values=3--1.json",
        "grid.json",
    ]


def test_what_is_not_a_results_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(RunError, match=r"is no folder of results: there is no grid\.json"):
            Folder.open(path)
    assert Folder(tmp_path / "none").entries == []
    assert not (tmp_path / "none").exists(), "looking makes nothing"


TWINS = [
    ("a/b", "a b"),
    ("a/b", "a_b"),
    ("Name", "name"),
    ("x" * 300, "x" * 299),
    ("\u00e4", "a\u0308"),
    ("..", "."),
    ("mlp--SeqEcho-v0", "mlp"),
    ("\U0001f600" * 80, "\U0001f601" * 80),
]


@pytest.mark.parametrize("names", TWINS, ids=lambda pair: ascii(pair)[:30])
def test_names_that_look_alike_keep_their_results(names: tuple[str, str], tmp_path: Path) -> None:
    folder = filled(tmp_path, *(entry(name=name) for name in names))
    for cell in folder.cells():
        found = folder.result(cell)
        assert found is not None
        assert found["entry"]["name"] == cell.entry.name
        folder.add_failure(Failed(cell, f"of {cell.entry.name}"))
    assert [folder.why_failed(cell) for cell in folder.cells()] == [f"of {name}" for name in names]
    written = [path.name.lower() for path in (tmp_path / "cells").iterdir()]
    assert len(set(written)) == 2
    assert len(outcomes(Folder.open(tmp_path))) == 2


# What is broken counts as missing.


def broken_variants() -> dict[str, Any]:
    cell = Cell(entry(seeds=2), 0)
    good = result(cell)

    def but(*keys: str, **changes: Any) -> dict[str, Any]:
        return {key: value for key, value in {**good, **changes}.items() if key not in keys}

    no_levels = {key: value for key, value in exam().items() if key != "levels"}
    return {
        **{f"without {key}": but(key) for key in good if key != "steps"},
        "of another seed": but(seed=1),
        "of another entry": but(entry={**good["entry"], "settings": {}}),
        "list": [],
        "number": 3,
        "null": None,
        "text": "entry",
        "entry is a list": but(entry=[]),
        "entry is null": but(entry=None),
        "evaluation is empty": but(evaluation={}),
        "evaluation without levels": but(evaluation=no_levels),
        "accuracy is text": but(evaluation={**exam(), "accuracy": "0.5"}),
        "accuracy is null": but(evaluation={**exam(), "accuracy": None}),
        "no curve": but(curve=[]),
        "curve of short rows": but(curve=[[1, 2]]),
        "curve of text": but(curve=[["a", "b", "c", "d"]]),
        "curve is a mapping": but(curve={"a": 1}),
        "elsewhere is null": but(elsewhere=None),
        "elsewhere without evaluation": but(elsewhere=[{"changes": {}}]),
        "versions are a list": but(versions=[]),
        "answers are text": but(answers="3"),
    }


@pytest.mark.parametrize("variant", broken_variants())
def test_a_file_without_a_result_counts_as_missing(variant: str, tmp_path: Path) -> None:
    folder = filled(tmp_path)
    cell, other = folder.cells()
    (tmp_path / "cells" / f"{cell.key}.json").write_text(json.dumps(broken_variants()[variant]))
    assert folder.result(cell) is None
    assert folder.broken(cell)
    assert not folder.broken(other)
    assert [outcome.seed for outcome in outcomes(folder)] == [1], "the other result is read"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"\x00" * 9, b"[" * 100_000, b"nonsense", b'{"entry": 1e999}']
)
def test_a_file_without_json_counts_as_missing(content: bytes, tmp_path: Path) -> None:
    folder = filled(tmp_path)
    cell, _ = folder.cells()
    (tmp_path / "cells" / f"{cell.key}.json").write_bytes(content)
    assert folder.result(cell) is None
    assert folder.broken(cell)


def test_a_file_cut_short_anywhere_counts_as_missing(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    cell, _ = folder.cells()
    path = tmp_path / "cells" / f"{cell.key}.json"
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        assert folder.result(cell) is None
    path.write_bytes(whole)
    assert folder.result(cell) is not None
    assert not folder.broken(cell)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "3", "{}", '{"entries": 3}', '{"entries": [3]}', '{"entries": [{}]}', '{"entries": [[]]}',
     json.dumps({"entries": [{**entry().as_json(), "seeds": "many"}]}), "[" * 100_000,
     json.dumps({"entries": [], "commands": 3}), json.dumps({"entries": [], "commands": [3]}),
     json.dumps({"entries": [{**entry().as_json(), "name": "\udc80"}]}),
     json.dumps({"entries": [entry().as_json()] * 2}),
     json.dumps({"entries": [{**entry().as_json(), "settings": {"hidden": float("inf")}}]})],
)  # fmt: skip
def test_a_broken_grid_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "grid.json").write_text(content)
    with pytest.raises(RunError, match=r"grid\.json is broken: ") as wrong:
        Folder(tmp_path)
    assert "\n" not in str(wrong.value)
    assert (tmp_path / "grid.json").read_text() == content


# Asking for more, for less, and for something else.


def test_more_seeds_extend_and_fewer_keep(tmp_path: Path) -> None:
    folder = filled(tmp_path, entry(seeds=2))
    for seeds, there in ((3, 3), (1, 3), (3, 3)):
        folder = asked(tmp_path, entry(seeds=seeds))
        assert [entry.seeds for entry in folder.entries] == [there]
    assert [folder.result(cell) is not None for cell in folder.cells()] == [True, True, False]
    assert len(list(asked(tmp_path, entry("lstm")).cells())) == 4, "other entries are added"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"episodes": 50}, "with episodes 40, not 50"),
        ({"agent": "window-mlp"}, "with agent 'mlp', not 'window-mlp'"),
        ({"settings": {**entry().settings, "hidden": 5}}, r"with settings {'hidden': 4}, not {'hidden': 5}"),
        ({"until": Until(every=3, without_mistake=4)}, r"with until None, not {'every': 3, 'without_mistake': 4}"),
        ({"elsewhere": ({"lag": 2},)}, r"with elsewhere \[\], not \[{'lag': 2}\]"),
    ],
)
def test_results_of_other_settings_are_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    folder = filled(tmp_path, entry())
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    with pytest.raises(RunError, match=f"has results of mlp on SeqEcho-v0 length=4 n_values=3 {said}: choose another"):
        asked(tmp_path, entry("lstm"), dataclasses.replace(entry(), **changes))
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before
    assert [entry.name for entry in folder.entries] == ["mlp"]


def test_what_was_reported_is_not_part_of_a_result(tmp_path: Path) -> None:
    filled(tmp_path, entry())
    folder = asked(tmp_path, dataclasses.replace(entry(), reported="90%"))
    assert [folder.result(cell) is not None for cell in folder.cells()] == [True]
    assert Folder.open(tmp_path).entries[0].reported == "90%"


def test_a_sweep_is_apart_from_the_grid(tmp_path: Path) -> None:
    folder = filled(tmp_path, entry(), entry(swept="length", elsewhere=({"lag": 2},)))
    assert len(files(tmp_path / "cells")) == 2
    assert len(outcomes(folder)) == 2


def test_the_order_of_names_in_a_mapping_does_not_matter(tmp_path: Path) -> None:
    filled(tmp_path, entry())
    turned = dict(reversed(entry().settings.items()))
    folder = asked(tmp_path, dataclasses.replace(entry(), settings=turned))
    assert [folder.result(cell) is not None for cell in folder.cells()] == [True]


# The commands that made the folder.


def test_commands_are_stored_when_they_add_something(tmp_path: Path) -> None:
    for entries, command, stored in (
        ([entry()], "seq-envs bench a.yaml", ["seq-envs bench a.yaml"]),
        ([entry()], "seq-envs bench a.yaml --jobs 2", ["seq-envs bench a.yaml"]),
        ([entry("lstm")], "", ["seq-envs bench a.yaml"]),
        ([entry("gru")], "seq-envs bench 'my b.yaml'", ["seq-envs bench a.yaml", "seq-envs bench 'my b.yaml'"]),
        ([entry("gru", seeds=2)], "seq-envs bench a.yaml", ["seq-envs bench a.yaml", "seq-envs bench 'my b.yaml'"]),
    ):
        folder = Folder(tmp_path)
        folder.add_entries(entries, command)
        assert folder.commands == Folder.open(tmp_path).commands == stored


def test_a_command_that_is_not_unicode(tmp_path: Path) -> None:
    Folder(tmp_path).add_entries([entry()], "seq-envs bench run\udcff.yaml")
    assert Folder.open(tmp_path).commands == ["seq-envs bench run\ufffd.yaml"]


def test_a_folder_of_an_older_version_has_no_commands(tmp_path: Path) -> None:
    (tmp_path / "grid.json").write_text(json.dumps({"entries": [entry().as_json()]}))
    assert Folder.open(tmp_path).commands == []


# Writing.


def test_leftovers_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    before = files(tmp_path)
    for part in ("cells", "failed"):
        (tmp_path / part / f"mlp.json.{2**22 + 1}.seq-envs.tmp").write_text("{")
    asked(tmp_path)
    assert files(tmp_path) == before
    assert all(folder.result(cell) is not None for cell in folder.cells())


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    """Also files that a living process is writing."""
    filled(tmp_path)
    parent = os.getppid()
    for path in (tmp_path, tmp_path / "cells"):
        for name in ("notes.tmp", "mlp.json.123.tmp", f"page.{parent}.seq-envs.tmp", "page.x.seq-envs.tmp"):
            (path / name).write_text("precious")
    with alone_in(tmp_path):
        before = files(tmp_path)
        asked(tmp_path)
        assert files(tmp_path) == before
    assert len([name for name in before if name.endswith(".tmp")]) == 8


def test_settings_without_a_result_can_be_changed(tmp_path: Path) -> None:
    """After a typo that failed every seed."""
    wrong, right = (dataclasses.replace(entry(), settings={"updates": updates}) for updates in (0, 1))
    Folder(tmp_path).add_entries([wrong])
    folder = Folder(tmp_path)
    folder.add_entries([right])
    assert Folder(tmp_path).entries == [right]


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
def test_a_write_that_fails_leaves_what_was_there(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = filled(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    cell = next(folder.cells())
    monkeypatch.setattr(call, full)
    with pytest.raises(OSError, match="No space"):
        folder.add(cell, result(cell, seconds=9.0))
    folder.add_failure(Failed(cell, "why"))
    with pytest.raises(OSError, match="No space"):
        folder.add_entries([entry("lstm")])
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_nan_is_not_written(tmp_path: Path) -> None:
    folder = asked(tmp_path)
    cell = next(folder.cells())
    with pytest.raises(ValueError, match="JSON"):
        folder.add(cell, result(cell, seconds=float("nan")))
    assert files(tmp_path) == ["grid.json"]


# Failures.


def test_failures(tmp_path: Path) -> None:
    folder = asked(tmp_path)
    cell, other = folder.cells()
    folder.add_failure(Failed(cell, "ValueError: it", "Traceback\n  of \udc80 it"))
    assert folder.why_failed(cell) == "ValueError: it"
    assert "of ? it" in (tmp_path / "failed" / f"{cell.key}.txt").read_text()
    assert folder.why_failed(other) is None
    folder.add_failure(Failed(cell, "ValueError: \udc80"))
    assert folder.why_failed(cell) == "ValueError: ?"
    folder.add(cell, result(cell))
    assert folder.why_failed(cell) is None
    (tmp_path / "failed" / f"{other.key}.txt").write_bytes(b"\xff\nmore")
    assert folder.why_failed(other) == "\ufffd"


def test_files_have_names_that_every_system_takes(tmp_path: Path) -> None:
    filled(tmp_path, entry(name="C:\\con?*" + "y" * 400))
    (name,) = os.listdir(tmp_path / "cells")
    assert len(name) < 250
    assert not set(name) & set('\\/:*?"<>|')
