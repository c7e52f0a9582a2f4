"""The callbacks within a callback of Stable-Baselines3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from stable_baselines3.common.callbacks import BaseCallback, CallbackList, ConvertCallback, EventCallback


class StatesUnread(BaseCallback):
    """A callback that does not read the local variable `lstm_states`; computing it takes time."""

    reads_lstm_states: ClassVar[bool] = False


def read_lstm_states(callback: BaseCallback) -> bool:
    """Whether a callback or one within it may read the local variable `lstm_states`."""
    return any(map(_may_read, _within(callback)))


def _may_read(callback: BaseCallback) -> bool:
    if isinstance(callback, ConvertCallback):
        return callback.callback is not None
    return not isinstance(callback, CallbackList) and getattr(callback, "reads_lstm_states", True)


def _within(callback: BaseCallback) -> Iterator[BaseCallback]:
    """The callback and all those that it calls."""
    yield callback
    if isinstance(callback, CallbackList):
        for part in callback.callbacks:
            yield from _within(part)
    if isinstance(callback, EventCallback) and callback.callback is not None:
        yield from _within(callback.callback)
