"""`seq-envs compare` and `reproduce`."""

from __future__ import annotations

import argparse
from pathlib import Path

import seq_envs
from seq_agents.cli.modules import import_from as import_from
from seq_agents.cli.options import Command, add_parameters, count, parameters, seed
from seq_agents.errors import Refused


def add_commands(command: Command) -> None:
    """Add the commands."""
    compare = command("compare", _compare, "train RecurrentPPO, a supervised LSTM and a control: one table")
    compare.add_argument("id", metavar="ID", nargs="?", default="SeqEcho-v0", help="(default: SeqEcho-v0)")
    compare.add_argument("--seed", type=seed, default=0, help="of the training (default: 0)")
    compare.add_argument("--episodes", type=count, default=10_000, help="to evaluate on (default: 10000)")
    add_parameters(compare)

    reproduce = command("reproduce", _reproduce, "run named experiments over seeds into a folder of results")
    reproduce.add_argument("recipes", metavar="NAME", nargs="*", help="or a pattern; none: list them")
    reproduce.add_argument("--out", type=Path, default=Path("results"), help="folder (default: results)")
    reproduce.add_argument("--seeds", type=count, help="how many (default: as each recipe says)")
    reproduce.add_argument("--jobs", type=count, default=1, help="at once (default: 1)")
    reproduce.add_argument("--episodes", type=count, default=10_000, help="to evaluate on (default: 10000)")


def _compare(chosen: argparse.Namespace) -> None:
    """Train RecurrentPPO, a supervised LSTM and a control without memory: one table."""
    import torch

    from seq_agents.cli.result_table import result_table
    from seq_agents.cli.terminal import print_table
    from seq_agents.experiments.compare import WHO, compare

    torch.set_num_threads(1)
    given = parameters(chosen.id, chosen)
    problem = seq_envs.make_problem(chosen.id, **given)
    print_table(result_table(problem, compare(chosen.id, chosen.seed, chosen.episodes, **given), WHO))


def _reproduce(chosen: argparse.Namespace) -> None:
    """Run named recipes into a folder of results; without names, list what there is."""
    from seq_agents.experiments.recipes import chosen as recipes_of
    from seq_agents.experiments.recipes import recipes
    from seq_agents.experiments.reproduce import reproduce

    if not chosen.recipes:
        for name, recipe in recipes().items():
            print(f"{name:34} {recipe.reported}".rstrip())
        print("\nseq-envs reproduce NAME ... runs them; a NAME may be a pattern, as 'tutorial-*'.")
        return
    failed = reproduce(recipes_of(chosen.recipes), chosen.out, chosen.seeds, chosen.jobs, episodes=chosen.episodes)
    print(f"{chosen.out / 'README.md'}: the table; a JSON file for each recipe is beside it.")
    if failed:
        raise Refused("some failed; the others are done:\n" + "\n".join(failed))
