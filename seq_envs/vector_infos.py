"""The infos of the vector view, as `SyncVectorEnv` makes them from the infos of single envs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seq_envs.encodings import Array


def masked(lanes: Array, facts: Mapping[str, Array]) -> dict[str, Any]:
    """Each fact (lanes, ...) with zeros outside of these `lanes`, (lanes,) bool, and the mask of the lanes beside it.

    Empty if there are no such lanes. The infos keep the arrays of `facts` if all lanes are among them.
    """
    count = np.count_nonzero(lanes)
    infos: dict[str, Any] = {}
    if count == 0:
        return infos
    for name, fact in facts.items():
        if count < len(lanes):
            fact = fact.copy()
            fact[~lanes] = 0
        infos[name] = fact
        infos[f"_{name}"] = lanes.copy()
    return infos


def objects(lanes: Array, observations: Array) -> Array:
    """(lanes,) object: a copy of the observation (...) of each of these `lanes`, (lanes,) bool; None for others."""
    count = np.count_nonzero(lanes)
    if count == len(lanes):
        return np.fromiter(observations.copy(), object, count)
    chosen = np.full(len(lanes), None, object)
    chosen[lanes] = np.fromiter(observations[lanes], object, count)
    return chosen
