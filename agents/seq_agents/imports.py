"""Objects of other modules, which users name as "module:name"."""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter
from typing import Any

from seq_agents.errors import reason
from seq_envs.distributions import how_to_install


def imported(what: str, name: str) -> Any:
    """The object that "module:name" names.

    Args:
        what: what the object is, in one word for the error message.
        name: "module:name"; the name may have dots.

    Raises:
        ValueError: the module cannot be imported, or has no such name.
    """
    module, _, path = name.partition(":")
    try:
        return attrgetter(path)(import_module(module))
    except (Exception, SystemExit) as wrong:  # A module may raise anything while it is imported.
        message = f"{what} {name!r} cannot be imported: {reason(wrong)}"
        if isinstance(wrong, ModuleNotFoundError) and not f"{module}.".startswith(f"{wrong.name}."):
            message = f"{message}. {how_to_install(wrong)}"  # The module is there, and imports one that is not.
        raise ValueError(message) from wrong
