"""The encoding of observations that stay as their env gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array, Encoding


class AsGiven(Encoding):
    """Observations as they are, of a Discrete, MultiDiscrete, MultiBinary or Box space.

    Args:
        space: of the observations.

    Raises:
        ValueError: the space is of another kind.
    """

    def __init__(self, space: spaces.Space[Any]) -> None:
        kinds = (spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary, spaces.Box)
        if not isinstance(space, kinds):
            raise ValueError(
                f"observations must be of a {', '.join(kind.__name__ for kind in kinds)} space, got {space}"
            )
        self._space = space

    @property
    def space(self) -> spaces.Space[Any]:
        space = self._space
        if isinstance(space, spaces.Discrete):
            return spaces.Discrete(int(space.n), start=int(space.start))
        if isinstance(space, spaces.MultiDiscrete):
            return spaces.MultiDiscrete(space.nvec.copy(), dtype=space.dtype, start=space.start.copy())
        if isinstance(space, spaces.MultiBinary):
            return spaces.MultiBinary(space.n)
        assert isinstance(space, spaces.Box)
        return spaces.Box(space.low.copy(), space.high.copy(), dtype=space.dtype.type)

    def encode(self, raw: Array) -> Array:
        return raw.astype(self._space.dtype)  # Always a copy.

    def decode(self, observations: Array) -> Array:
        return observations

    @property
    def blank(self) -> Any:
        """Zeros, or the observation closest to them that the space has."""
        space = self._space
        zeros = np.zeros(space.shape or (), space.dtype)
        if isinstance(space, spaces.Box):
            return zeros.clip(space.low, space.high)
        start = getattr(space, "start", 0)
        return np.maximum(zeros, start).astype(space.dtype)[()] if np.any(start) else zeros[()]

    def draw(self, raw: Any) -> str:
        return " ".join(f"{number:g}" for number in np.ravel(raw).tolist())
