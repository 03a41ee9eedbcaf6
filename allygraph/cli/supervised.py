"""Work with a deadline: it runs in a child process, which is ended when the time is over.

Nothing inside a process can stop a query of Oxigraph or a pattern of Python's ``re``. The child is
a fork, so nothing has to be handed over; its output and exit code are those of the command.
"""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from allygraph.errors import DeadlineExceeded


@contextmanager
def supervised(deadline: float | None) -> Iterator[None]:
    """Run the body in a child process that has so many seconds; without a deadline, right here.

    Raises:
        DeadlineExceeded: the time was over; the child was ended.
    """
    if deadline is None or not hasattr(os, "fork"):
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        yield
        return
    code = _wait(child, deadline)
    if code is None:
        raise DeadlineExceeded(
            f"validation was stopped after {deadline:g} s",
            expected="simpler shapes, less data or a longer --deadline",
        )
    os._exit(code)


def _wait(child: int, deadline: float) -> int | None:
    """Give the exit code of a child; None if it was ended because its time was over."""
    handle = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    try:
        if handle is not None and not select.select([handle], [], [], deadline)[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
        _, status = os.waitpid(child, 0)
    except KeyboardInterrupt:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    finally:
        if handle is not None:
            os.close(handle)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
