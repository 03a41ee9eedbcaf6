"""Server: the application on a socket, with uvicorn and its strict h11 parser.

It says where it listens once it does, and it stops on the first SIGINT or SIGTERM: running
queries get a moment, then their workers end.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from allygraph.build import latest_store
from allygraph.errors import UsageError
from allygraph.names import PREFIXES
from allygraph.web.app import create_app
from allygraph.web.cache import Cache
from allygraph.web.pages import Example
from allygraph.web.renewal import Renewal
from allygraph.web.workers import READING, Limits, Pool

_GRACE_S = 1
_MOST_HEAD_BYTES = 98_304
_KEEP_ALIVE_S = 5


def serve(
    store: Path,
    *,
    host: str,
    port: int,
    announce: Callable[[str], None],
    limits: Limits | None = None,
    base: str = "",
    examples: tuple[Example, ...] = (),
    access_log: bool = False,
    follow: Path | None = None,
) -> None:
    """Serve a built store until a signal says stop.

    Args:
        store: folder of the store.
        host: name or address to listen on.
        port: 0 takes a free one.
        announce: told the address once the service answers.
        limits: what one query may cost.
        base: public address of the service, ending in a slash; empty: the one asked for.
        examples: questions shown on the first page.
        access_log: log one line a request.
        follow: root whose later builds are taken over while the service runs.

    Raises:
        UsageError: the address cannot be listened on.
        UnreadableFile: the store cannot be opened.
    """
    with listen(host, port) as listener:
        pool = Pool(store, limits or Limits(), PREFIXES)
        readers = Pool(store, READING, module="allygraph.web.reader")
        cache = Cache()
        app = create_app(
            pool, readers, cache=cache, base=base, examples=examples, access_log=access_log
        )
        server = _Server(_config(app), lambda: announce(_address(listener)))
        renewal = None
        if follow is not None:
            renewal = Renewal((pool, readers), lambda: latest_store(follow), cache.clear)
        asyncio.run(_live((pool, readers), server, listener, renewal))


def _config(app: ASGIApp) -> uvicorn.Config:
    """Give uvicorn its strict parser, no log of its own, and no trust in headers of proxies."""
    return uvicorn.Config(
        app,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=_MOST_HEAD_BYTES,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


async def _live(
    pools: tuple[Pool, ...],
    server: uvicorn.Server,
    listener: socket.socket,
    renewal: Renewal | None,
) -> None:
    """Start the workers first, so that a store that cannot be opened is told as what it is."""
    watching = asyncio.ensure_future(renewal.run()) if renewal else None
    try:
        await asyncio.gather(*(pool.start() for pool in pools))
        await server.serve([listener])
    finally:
        if watching is not None:
            watching.cancel()
        await asyncio.gather(*(pool.close() for pool in pools))


def listen(host: str, port: int) -> socket.socket:
    """Open the socket here, so that a taken port is our error and not a line of a log.

    Raises:
        UsageError: the address cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"'{host}' port {port} cannot be listened on: {error}",
            expected="a free port: --port 8001, or --port 0 for any",
        ) from error
    # Connections inherit it. Without it head and body of an answer wait 40 ms for each other.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class _Server(uvicorn.Server):
    """uvicorn, but a stop asked for by a signal is a success."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._announce()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal; uvicorn's own way would raise it again after the stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self._stop)
            except NotImplementedError:
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._stop))
        yield

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
