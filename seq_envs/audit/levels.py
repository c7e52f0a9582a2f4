"""The levels of an environment from its reward table, and what memory is worth there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seq_envs.audit.best_actions import Judged, at_most, judged
from seq_envs.audit.feedback import with_feedback
from seq_envs.audit.memories import NOTHING, OBSERVATION, WITH_TIME, WITHOUT_MEMORY, memories
from seq_envs.audit.report import EnvLevel
from seq_envs.audit.reward_table import RewardTable
from seq_envs.audit.samples import Samples, samples
from seq_envs.encodings import Array

_ERRORS = 3
"""Standard errors of a difference that counts as one."""
_NOTHING = 1e-3
"""A difference that counts as none, in parts of the one between a clairvoyant and a random policy."""


@dataclass(frozen=True)
class Worth:
    """The levels, and sentences on what memory is worth."""

    levels: tuple[EnvLevel, ...]
    sentences: tuple[str, ...]


def table_samples(table: RewardTable) -> Samples:
    """The time steps of a reward table."""
    return samples(table.observations, table.rewards, table.playing)


def worth_of_memory(table: RewardTable, progress: Callable[[float], None]) -> Worth:
    """The levels of the best policies of each kind, and what memory adds."""
    steps = table_samples(table)
    rewards = steps.rewards
    found = {
        "random": Judged("nothing: every action is as likely", np.bincount(steps.episode, rewards.mean(axis=1))),
        "clairvoyant": Judged("the best action of every step", np.bincount(steps.episode, rewards.max(axis=1))),
        "chance": judged(steps, [NOTHING]),
        "observation": judged(steps, [OBSERVATION]),
    }
    progress(0.1)
    found["memoryless"] = judged(steps, WITHOUT_MEMORY)
    progress(0.2)
    feedback = with_feedback(steps)
    odd = slice(1, 2 * len(feedback.returns), 2)
    gain, error = _gain(feedback.returns, found["memoryless"].returns[odd])
    found["feedback"] = feedback if gain > _ERRORS * error else found["memoryless"]
    progress(0.4)
    found["memory"] = judged(steps, [*WITHOUT_MEMORY, *memories(steps)])
    if found["memory"].mean < found["memoryless"].mean:
        found["memory"] = found["memoryless"]
    progress(1.0)
    ceilings = {
        "chance": at_most(steps, NOTHING),
        "observation": at_most(steps, OBSERVATION),
        "memoryless": at_most(steps, WITH_TIME),
        **dict.fromkeys(("feedback", "memory"), found["clairvoyant"].mean),
    }
    names = ("random", "chance", "observation", "memoryless", "feedback", "memory", "clairvoyant")
    levels = tuple(
        EnvLevel(name, found[name].mean, found[name].error, ceilings.get(name, found[name].mean), found[name].about)
        for name in names
    )
    return Worth(levels, tuple(_sentences(found)))


def _gain(returns: Array, than: Array) -> tuple[float, float]:
    """The mean difference of returns (N,) in the same episodes, and its standard error."""
    difference = returns - than
    return float(difference.mean()), float(difference.std() / np.sqrt(len(difference)))


def _sentences(found: dict[str, Judged]) -> list[str]:
    memoryless, memory, clairvoyant = (found[name] for name in ("memoryless", "memory", "clairvoyant"))
    whole = clairvoyant.mean - found["random"].mean
    least = _NOTHING * whole
    if whole <= 0:
        return ["No action earns more than another, so nothing can be learned here."]
    room, _ = _gain(clairvoyant.returns, memoryless.returns)
    if room <= least:
        return ["Memory is worth nothing: a memoryless policy earns all that there is. This is a control task."]
    gain, error = _gain(memory.returns, memoryless.returns)
    said = []
    if gain <= max(_ERRORS * error, least):
        said.append(
            f"No memory was found that earns more than a memoryless policy. Memory is worth at most {room:.4f}, which "
            "a clairvoyant policy earns more; whether the past tells any of it, replays cannot tell."
        )
    else:
        share = min(1.0, gain / (memory.mean - found["random"].mean))
        said.append(
            f"Memory is worth at least {gain:.4f} (± {error:.4f}), {share:.0%} of what the policy with memory earns "
            f"more than a random one: it remembers {memory.about}."
        )
        rest, rest_error = _gain(clairvoyant.returns, memory.returns)
        if rest <= max(_ERRORS * rest_error, least) and rest <= 0.02 * whole:
            said.append("No policy can earn more.")
        else:
            said.append(
                f"A clairvoyant policy earns {rest:.4f} more; whether a better memory earns any of it, replays cannot "
                "tell."
            )
    feedback = found["feedback"]
    if feedback is not memoryless:
        said.append(
            f"A policy without memory that receives its previous action and reward earns {feedback.mean:.4f}, "
            f"{feedback.mean - memoryless.mean:.4f} more than one that does not: it uses them as a memory."
        )
    return said
