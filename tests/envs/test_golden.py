"""The episodes and grades of an id never change; `golden.py` states how they are recorded."""

from __future__ import annotations

import difflib
from pathlib import Path

import golden
import numpy as np
import pytest
from spaces_of_settings import IDS

import seq_envs
from seq_envs import stream


@pytest.mark.parametrize(
    "id", [pytest.param(id, marks=pytest.mark.slow if id.endswith("Paper-v0") else ()) for id in IDS]
)
def test_an_id_is_unchanged(id: str) -> None:
    path = golden.FOLDER / f"{id}.txt"
    assert path.exists(), f"{id} has no {path.name}: `python tests/support/golden.py` writes it"
    written, now = path.read_text(encoding="utf-8"), golden.text_of(id)
    difference = "\n".join(difflib.unified_diff(written.splitlines(), now.splitlines(), path.name, "now", lineterm=""))
    assert not difference, (
        f"The episodes or grades of {id} have changed. If this is intended, give the id a new version, and run `python "
        f"tests/support/golden.py`; do not change {path.name}.\n{difference}"
    )


def test_every_golden_file_belongs_to_an_id() -> None:
    assert {path.name for path in golden.FOLDER.iterdir()} == {f"{id}.txt" for id in IDS}


def test_an_existing_file_is_never_changed(tmp_path: Path) -> None:
    ids = ["SeqEcho-v0", "SeqNext-v0"]
    assert golden.write(tmp_path, ids) == []
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert before.keys() == {"SeqEcho-v0.txt", "SeqNext-v0.txt"}
    spoiled = tmp_path / "SeqEcho-v0.txt"
    spoiled.write_text("something else")
    assert golden.write(tmp_path, ids) == ["SeqEcho-v0"]
    assert spoiled.read_text() == "something else"
    spoiled.unlink()
    assert golden.write(tmp_path, ids) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# The files reveal each kind of change.


def digests(id: str) -> list[str]:
    return [line for line in golden.text_of(id).splitlines() if line.startswith("sha256")]


def test_another_block_size_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes later episodes, but not the first one of a seed."""
    before = digests("SeqNextMedium-v0")
    monkeypatch.setattr(stream, "BLOCK_STEPS", 4096)
    assert all(old != new for old, new in zip(before, digests("SeqNextMedium-v0"), strict=True) if " 500 " in old)


def test_another_grading_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests("SeqNext-v0")
    defaults = seq_envs.SeqNext.framing_defaults
    monkeypatch.setattr(
        seq_envs.SeqNext,
        "framing_defaults",
        lambda self: {name: value / 2 if name == "tolerance" else value for name, value in defaults(self).items()},
    )
    changed = [old != new for old, new in zip(before, digests("SeqNext-v0"), strict=True)]
    assert [changed[3], *changed[:3]] == [True, False, False, False]  # Rewards have changed, episodes have not.


def test_a_digest_depends_on_the_numbers_and_not_on_the_machine() -> None:
    array = np.arange(6, dtype="<i8").reshape(2, 3)
    turned = array.astype(">i8")
    assert golden._digest(array) == golden._digest(turned) == golden._digest(np.asfortranarray(array))
    for other in (array.astype("<i4"), array.ravel(), array + 1, array.astype("<f8")):
        assert golden._digest(other) != golden._digest(array)
