"""Worker processes: every item ends once, whatever its task does, and no process is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
import torch_task
import worker_tasks
from paths import ROOT, SUPPORT
from seq_agents.errors import reason
from seq_agents.experiments.workers import Begun, Done, Event, Failed, Progress, _uninterrupted, do_all
from worker_tasks import act

pytestmark = pytest.mark.slow  # Each test starts processes.
STUCK = 120
"""Seconds after which something hangs."""


def run(items: list[Any], jobs: int = 1) -> list[Event]:
    return list(do_all(act, items, jobs))


def ends(events: list[Event]) -> dict[int, Event]:
    """The end of each item, by its place; there is exactly one."""
    found: dict[int, Event] = {}
    for event in events:
        if isinstance(event, (Done, Failed)):
            assert id(event.item) not in found, "one end"
            found[id(event.item)] = event
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended, or is a zombie without threads."""
    try:
        remains = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        return remains and len(os.listdir(f"/proc/{pid}/task")) == 1
    except OSError:
        return True


def becomes_true(condition: Callable[[], bool], seconds: float = STUCK) -> bool:
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if condition():
            return True
        time.sleep(0.02)
    return False


# Ends.


def test_one_process_does_the_items_in_order() -> None:
    items = [("double", n) for n in range(5)]
    events = run(items)
    assert events == [event for item in items for event in (Begun(item), Done(item, 2 * item[1]))]
    assert all(event.item is item for event, item in zip(events[::2], items, strict=True)), "the very items"


def test_no_items() -> None:
    assert run([], jobs=3) == []


def test_more_jobs_than_items() -> None:
    items = [("slowly", 0.5), ("slowly", 0.5)]
    events = run(items, jobs=5)
    assert events[:2] == [Begun(items[0]), Begun(items[1])], "side by side"
    pids = {cast(Done, event).result for event in events[2:]}
    assert len(pids) == 2
    assert os.getpid() not in pids


@pytest.mark.parametrize("jobs", [0, -1])
def test_wrong_numbers_of_jobs_are_refused(jobs: int) -> None:
    with pytest.raises(ValueError, match="jobs must be an integer >= 1"):
        run([("double", 1)], jobs)


BAD = [
    (("raises", "wrong\nthing"), r"ValueError: wrong thing"),
    (("raises", ""), r"ValueError"),
    (("raises_without_message", None), r"NoMessage"),
    (("nothing of this name", None), r"KeyError: 'nothing of this name'"),
    (("dies", int(signal.SIGKILL)), r"its process ended by signal SIGKILL \(out of memory\?\)"),
    (("dies", int(signal.SIGSEGV)), r"its process ended by signal SIGSEGV"),
    (("dies", 40), r"its process ended by signal 40"),
    (("exits", 0), r"its process ended with exit code 0"),
    (("exits", 7), r"its process ended with exit code 7"),
    (("raises_system_exit", 5), r"its process ended with exit code 5"),
    (("lambda_for", 1), r"(AttributeError|PicklingError): .*lambda.*"),
    (("unpickling_fails", None), r"RuntimeError: boom"),
    (("closes_its_connection", 300.0), r"its process closed its connection"),
    (("double", lambda: None), r"(AttributeError|PicklingError): .*lambda.*"),
    (("double", worker_tasks.UnpicklingFails()), r"RuntimeError: boom"),
]


def test_each_failure_costs_its_own_item() -> None:
    """All items run on two processes, and every good item is done."""
    items: list[Any] = []
    for bad, _ in BAD:
        items += [("double", len(items)), bad]
    items += [("double", len(items))]
    found = ends(run(items, jobs=2))
    assert len(found) == len(items)
    reasons = {id(bad): said for bad, said in BAD}
    for item in items:
        end = found[id(item)]
        if id(item) in reasons:
            assert isinstance(end, Failed), end
            assert re.fullmatch(reasons[id(item)], end.reason), end.reason
        else:
            assert end == Done(item, 2 * item[1])


def test_the_end_of_a_process_is_noticed_while_its_child_lives(tmp_path: Path) -> None:
    events = run([("dies_with_a_child", str(tmp_path / "pid")), ("double", 1)])
    child = int((tmp_path / "pid").read_text())
    try:
        assert not gone(child)
    finally:
        os.kill(child, signal.SIGKILL)
    failed, done = ends(events).values()
    assert cast(Failed, failed).reason == "its process ended with exit code 3"
    assert isinstance(done, Done)


def test_the_details_have_the_traceback() -> None:
    (end,) = ends(run([("raises", "wrong\nthing")])).values()
    assert isinstance(end, Failed)
    assert end.details.startswith("Traceback (most recent call last):")
    assert "worker_tasks.py" in end.details
    assert "in raises" in end.details
    assert end.details.endswith("ValueError: wrong\nthing\n")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a\n b\t c"), "ValueError: a b c"),
        (KeyError(), "KeyError"),
        (OSError(28, "No space left"), "OSError: [Errno 28] No space left"),
        (worker_tasks.NoMessage(), "NoMessage"),
    ],
)
def test_reasons_have_one_line(error: Exception, line: str) -> None:
    assert reason(error) == line


def test_a_process_that_ends_is_replaced() -> None:
    first, _, second, third = ends(run([("pid", 0), ("exits", 1), ("pid", 1), ("pid", 2)])).values()
    assert cast(Done, first).result != cast(Done, second).result
    assert cast(Done, second).result == cast(Done, third).result, "and stays"


def test_a_process_that_dies_between_two_items() -> None:
    """Another process does the next item."""
    items = [("dies_when_idle", 0.1), ("slowly", 2.0), ("pid", 1), ("pid", 2)]
    with closing(do_all(act, items, 2)) as events:  # type: ignore[type-var]
        seen = []
        for event in events:
            seen.append(event)
            if isinstance(event, Done) and event.item is items[0]:
                assert becomes_true(lambda: gone(event.result))  # noqa: B023 - called at once.
    assert len(ends(seen)) == 4
    assert [end for end in ends(seen).values() if not isinstance(end, Done)] == []


def test_a_large_result_and_a_large_item() -> None:
    items: list[Any] = [("large", 5_000_000), ("large", 1), ("slowly", 0.0)]
    assert len(cast(Done, ends(run(items, jobs=2))[id(items[0])]).result) == 5_000_000
    heavy = ("raises", "x" * 5_000_000)
    assert isinstance(ends(run([heavy]))[id(heavy)], Failed)


def test_replaced_processes_leave_no_open_file() -> None:
    """A replaced process leaves no file open."""
    run([("exits", 1)])
    before = len(os.listdir("/proc/self/fd"))
    with closing(do_all(act, [("exits", 1)] * 3 + [("pid", 0)], 1)) as events:  # type: ignore[type-var]
        counts = [len(os.listdir("/proc/self/fd")) for event in events if isinstance(event, Failed)]
    assert max(counts) <= counts[0] + 1
    assert len(os.listdir("/proc/self/fd")) <= before


# Within a task.


@pytest.mark.parametrize(
    ("task", "item"), [(act, ("threads", None)), (torch_task.threads, None)], ids=["imported later", "imported before"]
)
def test_torch_has_one_thread(task: Any, item: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    (end,) = ends(list(do_all(task, [item], 1))).values()
    assert cast(Done, end).result == 1


def test_a_task_may_start_processes() -> None:
    (end,) = ends(run([("has_children", None)])).values()
    assert cast(Done, end).result == ("hello", "7")


def test_frequent_moments_are_thinned_out() -> None:
    items = [("reports", 20_000), ("reports_slowly", 4)]
    events = run(items)
    quick = [event for event in events if isinstance(event, Progress) and event.item is items[0]]
    assert 1 <= len(quick) < 1000, "not all of them"
    assert quick[0].moment[:2] == (0.0, 0), "the first one at once"
    for event in quick:
        assert event.moment.done == event.moment.steps / 20_000
    steps = [event.moment.steps for event in quick]
    assert steps == sorted(set(steps))
    slow = [event.moment for event in events if isinstance(event, Progress) and event.item is items[1]]
    assert slow == [(step / 4, step, 0.5) for step in range(4)], "rare moments are all reported"
    assert len(ends(events)) == 2


# The end of all processes.


def announced(folder: Path, count: int) -> list[int]:
    """The processes of `writes_its_pid`, as soon as there are `count` of them."""
    assert becomes_true(lambda: len(list(folder.iterdir())) >= count)
    return [int(path.name) for path in folder.iterdir()]


def test_closing_ends_every_process(tmp_path: Path) -> None:
    events = do_all(act, [("writes_its_pid", str(tmp_path))] * 3, 2)
    assert [type(next(events)) for _ in range(2)] == [Begun, Begun]
    pids = announced(tmp_path, 2)
    cast(Any, events).close()
    assert all(gone(pid) for pid in pids)


def test_an_error_of_the_listener_ends_every_process(tmp_path: Path) -> None:
    def listen() -> None:
        for number, _ in enumerate(do_all(act, [("writes_its_pid", str(tmp_path))] * 2, 2)):
            if number == 1:
                announced(tmp_path, 2)
                raise LookupError

    with pytest.raises(LookupError):
        listen()
    assert becomes_true(lambda: all(gone(int(path.name)) for path in tmp_path.iterdir()))


def test_a_failed_start_ends_the_processes_started_before(monkeypatch: pytest.MonkeyPatch) -> None:
    from seq_agents.experiments import workers

    started: list[Any] = []
    process = workers._SPAWN.Process

    def second_fails(*given: Any, **named: Any) -> Any:
        if started:
            raise OSError(11, "Resource temporarily unavailable")
        started.append(process(*given, **named))
        return started[0]

    monkeypatch.setattr(workers._SPAWN, "Process", second_fails)
    with pytest.raises(OSError, match="temporarily"):
        run([("double", 1), ("double", 2)], jobs=2)
    assert not started[0].is_alive()


PARENT = """
import signal
import sys
from seq_agents.experiments.workers import do_all
from worker_tasks import act
if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    for event in do_all(act, [("writes_its_pid", sys.argv[1])] * 3, 2):
        print(event, flush=True)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with two workers, in a separate process group. The workers write their ids into the folder `pids`."""
    (tmp_path / "pids").mkdir()
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    paths = os.pathsep.join([str(SUPPORT), str(ROOT / "agents"), str(ROOT)])
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "pids")], text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_workers_end_when_their_parent_is_killed(parent: subprocess.Popen[str], tmp_path: Path) -> None:
    pids = announced(tmp_path / "pids", 2)
    parent.kill()
    parent.wait()
    assert becomes_true(lambda: all(gone(pid) for pid in pids))


def children_of(pid: int) -> list[int]:
    read = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in read.split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_worker_ignores_signals_that_the_main_process_handles(number: signal.Signals) -> None:
    assert run([("survives", int(number))])[-1].result == "still here"


def test_a_task_can_terminate_its_own_processes() -> None:
    assert run([("terminates_a_child", None)])[-1].result == -signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_while_a_process_starts_takes_effect_afterwards(number: signal.Signals) -> None:
    started = []

    def start() -> None:
        with _uninterrupted():
            signal.raise_signal(number)
            started.append(True)

    before = signal.signal(number, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            start()
        assert started
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize(
    ("number", "early"),
    [
        (signal.SIGINT, None), (signal.SIGINT, 0.0), (signal.SIGINT, 0.4), (signal.SIGINT, 1.0),
        (signal.SIGTERM, None), (signal.SIGTERM, 0.4),
    ],
)  # fmt: skip
def test_a_signal_to_the_group_ends_all_of_them(
    number: signal.Signals, early: float | None, parent: subprocess.Popen[str], tmp_path: Path
) -> None:
    """A terminal and a scheduler send the signal to the whole group. Only the parent prints something,
    whether the others are at work or about to start."""
    if early is not None:
        assert becomes_true(
            lambda: len(children_of(parent.pid)) >= 3
        )  # One of them is multiprocessing's resource tracker.
        pids = children_of(parent.pid)
        time.sleep(early)
    else:
        pids = announced(tmp_path / "pids", 2)
    os.killpg(parent.pid, number)
    _, said = parent.communicate(timeout=STUCK)
    assert parent.returncode != 0
    assert becomes_true(lambda: all(gone(pid) for pid in pids))
    assert said.count("Traceback") == 1, said
    assert said.rstrip().endswith("KeyboardInterrupt")
