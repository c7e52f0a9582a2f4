"""Load: very many steps, lanes, envs, threads and processes, and saves that a signal or a full disk breaks off.

    python tests/benchmarks/load.py [ROW ...] [--long]

Each row runs in a separate process, so its peak of memory is that of the row. "growth" is the memory after the last
repetition minus the memory after the first tenth of them; a leak appears there. A row fails if its episodes are wrong
or if memory grows by more than `MOST_GROWTH`, and then the exit code is 1. `--long` adds rows of many minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AsyncVectorEnv, AutoresetMode

import seq_envs

MOST_GROWTH = 8.0
"""MB that the allocator may keep."""
MODES = [mode.value for mode in AutoresetMode]


def memory() -> float:
    """The resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Meter:
    """Measures the memory after the first tenth of a row's repetitions and after the last."""

    def __init__(self) -> None:
        self.first = self.last = 0.0

    def over(self, times: int) -> Iterator[int]:
        """Yield 0 ... times-1, and measure on the way."""
        for repetition in range(times):
            if repetition == times // 10:
                self.first = memory()
            yield repetition
        self.last = memory()


# Many steps.


def steps(meter: Meter, count: int, lanes: int, mode: str, encoding: str) -> str:
    envs = gymnasium.make_vec("SeqEcho-v0", lanes, autoreset_mode=mode, encoding=encoding)
    envs.reset(seed=0)
    actions = np.array(envs.action_space.sample())
    calls, earned, start = -(-count // lanes), 0.0, time.perf_counter()
    for _ in meter.over(calls):
        _, rewards, over, _, _ = envs.step(actions)
        earned += rewards.sum()
        if mode == "Disabled" and over[0]:
            envs.reset(options={"reset_mask": over})
    seconds = time.perf_counter() - start
    played = calls * lanes * (10 / 11 if mode == "NextStep" else 1)  # Every eleventh step only starts the next episode.
    scored = 0.9 * played
    luck = 5 * (0.09 * scored) ** 0.5 + lanes
    assert abs(earned - scored / 10) < luck, "a constant answer earns a tenth of the scored steps"
    return f"{calls * lanes / seconds / 1e6:.1f} M steps/s"


def scalar_steps(meter: Meter, count: int) -> str:
    env = gymnasium.make("SeqEcho-v0", encoding="discrete")
    env.reset(seed=0)
    start = time.perf_counter()
    for _ in meter.over(count):
        if env.step(3)[2]:
            env.reset()
    return f"{count / (time.perf_counter() - start) / 1e6:.2f} M steps/s"


# Long episodes.

LONG: dict[str, dict[str, Any]] = {
    "SeqEcho-v0": {"length": 1_000_000, "lag": 999_999, "encoding": "discrete"},
    "SeqCopy-v0": {"length": 400_000, "delay": 200_000, "encoding": "discrete"},
    "SeqMemorize-v0": {"length": 1_000_001, "encoding": "discrete"},
    "SeqClassify-v0": {"length": 1_000_000},
    "SeqNext-v0": {"length": 1_000_001},
}
"""Settings with episodes of a million steps."""


def long_episode(meter: Meter, id: str) -> str:
    """One episode, every answer right."""
    problem = seq_envs.make_problem(id, **LONG[id])
    _, targets, scored, _ = seq_envs.sample(problem, 1, seed=0)
    env = gymnasium.make(id, **LONG[id])
    env.reset(seed=0)
    answers, over = targets[0], False
    for step in meter.over(1_000_000):
        assert not over, "it is over too early"
        _, _, over, _, info = env.step(answers[step])
    assert over
    assert info == {"is_success": True, "accuracy": 1.0}
    return f"all right, {int(scored.sum()):,} of them scored"


# Many envs.


def many_envs(meter: Meter, count: int, together: bool) -> str:
    ids = list(seq_envs.MENU)
    handles = len(os.listdir("/proc/self/fd"))
    kept = []
    for number in meter.over(count):
        env = gymnasium.make(ids[number % len(ids)])
        envs = gymnasium.make_vec(ids[number % len(ids)], 4)
        for made in (env, envs):
            made.reset(seed=number)
            for _ in range(3):
                made.step(made.action_space.sample())
        kept.append((env, envs))
        if not together:
            for made in kept.pop():
                made.close()
    for pair in kept:
        for made in pair:
            made.close()
    assert len(os.listdir("/proc/self/fd")) == handles
    assert threading.active_count() == 1
    return "no file, thread or process left"


# Threads and processes.


def trace(envs: Any, calls: int) -> bytes:
    """Everything that `reset` and some steps return, as bytes."""
    returned = [envs.reset(seed=7)[0].tobytes()]
    rng = np.random.default_rng(7)
    for _ in range(calls):
        observations, rewards, over, _, infos = envs.step(rng.integers(10, size=envs.num_envs))
        returned += [observations.tobytes(), rewards.tobytes(), over.tobytes(), repr(sorted(infos)).encode()]
    return b"".join(returned)


def threads(meter: Meter, rounds: int, count: int, calls: int) -> str:
    alone = trace(gymnasium.make_vec("SeqEcho-v0", 64), calls)
    right: list[bool] = []
    for _ in meter.over(rounds):
        working = [
            threading.Thread(target=lambda: right.append(trace(gymnasium.make_vec("SeqEcho-v0", 64), calls) == alone))
            for _ in range(count)
        ]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join()
    assert right == [True] * rounds * count
    return f"{rounds} times {count} threads, each as alone"


def processes(meter: Meter, context: str, workers: int, calls: int) -> str:
    native = gymnasium.make_vec("SeqEcho-v0", workers)
    envs = AsyncVectorEnv([lambda: gymnasium.make("seq_envs:SeqEcho-v0")] * workers, context=context)
    try:
        start = time.perf_counter()
        for _ in meter.over(10):
            assert trace(envs, calls // 10) == trace(native, calls // 10)
        return f"as the native one; {calls * workers / (time.perf_counter() - start):,.0f} steps/s"
    finally:
        envs.close()


# Saves that are broken off.


def saves() -> Any:
    """The module with which the tests break saves off; it needs torch."""
    root = Path(__file__).parents[2]
    sys.path[:0] = [str(root / "agents"), str(root / "tests" / "support")]
    import broken_saves

    return broken_saves


def ended_saves(meter: Meter, times: int, number: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        saved, unfinished = saves().ended_by(number, Path(folder), meter.over(times))
    return f"{saved:,} saves, whole each time; {unfinished} left in the middle"


def full_disk(meter: Meter, times: int) -> str:
    """A file system of one megabyte."""
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False).returncode:
            return "not run: no file system can be mounted here"
        try:
            saved, refused = saves().on_a_full_disk(Path(folder), meter.over(times))
        finally:
            subprocess.run(["umount", folder], check=True)
    return f"{saved} saves made and {refused} refused, whole each time"


ROWS: dict[str, Callable[[Meter], str]] = {
    **{
        f"100 million steps, 1,024 lanes, {mode}, {encoding}": (
            lambda meter, mode=mode, encoding=encoding: steps(meter, 100_000_000, 1024, mode, encoding)
        )
        for mode in MODES
        for encoding in ("discrete", "one_hot")
    },
    "5 million calls of step, 16 lanes": lambda meter: steps(meter, 80_000_000, 16, "SameStep", "discrete"),
    "10 million steps of one env": lambda meter: scalar_steps(meter, 10_000_000),
    "65,536 lanes, 100 million steps, SameStep": lambda meter: steps(meter, 100_000_000, 65_536, "SameStep", "one_hot"),
    "65,536 lanes, 100 million steps, NextStep": lambda meter: steps(meter, 100_000_000, 65_536, "NextStep", "one_hot"),
    **{f"an episode of a million steps, {id}": (lambda meter, id=id: long_episode(meter, id)) for id in LONG},
    "1,000 envs and 1,000 vector envs, one by one": lambda meter: many_envs(meter, 1000, together=False),
    "1,000 envs and 1,000 vector envs at once": lambda meter: many_envs(meter, 1000, together=True),
    "32 threads, 100 calls of 64 lanes, 50 times": lambda meter: threads(meter, 50, 32, 100),
    "AsyncVectorEnv by fork, 8 workers": lambda meter: processes(meter, "fork", 8, 5000),
    "AsyncVectorEnv by spawn, 8 workers": lambda meter: processes(meter, "spawn", 8, 5000),
    "saves ended by SIGKILL, 500 times": lambda meter: ended_saves(meter, 500, signal.SIGKILL),
    "saves ended by SIGINT, 500 times": lambda meter: ended_saves(meter, 500, signal.SIGINT),
    "500 saves on a disk of 1 MB that is full": lambda meter: full_disk(meter, 500),
}
LONG_ROWS: dict[str, Callable[[Meter], str]] = {
    "100 million calls of step, 16 lanes": lambda meter: steps(meter, 1_600_000_000, 16, "SameStep", "discrete"),
}
MAY_GROW = {"1,000 envs and 1,000 vector envs at once"}


def run_row(name: str) -> None:
    """Run one row here, and print its figures as JSON."""
    meter = Meter()
    start = time.perf_counter()
    message = {**ROWS, **LONG_ROWS}[name](meter)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "peak": peak, "growth": meter.last - meter.first, "message": message}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", help="beginnings of names of rows (default: all rows)")
    parser.add_argument("--long", action="store_true", help="run the rows of many minutes too")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.here:
        run_row(chosen.here)
        return
    names = [*ROWS, *(LONG_ROWS if chosen.long else {})]
    names = [name for name in names if not chosen.rows or name.startswith(tuple(chosen.rows))]
    print(f"{'':51}{'s':>8}{'peak MB':>9}{'growth MB':>11}")
    wrong = 0
    for name in names:
        done = subprocess.run([sys.executable, __file__, "--here", name], capture_output=True, text=True, check=False)
        if done.returncode:
            wrong += 1
            print(f"{name:51}FAILED\n{done.stderr}")
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        grew = row["growth"] > MOST_GROWTH and name not in MAY_GROW
        wrong += grew
        figures = f"{row['seconds']:8.1f}{row['peak']:9.0f}{row['growth']:11.1f}"
        print(f"{name:51}{figures}  {row['message']}{'  GROWS' if grew else ''}", flush=True)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
