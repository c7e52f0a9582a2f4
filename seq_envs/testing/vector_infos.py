"""What the vector env tells in its infos, against what it must tell."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.encodings import Array
from seq_envs.testing.contract import alike, require, require_same

Facts = dict[int, dict[str, Any]]
"""What must be told of each lane, by name."""


def check_infos(
    infos: dict[str, Any], facts: Facts, ended: Array, blank: Any, of_reset: dict[str, Any], where: str
) -> None:
    """These facts and nothing else; those of lanes that `ended` (lanes,) bool beside their last observation.

    `of_reset` are the facts of a lane that is reset in the same step.
    """
    if not ended.any():
        _check_told(infos, facts, len(ended), where)
        return
    goes_on = {lane: of_reset if ended[lane] else told for lane, told in facts.items()}
    final = {lane: told for lane, told in facts.items() if ended[lane]}
    rest = dict(infos)
    observations, told = rest.pop("final_obs", None), rest.pop("final_info", {})
    for name in ("_final_obs", "_final_info"):
        mask: Any = rest.pop(name, None)
        require(np.array_equal(mask, ended), f"infos say {name}={mask}, but must say {ended}, {where}")
    for lane in final:
        last = None if observations is None else observations[lane]
        require_same(last, blank, f"final_obs of lane {lane} is {{}}, but must be blank, {{}}, {where}")
    _check_told(rest, goes_on, len(ended), where)
    _check_told(told, final, len(ended), where)


def _check_told(infos: dict[str, Any], facts: Facts, lanes: int, where: str) -> None:
    """A value for each lane and a mask of the lanes for each fact, and zeros for other lanes."""
    names = {name for told in facts.values() for name in told}
    more = sorted(infos.keys() - names - {f"_{name}" for name in names})
    require(not more, f"a leak: infos give {more} away, {where}")
    for name in sorted(names):
        for lane, told in facts.items():
            found = infos[name][lane] if name in infos else None
            require(
                name not in told or (found is not None and alike(found, told[name])),
                f"infos say {name}={found} of lane {lane}, but must say {told.get(name)}, {where}",
            )
        expected = np.array([name in facts.get(lane, {}) for lane in range(lanes)])
        mask: Any = infos.get(f"_{name}")
        require(np.array_equal(mask, expected), f"infos say _{name}={mask}, but must say {expected}, {where}")
        require(
            not np.asarray(infos[name])[~expected].any(),
            f"a leak: infos tell {name}={infos[name]}, but only of lanes {np.flatnonzero(expected)} they must, {where}",
        )
