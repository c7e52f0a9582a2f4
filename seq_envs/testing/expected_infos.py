"""The infos that the vector env must return."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.encodings import Array
from seq_envs.testing.contract import ContractError, alike, require, require_same

LaneInfos = dict[int, dict[str, Any]]
"""The expected info of each lane, by the number of the lane."""


def check_infos(
    infos: dict[str, Any], expected: LaneInfos, ended: Array, blank: Any, of_reset: dict[str, Any], where: str
) -> None:
    """Infos hold the expected values and nothing else.

    Args:
        infos: the infos that the vector env returned.
        expected: the expected info of each lane.
        ended: (lanes,) bool: the lanes whose episode ends in a step that also resets them. Their info is in
            `final_info`, next to `final_obs`.
        blank: the expected final observation.
        of_reset: the expected info of a lane that is reset in the same step.
        where: the end of an error message.
    """
    if not ended.any():
        _check_lane_infos(infos, expected, len(ended), where)
        return
    ongoing = {lane: of_reset if ended[lane] else info for lane, info in expected.items()}
    final = {lane: info for lane, info in expected.items() if ended[lane]}
    rest = dict(infos)
    observations, final_info = rest.pop("final_obs", None), rest.pop("final_info", {})
    for name in ("_final_obs", "_final_info"):
        mask: Any = rest.pop(name, None)
        require(np.array_equal(mask, ended), f"infos[{name!r}] is {mask}, but must be {ended}, {where}")
    for lane in final:
        last = None if observations is None else observations[lane]
        require_same(last, blank, f"final_obs of lane {lane} is {{}}, but must be blank, {{}}, {where}")
    _check_lane_infos(rest, ongoing, len(ended), where)
    _check_lane_infos(final_info, final, len(ended), where)


def _check_lane_infos(infos: dict[str, Any], expected: LaneInfos, lanes: int, where: str) -> None:
    """Each name has an array of values and a mask of the lanes that have it; other lanes have zeros."""
    names = {name for info in expected.values() for name in info}
    more = sorted(infos.keys() - names - {f"_{name}" for name in names})
    require(not more, f"a leak: infos have the keys {more}, which they must not have, {where}")
    for name in sorted(names):
        _check_one_info(name, infos.get(name), infos.get(f"_{name}"), expected, lanes, where)


def _check_one_info(name: str, values: Any, mask: Any, expected: LaneInfos, lanes: int, where: str) -> None:
    """The messages are formatted only on failure, because writing arrays as text is slow."""
    for lane, info in expected.items():
        if name in info and (values is None or not alike(values[lane], info[name])):
            found = None if values is None else values[lane]
            raise ContractError(f"infos[{name!r}] is {found} in lane {lane}, but must be {info[name]}, {where}")
    expected_mask = np.array([name in expected.get(lane, {}) for lane in range(lanes)])
    if not np.array_equal(mask, expected_mask):
        raise ContractError(f"infos['_{name}'] is {mask}, but must be {expected_mask}, {where}")
    if np.asarray(values)[~expected_mask].any():
        raise ContractError(
            f"a leak: infos[{name!r}] is {values}, but must be zero except in lanes "
            f"{np.flatnonzero(expected_mask)}, {where}"
        )
