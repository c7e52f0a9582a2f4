"""Train an agent on one rung after another, and report where it fails."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from seq_agents.ladder.judging import Judged, Train, train_and_judge
from seq_agents.ladder.last_rung import play_last
from seq_agents.ladder.probe import Trained
from seq_agents.ladder.probes import look
from seq_agents.ladder.results import Climb, RungResult, RungWatch, unwatched
from seq_agents.ladder.rungs import LAST_NAME, Rung, rungs
from seq_agents.menu import did_you_mean
from seq_agents.progress import Progress, unseen
from seq_envs.parameters import Integer, Real

_MOST_TRIES = 4
"""The last of so many tries has 64 times the budget of the first."""

_SECONDS = Real(0.0, 1e9)


def climb(
    train: Train,
    rollout: int = 32,
    seed: int = 0,
    *,
    start: int | str = 1,
    only: int | str | None = None,
    keep_going: bool = False,
    credit: bool = False,
    tries: int = 2,
    time_limit: float | None = None,
    watch: RungWatch = unwatched,
    progress: Progress = unseen,
) -> Climb:
    """Train an agent on tiny tasks, simplest first, until it fails one.

    Each rung calls `train`, for an agent that starts from scratch. A rung needs one ability more than those before
    it, so the first failure says what is wrong.

    The accuracy of the returned policy on new episodes decides, for every agent. The accuracy while learning, in the
    vector envs of the ladder, is information: if it is high and that of the policy is not, the evaluation is at fault.

    A rung that is not passed is tried again with another seed and four times the budget, since a sound agent may learn
    slowly or have bad luck. There is no further try once the verdict is clear: the agent passed, or learned what its
    policy does not do at all, or raised an exception. Probes look at the agent after each training if it offers what
    they need, see `seq_agents.ladder.probes`.

    Args:
        train: called as `train(make_envs, budget)`, see `MakeEnvs`. `make_envs(32)` makes a vector env with 32 lanes.
            The function trains for about `budget` time steps, all lanes together, and returns a
            `seq_envs.policies.Policy`. It may stop earlier if `make_envs.solved`. If it raises an exception, the rung
            fails.
        rollout: the time steps of each lane that the agent reads between two updates: 22 ... 512.
        seed: of the evaluation's episodes; `make_envs.seed` passes it to the training.
        start: the rung to start with, by its name or its number from 1, such as the one that an agent failed before.
            Above "state reset between episodes", the climb ends without the last rung, which plays that rung's policy;
            the name of the last rung stands for that rung.
        only: the one rung to try, by its name or number, instead of a climb from `start`. The name of the last rung
            stands for "state reset between episodes" and the last rung.
        keep_going: whether to try the remaining rungs after a failure.
        credit: whether the ladder has the rungs of late rewards and time limits too. The first needs a discount near 1.
        tries: the most trainings on a rung: 1 ... 4.
        time_limit: the seconds that a rung may take, all tries together, and that a probe may take; None: any. What
            takes longer fails. The training ends by an exception, see `seq_agents.ladder.time_limit`.
        watch: called when a try of a rung starts, when a probe finds a fault after it, and when the rung ends.
        progress: called during the training in a vector env of the ladder, with the share of the budget that is used.

    Raises:
        ValueError: `rollout`, `seed`, `tries` or `time_limit` is out of range, there is no rung `start` or `only`, or
            both are given.
        TypeError: `train` cannot be called.
    """
    ladder = rungs(rollout, credit=credit)
    seed = Integer(0, 2**32 - 1).check("seed", seed)
    tries = Integer(1, _MOST_TRIES).check("tries", tries)
    if time_limit is not None:
        time_limit = _SECONDS.check("time_limit", time_limit)
    first = _place("start", start, ladder)
    chosen = ladder[first:]
    if only is not None:
        if first:
            raise ValueError(f"only must be None if start is given, got only={only!r} and start={start!r}")
        place = _place("only", only, ladder)
        chosen = ladder[place : place + 1]
    if not callable(train):
        raise TypeError(f"train must be called as train(make_envs, budget), got {train!r}")
    results: list[RungResult] = []
    probed: dict[str, bool] = {}
    played_last: Judged | None = None

    def climbed() -> Climb:
        right = tuple(name for name, passed in probed.items() if passed)
        return Climb(tuple(results), len(ladder) - len(chosen), right, only is not None)

    for rung in chosen:
        judged = train_and_judge(
            train, rung, rollout, seed, tries, time_limit, progress, partial(watch, rung.name, None)
        )
        found = (
            [] if judged.policy is None else look(Trained(rung, judged.policy, judged.make_envs), probed, time_limit)
        )
        for result in [*found, judged.result]:
            results.append(result)
            watch(result.name, result)
        if rung.played_last:
            played_last = judged
        if (found or not judged.result.passed) and not keep_going:
            return climbed()
    if played_last is not None and (only is None or only == LAST_NAME):
        watch(LAST_NAME, None)
        rung = next(rung for rung in ladder if rung.played_last)
        results.append(play_last(rung, played_last.policy, seed, time_limit))
        watch(LAST_NAME, results[-1])
    return climbed()


def _place(parameter: str, name: int | str, ladder: Sequence[Rung]) -> int:
    """The place from 0 of the rung with this name or number; the last rung needs the one whose policy it plays."""
    if isinstance(name, str) and not name.isdecimal():
        names = [rung.name for rung in ladder]
        if name == LAST_NAME:
            return next(place for place, rung in enumerate(ladder) if rung.played_last)
        if name not in names:
            raise ValueError(f"there is no rung {name!r}{did_you_mean(name, names)}; there are {', '.join(names)}")
        return names.index(name)
    number: int = Integer(1, len(ladder)).check(parameter, int(name) if isinstance(name, str) else name)
    return number - 1
