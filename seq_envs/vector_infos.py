"""The infos of the vector view, as `SyncVectorEnv` makes them from the infos of single envs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seq_envs.encodings import Array


def masked_infos(lanes: Array, values: Mapping[str, Array]) -> dict[str, Any]:
    """Infos that hold each value (lanes, ...), zero outside of `lanes`, (lanes,) bool, and `lanes` as its mask.

    The infos are empty if no lane is in the mask. If all lanes are, they hold the arrays of `values` without a copy.
    """
    count = np.count_nonzero(lanes)
    infos: dict[str, Any] = {}
    if count == 0:
        return infos
    for name, value in values.items():
        if count < len(lanes):
            value = value.copy()
            value[~lanes] = 0
        infos[name] = value
        infos[f"_{name}"] = lanes.copy()
    return infos


def object_array(lanes: Array, observations: Any) -> Array:
    """(lanes,) object: a copy of the observation of each of these `lanes`, (lanes,) bool; None for others.

    Args:
        lanes: see above.
        observations: (lanes, ...), or a dict of such arrays.
    """
    if isinstance(observations, dict):
        apart = np.full(len(lanes), None, object)
        for lane in np.flatnonzero(lanes).tolist():
            apart[lane] = {name: part[lane].copy() for name, part in observations.items()}
        return apart
    count = np.count_nonzero(lanes)
    if count == len(lanes):
        return np.fromiter(observations.copy(), object, count)
    chosen = np.full(len(lanes), None, object)
    chosen[lanes] = np.fromiter(observations[lanes], object, count)
    return chosen
