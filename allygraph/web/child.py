"""Child: the life of a worker process, whatever it answers. One frame after the other, on pipes.

Frames on both pipes: two unsigned 32-bit lengths, a JSON head, a body. The first frame in is the
set-up, the first frame out says whether the store opened. Nothing is sent before the outcome is
known. ``evaluator`` answers visitors' queries, ``reader`` what the site itself asks.
"""

import json
import os
import signal
import struct
import sys
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, Protocol

from allygraph.web import sandbox

LENGTHS = struct.Struct(">II")
_PIPE_BYTES = 1 << 20


class Answerer(Protocol):
    """What a worker does with its store."""

    def warm(self) -> None:
        """Prepare what every answer needs, after the process has said that it is ready."""
        ...

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Give the head (``outcome`` and more) and the body of the answer to a request."""
        ...


def live(begin: Callable[[dict[str, Any]], Answerer]) -> None:
    """Serve the frames on standard input until it ends.

    Args:
        begin: opens the store named in the set-up; may raise OSError, RuntimeError, ValueError.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    _widen(target)
    os.dup2(2, 1)  # whatever a library prints must not run into the frames
    setup = read_frame(source)
    if setup is None:
        return
    notes = sandbox.confine(int(setup["parent"]))
    try:
        answerer = begin(setup)
    except (OSError, RuntimeError, ValueError) as error:
        _send(target, {"outcome": "no-store", "message": str(error)[:500]})
        return
    # The threads of the store reserve address space for a moment; the cap is for queries.
    notes += sandbox.limit_memory(int(setup["memory_bytes"]))
    _send(target, {"outcome": "ready", "notes": notes})
    answerer.warm()
    while (request := read_frame(source)) is not None:
        _watch(float(request["deadline_s"]))
        head, body = answerer.answer(request)
        _watch(0.0)
        _send(target, head, body)


def _widen(pipe: BinaryIO) -> None:
    """Let a pipe hold a whole answer of usual size: else reader and writer take turns for it."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return  # not Linux, or all that this user may have is in use: slower, no more


def read_frame(source: BinaryIO) -> dict[str, Any] | None:
    """Read one frame without a body; ``None`` at the end of the pipe."""
    lengths = source.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head: dict[str, Any] = json.loads(source.read(LENGTHS.unpack(lengths)[0]))
    return head


def frame(head: dict[str, Any], body: bytes = b"") -> Iterable[bytes]:
    """Give the parts of one frame."""
    text = json.dumps(head).encode()
    return (LENGTHS.pack(len(text), len(body)) + text, body)


def _watch(seconds: float) -> None:
    """Let the kernel end this process if the pool, which should do so earlier, cannot."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds and seconds + 1.0)


def _send(target: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    for part in frame(head, body):
        target.write(part)
    target.flush()
