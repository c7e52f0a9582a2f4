"""Ids: which parameters they take, what is close to a wrong one, and their versions."""

from __future__ import annotations

from typing import Any

import gymnasium
import pytest
from spaces_of_settings import BASE_IDS, IDS, choices
from ways_to_make import WAYS, fields_of, holding

import seq_envs


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("id", IDS)
def test_an_unknown_name_is_refused_with_pythons_message(id: str, way: str) -> None:
    """Clients such as TorchRL search for this text, and try again without the keyword."""
    problem, first = type(seq_envs.make_problem(id)).__name__, fields_of(id)[0][0]
    typo = f"{first[:-2]}{first[-1]}{first[-2]}"  # Such as "lenght".
    takes = f"{problem} takes {first}, "
    words = f"{problem}() got an unexpected keyword argument {typo!r}. Did you mean {first!r}? {takes}"
    with pytest.raises(TypeError, match=holding(words, "framing", "encoding")):
        WAYS[way](id, **{typo: 7})
    with pytest.raises(TypeError, match=holding(f"unexpected keyword argument 'zzz'. {takes}")):
        WAYS[way](id, zzz=0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("id", [id for id in IDS if id not in BASE_IDS])
def test_fixed_ids_take_framing_and_encoding_only(id: str, way: str) -> None:
    problem, fixed = seq_envs.make_problem(id), seq_envs.MENU[id][1]
    for field, _ in fields_of(id):
        if field not in ("framing", "encoding"):
            value = getattr(problem, field)  # Even the fixed value is refused.
            words = f"{field} cannot be set to {value!r}: this id is fixed ({next(iter(fixed))}="
            with pytest.raises(ValueError, match=holding(words, "except for framing and encoding; use the base id")):
                WAYS[way](id, **{field: value})
    for choice in choices(id):
        made = WAYS[way](id, **choice)
        chosen = made if way == "make_problem" else made.unwrapped.problem
        assert {"framing": chosen.framing, "encoding": chosen.encoding} == choice
        assert all(getattr(chosen, name) == value for name, value in (fixed | choice).items())


@pytest.mark.parametrize("way", WAYS)
def test_fixed_ids_take_no_split(way: str) -> None:
    """A split would change what a fixed id plays."""
    words = "split cannot be set to 'T1000': this id is fixed (length=(100, 110)) except for framing and encoding"
    with pytest.raises(ValueError, match=holding(words)):
        WAYS[way]("SeqAddingPaper-v0", split="T1000")
    assert WAYS[way]("SeqAddingPaper-v0", split=None)
    paper: Any = seq_envs.make_problem(seq_envs.make_problem("SeqAddingPaper-v0"), split="T1000")
    assert paper.length == (1000, 1100)  # A problem is no id.


@pytest.mark.parametrize("id", [5, None, True, seq_envs.SeqEcho, ["SeqEcho-v0"], b"SeqEcho-v0"])
def test_neither_id_nor_problem(id: Any) -> None:
    with pytest.raises(TypeError, match=holding("id_or_problem must be", repr(id))):
        seq_envs.make_problem(id)


def test_ids_of_other_packages() -> None:
    with pytest.raises(ValueError, match=holding("id must be one of seq_envs.ids(), got 'CartPole-v1'")):
        seq_envs.make_problem("CartPole-v1")


@pytest.mark.parametrize(
    ("id", "nearest"),
    [
        ("SeqEcoh-v0", "SeqEcho-v0"),
        ("SeqEcoh", "SeqEcho-v0"),
        ("seqecho", "SeqEcho-v0"),
        ("SEQECHO-V0", "SeqEcho-v0"),
        ("SeqEcho-v9", "SeqEcho-v0"),
        ("SeqEcho-v0 ", "SeqEcho-v0"),
        ("SeqCopyHrad-v0", "SeqCopyHard-v0"),
        ("seq_envs:SeqNxet", "SeqNext-v0"),
    ],
)
def test_a_wrong_id_gets_a_hint_to_the_nearest_one(id: str, nearest: str) -> None:
    with pytest.raises(gymnasium.error.NameNotFound) as raised:
        seq_envs.make_problem(id)
    assert f"Did you mean {nearest!r}?" in str(raised.value)
    assert sum(name in str(raised.value) for name in IDS) == 1  # The message lists no other ids.
    assert seq_envs.make_problem(nearest)


@pytest.mark.parametrize("id", ["lstm", "", "x y", "Xyzzy-v0"])
def test_an_id_without_a_similar_one(id: str) -> None:
    with pytest.raises(gymnasium.error.NameNotFound, match=holding(f"no environment {id!r}", "seq_envs.ids()")):
        seq_envs.make_problem(id)


@pytest.mark.parametrize("id", IDS)
def test_an_id_without_a_version_means_the_latest(id: str) -> None:
    bare = id.removesuffix("-v0")
    assert seq_envs.make_problem(bare) == seq_envs.make_problem(f"seq_envs:{bare}") == seq_envs.make_problem(id)
    later = f"{bare}-v10"
    for version in ("-v2", "-v10"):
        seq_envs.register(f"{bare}{version}", seq_envs.SeqEcho, lag=int(version[2:]), length=20)
    try:
        assert seq_envs.make_problem(bare) == seq_envs.make_problem(later) != seq_envs.make_problem(id)
    finally:
        del gymnasium.registry[later], gymnasium.registry[f"{bare}-v2"]
