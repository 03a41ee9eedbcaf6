"""The application: which address answers what, and how answers go out.

``create_app`` gives an ASGI application. Its process holds no store: a query goes to a worker of
the pool, and comes back as bytes or as the name of a problem.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from allygraph.web import description, pages, sparql
from allygraph.web.cache import Cache, Cached, Key, etag
from allygraph.web.conditional import fresh, respond
from allygraph.web.fields import Fields
from allygraph.web.headers import Headers
from allygraph.web.negotiate import GRAPHS, TABLES, choose
from allygraph.web.pages import Example
from allygraph.web.problems import Problem
from allygraph.web.routes import READER_ROUTES
from allygraph.web.site import Site
from allygraph.web.workers import Pool, Reply

log = logging.getLogger("allygraph.web")
_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
_VARY = "Accept"
_OF_PAGES = ("content-type", "content-security-policy")
_STATUS_CODES = {404: "request-not-found", 405: "request-method"}
_DETAILS = {
    "busy": "as many queries as this service takes are running; try again",
    "memory": "the query needed more memory than a query may have",
    "result-too-large": "the answer is larger than this service sends; add LIMIT or aggregate",
    "worker-died": "the query ended the process that evaluated it; others were not touched",
}


def create_app(
    pool: Pool,
    readers: Pool,
    *,
    cache: Cache | None = None,
    base: str = "",
    examples: Sequence[Example] = (),
    access_log: bool = False,
) -> ASGIApp:
    """Give the service over two pools of workers, which it starts and closes with its own life.

    Args:
        pool: who evaluates the queries.
        readers: who answers for the site.
        cache: keeps the answers of both; empty at first when not given.
        base: public address of the service, ending in a slash; empty: the one asked for.
        examples: questions shown on the first page.
        access_log: write one line a request, without the text of the query.
    """
    cache = cache or Cache()
    service = Service(pool, cache, examples)
    site = Site(readers, cache, base)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.gather(pool.start(), readers.start())
        try:
            yield
        finally:
            await asyncio.gather(pool.close(), readers.close())

    app = Starlette(
        routes=[
            Route("/sparql", service.endpoint, methods=_METHODS[:3]),
            *(Route(one.pattern, site.endpoint(one), methods=["GET"]) for one in READER_ROUTES),
        ],
        exception_handlers={HTTPException: _on_http_error, Exception: _on_fault},
        lifespan=lifespan,
    )
    return Headers(app, access_log=access_log)


class Service:
    """The SPARQL endpoint."""

    def __init__(self, pool: Pool, cache: Cache, examples: Sequence[Example]) -> None:
        self.pool = pool
        self._cache = cache
        self._examples = examples

    async def endpoint(self, request: Request) -> Response:
        """Answer a query, or say what this endpoint is when there is none."""
        accept = request.headers.get("accept")
        found: Fields = {}
        try:
            limits = self.pool.limits
            found = await sparql.fields(request, limits.query_bytes, limits.deadline_s)
            if not found.get("query") and request.method != "POST":
                return self._describe(request, accept)
            asked = sparql.asked(found, accept, limits.query_bytes)
            return await self._answer(request, asked)
        except Problem as problem:
            return self._refuse(problem, found, accept)

    def _describe(self, request: Request, accept: str | None) -> Response:
        """Give the description of the service to programs, the form to people."""
        offer = choose(accept, GRAPHS)
        if offer is None:
            raise sparql.not_acceptable("graph")
        if offer.name == "html":
            return pages.form(self._examples)
        body = description.service(str(request.base_url), offer.name)
        return Response(body, headers={"Vary": "Accept"}, media_type=offer.content_type)

    async def _answer(self, request: Request, asked: sparql.Asked) -> Response:
        """Give a kept answer, or ask a worker."""
        key = Key(self.pool.version, asked)
        if short := fresh(request, etag(key), _VARY):
            return short

        async def make() -> Cached:
            return self._cached(key, asked, await self.pool.answer(asked.frame()))

        cached = self._cache.get(key) or await self._until_gone(
            request, self._cache.get_or_make(key, make)
        )
        return await respond(request, self._cache, key, cached)

    async def _until_gone(self, request: Request, answering: Coroutine[Any, Any, Cached]) -> Cached:
        """Wait for the answer; when its client goes away, it is no longer wanted."""
        answer = asyncio.ensure_future(answering)
        gone = asyncio.ensure_future(_gone(request))
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise Problem("busy", "the client has gone")
            return answer.result()
        finally:
            for task in (answer, gone):
                task.cancel()

    def _cached(self, key: Key, asked: sparql.Asked, reply: Reply) -> Cached:
        """Give an answer to keep, or raise the problem that the reply tells."""
        if reply.outcome != "answered":
            raise self._problem(reply)
        offers = GRAPHS if reply.head["shape"] == "graph" else TABLES
        offer = next(offer for offer in offers if offer.name == reply.head["format"])
        headers = [("Vary", _VARY)]
        body = reply.body
        if offer.name == "html":
            page = pages.results(asked.query, json.loads(body), self._examples)
            body = bytes(page.body)
            headers += (pair for pair in page.headers.items() if pair[0] in _OF_PAGES)
        else:
            headers.append(("Content-Type", offer.content_type))
        tag = "" if asked.is_volatile else etag(key)
        return Cached(200, tuple(headers), body, tag)

    def _problem(self, reply: Reply) -> Problem:
        head = reply.head
        if reply.outcome == "not-acceptable":
            return sparql.not_acceptable(head["shape"])
        if reply.outcome == "query-syntax":
            place = {name: head[name] for name in ("line", "column") if name in head}
            where = "the query cannot be read"
            if place:
                where += f" past line {place['line']}, column {place['column']}"
            return Problem("query-syntax", f"{where}: {head['message']}", **place)
        if reply.outcome == "evaluation":
            return Problem("query-evaluation", head["message"])
        if reply.outcome == "deadline":
            seconds = f"{self.pool.limits.deadline_s:g} s"
            return Problem("deadline", f"the query was stopped after {seconds}", limit=seconds)
        return Problem(reply.outcome, _DETAILS[reply.outcome])

    def _refuse(self, problem: Problem, found: Fields, accept: str | None) -> Response:
        """Tell a problem to a program, or show it to a person above the form."""
        if problem.code != "request-header" and sparql.wants_page(found, accept):
            return pages.problem(problem, (found.get("query") or [""])[0], self._examples)
        return problem.response()


async def _gone(request: Request) -> None:
    """Wait until the client has gone; its body has been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _on_http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = _STATUS_CODES.get(status, "request-malformed")
    return Problem(code, f"{request.method} {request.url.path}"[:200]).response()


async def _on_fault(request: Request, error: Exception) -> Response:
    log.error("%s failed: %s", request.url.path, type(error).__name__, exc_info=error)
    return Problem("internal", "the request could not be answered").response()
