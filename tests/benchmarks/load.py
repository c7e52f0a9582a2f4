"""What the package bears: very many steps, lanes, envs, threads and processes, and saves that are broken off.

    python tests/benchmarks/load.py [ROW ...] [--long]

Each row runs in a process of its own, so that its peak of memory is its own. "growth" is how much more memory the
process holds at the end of the row than after its first tenth: what leaks grows there. A row fails the whole script if
what it plays is not what it must be, or if memory grows by more than `MOST_GROWTH`. `--long` adds rows of many minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AsyncVectorEnv, AutoresetMode

import seq_envs

MOST_GROWTH = 8.0
"""MB: what the allocator may keep for itself."""
MODES = [mode.value for mode in AutoresetMode]


def memory() -> float:
    """MB that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Meter:
    """Notes the memory after the first tenth of a row's work."""

    def __init__(self) -> None:
        self.first: float | None = None

    def over(self, times: int) -> Any:
        """range(times), with the note taken on the way."""
        for time_ in range(times):
            if time_ == times // 10:
                self.first = memory()
            yield time_


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
    played = calls * lanes * (10 / 11 if mode == "NextStep" else 1)  # Every eleventh only shows the next episode.
    scored = 0.9 * played
    luck = 5 * (0.09 * scored) ** 0.5 + lanes
    assert abs(earned - scored / 10) < luck, "a constant answer earns a tenth of the scored steps"
    return f"{calls * lanes / seconds / 1e6:.1f} million steps/s"


def scalar_steps(meter: Meter, count: int) -> str:
    env = gymnasium.make("SeqEcho-v0", encoding="discrete")
    env.reset(seed=0)
    start = time.perf_counter()
    for _ in meter.over(count):
        if env.step(3)[2]:
            env.reset()
    return f"{count / (time.perf_counter() - start) / 1e6:.2f} million steps/s"


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
    return f"{int(scored.sum()):,} answers scored, all right"


# Many envs.


def many_envs(meter: Meter, count: int, together: bool) -> str:
    ids = list(seq_envs.MENU)
    handles = len(os.listdir("/proc/self/fd"))
    kept = []
    for number in meter.over(count):
        env = gymnasium.make(ids[number % len(ids)])
        envs = gymnasium.make_vec(ids[number % len(ids)], 4)
        for one in (env, envs):
            one.reset(seed=number)
            for _ in range(3):
                one.step(one.action_space.sample())
        kept.append((env, envs))
        if not together:
            for one in kept.pop():
                one.close()
    for pair in kept:
        for one in pair:
            one.close()
    assert len(os.listdir("/proc/self/fd")) == handles
    assert threading.active_count() == 1
    return "no file, thread or process left"


# Threads and processes.


def trace(envs: Any, calls: int) -> bytes:
    """Everything that some steps give."""
    told = [envs.reset(seed=7)[0].tobytes()]
    rng = np.random.default_rng(7)
    for _ in range(calls):
        observations, rewards, over, _, infos = envs.step(rng.integers(10, size=envs.num_envs))
        told += [observations.tobytes(), rewards.tobytes(), over.tobytes(), repr(sorted(infos)).encode()]
    return b"".join(told)


def threads(meter: Meter, rounds: int, count: int, calls: int) -> str:
    alone = trace(gymnasium.make_vec("SeqEcho-v0", 64), calls)
    right: list[bool] = []
    for _ in meter.over(rounds):
        working = [
            threading.Thread(target=lambda: right.append(trace(gymnasium.make_vec("SeqEcho-v0", 64), calls) == alone))
            for _ in range(count)
        ]
        for one in working:
            one.start()
        for one in working:
            one.join()
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


def _run(folder: Path) -> Any:
    import torch
    from seq_agents.runs import Config, Run

    torch.set_num_threads(1)
    settings = {"hidden": 64, "updates": 10}
    return Run.create(folder / "run", Config.of("lstm", "SeqEcho-v0", {}, settings=settings))


def killed_saves(meter: Meter, kills: int, with_signal: int) -> str:
    """A process that does nothing but save is ended at a random moment; what is there is loaded each time."""
    from seq_agents.runs import alone_in

    with tempfile.TemporaryDirectory() as folder:
        run = _run(Path(folder))
        learner, luck = run.config.learner(), random.Random(0)
        run.save(learner, [[0.0, 1, 0.5]])
        begun, saves = 1, 0
        for _ in meter.over(kills):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Until the child knows what to do with it.
            child = os.fork()
            if child == 0:
                _save_for_ever(run, learner, begun)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            time.sleep(luck.uniform(0.005, 0.06))
            os.kill(child, with_signal)
            os.waitpid(child, 0)
            curve = run.load(run.config.learner())
            assert curve == [[float(row), row + 1, 0.5] for row in range(len(curve))], "of one save, and whole"
            assert len(curve) >= begun, "what was saved is never lost"
            saves, begun = saves + len(curve) - begun, len(curve)
        unfinished = len(list(run.path.glob("*.tmp")))
        with alone_in(run.path):
            assert not list(run.path.glob("*.tmp")), "whoever comes next sweeps"
        assert saves > 0, "they were ended before they could save"
    return f"{saves:,} saves, loaded each time; {unfinished} ended in the middle of a file"


def _save_for_ever(run: Any, learner: Any, rows: int) -> None:
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        while True:
            rows += 1
            run.save(learner, [[float(row), row + 1, 0.5] for row in range(rows)])
    except KeyboardInterrupt:
        pass
    finally:
        os._exit(0)


def full_disk(meter: Meter) -> str:
    """A file system of one megabyte that others fill: saves fail until there is room, and what was saved stays."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
        if mounted.returncode:
            return "not run: no file system can be mounted here"
        try:
            run = _run(Path(folder))
            learner = run.config.learner()
            run.save(learner, [[0.0, 1, 0.5]])
            refused = 0
            for room in meter.over(200):
                filler = Path(folder) / "filler"
                filler.write_bytes(b"")
                free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
                filler.write_bytes(bytes(max(free - 4096 * (room % 50), 0)))
                try:
                    run.save(learner, [[0.0, 1, 0.5], [1.0, 2, 0.5]])
                except OSError:
                    refused += 1
                assert run.load(run.config.learner())[0] == [0.0, 1, 0.5]
                assert not list(run.path.glob("*.tmp"))
            assert 0 < refused < 200
            return f"{refused} of 200 saves refused, the last one saved loaded each time"
        finally:
            subprocess.run(["umount", folder], check=True)


ROWS: dict[str, Callable[[Meter], str]] = {
    **{
        f"100 million steps, 1,024 lanes, {mode}, {encoding}": (
            lambda meter, mode=mode, encoding=encoding: steps(meter, 100_000_000, 1024, mode, encoding)
        )
        for mode in MODES
        for encoding in ("discrete", "one_hot")
    },
    "10 million steps of one env": lambda meter: scalar_steps(meter, 10_000_000),
    "65,536 lanes, 100 million steps, SameStep": lambda meter: steps(meter, 100_000_000, 65_536, "SameStep", "one_hot"),
    "65,536 lanes, 100 million steps, NextStep": lambda meter: steps(meter, 100_000_000, 65_536, "NextStep", "one_hot"),
    **{f"an episode of a million steps, {id}": (lambda meter, id=id: long_episode(meter, id)) for id in LONG},
    "1,000 envs and 1,000 vector envs, one by one": lambda meter: many_envs(meter, 1000, together=False),
    "1,000 envs and 1,000 vector envs at once": lambda meter: many_envs(meter, 1000, together=True),
    "32 threads, 100 calls of 64 lanes, 50 times": lambda meter: threads(meter, 50, 32, 100),
    "AsyncVectorEnv by fork, 8 workers": lambda meter: processes(meter, "fork", 8, 5000),
    "AsyncVectorEnv by spawn, 8 workers": lambda meter: processes(meter, "spawn", 8, 5000),
    "saves ended by SIGKILL, 500 times": lambda meter: killed_saves(meter, 500, signal.SIGKILL),
    "saves ended by SIGINT, 500 times": lambda meter: killed_saves(meter, 500, signal.SIGINT),
    "saves on a disk of 1 MB that is full": full_disk,
}
LONG_ROWS: dict[str, Callable[[Meter], str]] = {
    "100 million calls of step, 16 lanes": lambda meter: steps(meter, 1_600_000_000, 16, "SameStep", "discrete"),
}
MAY_GROW = {"1,000 envs and 1,000 vector envs at once"}


def run_row(name: str) -> None:
    """Run one row here, and print its figures as JSON."""
    meter = Meter()
    start = time.perf_counter()
    said = {**ROWS, **LONG_ROWS}[name](meter)
    seconds, now = time.perf_counter() - start, memory()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    growth = 0.0 if meter.first is None else now - meter.first
    print(json.dumps({"seconds": seconds, "peak": peak, "growth": growth, "said": said}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", help="rows whose names begin so; all if none is given")
    parser.add_argument("--long", action="store_true", help="rows of many minutes too")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.here:
        run_row(chosen.here)
        return
    names = [*ROWS, *(LONG_ROWS if chosen.long else {})]
    names = [name for name in names if not chosen.rows or name.startswith(tuple(chosen.rows))]
    print(f"{'':58}{'s':>8}{'peak MB':>9}{'growth MB':>11}")
    wrong = 0
    for name in names:
        done = subprocess.run([sys.executable, __file__, "--here", name], capture_output=True, text=True, check=False)
        if done.returncode:
            wrong += 1
            print(f"{name:58}FAILED\n{done.stderr}")
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        grew = row["growth"] > MOST_GROWTH and name not in MAY_GROW
        wrong += grew
        figures = f"{row['seconds']:8.1f}{row['peak']:9.0f}{row['growth']:11.1f}"
        print(f"{name:58}{figures}  {row['said']}{'  GROWS' if grew else ''}", flush=True)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
