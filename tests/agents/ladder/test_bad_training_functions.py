"""A training function may do anything: the climb ends with a verdict that says what it did."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from seq_agents.cli import main as cli
from seq_agents.ladder import Climb, ClimbRecord, MakeEnvs, climb
from seq_agents.ladder.time_limit import TimeUp, time_limit
from tiny_commands import refused, stopped

import seq_envs

POSIX = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no signal ends what waits")
LIMIT = 0.3


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, from which modules can be imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))


def optimal(make_envs: MakeEnvs, _: int = 0) -> seq_envs.Policy:
    return seq_envs.policies.optimal(make_envs.problem)


def first_rung(train: Any, **options: Any) -> Climb:
    return climb(train, only=1, **options)


def module(name: str, body: str) -> str:
    """Write a training function; the name of the agent."""
    text = f"import multiprocessing, os, sys, time\nimport seq_envs\ndef train(make_envs, budget):\n    {body}\n"
    text += "    return seq_envs.policies.optimal(make_envs.problem)\n"
    Path(f"{name}.py").write_text(text, encoding="utf-8")
    return f"{name}:train"


class Returned:
    """A generator, a coroutine, a class and a pair are easily returned instead of a policy."""

    @staticmethod
    def generator(make_envs: MakeEnvs, _: int) -> Any:
        yield optimal(make_envs)

    @staticmethod
    def pair(make_envs: MakeEnvs, _: int) -> Any:
        return optimal(make_envs), {}

    @staticmethod
    def of_a_class(make_envs: MakeEnvs, _: int) -> Any:
        return type(optimal(make_envs))

    @staticmethod
    def nothing(make_envs: MakeEnvs, _: int) -> None: ...


@pytest.mark.parametrize("name", ["generator", "pair", "of_a_class", "nothing"])
def test_what_is_no_policy_is_named(name: str) -> None:
    [result] = first_rung(getattr(Returned, name)).results
    assert result.means == "The training returned no policy, so nothing is known about its memory."
    assert result.note.startswith("train(make_envs, budget) must return a policy. policy must have initial_state")
    assert {"generator": "got <gen", "pair": "got (<opt", "of_a_class": "got <class ", "nothing": "got None"}[name] in (
        result.note
    )


def test_the_line_of_the_user_that_raised_is_named() -> None:
    def train(make_envs: MakeEnvs, _: int) -> Any:
        return make_envs(32).step(3)  # The line that is named.

    line = next(
        number for number, text in enumerate(Path(__file__).read_text().splitlines(), 1) if "that is named" in text
    )
    [result] = first_rung(train).results
    assert result.note.startswith("The training raised an exception. ResetNeeded: ")
    assert result.note.endswith(f" ({Path(__file__).name}, line {line})")


@pytest.mark.parametrize("code", [0, 1, "no GPU"])
def test_a_training_that_exits_fails(code: Any) -> None:
    def train(*_: Any) -> Any:
        raise SystemExit(code)

    [result] = first_rung(train).results
    assert not result.passed
    assert f"The training raised an exception. SystemExit: {code} (" in result.note


def test_an_exception_in_a_further_try_leaves_the_verdict_of_the_first() -> None:
    tries: list[int] = []

    def train(make_envs: MakeEnvs, budget: int) -> Any:
        tries.append(budget)
        if len(tries) == 2:
            raise MemoryError("no more")
        return seq_envs.policies.random(make_envs.problem)

    [result] = first_rung(train).results
    assert result.playing is not None
    assert "nothing is known" not in result.means
    assert "Try 2: The training raised an exception. MemoryError: no more" in result.note


HANGS: dict[str, Callable[[], Any]] = {
    "sleeps": lambda: time.sleep(60),
    "waits": lambda: threading.Event().wait(60),
    "waits for a process": lambda: subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"], check=True),
}


def loops() -> None:
    while True:
        try:
            while True:
                sum(range(100))
        except Exception:  # It does not end at any Exception.
            pass


@POSIX
@pytest.mark.parametrize("hangs", [*HANGS.values(), loops], ids=[*HANGS, "loops"])
def test_a_training_that_hangs_ends_at_the_time_limit(hangs: Callable[[], Any]) -> None:
    start = time.monotonic()
    [result] = first_rung(lambda *_: hangs(), time_limit=LIMIT).results
    assert time.monotonic() - start < 20
    assert result.means == "The training was ended by the time limit, so nothing is known about its memory."
    assert re.search(rf"\({Path(__file__).name}, line \d+\)\.$", result.note)


@POSIX
def test_a_policy_that_hangs_ends_at_the_time_limit() -> None:
    class Hangs:
        def initial_state(self, batch_size: int) -> Any: ...

        def act(self, observations: Any, state: Any) -> Any:
            time.sleep(60)

    [result] = first_rung(lambda *_: Hangs(), time_limit=LIMIT).results
    assert result.means.startswith("The evaluation of its policy was ended by the time limit")


@POSIX
def test_a_probe_that_hangs_ends_at_the_time_limit() -> None:
    class Hangs:
        def __init__(self, policy: Any) -> None:
            self.initial_state, self.act = policy.initial_state, policy.act

        def log_probs(self, *_: Any) -> Any:
            loops()

    climbed = first_rung(lambda make_envs, _: Hangs(optimal(make_envs, _)), time_limit=3)
    probe, rung = climbed.results
    assert rung.passed
    assert probe.note.startswith("After 'lag 0': The probe was ended by the time limit (test_bad_training_functions.py")


@POSIX
def test_a_further_try_that_hangs_leaves_the_verdict_of_the_first() -> None:
    tries: list[int] = []

    def train(make_envs: MakeEnvs, budget: int) -> Any:
        tries.append(budget)
        if len(tries) == 2:
            time.sleep(60)
        return seq_envs.policies.random(make_envs.problem)

    [result] = first_rung(train, time_limit=3, tries=4).results
    assert result.tries == 2
    assert "Try 2: The training was ended by the time limit" in result.note
    assert result.playing is not None
    assert "nothing is known" not in result.means


def test_a_training_in_time_is_not_ended() -> None:
    assert first_rung(optimal, time_limit=60).passed


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf"), "3", True])
def test_a_wrong_time_limit(limit: Any) -> None:
    with pytest.raises(ValueError, match="time_limit must be a number"):
        first_rung(optimal, time_limit=limit)


def test_a_time_limit_in_another_thread() -> None:
    ended: list[str] = []

    def work() -> None:
        try:
            with time_limit(LIMIT):
                loops()
        except TimeUp:
            ended.append("at the limit")
        with time_limit(60):
            ended.append("and not again")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert ended == ["at the limit", "and not again"]


@POSIX
def test_the_alarm_of_another_is_set_again() -> None:
    rung: list[int] = []
    old = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        with time_limit(30):
            pass
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0.2)
        assert 50 < left <= 60
        with time_limit(30):
            time.sleep(0.4)
        time.sleep(0.2)
        assert rung == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def test_what_a_training_prints_is_not_in_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ladder", module("prints", "print('update 1')"), "--only", "1"])
    printed = capsys.readouterr()
    assert printed.out.startswith("rung ")
    assert "update 1" not in printed.out
    assert "update 1" in printed.err


def test_a_training_may_change_the_folder(tmp_path: Path) -> None:
    cli.main(["ladder", module("changes_the_folder", "os.chdir(os.sep)"), "--only", "1", "--out", "climb.json"])
    assert Path.cwd() != tmp_path
    assert ClimbRecord.read(tmp_path / "climb.json").broken_at is None


def command(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run `seq-envs ladder` in a process of its own, without torch, which takes seconds to import."""
    program = f"import sys\nsys.modules['torch'] = None\nfrom seq_agents.cli import ladder, main\n{before}\n"
    program += f"main.main(['ladder', *{arguments}])"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False, timeout=300
    )


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("body", ["os.fork()", "if os.fork() == 0: raise RuntimeError"])
def test_a_forked_process_does_not_climb(body: str) -> None:
    agent = module("forks", f"{body}\n    time.sleep(0.5)")
    done = command(agent, "--only", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("All passed.") == 1
    assert "A process that the training forked came back from it. It ends here." in done.stderr


@pytest.mark.slow
def test_processes_that_a_training_left_are_not_waited_for() -> None:
    """Python would wait for them."""
    agent = module(
        "leaves_a_process", "multiprocessing.get_context('spawn').Process(target=time.sleep, args=(600,)).start()"
    )
    done = command(agent, "--only", "1")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_training_that_hangs_in_c_ends_the_process() -> None:
    """No exception reaches it."""
    agent = module("hangs_in_c", "sum(range(10**13))")
    done = command(agent, "--time-limit", "1", before="ladder._GRACE = 1")
    assert done.returncode == 1
    assert 'hangs_in_c.py", line 4 in train' in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_package", "no_such_package is not installed; to install it: pip install 'no-such-package'"),
        ("import ray.no_such_module", r"ray is not installed; to install it: pip install 'ray[rllib]'"),
        ("raise ImportError('half')", "cannot be imported: ImportError: half\n"),
    ],
)
def test_a_package_that_is_not_there(
    text: str,
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    name = f"imports_{request.node.callspec.indices['text']}"
    Path(f"{name}.py").write_text(f"{text}\n", encoding="utf-8")
    assert message in refused(["ladder", f"{name}:train"], capsys)
    agent = module(f"{name}_in_train", text)
    in_train = " ".join(stopped(["ladder", agent], capsys, 1).out.split())
    assert message.strip().removeprefix("cannot be imported: ") in in_train


def test_a_module_that_is_not_there_is_not_to_be_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "pip" not in refused(["ladder", "no_such_module.inner:train"], capsys)


def test_a_module_is_named_not_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder").mkdir()
    module("folder/in_a_file", "pass")
    error = refused(["ladder", "folder/in_a_file.py:train", "--only", "1"], capsys)
    assert error.endswith("got the file folder/in_a_file.py\nTry: seq-envs ladder folder.in_a_file:train --only 1\n")
    cli.main(["ladder", "folder.in_a_file:train", "--only", "1"])
    assert "Try" not in refused(["ladder", "/some-where/in_a_file.py:train"], capsys)


BARE = """
for name in ("stable_baselines3", "sb3_contrib", "rich", "tqdm", "yaml", "safetensors", "filelock"):
    sys.modules[name] = None
"""


@pytest.mark.slow
def test_a_training_function_needs_the_base_install_only() -> None:
    """It lives in an environment of its own, with another framework."""
    done = command(module("bare", "pass"), "--out", "climb.json", before=BARE)
    assert done.returncode == 0, done.stderr
    assert ClimbRecord.read(Path("climb.json")).broken_at is None
