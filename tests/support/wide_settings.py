"""Hypothesis strategies for the whole space of settings, including its extremes, and for settings that may be wrong.

`WIDE[id]` draws legal settings whose episodes have at most `MOST_STEPS` steps and at most `MOST_NUMBERS` numbers, so
that the oracles in plain Python are fast enough. `ANY[id]` draws legal and illegal settings of any size, for tests that
make a problem but do not play it; most of them are illegal. `NEARLY[id]` changes one or two of a set of legal settings;
about half of the results are legal.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

MOST_STEPS = 2500
"""More than the 2,048 steps of a block, so that some episodes are longer than a block."""
MOST_NUMBERS = 30_000
"""The most numbers in the observations of an episode, or in the answer of one step."""
MOST_VALUES = 2**22

_SIZES = [64, 99, 100, 127, 128, 129, 255, 256, 257, 300, 682, 683, 1023, 1024, 1025, 2047, 2048, 2049, 2500]
"""Lengths around limits of the implementation: dtypes, rows prepared at once, episodes in a block."""
_DTYPE_LIMITS = [254, 255, 256, 257, 65534, 65535, 65536, 65537]
"""Sizes of alphabets around the limits of dtypes, with and without two cues."""
_VALUES = [2, 3, 10, 100, *_DTYPE_LIMITS, 1000, 2**20, MOST_VALUES - 1, MOST_VALUES]


def sizes(least: int, most: int = MOST_STEPS) -> st.SearchStrategy[int]:
    """Lengths in this range: small, large and around limits."""
    edges = [size for size in (least, most, *_SIZES) if least <= size <= most]
    return st.one_of(st.integers(least, min(least + 20, most)), st.integers(least, most), st.sampled_from(edges))


alphabets = st.one_of(st.integers(2, 20), st.integers(2, 300), st.sampled_from(_DTYPE_LIMITS), st.sampled_from(_VALUES))


def shares() -> st.SearchStrategy[float]:
    """Numbers strictly between 0 and 1, including extreme ones."""
    return st.one_of(
        st.floats(0.01, 0.99),
        st.floats(0.0, 1.0, exclude_min=True, exclude_max=True),
        st.sampled_from([5e-324, 1e-300, 2**-24, 0.25, 0.5, 1 - 2**-24, 1 - 2**-53]),
    )


framings = st.sampled_from(["one_to_one", "many_to_one"])
symbol_encodings = st.sampled_from(["one_hot", "discrete", "normalized"])


def _encoding(draw: st.DrawFn, numbers: int, encodings: list[str]) -> str:
    """An encoding; one_hot only if its observations have at most MOST_NUMBERS numbers."""
    return draw(
        st.sampled_from([encoding for encoding in encodings if encoding != "one_hot" or numbers <= MOST_NUMBERS])
    )


@st.composite
def wide_next(draw: st.DrawFn) -> dict[str, Any]:
    framing = draw(framings)
    length = draw(st.one_of(st.integers(2, 40), sizes(2), st.sampled_from([size for size in _VALUES if size > 2])))
    least = max(1, -(-(length - 1) // MOST_STEPS)) if framing == "one_to_one" else 1
    most = max(least, (length - 1) // 2)
    max_step = draw(st.one_of(st.sampled_from([least, most]), st.integers(least, min(least + 5, most))))
    steps = (length - 1) // max_step
    settings: dict[str, Any] = {"length": length, "max_step": max_step, "framing": framing}
    if framing == "many_to_one":
        fewest, most = 1 if max_step == 1 else 2, min(steps, MOST_STEPS)
        settings["window"] = steps = draw(st.one_of(st.sampled_from([fewest, most]), sizes(fewest, most)))
    settings["encoding"] = _encoding(draw, length * steps, ["value", "one_hot", "discrete"])
    if settings["encoding"] == "value" and draw(st.booleans()):
        on_the_grid = st.integers(1, 8).map(lambda halves: min(0.5 * halves / length, 0.99))
        settings["tolerance"] = draw(st.one_of(shares(), on_the_grid))
    return settings


@st.composite
def wide_memorize(draw: st.DrawFn) -> dict[str, Any]:
    length, overlap = draw(sizes(3)), draw(st.booleans())
    n_sequences = 2 if overlap else draw(alphabets)
    return {
        "length": length,
        "n_sequences": n_sequences,
        "overlap": overlap,
        "distractors": draw(st.sampled_from(["fixed", "random"])),
        "framing": draw(framings),
        "encoding": _encoding(draw, (length + n_sequences) * length, ["one_hot", "discrete", "normalized"]),
    }


@st.composite
def wide_echo(draw: st.DrawFn) -> dict[str, Any]:
    length, n_values = draw(sizes(1)), draw(alphabets)
    return {
        "length": length,
        "n_values": n_values,
        "lag": draw(st.one_of(st.integers(0, length - 1), st.sampled_from([0, length - 1]))),
        "framing": draw(framings),
        "encoding": _encoding(draw, n_values * length, ["one_hot", "discrete", "normalized"]),
    }


@st.composite
def wide_copy(draw: st.DrawFn) -> dict[str, Any]:
    framing = draw(st.sampled_from(["many_to_many", "many_to_one", "one_to_many"]))
    n_values = draw(alphabets)
    # In many_to_one the targets hold a whole answer at each time step.
    length = draw(sizes(1, {"many_to_many": 900, "many_to_one": 173, "one_to_many": MOST_STEPS}[framing]))
    settings: dict[str, Any] = {"length": length, "n_values": n_values, "framing": framing}
    places, delay = length, 0
    if framing != "one_to_many":
        if draw(st.booleans()):
            settings["output_length"] = places = draw(sizes(1, length))
            settings["offset"] = draw(st.integers(0, length - places))
        if draw(st.booleans()):
            settings["reverse"] = draw(st.booleans())
    if framing == "many_to_many" and draw(st.booleans()):
        settings["delay"] = delay = draw(st.one_of(st.integers(0, 5), st.integers(0, 700)))
    numbers = (n_values + 2) * (length + delay + places)
    settings["encoding"] = _encoding(draw, numbers, ["one_hot", "discrete", "normalized"])
    return settings


@st.composite
def wide_classify(draw: st.DrawFn) -> dict[str, Any]:
    settings: dict[str, Any] = {"length": draw(sizes(1)), "framing": draw(framings)}
    if draw(st.booleans()):
        settings["threshold"] = draw(shares())
    return settings


WIDE = {
    "SeqNext-v0": wide_next(),
    "SeqMemorize-v0": wide_memorize(),
    "SeqEcho-v0": wide_echo(),
    "SeqCopy-v0": wide_copy(),
    "SeqClassify-v0": wide_classify(),
}

# Settings that may be wrong.

_integers = st.one_of(
    st.integers(-2, 12),
    st.sampled_from([1000, MOST_VALUES - 1, MOST_VALUES, MOST_VALUES + 1, 2**31 - 2, 2**31 - 1, 2**31, 10**30]),
)
_wrong_types = st.sampled_from(
    [True, False, 1.0, 2.0, 2.5, float("nan"), float("inf"), "2", "", "one_to_one", b"one_hot", (3,), 3j]
)
_numbers = st.one_of(shares(), st.sampled_from([0.0, 1.0, 0, 1, -0.25, 1.5, -0.0, 1 + 2**-52]))
_names = st.sampled_from(["one_to_one", "many_to_one", "many_to_many", "one_to_many", "One_to_one", ""])
_encodings = st.sampled_from(["one_hot", "discrete", "normalized", "value", "onehot"])


def _or_wrong_types(**values: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each parameter that draws a value of a wrong type one time in five."""
    return {name: st.one_of(*[value] * 4, _wrong_types) for name, value in values.items()}


_VALUES_OF = {
    "SeqNext-v0": _or_wrong_types(
        length=_integers,
        max_step=_integers,
        framing=_names,
        window=st.one_of(st.none(), _integers),
        encoding=_encodings,
        tolerance=st.one_of(st.none(), _numbers),
    ),
    "SeqMemorize-v0": _or_wrong_types(
        length=_integers,
        n_sequences=_integers,
        framing=_names,
        encoding=_encodings,
        distractors=st.sampled_from(["fixed", "random", "none"]),
        overlap=st.sampled_from([True, False, 1, 0]),
    ),
    "SeqEcho-v0": _or_wrong_types(
        length=_integers, n_values=_integers, lag=_integers, framing=_names, encoding=_encodings
    ),
    "SeqCopy-v0": _or_wrong_types(
        length=_integers,
        n_values=_integers,
        output_length=st.one_of(st.none(), _integers),
        offset=st.one_of(st.none(), _integers),
        delay=st.one_of(st.none(), _integers),
        reverse=st.sampled_from([None, True, False, 0]),
        framing=_names,
        encoding=_encodings,
    ),
    "SeqClassify-v0": _or_wrong_types(
        length=_integers, threshold=st.one_of(st.none(), _numbers), framing=_names, encoding=_encodings
    ),
}


@st.composite
def _nearly(draw: st.DrawFn, id: str) -> dict[str, Any]:
    values = _VALUES_OF[id]
    settings = draw(WIDE[id])
    for name in draw(st.lists(st.sampled_from(sorted(values)), min_size=1, max_size=2, unique=True)):
        old = settings.get(name)
        beside = st.sampled_from([old - 1, old + 1]) if type(old) is int else values[name]
        settings[name] = draw(st.one_of(values[name], beside))
    return settings


ANY = {id: st.fixed_dictionaries({}, optional=values) for id, values in _VALUES_OF.items()}
NEARLY = {id: _nearly(id) for id in _VALUES_OF}
