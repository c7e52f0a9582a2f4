"""Climb the rungs with a training function, and say where it breaks."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass

import seq_envs
from seq_agents.errors import reason
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.ladder.rungs import CARRIED, CARRIED_MEANS, PLAYED_FROM, Rung, rungs
from seq_agents.ladder.state_probes import Disturbed, OneByOne, leave_unfinished
from seq_envs.parameters import Integer
from seq_envs.policies import Policy

Train = Callable[[MakeEnvs, int], Policy]
"""A training function: from the maker of environments and a budget in time steps, to what was learned."""

_EPISODES = 400
"""Of each evaluation."""
_ALONE = 60
"""Of an evaluation one by one, which is slow."""
_WIDTH = 78


@dataclass(frozen=True)
class Step:
    """What came of one rung."""

    name: str
    passed: bool
    means: str
    """What it usually means to fail here."""
    needed: float | None = None
    """The accuracy to reach; None: the training did not come so far."""
    learning: float | None = None
    """The accuracy in the last tenth of the training; None: its answers were not given in the ladder's envs."""
    playing: seq_envs.Evaluation | None = None
    """What the policy got on fresh episodes, if it could play."""
    note: str = ""
    """What was seen beyond the figures."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Climb:
    """How far it came. `print` shows it."""

    steps: tuple[Step, ...]

    @property
    def broken_at(self) -> Step | None:
        """The first rung that failed."""
        return next((step for step in self.steps if not step.passed), None)

    @property
    def passed(self) -> bool:
        """Whether all did."""
        return self.broken_at is None

    def __str__(self) -> str:
        lines = [f"{'rung':46} {'learning':>8} {'playing':>7} {'95%':9} {'s':>4}"]
        lines += [line for step in self.steps for line in _lines(step)]
        broken = self.broken_at
        if broken is None:
            return "\n".join([*lines, "", "All passed."])
        said = f"It breaks at: {broken.name}. {broken.means}"
        return "\n".join([*lines, "", *textwrap.wrap(said, _WIDTH)])


def _lines(step: Step) -> list[str]:
    learning = "" if step.learning is None else f"{step.learning:.3f}"
    playing, interval = "", " " * 9
    if step.playing is not None:
        low, high = step.playing.accuracy_interval
        playing, interval = f"{step.playing.accuracy:.3f}", f"{low:.2f}-{high:.2f}"
    mark = "ok  " if step.passed else "FAIL"
    line = f"{mark} {step.name:41} {learning:>8} {playing:>7} {interval} {step.seconds:4.0f}"
    notes = [step.note] if step.note else []
    if not step.passed and step.needed is not None and not step.note:
        notes.append(f"needed: {step.needed:.3f}")
    indent = " " * 5
    wrapped = (textwrap.wrap(note, _WIDTH, initial_indent=indent, subsequent_indent=indent) for note in notes)
    return [line, *(one for lines in wrapped for one in lines)]


Watch = Callable[[str, Step | None], None]
"""Called with a rung's name when it begins, and with what came of it too when it is done."""


def unwatched(name: str, step: Step | None) -> None:
    """Watches nothing."""


def climb(
    train: Train, rollout: int = 32, seed: int = 0, *, keep_going: bool = False, watch: Watch = unwatched
) -> Climb:
    """Have an agent learn tiny tasks, from the simplest on, until one breaks it.

    Each rung is learned from scratch, by a call of `train`, and needs one thing more than those before it: the first
    one to fail says what is wrong. Where the answers of the training are given in the ladder's vector envs, its last
    tenth decides, and else the policy's play on fresh episodes. So what is wrong with playing alone is left for the
    last rung.

    Args:
        train: called as `train(make_envs, budget)`, see `MakeEnvs`: `make_envs(32)` is a vector env of 32 lanes. It
            should learn for about `budget` time steps, all lanes together, and return a `seq_envs.policies.Policy`.
            What it raises is a failure of the rung.
        rollout: how many time steps of each lane it reads between two updates: 22 ... 512.
        seed: of the episodes to evaluate on; `make_envs.seed` tells it to the training.
        keep_going: also after a failure.
        watch: told of each rung as it begins and ends.

    Raises:
        ValueError: `rollout` or `seed` is out of range.
        TypeError: `train` cannot be called.
    """
    ladder = rungs(rollout)
    seed = Integer(0, 2**32 - 1).check("seed", seed)
    if not callable(train):
        raise TypeError(f"train must be called as train(make_envs, budget), got {train!r}")
    steps: list[Step] = []
    played: Policy | None = None
    of = next(rung for rung in ladder if rung.name == PLAYED_FROM)
    for rung in ladder:
        watch(rung.name, None)
        step, policy = _learned(train, rung, seed)
        steps.append(step)
        watch(rung.name, step)
        if rung.name == PLAYED_FROM:
            played = policy
        if not step.passed and not keep_going:
            return Climb(tuple(steps))
    watch(CARRIED, None)
    steps.append(_carried(played, of, steps, seed))
    watch(CARRIED, steps[-1])
    return Climb(tuple(steps))


def _learned(train: Train, rung: Rung, seed: int) -> tuple[Step, Policy | None]:
    """Train on a rung and judge; the policy, if there is one that can play."""
    start = time.perf_counter()
    make_envs = MakeEnvs(rung.problem, rung.judged, seed)
    policy: Policy | None = None
    try:
        policy = train(make_envs, rung.budget)
        playing = seq_envs.evaluate(policy, rung.judged, _EPISODES, seed)
        alone = _alone(policy, rung, seed) if playing.accuracy < rung.needed else None
    except Exception as wrong:  # Whatever somebody's training may raise.
        what = "playing" if policy is not None else "training"
        note = f"The {what} broke off. {reason(wrong)}"
        return Step(rung.name, False, rung.means, note=note, seconds=time.perf_counter() - start), None
    learning = make_envs.tally.accuracy()
    together = playing.accuracy >= rung.needed
    learned = learning is not None and learning >= rung.needed
    apart = alone is not None and alone >= rung.needed
    note = ""
    if not together and apart:
        note = f"Played one by one it is right at {alone:.3f}, many at once at {playing.accuracy:.3f}."
    elif not together and learned:
        note = "Learned, though not shown in play: see the last rung."
    # Where the answers of the training are seen they decide: they are those that the agent learned from.
    passed = (together or apart if learning is None else learned) and not (rung.lanes and not together and apart)
    seconds = time.perf_counter() - start
    return Step(rung.name, passed, rung.means, rung.needed, learning, playing, note, seconds), policy


def _alone(policy: Policy, rung: Rung, seed: int) -> float:
    return seq_envs.evaluate(OneByOne(policy), rung.judged, _ALONE, seed).accuracy


def _carried(policy: Policy | None, rung: Rung, steps: list[Step], seed: int) -> Step:
    """Play what was learned, in ways that give away how the policy keeps its state."""
    start = time.perf_counter()
    if policy is None:
        return Step(CARRIED, False, CARRIED_MEANS, note=f"There is no policy of {rung.name!r} to play.")
    try:
        first = seq_envs.evaluate(policy, rung.judged, _EPISODES, seed)
        leave_unfinished(policy, rung.judged, _EPISODES)
        again = seq_envs.evaluate(policy, rung.judged, _EPISODES, seed).accuracy
        disturbed = seq_envs.evaluate(Disturbed(policy), rung.judged, _EPISODES, seed).accuracy
    except Exception as wrong:  # Whatever somebody's policy may raise.
        return Step(CARRIED, False, CARRIED_MEANS, note=f"The playing broke off. {reason(wrong)}")
    found = [
        f"{step.name}: right at {step.playing.accuracy:.3f} when played, learned all the same."
        for step in steps
        if step.passed and step.playing and step.needed and step.playing.accuracy < step.needed
    ]
    if first.accuracy >= rung.needed > again:
        found.append(
            f"After a game that was left unfinished it is right at {again:.3f}, before at {first.accuracy:.3f}."
        )
    if again >= rung.needed > disturbed:
        found.append(
            f"With a second game played between its steps it is right at {disturbed:.3f}, else at {again:.3f}."
        )
    passed = not found and min(first.accuracy, again, disturbed) >= rung.needed
    seconds = time.perf_counter() - start
    return Step(CARRIED, passed, CARRIED_MEANS, rung.needed, None, first, " ".join(found), seconds)
