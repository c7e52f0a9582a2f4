"""Training functions by name: those of this package's agents, and those of other modules."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from seq_agents.imports import imported
from seq_agents.ladder.judging import Train
from seq_agents.learners import is_of_another_module
from seq_agents.learners.learner import Watch, unwatched


def trainer(agent: str, settings: Mapping[str, str] | None = None, watch: Watch = unwatched) -> Train:
    """The training function of an agent.

    A training function of another module needs gymnasium and numpy only, so that it can live in an environment of its
    own, with another framework.

    Args:
        agent: a name of `seq_agents.agents.AGENTS`, trained with settings that suit tiny tasks; or "module:function",
            a training function as `climb` takes it.
        settings: settings of an agent of this package as text, which replace these.
        watch: called after every update of an agent of this package.

    Raises:
        ValueError: the agent or a setting is unknown, a setting has a wrong value, the function cannot be imported, or
            settings are given for it.
    """
    if is_of_another_module(agent):
        if settings:
            raise ValueError(
                f"settings must be empty for {agent!r}: only agents of this package take them, got {dict(settings)}"
            )
        return _imported(agent)
    from seq_agents.ladder.agents_of_the_menu import trainer_of_the_menu  # It needs the extra "agents".

    return trainer_of_the_menu(agent, settings or {}, watch)


def packages_of(agent: str) -> tuple[str, ...]:
    """The distributions on which the result of an agent of another module depends: those that the module names.

    They are in its variable `PACKAGES`, such as `PACKAGES = ("tianshou",)`. Agents of this package have none.

    Raises:
        ValueError: the module cannot be imported, or `PACKAGES` has something else.
    """
    if not is_of_another_module(agent):
        return ()
    named = getattr(import_module(agent.partition(":")[0]), "PACKAGES", ())
    if not isinstance(named, (tuple, list)) or not all(isinstance(name, str) for name in named):
        raise ValueError(f"PACKAGES of {agent!r} must be a tuple of names of distributions, got {named!r}")
    return tuple(named)


def _imported(name: str) -> Train:
    train: Train = imported("agent", name)
    if not callable(train):
        raise ValueError(f"agent {name!r} must be called as train(make_envs, budget), got {train!r}")
    return train
