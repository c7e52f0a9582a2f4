"""Train an agent on one rung after another, and report where it fails."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import seq_envs
from seq_agents.errors import reason
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.ladder.rungs import LAST_MEANS, LAST_NAME, Rung, rungs
from seq_agents.ladder.state_probes import Interleaved, OneByOne, leave_unfinished
from seq_agents.menu import did_you_mean
from seq_agents.progress import Progress, unseen
from seq_envs.parameters import Integer
from seq_envs.policies import Policy

Train = Callable[[MakeEnvs, int], Policy]
"""A training function, called with `MakeEnvs` and a budget in time steps; returns a policy."""

_EPISODES = 400
"""Episodes of each evaluation."""
_SINGLE_EPISODES = 60
"""Episodes of an evaluation in batches of one, which is slow."""
_WIDTH = 78


@dataclass(frozen=True)
class RungResult:
    """The result of one rung."""

    name: str
    passed: bool
    means: str
    """The usual causes of a failure here, see `Rung`."""
    needed: float | None = None
    """The accuracy to reach; None if training or evaluation raised an exception."""
    learning: float | None = None
    """The accuracy in the last tenth of the training; None if it did not use the environments of the ladder."""
    playing: seq_envs.Evaluation | None = None
    """The evaluation of the policy on new episodes; None if training or evaluation raised an exception."""
    note: str = ""
    """Further observations, in sentences."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Climb:
    """The results of all rungs that were tried. Print it to read them."""

    results: tuple[RungResult, ...]
    skipped: int = 0
    """The rungs that were not tried, because the climb started above them."""

    @property
    def broken_at(self) -> RungResult | None:
        """The first rung that failed, or None."""
        return next((result for result in self.results if not result.passed), None)

    @property
    def passed(self) -> bool:
        """Whether no rung failed."""
        return self.broken_at is None

    def __str__(self) -> str:
        lines = [f"{'rung':46} {'learning':>8} {'playing':>7} {'95%':9} {'s':>4}"]
        lines += [line for result in self.results for line in _lines(result)]
        broken = self.broken_at
        if broken is None:
            return "\n".join([*lines, "", *textwrap.wrap(f"All passed.{self._not_tried()}", _WIDTH)])
        diagnosis = f"It breaks at: {broken.name}. {broken.means}"
        return "\n".join([*lines, "", *textwrap.wrap(diagnosis, _WIDTH)])

    def _not_tried(self) -> str:
        """The rungs that a climb to the top left out, in words."""
        below = f" The {self.skipped} below were not tried." if self.skipped else ""
        last = any(result.name == LAST_NAME for result in self.results)
        return below if last else f"{below} Nor was the last one, {LAST_NAME!r}, which plays a policy of those below."


def _lines(result: RungResult) -> list[str]:
    learning = "" if result.learning is None else f"{result.learning:.3f}"
    playing, interval = "", " " * 9
    if result.playing is not None:
        low, high = result.playing.accuracy_interval
        playing, interval = f"{result.playing.accuracy:.3f}", f"{low:.2f}-{high:.2f}"
    mark = "ok  " if result.passed else "FAIL"
    row = f"{mark} {result.name:41} {learning:>8} {playing:>7} {interval} {result.seconds:4.0f}"
    note = result.note
    if not note and not result.passed and result.needed is not None:
        note = f"needed: {result.needed:.3f}"
    indent = " " * 5
    return [row, *textwrap.wrap(note, _WIDTH, initial_indent=indent, subsequent_indent=indent)]


RungWatch = Callable[[str, RungResult | None], None]
"""Called with a rung's name and None when the rung starts, and with its name and result when it ends."""


def unwatched(name: str, result: RungResult | None) -> None:
    """A `RungWatch` that does nothing."""


def climb(
    train: Train,
    rollout: int = 32,
    seed: int = 0,
    *,
    start: int | str = 1,
    keep_going: bool = False,
    watch: RungWatch = unwatched,
    progress: Progress = unseen,
) -> Climb:
    """Train an agent on tiny tasks, simplest first, until it fails one.

    Each rung calls `train` once, for an agent that starts from scratch. A rung needs one ability more than those before
    it, so the first failure says what is wrong.

    If the training gives its answers in the vector envs of the ladder, the accuracy of its last tenth decides.
    Otherwise the accuracy of the returned policy on new episodes decides. A fault that affects evaluation only is
    therefore found by the last rung, which trains nothing.

    Args:
        train: called as `train(make_envs, budget)`, see `MakeEnvs`. `make_envs(32)` makes a vector env with 32 lanes.
            The function trains for about `budget` time steps, all lanes together, and returns a
            `seq_envs.policies.Policy`. If it raises an exception, the rung fails.
        rollout: the time steps of each lane that the agent reads between two updates: 22 ... 512.
        seed: of the evaluation's episodes; `make_envs.seed` passes it to the training.
        start: the rung to start with, by its name or its number from 1, such as the one that an agent failed before.
            Above "state reset between episodes", the climb ends without the last rung, which plays that rung's policy;
            the name of the last rung stands for that rung.
        keep_going: whether to try the remaining rungs after a failure.
        watch: called when a rung starts and when it ends.
        progress: called during the training in a vector env of the ladder, with the share of the budget that is used.

    Raises:
        ValueError: `rollout` or `seed` is out of range, or there is no rung `start`.
        TypeError: `train` cannot be called.
    """
    ladder = rungs(rollout)
    skipped = _place(start, ladder)
    seed = Integer(0, 2**32 - 1).check("seed", seed)
    if not callable(train):
        raise TypeError(f"train must be called as train(make_envs, budget), got {train!r}")
    results: list[RungResult] = []
    played_last: tuple[Rung, Policy | None] | None = None
    for rung in ladder[skipped:]:
        watch(rung.name, None)
        result, policy = _train_and_judge(train, rung, seed, progress)
        results.append(result)
        watch(rung.name, result)
        if rung.played_last:
            played_last = rung, policy
        if not result.passed and not keep_going:
            return Climb(tuple(results), skipped)
    if played_last is not None:
        watch(LAST_NAME, None)
        results.append(_probe_state(*played_last, results, seed))
        watch(LAST_NAME, results[-1])
    return Climb(tuple(results), skipped)


def _place(start: int | str, ladder: Sequence[Rung]) -> int:
    """The place from 0 of the rung with this name or number; the last rung needs the one whose policy it plays."""
    if isinstance(start, str) and not start.isdecimal():
        names = [rung.name for rung in ladder]
        if start == LAST_NAME:
            return next(place for place, rung in enumerate(ladder) if rung.played_last)
        if start not in names:
            raise ValueError(f"there is no rung {start!r}{did_you_mean(start, names)}; there are {', '.join(names)}")
        return names.index(start)
    number: int = Integer(1, len(ladder)).check("start", int(start) if isinstance(start, str) else start)
    return number - 1


def _train_and_judge(train: Train, rung: Rung, seed: int, progress: Progress) -> tuple[RungResult, Policy | None]:
    """Train on a rung and evaluate the policy, which is None if it cannot be evaluated."""
    start = time.perf_counter()
    make_envs = MakeEnvs(
        rung.problem, rung.decisive, seed, lambda time_steps: progress(min(1.0, time_steps / rung.budget))
    )
    policy: Policy | None = None
    try:
        policy = train(make_envs, rung.budget)
        playing = seq_envs.evaluate(policy, rung.decisive, _EPISODES, seed)
        alone = _accuracy_alone(policy, rung, seed) if playing.accuracy < rung.needed else None
    except Exception as exception:  # A user's code may raise anything.
        activity = "Evaluation" if policy is not None else "Training"
        note = f"{activity} raised an exception. {reason(exception)}"
        return RungResult(rung.name, False, rung.means, note=note, seconds=time.perf_counter() - start), None
    learning = make_envs.count.accuracy()
    together = playing.accuracy >= rung.needed
    learned = learning is not None and learning >= rung.needed
    right_alone = alone is not None and alone >= rung.needed
    note = ""
    if not together and right_alone:
        note = f"The accuracy is {alone:.3f} on single episodes and {playing.accuracy:.3f} on many at once."
    elif not together and learned:
        note = "It learned this, but its policy does not do it when evaluated: see the last rung."
    # The answers of the training decide where they were counted: the agent learned from these.
    passed = together or right_alone if learning is None else learned
    if rung.many_lanes and right_alone:
        passed = False
    seconds = time.perf_counter() - start
    return RungResult(rung.name, passed, rung.means, rung.needed, learning, playing, note, seconds), policy


def _accuracy_alone(policy: Policy, rung: Rung, seed: int) -> float:
    return seq_envs.evaluate(OneByOne(policy), rung.decisive, _SINGLE_EPISODES, seed).accuracy


def _probe_state(rung: Rung, policy: Policy | None, results: Sequence[RungResult], seed: int) -> RungResult:
    """Evaluate a rung's policy in ways that reveal how it keeps its state."""
    start = time.perf_counter()
    if policy is None:
        note = f"There is no policy of {rung.name!r} to evaluate."
        return RungResult(LAST_NAME, False, LAST_MEANS, note=note)
    try:
        first = seq_envs.evaluate(policy, rung.decisive, _EPISODES, seed)
        leave_unfinished(policy, rung.decisive, _EPISODES)
        again = seq_envs.evaluate(policy, rung.decisive, _EPISODES, seed).accuracy
        interleaved = seq_envs.evaluate(Interleaved(policy), rung.decisive, _EPISODES, seed).accuracy
    except Exception as exception:  # A user's code may raise anything.
        note = f"Evaluation raised an exception. {reason(exception)}"
        return RungResult(LAST_NAME, False, LAST_MEANS, note=note)
    findings = [
        f"{result.name}: the accuracy of the policy is {result.playing.accuracy:.3f}, though it was learned."
        for result in results
        if result.passed and result.playing and result.needed and result.playing.accuracy < result.needed
    ]
    if first.accuracy >= rung.needed > again:
        findings.append(
            f"After episodes that were left unfinished, the accuracy is {again:.3f}; before, {first.accuracy:.3f}."
        )
    if again >= rung.needed > interleaved:
        findings.append(
            f"With other episodes played between its steps, the accuracy is {interleaved:.3f}; without, {again:.3f}."
        )
    passed = not findings and min(first.accuracy, again, interleaved) >= rung.needed
    seconds = time.perf_counter() - start
    return RungResult(LAST_NAME, passed, LAST_MEANS, rung.needed, None, first, " ".join(findings), seconds)
