"""`seq-envs ladder`: trains an agent on tiny tasks, until it fails one that says what is wrong."""

from __future__ import annotations

import argparse
import multiprocessing
import shlex
import sys
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from seq_agents.cli.hanging import ends_the_process
from seq_agents.cli.hints import as_typed, next_commands, replaced, without_option
from seq_agents.cli.interruption import Interrupted, number_of
from seq_agents.cli.options import Command, agent_name, count, seed, settings
from seq_agents.cli.output_files import refuse_files
from seq_agents.cli.threads import use_one_thread
from seq_agents.cli.waiting import loading, working
from seq_agents.errors import Refused
from seq_agents.progress import Progress, unseen

if TYPE_CHECKING:
    from seq_agents.ladder import Climb, RungResult
    from seq_agents.learners.learner import Moment

_FAILED = 1
"""The exit code if a rung fails."""
_GRACE = 30
"""Seconds after the time limit until a training that no exception ends ends the process."""


def add_commands(command: Command) -> None:
    """Add the command."""
    ladder = command("ladder", _ladder, "climb tiny tasks with a recurrent agent, and say where it breaks and why")
    ladder.add_argument(
        "agent", metavar="AGENT", type=_agent, help="see `seq-envs list`; or module:function, a training function"
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
    ladder.add_argument(
        "--only", metavar="RUNG", help="the one rung to try, its name or number; not together with --from"
    )
    ladder.add_argument(
        "--tries", type=count, default=2,
        help="trainings on a rung until it counts as failed, each with four times the time steps, 1 to 4 (default: 2)",
    )  # fmt: skip
    ladder.add_argument(
        "--time-limit", type=count, metavar="SECONDS",
        help="the time that a rung may take, all tries together, for a training that may hang (default: none)",
    )  # fmt: skip
    ladder.add_argument("--out", type=Path, metavar="FILE", help="write the climb to FILE, as JSON, when it ends")
    ladder.add_argument(
        "--credit", action="store_true",
        help="climb the rungs of late rewards and time limits too, of which the first needs a discount near 1",
    )  # fmt: skip
    ladder.add_argument("--all", action="store_true", help="continue after a rung that fails")


def _agent(name: str) -> str:
    """The agent as typed.

    Raises:
        Refused: it is the id of a problem, or names a file instead of a module.
    """
    file, colon, function = name.rpartition(":")
    if colon and file.endswith(".py"):
        module = ".".join(Path(file[: -len(".py")]).parts)
        raise Refused(
            f"an agent is named as module:function, got the file {file}",
            partial(replaced, name, f"{module}:{function}") if all(map(str.isidentifier, module.split("."))) else None,
        )
    return agent_name(name)


def _ladder(chosen: argparse.Namespace) -> int:
    """Let an agent climb the ladder, and print each rung's outcome."""
    refuse_files({"out": chosen.out})
    out = None if chosen.out is None else chosen.out.absolute()  # A training may change the folder.
    with loading():
        from seq_agents.experiments.provenance import versions
        from seq_agents.ladder import ClimbRecord, climb, packages_of, rungs, trainer
        from seq_agents.ladder.judging import GROWTH
        from seq_agents.ladder.rungs import LAST_NAME

        with suppress(ModuleNotFoundError):  # A training function may do without torch.
            use_one_thread()
        budgets = {rung.name: rung.budget for rung in rungs(chosen.rollout, credit=chosen.credit)}
        progress = _Progress({**budgets, LAST_NAME: 0}, GROWTH, chosen.time_limit)
        train = trainer(chosen.agent, settings(chosen.set), progress.update)
        stated = {} if out is None else versions(*packages_of(chosen.agent))
    try:
        with progress, redirect_stdout(sys.stderr):  # What a training prints must not mix with the report.
            climbed = climb(
                train, chosen.rollout, chosen.seed, start=chosen.start, only=chosen.only, keep_going=chosen.all,
                credit=chosen.credit, tries=chosen.tries, time_limit=chosen.time_limit, watch=progress.watch,
                progress=progress.used,
            )  # fmt: skip
    except KeyboardInterrupt as interruption:
        message = f"interrupted in the rung {progress.rung!r}, after {progress.ended} rungs"
        again = f"The same command with --from {shlex.quote(progress.rung)} goes on there"
        raise Interrupted(number_of(interruption), f"{message}. {again}") from None
    finally:
        for process in multiprocessing.active_children():  # Python would wait for those that a training left.
            process.terminate()
    if out is not None:
        ClimbRecord.of(
            climbed, agent=chosen.agent, command=as_typed(chosen.typed), versions=stated, seed=chosen.seed,
            rollout=chosen.rollout,
        ).write(out)  # fmt: skip
    print(f"{climbed}\n\n{next_commands(_next(chosen, climbed))}")
    return 0 if climbed.passed else _FAILED


def _next(chosen: argparse.Namespace, climbed: Climb) -> list[str]:
    """The command to try after a climb: the rung that failed again, or a training."""
    typed = without_option("--out", chosen.typed)
    if climbed.broken_at is not None:
        again = typed
        for option in ("--from", "--only"):
            again = without_option(option, again)
        return [*again, "--from", climbed.rung_to_repeat]
    if ":" in chosen.agent:
        return [*without_option("--seed", typed), "--seed", str(chosen.seed + 1)]
    return ["train", chosen.agent, "SeqEcho-v0"]


class _Progress(ExitStack):
    """Says on stderr which rung is climbed and how far, and prints a line when a rung ends.

    Args:
        budgets: the time steps of the first training on each rung, in order of the rungs; 0: it trains nothing.
        growth: each further try has so many times the time steps of the one before.
        limit: the seconds that a rung may take; None: any.
    """

    def __init__(self, budgets: Mapping[str, int], growth: int, limit: int | None) -> None:
        super().__init__()
        self._limit = limit
        self.rung = ""
        self.ended = 0
        self._budgets, self._growth = budgets, growth
        self._try = 0
        self._progress: Progress = unseen

    def watch(self, name: str, result: RungResult | None) -> None:
        """Print the start of a try, the end of a rung and what a probe finds; a `RungWatch`."""
        self.close()
        if result is None:
            if self._limit is not None:
                self.enter_context(ends_the_process(self._limit + _GRACE))
            self._try = 1 if name != self.rung else self._try + 1
            self.rung = name
            self._progress = self.enter_context(working(self._described(), at_once=True))
            return
        self._progress = unseen
        self.ended += name == self.rung
        steps = f", {result.time_steps:,} steps" if result.time_steps else ""
        mark = "ok  " if result.passed else "FAIL"
        print(f"{mark} {name} ({result.seconds:.0f} s{steps})", file=sys.stderr, flush=True)

    def _described(self) -> str:
        """The try that starts."""
        names = list(self._budgets)
        text = f"rung {names.index(self.rung) + 1} of {len(names)}, {self.rung}"
        budget = self._budgets[self.rung] * self._growth ** (self._try - 1)
        steps = f", {budget:,} steps" if budget else ""
        return f"{text}{steps}" if self._try == 1 else f"{text}, try {self._try}{steps}"

    def update(self, moment: Moment) -> None:
        """Display the progress of a training; a `seq_agents.learners.learner.Watch`."""
        self._progress(moment.done)

    def used(self, share: float) -> None:
        """Display the share of a rung's time steps that are used; a `seq_agents.progress.Progress`."""
        self._progress(share)
