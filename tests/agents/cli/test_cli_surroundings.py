"""Every command with every encoding, terminal width, closed stream, unusual path and kind of installation."""

from __future__ import annotations

import errno
import io
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import torch
from seq_agents.cli import catalogue
from seq_agents.cli import main as cli
from tiny_commands import ANSWERS, COMMANDS, ECHO, TINY, Ended, copied, elsewhere, run  # noqa: F401 - a fixture.

torch.set_num_threads(1)


CONSOLES = [
    ("ascii", "strict"),
    ("utf-8", "surrogateescape"),
    *(pytest.param(encoding, "strict", marks=pytest.mark.nightly) for encoding in ("cp1252", "cp437", "latin-1")),
]
"""What ASCII lacks, the others lack too or print, so only the extremes are tried for every change."""


def test_every_command_is_tried() -> None:
    assert {arguments[0] for arguments, _ in COMMANDS.values()} >= set(cli.parser().commands)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(("encoding", "errors"), CONSOLES, ids=lambda text: str(text))
def test_a_console_that_lacks_characters(name: str, encoding: str, errors: str, made: Path) -> None:
    copied(made)
    arguments, code = COMMANDS[name]
    ended = run(arguments, encoding, errors, ANSWERS)
    assert ended.code == code, ended.err
    assert "Error" not in ended.err.replace("RuntimeError", "")
    assert ended.out or code == 2


@pytest.mark.parametrize(
    ("encoding", "sign"), [("ascii", "+-"), ("cp1252", "±"), ("cp437", "±"), ("latin-1", "±"), ("utf-8", "±")]
)
def test_what_a_console_lacks_is_written_in_ascii(encoding: str, sign: str) -> None:
    assert f" {sign} 0." in run(["show", "SeqClassify-v0"], encoding).out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
def test_play_marks_answers_on_every_console(encoding: str) -> None:
    played = run(["play", "SeqEcho-v0", "--length", "4", "--seed", "0"], encoding, typed=b"0\n3\n5\n8\n").out
    assert "       . v v x" in played


def test_typed_bytes_that_are_not_text() -> None:
    ended = run(["play", "SeqEcho-v0", "--length", "2", "--seed", "0"], typed=b"\xff\n1\n2\n")
    assert "is not an integer from 0 to 9" in ended.out
    assert ended.code == 0


def test_an_encoding_error_is_not_wrong_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a fault of this package, and must not look like a mistake of the user."""

    def fail(*_: object, **__: object) -> None:
        raise UnicodeEncodeError("ascii", "ü", 0, 1, "no")

    monkeypatch.setattr(catalogue, "_list", fail)
    with pytest.raises(UnicodeEncodeError):
        cli.main(["list"])


def figures(ended: Ended) -> Counter[str]:
    """Every decimal number that is printed, but for times."""
    return Counter(re.findall(r"-?\d\.\d{4}", ended.out))


@pytest.mark.parametrize("name", [name for name in COMMANDS if not name.startswith("report")])
def test_figures_stay_whole_at_every_width(name: str, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied(made)
    arguments, code = COMMANDS[name]
    monkeypatch.setenv("COLUMNS", "500")
    wide = run([*arguments, *(["--out", "wide"] if name == "train" else [])], typed=ANSWERS)
    if name in ("bench", "compare", "evaluate", "horizon", "play", "train"):
        assert figures(wide)
    for columns in ("0", "20", "40", None):
        if columns is None:
            monkeypatch.delenv("COLUMNS")
        else:
            monkeypatch.setenv("COLUMNS", columns)
        narrow = run([*arguments, *(["--out", f"at-{columns}"] if name == "train" else [])], typed=ANSWERS)
        assert narrow.code == wide.code == code, columns
        assert figures(narrow) == figures(wide), columns
        assert "…" not in narrow.out, columns


@pytest.mark.parametrize("name", ["compare", "evaluate", "train", "bench", "horizon"])
def test_a_table_fits_a_narrow_terminal(name: str, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied(made)
    monkeypatch.setenv("COLUMNS", "40")
    out = run(COMMANDS[name][0]).out
    tables = [line for line in out.splitlines() if re.search(r"\d\.\d{4}", line)]
    assert tables
    assert max(map(len, tables)) <= 40


@pytest.mark.parametrize("columns", [24, 40])
def test_an_episode_fits_a_narrow_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    drawn = [line for line in run(["show", "SeqEchoHard-v0"]).out.splitlines() if re.match("(step|input|truth) ", line)]
    assert max(map(len, drawn)) < columns
    assert sum(line.startswith("step") for line in drawn) > 2


@pytest.mark.parametrize("closed", [("stdout",), ("stdin", "stdout", "stderr")], ids="-".join)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_stream_that_is_closed(
    name: str, closed: tuple[str, ...], made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(made)
    arguments, code = COMMANDS[name]
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, stream, None if stream in closed else io.TextIOWrapper(io.BytesIO(), "utf-8"))
    ended: int | str | None = 0
    try:
        cli.main(arguments)
    except SystemExit as raised:
        ended = raised.code
    for stream in closed:
        getattr(sys, stream).close()
    assert ended in (code, None)
    if name == "train":
        assert Path("runs/mlp-SeqEcho-v0-0/evaluation.json").exists()


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a line of bash in which `seq-envs` is the command from these sources."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "ignore"}
    function = f'seq-envs() {{ {sys.executable} -m seq_agents.cli "$@"; }}; set -o pipefail; '
    return subprocess.run(
        ["bash", "-c", function + line], cwd=folder, capture_output=True, env=environment, timeout=300, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "seq-envs list >&-",
        "seq-envs list 2>&-",
        "seq-envs list <&- >&- 2>&-",
        "seq-envs list --help | true",
        "seq-envs play SeqEcho-v0 <&-",
        "seq-envs train mlp SeqEcho-v0 --set updates=30 --episodes 10 >&- 2>&-",
        *(
            pytest.param(
                f"seq-envs train mlp SeqEcho-v0 --set updates=30 --episodes 10 {piped}", marks=pytest.mark.nightly
            )
            for piped in ("2>&1 >/dev/null | true", "| true")
        ),
    ],
)
def test_streams_of_a_real_shell(line: str, tmp_path: Path) -> None:
    done = shell(line, tmp_path)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    if "train" in line:
        assert (tmp_path / "runs" / "mlp-SeqEcho-v0-0" / "evaluation.json").exists()
        assert b"steps/s" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("line", "completions"),
    [
        ("tr", {"train"}),
        ("train lstm SeqEcho", {"SeqEcho-v0", "SeqEchoMedium-v0", "SeqEchoHard-v0"}),
        ("train lstm SeqEcho-v0 --la", {"--lag"}),
        ("train lstm SeqEcho-v0 --core gr", {"gru"}),
        ("show rec", {"recurrent-ppo", "recurrent-ppo-stock"}),
        ("show lstm SeqEchoM", {"SeqEchoMedium-v0"}),
        ("train lstm SeqCopy-v0 --framing one", {"one_to_one", "one_to_many"}),
    ],
)
def test_completion_by_a_shell(line: str, completions: set[str]) -> None:
    """argcomplete's protocol: it gets the line in the environment, and writes into a file what can follow."""
    typed = f"seq-envs {line}"
    completing = {"_ARGCOMPLETE": "1", "COMP_LINE": typed, "COMP_POINT": str(len(typed)), "COMP_TYPE": "9"}
    files = {"_ARGCOMPLETE_STDOUT_FILENAME": "completions", "_ARGCOMPLETE_IFS": "\n"}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | completing | files
    program = (
        "import sys\nfrom seq_agents.cli import main as cli\n"
        "try:\n    cli.main()\nfinally:\n    assert 'torch' not in sys.modules, 'completion is fast'"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert {word.strip() for word in Path("completions").read_text().splitlines()} == completions


def test_a_command_that_is_being_typed_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even without argcomplete."""
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    ended = run(["train", "mlp", *ECHO, *TINY])
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert not Path("runs").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a file of Linux")
def test_a_full_disk_behind_stdout(tmp_path: Path) -> None:
    done = shell("seq-envs list >/dev/full", tmp_path)
    assert (done.returncode, done.stderr.decode()) == (
        2,
        f"seq-envs: [Errno {errno.ENOSPC}] {os.strerror(errno.ENOSPC)}\n",
    )


ODD_PATHS = ["a b", "ü±✗", "run\udcff", "x" * 100, "-run", "--run", 'it\'s "$HOME" `x`', "a\nb", "%d{}[bold]", "a/../b"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "encoding"),
    [
        *(pytest.param(path, "utf-8", marks=pytest.mark.nightly) for path in ODD_PATHS),
        ("a\nb", "utf-8"),
        ("--run", "utf-8"),
        ("ü±✗", "ascii"),
        ("run\udcff", "cp1252"),
        ("%d{}[bold]", "utf-8"),
    ],
    ids=ascii,
)
def test_odd_paths(path: str, encoding: str, made: Path) -> None:
    copied(made)
    train = ["train", "mlp", *ECHO, *TINY, f"--out={path}"]
    first = run(train, encoding)
    assert first.code == 0, first.err
    again = run([*train, "--resume"], encoding)
    assert (again.code, figures(again)) == (0, figures(first))
    evaluated = run(["evaluate", "--episodes", "40", "--", path], encoding)
    assert evaluated.code == 0, evaluated.err
    assert figures(evaluated) == figures(first)
    assert run(["report", "results", f"--out={path}.html"], encoding).code == 0
    os.rename("results", f"{path}-results")
    assert run(["bench", "grid.yaml", f"--out={path}-results"], encoding).code == 0
    assert run(["report", "--csv", "--", f"{path}-results"], encoding).code == 0


def test_a_path_that_is_not_utf_8_is_printed_byte_for_byte() -> None:
    assert "\nrun\udcff: config, checkpoint" in run(["train", "mlp", *ECHO, *TINY, "--out", "run\udcff"]).out


def test_sources_that_are_not_installed(tmp_path: Path) -> None:
    """A clone whose two folders are on the path."""
    program = (
        "import importlib.metadata as metadata\n"
        "installed = metadata.version\n"
        "def version(name):\n"
        "    if name == 'seq-envs':\n"
        "        raise metadata.PackageNotFoundError(name)\n"
        "    return installed(name)\n"
        "metadata.version = version\n"
        "from seq_agents.experiments.provenance import versions\n"
        "import seq_envs\n"
        "assert versions()['seq-envs'] == seq_envs.__version__\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, cwd=tmp_path, check=True)
