"""Workers: a pool of processes that answer queries and can be killed.

A query first holds one of a few quick places. After a third of a second, or sooner when others
wait, it is called long: it gives its place to a fresh worker, loses priority, and goes on among a
bounded number of long ones until the deadline. So somebody else's lookup does not wait for a long
query. At the deadline, or when its client has gone, a worker is killed; a dead one is replaced.

Units: seconds and bytes. Why processes: a query of 4.5 kB can crash the engine, none can be
cancelled, and a thread cannot be killed.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allygraph.errors import UnreadableFile
from allygraph.web.child import LENGTHS, frame

log = logging.getLogger("allygraph.web")
_LOW_PRIORITY = 10
_QUICK_S = 0.05
_START_S = 20.0
# Each arena of glibc reserves 64 MB of addresses, which would count against the memory cap.
_FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}


def _places() -> int:
    return max(2, min(8, os.cpu_count() or 1)) + 2


@dataclass(frozen=True)
class Limits:
    """What one query may cost.

    Attributes:
        deadline_s: whole time of one query.
        memory_bytes: address space of one worker.
        result_bytes: cap of one serialised answer.
        rows: cap of the rows, or the triples, of one answer; more are cut off, which is told.
        query_bytes: cap of the query text in UTF-8.
        workers: quick places.
        long_after_s: when a query counts as long, though nobody waits.
        long_workers: how many long queries may run at once.
        queue: how many queries may wait for a place.
        queue_s: how long one may wait.
    """

    deadline_s: float = 10.0
    memory_bytes: int = 1_500_000_000
    result_bytes: int = 32_000_000
    rows: int = 100_000
    query_bytes: int = 65_536
    workers: int = field(default_factory=_places)
    long_after_s: float = 0.3
    long_workers: int = 4
    queue: int = 64
    queue_s: float = 5.0


READING = Limits(deadline_s=60.0, workers=3, long_after_s=60.0, long_workers=0)
"""For readers: none gives up its place, so that what it has prepared is kept."""


@dataclass(frozen=True)
class Reply:
    """What became of a query: ``outcome`` is ``answered`` or the code of a problem."""

    outcome: str
    head: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""


class Worker:
    """One process; the pool gives it one query at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise TypeError("a worker needs both pipes")
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
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
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", f"from {module} import main; main()"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(_import_path())} | _FEW_ARENAS,
            limit=1 << 20,
        )
        worker = cls(process)
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
        return self._process.returncode is None

    async def ask(self, request: dict[str, Any]) -> Reply:
        """Send a frame and give the answer to it; a death on the way is an outcome too."""
        try:
            self._stdin.writelines(frame(request))
            lengths = await self._stdout.readexactly(LENGTHS.size)
            head_size, body_size = LENGTHS.unpack(lengths)
            head = json.loads(await self._stdout.readexactly(head_size))
            body = await self._stdout.readexactly(body_size) if body_size else b""
        except (asyncio.IncompleteReadError, ConnectionError):
            code = await self._process.wait()
            # The allocator aborts when the cap is reached; the kernel kills when memory ends.
            starved = code in (-signal.SIGABRT, -getattr(signal, "SIGKILL", signal.SIGABRT))
            return Reply("memory" if starved else "worker-died")
        return Reply(head["outcome"], head, body)

    def step_back(self) -> None:
        """Give way to other processes from now on."""
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _LOW_PRIORITY)

    async def kill(self) -> None:
        """End the process now, and wait until it and its pipes have gone."""
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._end())
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        if self.alive:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()
        self._stdin.close()
        with suppress(ConnectionError):
            await self._stdin.wait_closed()
        while await self._stdout.read(1 << 16):
            pass


def _import_path() -> list[str]:
    """Give the worker the modules of this process, wherever they were found."""
    own = str(Path(__file__).resolve().parents[2])
    return list(dict.fromkeys([own, *(entry for entry in sys.path if entry)]))


class Pool:
    """Workers over one snapshot of the store.

    Args:
        store: folder of an Oxigraph store; it must not change while the pool lives.
        limits: what one query may cost.
        prefixes: short names for Turtle answers.
        module: what the processes run: the evaluator of visitors' queries, or the site's reader.
    """

    def __init__(
        self,
        store: Path,
        limits: Limits,
        prefixes: dict[str, str] | None = None,
        module: str = "allygraph.web.evaluator",
    ) -> None:
        self.limits = limits
        self.version = store.name[:16]
        self._module = module
        self._setup = {
            "store": str(store),
            "memory_bytes": limits.memory_bytes,
            "result_bytes": limits.result_bytes,
            "rows": limits.rows,
            "prefixes": prefixes or {},
            "parent": os.getpid(),
        }
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        self._busy: set[Worker] = set()
        self._refills: set[asyncio.Future[None]] = set()
        self._ends: set[asyncio.Future[None]] = set()
        self._waiting = 0
        self._pressed = asyncio.Event()
        self._long = 0
        self._started = False
        self._closed = False

    async def start(self) -> None:
        """Start all workers; a second call does nothing.

        Raises:
            UnreadableFile: the store cannot be opened.
        """
        if self._started:
            return
        self._started = True
        worker, notes = await Worker.start(self._setup, self._module)
        for note in notes:
            log.warning("%s", note)
        self._idle.put_nowait(worker)
        others = (self._refill() for _ in range(self.limits.workers - 1))
        await asyncio.gather(*others)

    async def close(self) -> None:
        """End all workers, also those that have a query."""
        self._closed = True
        for refill in self._refills:
            refill.cancel()
        await asyncio.gather(*self._refills, return_exceptions=True)
        while not self._idle.empty():
            self._busy.add(self._idle.get_nowait())
        await asyncio.gather(*(worker.kill() for worker in self._busy))
        await asyncio.gather(*self._ends)

    async def answer(self, request: dict[str, Any]) -> Reply:
        """Run one query (the keys are those of ``sparql.Request.frame``).

        Cancelling the call kills the query.
        """
        worker = await self._take()
        if worker is None:
            return Reply("busy")
        self._busy.add(worker)
        asked = asyncio.ensure_future(worker.ask(request | {"deadline_s": self.limits.deadline_s}))
        try:
            return await self._watch(worker, asked)
        finally:
            self._busy.discard(worker)
            if not asked.done():
                asked.cancel()

    async def _take(self) -> Worker | None:
        if self._closed or (self._idle.empty() and self._waiting >= self.limits.queue):
            return None
        self._waiting += 1
        if self._idle.empty():
            self._pressed.set()
        try:
            async with asyncio.timeout(self.limits.queue_s):
                while not (worker := await self._idle.get()).alive:
                    self._discard(worker, replace=True)
        except TimeoutError:
            return None
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._pressed.clear()
        return worker

    async def _watch(self, worker: Worker, asked: "asyncio.Future[Reply]") -> Reply:
        quick = True
        ends = _now() + self.limits.deadline_s
        try:
            await self._watch_quick(asked)
            if not asked.done() and _now() < ends:
                if self._long >= self.limits.long_workers:
                    return Reply("busy")
                quick = False
                await self._watch_long(worker, asked, ends)
            if not asked.done():
                return Reply("deadline")
            return asked.result()
        finally:
            fit = quick and asked.done() and not asked.cancelled() and worker.alive
            if fit and asked.result().outcome not in ("memory", "worker-died"):
                self._idle.put_nowait(worker)
            else:
                self._discard(worker, replace=quick)

    async def _watch_quick(self, asked: "asyncio.Future[Reply]") -> None:
        """Wait as long as the query may hold a quick place; less when others wait for one."""
        most_s = min(self.limits.long_after_s, self.limits.deadline_s)
        await asyncio.wait({asked}, timeout=min(_QUICK_S, most_s))
        if asked.done():
            return
        ends = _now() + most_s - _QUICK_S
        pressed = asyncio.ensure_future(self._pressed.wait())
        either: set[asyncio.Future[Any]] = {asked, pressed}
        await asyncio.wait(either, timeout=ends - _now(), return_when=asyncio.FIRST_COMPLETED)
        pressed.cancel()
        # Where no long place is free, the query keeps its quick one until its time there is up.
        if not asked.done() and self._long >= self.limits.long_workers:
            await asyncio.wait({asked}, timeout=max(0.0, ends - _now()))

    async def _watch_long(
        self, worker: Worker, asked: "asyncio.Future[Reply]", ends: float
    ) -> None:
        """Free the quick place for others, and wait on with less priority."""
        self._long += 1
        _keep(self._refill(), self._refills)
        worker.step_back()
        try:
            await asyncio.wait({asked}, timeout=max(0.0, ends - _now()))
        finally:
            self._long -= 1

    def _discard(self, worker: Worker, *, replace: bool) -> None:
        _keep(worker.kill(), self._ends)
        if replace and not self._closed:
            _keep(self._refill(), self._refills)

    async def _refill(self) -> None:
        """Add a worker to the idle ones; after a failure try again, more and more slowly."""
        pause = 0.5
        while not self._closed:
            try:
                worker, _ = await Worker.start(self._setup, self._module)
            except (UnreadableFile, OSError) as error:
                log.error("a worker could not be started: %s", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 30.0)
                continue
            self._idle.put_nowait(worker)
            return


def _now() -> float:
    return asyncio.get_running_loop().time()


def _keep(job: Coroutine[Any, Any, None], jobs: set[asyncio.Future[None]]) -> None:
    """Run a job beside the others, and remember it until it is done."""
    task = asyncio.ensure_future(job)
    jobs.add(task)
    task.add_done_callback(jobs.discard)
