"""A page of all agents with their settings, from the menu of agents."""

from __future__ import annotations

import dataclasses

from seq_agents.agents import AGENTS, agent_type, tuned_settings
from seq_agents.cores import CORES
from seq_agents.learners import RULES
from seq_agents.networks import NETWORKS
from seq_agents.settings import Settings
from site_text import parameters, sentence, table

SOURCES = {"rewards": "rewards", "examples": "right answers", "nothing": "nothing"}
"""What an agent learns from, in the words of the site."""


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"settings.md": page()}


def page() -> str:
    """The settings of every agent."""
    parts = [
        "# Agents and their settings\n",
        "Every setting has a default, its standard value. Some agents have tuned settings for the ids of the menu,\n"
        "which replace the defaults without `--standard`. `--set name=value` and `settings={...}` replace both.\n",
        table(("agent", "learns from", "learning rule", "core", "what it is"), [menu_row(name) for name in AGENTS]),
        "## Learning rules and cores\n",
        "An agent is a learning rule with a core, which is what remembers. Every other pair is an agent too, named\n"
        "`RULE-CORE`, such as `reinforce-gru`.\n",
        table(
            ("learning rule", "learns from", "takes the cores"),
            [(f"`{name}`", SOURCES[rule.learns_from], names(rule.cores)) for name, rule in RULES.items()],
        ),
        table(("core", "what it is"), [(f"`{name}`", menu.about(name)) for menu in (CORES, NETWORKS) for name in menu]),
    ]
    for name in AGENTS:
        settings = agent_type(name).settings_type
        parts += [f"## {name}\n", f"{sentence(AGENTS.about(name))}\n"]
        if dataclasses.fields(settings):
            parts += [settings_table(settings), tuned(name)]
        else:
            parts.append("It has no settings.\n")
    return "\n".join(parts)


def menu_row(name: str) -> tuple[str, ...]:
    """The line of an agent in the menu."""
    agent = AGENTS[name]
    core = f"`{agent.core}`" if agent.core else ""
    return f"[`{name}`](#{name})", SOURCES[agent.learns_from], f"`{agent.rule}`", core, agent.about


def names(cores: tuple[str, ...]) -> str:
    """Names as code."""
    return ", ".join(f"`{core}`" for core in cores) or "none"


def settings_table(settings: type[Settings]) -> str:
    """Every setting with its default, what is allowed, and its meaning."""
    rows = [
        (f"`{field.name}`", f"`{field.default!r}`", f"{field.metadata['domain']}", field.metadata["meaning"])
        for field in dataclasses.fields(settings)
    ]
    return table(("setting", "default", "allowed", "meaning"), rows)


def tuned(name: str) -> str:
    """The settings that are tuned for ids."""
    rows = [
        ("every id of the tutorial" if id == "*" else f"`{id}`", f"`{parameters(chosen)}`")
        for id, chosen in tuned_settings(name).items()
    ]
    return "Tuned settings:\n\n" + table(("id", "settings"), rows) if rows else "No id has tuned settings for it.\n"
