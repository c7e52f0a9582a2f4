"""The page of all memory cores: their equations, sources and settings, from the menu of cores."""

from __future__ import annotations

import dataclasses
import inspect
import re

from agent_pages import settings_table
from seq_agents.cores import CORES, Core
from site_text import table


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"cores.md": page()}


def page() -> str:
    """Every core with what its docstring says, and its settings."""
    parts = [
        "# Memory cores\n",
        "A core is the memory of an agent. `--core NAME` gives one to the rules `supervised`, `reinforce`,\n"
        "`recurrent-ppo` and `recurrent-ppo-stock`, and\n"
        '`policy_kwargs={"core": NAME}` to [sb3-contrib\'s RecurrentPPO](../guides/stable-baselines3.md). All of them\n'
        "pass [`check_core`](../guides/your-own-core.md). A core with `frozen=true` keeps the weights it began with.\n",
        "In the equations, x is the input of a step, `<-` assigns a new value, and vectors of units are multiplied\n"
        "element by element. B is the number of episodes that are read at once, and a cost is that of one step of one\n"
        "of them.\n",
        table(("core", "what it is"), [(f"[`{name}`](#{name})", CORES.about(name)) for name in CORES]),
    ]
    for name in CORES:
        core = CORES[name]
        parts += [f"## {name}\n", f"```{{eval-rst}}\n{description(core)}\n```\n", settings_of(core)]
    return "\n".join(parts)


def description(core: type[Core]) -> str:
    """The docstring of a core without its arguments, as reStructuredText: a bar, as in |q|, is escaped, and code is in
    two backticks."""
    text = inspect.cleandoc(core.__doc__ or "").partition("\nArgs:")[0].replace("|", r"\|")
    return re.sub("`([^`]+)`", r"``\1``", text)


def settings_of(core: type[Core]) -> str:
    """The settings of a core."""
    return settings_table(core.settings_type) if dataclasses.fields(core.settings_type) else "It has no settings.\n"
