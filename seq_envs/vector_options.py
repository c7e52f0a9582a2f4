"""The options of the vector view: autoreset mode, seeds and reset masks, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from seq_envs.encodings import Array
from seq_envs.parameters import Integer


def checked_mode(autoreset_mode: AutoresetMode | str) -> AutoresetMode:
    """The autoreset mode, given as an AutoresetMode or as its value.

    Raises:
        ValueError: it is neither.
    """
    try:
        return AutoresetMode(autoreset_mode)
    except ValueError:
        allowed = ", ".join(repr(mode.value) for mode in AutoresetMode)
        raise ValueError(
            f"autoreset_mode must be an AutoresetMode or one of {allowed}, got {autoreset_mode!r}"
        ) from None


def seeds_of_lanes(seed: Any, lanes: int) -> list[int | None]:
    """A seed, or None, for each lane: lane `i` gets `seed + i` if `seed` is an integer.

    Raises:
        ValueError: `seed` is no integer >= 0, None or list of such for each lane.
    """
    if seed is None:
        return [None] * lanes
    if isinstance(seed, np.ndarray):
        seed = seed.tolist()
    if isinstance(seed, Sequence) and not isinstance(seed, str):
        if len(seed) != lanes:
            raise ValueError(f"seed must be an integer, None or a list of num_envs={lanes}, got {seed!r}")
        return [None if number is None else Integer(0).check("seed", number) for number in seed]
    first = Integer(0).check("seed", seed)
    return [first + lane for lane in range(lanes)]


def lanes_to_reset(options: dict[str, Any] | None, lanes: int, begun: bool) -> Array:
    """(lanes,) bool: the reset mask of the options, or every lane.

    Raises:
        TypeError: the mask is no array of bool.
        ValueError: it has another shape or no True, or it leaves a lane without an episode in the first reset.
    """
    if options is None or "reset_mask" not in options:
        return np.ones(lanes, np.bool_)
    mask = options["reset_mask"]
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        raise TypeError(f"options['reset_mask'] must be a numpy array of bool, got {mask!r}")
    if mask.shape != (lanes,) or not mask.any():
        raise ValueError(
            f"options['reset_mask'] must have shape ({lanes},) and at least one True, "
            f"got shape {mask.shape} and {np.count_nonzero(mask)} True"
        )
    if not begun and not mask.all():
        raise ValueError("options['reset_mask'] must be all True in the first reset: every lane needs an episode")
    return mask
