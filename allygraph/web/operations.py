"""Operations: what an operator's tools ask: does it live, does it answer, what is it, counts.

``/healthz`` says that this process runs, ``/readyz`` that both pools answer from the graph now: a
balancer sends nobody to a process that is not ready. None of the answers may be kept.
"""

import asyncio
import json
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from allygraph.site.asking import Ask
from allygraph.web.metrics import CONTENT_TYPE, Metrics
from allygraph.web.problems import Problem
from allygraph.web.worker import Reply
from allygraph.web.workers import Pool

OPERATIONS = ("healthz", "readyz", "version", "metrics")
"""The first parts of the addresses."""
_PATIENCE_S = 3.0
_NOT_KEPT = {"Cache-Control": "no-store"}
_CANARY = {
    "query": "ASK { ?s ?p ?o }",
    "default_graphs": (),
    "named_graphs": (),
    "table_format": "json",
    "graph_format": None,
    "has_dataset": False,
}


class Operations:
    """The addresses for operators.

    Args:
        pool: who evaluates visitors' queries.
        readers: who answers for the site.
        metrics: what is counted.
    """

    def __init__(self, pool: Pool, readers: Pool, metrics: Metrics) -> None:
        self._pool, self._readers, self._metrics = pool, readers, metrics
        self._asking: asyncio.Future[dict[str, Any]] | None = None

    def routes(self) -> list[Route]:
        """Give the routes."""
        answers = (self.health, self.readiness, self.version, self.metrics)
        pairs = zip(OPERATIONS, answers, strict=True)
        return [Route(f"/{name}", answer, methods=["GET"]) for name, answer in pairs]

    async def health(self, request: Request) -> Response:
        """Say that the process runs."""
        return Response("ok\n", headers=_NOT_KEPT, media_type="text/plain")

    async def readiness(self, request: Request) -> Response:
        """Say whether questions are answered; the reason where they are not."""
        try:
            await self._canary()
        except Problem as problem:
            return problem.response()
        return Response("ready\n", headers=_NOT_KEPT, media_type="text/plain")

    async def version(self, request: Request) -> Response:
        """Say which software answers from which graph."""
        try:
            counted = await self._canary()
        except Problem as problem:
            return problem.response()
        store = self._readers.store
        built = datetime.fromtimestamp(store.stat().st_mtime, UTC) if store.exists() else None
        told = {
            "allygraph": version("allygraph"),
            "graph": {
                "version": self._readers.version,
                "content": store.name,
                "quads": counted["quads"],
                "built": built and built.isoformat(timespec="seconds"),
            },
            "engine": {"pyoxigraph": version("pyoxigraph")},
        }
        text = json.dumps(told, indent=2) + "\n"
        return Response(text, headers=_NOT_KEPT, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """Give the counts."""
        return Response(self._metrics.text(), headers=_NOT_KEPT | {"Content-Type": CONTENT_TYPE})

    async def _canary(self) -> dict[str, Any]:
        """Ask both pools something short; who asks meanwhile gets the same answer.

        Raises:
            Problem: one of them does not answer.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._ask_both())
        return await asyncio.shield(self._asking)

    async def _ask_both(self) -> dict[str, Any]:
        today = date.today()
        ask = Ask("canary", "", {}, "json", today, today, "en", "", self._readers.version)
        asked = (self._pool.answer(_CANARY), self._readers.answer({"ask": ask.record()}))
        try:
            async with asyncio.timeout(_PATIENCE_S):
                replies = await asyncio.gather(*asked)
        except TimeoutError as error:
            raise Problem("not-ready", f"no answer within {_PATIENCE_S:g} s") from error
        for name, reply in zip(("queries", "pages"), replies, strict=True):
            _check(name, reply)
        counted: dict[str, Any] = json.loads(replies[1].body)
        return counted


def _check(name: str, reply: Reply) -> None:
    if reply.outcome != "answered":
        raise Problem("not-ready", f"the processes for {name} do not answer: {reply.outcome}")
