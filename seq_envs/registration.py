"""Make problems from ids and classes, and register classes of problems under ids."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any

from seq_envs import registry
from seq_envs.problem import Problem

_NEVER_FIXED = ("framing", "encoding")
"""The parameters that an id with fixed parameters still takes."""


def register(id: str, problem: type[Problem], **fixed: Any) -> None:
    """Register a problem with Gymnasium, for `make` and `make_vec`.

    With `fixed` parameters the id is a benchmark: it takes only `framing` and `encoding`, and all other parameters
    keep their defaults. Without `fixed`, it takes every parameter.

    Raises:
        TypeError: `problem` is no Problem class, or a name in `fixed` is none of its parameters.
        ValueError: `problem` cannot be imported by its module and name, such as a class within a function; or a value
            in `fixed` is wrong.
    """
    if not (isinstance(problem, type) and issubclass(problem, Problem)):
        raise TypeError(f"problem must be a class of problems, got {problem!r}")
    if "<locals>" in problem.__qualname__:
        raise ValueError(f"problem must be a class that can be imported, got {problem.__qualname__} within a function")
    build(problem, None, fixed)
    registry.add(id, f"{problem.__module__}:{problem.__qualname__}", fixed)


def make_problem(id_or_problem: str | Problem, **parameters: Any) -> Problem:
    """The frozen problem of an id, or a problem with some parameters changed.

    An id without a version means its latest version: "SeqEcho" is "SeqEcho-v0". The parameter `split`, which every
    problem with `splits` takes, stands for the parameters of this split; those that are given beside it have priority.
    An id with fixed parameters takes no split.

    >>> make_problem("SeqEcho", lag=3)
    SeqEcho(length=10, n_values=10, lag=3, framing='one_to_one', encoding='one_hot', deck=False, decks=1)

    Raises:
        ValueError: a parameter has a wrong value or is fixed by the id, or the id is not one of a sequence problem.
        TypeError: a parameter has an unknown name.
        gymnasium.error.NameNotFound: the id is not registered.
        ModuleNotFoundError: the id names a module, as in "module:id", that does not exist.
    """
    if isinstance(id_or_problem, Problem):
        return _made(type(id_or_problem), _chosen_parameters(id_or_problem), parameters)
    if not isinstance(id_or_problem, str):
        raise TypeError(f"id_or_problem must be the id of an environment or a Problem, got {id_or_problem!r}")
    kwargs = dict(registry.find(id_or_problem).kwargs)
    return build(kwargs.pop("problem"), kwargs.pop("fixed", None), kwargs | parameters)


def build(
    problem: str | type[Problem] | Problem, fixed: Mapping[str, Any] | None, parameters: Mapping[str, Any]
) -> Problem:
    """A problem from its class, "module:Class" or id, and its parameters; or from a problem and changes to it."""
    if isinstance(problem, Problem):
        return make_problem(problem, **parameters) if parameters else problem
    if isinstance(problem, str):
        module, _, name = problem.partition(":")
        if not name:
            return make_problem(problem, **parameters)
        problem = attrgetter(name)(import_module(module))
    if not (isinstance(problem, type) and issubclass(problem, Problem)):
        raise TypeError(f"problem must be a Problem, its class or its 'module:Class', got {problem!r}")
    for name, value in parameters.items():
        known = name in _names(problem) or (name == "split" and value is not None and problem.splits)
        if fixed and known and name not in _NEVER_FIXED:
            raise ValueError(
                f"{name} cannot be set to {value!r}: this id is fixed ({_as_text(fixed)}) except for "
                f"{' and '.join(_NEVER_FIXED)}; use the base id to choose it"
            )
    return _made(problem, fixed or {}, parameters)


def _names(problem: type[Problem]) -> list[str]:
    return [field.name for field in dataclasses.fields(problem)]


def _made(problem: type[Problem], start: Mapping[str, Any], parameters: Mapping[str, Any]) -> Problem:
    """A problem with the parameters of `start`, unless its split or `parameters` change them."""
    given = dict(parameters)
    names = _names(problem)
    split = _split(problem, None if "split" in names else given.pop("split", None))
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            # TorchRL searches this message for Python's own "got an unexpected keyword argument".
            raise TypeError(
                f"{problem.__name__}() got an unexpected keyword argument {name!r}.{hint} "
                f"{problem.__name__} takes {', '.join(names)}."
            )
    return problem(**{**start, **split, **given})


def _split(problem: type[Problem], name: Any) -> Mapping[str, Any]:
    """The parameters of a split of a problem; None: no parameters.

    Raises:
        ValueError: the problem has no such split.
    """
    if name is None:
        return {}
    if isinstance(name, str) and name in problem.splits:
        return problem.splits[name]
    if not problem.splits:
        raise ValueError(f"split is not used by {problem.__name__}: leave it out (got split={name!r})")
    raise ValueError(f"split must be one of {', '.join(map(repr, problem.splits))}, got {name!r}")


def _chosen_parameters(problem: Problem) -> dict[str, Any]:
    """The parameters of a problem, without those whose value is the default of its framing."""
    defaults = {field.name: field.default for field in dataclasses.fields(problem)}
    values = {name: getattr(problem, name) for name in defaults}
    by_framing = problem.framing_defaults()
    return {
        name: value for name, value in values.items() if defaults[name] is not None or value != by_framing.get(name)
    }


def _as_text(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in parameters.items())
