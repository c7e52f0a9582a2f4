"""The pages of the API reference: a page for each public module, with the names that are public in it."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from types import ModuleType

import seq_envs

PAGES = {
    # Page, its title, and the modules on it.
    "seq-envs": ("Environments, data and evaluation", ["seq_envs", "seq_envs.env_options"]),
    "policies": ("Policies", ["seq_envs.policies"]),
    "testing": ("Checking a problem", ["seq_envs.testing"]),
    "writing-problems": (
        "Writing problems",
        ["seq_envs.problem", "seq_envs.parameters", "seq_envs.encodings", "seq_envs.answers"],
    ),
    "agents": ("Agents", ["seq_agents.agents", "seq_agents.settings"]),
    "cores": (
        "Cores",
        ["seq_agents.cores.core", "seq_agents.cores.scan", "seq_agents.cores.lstm_start", "seq_agents.testing"],
    ),
    "learners": (
        "Learners",
        ["seq_agents.learners.learner", "seq_agents.progress", "seq_agents.learners.user_defined"],
    ),
    "sb3": ("Stable-Baselines3", ["seq_agents.sb3"]),
    "ladder": ("Ladder", ["seq_agents.ladder"]),
    "watch": ("Watching", ["seq_agents.watch"]),
    "inspection": ("Inspecting", ["seq_agents.inspection", "seq_agents.networks.view"]),
}


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {f"{name}.md": page(title, modules) for name, (title, modules) in PAGES.items()}


def page(title: str, modules: list[str]) -> str:
    """The page of some modules."""
    parts = [f"# {title}\n"]
    for name in modules:
        module = import_module(name)
        parts.append(f"## {name}\n")
        parts += [f"```{{eval-rst}}\n{directive(name, item, value)}\n```\n" for item, value in public(module).items()]
    return "\n".join(parts)


def public(module: ModuleType) -> dict[str, object]:
    """The names that a module makes public: those of `__all__`, or those defined in it without an underscore.

    Problems are left out, since each has a page of its own, and so are names that an earlier page has.
    """
    found = {}
    for name in getattr(module, "__all__", None) or unlisted(module):
        value = getattr(module, name)
        is_problem = inspect.isclass(value) and value.__module__.startswith("seq_envs.problems")
        is_on_first_page = module is not seq_envs and getattr(seq_envs, name, None) is value
        if callable(value) and not is_problem and not is_on_first_page:
            found[name] = value
    return found


def unlisted(module: ModuleType) -> list[str]:
    """The public names of a module without `__all__`: those defined in it, and those imported as themselves."""
    defined = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    imports = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.ImportFrom)]
    return defined + [alias.name for node in imports for alias in node.names if alias.asname == alias.name]


def directive(module: str, name: str, value: object) -> str:
    """How autodoc documents a name."""
    if inspect.isclass(value):
        inherits = any(base.__module__ not in ("builtins", "abc", "typing") for base in value.__bases__)
        return f".. autoclass:: {module}.{name}\n   :members:" + ("\n   :show-inheritance:" if inherits else "")
    if inspect.isfunction(value):
        return f".. autofunction:: {module}.{name}"
    return f".. autodata:: {module}.{name}\n   :no-value:"


def documented() -> dict[str, object]:
    """Every documented object by its full public name."""
    modules = [import_module(name) for _, names in PAGES.values() for name in names]
    return {f"{module.__name__}.{name}": value for module in modules for name, value in public(module).items()}
