"""Play some episodes with other actions, and see what depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np

from seq_envs.audit.findings import Finding, note, ok
from seq_envs.audit.passivity import Passivity, Replays, passivity
from seq_envs.audit.replay import Env, Start, Trace, drawn, play

_EPISODES = 12
_MOST_ACTIONS = 6
"""The most actions that are played from the first step to the last."""
_MOST_STEPS = 100_000


def probed(
    env: Env, start: Start, choices: tuple[Any, ...], most_steps: int
) -> tuple[Passivity, list[int], list[Finding]]:
    """Whether an env is passive, the steps of the episodes played, and what to say about them."""
    replays: list[Replays] = []
    lengths: list[int] = []
    ended = True
    for number in range(_EPISODES):
        traces, actions = _played(env, start, choices, number, most_steps)
        replays.append(Replays(number, tuple(traces), tuple(actions)))
        lengths += [trace.steps for trace in traces]
        ended = ended and all(trace.ended for trace in traces)
        if sum(lengths) > _MOST_STEPS:
            break
    known = passivity(replays)
    found = [_about(known)]
    if not ended:
        found.append(
            note(
                "episodes",
                f"Episodes need not end within {most_steps} steps: all that follows is about the first {most_steps}.",
            )
        )
    if known.feedback:
        found.append(
            note(
                "observations",
                f"Observations show the previous action or reward, in the places {list(known.feedback)}. These places "
                "are left out below; only policies with feedback receive them.",
            )
        )
    return known, lengths, found


def _about(known: Passivity) -> Finding:
    if known.only_ends:
        return note("actions", f"Actions decide when an episode ends: {known.difference}.")
    if known.difference:
        return note("actions", f"Actions change observations: {known.difference}.")
    return ok("actions", "Actions change neither observations nor ends of episodes: the env is passive.")


def _played(
    env: Env, start: Start, choices: tuple[Any, ...], number: int, most_steps: int
) -> tuple[list[Trace], list[tuple[Any, ...]]]:
    """One episode, with constant and with random actions."""
    places = np.linspace(0, len(choices) - 1, min(len(choices), _MOST_ACTIONS)).astype(int).tolist()
    sequences: list[Iterator[Any]] = [repeat(choices[place]) for place in places]
    sequences += [drawn(env.action_space, choices, by) for by in (100, 101)]
    traces, actions = [], []
    for sequence in sequences:
        kept: list[Any] = []
        traces.append(play(start, env, number, _keeping(sequence, kept), most_steps))
        actions.append(tuple(kept))
    return traces, actions


def _keeping(actions: Iterator[Any], kept: list[Any]) -> Iterator[Any]:
    """The same actions, each of which is kept."""
    for action in actions:
        kept.append(action)
        yield action
