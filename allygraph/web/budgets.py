"""Budgets: how much work one client may ask for in a minute, over all processes of the service.

A budget has two sides, requests and seconds of work: many short queries can hurt as much as a long
one (an outage of the Wikidata Query Service in 2017 came from short ones). Kept answers cost
nothing.

The minutes are those of each client: the first begins with its first request. What was spent in
the minute before counts on, less and less as it recedes. The table lies in a file that all
processes map into memory; each holds a lock for the few microseconds of an entry.

Source of the way to count: the sliding window counter, two windows of which the earlier one fades.
"""

import hashlib
import ipaddress
import math
import mmap
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # pragma: no cover
    fcntl = None  # type: ignore[assignment]

BUDGETS = ("queries", "pages")
"""Names of the two tables, in the folder that processes share."""
WINDOW_S = 60.0
_ENTRY = struct.Struct("<16sdddQQ")
_SLOTS = 8192
_PROBES = 16
_EMPTY = bytes(16)


@dataclass(frozen=True)
class Allowance:
    """What a client may ask for in a minute; 0 sets no limit on that side.

    Attributes:
        requests: answers that have to be made.
        seconds: time that making them takes, together.
    """

    requests: int
    seconds: float


@dataclass
class _Spent:
    """What a client has spent in its minute and in the one before."""

    began: float
    seconds: float = 0.0
    seconds_before: float = 0.0
    requests: int = 0
    requests_before: int = 0

    def turn(self, now: float) -> None:
        """Go on to the minute of now."""
        gone = math.floor((now - self.began) / WINDOW_S)
        if gone <= 0:
            return
        self.requests_before, self.seconds_before = (
            (self.requests, self.seconds) if gone == 1 else (0, 0.0)
        )
        self.requests, self.seconds = 0, 0.0
        self.began = self.began + gone * WINDOW_S if self.requests_before else now


class Budgets:
    """The budgets of all clients.

    Args:
        allowance: of each.
        path: file of the table, shared by processes; without one the table is this process's own.
        clock: gives the time in seconds, the same in all processes.
    """

    def __init__(
        self,
        allowance: Allowance,
        path: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._allowance = allowance
        self._clock = clock
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC) if path else -1
        self._table = mmap.mmap(self._descriptor, _SLOTS * _ENTRY.size)

    def wait_s(self, client: str) -> int:
        """Take a request from a client's budget.

        Returns:
            0 when it may be answered; else in how many seconds it may be tried again, and nothing
            is taken.
        """
        most = self._allowance
        if not most.requests and not most.seconds:
            return 0
        now = self._clock()
        with self._entry(client, now) as spent:
            left = max(0.0, 1 - (now - spent.began) / WINDOW_S)
            requests = spent.requests + spent.requests_before * left
            seconds = spent.seconds + spent.seconds_before * left
            over = most.requests and requests + 1 > most.requests
            if over or (most.seconds and seconds >= most.seconds):
                return max(1, math.ceil(left * WINDOW_S))
            spent.requests += 1
        return 0

    def spend(self, client: str, seconds: float) -> None:
        """Note how long an answer took."""
        if self._allowance.seconds:
            with self._entry(client, self._clock()) as spent:
                spent.seconds += seconds

    def close(self) -> None:
        """Let go of the table."""
        self._table.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @contextmanager
    def _entry(self, client: str, now: float) -> Iterator[_Spent]:
        """Give the entry of a client, and write it back; the oldest of its places makes room."""
        name = hashlib.blake2b(client.encode(), digest_size=16).digest()
        first = int.from_bytes(name[:4], "little")
        self._lock(True)
        try:
            place, oldest = 0, math.inf
            for probe in range(_PROBES):
                at = (first + probe) % _SLOTS * _ENTRY.size
                known, *numbers = _ENTRY.unpack_from(self._table, at)
                if known in (name, _EMPTY):
                    place = at
                    break
                if numbers[0] < oldest:
                    place, oldest = at, numbers[0]
            spent = _Spent(*numbers) if known == name else _Spent(now)
            spent.turn(now)
            yield spent
            _ENTRY.pack_into(self._table, place, name, *_numbers(spent))
        finally:
            self._lock(False)

    def _lock(self, take: bool) -> None:
        if fcntl is not None and self._descriptor >= 0:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX if take else fcntl.LOCK_UN)


def _numbers(spent: _Spent) -> tuple[float, float, float, int, int]:
    return (
        spent.began,
        spent.seconds,
        spent.seconds_before,
        spent.requests,
        spent.requests_before,
    )


def new_table(path: Path) -> None:
    """Make the file of a table that processes will share."""
    with path.open("wb") as file:
        file.truncate(_SLOTS * _ENTRY.size)


def client_of(scope: Any) -> str:
    """Give who asks: the address; of IPv6 the network of 64 bits, which one customer has whole."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)
