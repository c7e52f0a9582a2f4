"""Train in a run folder: watched, stopped without loss, and gone on with."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import seq_envs
from seq_agents.errors import RunError
from seq_agents.experiments.files import alone_in
from seq_agents.experiments.run_folder import Run
from seq_agents.learners.learner import Moment, Watch, unwatched

_SECONDS_BETWEEN_CHECKPOINTS = 30.0
_CURVE_POINTS = 200


class Stopped(Exception):
    """The training was asked to stop, and its checkpoint is written."""


def train(run: Run, episodes: int = 10_000, watch: Watch = unwatched) -> seq_envs.Evaluation:
    """Train to the end, from the folder's checkpoint if there is one, then evaluate on fresh episodes.

    Args:
        run: its folder gets a checkpoint every 30 seconds, when the training ends, and when Ctrl-C asks to stop.
        episodes: of the final evaluation.
        watch: called after every update.

    Raises:
        Stopped: after Ctrl-C. The same call goes on from there, to the same result as without the stop.
        seq_agents.errors.RunError: the folder is in use, its checkpoint does not fit, or the weights are
            no longer finite.
    """
    interrupted: list[int] = []
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
            stop = bool(interrupted)
            due = stop or moment.done >= 1.0 or now - saved >= _SECONDS_BETWEEN_CHECKPOINTS
            new = moment.steps - (curve[-1][1] if curve else -1)
            if new > 0 and (due or not curve or new * _CURVE_POINTS * moment.done >= moment.steps):
                curve.append(point)
            if due:
                run.save(learner, curve)
                saved = time.perf_counter()
            watch(moment)
            if stop and moment.done < 1.0:
                raise Stopped

        try:
            with _noting_interrupts(interrupted):
                learner.learn(see)
        except (RuntimeError, ValueError) as wrong:  # Mostly torch's, for weights that are no numbers any more.
            what = str(wrong).partition("\n")[0]
            raise RunError(f"the training broke off (is the learning rate too high?): {what}") from wrong
        seconds = before + time.perf_counter() - start
        evaluation = seq_envs.evaluate(learner.policy(), run.config.problem(), episodes)
        run.finish(evaluation, latest, seconds)
        return evaluation


@contextmanager
def _noting_interrupts(came: list[int]) -> Iterator[None]:
    """Note a Ctrl-C instead of being interrupted by it; a second one interrupts at once."""

    def note(number: int, _: object) -> None:
        came.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    try:
        old = signal.signal(signal.SIGINT, note)
    except ValueError:  # Not the main thread, which alone hears of it.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, old)
