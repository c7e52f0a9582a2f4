"""The trained agent in a run folder, for the commands that use one."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import seq_envs
from seq_agents.cli.hints import path_word
from seq_agents.cli.options import add_parameters, as_options, parameters
from seq_agents.devices import NAMES
from seq_agents.errors import Refused

if TYPE_CHECKING:
    from seq_agents.experiments.config import Config
    from seq_agents.experiments.run_folder import Run
    from seq_agents.learners.learner import Learner


class Trained(NamedTuple):
    """An agent, and the problem that it is to play."""

    run: Run
    problem: seq_envs.Problem
    learner: Learner
    config: Config
    """The run's, with the device that was chosen."""
    steps: int
    """The time steps that it has learned from."""


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add the run folder and the options that `trained` reads."""
    parser.add_argument("path", metavar="RUN", type=Path, help="the folder that `train` wrote")
    parser.add_argument("--device", choices=NAMES, help="where the agent acts (default: where it learned)")
    parser.add_argument("--trust", action="store_true", help="import the modules that RUN names: they can run any code")
    add_parameters(parser)


def trained(chosen: argparse.Namespace) -> Trained:
    """The agent of the run folder, on its problem or with the parameters that were given.

    Raises:
        Refused: the path is an agent, or a folder of results.
        seq_agents.errors.RunError: the folder has no agent that can be used.
        ValueError: a wrong parameter.
    """
    from seq_agents.errors import RunError
    from seq_agents.experiments.run_folder import Run

    refuse_others(chosen.command, chosen.path)
    run = Run.open(chosen.path, trust=chosen.trust)
    problem = seq_envs.make_problem(run.config.problem(), **parameters(run.config.id, chosen))
    config = run.config
    if chosen.device is not None and "device" in config.settings:
        config = dataclasses.replace(config, settings={**config.settings, "device": chosen.device})
    learner = config.learner(problem)
    if not run.begun:
        raise RunError(f"{chosen.path} has no checkpoint yet")
    try:
        curve = run.load(learner)
    except RunError:
        _require_same_spaces(chosen.path, config.problem(), problem)
        raise
    return Trained(run, problem, learner, config, int(curve[-1][1]) if curve else 0)


def _require_same_spaces(path: Path, learned: seq_envs.Problem, problem: seq_envs.Problem) -> None:
    """Say that other parameters or a split changed the spaces, if they did: that is why weights do not fit.

    Raises:
        RunError: with both spaces.
    """
    from seq_agents.errors import RunError

    for kind, before, now in (
        ("takes observations", learned.observation_space, problem.observation_space),
        ("gives answers", learned.action_space, problem.action_space),
    ):
        if before != now:
            raise RunError(f"the agent in {path} {kind} {before}, and with these parameters they are {now}")


def given_options(chosen: argparse.Namespace, run: Run) -> list[str]:
    """The options of `add_run` that another command on the same run needs: changed parameters, and the device."""
    device = [] if chosen.device is None else ["--device", chosen.device]
    return [*as_options(parameters(run.config.id, chosen)), *device]


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run."""
    return (path / "config.json").exists()


def is_results(path: Path) -> bool:
    """Whether a folder is one of results."""
    return (path / "grid.json").exists()


def refuse_others(command: str, path: Path) -> None:
    """Refuse an agent, a folder of results and a folder of run folders.

    Raises:
        Refused: with a command for what is there.
    """
    from seq_agents.agents import AGENTS

    if str(path) in AGENTS and not path.exists():
        raise Refused(
            f"{command} takes the folder of a run, and {path} is an agent that must be trained first",
            lambda _: ["train", str(path), "SeqEcho-v0"],
        )
    if is_run(path) or not path.is_dir():
        return
    if is_results(path):
        raise Refused(f"{path} has the results of many trainings, not one", lambda _: ["report", path_word(path)])
    run = next((folder.parent for folder in sorted(path.glob("*/config.json"))), None)
    if run is not None:
        raise Refused(f"{path} is a folder of run folders", lambda _: [command, path_word(run)])
