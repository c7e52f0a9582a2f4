"""A page of all agents with their settings, from the menu of agents."""

from __future__ import annotations

import dataclasses

from seq_agents.agents import AGENTS, agent_type, settings_of
from seq_agents.settings import Settings
from site_text import parameters, sentence, table

import seq_envs


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"settings.md": page()}


def page() -> str:
    """The settings of every agent."""
    parts = [
        "# Agents and their settings\n",
        "Every setting has a default. Some ids have settings that are tuned for them; these replace the defaults\n"
        "unless you give others with `--set name=value` or `settings={...}`.\n",
        table(("agent", "what it is"), [(f"[`{name}`](#{name})", AGENTS.about(name)) for name in AGENTS]),
    ]
    for name in AGENTS:
        settings = agent_type(name).settings_type
        parts += [f"## {name}\n", f"{sentence(AGENTS.about(name))}\n"]
        if dataclasses.fields(settings):
            parts += [settings_table(settings), tuned(name, settings)]
        else:
            parts.append("It has no settings.\n")
    return "\n".join(parts)


def settings_table(settings: type[Settings]) -> str:
    """Every setting with its default, what is allowed, and its meaning."""
    rows = [
        (f"`{field.name}`", f"`{field.default!r}`", f"{field.metadata['kind']}", field.metadata["meaning"])
        for field in dataclasses.fields(settings)
    ]
    return table(("setting", "default", "allowed", "meaning"), rows)


def tuned(name: str, settings: type[Settings]) -> str:
    """The settings of each id that differ from the defaults."""
    defaults = settings.of({}).as_dict()
    rows = []
    for id in seq_envs.ids():
        own = settings_of(name, id).as_dict()
        changed = {key: value for key, value in own.items() if value != defaults[key]}
        if changed:
            rows.append((f"`{id}`", f"`{parameters(changed)}`"))
    return "Tuned settings:\n\n" + table(("id", "settings"), rows) if rows else "No id has tuned settings for it.\n"
