"""Steps per second of the scalar and the vector env, as ratios to the fastest thing that does the same job.

    python tests/benchmarks/step_speed.py [--seconds 0.3] [--rounds 5] [--profile]

Every figure includes sampling, checked actions, grading and resets. The baseline of the scalar env is an empty env that
returns constants, wrapped as `gymnasium.make` wraps ours; that of vector envs is `SyncVectorEnv` of 64 such envs; that
of 8,192 lanes is numpy, which draws as many symbols and does nothing else. Each round measures every row once, in the
processor time of the thread; a row's figure is the median over rounds, and its ratio is the median of the ratios within
rounds, so that a machine whose speed changes slows both sides alike.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

import seq_envs

EPISODE_STEPS = 10  # Of an empty env and of the default SeqEcho.
Row = tuple[Callable[[], int], str | None, float | None]
"""What to run, the row that it is compared with, and the goal for the ratio."""


class Empty(gymnasium.Env[Any, Any]):
    """The interface, constants, and an end after ten steps."""

    def __init__(self, encoding: str) -> None:
        self.observation_space = seq_envs.make_problem("SeqEcho-v0", encoding=encoding).observation_space
        self.action_space = spaces.Discrete(10)
        self._observation = np.int64(0) if encoding == "discrete" else np.zeros(10, np.float32)
        self._step = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._step = 0
        return self._observation, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._step += 1
        return self._observation, 0.0, self._step == EPISODE_STEPS, False, {}


gymnasium.register("Empty-v0", entry_point=Empty, disable_env_checker=False)


def scalar(env: gymnasium.Env[Any, Any]) -> Callable[[], int]:
    """A run of 100 episodes, which returns the number of its steps."""
    env.reset(seed=0)
    warnings.simplefilter("ignore")  # Gymnasium warns that the empty env returns one array again and again.

    def run() -> int:
        step = env.step
        for _ in range(100 * EPISODE_STEPS):
            if step(3)[2]:
                env.reset()
        return 100 * EPISODE_STEPS

    return run


def vector(envs: Any) -> Callable[[], int]:
    """A run of steps of all lanes, a whole block of a native env, which returns the number of its env-steps."""
    envs.reset(seed=0)
    actions = np.array(envs.action_space.sample())
    steps = 10 if isinstance(envs, gymnasium.vector.SyncVectorEnv) else 2040

    def run() -> int:
        for _ in range(steps):
            envs.step(actions)
        return steps * int(envs.num_envs)

    return run


def draws() -> int:
    """Numpy draws blocks of symbols as SeqEcho does; the number of symbols."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        rng.integers(10, size=(204, 10), dtype=np.uint8)
    return 100 * 2040


def rows() -> dict[str, Row]:
    """The table, by the name of each row."""
    table: dict[str, Row] = {"numpy draws a symbol": (draws, None, None)}
    for encoding in ("discrete", "one_hot"):
        empty = f"make, empty, {encoding}"
        table[empty] = scalar(gymnasium.make("Empty-v0", encoding=encoding)), None, None
        ours = scalar(gymnasium.make("SeqEcho-v0", encoding=encoding))
        table[f"make, SeqEcho-v0, {encoding}"] = ours, empty, 0.5
        sync = f"SyncVectorEnv, 64 empty, {encoding}"
        table[sync] = vector(gymnasium.make_vec("Empty-v0", 64, "sync", encoding=encoding)), None, None
        for lanes in (16, 64, 1024, 8192):
            for mode in ("SameStep", "NextStep"):
                envs = gymnasium.make_vec("SeqEcho-v0", lanes, encoding=encoding, autoreset_mode=mode)
                goals = {64: 12.0, 1024: 87.0 if encoding == "discrete" else 45.0}
                table[f"native, {lanes} lanes, {mode}, {encoding}"] = vector(envs), sync, goals.get(lanes)
                if lanes == 8192 and encoding == "discrete":
                    name = f"the same, {lanes} lanes, {mode}, to numpy"
                    table[name] = table[f"native, {lanes} lanes, {mode}, {encoding}"][0], "numpy draws a symbol", None
        ragged = gymnasium.make_vec("SeqEcho-v0", 1024, encoding=encoding, length=(5, 20))
        table[f"native, 1024 lanes, lengths 5-20, {encoding}"] = vector(ragged), sync, None
    return table


def measure(run: Callable[[], int], seconds: float) -> float:
    """Seconds of processor time per env-step."""
    steps, start = 0, time.thread_time()
    while (spent := time.thread_time() - start) < seconds:
        steps += run()
    return spent / steps


def import_cost(rounds: int) -> float:
    """Milliseconds of `import seq_envs` after `import gymnasium`, in fresh interpreters: the median."""
    code = "import time, gymnasium; t = time.perf_counter(); import seq_envs; print(time.perf_counter() - t)"

    def import_once() -> float:
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)

    return 1000 * statistics.median(import_once() for _ in range(max(rounds, 5)))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seconds", type=float, default=0.3, help="for each row of each round")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument(
        "--profile", action="store_true", help="instead: where a step of 1,024 lanes spends its time"
    )
    chosen = arguments.parse_args()
    if chosen.profile:
        for encoding in ("discrete", "one_hot"):
            run = vector(gymnasium.make_vec("SeqEcho-v0", 1024, encoding=encoding, autoreset_mode="SameStep"))
            with cProfile.Profile() as profile:
                for _ in range(10):
                    run()
            pstats.Stats(profile).sort_stats("tottime").print_stats(14)
        return
    table = rows()
    seen: dict[str, list[float]] = {name: [] for name in table}
    for _ in range(chosen.rounds):
        for name, (run, _, _) in table.items():
            seen[name].append(measure(run, chosen.seconds))
    print(f"{'':44}{'ns per env-step':>16}{'million/s':>11}{'ratio':>8}{'goal':>7}")
    for name, (_, base, goal) in table.items():
        seconds = statistics.median(seen[name])
        line = f"{name:44}{seconds * 1e9:16.1f}{1e-6 / seconds:11.3f}"
        if base is not None:
            ratio = statistics.median(theirs / ours for theirs, ours in zip(seen[base], seen[name], strict=True))
            line += f"{ratio:8.2f}" + (f"{goal:7g}" if goal else "")
        print(line)
    print(f"import seq_envs over import gymnasium: {import_cost(chosen.rounds):.1f} ms (goal: at most 20)")


if __name__ == "__main__":
    main()
