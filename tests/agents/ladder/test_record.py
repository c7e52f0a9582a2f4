"""A climb as a file: it holds what was printed, and a broken file is refused by its name."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from seq_agents.ladder import ClimbRecord, climb, packages_of, trainer
from tiny_commands import refused, said, stopped


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def module(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a module with a training function; the name of the agent."""
    Path(f"{name}.py").write_text(
        f"import seq_envs\n{text}\ndef train(make_envs, budget):\n"
        "    return seq_envs.policies.memoryless(make_envs.problem)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(Path.cwd()))
    return f"{name}:train"


@pytest.mark.slow
def test_the_file_has_what_the_climb_found(capsys: pytest.CaptureFixture[str]) -> None:
    printed = stopped(["ladder", "memoryless", "--out", "climb.json", "--seed", "3", "--rollout", "24"], capsys, 1).out
    assert printed.endswith(
        "Next: seq-envs ladder memoryless --seed 3 --rollout 24 --from 'lag 1 within a minibatch'\n"
    )
    record, climbed = ClimbRecord.read(Path("climb.json")), climb(trainer("memoryless"), 24, 3)
    assert (record.agent, record.seed, record.rollout) == ("memoryless", 3, 24)
    assert record.command == "seq-envs ladder memoryless --out climb.json --seed 3 --rollout 24"
    assert record.versions["numpy"] == version("numpy")
    assert record.verdict == climbed.verdict
    assert record.probes == climbed.probes
    assert record.broken_at == record.results[1]
    for kept, result in zip(record.results, climbed.results, strict=True):
        assert result.playing is not None
        assert kept.accuracy == result.playing.accuracy
        assert kept.accuracy_interval == result.playing.accuracy_interval
        assert (kept.name, kept.passed, kept.needed) == (result.name, result.passed, result.needed)
        assert (kept.learning, kept.note, kept.tries) == (result.learning, result.note, result.tries)
        assert kept.means == ("" if result.passed else result.means)


def test_what_raised_has_no_accuracy() -> None:
    def train(*_: Any) -> Any:
        raise RuntimeError("no GPU")

    record = ClimbRecord.of(climb(train), agent="a:b", command="", versions={}, seed=0, rollout=32)
    record.write(Path("climb.json"))
    assert ClimbRecord.read(Path("climb.json")) == record
    assert record.results[0].accuracy is None
    assert "no GPU" in record.results[0].note


def test_the_versions_of_packages_that_the_module_names(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = module("names_pytest", "PACKAGES = ('PyTest', 'hypothesis')", monkeypatch)
    said(["ladder", agent, "--only", "1", "--out", "climb.json"], capsys)
    versions = ClimbRecord.read(Path("climb.json")).versions
    assert {"pytest": version("pytest"), "hypothesis": version("hypothesis")}.items() <= versions.items()
    assert packages_of("lstm") == ()
    assert packages_of(module("names_nothing", "", monkeypatch)) == ()


@pytest.mark.parametrize(
    ("text", "out", "message"),
    [
        ("PACKAGES = ('nowhere-at-all',)", "climb.json", "'nowhere-at-all' is not an installed distribution"),
        ("PACKAGES = 'pytest'", "climb.json", "PACKAGES of 'module_1:train' must be a tuple of names of distributions"),
        ("PACKAGES = (3,)", "climb.json", "must be a tuple of names of distributions, got (3,)"),
        ("", "nowhere/climb.json", "--out must name a file in a folder that exists"),
        ("", ".", ". is a folder: name a file"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_climb(
    text: str,
    out: str,
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    name = f"module_{request.node.callspec.indices['text']}"
    error = refused(["ladder", module(name, text, monkeypatch), "--out", out], capsys)
    assert message in error
    assert "rung 1" not in error
    assert not list(Path.cwd().glob("*.json"))


def test_an_interrupted_climb_writes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> Any:
        raise KeyboardInterrupt

    agent = module("interrupted", "", monkeypatch)
    monkeypatch.setattr("interrupted.train", interrupt)
    stopped(["ladder", agent, "--out", "climb.json"], capsys, 130)
    assert not list(Path.cwd().glob("climb*"))


def stored() -> dict[str, Any]:
    """A climb as it stands in a file."""
    climbed = climb(lambda *_: 3)
    ClimbRecord.of(climbed, agent="a:b", command="c", versions={}, seed=0, rollout=32).write(Path("climb.json"))
    read: dict[str, Any] = json.loads(Path("climb.json").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize(
    "changes",
    [
        {"agent": 3}, {"date": "yesterday"}, {"date": None}, {"seed": "0"}, {"versions": ["numpy"]}, {"probes": [1]},
        {"versions": {"numpy": 2}}, {"results": 3}, {"results": [{}]}, {"results": None}, {"more": 1},
        {"verdict": None},
        {"rung": {"accuracy": 1.5}}, {"rung": {"accuracy": "1"}}, {"rung": {"accuracy_interval": [0.5]}},
        {"rung": {"passed": "yes"}}, {"rung": {"tries": 0}}, {"rung": {"more": 0}}, {"rung": {"note": None}},
    ],
    ids=str,
)  # fmt: skip
def test_a_file_with_something_else_is_refused(changes: dict[str, Any]) -> None:
    read = stored()
    changed = read | changes
    if "rung" in changes:
        changed = read | {"results": [read["results"][0] | changes["rung"]]}
    path = Path("changed.json")
    path.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(ValueError, match=r"changed\.json has no climb of the ladder: "):
        ClimbRecord.read(path)


@pytest.mark.parametrize("text", ["", "[]", "3", "null", "{}", '{"seed": NaN}', "[" * 100_000])
def test_a_file_that_is_no_object_is_refused(text: str) -> None:
    Path("climb.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"climb\.json has no climb of the ladder: "):
        ClimbRecord.read(Path("climb.json"))
