"""Transport: the protocol on standard input and output, or over HTTP."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from allygraph.assistants.server import Desk, create_server
from allygraph.web.workers import READING, Limits, Pool


def desk(store: Path, *, allow_sparql: bool) -> Desk:
    """Give who answers over a built store; queries of an assistant's own only where allowed."""
    readers = Pool(store, READING, module="allygraph.web.reader")
    return Desk(readers, Pool(store, Limits()) if allow_sparql else None)


def over_stdio(who: Desk, *, topics: Iterable[str] = ()) -> None:
    """Serve one client on standard input and output until it goes."""
    from mcp.server.stdio import stdio_server

    server = create_server(who, topics=topics)

    async def live() -> None:
        async with who, stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    asyncio.run(live())


def over_http(who: Desk, host: str, port: int, *, topics: Iterable[str] = ()) -> None:
    """Serve the protocol's streamable HTTP at ``/mcp`` until a signal says stop.

    No session is kept, so that any request can be answered by any process. On a loopback address
    other names of this machine in Host and Origin are refused, against DNS rebinding.
    """
    import uvicorn

    app = create_server(who, topics=topics).streamable_http_app(
        stateless_http=True, json_response=True, host=host
    )
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", ws="none")

    async def live() -> None:
        async with who:
            await uvicorn.Server(config).serve()

    asyncio.run(live())
