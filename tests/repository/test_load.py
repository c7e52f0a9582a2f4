"""Many steps, lanes, envs, threads and processes: memory does not grow, nothing is left behind, results stay the same.

`benchmarks/load.py` does more of each and prints figures.
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
from seq_envs.stream import BLOCK_STEPS

MODES = [mode.value for mode in AutoresetMode]
HANDLES = Path("/proc/self/fd")


def play_through(env: Any) -> Callable[[int], None]:
    """Returns a function that plays a number of steps, over the ends of episodes."""
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
    """Bytes by which memory grows during these steps, after a tenth of as many has been played.

    An env draws a block of episodes at once: the steps before the measurement go past it.
    """
    before_measuring = max(steps // 10, BLOCK_STEPS + 1)
    play(before_measuring)
    gc.collect()
    tracemalloc.start()
    try:
        play(before_measuring)  # Now tracemalloc knows the memory that is allocated and freed all the time.
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        play(steps)
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


MOST_GROWTH = 8_000
"""Bytes. A leak of one number per step is several times as large."""


def test_growth_is_seen() -> None:
    kept: list[float] = []
    assert growth(lambda steps: kept.extend(float(step) for step in range(steps)), 20_000) > 10 * MOST_GROWTH


@pytest.mark.slow
@pytest.mark.parametrize("reveal", [pytest.param(False, marks=pytest.mark.nightly), True])
@pytest.mark.parametrize("mode", MODES)
def test_many_steps_of_many_lanes_leave_nothing(mode: str, reveal: bool) -> None:
    envs = gymnasium.make_vec("SeqEchoMedium-v0", 8, autoreset_mode=mode, reveal=reveal)
    assert growth(play_through(envs), 2_500) < MOST_GROWTH


@pytest.mark.slow
@pytest.mark.parametrize("id", ["SeqEcho-v0", "SeqCopyMedium-v0"])
def test_many_steps_of_one_env_leave_nothing(id: str) -> None:
    assert growth(play_through(gymnasium.make(id).unwrapped), 10_000) < MOST_GROWTH


@pytest.mark.slow
def test_many_pictures_leave_nothing() -> None:
    """Only the answers of the current episode are kept for drawing."""
    assert growth(play_through(gymnasium.make("SeqEcho-v0", render_mode="ansi").unwrapped), 1_000) < MOST_GROWTH
    envs = gymnasium.make_vec("SeqEcho-v0", 2, autoreset_mode="SameStep", render_mode="ansi")
    assert growth(play_through(envs), 1_000) < MOST_GROWTH


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [16_384, pytest.param(65_536, marks=pytest.mark.nightly)])
def test_very_many_lanes(lanes: int) -> None:
    """A lane plays its stream whether there are very many lanes or one."""
    envs = gymnasium.make_vec("SeqEcho-v0", lanes, encoding="discrete", autoreset_mode="SameStep")
    observations, _ = envs.reset(seed=0)
    chosen = [0, 1, 63, 64, 4095, lanes // 2, lanes - 1]
    alone = {lane: seq_envs.sample("SeqEcho-v0", 2, seed=lane, encoding="discrete") for lane in chosen}
    seen = [observations[chosen]]
    rewards = np.zeros(lanes)
    for step in range(20):
        answer = seen[step - 1] if step % 10 else np.zeros(len(chosen), int)
        actions = np.zeros(lanes, int)
        actions[chosen] = answer
        observations, earned, _, _, _ = envs.step(actions)
        seen.append(observations[chosen])
        rewards += earned
    for place, lane in enumerate(chosen):
        assert [row[place] for row in seen[:20]] == alone[lane].observations.ravel().tolist()
    assert rewards[chosen].tolist() == [18.0] * len(chosen)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("id", "settings"),
    [
        ("SeqEcho-v0", {"length": 1_000_000, "lag": 999_999, "encoding": "discrete"}),
        ("SeqCopy-v0", {"length": 1, "delay": 999_998, "encoding": "discrete"}),
        ("SeqMemorize-v0", {"length": 1_000_001, "encoding": "discrete", "framing": "many_to_one"}),
    ],
)
def test_an_episode_of_a_million_steps(id: str, settings: dict[str, Any]) -> None:
    """Only the last step is scored, and its target is the first symbol."""
    env = gymnasium.make(id, disable_env_checker=True, **settings).unwrapped
    first, _ = env.reset(seed=5)
    answer = int(first)
    for _ in range(999_999):
        _, reward, over, _, info = env.step(answer)
        if over or info or reward:
            raise AssertionError("the episode ends or is scored too early")
    _, reward, over, _, info = env.step(answer)
    assert (reward, over, info) == (1.0, True, {"is_success": True, "accuracy": 1.0})


@pytest.mark.slow
def test_a_thousand_envs_leave_nothing_behind() -> None:
    handles = len(os.listdir(HANDLES)) if HANDLES.exists() else 0
    threads = threading.active_count()
    references, envs = [], []
    for number in range(1000):
        id = IDS[number % len(IDS)]
        env = gymnasium.make_vec(id, 2) if number % 2 else gymnasium.make(id)
        env.reset(seed=number)
        env.step(env.action_space.sample())
        references.append(weakref.ref(env.unwrapped))
        envs.append(env)
    for env in envs:
        env.close()
    del env
    envs.clear()
    gc.collect()
    assert [reference() for reference in references] == [None] * 1000
    assert threading.active_count() == threads
    assert (len(os.listdir(HANDLES)) if HANDLES.exists() else 0) == handles


# Threads and processes.


def trace(envs: Any, steps: int, seed: int) -> list[Any]:
    """Everything that `reset` and these steps return."""
    rng = np.random.default_rng(seed)
    returned = [envs.reset(seed=seed), *(envs.step(rng.integers(10, size=envs.num_envs)) for _ in range(steps))]
    return [plain(values) for values in returned]


def plain(value: Any) -> Any:
    """The same value with lists in place of arrays, at every depth."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(entry) for entry in value]
    return plain(value.tolist()) if isinstance(value, np.ndarray) else value


def test_each_thread_plays_its_envs_as_if_alone() -> None:
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


# Since Python 3.12 a fork of a process with threads gives a warning; processes of pytest-xdist have threads.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("context", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("mode", MODES[:2])
def test_worker_processes_play_as_one_process_does(context: str, mode: str) -> None:
    """Also where each worker is a new interpreter that imports the package itself."""
    native = gymnasium.make_vec("SeqEcho-v0", 3, autoreset_mode=mode)
    makers = [lambda: gymnasium.make("seq_envs:SeqEcho-v0")] * 3
    sync = SyncVectorEnv(makers, autoreset_mode=mode)
    workers = AsyncVectorEnv(makers, context=context, autoreset_mode=mode)
    try:
        assert trace(workers, 40, seed=3) == trace(sync, 40, seed=3) == trace(native, 40, seed=3)
    finally:
        workers.close()


@pytest.mark.slow
def test_make_vec_with_spawned_workers() -> None:
    workers = gymnasium.make_vec("SeqEcho-v0", 2, vectorization_mode="async", vector_kwargs={"context": "spawn"})
    try:
        assert trace(workers, 25, seed=9) == trace(gymnasium.make_vec("SeqEcho-v0", 2), 25, seed=9)
    finally:
        workers.close()
