"""The infos of the vector view, as `SyncVectorEnv` makes them from the infos of single envs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seq_envs.encodings import Array


def masked(lanes: Array, facts: Mapping[str, Array]) -> dict[str, Any]:
    """Each fact (lanes, ...) with zeros outside of these `lanes`, (lanes,) bool, and the mask of the lanes beside it.

    Empty if there are no such lanes.
    """
    infos: dict[str, Any] = {}
    count = np.count_nonzero(lanes)
    if count == 0:
        return infos
    for name, fact in facts.items():
        infos[name] = fact.copy()
        infos[f"_{name}"] = lanes.copy()
        if count < len(lanes):
            infos[name][~lanes] = 0
    return infos


def objects(lanes: Array, observations: Array) -> Array:
    """(lanes,) object: a copy of the observation (...) of each of these `lanes`, (lanes,) bool; None for others."""
    chosen = np.full(len(lanes), None, object)
    copies = observations[lanes]
    chosen[lanes] = np.fromiter(copies, object, len(copies))
    return chosen
