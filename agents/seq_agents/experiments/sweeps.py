"""Problems over growing lags or lengths, and training on short episodes for evaluation on longer ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import seq_envs
from seq_agents.experiments.config import Config
from seq_agents.experiments.entry import EPISODES, Entry

LONGER = "longer"
"""`Entry.swept` of what is learned on short episodes and examined on longer ones."""


TIMES = (2, 5, 10)
"""How many times as long."""


@dataclass(frozen=True)
class Sweep:
    """A problem that asks for more and more memory."""

    id: str
    parameter: str
    """What is varied."""
    values: tuple[int, ...]
    parameters: Callable[[int], Mapping[str, Any]]
    """Of the problem, at a value."""
    tuned: str
    """The id whose settings are used: the hardest one of its kind."""


SWEEPS = {
    sweep.id: sweep
    for sweep in (
        # An episode goes on for as long again as it takes to the first answer: what is held is always being renewed.
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
"""By id."""


def swept_entries(
    agent: str,
    id: str,
    values: Sequence[int] | None = None,
    seeds: int = 3,
    settings: Mapping[str, Any] | None = None,
    episodes: int = EPISODES,
) -> list[Entry]:
    """The entries of one agent on a sweep: a training for each value.

    An agent whose training is counted in time steps gets as many episodes at each value as it has on the id that its
    settings are tuned for.

    Args:
        agent: a name of `seq_agents.agents.AGENTS`, or "module:factory".
        id: of `SWEEPS`.
        values: in place of the sweep's own.
        seeds: of each training.
        settings: in place of the tuned ones.
        episodes: of each evaluation.

    Raises:
        ValueError: an unknown id, or a value or setting that the problem or the agent does not take.
    """
    sweep = _sweep(id)
    tuned = Config.of(agent, sweep.tuned, {}, 0, settings).settings
    entries = []
    for value in values or sweep.values:
        parameters = {**sweep.parameters(value), sweep.parameter: value}
        problem = seq_envs.make_problem(id, **parameters)
        chosen = dict(tuned)
        if "steps" in chosen and "steps" not in (settings or {}):
            chosen["steps"] = max(1, round(chosen["steps"] * problem.steps / seq_envs.make_problem(sweep.tuned).steps))
        entries.append(
            Entry(
                name=agent, agent=agent, id=id, parameters=parameters, settings=chosen, seeds=seeds, episodes=episodes,
                swept=sweep.parameter,
            )
        )  # fmt: skip
    return entries


def longer_entry(
    agent: str, id: str, seeds: int = 3, settings: Mapping[str, Any] | None = None, episodes: int = EPISODES
) -> Entry:
    """One agent on an id at its own length, to be examined on episodes 2, 5 and 10 times as long.

    Raises:
        ValueError: as for `swept_entries`.
    """
    _sweep(id)
    length = getattr(seq_envs.make_problem(id), "length")  # noqa: B009 - a parameter of the problems in SWEEPS.
    return Entry(
        name=agent, agent=agent, id=id, settings=Config.of(agent, id, {}, 0, settings).settings, seeds=seeds,
        episodes=episodes, elsewhere=tuple({"length": times * length} for times in TIMES), swept=LONGER,
    )  # fmt: skip


def _sweep(id: str) -> Sweep:
    if id not in SWEEPS:
        raise ValueError(f"id must be one of {', '.join(SWEEPS)}, whose memory can be made to grow, got {id!r}")
    return SWEEPS[id]
