"""A campaign on the ladder: every fault of the home-made PPO and sound agents, over seeds. It continues where it ended.

    python tests/support/ladder_campaign.py FOLDER [--seeds 5] [--healthy 20] [--faults NAME ...]

Each climb adds a line to FOLDER/climbs.txt: the agent, its discount, its seed, where it broke and in how many seconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from home_made_ppo import FAULTS, HomeMadePPO
from seq_agents.ladder import climb

GAMMAS = (0.0, 0.99)
"""The discounts of agents on the ladder without the rungs of credit."""
GAMMAS_OF_CREDIT = (0.99, 1.0)
"""The discounts of agents with the rungs of credit too."""
HEALTHY = "healthy"
HEALTHY_SETTINGS = (
    (False, 0.0, False, "SameStep"),
    (True, 0.99, False, "SameStep"),
    (True, 0.99, True, "SameStep"),
    (True, 0.99, True, "NextStep"),
    (True, 1.0, True, "SameStep"),
    (True, 1.0, True, "NextStep"),
)
"""Rungs of credit or not, the discount, hooks or not, and autoreset: each seed of sound agents takes the next."""


def climbs(seeds: int, healthy: int, faults: list[str], *, from_the_rung: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """A label of each climb, and its settings: all faults with one seed, and so on."""
    for seed in range(max(seeds, healthy)):
        if seed < healthy and HEALTHY in faults:
            credit, gamma, hooks, autoreset = HEALTHY_SETTINGS[seed % len(HEALTHY_SETTINGS)]
            label = f"{HEALTHY}{' hooks' if hooks else ''} {autoreset} gamma {gamma} seed {seed}"
            agent = HomeMadePPO(autoreset=autoreset, gamma=gamma, hooks=hooks)
            yield label, {"agent": agent, "seed": seed, "credit": credit}
        for name, fault in FAULTS.items():
            for gamma in GAMMAS_OF_CREDIT if fault.credit else GAMMAS:
                if seed < seeds and name in faults:
                    agent = HomeMadePPO(name, gamma, hooks=fault.hooks, **dict(fault.env))
                    start = fault.first if from_the_rung else 1
                    label = f"{name} gamma {gamma} seed {seed}"
                    yield label, {"agent": agent, "seed": seed, "start": start, "credit": fault.credit}


def main() -> None:
    """Run what is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--healthy", type=int, default=20)
    parser.add_argument("--faults", nargs="*", default=[HEALTHY, *FAULTS])
    parser.add_argument("--from-the-rung", action="store_true", help="start at the rung that must fail")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    record = chosen.folder / "climbs.txt"
    done = {line.split("\t")[0] for line in record.read_text().splitlines()} if record.exists() else set()
    for label, setting in climbs(chosen.seeds, chosen.healthy, chosen.faults, from_the_rung=chosen.from_the_rung):
        if label in done:
            continue
        start = time.perf_counter()
        agent = setting.pop("agent")
        climbed = climb(agent, agent.rollout, **setting)
        fault = FAULTS.get(agent.fault)
        broken = climbed.broken_at
        if fault is None:
            right = broken is None
        else:
            right = broken is not None and broken.name in fault.rungs and fault.cause in broken.means
        retried = [f"{result.name} x{result.tries}" for result in climbed.results if result.tries > 1]
        found = "passed" if broken is None else f"{broken.name} ({broken.note})"
        seconds = time.perf_counter() - start
        line = f"{label}\t{'right' if right else 'WRONG'}\t{found}\t{', '.join(retried)}\t{seconds:.0f} s\n"
        with record.open("a") as file:
            file.write(line)
        print(line, end="", flush=True)


if __name__ == "__main__":
    main()
