"""Train in a run folder. A training that is stopped continues from its checkpoint to the same result."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import seq_envs
from seq_agents.errors import RunError
from seq_agents.experiments.folder_lock import alone_in
from seq_agents.experiments.run_folder import DIVERGED, Run
from seq_agents.learners.learner import Moment, Watch, unwatched
from seq_agents.stop_signals import STOP_SIGNALS
from seq_envs.evaluation import EPISODES
from seq_envs.policies import Policy

_SECONDS_BETWEEN_CHECKPOINTS = 30.0
_CURVE_POINTS = 200
_OF_NUMBERS = re.compile("nan|inf|overflow|invalid value", re.IGNORECASE)
"""Occurs in torch's messages about numbers that are not finite."""


class Stopped(Exception):
    """A signal stopped the training, and its checkpoint is written.

    Args:
        number: the number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


def train(
    run: Run,
    episodes: int = EPISODES,
    watch: Watch = unwatched,
    wrap_policy: Callable[[Policy], Policy] = lambda policy: policy,
) -> seq_envs.Evaluation:
    """Train to the end, from the folder's checkpoint if there is one, then evaluate on fresh episodes.

    Args:
        run: its folder gets a checkpoint every 30 seconds, when the training ends, and after Ctrl-C or SIGTERM.
        episodes: episodes of the final evaluation.
        watch: called after every update.
        wrap_policy: takes the policy before its evaluation, and returns the policy to evaluate: the same one, for
            example with a display of its progress.

    Raises:
        Stopped: after Ctrl-C or SIGTERM. The same call continues from the checkpoint, to the same result.
        seq_agents.errors.RunError: the folder is in use, its checkpoint does not fit, or the weights are
            no longer finite.
    """
    signals: list[int] = []
    with alone_in(run.path):
        learner = run.config.learner()
        curve = run.load(learner)
        before = curve[-1][0] if curve else 0.0
        start = saved = time.perf_counter()
        latest = Moment(1.0, int(curve[-1][1]) if curve else 0, float("nan"))

        def see(moment: Moment) -> None:
            nonlocal saved, latest
            now = time.perf_counter()
            latest = moment
            point = [round(before + now - start, 3), moment.steps, round(moment.accuracy, 6)]
            stop = bool(signals)
            due = stop or moment.done >= 1.0 or now - saved >= _SECONDS_BETWEEN_CHECKPOINTS
            new = moment.steps - (curve[-1][1] if curve else -1)
            if new > 0 and (due or not curve or new * _CURVE_POINTS * moment.done >= moment.steps):
                curve.append(point)
            if due:
                run.save(learner, curve)
                saved = time.perf_counter()
            watch(moment)
            if stop and moment.done < 1.0:
                raise Stopped(signals[0])

        try:
            with _noting_signals(signals):
                learner.learn(see)
        except (RuntimeError, ValueError) as wrong:  # torch raises them where weights are no longer finite.
            what = str(wrong).partition("\n")[0]
            diverged = _OF_NUMBERS.search(what) or not all(part.isfinite().all() for part in learner.state().values())
            raise RunError(f"{DIVERGED if diverged else 'the training failed'}: {what}") from wrong
        seconds = before + time.perf_counter() - start
        evaluation = run.config.evaluate(wrap_policy(learner.policy()), run.config.problem(), episodes)
        run.finish(evaluation, latest, seconds)
        return evaluation


@contextmanager
def _noting_signals(arrived: list[int]) -> Iterator[None]:
    """Record Ctrl-C and SIGTERM, so that the current update is finished. A second signal has its usual effect."""

    def note(number: int, _: object) -> None:
        arrived.append(number)
        for each, handler in usual.items():
            signal.signal(each, handler)

    usual = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    usual = {number: handler for number, handler in usual.items() if handler not in (None, signal.SIG_IGN)}
    try:
        for number in usual:
            signal.signal(number, note)
    except ValueError:  # Only the main thread may set handlers.
        yield
        return
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
