"""Findings about one env that need no reward table: seeds, spaces, arrays, ends of episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from seq_envs.audit.findings import Finding, fault, note, ok
from seq_envs.audit.flat import same
from seq_envs.audit.replay import Env, Raised, Start, Trace, drawn, play, starts, stepped
from seq_envs.audit.returned import changed_later, read_back

_SEEDS = 5


def repeated(env: Env, choices: tuple[Any, ...], most_steps: int) -> tuple[Start | None, Finding]:
    """The best way to play an episode again, or None, and what a seed does."""
    by_seed, *others = starts()
    wrong = _difference(by_seed, env, choices, most_steps)
    if not wrong:
        traces = [_random(by_seed, env, number, choices, most_steps) for number in range(_SEEDS)]
        if all(_alike(traces[0], trace) for trace in traces[1:]):
            return by_seed, note(
                "seeds", f"A seed repeats its episode, but the first {_SEEDS} seeds all give the same one."
            )
        return by_seed, ok("seeds", "A seed repeats its episode, and other seeds give others.")
    for start in others:
        if not _difference(start, env, choices, most_steps):
            return start, fault("seeds", f"A seed does not repeat its episode: {wrong}. Replayed by {start.name}.")
    return None, fault("seeds", f"A seed does not repeat its episode: {wrong}. No replay does.")


def _alike(trace: Trace, other: Trace) -> bool:
    return same(trace.observations[0], other.observations[0]) and trace.equals(other)


def _random(start: Start, env: Env, number: int, choices: tuple[Any, ...], most_steps: int, by: int = 0) -> Trace:
    """An episode with random actions, the same for every number."""
    return play(start, env, number, drawn(env.action_space, choices, by), most_steps)


def _difference(start: Start, env: Env, choices: tuple[Any, ...], most_steps: int) -> str:
    """How two plays of one episode differ, with other episodes in between if that can be; empty: they do not."""
    for number in range(_SEEDS):
        try:
            first = _random(start, env, number, choices, most_steps)
            if start.by_number:
                _random(start, env, number + 1, choices, most_steps)
            again = _random(start, env, number, choices, most_steps)
        except Raised:
            raise
        except TypeError as error:
            return f"reset(seed={number}) raises TypeError: {error}"
        except Exception as error:  # A copy may fail in any way.
            return f"{type(error).__name__}: {error}"
        if not first.equals(again):
            rows = zip(first.observations, again.observations, strict=False)
            step = next((step for step, pair in enumerate(rows) if not same(*pair)), None)
            what = "the rewards differ" if step is None else f"the observation of step {step} differs"
            return f"with seed {number} and the same actions, {what} in the second play"
    return ""


def spaces_of(env: Env, start: Start, choices: tuple[Any, ...], numbers: Sequence[int], most_steps: int) -> Finding:
    """Whether observations are in their space, at the reset, at every step, and at the end."""
    seen = 0
    for number in numbers:
        played, observation, _ = start.begin(env, number)
        actions, ended = drawn(env.action_space, choices, number), False
        for step in range(most_steps + 1):
            seen += 1
            if observation not in env.observation_space:
                return fault(
                    "spaces",
                    f"The observation of step {step} of episode {number} (its seed) is not in the observation space: "
                    f"{_described(observation)}.",
                )
            if step == most_steps or ended:
                break
            observation, reward, ended, _ = stepped(played, next(actions))
            if not np.isfinite(reward):
                return fault("rewards", f"The reward of step {step} of episode {number} (its seed) is {reward}.")
    return ok("spaces", f"All {seen:,} observations looked at are in their space.")


def _described(observation: Any) -> str:
    array = observation if isinstance(observation, np.ndarray) else None
    text = " ".join(str(observation).split())
    text = text if len(text) <= 120 else f"{text[:120]}..."
    return (
        f"{array.dtype} of shape {array.shape}, {text}" if array is not None else f"{type(observation).__name__} {text}"
    )


def arrays_of(env: Env, start: Start, choices: tuple[Any, ...], most_steps: int) -> list[Finding]:
    """Whether returned arrays are changed later or read back."""
    trace = _random(start, env, 0, choices, most_steps)
    drawn_actions = drawn(env.action_space, choices, 0)
    actions = [next(drawn_actions) for _ in range(trace.steps)]
    found = []
    changed = changed_later(start, env, 0, actions)
    if changed:
        names = ", ".join(changed[:5])
        found.append(fault("aliasing", f"The env changes arrays after it has returned them, without a copy: {names}."))
    if read_back(start, env, 0, actions):
        found.append(
            fault(
                "aliasing",
                "The env reads back the observations that it has returned: if the caller overwrites one, the episode "
                "goes on differently.",
            )
        )
    return found or [ok("aliasing", "No returned array is changed later, and none is read back.")]
