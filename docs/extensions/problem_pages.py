"""A page for each problem of the registry, from its docstring, levels and episodes, and a gallery of all problems."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path

import gymnasium
from episode_pictures import Animation, animation
from site_text import parameters, sections, sentence, table

import seq_envs
from seq_envs.problems import ABOUT_GROUPS, GROUPS

_GUESSED = Path(__file__).parents[2] / "results" / "guessed.json"
LAST = ("References", "Version History")
"""The sections of a docstring that follow the generated ones."""


def problems() -> dict[type[seq_envs.Problem], list[str]]:
    """Every problem with its ids, the base id first."""
    found: dict[type[seq_envs.Problem], list[str]] = {}
    for id in seq_envs.ids():
        found.setdefault(type(seq_envs.make_problem(id)), []).append(id)
    return found


def pages() -> dict[str, str | bytes]:
    """The text of each page, the gallery that `docs/environments.md` includes, and pictures, by the file name."""
    written: dict[str, str | bytes] = {}
    cards: dict[str, list[str]] = {}
    for problem, ids in problems().items():
        animations = solved(problem, ids[0])
        for each in animations.values():
            written.update(each.files())
        written[f"{problem.__name__}.md"] = page(problem, ids, animations)
        [about] = [ABOUT_GROUPS[group] for group, members in GROUPS.items() if ids[0] in members]
        cards.setdefault(sentence(about).rstrip("."), []).append(card(problem, animations))
    groups = [
        f"## {about}\n\n:::::{{container}} gallery\n" + "\n".join(shown) + ":::::\n" for about, shown in cards.items()
    ]
    written["gallery.txt"] = "\n".join(groups)
    return written


def solved(problem: type[seq_envs.Problem], id: str) -> dict[str, Animation]:
    """An animation of the problem for each framing; the only one has the key "" if there are no framings."""
    found = choices(seq_envs.make_problem(id), "framing")
    if not found:
        return {"": animation(id, problem.__name__)}
    return {framing: animation(id, f"{problem.__name__}-{framing}", framing=framing) for framing in found}


def card(problem: type[seq_envs.Problem], animations: dict[str, Animation]) -> str:
    """A problem in the gallery: its animation, what the agent does, and its framings."""
    first, *_ = animations.values()
    about = f"**[{problem.__name__}](environments/{problem.__name__}.md)**: {problem.title}"
    names = ", ".join(f"`{framing}`" for framing in animations if framing)
    return "\n\n".join([f"{about} ({names})" if names else about, first.markdown("environments/")])


def page(problem: type[seq_envs.Problem], ids: list[str], animations: dict[str, Animation]) -> str:
    """The page of a problem."""
    first, *_ = animations.values()
    written = sections(inspect.getdoc(problem) or "")
    base = seq_envs.make_problem(ids[0])
    parts = [
        f"# {problem.__name__}\n",
        f"{written.pop('')}\n",
        first.markdown(),
        table(
            ("Make", f'`gymnasium.make("{ids[0]}")`'),
            [
                ("Action space", f"`{base.action_space}`"),
                ("Observation space", f"`{base.observation_space}`"),
                ("Time steps", str(base.steps)),
                ("Ids", ", ".join(f"`{id}`" for id in ids)),
            ],
        ),
    ]
    last = {heading: written.pop(heading) for heading in LAST if heading in written}
    for heading, text in written.items():
        parts.append(f"## {heading}\n\n{text}\n")
        if heading == "Arguments":
            parts.append(parameter_table(problem))
    if len(animations) > 1:
        parts.append("## Framings\n\nAn answer with a dot below it does not count.\n")
        parts += [f"`{framing}`:\n\n{other.markdown()}" for framing, other in [*animations.items()][1:]]
    parts += [
        "## Spaces\n",
        space_table(ids[0], base),
        "## Levels\n",
        "What a score means, with the defaults of each framing and for each id. See\n"
        "[scores and levels](../guides/scores-and-levels.md).\n",
        level_table(ids, base),
        *guessing(ids[0]),
        "## Ids\n",
        table(("id", "fixed parameters"), [(f"`{id}`", fixed(id)) for id in ids]),
        *literature(problem),
        *(f"## {heading}\n\n{text}\n" for heading, text in last.items()),
    ]
    return "\n".join(parts)


def guessing(id: str) -> list[str]:
    """Whether random weights solve the base id, as far as that was looked for: `tests/support/guess_weights.py`."""
    found = json.loads(_GUESSED.read_text(encoding="utf-8")).get(id)
    if not found:
        return []
    if found["guesses"] is None:
        text = f"None of {found['most']:,} small recurrent networks with random weights solves `{id}`."
    else:
        text = (
            f"Random weights of small recurrent networks solve `{id}` after about {found['guesses']:,} guesses, the "
            "median of three searches."
        )
    return ["## Guessing\n", f"{text} See [scores and levels](../guides/scores-and-levels.md#guessing).\n"]


def literature(problem: type[seq_envs.Problem]) -> list[str]:
    """The splits of a problem and its published results, if it has any."""
    parts = []
    if problem.splits:
        rows = [(f"`{name}`", f"`{parameters(chosen)}`") for name, chosen in problem.splits.items()]
        parts += ["## Splits\n", 'As in `make_problem(id, split="train")`.\n', table(("split", "parameters"), rows)]
    if problem.published:
        results = [
            (each.who, each.setting, each.budget, each.figure, f"{each.source}{'' if each.seen else ', from memory'}")
            for each in problem.published
        ]
        parts += ["## Published results\n", table(("who", "on", "trained with", "result", "source"), results)]
    return parts


def fixed(id: str) -> str:
    """The parameters that an id fixes."""
    given = gymnasium.spec(id).kwargs.get("fixed")
    return f"`{parameters(given)}`" if given else "none: takes every parameter"


def parameter_table(problem: type[seq_envs.Problem]) -> str:
    """Every parameter with its default, what is allowed, and its meaning."""
    rows = []
    for field in dataclasses.fields(problem):
        default = "set by the framing" if field.default is None else f"`{field.default!r}`"
        rows.append((f"`{field.name}`", default, f"{field.metadata['domain']}", field.metadata["meaning"]))
    return table(("parameter", "default", "allowed", "meaning"), rows)


def choices(problem: seq_envs.Problem, name: str) -> tuple[str, ...]:
    """The allowed values of a parameter that is a choice; none, where the problem does not have it."""
    fields = {field.name: field for field in dataclasses.fields(problem)}
    return tuple(getattr(fields[name].metadata["domain"], "options", ())) if name in fields else ()


def space_table(id: str, base: seq_envs.Problem) -> str:
    """The spaces by framing and encoding."""
    rows = []
    for framing in choices(base, "framing") or (None,):
        for encoding in choices(base, "encoding") or (None,):
            chosen = {
                name: value for name, value in (("framing", framing), ("encoding", encoding)) if value is not None
            }
            problem = seq_envs.make_problem(id, **chosen)
            rows.append(
                (str(framing or ""), str(encoding or ""), f"`{problem.observation_space}`", f"`{problem.action_space}`")
            )
    return table(("framing", "encoding", "observation space", "action space"), rows)


def level_table(ids: list[str], base: seq_envs.Problem) -> str:
    """Chance, memoryless and optimal accuracy, with exact match in brackets."""
    framed = [(ids[0], {"framing": framing}) for framing in choices(base, "framing")] or [(ids[0], {})]
    rows = []
    for id, chosen in [*framed, *((id, {}) for id in ids[1:])]:
        levels = seq_envs.levels(id, **chosen)
        each = [f"{level.accuracy:.4f} ({level.exact_match:.3g})" for level in
                (levels.chance, levels.memoryless, levels.optimal)]  # fmt: skip
        framing = getattr(seq_envs.make_problem(id, **chosen), "framing", "")
        rows.append((f"`{id}`", framing, *each, "yes" if not levels.control else "no"))
    headings = ("id", "framing", "chance", "memoryless", "optimal", "needs memory")
    return table(headings, rows, right=(2, 3, 4)) + "\nAccuracy; the rate of exact episodes in brackets.\n"
