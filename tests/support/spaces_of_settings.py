"""Settings of the problems: lists for parametrised tests, and Hypothesis strategies."""

from __future__ import annotations

import dataclasses
from typing import Any

import gymnasium
import pytest
from hypothesis import strategies as st

import seq_envs
from seq_envs.parameters import Choice
from seq_envs.problem import Episodes, Problem
from seq_envs.problems import GROUPS

IDS = list(seq_envs.MENU)
CHOSEN = ("framing", "encoding")
BASE_IDS = [id for id, (_, fixed) in seq_envs.MENU.items() if not fixed]
TUTORIAL_IDS = GROUPS["tutorial"]
"""The ids of the five problems whose oracle is `oracle.py`; `definitions` has those of the others."""
TUTORIAL_BASE_IDS = [id for id in BASE_IDS if id in TUTORIAL_IDS]


def choices(id: str) -> list[dict[str, Any]]:
    """Every framing with every encoding of an id."""
    problem = type(seq_envs.make_problem(id))
    fields = {field.name: field.metadata["domain"] for field in dataclasses.fields(problem)}
    options = {name: fields[name].options for name in CHOSEN if isinstance(fields[name], Choice)}
    return [{"framing": f, "encoding": e} for f in options["framing"] for e in options["encoding"]]


EVERY_CHOICE = [(id, choice) for id in TUTORIAL_IDS for choice in choices(id)]
EVERY_BASE_CHOICE = [(id, choice) for id in TUTORIAL_BASE_IDS for choice in choices(id)]


def _covering(id: str) -> list[tuple[str, dict[str, Any]]]:
    framings, encodings = (list(dict.fromkeys(choice[kind] for choice in choices(id))) for kind in CHOSEN)
    pairs = range(max(len(framings), len(encodings)))
    return [
        (id, dict(zip(CHOSEN, (framings[i % len(framings)], encodings[i % len(encodings)]), strict=True)))
        for i in pairs
    ]


def _mostly_nightly(ids: list[str]) -> list[Any]:
    """Every choice of these ids; those that are not needed to have each framing and each encoding are nightly."""
    covering = [pair for id in ids for pair in _covering(id)]
    every = [(id, choice) for id in ids for choice in choices(id)]
    nightly = [pytest.mark.slow, pytest.mark.nightly]
    return [*covering, *(pytest.param(*pair, marks=nightly) for pair in every if pair not in covering)]


NIGHTLY_CHOICE = _mostly_nightly(TUTORIAL_IDS)
"""`EVERY_CHOICE`, most of it for the nightly tests."""
NIGHTLY_BASE_CHOICE = _mostly_nightly(TUTORIAL_BASE_IDS)
"""The base ids among `EVERY_CHOICE`, most of it for the nightly tests."""


def name(value: object) -> str:
    """The name of a parameter value in a test id."""
    return "-".join(map(str, value.values())) if isinstance(value, dict) else str(value)


@st.composite
def next_settings(draw: st.DrawFn) -> dict[str, Any]:
    max_step = draw(st.integers(1, 4))
    framing = draw(st.sampled_from(["one_to_one", "many_to_one"]))
    least = 2 if max_step == 1 else 2 * max_step + 1
    length = draw(st.integers(least, 30))
    settings: dict[str, Any] = {"length": length, "max_step": max_step, "framing": framing}
    if framing == "many_to_one":
        settings["window"] = draw(st.integers(1 if max_step == 1 else 2, (length - 1) // max_step))
    settings["encoding"] = draw(st.sampled_from(["value", "one_hot", "discrete"]))
    if settings["encoding"] == "value" and draw(st.booleans()):
        settings["tolerance"] = draw(st.floats(1e-4, 0.3))
    return settings


@st.composite
def memorize_settings(draw: st.DrawFn) -> dict[str, Any]:
    overlap = draw(st.booleans())
    return {
        "length": draw(st.integers(3, 12)),
        "n_sequences": 2 if overlap else draw(st.integers(2, 5)),
        "framing": draw(st.sampled_from(["one_to_one", "many_to_one"])),
        "encoding": draw(st.sampled_from(["one_hot", "discrete", "normalized"])),
        "distractors": draw(st.sampled_from(["fixed", "random"])),
        "overlap": overlap,
    }


@st.composite
def echo_settings(draw: st.DrawFn) -> dict[str, Any]:
    length = draw(st.integers(1, 15))
    return {
        "length": length,
        "lag": draw(st.integers(0, length - 1)),
        "n_values": draw(st.sampled_from([2, 3, 10, 256, 257, 300])),
        "framing": draw(st.sampled_from(["one_to_one", "many_to_one"])),
        "encoding": draw(st.sampled_from(["one_hot", "discrete", "normalized"])),
    }


@st.composite
def copy_settings(draw: st.DrawFn) -> dict[str, Any]:
    length = draw(st.integers(1, 8))
    framing = draw(st.sampled_from(["many_to_many", "many_to_one", "one_to_many"]))
    settings: dict[str, Any] = {
        "length": length,
        "n_values": draw(st.sampled_from([2, 3, 10, 254, 255])),
        "framing": framing,
        "encoding": draw(st.sampled_from(["one_hot", "discrete", "normalized"])),
    }
    if framing != "one_to_many":
        settings["output_length"] = draw(st.integers(1, length))
        settings["offset"] = draw(st.integers(0, length - settings["output_length"]))
        settings["reverse"] = draw(st.booleans())
    if framing == "many_to_many":
        settings["delay"] = draw(st.integers(0, 4))
    return settings


@st.composite
def classify_settings(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "length": draw(st.integers(1, 20)),
        "threshold": draw(st.floats(0.01, 0.99)),
        "framing": draw(st.sampled_from(["one_to_one", "many_to_one"])),
    }


SETTINGS = {
    "SeqNext-v0": next_settings(),
    "SeqMemorize-v0": memorize_settings(),
    "SeqEcho-v0": echo_settings(),
    "SeqCopy-v0": copy_settings(),
    "SeqClassify-v0": classify_settings(),
}

any_problem = st.sampled_from([*SETTINGS]).flatmap(
    lambda id: SETTINGS[id].map(lambda settings: seq_envs.make_problem(id, **settings))
)
"""A problem of the tutorial with random parameters."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ragged(Problem):
    """A user's problem with episodes of different lengths: echo the first value at the end."""

    title = "ragged"

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",)

    @property
    def steps(self) -> int:
        return 7

    @property
    def code(self) -> Any:
        from seq_envs.encodings import Alphabet, Token

        return Token(Alphabet(4))

    @property
    def action_space(self) -> Any:
        return gymnasium.spaces.Discrete(4)

    def sample(self, rng: Any, batch: int) -> Episodes:
        import numpy as np

        values = rng.integers(4, size=(batch, 7), dtype=np.uint8)
        lengths = rng.integers(1, 8, size=batch)
        scored = np.arange(7) == lengths[:, None] - 1
        return Episodes(values, np.broadcast_to(values[:, :1], values.shape), scored, lengths)

    def solve(self, history: Any) -> Any:
        return history[:, 0]
