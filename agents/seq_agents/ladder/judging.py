"""Train an agent on a rung, and judge the policy that it returns by play."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import seq_envs
from seq_agents.errors import reason
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.ladder.results import RungResult
from seq_agents.ladder.rung import LAST_MEANS, Rung
from seq_agents.ladder.significance import disjoint
from seq_agents.ladder.state_probes import OneByOne
from seq_agents.progress import Progress
from seq_envs.policies import Policy

Train = Callable[[MakeEnvs, int], Policy]
"""A training function, called with `MakeEnvs` and a budget in time steps; returns a policy."""

EPISODES = 400
"""Episodes of an evaluation."""
_SINGLE_EPISODES = 100
"""Episodes of an evaluation in batches of one, which is slow, and of the one that it is compared with."""
GROWTH = 4
"""Each further try of a rung has so many times the budget of the one before."""
_SEEDS = 2**32


class Judged(NamedTuple):
    """A rung's result and what it was found by."""

    result: RungResult
    policy: Policy | None
    """None if training or evaluation raised an exception."""
    make_envs: MakeEnvs


def budget_of(rung: Rung, attempt: int) -> int:
    """The time steps of a try, counted from 0."""
    budget: int = rung.budget * GROWTH**attempt
    return budget


def train_and_judge(
    train: Train, rung: Rung, rollout: int, seed: int, tries: int, progress: Progress, start: Callable[[], None]
) -> Judged:
    """Train on a rung and evaluate the policy; try again with a larger budget and another seed while that may help.

    Args:
        train, rollout, seed, tries, progress: as for `climb`.
        rung: the rung.
        start: called when a try starts.
    """
    began, time_steps = time.perf_counter(), 0
    for attempt in range(tries):
        start()
        judged, clear = _attempt(train, rung, rollout, (seed + attempt) % _SEEDS, budget_of(rung, attempt), progress)
        time_steps += judged.make_envs.count.time_steps
        if clear:
            break
    seconds = time.perf_counter() - began
    result = replace(judged.result, seconds=seconds, time_steps=time_steps, tries=attempt + 1)
    return judged._replace(result=result)


def _attempt(train: Train, rung: Rung, rollout: int, seed: int, budget: int, progress: Progress) -> tuple[Judged, bool]:
    """One training, judged; and whether the verdict is clear, so that a longer training is of no use."""
    make_envs = MakeEnvs(
        rung.problem, rung.decisive, seed, lambda time_steps: progress(min(1.0, time_steps / budget)), rollout,
        rung.options,
    )  # fmt: skip
    policy: Policy | None = None
    try:
        policy = train(make_envs, budget)
        playing = seq_envs.evaluate(policy, rung.decisive, EPISODES, seed)
        right_alone, note = (False, "") if playing.accuracy >= rung.needed else _alone(policy, rung, seed)
    except Exception as exception:  # A user's code may raise anything.
        activity = "evaluation of its policy" if policy is not None else "training"
        means = f"The {activity} raised an exception, so nothing is known about its memory."
        note = f"The {activity} raised an exception. {reason(exception)}"
        return Judged(RungResult(rung.name, False, means, note=note), None, make_envs), True
    learning = make_envs.count.accuracy()
    together = playing.accuracy >= rung.needed
    passed = together or (right_alone and not rung.many_lanes)
    learned = learning is not None and learning >= rung.needed
    means = rung.means
    if not passed and learned and not right_alone:
        note = f"It learned this: {learning:.3f} of its answers in training were right. But its policy does not do it."
        means = rung.means_if_learned or LAST_MEANS
    result = RungResult(rung.name, passed, means, rung.needed, learning, playing, note)
    return Judged(result, policy, make_envs), passed or learned or right_alone


def _alone(policy: Policy, rung: Rung, seed: int) -> tuple[bool, str]:
    """Whether the policy is right on single episodes, though not on many at once; and what to say about that."""
    alone, together = (
        seq_envs.evaluate(played, rung.decisive, _SINGLE_EPISODES, seed) for played in (OneByOne(policy), policy)
    )
    if not disjoint(alone.accuracy_interval, together.accuracy_interval):
        return False, ""
    note = (
        f"On the same {_SINGLE_EPISODES} episodes, the accuracy is {alone.accuracy:.3f} if each is played alone and "
        f"{together.accuracy:.3f} if all are played at once."
    )
    return alone.accuracy >= rung.needed, note
