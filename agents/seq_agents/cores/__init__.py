"""Memory cores, one file each. A new core is its file and a line of this menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seq_agents.menu import Menu

if TYPE_CHECKING:
    from seq_agents.cores.core import Core as Core

CORES: Menu[type[Core]] = Menu(
    "core",
    {
        "lstm": ("seq_agents.cores.lstm:Lstm", "long short-term memory"),
        "gru": ("seq_agents.cores.gru:Gru", "gated recurrent units"),
        "rnn": ("seq_agents.cores.rnn:Rnn", "simple recurrent network (Elman) with tanh"),
        "mingru": ("seq_agents.cores.mingru:MinGru", "GRU with a linear recurrence, read by a scan"),
        "lru": ("seq_agents.cores.lru:Lru", "linear recurrent unit, complex and diagonal"),
        "mamba": ("seq_agents.cores.mamba:Mamba", "selective state space model, diagonal (S6)"),
        "deltanet": ("seq_agents.cores.deltanet:DeltaNet", "linear attention with the delta rule"),
        "mlstm": ("seq_agents.cores.mlstm:Mlstm", "LSTM with a matrix as memory, of xLSTM"),
        "ffm": ("seq_agents.cores.ffm:Ffm", "fast and forgetful memory: decaying, oscillating traces"),
        "transformer": ("seq_agents.cores.transformer:Transformer", "causal attention to a window of the last steps"),
        "window": ("seq_agents.cores.window:Window", "the last observations side by side"),
        "none": ("seq_agents.cores.window:Memoryless", "no memory: the current observation and the clock"),
    },
)


def __getattr__(name: str) -> Any:
    """Load `Core`, and torch with it, when it is first used."""
    if name != "Core":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from seq_agents.cores.core import Core

    return Core
