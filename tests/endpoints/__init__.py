"""Other SPARQL engines for tests, each in a process of its own on loopback, in a temporary folder.

Shape: a folder and a file of N-Quads in, the address of a SPARQL endpoint out, for as long as the
context lasts. Nothing is left: no daemon, no file, no port. Units: seconds and bytes.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_MOST_MEMORY_BYTES = 4_000_000_000


def program(*names: str, package: str) -> str:
    """Give the path of the first program that is there; without one, the test cannot run.

    In continuous integration (``CI=true``) a missing engine is a failure, not a reason to skip.
    """
    for name in names:
        if path := shutil.which(name):
            return path
    reason = f"{names[0]} is not here: install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """Give a port of loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def process(command: list[str], folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server with a cap on its memory; it is ended with the context."""
    log = folder / "output.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT) as server,
    ):
        try:
            _cap_memory(server.pid)
            yield server
        finally:
            server.kill()


def wait_for(
    answers: Callable[[], bool], server: "subprocess.Popen[bytes]", *, seconds: float = 90
) -> bool:
    """Wait until a server answers; tell whether it does before it ends or the time is up."""
    ends = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < ends:
        if answers():
            return True
        time.sleep(0.1)
    return False


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port of loopback."""
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def _cap_memory(pid: int) -> None:
    try:
        import resource

        resource.prlimit(pid, resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    except (ImportError, AttributeError, ProcessLookupError):
        return  # no such limit on this system, or the server has ended already
