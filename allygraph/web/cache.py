"""Cache: the bytes of answers, by question and version of the graph, least recently used out first.

Equal questions that arrive while one is being answered wait for that one answer. It goes on as long
as anybody waits for it: the first asker may leave. Failures are never kept.
"""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import NamedTuple

_SOFTWARE = version("allygraph")
_LARGEST_SHARE = 4
# What an entry takes besides its bodies: key, headers, and the objects themselves.
_OVERHEAD_BYTES = 1_500
_GZIP_LEVEL = 5
_INLINE_BYTES = 32_768


class Key(NamedTuple):
    """What identifies an answer.

    Args:
        version: version of the graph.
        question: all that the answer depends on besides; its ``repr`` must tell it all.
    """

    version: str
    question: Hashable


@dataclass(eq=False)
class Cached:
    """An answer as it goes out, before conditions and compression.

    Args:
        status: of HTTP.
        headers: among them Content-Type and Vary, without lengths and codings.
        body: not compressed.
        etag: as a header has it; an answer without one is given to those who wait, not kept.
        packed: compressed, once somebody has asked for that.
        kept: whether a cache has it.
        uses: how often it has gone out.
        heads: of requests to which it is ready as bytes (see ``quick``).
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str = ""
    packed: bytes | None = field(default=None, repr=False)
    kept: bool = False
    uses: int = 0
    heads: list[Hashable] = field(default_factory=list, repr=False)

    @property
    def size(self) -> int:
        """Bytes that the entry takes."""
        return len(self.body) + len(self.packed or b"") + _OVERHEAD_BYTES


@dataclass
class Counts:
    """What became of the questions since the start."""

    hits: int = 0
    joined: int = 0
    misses: int = 0


class _Flight:
    """An answer on its way, and how many wait for it."""

    def __init__(self, task: "asyncio.Task[Cached]") -> None:
        self.task = task
        self.waiting = 0


class Cache:
    """Answers of one process. Everything happens in one event loop; no lock is needed.

    Args:
        most_bytes: of all entries; 0 keeps nothing, but equal questions still share an answer.
    """

    def __init__(self, most_bytes: int = 64_000_000) -> None:
        self.counts = Counts()
        self.size = 0
        self._most_bytes = most_bytes
        self._entries: OrderedDict[Key, Cached] = OrderedDict()
        self._flights: dict[Key, _Flight] = {}
        self._on_drop: list[Callable[[Cached], None]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Cached | None:
        """Give what is kept for a question."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
            self.counts.hits += 1
        return found

    async def get_or_make(self, key: Key, make: Callable[[], Awaitable[Cached]]) -> Cached:
        """Give what is kept, or else make it, once for all who ask meanwhile.

        Args:
            key: the question.
            make: asked when nobody makes this answer yet. It is cancelled when the last asker is.

        Raises:
            Exception: whatever ``make`` raises, to all who wait.
        """
        if (found := self.get(key)) is not None:
            return found
        flight = self._flights.get(key)
        if flight is None:
            self.counts.misses += 1
            flight = _Flight(asyncio.ensure_future(self._fly(key, make)))
            self._flights[key] = flight
        else:
            self.counts.joined += 1
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                flight.task.cancel()
                self._forget(key, flight)

    async def _fly(self, key: Key, make: Callable[[], Awaitable[Cached]]) -> Cached:
        mine = asyncio.current_task()
        try:
            made = await make()
            if made.etag:
                self._keep(key, made)
            return made
        finally:
            flight = self._flights.get(key)
            if flight is not None and flight.task is mine:
                self._forget(key, flight)

    def _forget(self, key: Key, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _keep(self, key: Key, made: Cached) -> None:
        if made.size > self._most_bytes / _LARGEST_SHARE:
            return
        self._drop(key)
        self._entries[key] = made
        made.kept = True
        self.size += made.size
        self._shrink()

    def _shrink(self) -> None:
        while self.size > self._most_bytes and self._entries:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self.size -= entry.size
            entry.kept = False
            for listener in self._on_drop:
                listener(entry)

    async def packed(self, key: Key, cached: Cached) -> bytes:
        """Give the body of an answer compressed with gzip; the work is done once."""
        if cached.packed is None:
            work = (cached.body, _GZIP_LEVEL)
            if len(cached.body) <= _INLINE_BYTES:
                made = gzip.compress(*work, mtime=0)
            else:
                made = await asyncio.to_thread(gzip.compress, *work, mtime=0)
            if cached.packed is None:
                cached.packed = made
                if self._entries.get(key) is cached:
                    self.size += len(made)
                    self._shrink()
        return cached.packed

    def clear(self, version: str = "") -> None:
        """Drop the answers from a version of the graph, or all of them."""
        for key in [key for key in self._entries if version in ("", key.version)]:
            self._drop(key)

    def on_drop(self, listener: Callable[[Cached], None]) -> None:
        """Have a function told of every answer that is no longer kept."""
        self._on_drop.append(listener)


def etag(key: Key) -> str:
    """Give the entity tag of an answer, before there is any: the graph, and a hash of the question.

    It is weak, because compression makes other bytes. A new release of the software may answer the
    same question otherwise, so its version counts.
    """
    told = f"{_SOFTWARE}\n{key.question!r}".encode()
    return f'W/"{key.version}-{hashlib.sha256(told).hexdigest()[:16]}"'
