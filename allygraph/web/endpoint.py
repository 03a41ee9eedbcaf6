"""The endpoint: a query over HTTP goes to a worker, its answer to the cache and to the client.

``sparql`` reads the request; here is what becomes of it. Without a query the endpoint says what it
is: to programs in RDF, to people with a form.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from allygraph.site.addresses import links
from allygraph.web import pages, sparql
from allygraph.web.cache import Cache, Cached, Key, etag
from allygraph.web.conditional import CANCELS, fresh, respond
from allygraph.web.examples import Example
from allygraph.web.fields import Fields
from allygraph.web.gate import Gate
from allygraph.web.headers import QUERY
from allygraph.web.negotiate import GRAPHS, TABLES
from allygraph.web.problems import Problem
from allygraph.web.worker import Reply
from allygraph.web.workers import Pool

_VARY = "Accept"
_OF_PAGES = ("content-type", "content-security-policy")
_DETAILS = {
    "busy": "as many queries as this service takes are running; try again",
    "memory": "the query needed more memory than a query may have",
    "result-too-large": "the answer is larger than this service sends; add LIMIT or aggregate",
    "worker-died": "the query ended the process that evaluated it; others were not touched",
}
_FAULTS = {"query-syntax": "query-syntax", "evaluation": "query-evaluation"}

Describe = Callable[[Request], Awaitable[Response]]


class Service:
    """The SPARQL endpoint.

    Args:
        pool: who evaluates the queries.
        cache: keeps the answers.
        gate: lets clients in.
        describe: answers a request that has no query.
        root: path below which the service is, ending in a slash.
        examples: questions shown with the form.
    """

    def __init__(
        self,
        pool: Pool,
        cache: Cache,
        gate: Gate,
        describe: Describe,
        root: str,
        examples: Sequence[Example],
    ) -> None:
        self.pool = pool
        self._cache = cache
        self._gate = gate
        self._describe_to_programs = describe
        self._links = links(root)
        self._examples = examples

    async def endpoint(self, request: Request) -> Response:
        """Answer a query, or say what this endpoint is when there is none."""
        accept = request.headers.get("accept")
        found: Fields = {}
        try:
            limits = self.pool.limits
            found = await sparql.fields(request, limits.query_bytes, limits.deadline_s)
            if not found.get("query") and request.method != "POST":
                return await self._describe(request, found, accept)
            asked = sparql.asked(found, accept, limits.query_bytes)
            request.scope[QUERY] = asked.query
            return await self._answer(request, asked)
        except Problem as problem:
            return self._refuse(problem, found, accept)

    async def _describe(self, request: Request, found: Fields, accept: str | None) -> Response:
        """Give the description of the service to programs, the form to people."""
        if sparql.wants_page(found, accept, GRAPHS):
            return pages.form(self._examples)
        return await self._describe_to_programs(request)

    async def _answer(self, request: Request, asked: sparql.Asked) -> Response:
        """Give a kept answer, or ask a worker."""
        key = Key(self.pool.version, asked)
        if short := fresh(request, key, _VARY):
            return short

        async def make() -> Cached:
            return self._cached(key, asked, await self.pool.answer(asked.frame()))

        cached = self._cache.get(key)
        if cached is None:
            async with self._gate.passed(request.scope):
                cached = await self._until_gone(request, self._cache.get_or_make(key, make))
        return await respond(request, self._cache, key, cached)

    async def _until_gone(self, request: Request, answering: Coroutine[Any, Any, Cached]) -> Cached:
        """Wait for the answer; when its client goes away, it is no longer wanted."""
        if request.scope.get(CANCELS):
            return await answering
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
        headers = [
            ("Vary", _VARY),
            ("Link", self._links),
            ("X-Graph-Version", reply.version),
        ]
        if rows := reply.head.get("cut"):
            headers += [("X-Truncated", "true"), ("X-Truncated-Rows", str(rows))]
        body = reply.body
        if offer.name == "html":
            page = pages.results(asked.query, json.loads(body), self._examples)
            body = bytes(page.body)
            headers += (pair for pair in page.headers.items() if pair[0] in _OF_PAGES)
        else:
            headers.append(("Content-Type", offer.content_type))
        # A worker of a build that has just taken over may answer what was asked of the one before.
        tag = "" if asked.is_volatile or reply.version != key.version else etag(key)
        return Cached(200, tuple(headers), body, tag)

    def _problem(self, reply: Reply) -> Problem:
        head = reply.head
        if reply.outcome == "not-acceptable":
            return sparql.not_acceptable(head["shape"], head.get("unfit", ""))
        if reply.outcome in _FAULTS:
            known = ("line", "column", "expected")
            more = {name: head[name] for name in known if name in head}
            return Problem(_FAULTS[reply.outcome], head["message"], **more)
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


async def refuse_change(request: Request) -> Response:
    """Answer what would change a graph; a query by such a method is a mistake of another kind."""
    try:
        sparql.refuse_change(request)
    except Problem as problem:
        return problem.response()
