"""A second statement of the allowed parameters of each problem, in plain Python without code of the package.

`LEGAL[id](**settings)` is whether these settings are allowed.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any

LONGEST = 2**31 - 1
MOST_VALUES = 2**22
_UNLIMITED = 10**1000


def whole(value: Any, least: int, most: int = _UNLIMITED) -> bool:
    """Whether the value is an integer in this range; a bool is not."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def share(value: Any) -> bool:
    """Whether the value is a number strictly between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return False
    return not math.isnan(value) and 0 < value < 1


def one_of(value: Any, *names: str) -> bool:
    return isinstance(value, str) and value in names


def next_value(
    length: Any = 10,
    framing: Any = "one_to_one",
    window: Any = None,
    encoding: Any = "value",
    tolerance: Any = None,
    max_step: Any = 1,
) -> bool:
    if not (one_of(framing, "one_to_one", "many_to_one") and one_of(encoding, "value", "one_hot", "discrete")):
        return False
    if not (whole(length, 2, MOST_VALUES) and whole(max_step, 1)):
        return False
    if tolerance is not None and not (share(tolerance) and encoding == "value"):
        return False
    if framing == "one_to_one":
        if window is not None:
            return False
        window = (length - 1) // max_step
    elif window is None:
        window = 3
    # It takes two values to see a spacing, and an episode with the largest spacing must fit, its last answer included.
    return whole(window, 1 if max_step == 1 else 2) and max_step * window <= length - 1


def memorize(
    length: Any = 5,
    n_sequences: Any = 2,
    framing: Any = "one_to_one",
    encoding: Any = "one_hot",
    distractors: Any = "fixed",
    overlap: Any = False,
) -> bool:
    return (
        one_of(framing, "one_to_one", "many_to_one")
        and one_of(encoding, "one_hot", "discrete", "normalized")
        and one_of(distractors, "fixed", "random")
        and isinstance(overlap, bool)
        and whole(length, 3, MOST_VALUES)  # A marker, a body, the marker.
        and (n_sequences == 2 and whole(n_sequences, 2) if overlap else whole(n_sequences, 2, MOST_VALUES))
    )


def echo(
    length: Any = 10,
    n_values: Any = 10,
    lag: Any = 1,
    framing: Any = "one_to_one",
    encoding: Any = "one_hot",
) -> bool:
    return (
        one_of(framing, "one_to_one", "many_to_one")
        and one_of(encoding, "one_hot", "discrete", "normalized")
        and whole(length, 1, LONGEST)
        and whole(n_values, 2, MOST_VALUES)
        and whole(lag, 0, length - 1)
    )


def copy(
    length: Any = 5,
    n_values: Any = 10,
    output_length: Any = None,
    offset: Any = None,
    delay: Any = None,
    reverse: Any = None,
    framing: Any = "many_to_many",
    encoding: Any = "one_hot",
) -> bool:
    if not one_of(framing, "many_to_many", "many_to_one", "one_to_many"):
        return False
    if not one_of(encoding, "one_hot", "discrete", "normalized"):
        return False
    if not (whole(length, 1, LONGEST) and whole(n_values, 2, MOST_VALUES)):
        return False
    if framing == "one_to_many":
        return output_length is offset is delay is reverse is None
    if delay is not None and not (framing == "many_to_many" and whole(delay, 0, LONGEST)):
        return False
    if reverse is not None and not isinstance(reverse, bool):
        return False
    offset = 0 if offset is None else offset
    output_length = length if output_length is None else output_length
    return whole(offset, 0) and whole(output_length, 1) and offset + output_length <= length


def classify(
    length: Any = 10,
    threshold: Any = None,
    framing: Any = "one_to_one",
    encoding: Any = "value",
) -> bool:
    return (
        one_of(framing, "one_to_one", "many_to_one")
        and one_of(encoding, "value")
        and whole(length, 1, LONGEST)
        and (threshold is None or share(threshold))
    )


LEGAL: dict[str, Callable[..., bool]] = {
    "SeqNext-v0": next_value,
    "SeqMemorize-v0": memorize,
    "SeqEcho-v0": echo,
    "SeqCopy-v0": copy,
    "SeqClassify-v0": classify,
}
"""For each id that takes every parameter: a function that decides whether settings are allowed."""
