"""What an id plays is what it always played: `golden.py` says what that is and what a change of it demands."""

from __future__ import annotations

import difflib
from pathlib import Path

import golden
import numpy as np
import pytest
from spaces_of_settings import IDS

import seq_envs
from seq_envs import stream


@pytest.mark.parametrize("id", IDS)
def test_an_id_plays_what_it_always_played(id: str) -> None:
    path = golden.FOLDER / f"{id}.txt"
    assert path.exists(), f"{id} has no {path.name}: `python tests/support/golden.py` writes it"
    written, now = path.read_text(encoding="utf-8"), golden.text_of(id)
    difference = "\n".join(difflib.unified_diff(written.splitlines(), now.splitlines(), path.name, "now", lineterm=""))
    assert not difference, (
        f"{id} no longer plays what it always played. If that is meant, give the id a new version, and run `python "
        f"tests/support/golden.py`; do not change {path.name}.\n{difference}"
    )


def test_every_file_is_that_of_an_id() -> None:
    assert {path.name for path in golden.FOLDER.iterdir()} == {f"{id}.txt" for id in IDS}


def test_a_file_that_is_there_is_never_changed(tmp_path: Path) -> None:
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


# That a change is seen: each of these is one.


def digests(id: str) -> list[str]:
    return [line for line in golden.text_of(id).splitlines() if line.startswith("sha256")]


def test_other_blocks_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first episode of a seed is the same then, in drawings and numbers."""
    before = digests("SeqNextMedium-v0")
    monkeypatch.setattr(stream, "BLOCK_STEPS", 4096)
    assert all(old != new for old, new in zip(before, digests("SeqNextMedium-v0"), strict=True) if " 500 " in old)


def test_another_grading_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests("SeqNext-v0")
    defaults = seq_envs.SeqNext.framing_defaults
    monkeypatch.setattr(
        seq_envs.SeqNext,
        "framing_defaults",
        lambda self: {name: value / 2 if name == "tolerance" else value for name, value in defaults(self).items()},
    )
    changed = [old != new for old, new in zip(before, digests("SeqNext-v0"), strict=True)]
    assert [changed[3], *changed[:3]] == [True, False, False, False]  # What is played, not what is shown.


def test_a_digest_is_of_the_numbers_and_not_of_the_machine() -> None:
    array = np.arange(6, dtype="<i8").reshape(2, 3)
    turned = array.astype(">i8")
    assert golden._digest(array) == golden._digest(turned) == golden._digest(np.asfortranarray(array))
    for other in (array.astype("<i4"), array.ravel(), array + 1, array.astype("<f8")):
        assert golden._digest(other) != golden._digest(array)
