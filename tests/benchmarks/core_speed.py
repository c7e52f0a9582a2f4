"""Seconds of forward and backward by memory core, as ratios to torch's LSTM, and against the core's own steps.

    python tests/benchmarks/core_speed.py [CORE ...] [--rounds 3] [--steps 10 100 1000]

Each core reads 64 sequences of 64 features with 64 units, its default settings and one thread. Each round measures
torch's LSTM and each core once, one after the other; a figure is the median over rounds, and a ratio the median of
ratios within rounds, so that a machine whose speed changes slows both sides alike. The last column compares one call
with the same core called for one step after another, measured once.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from seq_agents.cores import CORES
from torch import Tensor, nn

import seq_envs

BATCH, FEATURES = 64, 64
Run = Callable[[], Tensor]


def seconds(run: Run) -> float:
    """Seconds of one forward and backward pass."""
    start = time.perf_counter()
    run().backward()
    return time.perf_counter() - start


def runs(name: str, inputs: Tensor) -> tuple[Run, Run]:
    """A core that reads all inputs in one call, and step by step."""
    core = CORES[name].build(FEATURES, CORES[name].settings_type(), seq_envs.make_problem("SeqEcho-v0"))

    def in_one_call() -> Tensor:
        return core(inputs, core.initial_state(BATCH))[0].square().mean()

    def step_by_step() -> Tensor:
        state, outputs = core.initial_state(BATCH), []
        for step in inputs.split(1, dim=1):
            output, state = core(step, state)
            outputs.append(output)
        return torch.cat(outputs, dim=1).square().mean()

    return in_one_call, step_by_step


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("cores", nargs="*", default=list(CORES), help="default: all cores")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--steps", type=int, nargs="+", default=[10, 100, 1000])
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    lstm = nn.LSTM(FEATURES, 64, batch_first=True)
    print(f"{'':14}{'T':>6}{'ms':>10}{'to LSTM':>10}{'steps to call':>15}")
    for steps in chosen.steps:
        inputs = torch.randn(BATCH, steps, FEATURES)
        table = {name: runs(name, inputs) for name in chosen.cores}
        seen: dict[str, list[tuple[float, float]]] = {name: [] for name in table}
        for counted in range(-1, chosen.rounds):
            for name, (run, _) in table.items():
                pair = seconds(run), seconds(lambda inputs=inputs: lstm(inputs)[0].square().mean())
                if counted >= 0:  # The first, which is slower, is not counted.
                    seen[name].append(pair)
        for name, pairs in seen.items():
            one_call = statistics.median(ours for ours, _ in pairs)
            ratio = statistics.median(ours / theirs for ours, theirs in pairs)
            own_steps = seconds(table[name][1]) / one_call
            print(f"{name:14}{steps:6}{1000 * one_call:10.1f}{ratio:10.2f}{own_steps:15.1f}", flush=True)


if __name__ == "__main__":
    main()
