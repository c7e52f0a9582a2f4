"""`seq-envs ladder`: trains an agent on tiny tasks, until it fails one that says what is wrong."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from seq_agents.cli.hints import next_commands, without_option
from seq_agents.cli.interruption import Interrupted, number_of
from seq_agents.cli.options import Command, agent_name, count, seed, settings
from seq_agents.cli.threads import use_one_thread
from seq_agents.cli.waiting import loading, working
from seq_agents.progress import Progress, unseen

if TYPE_CHECKING:
    from seq_agents.ladder import Climb, RungResult
    from seq_agents.learners.learner import Moment

_FAILED = 1
"""The exit code if a rung fails."""


def add_commands(command: Command) -> None:
    """Add the command."""
    ladder = command("ladder", _ladder, "climb tiny tasks with a recurrent agent, and say where it breaks and why")
    ladder.add_argument(
        "agent", metavar="AGENT", type=agent_name, help="see `seq-envs list`; or module:function, a training function"
    )
    ladder.add_argument(
        "--rollout", type=count, default=32,
        help="time steps of each lane that the agent reads between two updates, 22 to 512 (default: 32)",
    )  # fmt: skip
    ladder.add_argument("--seed", type=seed, default=0, help="seed of the climb (default: 0)")
    ladder.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting of the agent")
    ladder.add_argument(
        "--from", dest="start", default="1", metavar="RUNG",
        help="the rung to start with, its name or number, such as one that failed before (default: the first)",
    )  # fmt: skip
    ladder.add_argument("--all", action="store_true", help="continue after a rung that fails")


def _ladder(chosen: argparse.Namespace) -> int:
    """Let an agent climb the ladder, and print each rung's outcome."""
    with loading():
        from seq_agents.ladder import climb, rungs, trainer
        from seq_agents.ladder.rungs import LAST_NAME

        use_one_thread()
        progress = _Progress([*(rung.name for rung in rungs(chosen.rollout)), LAST_NAME])
        train = trainer(chosen.agent, settings(chosen.set), progress.update)
    try:
        with progress:
            climbed = climb(
                train, chosen.rollout, chosen.seed, start=chosen.start, keep_going=chosen.all, watch=progress.watch,
                progress=progress.used,
            )  # fmt: skip
    except KeyboardInterrupt as interruption:
        message = f"interrupted in the rung {progress.rung!r}, after {progress.ended} rungs"
        again = f"The same command with --from {shlex.quote(progress.rung)} goes on there"
        raise Interrupted(number_of(interruption), f"{message}. {again}") from None
    print(f"{climbed}\n\n{next_commands(_next(chosen, climbed))}")
    return 0 if climbed.passed else _FAILED


def _next(chosen: argparse.Namespace, climbed: Climb) -> list[str]:
    """The command to try after a climb: the rung that failed again, or a training."""
    if climbed.broken_at is not None:
        return [*without_option("--from", chosen.typed), "--from", climbed.broken_at.name]
    if ":" in chosen.agent:
        return [*without_option("--seed", chosen.typed), "--seed", str(chosen.seed + 1)]
    return ["train", chosen.agent, "SeqEcho-v0"]


class _Progress(ExitStack):
    """Says on stderr which rung is climbed and how far, and prints a line when a rung ends.

    Args:
        names: of all rungs, in order.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.rung = ""
        self.ended = 0
        self._names = names
        self._progress: Progress = unseen

    def watch(self, name: str, result: RungResult | None) -> None:
        """Print the start and the end of a rung; a `seq_agents.ladder.climb.RungWatch`."""
        self.rung = name
        if result is None:
            number = self._names.index(name) + 1
            self._progress = self.enter_context(working(f"rung {number} of {len(self._names)}, {name}"))
            return
        self.close()
        self.ended += 1
        print(f"{'ok  ' if result.passed else 'FAIL'} {name} ({result.seconds:.0f} s)", file=sys.stderr, flush=True)

    def update(self, moment: Moment) -> None:
        """Display the progress of a training; a `seq_agents.learners.learner.Watch`."""
        self._progress(moment.done)

    def used(self, share: float) -> None:
        """Display the share of a rung's time steps that are used; a `seq_agents.progress.Progress`."""
        self._progress(share)
