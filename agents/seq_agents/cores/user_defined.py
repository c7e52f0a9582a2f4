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
from seq_agents.cores.core import Activity, Core, Freezable, State
from seq_agents.cores.episode_starts import read_with_starts
from seq_agents.errors import reason
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


_DOMAINS: Mapping[type, Domain] = {bool: Flag(), int: Integer(None), float: ANY, str: Text()}
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
    return as_core(imported("core", name), name)


def as_core(found: Any, name: str) -> type[Core]:
    """The class as a subclass of `Core` with settings, which checks the contract when a core is made.

    Raises:
        ValueError: it is no class of a module with the methods of a core, or a parameter of its constructor cannot be
            a setting.
    """
    if not (isinstance(found, type) and issubclass(found, nn.Module)):
        raise ValueError(f"core {name!r} must be a subclass of torch.nn.Module, got {found!r}")
    missing = [method for method in ("initial_state", "forward") if not callable(getattr(found, method, None))]
    if missing or found.forward is nn.Module.forward:
        raise ValueError(f"core {name!r} lacks {' and '.join(missing or ['forward'])}: see seq_agents.cores.Core")
    core: type[Core]
    if issubclass(found, Core) and _can_be_built(found):
        core = found
    else:
        facts = {
            "module_type": found,
            "settings_type": _settings_type(found, name),
            "learns_memory": getattr(found, "learns_memory", True),
        }
        core = type("UserDefinedCore", (UserDefinedCore,), facts)
    return type(core.__name__, (_CheckedCore, core), {"core_name": name, "__doc__": found.__doc__})


def _can_be_built(core: type[Core]) -> bool:
    """Whether `build` makes this core: it has its own, or its constructor is the one that `Core.build` calls."""
    if core.build.__func__ is not Core.build.__func__:  # type: ignore[attr-defined]  # A class method.
        return True
    parameters = _parameters(core)
    return list(parameters) == ["hidden"] and parameters["hidden"].default is inspect.Parameter.empty


class _CheckedCore(Core):
    """Mixed into a core, it checks the contract when a core is made."""

    core_name: ClassVar[str]
    """The name of the core in messages."""

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        of_core = {name: value for name, value in settings.as_dict().items() if name in cls.settings_type.domains()}
        arguments = (inputs, cls.settings_type.of(of_core), problem)
        known = (cls, repr(arguments))
        if known not in _KEEP_THE_CONTRACT:
            _check(super().build, arguments, cls.core_name)
            _KEEP_THE_CONTRACT.add(known)
        return super().build(*arguments)


_KEEP_THE_CONTRACT: set[tuple[type[Core], str]] = set()
"""The cores that were checked, with the arguments of `build` in words."""


def _check(build: Callable[..., Core], arguments: tuple[int, Settings, Any], name: str) -> None:
    """Check the contract of the core that `build` makes from the arguments.

    Raises:
        ValueError: the core cannot be made or breaks the contract; the message says how.
    """
    from seq_agents.testing import check_core

    inputs, settings, _ = arguments
    with torch.random.fork_rng(devices=[]):
        try:
            core = build(*arguments)
        except (Exception, SystemExit) as wrong:  # A constructor may raise anything.
            given = ", ".join(f"{setting}={value!r}" for setting, value in settings.as_dict().items())
            raise ValueError(
                f"core {name!r} cannot be made with {inputs} input features and {given}: {reason(wrong)}"
            ) from wrong
        try:
            check_core(core, inputs, quick=True)
        except AssertionError as broken:
            raise ValueError(f"core {name!r} fails check_core: {broken}") from broken
        except Exception as wrong:  # A method that is not checked by name, such as `load_state_dict`.
            raise ValueError(f"core {name!r} fails check_core: {reason(wrong)}") from wrong


class UserDefinedCore(Core):
    """A module of another class as a core.

    Args:
        module: it has the contract of a core; its `forward` may lack `starts`.
    """

    module_type: ClassVar[Callable[..., nn.Module]]

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module: Any = module
        outputs = getattr(module, "outputs", None)
        if type(outputs) is not int or outputs < 1:
            raise ValueError(f"outputs must be its number of output features, got {outputs!r}")
        self.outputs = outputs
        self._takes_starts = "starts" in inspect.signature(module.forward).parameters

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        given = {name: value for name, value in settings.as_dict().items() if name in _parameters(cls.module_type)}
        return cls(cls.module_type(inputs, **given))

    def initial_state(self, batch: int) -> State:
        state: State = self.module.initial_state(batch)
        return state

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        read: tuple[Tensor, State]
        if self._takes_starts:
            read = self.module(inputs, state, starts=starts)
            return read
        if starts is None:
            read = self.module(inputs, state)
            return read
        return read_with_starts(self.module, inputs, state, self.initial_state(len(inputs)), starts)

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        named = getattr(self.module, "activity", None)
        if not callable(named):  # The module has none, or has a setting of this name.
            return super().activity(inputs, before, after)
        activity: Activity = named(inputs, before, after)
        return activity


_TAKEN = " or ".join(repr(name) for name in dir(Freezable) if not name.startswith("_"))
"""The names that all settings have for something else."""


def _parameters(found: Callable[..., nn.Module]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a constructor after the first one, which is the number of input features."""
    return dict(list(inspect.signature(found).parameters.items())[1:])


def _settings_type(found: type[nn.Module], name: str) -> type[Settings]:
    """Settings with a field for each parameter of a constructor.

    Raises:
        ValueError: a parameter has no default, or one that is no number, text or bool; or all settings have something
            else of its name, such as `frozen` or `as_dict`.
    """
    fields = []
    for each in _parameters(found).values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        default = each.default
        if type(default) is int and each.annotation in (float, "float"):
            default = float(default)
        domain = _DOMAINS.get(type(default))
        if domain is None or domain.accept(default) is None or hasattr(Freezable, each.name):
            raise ValueError(
                f"core {name!r}: each parameter of its constructor after the first becomes a setting, so it must have "
                f"a default that is a bool, a finite number or a text, and not be named {_TAKEN}, got {str(each)!r}"
            )
        meaning = f"{each.name} of {found.__name__}"
        fields.append((each.name, type(default), parameter(default, domain, meaning)))
    return dataclasses.make_dataclass(
        f"{found.__name__}Settings", fields, bases=(Freezable,), frozen=True, kw_only=True
    )
