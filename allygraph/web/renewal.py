"""Renewal: a new build is taken over while the service runs, without a failed request.

The record of the latest build is read every second. When it names another store, workers are
started on that one beside the old ones, and take over in one step once all are ready; queries that
run end where they are. A store that cannot be opened changes nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from allygraph.errors import UnreadableFile
from allygraph.leases import leased
from allygraph.web.worker import version_of
from allygraph.web.workers import Pool, Successors

log = logging.getLogger("allygraph.web")
EVERY_S = 1.0


class Renewal:
    """Moves pools to the store of the latest build.

    Args:
        pools: all on one store.
        latest: gives the folder of the latest store, or None where there is no record.
        on_move: told the version that no longer answers.
        every_s: how often the record is read.
    """

    def __init__(
        self,
        pools: Sequence[Pool],
        latest: Callable[[], Path | None],
        on_move: Callable[[str], None],
        every_s: float = EVERY_S,
    ) -> None:
        self.moves = 0
        self._pools = pools
        self._latest = latest
        self._on_move = on_move
        self._every_s = every_s
        self._refused: Path | None = None
        self._lease = ExitStack()
        self._lease.enter_context(leased(pools[0].store))

    async def run(self) -> None:
        """Watch until cancelled."""
        try:
            while True:
                await asyncio.sleep(self._every_s)
                with suppress(OSError):
                    store = await asyncio.to_thread(self._latest)
                    if store not in (None, self._pools[0].store, self._refused):
                        await self._move(store)
        finally:
            self._lease.close()

    async def _move(self, store: Path) -> None:
        before = self._pools[0].version
        with ExitStack() as lease:
            lease.enter_context(leased(store))
            successors = await self._prepared(store)
            if successors is None:
                return
            for pool, workers in zip(self._pools, successors, strict=True):
                pool.take_over(workers)
            self._lease.close()
            self._lease = lease.pop_all()
        self._on_move(before)
        self.moves += 1
        log.info("graph %s answers now, instead of %s", version_of(store), before)

    async def _prepared(self, store: Path) -> list[Successors] | None:
        """Start workers for all pools; a store that cannot be opened is not tried again."""
        ready: list[Successors] = []
        try:
            for pool in self._pools:
                ready.append(await pool.prepare(store))
        except UnreadableFile as error:
            await asyncio.gather(*(one.dismiss() for one in ready))
            self._refused = store
            log.error("graph %s is not taken over: %s", version_of(store), error.message)
            return None
        return ready
