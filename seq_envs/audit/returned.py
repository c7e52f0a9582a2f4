"""Whether the arrays that an env returns are the caller's: neither changed later, nor read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from seq_envs.audit.flat import flat, same
from seq_envs.audit.replay import Env, Start, stepped
from seq_envs.encodings import Array


def arrays_in(value: Any, name: str) -> Iterator[tuple[str, Array]]:
    """The arrays in dicts and sequences, with where they are."""
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from arrays_in(each, f"{name}[{key!r}]")
    elif isinstance(value, (tuple, list)):
        for place, each in enumerate(value):
            yield from arrays_in(each, f"{name}[{place}]")


def changed_later(start: Start, env: Env, number: int, actions: list[Any]) -> list[str]:
    """What the env changes after it has returned it, such as "observation" or "info['counts']"; each once."""
    env, observation, info = start.begin(env, number)
    kept: list[tuple[str, Array, Array]] = []

    def keep(observation: Any, info: Any) -> None:
        arrays = [*arrays_in(observation, "observation"), *arrays_in(info, "info")]
        kept.extend((name, array, array.copy()) for name, array in arrays)

    keep(observation, info)
    for action in actions:
        observation, _, _, info = stepped(env, action)
        keep(observation, info)
    return list(
        dict.fromkeys(name for name, array, copied in kept if not np.array_equal(array, copied) and not _nan(array))
    )


def _nan(array: Array) -> bool:
    return array.dtype.kind == "f" and bool(np.isnan(array).any())


def read_back(start: Start, env: Env, number: int, actions: list[Any]) -> bool:
    """Whether an episode goes on differently if the caller overwrites the observations that the env has returned."""
    plain = list(_played(start, env, number, actions, overwrite=False))
    changed = list(_played(start, env, number, actions, overwrite=True))
    return len(plain) != len(changed) or not all(map(same, plain, changed))


def _played(start: Start, env: Env, number: int, actions: list[Any], *, overwrite: bool) -> Iterator[Array]:
    """Observations, rewards and ends, as rows of numbers."""
    env, observation, _ = start.begin(env, number)
    yield flat(observation)
    for action in actions:
        if overwrite:
            for _, array in arrays_in(observation, ""):
                if array.flags.writeable and array.dtype.kind in "iufb":
                    array[...] = np.zeros_like(array) if array.any() else np.ones_like(array)
        observation, reward, ended, _ = stepped(env, action)
        yield np.append(flat(observation), [reward, ended])
        if ended:
            return
