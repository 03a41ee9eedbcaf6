"""Gate: who may have an answer made now. One client cannot take the place of all others.

Answers that are kept pass without it. Before one is made, its client's budget is asked (429 when it
is spent), and of the places no client gets more than half: further questions of the same client
wait for each other, and past a bound they are told to come again (503), while others pass.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from allygraph.web.budgets import Budgets, client_of
from allygraph.web.problems import Problem
from allygraph.web.workers import Limits


class Gate:
    """The gate before a pool.

    Args:
        budgets: of the clients; None asks nobody.
        limits: of the pool behind.
    """

    def __init__(self, budgets: Budgets | None, limits: Limits) -> None:
        self._budgets = budgets
        self._at_once = max(1, (limits.workers + limits.long_workers) // 2)
        self._most = self._at_once + max(1, limits.queue // 2)
        self._queue_s = limits.queue_s
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._present: Counter[str] = Counter()

    @asynccontextmanager
    async def passed(self, scope: Any) -> AsyncIterator[None]:
        """Let a request through, and note the time until its answer is there.

        Args:
            scope: of ASGI; says who asks.

        Raises:
            Problem: the client has asked for too much.
        """
        client = client_of(scope)
        if self._budgets is not None and (wait_s := self._budgets.wait_s(client)):
            raise Problem(
                "rate-limited",
                f"this address has asked for too much; there is room again in {wait_s} s",
                retry_after=wait_s,
            )
        async with self._turn(client):
            began = time.monotonic()
            try:
                yield
            finally:
                if self._budgets is not None:
                    self._budgets.spend(client, time.monotonic() - began)

    @asynccontextmanager
    async def _turn(self, client: str) -> AsyncIterator[None]:
        if self._present[client] >= self._most:
            raise Problem("busy", "this address has as many questions here as one may have")
        self._present[client] += 1
        turns = self._turns.setdefault(client, asyncio.Semaphore(self._at_once))
        try:
            try:
                async with asyncio.timeout(self._queue_s):
                    await turns.acquire()
            except TimeoutError as error:
                detail = "other questions of this address are still being answered"
                raise Problem("busy", detail) from error
            try:
                yield
            finally:
                turns.release()
        finally:
            self._present[client] -= 1
            if not self._present[client]:
                del self._present[client], self._turns[client]
