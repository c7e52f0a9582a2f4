"""`seq-envs compare`: two runs, two agents in folders of results, or three agents that are trained for it.

The modules that train, and those with statistics, are imported when the command runs, because their imports take
seconds.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from seq_agents.cli.bench_options import add_engine, engine
from seq_agents.cli.env_options import add_env_options, env_options
from seq_agents.cli.hints import as_typed, next_commands, on_runs, path_word
from seq_agents.cli.options import Command, add_parameters, count, parameters, problem_id
from seq_agents.cli.trained import is_results, is_run, refuse_others
from seq_agents.cli.waiting import loading, working
from seq_agents.errors import Arguments, Refused
from seq_envs.env_options import OPTION_NAMES
from seq_envs.evaluation import EPISODES

if TYPE_CHECKING:
    from seq_agents.report.comparison import Comparison

_USAGE = "seq-envs compare A [B] [--agents NAME ...]\n       seq-envs compare [ID] [options]"
_ABOUT = """\
A and B are two runs as `train` writes them, or two folders of results as `bench` writes them: what differs in their
settings, their scores side by side, and whether the difference is more than chance. A alone compares two agents of one
folder of results, such as `seq-envs compare results --agents lstm gru`. Without a folder, RecurrentPPO, a supervised
LSTM and a control without memory are trained on the problem ID."""


def add_commands(command: Command) -> None:
    """Add the command."""
    compare = command("compare", _compare, "compare two runs or two folders of results; or train three agents on ID")
    compare.usage, compare.description = _USAGE, _ABOUT
    compare.add_argument(
        "id", metavar="A | ID", type=_folder_or_id, nargs="?", default="SeqEcho-v0",
        help="a run, a folder of results, or a problem (default: SeqEcho-v0)",
    )  # fmt: skip
    compare.add_argument("other", metavar="B", type=Path, nargs="?", help="another run or folder of results")
    compare.add_argument("--agents", nargs="+", metavar="NAME", help="of results: an agent of A and one of B")
    compare.add_argument(
        "--trust", action="store_true", help="of runs: import the modules that they name, which can run any code"
    )
    training = compare.add_argument_group("options for training on ID")
    training.add_argument("--seeds", type=count, help="seeds of each agent (default: 1)")
    training.add_argument("--episodes", type=count, help=f"episodes of each final evaluation (default: {EPISODES})")
    training.add_argument("--out", type=Path, help="keep the results in this folder (default: they are not kept)")
    add_engine(compare)
    add_env_options(compare)
    add_parameters(compare)


def _folder_or_id(text: str) -> Path | str:
    """A folder as a path, or the full id of a problem.

    Raises:
        Refused: it is neither.
    """
    path = Path(text)
    if os.sep in text or is_results(path) or is_run(path):
        return path
    try:
        return problem_id(text)
    except Refused as wrong:
        if path.is_dir():
            return path
        raise Refused(f"{text!r} is no folder, and {wrong}", wrong.instead) from None


def _compare(chosen: argparse.Namespace) -> None:
    if isinstance(chosen.id, str) and chosen.other is None:
        _train(chosen)
        return
    _refuse_training_options(chosen)
    folders = [Path(chosen.id), *([] if chosen.other is None else [chosen.other])]
    for folder in folders:
        if not folder.is_dir():
            raise Refused(f"{folder} is no folder: compare takes two runs or two folders of results")
    if any(map(is_run, folders)):
        _compare_runs(folders, chosen)
    else:
        if chosen.trust:
            raise Refused(f"--trust is for comparing runs: no module is imported for a folder of results, {folders[0]}")
        _compare_results(folders, chosen.agents or [])


def _train(chosen: argparse.Namespace) -> None:
    if chosen.trust:
        raise Refused(f"--trust is for comparing runs, and {chosen.id} is a problem")
    if chosen.agents:
        raise Refused(f"--agents chooses agents of a folder of results, and {chosen.id} is a problem")
    with loading():
        from seq_agents.cli import bench_commands as commands
    commands.compare(
        chosen.id, parameters(chosen.id, chosen), chosen.seeds or 1, chosen.episodes or EPISODES, chosen.out,
        engine(chosen), as_typed(chosen.typed), env_options(chosen),
    )  # fmt: skip


def _refuse_training_options(chosen: argparse.Namespace) -> None:
    given = {name: getattr(chosen, name) for name in ("seeds", "episodes", "out", "jobs", "ray", *OPTION_NAMES)}
    given |= {name.split()[1]: value for name, value in vars(chosen).items() if name.startswith("parameter ")}
    for name, value in given.items():
        if value is not None:
            raise Refused(f"--{name.replace('_', '-')} is for training on a problem: comparing folders trains nothing")


def _compare_runs(folders: Sequence[Path], chosen: argparse.Namespace) -> None:
    """Compare two runs.

    Raises:
        Refused: one of the folders is no run, or both are the same.
        seq_agents.errors.RunError: a run cannot be used.
    """
    from seq_agents.cli.terminal import print_table

    with loading():
        from seq_agents.experiments.run_folder import Run
        from seq_agents.report import run_comparison

    if chosen.agents:
        raise Refused("--agents chooses agents of a folder of results, and a run has only one")
    if len(folders) < 2:
        raise Refused(f"{folders[0]} is one run: name a second one to compare it with")
    for folder in folders:
        if not is_run(folder):
            refuse_others("plot", folder)
            raise Refused(f"{folder} is no run: compare takes two runs or two folders of results")
    if folders[0].resolve() == folders[1].resolve():
        raise Refused(f"{folders[0]} and {folders[1]} are the same run")
    first, second = (Run.open(folder, trust=chosen.trust) for folder in folders)
    comparison = run_comparison.compared_runs(first, second)
    _print_text(run_comparison.verdict(comparison))
    print_table(run_comparison.evaluation_table(comparison))
    print_table(run_comparison.times_table(comparison))
    print_table(run_comparison.differences_table(comparison))
    with_curves = [run for run in (first, second) if run.has_curve]
    print(next_commands(on_runs("plot", *with_curves) if with_curves else on_runs("evaluate", first)))


def _compare_results(folders: Sequence[Path], agents: Sequence[str]) -> None:
    """Compare agents of one or two folders of results.

    Raises:
        Refused: the agents are not there, or have no cell in common.
        seq_agents.errors.RunError: a folder has no results.
    """
    from seq_agents.cli.terminal import print_table

    with loading():
        from seq_agents.report import comparison_tables as tables
    with working("comparing the results"):
        chosen = _comparisons(folders, agents)
    comparisons = chosen.compared
    if len(comparisons) == 1:
        _print_text(tables.verdict(comparisons[0]))
    else:
        first, second = folders
        _print_text(f"A: {first}; B: {second}. --agents NAME shows the problems of one agent.")
        for comparison in comparisons:
            _print_text(f"{comparison.first}: {tables.verdict(comparison)}")
    for reason in chosen.reasons:
        _print_text(reason)
    print_table(tables.scores_table(comparisons[0]) if len(comparisons) == 1 else tables.summary_table(comparisons))
    print_table(tables.unmatched_table(chosen.every))
    print_table(tables.differences_table(comparisons))
    print(next_commands(*(["report", path_word(folder)] for folder in folders)))


class _Comparisons(NamedTuple):
    compared: list[Comparison]
    """Those with a cell in common; at least one."""
    every: list[Comparison]
    """Also those without one, and those of agents that only one folder has."""
    reasons: list[str]
    """Why agents that both folders have are not compared, in sentences."""


def _comparisons(folders: Sequence[Path], agents: Sequence[str]) -> _Comparisons:
    """The two agents to compare, or every agent that two folders share."""
    from seq_agents.experiments.results_folder import Folder
    from seq_agents.report.comparison import compared, why_nothing_shared
    from seq_agents.report.outcome import names_of, of, outcomes

    done = [outcomes(Folder.open(folder)) for folder in folders]
    names = [names_of(outcomes_there) for outcomes_there in done]
    for folder, there in zip(folders, names, strict=True):
        if not there:
            raise Refused(f"{folder} has no finished cell yet")
    chosen = _chosen_agents(folders, names, agents)
    alone: list[str] = []
    if not agents and len(folders) == 2:
        alone = [name for side in (0, 1) for name in names[side] if name not in {pair[side] for pair in chosen}]
    comparisons = [
        compared(first, of(done[0], name=first), second, of(done[-1], name=second)) for first, second in chosen
    ]
    with_pairs = [comparison for comparison in comparisons if comparison.pairs]
    without = [comparison for comparison in comparisons if not comparison.pairs]
    if not with_pairs:
        raise Refused(f"there is nothing to compare: {why_nothing_shared(without[0])}")
    reasons = [
        f"{comparison.first} is not compared, since no cell is in both: {why_nothing_shared(comparison)}."
        for comparison in without
    ]
    if len(with_pairs) == 1 and len(folders) == 2:
        [only] = with_pairs
        with_pairs = [
            dataclasses.replace(only, first=f"{only.first} in {folders[0]}", second=f"{only.second} in {folders[1]}")
        ]
    only_one = [compared(name, of(done[0], name=name), name, of(done[1], name=name)) for name in alone]
    return _Comparisons(with_pairs, [*comparisons, *only_one], reasons)


def _chosen_agents(
    folders: Sequence[Path], names: Sequence[Sequence[str]], agents: Sequence[str]
) -> list[tuple[str, str]]:
    """The agents to compare, as pairs.

    Args:
        folders: one or two.
        names: the agents of each folder.
        agents: those that were asked for; may be empty.

    Raises:
        Refused: an agent is not there, or it is not clear which ones are meant.
    """
    from seq_agents.menu import did_you_mean

    for place, agent in enumerate(agents):
        at = place % len(folders) if len(agents) == 2 else 0
        for folder, there in list(zip(folders, names, strict=True))[at : at + 1 if len(agents) == 2 else None]:
            if agent not in there:
                hint = did_you_mean(agent, there)
                raise Refused(f"{folder} has no agent {agent!r}{hint}; its agents are {', '.join(there)}")
    if len(agents) > 2:
        raise Refused(f"--agents takes two names, got {len(agents)}: {', '.join(agents)}")
    if len(agents) == 2:
        if len(folders) == 1 and agents[0] == agents[1]:
            raise Refused(f"--agents must name two agents of {folders[0]}, got {agents[0]} twice")
        return [(agents[0], agents[1])]
    if len(folders) == 1:
        if len(names[0]) == 2 and not agents:
            return [(names[0][0], names[0][1])]
        raise Refused(
            f"--agents must name two agents of {folders[0]}: {', '.join(names[0])}"
            if len(names[0]) > 1
            else f"{folders[0]} has one agent, {names[0][0]}: name a second folder to compare it with",
            partial(_with_agents, names[0]) if len(names[0]) > 1 else None,
        )
    if agents:
        return [(agents[0], agents[0])]
    if len(names[0]) == len(names[1]) == 1:
        return [(names[0][0], names[1][0])]
    shared = [name for name in names[0] if name in names[1]]
    if not shared:
        raise Refused(
            f"the folders share no agent: {folders[0]} has {', '.join(names[0])}, and {folders[1]} has "
            f"{', '.join(names[1])}; --agents NAME NAME names an agent of each",
            partial(_with_agents, [names[0][0], names[1][0]]),
        )
    return [(name, name) for name in shared]


def _with_agents(names: Sequence[str], typed: Arguments) -> Arguments:
    """The arguments with two agents."""
    without = typed[: typed.index("--agents")] if "--agents" in typed else typed
    return [*without, "--agents", *names[:2]]


def _print_text(text: str) -> None:
    """Print a paragraph, as wide as the terminal at most."""
    from seq_agents.cli.terminal import wrapped

    print(f"{wrapped(text)}\n")
