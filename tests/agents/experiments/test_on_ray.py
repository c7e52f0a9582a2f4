"""Tasks on Ray end as local tasks do, whatever happens to their processes."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import textwrap
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell
from seq_agents.experiments.grid import Grid, GridAgent
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.running import run_grid
from seq_agents.experiments.workers import Begun, Done, Event, Failed, Progress
from seq_agents.experiments.workers import do_all as do_all_here
from seq_agents.learners.learner import Moment, Watch
from tiny_agents import settings

import seq_envs

pytestmark = pytest.mark.slow  # Ray takes seconds to start.
ray = pytest.importorskip("ray", reason="Ray is an extra: pip install 'seq-envs[ray]'")

from ray.cluster_utils import Cluster  # noqa: E402
from seq_agents.experiments import ray_workers as on_ray  # noqa: E402

SMALL = {"length": 4, "n_values": 3}
HALF = Moment(0.5, 10, 0.25)
AGENTS = ("lstm", "reinforce")


@pytest.fixture(scope="module", autouse=True)
def ray_folder() -> Iterator[None]:
    """A temporary folder, with a short path, for Ray's logs, sockets and the address that "auto" means."""
    folder = tempfile.TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True)
    with folder as path, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", path)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        yield


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Ray cluster with two workers, in other processes."""
    node = {"num_cpus": 2, "include_dashboard": False, "object_store_memory": 128 * 1024**2}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    yield cluster.address
    ray.shutdown()
    cluster.shutdown()


@pytest.fixture
def connected(cluster: str) -> str:
    """The address of the cluster, with a connection to it that later tests use too."""
    if not ray.is_initialized():
        ray.init(cluster, log_to_driver=False)
    return cluster


@pytest.fixture
def alone() -> None:
    """No connection to Ray."""
    ray.shutdown()


def results(events: Sequence[Event]) -> dict[Any, Any]:
    return {event.item: event.result for event in events if isinstance(event, Done)}


def square_after_the_moment_arrived(number: int, watch: Watch, folder: Path) -> int:
    """The square, after the moment of the task has reached the listener."""
    watch(HALF)
    while not (folder / "heard").exists():
        time.sleep(0.05)
    return number**2


def fail_for_two(number: int, _: Watch) -> int:
    if number == 2:
        raise ValueError("two is\n  too much")
    return number


def wait_to_be_killed(number: int, _: Watch, folder: Path) -> int:
    """Task 1 waits to be killed when it runs for the first time."""
    mine = folder / str(number)
    with mine.open("a") as file:
        file.write(f"{os.getpid()}\n")
    while number == 1 and not (folder / "killed").exists():
        time.sleep(0.05)
    return number


def wait_forever(number: int, _: Watch, folder: Path) -> None:
    (folder / str(number)).write_text(str(os.getpid()))
    while True:
        time.sleep(0.05)


def end_abruptly(number: int, _: Watch, folder: Path) -> int:
    if number == 0:
        with (folder / "begun").open("a") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_grid_has_the_results_of_local_workers(connected: str, tmp_path: Path) -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", **SMALL)
    grid = Grid(
        agents={name: GridAgent(agent=name, settings=settings(name, problem)) for name in AGENTS},
        ids=[{"id": "SeqEcho-v0", **SMALL}],
        seeds=2,
        episodes=50,
    )
    engines = {
        "ray": lambda cells: on_ray.do_all(run_cell, cells, connected),
        "here": lambda cells: do_all_here(run_cell, cells, 1),
    }
    found: dict[str, dict[str, Any]] = {}
    for name, engine in engines.items():
        events: list[Event] = []
        assert run_grid(grid.all_entries(), tmp_path / name, engine, events.append) == []
        assert sorted(event.item.key for event in events if isinstance(event, Done)) == sorted(keys(grid))
        assert {event.item.key for event in events if isinstance(event, Begun)} == set(keys(grid))
        folder = Folder.open(tmp_path / name)
        found[name] = {cell.key: folder.result(cell) for cell in folder.cells()}
    for key, there in found["ray"].items():
        for part in ("evaluation", "steps", "entry", "seed"):
            assert there[part] == found["here"][key][part], key


def keys(grid: Grid) -> list[str]:
    return [Cell(entry, seed).key for entry in grid.all_entries() for seed in range(entry.seeds)]


def test_each_task_begins_reports_and_ends_once(connected: str, tmp_path: Path) -> None:
    events = []
    for event in on_ray.do_all(partial(square_after_the_moment_arrived, folder=tmp_path), [3, 4, 5, 5], connected):
        events.append(event)
        if [type(event) for event in events].count(Progress) == 2:  # One of the two tasks that are running.
            (tmp_path / "heard").touch()
    for number, times in ((3, 1), (4, 1), (5, 2)):
        mine = [event for event in events if event.item == number]
        assert [type(event) for event in mine].count(Begun) == times
        assert isinstance(mine[0], Begun)
        assert {event for event in mine if isinstance(event, Progress)} <= {Progress(number, HALF)}
        assert mine.count(Done(number, number**2)) == times


def test_a_task_whose_process_is_killed_is_done_again(connected: str, tmp_path: Path) -> None:
    events = []
    for event in on_ray.do_all(partial(wait_to_be_killed, folder=tmp_path), range(4), connected):
        events.append(event)
        if event == Begun(1):
            while not (tmp_path / "1").exists() or not (tmp_path / "1").read_text().endswith("\n"):
                time.sleep(0.05)
            os.kill(int((tmp_path / "1").read_text()), signal.SIGKILL)
            (tmp_path / "killed").touch()
    assert sorted(event.item for event in events if isinstance(event, Done)) == [0, 1, 2, 3]
    assert sorted(event.item for event in events if isinstance(event, Begun)) == [0, 1, 2, 3]
    assert len(set((tmp_path / "1").read_text().split())) == 2, "begun anew in another process"


def test_a_task_that_always_ends_its_process_fails(
    connected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_ray, "_RETRIES", 1)
    events = list(on_ray.do_all(partial(end_abruptly, folder=tmp_path), range(2), connected))
    assert results(events) == {1: 1}
    (failed,) = (event for event in events if isinstance(event, Failed))
    assert failed.item == 0
    assert "WorkerCrashedError" in failed.reason
    assert "\n" not in failed.reason
    assert (tmp_path / "begun").read_text() == "xx", "once anew"


def test_a_task_that_raises_fails_and_the_others_are_done(connected: str) -> None:
    events = list(on_ray.do_all(fail_for_two, range(4), connected))
    assert results(events) == {0: 0, 1: 1, 3: 3}
    (failed,) = (event for event in events if isinstance(event, Failed))
    assert (failed.item, failed.reason) == (2, "ValueError: two is too much")
    assert "fail_for_two" in failed.details


def test_a_user_defined_agent_is_found(connected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        import seq_envs

        class Fixed:
            def __init__(self, problem, seed):
                self.problem = problem

            def learn(self, watch):
                pass

            def policy(self):
                return seq_envs.policies.optimal(self.problem)
        """
    (tmp_path / "agent_for_ray.py").write_text(textwrap.dedent(source))
    monkeypatch.syspath_prepend(tmp_path)
    grid = Grid(agents={"mine": GridAgent(agent="agent_for_ray:Fixed")}, ids=["SeqEcho-v0"], seeds=1, episodes=20)
    cells = [Cell(entry, 0) for entry in grid.all_entries()]
    *_, done = on_ray.do_all(run_cell, cells, connected)
    assert isinstance(done, Done), done
    assert done.result["evaluation"]["accuracy"] == 1.0


@pytest.mark.parametrize("before", ["alone", "connected"])
def test_tasks_end_when_the_iteration_stops(
    cluster: str, before: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(before)
    events = on_ray.do_all(partial(wait_forever, folder=tmp_path), range(3), cluster)
    assert isinstance(next(events), Begun)
    while not any(path.read_text() for path in tmp_path.iterdir()):
        time.sleep(0.05)
    events.close()  # type: ignore[attr-defined]
    assert ray.is_initialized() == (before == "connected")
    for path in tmp_path.iterdir():
        gone(int(path.read_text()))


def gone(process: int) -> None:
    """Wait until the process has ended. The test hangs if it does not end."""
    while Path(f"/proc/{process}").exists():
        time.sleep(0.05)


@pytest.mark.usefixtures("alone")
def test_a_ray_that_was_started_is_stopped() -> None:
    assert results(list(on_ray.do_all(fail_for_two, [0, 1], None))) == {0: 0, 1: 1}
    assert not ray.is_initialized()


def test_an_existing_connection_is_used_and_stays(connected: str) -> None:
    assert results(list(on_ray.do_all(fail_for_two, [0], connected))) == {0: 0}
    assert ray.is_initialized()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_without_a_ray(scheme: str) -> None:
    address = f"{scheme}127.0.0.1:{unused_port()}"
    with pytest.raises(ConnectionError, match=f"there is no Ray at {address}: ConnectionRefusedError: .*host:port"):
        list(on_ray.do_all(fail_for_two, [0], address))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("address", ["nonsense", "http://here", "host:port"])
def test_a_wrong_address_is_refused(address: str) -> None:
    with pytest.raises(ConnectionError, match=f'Ray at {address} cannot be used: .* \\(an address is "auto"'):
        list(on_ray.do_all(fail_for_two, [0], address))
    assert not ray.is_initialized()


@pytest.mark.usefixtures("alone")
def test_a_cluster_of_another_version(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "__version__", "1.2.3")
    with pytest.raises(ConnectionError, match=r"cannot be used: RuntimeError: .*[vV]ersion") as raised:
        list(on_ray.do_all(fail_for_two, [0], cluster))
    assert "\n" not in str(raised.value)
