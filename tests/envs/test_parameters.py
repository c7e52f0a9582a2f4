"""The parameters of a problem: wrong ones are refused with a clear message, and allowed ones define the problem."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from spaces_of_settings import BASE_IDS, EVERY_CHOICE, IDS, any_problem, name
from ways_to_make import WAYS, fields_of, holding

import seq_envs
from seq_envs.parameters import Choice, Flag, Integer, Real, Subset
from seq_envs.sizes import Sizes

INF, NAN = float("inf"), float("nan")

EVERY_FIELD = [(id, field, domain) for id in BASE_IDS for field, domain in fields_of(id)]
WRONG: dict[type, list[Any]] = {
    Integer: [-1, -(10**30), True, False, np.True_, 3.0, 2.5, np.float32(3), NAN, "3", b"3", [3], (), {}, 3j],
    Sizes: [-1, True, 3.0, NAN, "3", b"3", [3], (), {}, 3j, (-1, 5), (9, 3), (5, 6, 7), (5.0, 7), (True, 5)],
    Real: [NAN, INF, -INF, np.float64("nan"), 0.0, 1.0, 0, 1, -0.25, True, False, np.True_, "0.5", [0.5], 0.5j],
    Flag: [0, 1, 1.0, "True", "", np.int64(1), [True]],
    Choice: ["", "nothing", "ONE_TO_ONE", "one_to_one ", 0, True, 1.5, NAN, b"one_hot", ["one_hot"], ("one_to_one",)],
}
"""For each type of parameter: values that are never allowed."""
ALLOWED: dict[type, str] = {
    Integer: "an integer >= ",
    Sizes: "an integer >= ",
    Real: "a number in (0, 1)",
    Flag: "True or False",
    Choice: "one of ",
}


@pytest.mark.parametrize(
    ("domain", "allowed"),
    [
        (Integer(None), "an integer"), (Integer(2), "an integer >= 2"), (Integer(None, 3), "an integer <= 3"),
        (Integer(2, 3), "an integer >= 2 and <= 3"),
    ],
)  # fmt: skip
def test_bounds_of_integers(domain: Integer, allowed: str) -> None:
    assert str(domain) == allowed
    assert [number for number in range(-2, 6) if domain.accept(number) is not None] == [
        number for number in range(-2, 6) if number >= (domain.minimum or -9) and number <= (domain.maximum or 9)
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("id", "field", "domain"), EVERY_FIELD, ids=name)
def test_values_that_are_never_allowed(id: str, field: str, domain: Any, way: str) -> None:
    allowed = ALLOWED[type(domain)] + (", ".join(map(repr, domain.options)) if isinstance(domain, Choice) else "")
    for value in WRONG[type(domain)]:
        with pytest.raises(ValueError, match=holding(f"{field} must be {allowed}", f"got {value!r}")):
            WAYS[way](id, **{field: value})


@pytest.mark.parametrize(
    ("bounds", "allowed", "inside"),
    [
        ({}, "a number in (0, 1)", [0.5]),
        ({"from_above": True}, "a number in [0, 1)", [0.0, 0.5]),
        ({"to_below": True}, "a number in (0, 1]", [0.5, 1.0]),
        ({"from_above": True, "to_below": True}, "a number in [0, 1]", [0.0, 0.5, 1.0]),
    ],
)
def test_bounds_of_real_numbers(bounds: dict[str, bool], allowed: str, inside: list[float]) -> None:
    domain = Real(0.0, 1.0, **bounds)
    assert str(domain) == allowed
    assert [number for number in (-0.1, 0.0, 0.5, 1.0, 1.1) if domain.accept(number) is not None] == inside


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ((), ()),
        (["b", "a"], ("a", "b")),
        (("c",), ("c",)),
        (("a", "a"), None),
        (("a", "d"), None),
        ("a", None),
        ((1,), None),
        ({"a": 1}, None),
    ],
)
def test_subsets_of_names(value: object, accepted: tuple[str, ...] | None) -> None:
    domain = Subset(("a", "b", "c"))
    assert domain.accept(value) == accepted
    assert domain.parse("b a") == ("b", "a")


@pytest.mark.parametrize(("id", "field", "domain"), EVERY_FIELD, ids=name)
def test_none_is_allowed_if_the_framing_sets_the_default(id: str, field: str, domain: Any) -> None:
    [default] = [f.default for f in dataclasses.fields(type(seq_envs.make_problem(id))) if f.name == field]
    if default is None:
        assert seq_envs.make_problem(id, **{field: None}) == seq_envs.make_problem(id)
    else:
        with pytest.raises(ValueError, match=holding(f"{field} must be {ALLOWED[type(domain)]}", "got None")):
            seq_envs.make_problem(id, **{field: None})


# fmt: off
LIMITS: list[tuple[str, dict[str, Any], str, int, int | None]] = [
    ("SeqNext-v0",     {},                                               "length",        2, None),
    ("SeqNext-v0",     {"max_step": 3},                                  "length",        7, None),
    ("SeqNext-v0",     {"length": 9},                                    "max_step",      1, 4),
    ("SeqNext-v0",     {"length": 10},                                   "max_step",      1, 4),
    ("SeqNext-v0",     {"framing": "many_to_one"},                       "window",        1, 9),
    ("SeqNext-v0",     {"framing": "many_to_one", "max_step": 2},        "window",        2, 4),
    ("SeqMemorize-v0", {},                                               "length",        3, None),
    ("SeqMemorize-v0", {},                                               "n_sequences",   2, None),
    ("SeqMemorize-v0", {"overlap": True},                                "n_sequences",   2, 2),
    ("SeqEcho-v0",     {"lag": 0},                                       "length",        1, None),
    ("SeqEcho-v0",     {"lag": 3},                                       "length",        4, None),
    ("SeqEcho-v0",     {},                                               "n_values",      2, None),
    ("SeqEcho-v0",     {},                                               "lag",           0, 9),
    ("SeqCopy-v0",     {},                                               "length",        1, None),
    ("SeqCopy-v0",     {},                                               "n_values",      2, None),
    ("SeqCopy-v0",     {},                                               "output_length", 1, 5),
    ("SeqCopy-v0",     {"offset": 2},                                    "output_length", 1, 3),
    ("SeqCopy-v0",     {},                                               "offset",        0, 0),
    ("SeqCopy-v0",     {"output_length": 3},                             "offset",        0, 2),
    ("SeqCopy-v0",     {"output_length": 3, "framing": "many_to_one"},   "offset",        0, 2),
    ("SeqCopy-v0",     {},                                               "delay",         0, None),
    ("SeqClassify-v0", {},                                               "length",        1, None),
]
"""An id, parameters, and the least and the largest allowed value of one more parameter; None: no limit."""
# fmt: on


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("id", "parameters", "field", "least", "most"), LIMITS, ids=name)
def test_limits(id: str, parameters: dict[str, Any], field: str, least: int, most: int | None, way: str) -> None:
    for value in (least, least + 1 if most is None else most):
        made = WAYS[way](id, **parameters, **{field: value})
        problem = made if way == "make_problem" else made.unwrapped.problem
        assert getattr(problem, field) == value
    for value in [least - 1] if most is None else [least - 1, most + 1]:
        with pytest.raises(ValueError, match=holding(field, "must be", f"{value}")):
            WAYS[way](id, **parameters, **{field: value})


# fmt: off
RELATIONS: list[tuple[str, dict[str, Any], str]] = [
    ("SeqNext-v0", {"length": 6, "max_step": 3}, "max_step must be in 1 ... (length-1) // 2 = 2 with length=6, got 3"),
    ("SeqNext-v0", {"length": 2, "max_step": 2}, "max_step must be in 1 ... (length-1) // 2 = 1 with length=2, got 2"),
    ("SeqNext-v0", {"framing": "many_to_one", "window": 10},
     "window must be in 1 ... (length-1) // max_step = 9 with length=10 and max_step=1, got 10"),
    ("SeqNext-v0", {"framing": "many_to_one", "window": 1, "max_step": 2},
     "window must be in 2 ... (length-1) // max_step = 4 with length=10 and max_step=2, got 1"),
    ("SeqMemorize-v0", {"overlap": True, "n_sequences": 3}, "n_sequences must be 2 with overlap=True, got 3"),
    ("SeqEcho-v0", {"length": 7, "lag": 7}, "lag must be in 0 ... length-1 = 6, got 7"),
    ("SeqEcho-v0", {"lag": 500}, "lag must be in 0 ... length-1 = 9, got 500"),
    ("SeqCopy-v0", {"offset": 3, "output_length": 3},
     "offset + output_length must be at most length = 5, got offset=3, output_length=3"),
    ("SeqCopy-v0", {"output_length": 6, "framing": "many_to_one"},
     "offset + output_length must be at most length = 5, got offset=0, output_length=6"),
    # Parameters that the framing or the encoding does not use, even with the value that they have elsewhere.
    ("SeqNext-v0", {"window": 3},
     "window is not used by framing='one_to_one', encoding='value': leave it out (got window=3)"),
    ("SeqNext-v0", {"tolerance": 0.05, "encoding": "one_hot"},
     "tolerance is not used by framing='one_to_one', encoding='one_hot': leave it out (got tolerance=0.05)"),
    ("SeqNext-v0", {"tolerance": 0.05, "encoding": "discrete", "framing": "many_to_one"},
     "tolerance is not used by framing='many_to_one', encoding='discrete': leave it out (got tolerance=0.05)"),
    *[("SeqCopy-v0", {"framing": "one_to_many", field: value},
       f"{field} is not used by framing='one_to_many', encoding='one_hot': leave it out (got {field}={value})")
      for field, value in [("output_length", 5), ("output_length", 3), ("offset", 0), ("offset", 1), ("delay", 0),
                           ("delay", 1), ("reverse", False), ("reverse", True)]],
    ("SeqCopy-v0", {"framing": "many_to_one", "delay": 0},
     "delay is not used by framing='many_to_one', encoding='one_hot': leave it out (got delay=0)"),
]
"""Parameters that contradict each other, and the message."""
# fmt: on


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("id", "parameters", "words"), RELATIONS)
def test_parameters_that_contradict_each_other(id: str, parameters: dict[str, Any], words: str, way: str) -> None:
    with pytest.raises(ValueError, match=holding(words)):
        WAYS[way](id, **parameters)


def test_max_step_is_named_if_it_allows_no_window() -> None:
    with pytest.raises(ValueError, match=holding("max_step must be in 1 ... (length-1) // 2 = 2")):
        seq_envs.SeqNext(length=5, max_step=3, framing="many_to_one", window=2)


# Allowed values.


def in_other_types(domain: Any, value: Any) -> list[Any]:
    """The same value in the types of numpy and of the standard library."""
    if isinstance(domain, (Integer, Sizes)):
        integers = (np.int64, np.int32, np.uint8, np.int8)
        return [tuple(map(to, value)) if isinstance(value, tuple) else to(value) for to in integers]
    if isinstance(domain, Real):
        return [np.float64(value), Fraction(value)]
    return [np.bool_(value)] if isinstance(domain, Flag) else [np.str_(value)]


@pytest.mark.parametrize(("id", "field", "domain"), EVERY_FIELD, ids=name)
def test_numpy_values_become_builtins(id: str, field: str, domain: Any) -> None:
    framing = {"framing": "many_to_one"} if field == "window" else {}
    expected = seq_envs.make_problem(id, **framing)
    value = getattr(expected, field)
    for other in in_other_types(domain, value):
        problem = seq_envs.make_problem(id, **(framing | {field: other}))
        assert type(getattr(problem, field)) is type(value)
        assert (problem, repr(problem), hash(problem)) == (expected, repr(expected), hash(expected))


class Framing(str, Enum):  # noqa: UP042 - what people had before StrEnum.
    LAST = "many_to_one"


def test_a_name_may_be_a_member_of_a_string_enum() -> None:
    assert seq_envs.SeqEcho(framing=Framing.LAST) == seq_envs.SeqEcho(framing="many_to_one")


def test_a_huge_integer_for_a_number() -> None:
    with pytest.raises(ValueError, match="tolerance must be"):
        seq_envs.SeqNext(tolerance=10**400)


@pytest.mark.parametrize(("id", "choice"), EVERY_CHOICE, ids=name)
def test_problems_are_values(id: str, choice: dict[str, Any]) -> None:
    problem, twin, other = (seq_envs.make_problem(id, **choice) for _ in range(3))
    seq_envs.sample(twin, 1)  # A problem that has been used is still the same.
    assert problem == twin
    assert hash(problem) == hash(twin)
    for again in (
        copy.deepcopy(twin),
        copy.copy(twin),
        pickle.loads(pickle.dumps(twin)),
        eval(repr(twin), {type(twin).__name__: type(twin)}),
    ):
        assert again == problem
        assert hash(again) == hash(problem)
        assert seq_envs.sample(again, 3).observations.tobytes() == seq_envs.sample(problem, 3).observations.tobytes()
    longer = seq_envs.make_problem(problem, length=problem.length + 1)
    assert longer != problem
    assert len({problem, twin, other, longer}) == 2
    for field in (*(field for field, _ in fields_of(id)), "something_new"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(problem, field, 3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        del problem.length
    assert problem == twin


def test_different_problems_are_unequal() -> None:
    assert len({seq_envs.make_problem(id) for id in IDS}) == len(IDS)
    assert seq_envs.SeqEcho(lag=1) != seq_envs.SeqEcho(lag=2)


@given(problem=any_problem)
def test_a_problem_is_equal_to_one_with_its_own_parameters(problem: seq_envs.Problem) -> None:
    assert seq_envs.make_problem(problem) == problem
    assert seq_envs.make_problem(problem, length=problem.length) == problem
    given = {field.name: getattr(problem, field.name) for field in dataclasses.fields(problem)}
    assert type(problem)(**{field: value for field, value in given.items() if value is not None}) == problem


Next, Copy, Classify = seq_envs.SeqNext, seq_envs.SeqCopy, seq_envs.SeqClassify
# fmt: off
CHANGES: list[tuple[seq_envs.Problem, dict[str, Any], dict[str, Any]]] = [
    (Next(), {"length": 20}, {"length": 20, "tolerance": 0.025, "window": None}),
    (Next(tolerance=0.2), {"length": 20}, {"tolerance": 0.2}),
    (Next(), {"framing": "many_to_one"}, {"window": 3, "tolerance": 0.05}),
    (Next(framing="many_to_one"), {"framing": "one_to_one"}, {"window": None}),
    (Next(framing="many_to_one", window=4), {"length": 12}, {"window": 4}),
    (Next(), {"encoding": "one_hot"}, {"tolerance": None}),
    (Next(encoding="one_hot"), {"encoding": "value"}, {"tolerance": 0.05}),
    (Copy(), {"length": 8}, {"output_length": 8, "offset": 0, "delay": 0, "reverse": False}),
    (Copy(output_length=3), {"length": 8}, {"output_length": 3}),
    (Copy(), {"framing": "many_to_one"}, {"output_length": 5, "offset": 0, "delay": None, "reverse": False}),
    (Copy(), {"framing": "one_to_many"}, {"output_length": None, "offset": None, "delay": None, "reverse": None}),
    (Copy(framing="one_to_many"), {"framing": "many_to_many"},
     {"output_length": 5, "offset": 0, "delay": 0, "reverse": False}),
    (Copy(output_length=3, offset=2, reverse=True), {"framing": "many_to_one"},
     {"output_length": 3, "offset": 2, "reverse": True}),
    (Copy(delay=2), {"delay": None, "framing": "many_to_one"}, {"delay": None}),
    (Classify(), {"framing": "many_to_one"}, {"threshold": 0.5}),
    (Classify(framing="many_to_one"), {"framing": "one_to_one"}, {"threshold": 0.25}),
    (Classify(threshold=0.4), {"framing": "many_to_one"}, {"threshold": 0.4}),
    (seq_envs.SeqEcho(lag=4), {"length": 30}, {"length": 30, "lag": 4}),
]
"""A problem, changes to it, and some parameters of the changed problem."""
# fmt: on


@pytest.mark.parametrize(("problem", "changes", "expected"), CHANGES)
def test_changing_a_problem(problem: seq_envs.Problem, changes: dict[str, Any], expected: dict[str, Any]) -> None:
    before = repr(problem)
    changed = seq_envs.make_problem(problem, **changes)
    assert {field: getattr(changed, field) for field in expected} == expected
    assert repr(problem) == before


@pytest.mark.parametrize(
    ("problem", "changes", "words"),
    [
        (Copy(delay=2), {"framing": "many_to_one"}, "delay is not used by framing='many_to_one'"),
        (Copy(output_length=3), {"framing": "one_to_many"}, "output_length is not used by framing='one_to_many'"),
        (
            Next(tolerance=0.2),
            {"encoding": "one_hot"},
            "tolerance is not used by framing='one_to_one', encoding='one_hot'",
        ),
        (seq_envs.SeqEcho(lag=4), {"length": 4}, "lag must be in 0 ... length-1 = 3, got 4"),
    ],
)
def test_changes_are_checked(problem: seq_envs.Problem, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=holding(words)):
        seq_envs.make_problem(problem, **changes)
    with pytest.raises(TypeError, match="unexpected keyword argument 'lenght'"):
        seq_envs.make_problem(problem, lenght=4)


def test_unused_parameters_stay_none() -> None:
    assert repr(Copy(framing="one_to_many")) == (
        "SeqCopy(length=5, n_values=10, output_length=None, offset=None, delay=None, reverse=None, "
        "framing='one_to_many', encoding='one_hot')"
    )
