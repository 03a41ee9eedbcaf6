"""Worker: one process that answers, one question after the other, and can be killed.

Units: seconds. It runs a module with a function ``main``: the evaluator of visitors' queries or
the site's reader. It is spoken to in the frames of ``child``.
"""

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allygraph.errors import UnreadableFile
from allygraph.web.child import frame
from allygraph.web.pipes import Child

_LOW_PRIORITY = 10
_START_S = 20.0
# Each arena of glibc reserves 64 MB of addresses, which would count against the memory cap.
_FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True)
class Reply:
    """What became of a query.

    ``outcome`` is ``answered`` or the code of a problem, ``version`` that of the graph asked.
    """

    outcome: str
    head: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""
    version: str = ""


class Worker:
    """One process; the pool gives it one query at a time."""

    def __init__(self, store: str) -> None:
        self.store = store
        self._version = version_of(store)
        self._child = Child(self._read, self._ended)
        self._ending: asyncio.Future[None] | None = None

    @classmethod
    async def start(cls, setup: dict[str, Any], module: str) -> tuple["Worker", list[str]]:
        """Start a process and wait until its store is open.

        Args:
            setup: what the process is told first.
            module: what it runs, by a function ``main``.

        Returns:
            The worker, and what its platform could not confine.

        Raises:
            UnreadableFile: the store cannot be opened, or the process did not come up.
        """
        worker = cls(setup["store"])
        await worker._child.start(
            (sys.executable, "-P", "-c", f"from {module} import main; main()"),
            os.environ | {"PYTHONPATH": os.pathsep.join(import_path())} | _FEW_ARENAS,
        )
        try:
            reply = await asyncio.wait_for(worker.ask(setup), _START_S)
        except TimeoutError:
            reply = Reply("no-store", {"message": f"no answer within {_START_S:g} s"})
        except BaseException:
            await worker.kill()
            raise
        if reply.outcome != "ready":
            await worker.kill()
            reason = reply.head.get("message", "the worker process ended at once")
            raise UnreadableFile(f"the store cannot be opened: {reason}", place=setup["store"])
        return worker, reply.head["notes"]

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child.alive

    def ask(self, request: dict[str, Any]) -> "asyncio.Future[Reply]":
        """Send a frame and give the answer to it; a death on the way is an outcome too."""
        return self._child.ask(frame(request))

    def _read(self, head: bytes, body: bytes) -> Reply:
        told = json.loads(head)
        return Reply(told["outcome"], told, body, self._version)

    def _ended(self, code: int) -> Reply:
        # The allocator aborts when the cap is reached; the kernel kills when memory ends.
        starved = code in (-signal.SIGABRT, -getattr(signal, "SIGKILL", signal.SIGABRT))
        return Reply("memory" if starved else "worker-died")

    def spent_s(self) -> float:
        """Give the seconds that the process has computed; elsewhere than on Linux, a clock."""
        if sys.platform != "linux":
            return time.monotonic()
        # The kernel's number for the clock of another process, as clock_getcpuclockid makes it.
        try:
            return time.clock_gettime((~self._child.transport.get_pid() << 3) | 2)
        except OSError:
            return 0.0

    def step_back(self) -> None:
        """Give way to other processes from now on."""
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._child.transport.get_pid(), _LOW_PRIORITY)

    async def kill(self) -> None:
        """End the process now, and wait until it and its pipes have gone."""
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._child.kill())
        await asyncio.shield(self._ending)


def version_of(store: str | Path) -> str:
    """Give the version of the graph in a store: the start of its hash, which names its folder."""
    return Path(store).name[:16]


def import_path() -> list[str]:
    """Give the worker the modules of this process, wherever they were found."""
    own = str(Path(__file__).resolve().parents[2])
    return list(dict.fromkeys([own, *(entry for entry in sys.path if entry)]))
