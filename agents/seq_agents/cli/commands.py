"""What each command of `seq-envs` does, once its options are read. What is heavy is imported where it is used."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import seq_envs
from seq_agents.errors import Refused

if TYPE_CHECKING:
    from seq_agents.cli.result_table import Result
    from seq_agents.experiments.run_folder import Run


def import_from(folder: Path) -> None:
    """Let modules of a folder be imported, here and in processes started from here, after those installed."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def option(name: str) -> str:
    """A parameter's name as an option."""
    return f"--{name.replace('_', '-')}"


def list_everything() -> None:
    """The menu of problems, and that of agents where they are installed."""
    problems: dict[type[seq_envs.Problem], list[str]] = {}
    for id in seq_envs.ids():
        problems.setdefault(type(seq_envs.make_problem(id)), []).append(id)
    for kind, ids in problems.items():
        print(f"{'  '.join(f'{id:20}' for id in ids).rstrip()}\n    {kind.title}")
    print("\nseq-envs show ID tells more of one.")
    try:
        from seq_agents.agents import AGENTS
    except ImportError:
        print('Agents that learn them come with pip install "seq-envs[agents]".')
        return
    print("\nAgents, for seq-envs train AGENT ID:")
    for name in AGENTS:
        print(f"  {name:20} {AGENTS.about(name)}")


def show(id: str, problem: seq_envs.Problem) -> None:
    """One problem: its parameters, spaces, levels, and an episode."""
    print(f"{id}: {problem.title}\n")
    for field in dataclasses.fields(problem):
        value = getattr(problem, field.name)
        used = "not used" if value is None else str(value)
        print(f"  {option(field.name):16} {used:14} {field.metadata['meaning']}: {field.metadata['kind']}")
    print(f"\nobservation  {problem.observation_space}\naction       {problem.action_space}\n")
    levels = seq_envs.levels(problem)
    print(f"{'':12} {'accuracy':>18} {'exact match':>18}")
    for name in ("chance", "memoryless", "optimal"):
        level = getattr(levels, name)
        accuracy = _estimate(f"{level.accuracy:.4f}", level.accuracy_error)
        print(f"{name:12} {accuracy:>18} {_estimate(f'{level.exact_match:.4g}', level.exact_match_error):>18}")
    if levels.control:
        print("A control task: it needs no memory, and a score is normalised by chance.")
    if problem.leaks:
        shown = " or ".join(f"its previous {what}" for what in problem.leaks)
        print(f"An agent that is shown {shown} needs less memory: see seq_envs.levels(..., feedback=True).")
    print(f"\nThe first episode of seed 0:\n\n{seq_envs.draw(problem)}")


def is_agent(name: str) -> bool:
    """Whether there is an agent of this name, and agents are installed."""
    try:
        from seq_agents.agents import AGENTS
    except ImportError:
        return False
    return name in AGENTS


def show_agent(name: str) -> None:
    """One agent: its settings, for `train --set`."""
    from seq_agents.agents import AGENTS, agent_type

    print(f"{name}: {AGENTS.about(name)}\n")
    for field in dataclasses.fields(agent_type(name).settings_type):
        print(f"  {field.name:18} {field.default!s:8} {field.metadata['meaning']}: {field.metadata['kind']}")
    print(f"\nThese are the defaults; an id may have tuned ones. seq-envs train {name} ID --set SETTING=VALUE")


def _estimate(figure: str, error: float) -> str:
    """A figure with the half width of its 95% interval, if it is not exact."""
    return f"{figure} ± {1.96 * error:.4f}" if error else figure


def train(
    agent: str,
    id: str,
    parameters: Mapping[str, Any],
    settings: Mapping[str, str],
    seed: int,
    episodes: int,
    out: Path | None,
    resume: bool,
) -> None:
    """Train an agent in a run folder."""
    from seq_agents.agents import agent_type
    from seq_agents.cli.progress import Bars
    from seq_agents.cli.result_table import Result
    from seq_agents.experiments.config import Config
    from seq_agents.experiments.run_folder import Run
    from seq_agents.experiments.training import Stopped, train
    from seq_agents.learners.user_defined import UserDefinedLearner

    _one_thread()
    if issubclass(agent_type(agent), UserDefinedLearner):
        raise Refused(f"{agent} cannot be saved: train takes agents of AGENTS and subclasses of Learner; see bench")
    config = Config.of(agent, id, parameters, seed, agent_type(agent).settings_type.parsed(settings))
    path = out or Path("runs") / f"{agent.replace(':', '-')}-{id}-{seed}"
    if resume and path.exists():
        run = Run.open(path)
        _same(run, config)
    else:
        try:
            config.learner()  # Whatever it refuses, it refuses before there is a folder.
        except RuntimeError as wrong:  # torch's, for a network that is too large.
            raise Refused(f"{agent} cannot be made with these settings: {str(wrong).partition(chr(10))[0]}") from None
        run = Run.create(path, config)
    try:
        with Bars() as bars:
            evaluation = train(run, episodes, bars.add(agent))
    except Stopped:
        raise Refused(f"stopped; go on with the same command and --resume --out {path}") from None
    _print_table(config.problem(), {agent: Result(evaluation, run.evaluation()["training_seconds"])})
    print(f"{path}: config, checkpoint, learning curve and evaluation.")


def _same(run: Run, config: Any) -> None:
    """Refuse to go on with something else than what the run trains."""
    pairs = {
        field.name: (getattr(run.config, field.name), getattr(config, field.name))
        for field in dataclasses.fields(config)
    }
    if run.config.problem() == config.problem():  # However its parameters were given.
        del pairs["parameters"], pairs["id"]
    for name, (there, asked) in pairs.items():
        if isinstance(there, Mapping):
            differing = [name for name in {**there, **asked} if there.get(name) != asked.get(name)]
            there, asked = ({name: one.get(name) for name in differing} for one in (there, asked))
        if there != asked:
            raise Refused(f"{run.path} cannot be gone on with: its {name} is {there!r}, not {asked!r}")


def evaluate(path: Path, parameters: Mapping[str, Any], seed: int, episodes: int, as_json: bool) -> None:
    """Evaluate the agent of a run folder, on its problem or with some parameters changed."""
    from seq_agents.cli.result_table import Result
    from seq_agents.errors import RunError
    from seq_agents.experiments.files import without_nan
    from seq_agents.experiments.run_folder import Run

    _one_thread()
    run = Run.open(path)
    problem = run.config.problem(**parameters)
    learner = run.config.learner(problem)
    if not run.begun:
        raise RunError(f"{path} has no checkpoint yet")
    run.load(learner)
    evaluation = seq_envs.evaluate(learner.policy(), problem, episodes, seed)
    if as_json:
        print(json.dumps(without_nan(dataclasses.asdict(evaluation)), indent=1))
    else:
        _print_table(problem, {run.config.agent: Result(evaluation, 0.0)})


def ladder(agent: str, rollout: int, seed: int, settings: Mapping[str, str], keep_going: bool) -> bool:
    """Have an agent climb the ladder; whether it came to the top."""
    from rich.console import Console

    from seq_agents.ladder import RungResult, climb, trainer

    _one_thread()
    console = Console(stderr=True)
    with console.status("") as status:

        def watch(name: str, result: RungResult | None) -> None:
            status.update(f"{name} ...")
            if result is not None and console.is_terminal:
                console.print(f"{'ok  ' if result.passed else 'FAIL'} {name} ({result.seconds:.0f} s)", highlight=False)

        climbed = climb(trainer(agent, settings), rollout, seed, keep_going=keep_going, watch=watch)
    print(climbed)
    return climbed.passed


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)  # These networks are too small to share.


def _print_table(problem: seq_envs.Problem, results: Mapping[str, Result], explanation: str = "") -> None:
    from rich.console import Console

    from seq_agents.cli.result_table import table_of

    console = Console()
    with console.capture() as shown:  # rich itself ends the process where the reader of a pipe has gone.
        console.print(table_of(problem, results, explanation), width=max(80, console.width))
    print(shown.get(), end="")
