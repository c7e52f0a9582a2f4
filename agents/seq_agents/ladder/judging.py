"""Train an agent on a rung, and judge the policy that it returns by play."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import seq_envs
from seq_agents.ladder.calling import Failed, call
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.ladder.results import RungResult
from seq_agents.ladder.rung import LAST_MEANS, Rung
from seq_agents.ladder.significance import disjoint
from seq_agents.ladder.state_probes import OneByOne
from seq_agents.progress import Progress
from seq_envs.policies import Policy, require_policy

Train = Callable[[MakeEnvs, int], Policy]
"""A training function, called with `MakeEnvs` and a budget in time steps; returns a policy."""

EPISODES = 400
"""Episodes of an evaluation."""
_SINGLE_EPISODES = 100
"""Episodes of an evaluation in batches of one, which is slow, and of the one that it is compared with."""
GROWTH = 4
"""Each further try of a rung has so many times the budget of the one before."""
_GUESSING = 0.25
"""Guessing is right this close to the floor, as a share of the way to what is needed. An agent that learns is not."""
_SEEDS = 2**32


class Judged(NamedTuple):
    """A rung's result and what it was found by."""

    result: RungResult
    policy: Policy | None
    """None if training or evaluation did not end, or raised an exception."""
    make_envs: MakeEnvs


def budget_of(rung: Rung, attempt: int) -> int:
    """The time steps of a try, counted from 0."""
    budget: int = rung.budget * GROWTH**attempt
    return budget


def train_and_judge(
    train: Train,
    rung: Rung,
    rollout: int,
    seed: int,
    tries: int,
    limit: float | None,
    progress: Progress,
    start: Callable[[], None],
) -> Judged:
    """Train on a rung and evaluate the policy; try again with a larger budget and another seed while that may help.

    Args:
        train, rollout, seed, tries, progress: as for `climb`.
        rung: the rung.
        limit: the seconds for all tries together; None: any.
        start: called when a try starts.
    """
    began, time_steps = time.perf_counter(), 0
    judged: Judged | None = None
    plays: list[seq_envs.Evaluation] = []
    for attempt in range(tries):
        start()
        left = None if limit is None else limit - (time.perf_counter() - began)
        latest, clear = _attempt(
            train, rung, rollout, (seed + attempt) % _SEEDS, budget_of(rung, attempt), left, progress
        )
        time_steps += latest.make_envs.count.time_steps
        if latest.result.playing is not None:
            plays.append(latest.result.playing)
        if judged is None or latest.policy is not None:
            judged = latest
        else:  # The verdict on the policy of an earlier try stands.
            note = f"Try {attempt + 1}: {latest.result.note} {judged.result.note}"
            judged = judged._replace(result=replace(judged.result, note=note.strip()))
        if clear:
            break
    assert judged is not None  # There is at least one try.
    seconds = time.perf_counter() - began
    note = (
        judged.result.note if judged.result.passed else f"{judged.result.note} {_still_learning(plays, rung)}".strip()
    )
    result = replace(judged.result, note=note, seconds=seconds, time_steps=time_steps, tries=attempt + 1)
    return judged._replace(result=result)


def _still_learning(plays: list[seq_envs.Evaluation], rung: Rung) -> str:
    """What it means if the last try was better than the first, and than without memory; empty if it was not."""
    if not plays or plays[-1].accuracy >= rung.needed:  # The verdict has another reason.
        return ""
    if plays[-1].accuracy_interval[0] <= max(_floor(rung), plays[0].accuracy_interval[1]):
        return ""
    return (
        f"The first try reached {plays[0].accuracy:.3f}, and a longer one {plays[-1].accuracy:.3f}: the agent may only "
        "learn slowly, so try other learning rates, or more tries."
    )


def _attempt(
    train: Train, rung: Rung, rollout: int, seed: int, budget: int, limit: float | None, progress: Progress
) -> tuple[Judged, bool]:
    """One training, judged; and whether the verdict is clear, so that a longer training is of no use."""
    make_envs = MakeEnvs(
        rung.problem, rung.decisive, seed, lambda time_steps: progress(min(1.0, time_steps / budget)), rollout,
        rung.options,
    )  # fmt: skip
    began = time.perf_counter()
    try:
        policy = call("training", lambda: _trained(train, make_envs, budget), limit)
        left = None if limit is None else limit - (time.perf_counter() - began)
        playing, right_alone, note = call("evaluation of its policy", lambda: _played(policy, rung, seed), left)
    except Failed as failed:
        return Judged(RungResult(rung.name, False, failed.means, note=failed.note), None, make_envs), True
    learning = make_envs.count.accuracy()
    together = playing.accuracy >= rung.needed
    guessed = rung.no_guessing and together and _guessed(learning, rung)
    passed = (together or (right_alone and not rung.many_lanes)) and not guessed
    # An agent draws its answers while it learns, and may draw right ones more often than the most probable answer is
    # right: with probability 1 in a share s of the steps and almost 1/2 elsewhere, s + (1 - s) / 2 of them.
    learned = learning is not None and 2 * learning - 1 >= rung.needed
    means = rung.means
    if not passed and learned and not right_alone:
        note = f"It learned this: {learning:.3f} of its answers in training were right. But its policy does not do it."
        means = rung.means_if_learned or LAST_MEANS
    if guessed:
        note = f"The policy is right, but only {learning:.3f} of its answers in training were right, as by guessing."
    result = RungResult(rung.name, passed, means, rung.needed, learning, playing, note)
    # A policy that does some of it may have had an update too many, which another try tells.
    lost = learned and playing.accuracy_interval[0] <= _floor(rung)
    return Judged(result, policy, make_envs), passed or lost or right_alone


def _floor(rung: Rung) -> float:
    """The accuracy without memory."""
    return seq_envs.levels(rung.decisive).floor.accuracy


def _guessed(learning: float | None, rung: Rung) -> bool:
    """Whether the answers in training were as often right as by guessing without memory.

    Answers that are drawn at random are right less often: they tell nothing, since another policy may be learned.
    """
    floor = _floor(rung)
    return learning is not None and abs(learning - floor) < _GUESSING * (rung.needed - floor)


def _trained(train: Train, make_envs: MakeEnvs, budget: int) -> Policy:
    """What the training function returns, if it is a policy."""
    policy = train(make_envs, budget)
    try:
        require_policy(policy)
    except TypeError as wrong:
        means = "The training returned no policy, so nothing is known about its memory."
        raise Failed(means, f"train(make_envs, budget) must return a policy. {wrong}") from wrong
    return policy


def _played(policy: Policy, rung: Rung, seed: int) -> tuple[seq_envs.Evaluation, bool, str]:
    """The evaluation of a policy; if it fails, also whether it is right on single episodes, and what to say then."""
    playing = seq_envs.evaluate(policy, rung.decisive, EPISODES, seed)
    right_alone, note = (False, "") if playing.accuracy >= rung.needed else _alone(policy, rung, seed)
    return playing, right_alone, note


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
