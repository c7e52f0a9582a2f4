"""From an id to its problem: ids live in Gymnasium's registry, and nowhere else."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any

import gymnasium

from seq_envs.problem import Problem

_STAYS_FREE = ("framing", "encoding")
"""Parameters that an id with fixed parameters still takes."""


def register(id: str, problem: type[Problem], **fixed: Any) -> None:
    """Register a problem with Gymnasium, for `make` and `make_vec`.

    With `fixed` parameters the id takes only `framing` and `encoding`, and all others keep their defaults: it is a
    benchmark. Without, it takes every parameter.

    Raises:
        TypeError: `problem` is no Problem class, or a name in `fixed` is none of its parameters.
        ValueError: `problem` cannot be imported by its module and name, as one within a function; or a value in `fixed`
            is wrong.
    """
    if not (isinstance(problem, type) and issubclass(problem, Problem)):
        raise TypeError(f"problem must be a class of problems, got {problem!r}")
    if "<locals>" in problem.__qualname__:
        raise ValueError(f"problem must be a class that can be imported, got {problem.__qualname__} within a function")
    build(problem, None, fixed)
    kwargs: dict[str, Any] = {"problem": f"{problem.__module__}:{problem.__qualname__}"}
    if fixed:
        kwargs["fixed"] = fixed
    gymnasium.register(
        id,
        entry_point="seq_envs.env:SequenceEnv",
        vector_entry_point="seq_envs.vector_env:SequenceVectorEnv",
        kwargs=kwargs,
    )


def make_problem(id_or_problem: str | Problem, **parameters: Any) -> Problem:
    """The frozen problem behind an id, or a problem with some parameters changed.

    >>> make_problem("SeqEcho-v0", lag=3)
    SeqEcho(length=10, n_values=10, lag=3, framing='one_to_one', encoding='one_hot')

    Raises:
        ValueError: a parameter has a wrong value or is fixed by the id, or the id is none of this package's.
        TypeError: a parameter has an unknown name.
        gymnasium.error.Error: the id is not registered.
        ModuleNotFoundError: the id names a module, as in "module:id", that is not there.
    """
    if isinstance(id_or_problem, Problem):
        return build(type(id_or_problem), None, _given(id_or_problem) | parameters)
    if not isinstance(id_or_problem, str):
        raise TypeError(f"id_or_problem must be the id of an environment or a Problem, got {id_or_problem!r}")
    module, _, env_id = id_or_problem.rpartition(":")
    if module:
        import_module(module)
    kwargs = dict(gymnasium.spec(env_id).kwargs)
    if "problem" not in kwargs:
        raise ValueError(f"id must be one of {', '.join(ids())}, got {env_id!r}")
    return build(kwargs.pop("problem"), kwargs.pop("fixed", None), kwargs | parameters)


def build(
    problem: str | type[Problem] | Problem, fixed: Mapping[str, Any] | None, parameters: Mapping[str, Any]
) -> Problem:
    """A problem from its class, "module:Class" or id, and its parameters; a finished problem is passed through."""
    if isinstance(problem, Problem):
        return make_problem(problem, **parameters) if parameters else problem
    if isinstance(problem, str):
        module, _, name = problem.partition(":")
        if not name:
            return make_problem(problem, **parameters)
        problem = attrgetter(name)(import_module(module))
    if not (isinstance(problem, type) and issubclass(problem, Problem)):
        raise TypeError(f"problem must be a Problem, its class or its 'module:Class', got {problem!r}")
    names = [field.name for field in dataclasses.fields(problem)]
    for name, value in parameters.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise TypeError(
                f"{problem.__name__} has no parameter {name!r}{hint}; it got {value!r} and takes {', '.join(names)}"
            )
        if fixed and name not in _STAYS_FREE:
            raise ValueError(
                f"{name} cannot be set to {value!r}: this id is fixed ({_words(fixed)}) but for "
                f"{' and '.join(_STAYS_FREE)}; use the base id to choose it"
            )
    return problem(**{**(fixed or {}), **parameters})


def _given(problem: Problem) -> dict[str, Any]:
    """The parameters of a problem, without those that its framing would choose by itself."""
    bare = {field.name: field.default for field in dataclasses.fields(problem)}
    given = {name: getattr(problem, name) for name in bare}
    left_to_framing = problem.framing_defaults()
    return {
        name: value for name, value in given.items() if bare[name] is not None or value != left_to_framing.get(name)
    }


def _words(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in parameters.items())


def ids() -> list[str]:
    """Every registered id of this package and of problems registered by users, in the order of registration."""
    ours = "seq_envs.env:SequenceEnv"
    return [spec.id for spec in gymnasium.registry.values() if spec.entry_point == ours]
