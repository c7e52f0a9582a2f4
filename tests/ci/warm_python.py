"""Commands of Python that start in milliseconds: each runs in a fork of a server that has imported the libraries.

    python tests/ci/warm_python.py ADDRESS        serve at this Unix socket until stdin ends

The server imports nothing of the project, so each command does. `shims` writes the commands `python` and `seq-envs`
that use the server. They know what the tests need: `-B`, `-W`, `-c`, `-m` and scripts. The worker processes that
multiprocessing spawns in such a command are such commands, too.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing import spawn
from pathlib import Path
from typing import Any, NoReturn

from forked_tests import import_libraries

ADDRESS = "WARM_PYTHON"
"""The environment variable with the address of a server for all processes of a run."""
_SHIM = """#!{python} -IS
import json, os, signal, socket, sys
if sys.argv[-1] == "--multiprocessing-fork":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # A worker's parent ends it.
inherited = []
for number in map(int, os.listdir("/dev/fd")):
    try:
        os.fstat(number)
    except OSError:
        continue  # It was that of the listing.
    inherited.append(number)
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b" "], inherited)
    command = [{first!r} + sys.argv[1:], os.getcwd(), dict(os.environ), inherited, {python_shim!r}]
    server.sendall(json.dumps(command).encode() + b"\\n")
    code = int(server.recv(8) or 70)
if code < 0:
    signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
    os.kill(os.getpid(), -code)
sys.exit(code)
"""
_MOST_STREAMS = 253
"""The most file descriptors that Linux sends at once."""
_OUT_OF_THE_WAY = 512
"""File descriptors from this number on are not those of a command."""
_SECONDS = 0.01
"""Between two looks at a command that runs."""
_COMMANDS = {"python": [], "seq-envs": ["-m", "seq_agents.cli"]}
"""What each command does, as arguments of Python."""


@contextlib.contextmanager
def shims(folder: Path) -> Iterator[Path]:
    """Write the commands to an empty folder, which is to precede the others of PATH. They work within the context."""
    with contextlib.ExitStack() as stack:
        address = os.environ.get(ADDRESS) or stack.enter_context(_server(folder / "server"))
        for name, first in _COMMANDS.items():
            text = _SHIM.format(python=sys.executable, address=address, first=first, python_shim=str(folder / "python"))
            (folder / name).write_text(text, encoding="utf-8")
            (folder / name).chmod(0o755)
        yield folder


@contextlib.contextmanager
def _server(path: Path) -> Iterator[str]:
    """Start a server at this path; yields its address."""
    server = subprocess.Popen([sys.executable, __file__, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline(), "the server could not start"
    try:
        yield str(path)
    finally:
        server.communicate()  # Its stdin ends.


class ForkedServer:
    """A server in a fork of this process, which has imported the libraries. It ends with this process at the latest.

    All processes that this one starts find the server. In a fork, the constructor does not return.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp())  # No context, which the forks would end.
        address = str(self._folder / "server")
        listener = _listener(address)
        until, self._kept = os.pipe()  # This end is closed when this process ends.
        self._child = os.fork()
        if self._child == 0:
            os.close(self._kept)
            os.setsid()
            _serve(listener, until)
            sys.exit()
        os.close(until)
        listener.close()
        os.environ[ADDRESS] = address

    def end(self) -> float:
        """End the server; returns the CPU seconds of all commands."""
        os.close(self._kept)
        _, _, used = os.wait4(self._child, 0)
        shutil.rmtree(self._folder)
        return used.ru_utime + used.ru_stime


def _listener(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(16)
    return listener


def _serve(listener: socket.socket, until: int) -> None:
    """Run the commands that arrive, each in a fork, until this file descriptor ends.

    In a fork, it returns when the command has ended.
    """
    while True:
        ready, _, _ = select.select([listener, until], [], [])
        with contextlib.suppress(ChildProcessError):  # There is no fork.
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if until in ready:
            return None  # Nothing is ever written there: it has ended.
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            return _run_in_a_fork(connection)
        connection.close()


def _run_in_a_fork(connection: socket.socket) -> None:
    """Run the command of this connection in a further fork, and answer with its exit code."""
    _, streams, _, _ = socket.recv_fds(connection, 1, _MOST_STREAMS)
    with connection.makefile("rb") as file:
        arguments, folder, environment, numbers, python_shim = json.loads(file.readline())
    child = os.fork()
    if child:
        _answer(connection, child)
    connection.close()
    os.setsid()
    _place(streams, numbers)
    spawn.set_executable(python_shim)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin, sys.stdout = _text(0, "r"), _text(1, "w")
    sys.stderr = _text(2, "w", errors="backslashreplace", buffering=1)
    sys.path[:0] = environment.get("PYTHONPATH", "").split(os.pathsep)
    _run_python(arguments)


def _place(streams: Sequence[int], numbers: Sequence[int]) -> None:
    """Give file descriptors the numbers that they had in the shim."""
    away = [fcntl.fcntl(stream, fcntl.F_DUPFD, _OUT_OF_THE_WAY) for stream in streams]
    for stream in streams:
        os.close(stream)
    for stream, number in zip(away, numbers, strict=True):
        os.dup2(stream, number)
        os.close(stream)


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
    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _run_python(arguments: Sequence[str]) -> None:
    """What `python` does with these arguments."""
    first, *rest = arguments
    if first == "-B":
        _run_python(rest)  # The server writes no bytecode either, as PYTHONDONTWRITEBYTECODE says.
    elif first == "-W":
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
    import_libraries()
    _server_socket = _listener(sys.argv[1])
    print("ready", flush=True)
    _serve(_server_socket, until=0)
