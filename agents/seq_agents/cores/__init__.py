"""Memory cores, one file each. A new core is its file and a line of this menu.

A core of another module is named "module:Class"; see `seq_agents.cores.user_defined`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seq_agents.menu import Menu

if TYPE_CHECKING:
    import seq_envs
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
        "reservoir": ("seq_agents.cores.reservoir:Reservoir", "an LSTM that keeps the weights it began with"),
    },
)


def core_type(name: str) -> type[Core]:
    """The core of this name.

    Args:
        name: of `CORES`, or "module:Class".

    Raises:
        ValueError: there is no such core, or the class cannot be used as one.
    """
    if ":" in name:
        from seq_agents.cores.user_defined import user_defined_core

        return user_defined_core(name)
    return CORES.named(name)


def make_core(core: type[Core], inputs: int, settings: Any, problem: seq_envs.Problem | None = None) -> Core:
    """A core with weights drawn from torch's global generator, frozen if its settings say so.

    Args:
        core: the class, such as `core_type("gru")`.
        inputs: the number of features of an input.
        settings: an instance of `core.settings_type`.
        problem: the problem to learn; None if the core is for another environment.

    Raises:
        ValueError: the settings do not fit the problem, or the core is user-defined and breaks the contract.
    """
    made = core.build(inputs, settings, problem)
    return made.requires_grad_(False) if getattr(settings, "frozen", False) else made


def __getattr__(name: str) -> Any:
    """Load `Core`, and torch with it, when it is first used."""
    if name != "Core":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from seq_agents.cores.core import Core

    return Core
