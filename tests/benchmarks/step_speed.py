"""Steps per second of the scalar and the vector env, as ratios to empty envs measured in the same run.

    python tests/benchmarks/step_speed.py [--seconds 0.3] [--rounds 5] [--profile]

Every figure includes sampling, checked actions, grading and resets. An empty env returns constants and ends its episode
after ten steps. Each round measures every row once; a row's figure is the median over rounds, and its ratio is the
median of the ratios within rounds, so that a drifting machine moves both sides alike.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

import seq_envs

ROUND = 10  # Steps of an episode, here and in the default SeqEcho.


class Empty(gymnasium.Env[Any, Any]):
    """Nothing but the interface."""

    def __init__(self, encoding: str) -> None:
        self.observation_space = seq_envs.make_problem("SeqEcho-v0", encoding=encoding).observation_space
        self.action_space = spaces.Discrete(10)
        self._observation = (
            np.int64(0) if encoding == "discrete" else np.zeros(self.observation_space.shape or (), np.float32)
        )
        self._step = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._step = 0
        return self._observation.copy(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._step += 1
        return self._observation.copy(), 0.0, self._step == ROUND, False, {}


gymnasium.register("Empty-v0", entry_point=Empty, disable_env_checker=False)


def scalar(env: gymnasium.Env[Any, Any]) -> Callable[[], int]:
    """A chunk of 100 episodes, and how many steps it takes."""
    env.reset(seed=0)

    def chunk() -> int:
        step = env.step
        for _ in range(100 * ROUND):
            if step(3)[2]:
                env.reset()
        return 100 * ROUND

    return chunk


def vector(envs: Any) -> Callable[[], int]:
    """A chunk of steps of all lanes, a whole number of blocks long on average."""
    envs.reset(seed=0)
    actions = np.array(envs.action_space.sample())
    steps = 10 if isinstance(envs, gymnasium.vector.SyncVectorEnv) else max(20, 1_000_000 // envs.num_envs)

    def chunk() -> int:
        for _ in range(steps):
            envs.step(actions)
        return steps * int(envs.num_envs)

    return chunk


def rows() -> dict[str, tuple[Callable[[], int], str | None, float | None]]:
    """Name: what to run, the row it is compared with, the goal for the ratio."""
    table: dict[str, tuple[Callable[[], int], str | None, float | None]] = {}
    for encoding in ("discrete", "one_hot"):
        empty = f"make, empty, {encoding}"
        table[empty] = scalar(gymnasium.make("Empty-v0", encoding=encoding)), None, None
        table[f"make, SeqEcho-v0, {encoding}"] = (
            scalar(gymnasium.make("SeqEcho-v0", encoding=encoding)), empty, 0.5,
        )  # fmt: skip
        empty = f"SyncVectorEnv, 64 empty, {encoding}"
        table[empty] = vector(gymnasium.make_vec("Empty-v0", 64, "sync", encoding=encoding)), None, None
        for lanes in (64, 1024, 16384):
            for mode in ("SameStep", "NextStep"):
                envs = gymnasium.make_vec("SeqEcho-v0", lanes, encoding=encoding, autoreset_mode=mode)
                goal = {"discrete": 60.0, "one_hot": 30.0}[encoding] if lanes == 1024 else None
                table[f"native, {lanes} lanes, {mode}, {encoding}"] = vector(envs), empty, goal
    return table


def measure(chunk: Callable[[], int], seconds: float) -> float:
    """Seconds per env-step."""
    steps, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        steps += chunk()
    return spent / steps


def import_cost(rounds: int) -> float:
    """Milliseconds of `import seq_envs` over `import gymnasium`, in fresh interpreters: the median difference."""

    def once(module: str) -> float:
        code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)

    return 1000 * statistics.median(once("gymnasium, seq_envs") - once("gymnasium") for _ in range(max(rounds, 5)))


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
            chunk = vector(gymnasium.make_vec("SeqEcho-v0", 1024, encoding=encoding, autoreset_mode="SameStep"))
            with cProfile.Profile() as profile:
                for _ in range(10):
                    chunk()
            pstats.Stats(profile).sort_stats("tottime").print_stats(14)
        return
    table = rows()
    seen: dict[str, list[float]] = {name: [] for name in table}
    for _ in range(chosen.rounds):
        for name, (chunk, _, _) in table.items():
            seen[name].append(measure(chunk, chosen.seconds))
    print(f"{'':44}{'ns per env-step':>16}{'million/s':>11}{'ratio':>8}{'goal':>7}")
    for name, (_, base, goal) in table.items():
        seconds = statistics.median(seen[name])
        line = f"{name:44}{seconds * 1e9:16.1f}{1e-6 / seconds:11.3f}"
        if base is not None:
            ratio = statistics.median(b / s for b, s in zip(seen[base], seen[name], strict=True))
            line += f"{ratio:8.2f}" + (f"{goal:7g}" if goal else "")
        print(line)
    print(f"import seq_envs over import gymnasium: {import_cost(chosen.rounds):.1f} ms (goal: at most 30)")


if __name__ == "__main__":
    main()
