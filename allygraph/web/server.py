"""Server: a port, and the processes of the web behind it.

It says where it listens once it does, and it stops on the first SIGINT or SIGTERM: running
queries get a moment, then their workers end.
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from allygraph.errors import UsageError
from allygraph.web.budgets import BUDGETS, new_table
from allygraph.web.settings import Settings
from allygraph.web.supervisor import Supervisor

_BACKLOG = 1024


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve a built store until a signal says stop.

    Args:
        settings: how.
        announce: told the address once the service answers.

    Raises:
        UsageError: the address cannot be listened on.
        UnreadableFile: the store cannot be opened.
    """
    with ExitStack() as open_sockets:
        first = open_sockets.enter_context(listen(settings.host, settings.port))
        address = _address(first)
        if settings.processes == 1 or sys.platform == "win32":
            # The processes of a supervisor import this; it itself need not.
            from allygraph.web.process import answer_on

            answer_on(first, settings, lambda: announce(address))
            return
        listeners = _spread(first, settings.processes)
        for listener in listeners:
            open_sockets.enter_context(listener)
        shared = Path(open_sockets.enter_context(TemporaryDirectory(prefix="allygraph-")))
        settings = replace(settings, shared=str(shared))
        _prepare(shared)
        asyncio.run(_supervise(listeners, settings, lambda: announce(address)))


def _prepare(shared: Path) -> None:
    """Make what processes share: what clients have spent, and what has been counted."""
    for name in BUDGETS:
        new_table(shared / name)
    (shared / "metrics").mkdir()


async def _supervise(
    listeners: list[socket.socket], settings: Settings, ready: Callable[[], None]
) -> None:
    await Supervisor(listeners, settings).run(ready)


def listen(host: str, port: int) -> socket.socket:
    """Open the socket here, so that a taken port is our error and not a line of a log.

    Raises:
        UsageError: the address cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"'{host}' port {port} cannot be listened on: {error}",
            expected="a free port: --port 8001, or --port 0 for any",
        ) from error
    # Connections inherit it. Without it head and body of an answer wait 40 ms for each other.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _spread(first: socket.socket, count: int) -> list[socket.socket]:
    """Give a socket for each process, so that the kernel spreads the connections evenly.

    A port that is shared from the start could be shared with a stranger's service by mistake; so
    it is taken alone first, given up, and taken again together. Where the kernel only Linux has
    does not spread, all processes share the first socket.
    """
    if sys.platform != "linux":
        return [first] * count
    family, name = first.family, first.getsockname()
    first.close()
    listeners = []
    for _ in range(count):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listeners.append(listener)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(name)
        listener.listen(_BACKLOG)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listeners


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
