"""Fast and stock RecurrentPPO side by side on SeqEcho-v0: time steps per second, and seconds to a score of 0.99.

    python tests/benchmarks/learn_speed.py [--rounds 5]

Three trainings have the same network and the best settings known for each (tuned.yaml): the fast algorithm; the stock
algorithm; and the stock algorithm with this package's start of the LSTM, for which it has no setting. Two others have
the standard settings, and so the same network, start, rollouts and updates. Each round trains all of them with the
round's seed, one after the other in the same process, so that a machine whose speed changes affects all alike. The
figures are medians over rounds, and the ratios are medians of the ratios within rounds. Every few thousand time steps,
the greedy policy is evaluated on 1,000 fresh episodes; the time excludes these evaluations.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from typing import Any, NamedTuple

import torch
from seq_agents.agents import make_learner
from seq_agents.learners.learner import Moment

import seq_envs

ID = "SeqEcho-v0"
DELAY_LINE = {"input_bias": 4, "forget_bias": -4, "output_bias": 4, "orthogonal": True}
STARTED_SETTINGS = {**DELAY_LINE, "steps": 30_000, "lanes": 128, "episodes": 1, "minibatches": 2, "epochs": 2}
FAST, STOCK, STARTED = "fast, tuned", "stock, tuned", "stock, our start"
FAST_STANDARD, STOCK_STANDARD = "fast, standard", "stock, standard"
STANDARD: dict[str, Any] = {"steps": 102_400, "target_kl": 0.0}  # So that both make all of their updates.
RUNS: dict[str, tuple[str, dict[str, Any], bool]] = {
    FAST: ("recurrent-ppo", {}, False),
    STOCK: ("recurrent-ppo-stock", {}, False),
    STARTED: ("recurrent-ppo-stock", STARTED_SETTINGS, False),
    FAST_STANDARD: ("recurrent-ppo", STANDARD, True),
    STOCK_STANDARD: ("recurrent-ppo-stock", STANDARD, True),
}
"""The agent, its settings, and whether those that are not given are the standard ones."""
COMPARED = ((FAST, STOCK), (FAST, STARTED), (FAST_STANDARD, STOCK_STANDARD))
SCORE = 0.99
STEPS_BETWEEN_CHECKS = 2_500


class Measured(NamedTuple):
    """One training."""

    seconds_to_score: float
    steps_to_score: float
    steps_a_second: float
    final: float


def measure(name: str, seed: int) -> Measured:
    """Train one of `RUNS` to its end."""
    agent, settings, standard = RUNS[name]
    learner = make_learner(agent, ID, seed, settings, standard=standard)
    seconds_of_checks, checked_at, reached = 0.0, 0, (math.inf, math.inf)
    start = time.perf_counter()

    def check(moment: Moment) -> None:
        nonlocal seconds_of_checks, checked_at, reached
        if moment.steps - checked_at < STEPS_BETWEEN_CHECKS or reached[0] < math.inf:
            return
        checked_at = moment.steps
        now = time.perf_counter()
        if seq_envs.evaluate(learner.policy(), ID, 1000).normalized_score >= SCORE:
            reached = (now - start - seconds_of_checks, moment.steps)
        seconds_of_checks += time.perf_counter() - now

    steps = 0

    def watch(moment: Moment) -> None:
        nonlocal steps
        steps = moment.steps
        check(moment)

    learner.learn(watch)
    seconds = time.perf_counter() - start - seconds_of_checks
    return Measured(*reached, steps / seconds, seq_envs.evaluate(learner.policy(), ID).normalized_score)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    rounds = arguments.parse_args().rounds
    torch.set_num_threads(1)
    seen: dict[str, list[Measured]] = {name: [] for name in RUNS}
    measure(FAST, 0)  # A first training, which is slower, is not counted.
    for seed in range(rounds):
        for name, measured in seen.items():
            measured.append(measure(name, seed))
    print(f"{'':18}{'s to 0.99':>10}{'steps to 0.99':>15}{'steps/s':>10}{'final':>8}")
    for name, measured in seen.items():
        middle = Measured(*(statistics.median(column) for column in zip(*measured, strict=True)))
        print(f"{name:18}{middle[0]:10.2f}{middle[1]:15,.0f}{middle[2]:10,.0f}{middle[3]:8.4f}")
    for first, other in COMPARED:
        pairs = list(zip(seen[first], seen[other], strict=True))
        quicker = statistics.median(slow.seconds_to_score / fast.seconds_to_score for fast, slow in pairs)
        faster = statistics.median(fast.steps_a_second / slow.steps_a_second for fast, slow in pairs)
        print(f"{first} against {other}: {quicker:.1f} times fewer seconds to {SCORE}, {faster:.1f} times the steps/s")


if __name__ == "__main__":
    main()
