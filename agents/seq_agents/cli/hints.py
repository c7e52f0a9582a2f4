"""Commands to type: instead of one that does not work, and after one that does."""

from __future__ import annotations

import argparse
import difflib
import shlex
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from seq_agents.cli.waiting import loading
from seq_agents.errors import Arguments, Refused

if TYPE_CHECKING:
    from seq_agents.experiments.run_folder import Run


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The name that is spelled most like the given one, or None if none is close."""
    by_lower = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None


def replaced(wrong: str, right: str, typed: Sequence[str]) -> Arguments:
    """The arguments with one of them, or the value after its `=`, replaced."""
    return [
        right if word == wrong else f"{word[: -len(wrong)]}{right}" if word.endswith(f"={wrong}") else word
        for word in typed
    ]


def as_typed(arguments: Iterable[str]) -> str:
    """A command of seq-envs that can be pasted into a shell."""
    return shlex.join(["seq-envs", *arguments])


def next_commands(*commands: Iterable[str]) -> str:
    """The last lines of a command's output: what to try next, a command in each line."""
    return "\n".join(f"{'      ' if place else 'Next: '}{as_typed(typed)}" for place, typed in enumerate(commands))


def without_option(name: str, typed: Sequence[str]) -> Arguments:
    """The arguments without an option and its value."""
    words = list(typed)
    for place, word in enumerate(typed):
        if word == name:
            return [*words[:place], *words[place + 2 :]]
        if word.startswith(f"{name}="):
            return [*words[:place], *words[place + 1 :]]
    return words


def path_word(path: Path) -> str:
    """A path as an argument: one that begins with a dash would otherwise be read as an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text


def on_runs(command: str, *runs: Run, given: Iterable[str] = ()) -> Arguments:
    """A command that uses run folders, with `--trust` if one of them names a module of the user.

    Args:
        command: such as "watch".
        runs: the runs in these folders.
        given: further options, such as those that change parameters of the problem.
    """
    from seq_agents.experiments.run_folder import modules_named_by

    trust = ["--trust"] if any(modules_named_by(run.path) for run in runs) else []
    return [command, *(path_word(run.path) for run in runs), *trust, *given]


def instead_of(message: str, typed: Sequence[str]) -> Arguments | None:
    """Arguments that work, in place of those that a parser refuses; None if it is not clear which."""
    words = list(typed)
    if "expected one argument" in message:
        name = message.removeprefix("argument ").partition(":")[0].split("/")[0]
        place = words.index(name) if name in words else len(words)
        if place + 1 < len(words):  # The value looks like an option.
            return [*words[:place], f"{name}={words[place + 1]}", *words[place + 2 :]]
        return None
    if message.startswith("unrecognized arguments: "):
        unknown = message.removeprefix("unrecognized arguments: ").split(" ")
        return [word for word in words if word not in unknown]
    if message.endswith("are required: ID"):
        return [*words, "SeqEcho-v0"]
    if "are required: " in message:
        dashed = [word for word in words if word.startswith("-") and not word.startswith("--") and Path(word).exists()]
        return replaced(dashed[0], path_word(Path(dashed[0])), words) if dashed else None
    for place, word in enumerate(words):
        if "," in word and place and word in message:  # Several values joined by commas.
            return [*words[:place], *filter(None, word.split(",")), *words[place + 1 :]]
    return None


def refuse_unknown(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """Refuse options that a command does not take.

    Args:
        parser: of the command.
        typed: the command and its arguments.

    Raises:
        Refused: for the first such option. The message names the nearest option or setting.
    """
    options = [text for action in parser._actions for text in action.option_strings]
    words = typed[: typed.index("--")] if "--" in typed else typed
    for word in words:
        name, equals, value = word.partition("=")
        if not name.startswith("--") or name in options:
            continue
        message = f"{typed[0]} does not take {name}"
        near = _nearest_option(name, options)
        agent, names = _settings_named(typed) if "--set" in options else ("", [])
        setting = nearest(name.lstrip("-").replace("-", "_"), names, 1.0 if near else 0.75)
        if setting is not None:
            raise Refused(f"{message}: {setting} is a setting of {agent}", partial(_as_setting, word, setting))
        if near is not None:
            right = f"{near}={value}" if equals else near
            raise Refused(f"{message}; the nearest option is {near}", partial(replaced, word, right))
        raise Refused(f"{message}; see its options", lambda _: [typed[0], "--help"])


_MEANS = {
    **dict.fromkeys(("workers", "processes", "parallel", "n-jobs", "num-workers"), "jobs"),
    **dict.fromkeys(("output", "output-dir", "folder", "dir", "save"), "out"),
}
"""The options that other programs have under these names."""


def _nearest_option(name: str, options: Iterable[str]) -> str | None:
    """The option that means the same as a name in other programs, or is spelled most like it.

    The dashes do not count: all options have them.
    """
    meant = f"--{_MEANS.get(name.lstrip('-').replace('_', '-'), '')}"
    if meant in options:
        return meant
    near = nearest(name.lstrip("-"), [known.lstrip("-") for known in options if known.startswith("--")], 0.75)
    return near and f"--{near}"


def _as_setting(word: str, setting: str, typed: Arguments) -> Arguments:
    """The arguments with an option, "--hidden=32" or "--hidden" and the value after it, as a setting."""
    place = typed.index(word)
    _, equals, value = word.partition("=")
    after = typed[place + 1 :] if equals else typed[place + 2 :]
    given = value if equals else "".join(typed[place + 1 : place + 2])
    return [*typed[:place], "--set", f"{setting}={given}", *after]


def _settings_named(typed: Sequence[str]) -> tuple[str, list[str]]:
    """The agent that a command names, and its settings; empty if the agents are not installed."""
    try:
        from seq_agents.agents import AGENTS, agent_type, with_core
        from seq_agents.learners import RULES
    except ImportError:
        return "", []
    agent = next((word for word in typed[1:] if word in AGENTS or word in RULES), "")
    cores = [core for word, core in pairwise([*typed, ""]) if word == "--core"]
    cores += [word.removeprefix("--core=") for word in typed if word.startswith("--core=")]
    try:
        name = with_core(agent, cores[-1]) if agent and cores else agent
        with loading():
            return name, list(agent_type(name).settings_type.domains()) if name else []
    except (ValueError, ImportError):  # The agent or its core does not exist: another message says so.
        return "", []


def refuse_commas(option: str, text: str) -> None:
    """Refuse several names that are joined by commas, where spaces must separate them.

    Raises:
        Refused: the text has several names, and is no pattern with a set of characters.
    """
    names = [word for word in text.split(",") if word]
    if len(names) > 1 and "[" not in text:
        raise Refused(f"{option} takes names with spaces between them, got {text!r}", partial(_spread, text, names))


def _spread(text: str, names: Sequence[str], typed: Arguments) -> Arguments:
    """The arguments with one of them replaced by several."""
    spread: Arguments = []
    for word in typed:
        spread += names if word == text else [word[: -len(text) - 1], *names] if word.endswith(f"={text}") else [word]
    return spread
