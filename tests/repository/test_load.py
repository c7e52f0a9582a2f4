"""Many steps, lanes, envs, threads and processes: nothing grows, nothing is left behind, nothing gets mixed up.

`benchmarks/load.py` has more of everything, with its figures.
"""

from __future__ import annotations

import gc
import os
import threading
import tracemalloc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from spaces_of_settings import IDS

import seq_envs

MODES = [mode.value for mode in AutoresetMode]
HANDLES = Path("/proc/self/fd")


def player(env: Any) -> Callable[[int], None]:
    """Plays on for so many steps, through the ends of episodes."""
    env.reset(seed=0)
    env.action_space.seed(0)
    action = env.action_space.sample()

    def play(steps: int) -> None:
        for _ in range(steps):
            _, _, over, _, _ = env.step(action)
            if env.render_mode:
                env.render()
            if isinstance(over, bool) and over:
                env.reset()
            elif env.metadata.get("autoreset_mode") is AutoresetMode.DISABLED and over.any():
                env.reset(options={"reset_mask": over})

    return play


def growth(play: Callable[[int], None], steps: int) -> int:
    """Bytes that are held after so many steps more than before them, when a tenth of them has been played."""
    play(steps // 10)
    gc.collect()
    tracemalloc.start()
    try:
        play(steps // 10)  # What is allocated and let go all the time is known to tracemalloc now.
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        play(steps)
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


MOST_GROWTH = 20_000
"""Bytes. A leak of one number a step would be ten times as much."""


def test_growth_is_seen() -> None:
    kept: list[float] = []
    assert growth(lambda steps: kept.extend(float(step) for step in range(steps)), 20_000) > 10 * MOST_GROWTH


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_a_hundred_thousand_steps_of_many_lanes_leave_nothing(mode: str, reveal: bool) -> None:
    envs = gymnasium.make_vec("SeqEchoMedium-v0", 8, autoreset_mode=mode, reveal=reveal)
    assert growth(player(envs), 12_500) < MOST_GROWTH


@pytest.mark.parametrize("id", ["SeqEcho-v0", "SeqCopyMedium-v0"])
def test_many_steps_of_one_env_leave_nothing(id: str) -> None:
    assert growth(player(gymnasium.make(id).unwrapped), 50_000) < MOST_GROWTH


def test_many_pictures_leave_nothing() -> None:
    """The answers are kept for drawing, but only those of the episode."""
    assert growth(player(gymnasium.make("SeqEcho-v0", render_mode="ansi").unwrapped), 2_000) < MOST_GROWTH
    envs = gymnasium.make_vec("SeqEcho-v0", 2, autoreset_mode="SameStep", render_mode="ansi")
    assert growth(player(envs), 2_000) < MOST_GROWTH


def test_very_many_lanes() -> None:
    """Whether there are 65,536 or one, a lane plays its stream."""
    lanes = 65_536
    envs = gymnasium.make_vec("SeqEcho-v0", lanes, encoding="discrete", autoreset_mode="SameStep")
    observations, _ = envs.reset(seed=0)
    chosen = [0, 1, 63, 64, 4095, 32_768, lanes - 1]
    alone = {lane: seq_envs.sample("SeqEcho-v0", 2, seed=lane, encoding="discrete") for lane in chosen}
    shown = [observations[chosen]]
    rewards = np.zeros(lanes)
    for step in range(20):
        answer = shown[step - 1] if step % 10 else np.zeros(len(chosen), int)
        actions = np.zeros(lanes, int)
        actions[chosen] = answer
        observations, earned, _, _, _ = envs.step(actions)
        shown.append(observations[chosen])
        rewards += earned
    for place, lane in enumerate(chosen):
        assert [row[place] for row in shown[:20]] == alone[lane].observations.ravel().tolist()
    assert rewards[chosen].tolist() == [18.0] * len(chosen)


@pytest.mark.parametrize(
    ("id", "settings"),
    [
        ("SeqEcho-v0", {"length": 1_000_000, "lag": 999_999, "encoding": "discrete"}),
        ("SeqCopy-v0", {"length": 1, "delay": 999_998, "encoding": "discrete"}),
        ("SeqMemorize-v0", {"length": 1_000_001, "encoding": "discrete", "framing": "many_to_one"}),
    ],
)
def test_an_episode_of_a_million_steps(id: str, settings: dict[str, Any]) -> None:
    """One question at the very end, about the very beginning."""
    env = gymnasium.make(id, disable_env_checker=True, **settings).unwrapped
    first, _ = env.reset(seed=5)
    answer = int(first)
    for _ in range(999_999):
        _, reward, over, _, info = env.step(answer)
        if over or info or reward:
            raise AssertionError("it is over too early")
    _, reward, over, _, info = env.step(answer)
    assert (reward, over, info) == (1.0, True, {"is_success": True, "accuracy": 1.0})


def test_a_thousand_envs_leave_nothing_behind() -> None:
    handles = len(os.listdir(HANDLES)) if HANDLES.exists() else 0
    threads = threading.active_count()
    problems, envs = [], []
    for number in range(1000):
        id = IDS[number % len(IDS)]
        env = gymnasium.make_vec(id, 2) if number % 2 else gymnasium.make(id)
        env.reset(seed=number)
        env.step(env.action_space.sample())
        problems.append(weakref.ref(env.unwrapped))
        envs.append(env)
    for env in envs:
        env.close()
    del env
    envs.clear()
    gc.collect()
    assert [one() for one in problems] == [None] * 1000
    assert threading.active_count() == threads
    assert (len(os.listdir(HANDLES)) if HANDLES.exists() else 0) == handles


# Threads and processes.


def trace(envs: Any, steps: int, seed: int) -> list[Any]:
    """Everything that some steps give."""
    rng = np.random.default_rng(seed)
    told = [envs.reset(seed=seed), *(envs.step(rng.integers(10, size=envs.num_envs)) for _ in range(steps))]
    return [plain(one) for one in told]


def plain(value: Any) -> Any:
    """Arrays as lists, all the way down."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return plain(value.tolist()) if isinstance(value, np.ndarray) else value


def test_threads_with_envs_of_their_own_play_as_if_alone() -> None:
    seeds = range(16)
    alone = [trace(gymnasium.make_vec("SeqEcho-v0", 4), 60, seed) for seed in seeds]
    together: dict[int, list[Any]] = {}
    start = threading.Barrier(len(seeds))

    def play(seed: int) -> None:
        start.wait()
        together[seed] = trace(gymnasium.make_vec("SeqEcho-v0", 4), 60, seed)

    threads = [threading.Thread(target=play, args=(seed,)) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[seed] for seed in seeds] == alone


# From Python 3.12 on a fork of a process with threads, such as one of pytest-xdist's, is warned of.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("context", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("mode", MODES[:2])
def test_worker_processes_play_as_one_process_does(context: str, mode: str) -> None:
    """Also where they begin as new interpreters that have to import the package by themselves."""
    native = gymnasium.make_vec("SeqEcho-v0", 3, autoreset_mode=mode)
    one = [lambda: gymnasium.make("seq_envs:SeqEcho-v0")] * 3
    sync = SyncVectorEnv(one, autoreset_mode=mode)
    workers = AsyncVectorEnv(one, context=context, autoreset_mode=mode)
    try:
        assert trace(workers, 40, seed=3) == trace(sync, 40, seed=3) == trace(native, 40, seed=3)
    finally:
        workers.close()


def test_make_vec_with_spawned_workers() -> None:
    workers = gymnasium.make_vec("SeqEcho-v0", 2, vectorization_mode="async", vector_kwargs={"context": "spawn"})
    try:
        assert trace(workers, 25, seed=9) == trace(gymnasium.make_vec("SeqEcho-v0", 2), 25, seed=9)
    finally:
        workers.close()
