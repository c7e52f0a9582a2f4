"""A reservoir: an LSTM that is not trained, as a control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seq_agents.cores.core import FROZEN, CoreSettings
from seq_agents.cores.lstm import Lstm, LstmSettings
from seq_envs.parameters import Flag, parameter


@dataclass(frozen=True, kw_only=True)
class ReservoirSettings(LstmSettings):
    """The settings of an LSTM, which is frozen unless they say otherwise."""

    frozen: bool = parameter(True, Flag(), FROZEN)


class Reservoir(Lstm):
    """An LSTM that keeps the weights it began with, so that only the rest of the network learns (Jaeger 2001, "The echo
    state approach to analysing and training recurrent neural networks").

    A problem that a reservoir solves does not show that memory was learned. Every other core is a reservoir with
    `frozen=true`.
    """

    settings_type: ClassVar[type[CoreSettings]] = ReservoirSettings
    learns_memory = False
