"""The bindings of SeqMultiQueryRecall: a key is bound to the value that follows it."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.encodings import Array


def bindings_of(pairs: Any, forget: bool) -> Any:
    """The bindings of so many pairs (an integer, or an array of them): half of the keys are bound again."""
    return pairs + (pairs + 1) // 2 if forget else pairs


def latest_binding(history: Array, n_values: int) -> Array:
    """(B,): the latest step at which the last symbol of (B, T) was followed by a value; -1 if there is none."""
    is_binding = (history[:, :-1] == history[:, -1:]) & (history[:, 1:] < n_values)
    latest: Array = np.where(is_binding, np.arange(is_binding.shape[1]), -1).max(axis=1, initial=-1)
    return latest


def latest_values(observations: Array, n_values: int, vocabulary: int) -> Array:
    """(B, T): the value that each symbol of (B, T) has been bound to; 0 if to none."""
    latest = np.zeros((len(observations), vocabulary), observations.dtype)
    answers, episode = np.zeros_like(observations), np.arange(len(observations))
    for step in range(1, observations.shape[1]):
        before, now = observations[:, step - 1], observations[:, step]
        is_value = now < n_values
        latest[episode[is_value], before[is_value]] = now[is_value]
        answers[:, step] = latest[episode, now]
    return answers
