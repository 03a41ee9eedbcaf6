"""Workers: a pool of processes that answer queries and can be killed.

A query first holds one of a few quick places. After a third of a second, or sooner when others
wait, it is called long: it gives its place to a fresh worker, loses priority, and goes on among a
bounded number of long ones until the deadline. So somebody else's lookup does not wait for a long
query. At the deadline, or when its client has gone, a worker is killed; a dead one is replaced.

Units: seconds and bytes. Why processes: a query of 4.5 kB can crash the engine, none can be
cancelled, and a thread cannot be killed.
"""

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allygraph.errors import UnreadableFile
from allygraph.web.worker import Reply, Worker, version_of

log = logging.getLogger("allygraph.web")
_QUICK_S = 0.05
_ENDINGS = frozenset({"client-gone", "deadline", "memory", "worker-died"})
_TICK_S = 0.01
# How much longer than it computes a query may hold a quick place.
_MOST_STRETCH = 3


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
        long_after_s: of computing, when a query counts as long, though nobody waits.
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
class Successors:
    """Workers on another store, ready to take over."""

    store: Path
    workers: list[Worker]

    async def dismiss(self) -> None:
        """End them; they are not wanted after all."""
        await asyncio.gather(*(worker.kill() for worker in self.workers))


class Pool:
    """Workers over one snapshot of the store; `prepare` and `take_over` move it to another.

    Args:
        store: folder of an Oxigraph store; it must not change while the pool is on it.
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
        self._module = module
        self._version = version_of(store)
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
        self.ends: Counter[str] = Counter()
        self._waiting = 0
        self._pressed = asyncio.Event()
        self._long = 0
        self._started = False
        self._closed = False

    @property
    def store(self) -> Path:
        """The folder of the store that answers now."""
        return Path(str(self._setup["store"]))

    @property
    def version(self) -> str:
        """The version of the graph that answers now."""
        return self._version

    async def prepare(self, store: Path) -> Successors:
        """Start as many workers on another store as the pool has places.

        Raises:
            UnreadableFile: the store cannot be opened; nothing has changed then.
        """
        setup = self._setup | {"store": str(store)}
        starts = (Worker.start(setup, self._module) for _ in range(self.limits.workers))
        found = await asyncio.gather(*starts, return_exceptions=True)
        started = [one[0] for one in found if not isinstance(one, BaseException)]
        failures = [one for one in found if isinstance(one, BaseException)]
        if failures:
            await Successors(store, started).dismiss()
            raise failures[0]
        return Successors(store, started)

    def take_over(self, successors: Successors) -> None:
        """Let other workers answer from now on; running queries end where they are."""
        self._setup = self._setup | {"store": str(successors.store)}
        self._version = version_of(successors.store)
        while not self._idle.empty():
            self._discard(self._idle.get_nowait(), replace=False)
        for worker in successors.workers:
            self._idle.put_nowait(worker)

    async def start(self) -> None:
        """Start the first worker, and the others meanwhile; a second call does nothing.

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
        for _ in range(self.limits.workers - 1):
            _keep(self._refill(), self._refills)

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
        worker = self._take_idle() or await self._take()
        if worker is None:
            return Reply("busy")
        self._busy.add(worker)
        asked = worker.ask(request | {"deadline_s": self.limits.deadline_s})
        outcome = "client-gone"
        try:
            reply = await self._watch(worker, asked)
            outcome = reply.outcome
            return reply
        finally:
            if outcome in _ENDINGS:
                self.ends[outcome] += 1
            self._busy.discard(worker)
            if not asked.done():
                asked.cancel()

    def _take_idle(self) -> Worker | None:
        """Give a worker that waits for a query, if one does."""
        while not self._closed and not self._idle.empty():
            if (worker := self._idle.get_nowait()).alive:
                return worker
            self._discard(worker, replace=True)
        return None

    def places(self) -> dict[str, int]:
        """Count workers by what they do, and the questions that wait for one."""
        busy = len(self._busy)
        return {
            "idle": self._idle.qsize(),
            "quick": busy - self._long,
            "long": self._long,
            "waiting": self._waiting,
        }

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
            await self._watch_quick(worker, asked)
            if not asked.done() and _now() < ends:
                if self._long >= self.limits.long_workers:
                    return Reply("busy")
                quick = False
                await self._watch_long(worker, asked, ends)
            if not asked.done():
                return Reply("deadline")
            return asked.result()
        finally:
            fit = quick and asked.done() and not asked.cancelled() and self._is_current(worker)
            if fit and asked.result().outcome not in ("memory", "worker-died"):
                self._idle.put_nowait(worker)
            else:
                self._discard(worker, replace=quick)

    async def _watch_quick(self, worker: Worker, asked: "asyncio.Future[Reply]") -> None:
        """Wait as long as the query may hold a quick place; less when others wait for one.

        What counts is the time that the worker has computed, up to a point. On a busy machine
        short queries take long too, and to replace their workers would make it busier still.
        """
        most_s = min(self.limits.long_after_s, self.limits.deadline_s)
        computed, began = worker.spent_s(), _now()
        await asyncio.wait({asked}, timeout=min(_QUICK_S, most_s))
        while not asked.done():
            # Where no long place is free, the query keeps its quick one until its time is up.
            hurries = self._pressed.is_set() and self._long < self.limits.long_workers
            age_s = max(worker.spent_s() - computed, (_now() - began) / _MOST_STRETCH)
            left_s = (_QUICK_S if hurries else most_s) - age_s
            if left_s <= 0 or _now() - began >= self.limits.deadline_s:
                return
            rest_s = self.limits.deadline_s - (_now() - began)
            await self._wait_or_press(asked, min(max(left_s, _TICK_S), rest_s))

    async def _wait_or_press(self, asked: "asyncio.Future[Reply]", seconds: float) -> None:
        """Wait for an answer, but not when others begin to wait for the place."""
        awaited: set[asyncio.Future[Any]] = {asked}
        pressed = None
        if not self._pressed.is_set():
            pressed = asyncio.ensure_future(self._pressed.wait())
            awaited.add(pressed)
        await asyncio.wait(awaited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if pressed is not None:
            pressed.cancel()

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

    def _is_current(self, worker: Worker) -> bool:
        return worker.alive and worker.store == self._setup["store"]

    def _discard(self, worker: Worker, *, replace: bool) -> None:
        """End a worker; one of an earlier store has its successor already."""
        _keep(worker.kill(), self._ends)
        if replace and not self._closed and worker.store == self._setup["store"]:
            _keep(self._refill(), self._refills)

    async def _refill(self) -> None:
        """Add a worker to the idle ones; after a failure try again, more and more slowly."""
        pause, setup = 0.5, self._setup
        while not self._closed and setup is self._setup:
            try:
                worker, _ = await Worker.start(setup, self._module)
            except (UnreadableFile, OSError) as error:
                log.error("a worker could not be started: %s", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 30.0)
                continue
            if self._is_current(worker):
                self._idle.put_nowait(worker)
            else:
                self._discard(worker, replace=False)
            return


def _now() -> float:
    return asyncio.get_running_loop().time()


def _keep(job: Coroutine[Any, Any, None], jobs: set[asyncio.Future[None]]) -> None:
    """Run a job beside the others, and remember it until it is done."""
    task = asyncio.ensure_future(job)
    jobs.add(task)
    task.add_done_callback(jobs.discard)
