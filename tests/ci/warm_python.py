"""Commands of Python that start in milliseconds: each runs in a fork of a server that has imported the libraries.

    python tests/ci/warm_python.py ADDRESS        serve at this Unix socket until stdin ends

The server imports nothing of the project, so each command does. `shims` writes the commands `python` and `seq-envs`
that use the server. They know what the tests need: `-W`, `-c`, `-m` and scripts.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from forked_tests import import_libraries

_SHIM = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b" "], [0, 1, 2])
    server.sendall(json.dumps([{first!r} + sys.argv[1:], os.getcwd(), dict(os.environ)]).encode() + b"\\n")
    code = server.recv(8)
sys.exit(int(code or 70))
"""
_SECONDS = 0.01
"""Between two looks at a command that runs."""
_COMMANDS = {"python": [], "seq-envs": ["-m", "seq_agents.cli"]}
"""What each command does, as arguments of Python."""


@contextlib.contextmanager
def shims(folder: Path) -> Iterator[Path]:
    """Write the commands to an empty folder, which is to precede the others of PATH. They work within the context."""
    address = str(folder / "server")
    server = subprocess.Popen([sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline(), "the server could not start"
    for name, first in _COMMANDS.items():
        (folder / name).write_text(_SHIM.format(python=sys.executable, address=address, first=first), encoding="utf-8")
        (folder / name).chmod(0o755)
    try:
        yield folder
    finally:
        server.communicate()  # Its stdin ends.


def serve(address: str) -> None:
    """Run the commands that arrive, each in a fork. In a fork, it returns when the command has ended."""
    import_libraries()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(16)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([listener, 0], [], [])
        with contextlib.suppress(ChildProcessError):  # There is no fork.
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if 0 in ready:
            return None  # Nothing is ever written to stdin: it has ended.
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            return _run_in_a_fork(connection)
        connection.close()


def _run_in_a_fork(connection: socket.socket) -> None:
    """Run the command of this connection in a further fork, and answer with its exit code."""
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as file:
        arguments, folder, environment = json.loads(file.readline())
    child = os.fork()
    if child:
        _answer(connection, child)
    connection.close()
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin, sys.stdout = _text(0, "r"), _text(1, "w")
    sys.stderr = _text(2, "w", errors="backslashreplace", buffering=1)
    sys.path[:0] = environment.get("PYTHONPATH", "").split(os.pathsep)
    _run_python(arguments)


def _text(number: int, mode: str, **options: Any) -> Any:
    """A standard stream, by its number, as text; it is open as long as the process."""
    return open(number, mode, encoding="utf-8", closefd=False, **options)


def _answer(connection: socket.socket, child: int) -> NoReturn:
    """Wait for the child, and send its exit code. If the shim is killed, so are the child and all that it started."""
    ended = 0
    while not ended:
        ended, status = os.waitpid(child, os.WNOHANG)
        if not ended and select.select([connection], [], [], _SECONDS)[0]:
            with contextlib.suppress(ProcessLookupError):  # It has just ended.
                os.killpg(child, signal.SIGKILL)
            os._exit(0)
    code = os.waitstatus_to_exitcode(status)
    connection.sendall(str(code if code >= 0 else 128 - code).encode())
    os._exit(0)


def _run_python(arguments: Sequence[str]) -> None:
    """What `python` does with these arguments."""
    first, *rest = arguments
    if first == "-W":
        assert rest[0] == "error::UserWarning"
        warnings.filterwarnings("error", category=UserWarning)
        _run_python(rest[1:])
    elif first == "-m":
        sys.argv = rest
        sys.path.insert(0, "")
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv = ["-c", *rest[1:]]
        sys.path.insert(0, "")
        exec(rest[0], {"__name__": "__main__"})
    else:
        sys.argv = list(arguments)
        sys.path.insert(0, str(Path(first).parent))
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    serve(sys.argv[1])
