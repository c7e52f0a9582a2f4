"""Cores of other modules. "module:Class" names them wherever the name of a core is allowed."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Core, Freezable, State
from seq_agents.cores.episode_starts import read_with_starts
from seq_agents.imports import imported
from seq_agents.settings import ANY, Settings
from seq_envs.parameters import Domain, Flag, Integer, parameter


class Text(Domain):
    """Any text."""

    def accept(self, value: object) -> str | None:
        return value if isinstance(value, str) else None

    def read(self, text: str) -> str:
        return text

    def __str__(self) -> str:
        return "a text"


_DOMAINS: Mapping[type, Domain] = {bool: Flag(), int: Integer(-(2**63)), float: ANY, str: Text()}
"""The allowed values of a constructor's parameter, by the type of its default."""


@cache
def user_defined_core(name: str) -> type[Core]:
    """The core that "module:Class" names.

    The class is an `nn.Module` with the contract of `seq_agents.cores.core.Core`, whether or not it is a subclass. It
    is made as `Class(inputs, **settings)`, where the settings are the other parameters of its constructor. If `forward`
    has no parameter `starts`, episodes are cut at their starts before it reads them.

    Raises:
        ValueError: the module cannot be imported or has no such class, or the class is no core.
    """
    found = imported("core", name)
    if not (isinstance(found, type) and issubclass(found, nn.Module)):
        raise ValueError(f"core {name!r} must be a subclass of torch.nn.Module, got {found!r}")
    missing = [method for method in ("initial_state", "forward") if not callable(getattr(found, method, None))]
    if missing or found.forward is nn.Module.forward:
        raise ValueError(f"core {name!r} lacks {' and '.join(missing or ['forward'])}: see seq_agents.cores.Core")
    return as_core(found, name)


def as_core(found: type[nn.Module], name: str) -> type[Core]:
    """The class as a subclass of `Core` with settings.

    Raises:
        ValueError: a parameter of its constructor cannot be a setting.
    """
    if issubclass(found, Core) and found.build.__func__ is not Core.build.__func__:  # type: ignore[attr-defined]  # A class method.
        return found
    facts = {
        "module_type": found,
        "name": name,
        "settings_type": _settings_type(found, name),
        "learns_memory": getattr(found, "learns_memory", True),
        "__doc__": found.__doc__,
    }
    return type("UserDefinedCore", (UserDefinedCore,), facts)


class UserDefinedCore(Core):
    """A module of another class as a core.

    Args:
        module: it has the contract of a core; its `forward` may lack `starts`.
    """

    module_type: ClassVar[Callable[..., nn.Module]]
    name: ClassVar[str]

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module: Any = module
        outputs = getattr(module, "outputs", None)
        if type(outputs) is not int or outputs < 1:
            raise ValueError(f"core {self.name!r}: outputs must be its number of output features, got {outputs!r}")
        self.outputs = outputs
        self._takes_starts = "starts" in inspect.signature(module.forward).parameters

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        given = {name: value for name, value in settings.as_dict().items() if name in _parameters(cls.module_type)}
        _check_once(cls, inputs, tuple(given.items()))
        return cls(cls.module_type(inputs, **given))

    def initial_state(self, batch: int) -> State:
        state: State = self.module.initial_state(batch)
        return state

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        read: tuple[Tensor, State]
        if self._takes_starts:
            read = self.module(inputs, state, starts)
            return read
        if starts is None:
            read = self.module(inputs, state)
            return read
        return read_with_starts(self.module, inputs, state, self.initial_state(len(inputs)), starts)


@cache
def _check_once(core: type[UserDefinedCore], inputs: int, given: tuple[tuple[str, Any], ...]) -> None:
    """Check the contract of a core of this size; a second call with the same arguments does nothing.

    Raises:
        ValueError: the core breaks the contract; the message says how.
    """
    from seq_agents.testing import check_core

    with torch.random.fork_rng(devices=[]):
        module = core.module_type(inputs, **dict(given))
        try:
            check_core(core(module), inputs, quick=True)
        except AssertionError as broken:
            raise ValueError(f"core {core.name!r} fails check_core: {broken}") from broken


def _parameters(found: Callable[..., nn.Module]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a constructor after the first one, which is the number of input features."""
    return dict(list(inspect.signature(found).parameters.items())[1:])


def _settings_type(found: type[nn.Module], name: str) -> type[Settings]:
    """Settings with a field for each parameter of a constructor.

    Raises:
        ValueError: a parameter has no default, or one that is no number, text or bool; or it is named `frozen`.
    """
    fields = []
    for each in _parameters(found).values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        default = each.default
        if type(default) is int and each.annotation in (float, "float"):
            default = float(default)
        domain = _DOMAINS.get(type(default))
        if domain is None or domain.accept(default) is None or each.name == "frozen":
            raise ValueError(
                f"core {name!r}: each parameter of its constructor after the first becomes a setting, so it must have "
                f"a default that is a bool, a finite number or a text, and not be named 'frozen', got {str(each)!r}"
            )
        meaning = f"{each.name} of {found.__name__}"
        fields.append((each.name, type(default), parameter(default, domain, meaning)))
    return dataclasses.make_dataclass(
        f"{found.__name__}Settings", fields, bases=(Freezable,), frozen=True, kw_only=True
    )
