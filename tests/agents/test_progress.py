"""Progress in one line: in terminals of any width, in notebooks and in other streams."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Iterator

import pytest
import torch
from seq_agents import progress
from seq_agents.agents import AGENTS, agent_type
from seq_agents.cli import waiting
from seq_agents.cli.waiting import CountedPolicy, working
from seq_agents.learners.learner import Moment
from seq_agents.progress import ProgressBar, clock, time_left
from tiny_agents import settings, taken_by

import seq_envs

torch.set_num_threads(1)


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Stream(io.StringIO):
    """What a terminal, or another stream, receives."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def visible(self) -> list[str]:
        """The lines that a reader sees; a carriage return goes back to the start of a line."""
        lines = []
        for line in self.getvalue().split("\n"):
            shown = ""
            for part in line.split("\r"):
                shown = part + shown[len(part) :]
            lines.append(shown.rstrip())
        return lines


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(progress, "time", stopped)
    return stopped


def stderr(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, width: int = 80) -> Stream:
    stream = Stream(terminal)
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(progress, "_width", lambda _: width)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def train(bar: ProgressBar, now: Clock, updates: int, seconds: float, accuracy: float = 0.5) -> Iterator[float]:
    """The updates of a training with 100 time steps each; yields the share that is done."""
    for update in range(1, updates + 1):
        now.now += seconds
        bar(Moment(update / updates, 100 * update, accuracy))
        yield update / updates


@pytest.mark.parametrize(
    ("width", "seen"),
    [
        (80, "lstm:  50% [##########          ] 0:05 left, 50.0% right, 100 steps/s"),
        (60, "lstm:  50%, 0:05 left, 50.0% right, 100 steps/s"),
        (40, "lstm:  50%, 0:05 left, 50.0% right"),
        (20, "lstm:  50%"),
        (5, "lstm"),
    ],
)
def test_a_terminal(width: int, seen: str, now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line has what fits, and never wraps."""
    stream = stderr(monkeypatch, terminal=True, width=width)
    updates = train(ProgressBar("lstm"), now, 10, 1.0)
    for _ in range(5):
        next(updates)
    assert stream.visible == [seen]
    for _ in updates:
        pass
    last, rest = stream.visible
    assert last.startswith("lstm: 100%"[: width - 1])
    assert rest == ""
    assert all(len(line) < width for line in stream.getvalue().replace("\n", "\r").split("\r"))


def test_lines_of_another_stream(now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first comes after two seconds, so that it can say how long the training takes; then one each ten seconds."""
    stream = stderr(monkeypatch, terminal=False)
    for _ in train(ProgressBar("lstm"), now, 30, 1.0):
        pass
    assert stream.visible == [
        "lstm:   7%, 0:28 left, 50.0% right, 100 steps/s",
        "lstm:  40%, 0:18 left, 50.0% right, 100 steps/s",
        "lstm:  73%, 0:08 left, 50.0% right, 100 steps/s",
        "lstm: 100%, in 0:30, 50.0% right, 100 steps/s",
        "",
    ]
    assert "\r" not in stream.getvalue()


def test_a_training_that_is_resumed(now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps from before took none of the time."""
    stream = stderr(monkeypatch, terminal=True)
    bar = ProgressBar()
    for done in (0.5, 0.6, 0.7):
        bar(Moment(done, round(1000 * done), math.nan))
        now.now += 10.0
    assert stream.visible == [" 70% [##############      ] 0:30 left, 10 steps/s"]


def test_two_trainings_with_one_bar(now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = stderr(monkeypatch, terminal=False)
    bar = ProgressBar()
    for _ in range(2):
        for _ in train(bar, now, 2, 1.0):
            pass
    assert stream.visible == ["100%, in 0:02, 50.0% right, 100 steps/s"] * 2 + [""]


def test_a_training_that_is_broken_off(now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows begins in a new line."""
    stream = stderr(monkeypatch, terminal=True)
    with ProgressBar() as bar:
        next(train(bar, now, 2, 1.0))
    assert stream.getvalue().endswith("\n")


def test_a_notebook(now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """It rewrites the line in the output of the cell, which is stdout: stderr is red there."""
    ipykernel_stream = type("OutStream", (Stream,), {"__module__": "ipykernel.iostream"})(terminal=False)
    monkeypatch.setattr("sys.stdout", ipykernel_stream)
    for _ in train(ProgressBar(), now, 3, 1.0):
        pass
    assert ipykernel_stream.visible == ["100% [####################] in 0:03, 50.0% right, 100 steps/s", ""]


def test_a_training_with_one_slow_update(now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time before the first update counts, but says nothing about the pace."""
    stream = stderr(monkeypatch, terminal=True)
    with ProgressBar() as bar:
        now.now += 9.0
        bar(Moment(1.0, 500, 0.5))
    assert stream.visible == ["100% [####################] in 0:09, 50.0% right", ""]


def test_entering_a_bar_starts_its_clock(now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = stderr(monkeypatch, terminal=True)
    bar = ProgressBar()
    now.now += 100.0
    with bar:
        list(train(bar, now, 2, 1.0))
    assert " in 0:02, " in stream.visible[0]


def test_a_terminal_that_becomes_narrower(monkeypatch: pytest.MonkeyPatch) -> None:
    """No later rewrite wraps."""
    stream = stderr(monkeypatch, terminal=True)
    line = progress.ProgressLine()
    line.show("a" * 70, at_once=True)
    monkeypatch.setattr(progress, "_width", lambda _: 30)
    for change in (lambda: line.show("b", at_once=True), lambda: line.show("c" * 70, at_once=True), line.erase):
        before = len(stream.getvalue())
        change()
        assert max(map(len, stream.getvalue()[before:].split("\r"))) <= 29


class Broken(Stream):
    """A terminal whose other side is gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("kind", ["closed before", "closed during", "broken"])
def test_a_stream_that_fails(kind: str, now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The training goes on."""
    stream = stderr(monkeypatch, terminal=True)
    if kind == "broken":
        monkeypatch.setattr("sys.stderr", Broken(terminal=True))
    if kind == "closed before":
        stream.close()
    with ProgressBar() as bar, working("training"):
        updates = train(bar, now, 3, 1.0)
        next(updates)
        if kind == "closed during":
            stream.close()
        assert list(updates)[-1] == 1.0


@pytest.mark.parametrize("kind", ["no stream", "dumb"])
def test_no_control_characters(kind: str, now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = stderr(monkeypatch, terminal=True)
    monkeypatch.setenv("TERM", "dumb")
    if kind == "no stream":
        monkeypatch.setattr("sys.stderr", None)
    for _ in train(ProgressBar(), now, 3, 1.0):
        pass
    assert "\r" not in stream.getvalue()
    assert "\033" not in stream.getvalue()


@pytest.mark.parametrize("agent", AGENTS)
def test_every_agent(agent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = stderr(monkeypatch, terminal=False)
    problem = taken_by(agent)
    kind = agent_type(agent)
    kind(problem, kind.settings_type.of(settings(agent, problem)), 0).learn(ProgressBar(agent))
    *_, last, _ = stream.visible
    assert last.startswith(f"{agent}: 100%")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (83, "1:23"), (3599, "59:59"), (36_610, "10:10:10")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_time_left() -> None:
    assert time_left(0.0, 1.0, 5.0) == ""
    assert time_left(0.25, 0.75, 5.0) == "0:15 left"


# What a command does.


@pytest.mark.parametrize("terminal", [True, False])
def test_work_is_described_before_it_starts(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal forgets it, so that stdout stands alone."""
    stream = stderr(monkeypatch, terminal=terminal)
    with working("loading", at_once=True):
        assert stream.visible[0] == "loading ..."
    assert stream.visible == ([""] if terminal else ["loading ...", ""])


@pytest.fixture
def waiting_now(now: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(waiting, "time", now)
    return now


@pytest.mark.parametrize(
    ("terminal", "ticks"),
    [
        (True, {0.4: "", 0.6: "reading ... 0:01", 1.6: "reading ... 0:02"}),
        (False, {1.9: "", 2.1: "reading ... 0:02\n", 11.0: "", 12.2: "reading ... 0:12\n"}),
    ],
)
def test_long_work_is_described(
    terminal: bool, ticks: dict[float, str], waiting_now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After half a second on a terminal, and on another stream after two seconds and then each ten seconds."""
    stream = stderr(monkeypatch, terminal=terminal)
    work, start = waiting._Work("reading"), waiting_now.now
    for seconds, text in ticks.items():
        before = len(stream.getvalue())
        waiting_now.now = start + seconds
        work.tick()
        assert stream.getvalue()[before:].lstrip("\r") == text


def test_the_share_of_work_is_displayed(waiting_now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = stderr(monkeypatch, terminal=True)
    work = waiting._Work("evaluating")
    for share, text in [(0.25, "evaluating ... 25%, 0:30 left"), (0.5, "evaluating ... 50%, 0:20 left")]:
        work.report(share)
        waiting_now.now += 10.0
        work.tick()
        assert stream.visible == [text]


def test_work_is_described_while_it_runs(waiting_now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a thread, since the block is busy; the line is gone when the block ends."""
    stream = stderr(monkeypatch, terminal=True)
    monkeypatch.setattr(waiting, "_TICK", 0.001)
    displayed = threading.Event()
    monkeypatch.setattr(stream, "flush", displayed.set)
    with working("reading") as report:
        report(0.5)
        waiting_now.now += 3.0
        assert displayed.wait(60)
        assert stream.visible == ["reading ... 50%, 0:03 left"]
    assert stream.visible == [""]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "evaluating ... 0:30"), (0.25, "evaluating ... 25%, 1:30 left"), (1.0, "evaluating ... 100%")],
)
def test_how_far_work_is(share: float, text: str) -> None:
    assert waiting._progress("evaluating", share, 30.0) == text


@pytest.mark.parametrize("episodes", [1, 40, 2500])
def test_the_progress_of_an_evaluation(episodes: int) -> None:
    """The policy is evaluated as it would be otherwise, and the share grows to 1."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=3)
    shares: list[float] = []
    policy = seq_envs.policies.random(problem, 0)
    evaluation = seq_envs.evaluate(CountedPolicy(policy, episodes, problem.steps, shares.append), problem, episodes)
    alone = seq_envs.evaluate(seq_envs.policies.random(problem, 0), problem, episodes)
    assert str(evaluation) == str(alone)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) == 3 * -(-episodes // 1000)
