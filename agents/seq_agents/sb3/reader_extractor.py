"""A features extractor of SB3 that reads observations as the networks of this package do."""

from __future__ import annotations

from typing import Any

from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor

import seq_envs
from seq_agents.networks.reader import Reader


class ReaderExtractor(BaseFeaturesExtractor):
    """A `Reader` for Box observations.

    Args:
        observation_space: of the problem.
        problem, bins: as for `Reader`.
    """

    def __init__(self, observation_space: spaces.Space[Any], problem: seq_envs.Problem, bins: int) -> None:
        reader = Reader(problem, bins)
        super().__init__(observation_space, reader.size)
        self.reader = reader

    def forward(self, observations: Tensor) -> Tensor:
        features: Tensor = self.reader(observations[:, None])[:, 0]
        return features
