"""A process that can be stopped: with a deadline, a cap on memory, and no network.

A query cannot be cancelled inside pyoxigraph, nor a pattern inside Python's ``re``: only a process
can be ended. Data and shapes go to it as N-Quads, which keep blank nodes and lexical forms; what it
finds, or the error it raises, comes back. Units: seconds and bytes.
"""

import ctypes
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from pyoxigraph import Quad, RdfFormat, Triple, parse, serialize

from allygraph.shacl.errors import Failed, LimitHit, ShaclError

MEMORY = 8_000_000_000
_ENTRY = "from allygraph.shacl.confined import main; main()"
# Each arena of glibc reserves 64 MB of addresses, which would count against the cap.
_FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
_PARENT_DEATH_SIGNAL = 1
_LEAVING = (
    "socket.",
    "urllib.",
    "subprocess.",
    "os.exec",
    "os.posix_spawn",
    "os.system",
    "ftplib.",
)


def run(
    engine: str,
    data: Iterable[Quad | Triple] | bytes,
    shapes: Iterable[Quad | Triple],
    options: dict[str, Any],
    *,
    deadline: float,
    memory: int = MEMORY,
) -> Any:
    """Ask an engine in a process of its own.

    Args:
        engine: ``module:function`` of this package; called with the quads of data and
            shapes, each to be read once, and the options.
        data: the graph that is judged, or its N-Quads.
        shapes: the shapes graph.
        options: further arguments; they must be able to cross to another process.
        deadline: seconds until the process is ended, its start included.
        memory: bytes of address space that it may use.

    Raises:
        LimitHit: the deadline has passed or the memory is used up.
        Failed: the process died otherwise.
        ShaclError: what the engine raised.
    """
    request = pickle.dumps((engine, memory, options, _lines(data), _lines(shapes)))
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _ENTRY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(_import_path())} | _FEW_ARENAS,
    )
    try:
        reply, _ = process.communicate(request, timeout=deadline)
    except subprocess.TimeoutExpired as error:
        raise LimitHit(f"validation was stopped after {deadline:g} s") from error
    finally:
        _end(process)
    if not reply:
        raise _death(process.returncode, memory)
    answer = pickle.loads(reply)
    if isinstance(answer, ShaclError):
        raise answer
    return answer


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        # What was not yet written goes nowhere.
        with suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


def _death(code: int, memory: int) -> ShaclError:
    # The allocator aborts when the cap is reached; the kernel kills when memory ends.
    if code in (-signal.SIGABRT, -getattr(signal, "SIGKILL", signal.SIGABRT)):
        return LimitHit(f"validation used up its memory of {memory / 1e9:g} GB")
    return Failed(None, f"the process that judged ended with the code {code}")


def _lines(quads: Iterable[Quad | Triple] | bytes) -> bytes:
    if isinstance(quads, bytes):
        return quads
    return serialize((_quad(quad) for quad in quads), format=RdfFormat.N_QUADS) or b""


def _quad(quad: Quad | Triple) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object)


def _import_path() -> list[str]:
    return [os.path.realpath(place or os.curdir) for place in sys.path]


def main() -> None:
    """Answer one request from standard input; what `run` starts."""
    _tie_to_parent()
    request = sys.stdin.buffer.read()
    reply = sys.stdout.buffer
    engine, memory, options, data, shapes = pickle.loads(request)
    del request
    confine(memory)
    try:
        answer = _engine(engine)(_quads(data), _quads(shapes), **options)
    except ShaclError as error:
        answer = error
    except MemoryError:
        answer = LimitHit(f"validation used up its memory of {memory / 1e9:g} GB")
    reply.write(pickle.dumps(answer))
    reply.flush()


def _engine(name: str) -> Any:
    from importlib import import_module

    module, _, function = name.partition(":")
    return getattr(import_module(f"allygraph.shacl.{module}"), function)


def _quads(lines: bytes) -> Iterator[Quad]:
    return iter(parse(input=lines, format=RdfFormat.N_QUADS))


def _tie_to_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def confine(memory: int) -> list[str]:
    """Give up memory beyond a cap, core dumps, the network and other programs, for good.

    Args:
        memory: bytes of address space.

    Returns:
        a sentence for each guard that this platform does not have.
    """
    notes = []
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most == resource.RLIM_INFINITY or memory < most:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, ValueError, OSError):
        notes.append("no cap on memory: this platform has no limit on the address space")
    # A network of its own, without a way out, where the kernel lets everyone have one.
    if sys.platform != "linux" or ctypes.CDLL(None).unshare(_NEW_USER_AND_NETWORK) != 0:
        notes.append("only Python's own doors to the network are shut")
    sys.addaudithook(_stay)
    return notes


def _stay(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_LEAVING) and event != "socket.gethostname":
        raise PermissionError(f"validation does not leave its process: {event}")
