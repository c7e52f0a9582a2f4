"""Residual layers around a part that remembers, as published recurrent blocks and transformers have them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity, Core, CoreSettings, State
from seq_envs.parameters import Integer, parameter


@dataclass(frozen=True, kw_only=True)
class LayeredSettings(CoreSettings):
    """The settings of a core with residual layers."""

    layers: int = parameter(1, Integer(1, 64), "layers, each of which remembers")


@dataclass(frozen=True, kw_only=True)
class ConvolvedSettings(LayeredSettings):
    """The settings of a core whose layers begin with a short convolution."""

    convolution: int = parameter(4, Integer(1, 64), "steps that the short convolution sees; 1: the current one only")


@dataclass(frozen=True, kw_only=True)
class MemoryHeadsSettings(ConvolvedSettings):
    """The settings of a core with several matrices as memory."""

    heads: int = parameter(4, Integer(1, 256), "heads, each with a memory")


class Mixer(nn.Module, ABC):
    """The part of a layer that remembers: features (B, T, hidden) in, as many out. It keeps the contract of a core."""

    state_names: ClassVar[tuple[str, ...]]
    """The name of each tensor of the state; empty for one that is a count and holds no features."""

    @abstractmethod
    def initial_state(self, batch: int) -> State:
        """The state before the first step of `batch` episodes."""

    @abstractmethod
    def forward(self, inputs: Tensor, state: State, starts: Tensor | None) -> tuple[Tensor, State]:
        """As `Core.forward`, with outputs (B, T, hidden)."""


class LayeredCore(Core):
    """x = W inputs + b; in each layer x <- x + mixer(norm(x)), x <- x + feed_forward(norm(x)); the output is norm(x).

    Layers normalise their inputs, not their outputs, so that a gradient reaches every layer (Xiong et al. 2020, "On
    Layer Normalization in the Transformer Architecture"). The state has the tensors of each mixer, layer by layer.

    Args:
        inputs: features of an input.
        hidden: features between layers, and of an output.
        mixers: one for each layer.
        feed_forward: whether a layer has a feed-forward network, hidden -> 2 hidden -> hidden with GELU.
    """

    settings_type: ClassVar[type[CoreSettings]] = LayeredSettings

    def __init__(self, inputs: int, hidden: int, mixers: Iterable[Mixer], feed_forward: bool) -> None:
        super().__init__()
        self.outputs = hidden
        self.embed = nn.Linear(inputs, hidden)
        self.mixers = nn.ModuleList(mixers)
        self.norms = nn.ModuleList(nn.LayerNorm(hidden) for _ in self.mixers)
        self.feed_forwards = nn.ModuleList(_feed_forward(hidden) for _ in self.mixers if feed_forward)
        self.norm = nn.LayerNorm(hidden)

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        mixers = [cls.mixer(settings) for _ in range(settings.layers)]
        return cls(inputs, settings.hidden, mixers, cls.has_feed_forward)

    has_feed_forward: ClassVar[bool] = True
    """Whether the published layer has a feed-forward network."""

    @classmethod
    @abstractmethod
    def mixer(cls, settings: Any) -> Mixer:
        """The mixer of one layer, given an instance of `settings_type`."""

    def initial_state(self, batch: int) -> State:
        return tuple(part for mixer in self.mixers for part in mixer.initial_state(batch))  # type: ignore[operator]  # torch forgets the type of a module in a list.

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        features = self.embed(inputs)
        parts = len(state) // len(self.mixers)
        after: State = ()
        for layer, (norm, mixer) in enumerate(zip(self.norms, self.mixers, strict=True)):
            before = state[layer * parts : (layer + 1) * parts]
            mixed, layer_state = mixer(norm(features), before, starts)
            features, after = features + mixed, after + layer_state
            if self.feed_forwards:
                features = features + self.feed_forwards[layer](features)
        return self.norm(features), after

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        names = [
            name and (name if len(self.mixers) == 1 else f"{name}, layer {layer}")
            for layer, mixer in enumerate(self.mixers, start=1)
            for name in cast(Mixer, mixer).state_names
        ]
        return Activity({name: part for name, part in zip(names, after, strict=True) if name})


def head_width(hidden: int, heads: int) -> int:
    """The units of a head: at least 4, and enough that all heads together have `hidden` or more."""
    return max(-(-hidden // heads), 4)


def _feed_forward(hidden: int) -> nn.Module:
    return nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, 2 * hidden), nn.GELU(), nn.Linear(2 * hidden, hidden))
