"""Random draws of SB3's policies that depend on the time step and lane, not on how these are batched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch


class GivenNoise:
    """Replaces torch's generators: each row of a rollout draws its noise from its own row of a table.

    Set `rows` to the numbers of the rows, in the order in which the policy draws for them.
    """

    def __init__(self, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
        rng = np.random.default_rng(0)
        self.table = rng.random((rows, 40))
        self.rows: Iterator[Any] = iter(())
        monkeypatch.setattr(torch.distributions.Categorical, "sample", lambda drawn: self._categorical(drawn))
        monkeypatch.setattr(torch.distributions.Normal, "rsample", lambda drawn: self._normal(drawn))

    def _noise(self, count: int, places: int) -> torch.Tensor:
        rows = [next(self.rows) for _ in range(count)]
        return torch.as_tensor(self.table[rows][:, :places], dtype=torch.float32)

    def _categorical(self, distribution: Any) -> torch.Tensor:
        logits = distribution.logits
        gumbel = -torch.log(-torch.log(self._noise(*logits.shape)))
        return torch.argmax(logits + gumbel, dim=-1)

    def _normal(self, distribution: Any) -> torch.Tensor:
        mean = distribution.mean
        return mean + distribution.stddev * torch.erfinv(2 * self._noise(*mean.shape) - 1) * 2**0.5
