"""The weights between the inputs and a recurrent network of torch, before the first update."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from seq_agents.cores.core import CoreSettings
from seq_agents.settings import later_setting
from seq_envs.parameters import Real

AS_TORCH = {"input_weights": 0.0}
"""The setting with which torch's own weights stay."""


@dataclass(frozen=True, kw_only=True)
class RecurrentSettings(CoreSettings):
    """The settings of a recurrent network of torch."""

    input_weights: float = later_setting(
        1.0,
        Real(0.0, 1000.0, from_above=True),
        "standard deviation of the weights of the inputs at the start; 0: as torch draws them, about 0.58/sqrt(hidden)",
        before=0.0,
    )


def draw_input_weights(recurrent: nn.RNNBase, deviation: float) -> None:
    """Draw the weights between the inputs and the first layer from a normal distribution; 0 leaves them as they are.

    torch draws all weights as if every unit had as many inputs as there are units. But a one-hot vector has a single 1,
    so a wide layer hardly tells two symbols apart. With a standard deviation of 1 the weights are those of an
    embedding, as `torch.nn.Embedding` draws them.
    """
    if deviation:
        for name, weights in recurrent.named_parameters():
            if name.startswith("weight_ih_l0"):
                nn.init.normal_(weights, std=deviation)
