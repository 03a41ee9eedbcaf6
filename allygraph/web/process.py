"""Process: one process of the web, with its pools and its cache, on a socket it is given.

Under a supervisor it is told its settings on standard input, says on standard output that it is
ready or why not, and stops when its input ends.
"""

import asyncio
import json
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from allygraph.build import latest_store
from allygraph.errors import AllygraphError
from allygraph.names import PREFIXES
from allygraph.web.addresses import Forwarded
from allygraph.web.app import ClientBudgets, create_app
from allygraph.web.budgets import BUDGETS, Budgets
from allygraph.web.cache import Cache
from allygraph.web.connection import Connection, Front
from allygraph.web.metrics import Metrics
from allygraph.web.observing import AccessLog
from allygraph.web.quick import Quick, Recorder
from allygraph.web.renewal import Renewal
from allygraph.web.settings import Settings
from allygraph.web.workers import Pool

_GRACE_S = 1
_TICK_S = 1.0
# A proxy may hand on the connections of a whole city.
_NO_CAP = 1_000_000


def answer_on(
    listener: socket.socket,
    settings: Settings,
    ready: Callable[[], None],
    *,
    started: Callable[["Server"], None] = lambda _: None,
) -> None:
    """Serve on a socket until a signal says stop.

    Args:
        listener: bound and listening.
        settings: of this process alone.
        ready: called once requests are answered.
        started: given the server, for those who stop it otherwise than by a signal.

    Raises:
        UnreadableFile: the store cannot be opened.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_live(listener, settings, ready, started))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give the faster loop where there is one."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _live(
    listener: socket.socket,
    settings: Settings,
    ready: Callable[[], None],
    started: Callable[["Server"], None],
) -> None:
    """Start the workers first, so that a store that cannot be opened is told as what it is."""
    store = _store(settings)
    pool = Pool(store, settings.limits, PREFIXES)
    readers = Pool(store, settings.reading, module="allygraph.web.reader")
    quick = Quick(Cache(settings.cache_bytes))
    renewal = _renewal(settings, (pool, readers), quick.cache)
    budgets = _budgets(settings)
    app = create_app(
        pool,
        readers,
        cache=quick.cache,
        budgets=budgets,
        base=settings.base,
        examples=settings.examples,
        moves=lambda: renewal.moves if renewal else 0,
    )
    if settings.access_log:
        app.watchers.append(AccessLog(lambda: pool.version, with_queries=settings.log_queries))
    quick.watchers = app.watchers
    server = Server(_outside(app.asgi, quick, settings), _front(quick, settings), ready)
    started(server)
    jobs = [asyncio.ensure_future(_tick(app.metrics))]
    jobs += [asyncio.ensure_future(renewal.run())] if renewal else []
    try:
        await asyncio.gather(pool.start(), readers.start())
        await server.serve([listener])
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(pool.close(), readers.close())
        for budget in filter(None, budgets):
            budget.close()


def _store(settings: Settings) -> Path:
    """Give the store; for a process that starts later, it may be gone for a newer one."""
    if settings.follow is None or settings.store.exists():
        return settings.store
    return latest_store(settings.follow) or settings.store


def _renewal(settings: Settings, pools: Sequence[Pool], cache: Cache) -> Renewal | None:
    follow = settings.follow
    if follow is None:
        return None
    return Renewal(pools, lambda: latest_store(follow), cache.clear)


def _budgets(settings: Settings) -> ClientBudgets:
    """Open the budgets of clients, which all processes share."""
    folder = Path(settings.shared) if settings.shared else None
    allowances = (settings.per_client, settings.pages_per_client)
    paths = (folder / name if folder else None for name in BUDGETS)
    return ClientBudgets(*map(Budgets, allowances, paths))


async def _tick(metrics: Metrics) -> None:
    while True:
        await asyncio.sleep(_TICK_S)
        metrics.tick()


def _outside(app: ASGIApp, quick: Quick, settings: Settings) -> ASGIApp:
    """Put around the application what stands nearest to the socket."""
    app = Recorder(app, quick)
    return Forwarded(app) if settings.trust_forwarded else app


def _front(quick: Quick, settings: Settings) -> Front:
    patience = settings.patience
    return Front(patience, quick, _NO_CAP if settings.trust_forwarded else patience.per_client)


class Server(uvicorn.Server):
    """uvicorn with our connections; a stop asked for by a signal is a success."""

    def __init__(self, app: ASGIApp, front: Front, ready: Callable[[], None]) -> None:
        super().__init__(_config(app, front))
        self._front = front
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections twice a second; uvicorn calls this ten times."""
        if counter % 5 == 0:
            now = asyncio.get_running_loop().time()
            self._front.quick.tick()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.check(now)
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal; uvicorn's own way would raise it again after the stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self.stop)
            except NotImplementedError:
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self.stop))
        yield

    def stop(self) -> None:
        """Stop after the running requests have had a moment; the second time, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _config(app: ASGIApp, front: Front) -> uvicorn.Config:
    """Give uvicorn our connections, no log of its own, and no trust in headers of proxies."""
    http: Any = partial(Connection, front)
    return uvicorn.Config(
        app,
        http=http,
        loop="none",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(max(1, front.patience.idle_s)),
        timeout_graceful_shutdown=_GRACE_S,
    )


def set_up_log() -> None:
    """Write what the service says to standard error, one line each."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("allygraph.web").setLevel(logging.INFO)


def main() -> None:
    """Live under a supervisor."""
    set_up_log()
    told = json.loads(sys.stdin.buffer.readline())
    listener = socket.socket(fileno=told["listener"])

    def ready() -> None:
        _say({"ready": True})

    def started(server: Server) -> None:
        loop = asyncio.get_running_loop()
        threading.Thread(target=_until_left, args=(loop, server), daemon=True).start()

    try:
        answer_on(listener, Settings.from_record(told["settings"]), ready, started=started)
    except AllygraphError as error:
        _say({"ready": False, "code": error.code, "message": error.message, "place": error.place})
        raise SystemExit(error.exit_code) from error


def _say(told: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    sys.stdout.buffer.flush()


def _until_left(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    """Stop when the supervisor closes the pipe, or has ended."""
    while sys.stdin.buffer.readline():
        pass
    loop.call_soon_threadsafe(server.stop)
