"""The application: which address answers what, and how answers go out.

``create_app`` gives an ASGI application. Its process holds no store: a query goes to a worker of
the pool, and comes back as bytes or as the name of a problem.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from allygraph.web.assets import asset
from allygraph.web.budgets import Budgets
from allygraph.web.cache import Cache
from allygraph.web.endpoint import Service, refuse_change
from allygraph.web.examples import Example
from allygraph.web.gate import Gate
from allygraph.web.headers import Headers
from allygraph.web.metrics import Metrics
from allygraph.web.observing import Routes, Watcher
from allygraph.web.operations import OPERATIONS, Operations
from allygraph.web.problems import Problem
from allygraph.web.refusals import Refusals
from allygraph.web.routes import READER_ROUTES, SERVICE_ROUTE
from allygraph.web.site import Endpoint, Site
from allygraph.web.workers import Pool

log = logging.getLogger("allygraph.web")
_CHANGING = ["PUT", "PATCH", "DELETE"]
_STATUS_CODES = {404: "request-not-found", 405: "request-method"}


class ClientBudgets(NamedTuple):
    """What clients may ask for: of queries of their own, and of the site; None sets no limit."""

    queries: Budgets | None = None
    pages: Budgets | None = None


NO_BUDGETS = ClientBudgets()


class App(NamedTuple):
    """The application, what it counts, and who else is to be told of each request."""

    asgi: ASGIApp
    metrics: Metrics
    watchers: list[Watcher]


def create_app(
    pool: Pool,
    readers: Pool,
    *,
    cache: Cache | None = None,
    budgets: ClientBudgets = NO_BUDGETS,
    base: str = "",
    examples: Sequence[Example] = (),
    moves: Callable[[], int] = lambda: 0,
) -> App:
    """Give the service over two pools of workers, which it starts and closes with its own life.

    Args:
        pool: who evaluates the queries.
        readers: who answers for the site.
        cache: keeps the answers of both; empty at first when not given.
        budgets: of clients, for queries and for pages.
        base: public address of the service, ending in a slash; empty: the one asked for.
        examples: questions shown on the first page.
        moves: gives how often a new build was taken over.
    """
    cache = Cache() if cache is None else cache
    site = Site(readers, cache, Gate(budgets.pages, readers.limits), base)
    describe, root = site.endpoint(SERVICE_ROUTE), urlsplit(base).path or "/"
    gate = Gate(budgets.queries, pool.limits)
    service = Service(pool, cache, gate, describe, root, examples)
    metrics = Metrics(_routes(), {"queries": pool, "pages": readers}, cache, moves)

    async def refuse(request: Request, error: Exception) -> Response:
        return await _on_http_error(request, error, site.refusals)

    app = Starlette(
        routes=[
            Route("/sparql", service.endpoint, methods=["GET", "HEAD", "POST"]),
            Route("/sparql", refuse_change, methods=_CHANGING),
            Route("/graphs", refuse_change, methods=["POST", *_CHANGING]),
            Route("/graph/{name:path}", refuse_change, methods=["POST", *_CHANGING]),
            *Operations(pool, readers, metrics).routes(),
            Route("/assets/{name}", asset, methods=["GET", "HEAD"]),
            *(Route(one.pattern, site.endpoint(one), methods=["GET"]) for one in READER_ROUTES),
        ],
        exception_handlers={HTTPException: refuse, Exception: _on_fault},
        lifespan=_living(pool, readers),
    )
    watchers: list[Watcher] = [metrics]
    direct = Direct(app, "/sparql", service.endpoint)
    return App(Headers(direct, partial(_allowed, app), watchers), metrics, watchers)


class Direct:
    """An application with one address that is found without a search through its routes.

    Queries are short, and the layers around a route would take a third of the time of each.
    """

    def __init__(self, app: ASGIApp, path: str, endpoint: Endpoint) -> None:
        self._app, self._path, self._endpoint = app, path, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a query; pass on everything else."""
        if scope.get("path") != self._path or scope["method"] not in ("GET", "POST"):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            response = await self._endpoint(request)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the client gets an answer
            response = await _on_fault(request, error)
        await response(scope, receive, send)


def _living(*pools: Pool) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Start and close pools with an application, where its server asks for that."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.gather(*(pool.start() for pool in pools))
        try:
            yield
        finally:
            await asyncio.gather(*(pool.close() for pool in pools))

    return lifespan


def _routes() -> Routes:
    """Give names to all addresses, for counts."""
    own = ("/sparql", "/assets", *(f"/{name}" for name in OPERATIONS))
    return Routes([*own, *(one.pattern for one in READER_ROUTES)])


def _allowed(app: Starlette, scope: Scope) -> str:
    """Give the methods that an address answers, as the header Allow; empty: no such address."""
    found = {
        method
        for route in app.routes
        if route.matches(scope)[0] is not Match.NONE
        and getattr(route, "endpoint", None) is not refuse_change
        for method in getattr(route, "methods", None) or ("GET", "HEAD", "POST")
    }
    return ", ".join(sorted(found | {"OPTIONS"})) if found else ""


async def _on_http_error(request: Request, error: Exception, refusals: Refusals) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = _STATUS_CODES.get(status, "request-malformed")
    problem = Problem(code, f"{request.method} {request.url.path}"[:200])
    answer = await refusals.respond(request, problem)
    if status == 405:
        answer.headers["Allow"] = _allowed(request.app, request.scope)
    return answer


async def _on_fault(request: Request, error: Exception) -> Response:
    log.error("%s failed: %s", request.url.path, type(error).__name__, exc_info=error)
    return Problem("internal", "the request could not be answered").response()
