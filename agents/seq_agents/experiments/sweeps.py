"""Sweeps: a training at each of several lags or lengths, and a training whose agent is evaluated on longer episodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import seq_envs
from seq_agents.experiments.config import Config
from seq_agents.experiments.entry import Entry
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.evaluation import EPISODES

LONGER = "longer"
"""`Entry.swept` of an entry that learns on short episodes and is evaluated on longer ones."""


TIMES = (2, 5, 10)
"""The longer episodes are this many times as long."""


@dataclass(frozen=True)
class Sweep:
    """A problem that needs more memory as one of its parameters grows."""

    id: str
    parameter: str
    """The parameter that grows."""
    values: tuple[int, ...]
    parameters: Callable[[int], Mapping[str, Any]]
    """Makes the other parameters of the problem from the value of the one that grows."""
    tuned: str
    """The id whose tuned settings are used: the hardest one of its problem."""


SWEEPS = {
    sweep.id: sweep
    for sweep in (
        # Half of each episode is scored, so the agent must replace what it holds at each step.
        Sweep("SeqEcho-v0", "lag", (1, 2, 4, 8, 16, 32, 64), lambda lag: {"length": 2 * lag + 8}, "SeqEchoHard-v0"),
        Sweep(
            "SeqMemorize-v0",
            "length",
            (5, 10, 20, 50, 100, 200, 400),
            lambda _: {"framing": "many_to_one", "distractors": "random"},
            "SeqMemorizeHard-v0",
        ),
        Sweep("SeqCopy-v0", "length", (1, 2, 5, 10, 20, 40), lambda _: {}, "SeqCopyHard-v0"),
        Sweep("SeqClassify-v0", "length", (5, 10, 25, 50, 100, 200), lambda _: {}, "SeqClassifyHard-v0"),
    )
}
"""Sweeps by id."""


def swept_entries(
    agent: str,
    id: str,
    values: Sequence[int] | None = None,
    seeds: int = 3,
    settings: Mapping[str, Any] | None = None,
    episodes: int = EPISODES,
    name: str | None = None,
    standard: bool = False,
    options: EnvOptions = NO_OPTIONS,
) -> list[Entry]:
    """The entries of one agent on a sweep: a training at each value.

    The training of an agent with the setting `steps` is scaled with the length of the episodes, so that it has as many
    episodes at each value.

    Args:
        agent: a name of `seq_agents.agents.AGENTS`, or "module:factory".
        id: of `SWEEPS`.
        values: values that replace those of the sweep.
        seeds: seeds of each training.
        settings: settings that replace the tuned ones.
        episodes: episodes of each evaluation.
        name: name of the agent in the results; None: `agent`.
        standard: whether the agent has the standard settings, not those tuned for the hardest id.
        options: of the environment.

    Raises:
        ValueError: an unknown id, or a value or setting that the problem or the agent does not take.
    """
    sweep = _sweep(id)
    tuned = Config.of(agent, sweep.tuned, {}, 0, settings, standard=standard, options=options).settings
    entries = []
    for value in values or sweep.values:
        parameters = {**sweep.parameters(value), sweep.parameter: value}
        problem = seq_envs.make_problem(id, **parameters)
        chosen = dict(tuned)
        if "steps" in chosen and "steps" not in (settings or {}):
            chosen["steps"] = max(1, round(chosen["steps"] * problem.steps / seq_envs.make_problem(sweep.tuned).steps))
        entries.append(
            Entry(
                name=name or agent, agent=agent, id=id, parameters=parameters, settings=chosen, seeds=seeds,
                episodes=episodes, swept=sweep.parameter, standard=standard, options=options.chosen(),
            )
        )  # fmt: skip
    return entries


def longer_entry(
    agent: str,
    id: str,
    seeds: int = 3,
    settings: Mapping[str, Any] | None = None,
    episodes: int = EPISODES,
    name: str | None = None,
    standard: bool = False,
    options: EnvOptions = NO_OPTIONS,
) -> Entry:
    """One agent on an id at its own length, evaluated there and on episodes 2, 5 and 10 times as long.

    Raises:
        ValueError: as for `swept_entries`.
    """
    _sweep(id)
    length = getattr(seq_envs.make_problem(id), "length")  # noqa: B009 - a parameter of the problems in SWEEPS.
    return Entry(
        name=name or agent, agent=agent, id=id,
        settings=Config.of(agent, id, {}, 0, settings, standard=standard, options=options).settings, seeds=seeds,
        episodes=episodes, elsewhere=tuple({"length": times * length} for times in TIMES), swept=LONGER,
        standard=standard, options=options.chosen(),
    )  # fmt: skip


def _sweep(id: str) -> Sweep:
    if id not in SWEEPS:
        raise ValueError(f"id must be one of {', '.join(SWEEPS)}, whose need for memory can grow, got {id!r}")
    return SWEEPS[id]
