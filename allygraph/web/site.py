"""The site over HTTP: an address becomes an `Ask`, a reader process answers it.

Clocks, language and form are read here, once for all routes: ``as_of``, ``known_by``, ``lang`` and
``format`` are fields of every address. Without them both clocks are today, the language is the
browser's, and the form is negotiated.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from allygraph.dates import LAST_DAY
from allygraph.site.asking import Ask
from allygraph.web import variants
from allygraph.web.asked import day, language
from allygraph.web.cache import Cache, Cached, Key, etag
from allygraph.web.conditional import fresh, respond
from allygraph.web.fields import Fields, decode, single
from allygraph.web.gate import Gate
from allygraph.web.negotiate import HTML, Offer, choose, short_names
from allygraph.web.problems import Problem, refusal
from allygraph.web.refusals import PAGE_POLICY, Refusals
from allygraph.web.routes import SUFFIXES, ReaderRoute
from allygraph.web.worker import Reply
from allygraph.web.workers import Pool

_VARY = "Accept, Accept-Language"
_DETAILS = {
    "busy": "as many questions as this service takes are being answered; try again",
    "deadline": "the answer took longer than an answer may take",
    "memory": "the answer needed more memory than an answer may have",
    "worker-died": "the process that answered has ended; others were not touched",
}

Endpoint = Callable[[Request], Awaitable[Response]]


class Site:
    """The addresses that readers answer.

    Args:
        readers: the pool of reader processes.
        cache: keeps the answers.
        gate: lets clients in.
        base: public address of the service, ending in a slash; empty: the one asked for.
    """

    def __init__(self, readers: Pool, cache: Cache, gate: Gate, base: str = "") -> None:
        self.readers = readers
        self._gate = gate
        self.refusals = Refusals(readers, base)
        self._cache = cache
        self._base = base

    def endpoint(self, route: ReaderRoute) -> Endpoint:
        """Give the function that answers a route."""
        places = asyncio.Semaphore(route.at_once) if route.at_once else None

        async def answer(request: Request) -> Response:
            try:
                return await self._answer(route, request, places)
            except Problem as problem:
                return await self.refusals.respond(request, problem)

        return answer

    async def _answer(
        self, route: ReaderRoute, request: Request, places: asyncio.Semaphore | None
    ) -> Response:
        fields = decode(request.scope["query_string"])
        path, offer, is_named = self._form(route, request, fields)
        if route.names_thing and not is_named:
            root = self._base or str(request.base_url)
            target, headers = variants.document_address(root, path, offer, fields, request.headers)
            return RedirectResponse(target, 303, headers)
        ask = self._ask(route, request, fields, path, offer)
        key = Key(ask.version, json.dumps(ask.record(), sort_keys=True))
        vary = variants.VARY if route.names_thing else _VARY
        if short := fresh(request, key, vary):
            return short

        async def make() -> Cached:
            async with _turn(places, self.readers.limits.queue_s):
                return _cached(key, await self.readers.answer({"ask": ask.record()}), vary)

        cached = self._cache.get(key)
        if cached is None:
            async with self._gate.passed(request.scope):
                cached = await self._cache.get_or_make(key, make)
        return await respond(request, self._cache, key, cached)

    def _form(
        self, route: ReaderRoute, request: Request, fields: Fields
    ) -> tuple[str, Offer, bool]:
        """Give the path without its suffix, the form, and whether the address names the form."""
        path = request.url.path.removeprefix("/")
        stem, _, suffix = path.rpartition(".")
        by_name = {offer.name: offer for offer in route.offers}
        if stem and (offer := by_name.get(SUFFIXES.get(suffix, ""))):
            return stem, offer, True
        if name := single(fields, "format"):
            named = by_name.get(name) or _otherwise_named(name, by_name)
            if named is None:
                raise Problem(
                    "request-malformed", f"no format '{name[:40]}'", expected=", ".join(by_name)
                )
            return path, named, True
        offer = choose(request.headers.get("accept"), route.offers)
        if offer is None:
            available = [offer.media_type for offer in route.offers]
            raise Problem(
                "request-not-acceptable",
                f"the document exists as {', '.join(available)}",
                available=available,
            )
        return path, offer, False

    def _ask(
        self, route: ReaderRoute, request: Request, fields: Fields, path: str, offer: Offer
    ) -> Ask:
        today = date.today()
        own = ("as_of", "known_by", "lang", "format", variants.PROFILE_FIELD)
        as_of, known_by = day(fields, "as_of", today), day(fields, "known_by", today)
        lang = language(fields, request.headers.get("accept-language", ""))
        if route.is_timeless:
            as_of, known_by, lang = LAST_DAY, LAST_DAY, "en"
        return Ask(
            reader=route.page if route.page and offer.name == HTML.name else route.reader,
            path=path,
            params={name: tuple(values) for name, values in fields.items() if name not in own},
            form=offer.name,
            as_of=as_of,
            known_by=known_by,
            lang=lang,
            base=self._base or str(request.base_url),
            version=self.readers.version,
            profile=variants.profile(fields, request.headers) if route.names_thing else "",
            dated=not route.is_timeless and bool(fields.get("as_of") or fields.get("known_by")),
        )


@asynccontextmanager
async def _turn(places: asyncio.Semaphore | None, patience_s: float) -> AsyncIterator[None]:
    """Wait for one of the few places of a route whose answers are large; not for ever."""
    if places is None:
        yield
        return
    try:
        async with asyncio.timeout(patience_s):
            await places.acquire()
    except TimeoutError as error:
        raise Problem("busy", _DETAILS["busy"]) from error
    try:
        yield
    finally:
        places.release()


def _cached(key: Key, reply: Reply, vary: str) -> Cached:
    """Give an answer to keep, or raise the problem that the reply tells."""
    head = reply.head
    if reply.outcome == "refused":
        raise refusal(head)
    if reply.outcome != "answered":
        raise Problem(reply.outcome, _DETAILS[reply.outcome])
    kind = head["media_type"]
    headers = [
        ("Content-Type", _with_charset(kind)),
        ("Vary", vary),
        ("X-Graph-Version", key.version),
    ]
    if kind.startswith(HTML.media_type):
        headers.append(("Content-Security-Policy", PAGE_POLICY))
    headers += ((name, value) for name, value in head["headers"])
    # A worker of a build that has just taken over may answer what was asked of the one before.
    is_kept = head["status"] == 200 and reply.version == key.version
    tag = etag(key) if is_kept else ""
    return Cached(head["status"], tuple(headers), reply.body, tag)


def _with_charset(media_type: str) -> str:
    """Say that text is UTF-8."""
    is_bare_text = media_type.startswith("text/") and "charset=" not in media_type
    return f"{media_type}; charset=utf-8" if is_bare_text else media_type


def _otherwise_named(name: str, by_name: Mapping[str, Offer]) -> Offer | None:
    """Find a form by another of its names: the ending of a file, or what other services say."""
    names = (SUFFIXES.get(name, ""), *short_names(name))
    return next((by_name[one] for one in names if one in by_name), None)
