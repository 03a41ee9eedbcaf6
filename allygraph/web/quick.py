"""Quick: answers that go out again to an equal request, before the application sees it.

What the application has sent from the cache is remembered as bytes, under the head of the request
that asked for it. An equal head is answered with the same bytes, straight from the connection.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allygraph.web.cache import Cache, Cached, Key
from allygraph.web.conditional import NOT_IN_304, SLOT, matches
from allygraph.web.observing import Watcher

_MOST_HEADS = 64
Pairs = list[tuple[bytes, bytes]]
_OF_THIS_REQUEST = frozenset({b"date", b"server", b"x-request-id", b"connection"})
# No answer of ours depends on these; any header that is not named here makes another head.
_NO_MATTER = frozenset(
    {
        b"cache-control",
        b"connection",
        b"cookie",
        b"dnt",
        b"if-modified-since",
        b"if-none-match",
        b"origin",
        b"pragma",
        b"priority",
        b"referer",
        b"sec-ch-ua",
        b"sec-ch-ua-mobile",
        b"sec-ch-ua-platform",
        b"sec-fetch-dest",
        b"sec-fetch-mode",
        b"sec-fetch-site",
        b"sec-fetch-user",
        b"sec-gpc",
        b"te",
        b"upgrade-insecure-requests",
        b"user-agent",
        b"x-forwarded-for",
    }
)


class Head(NamedTuple):
    """What an answer can depend on: method, address, and the headers that matter."""

    method: bytes
    address: bytes
    headers: tuple[tuple[bytes, bytes], ...]


class Slot:
    """Where the application leaves the kept answer that it has given to a request."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.answered: tuple[Key, Cached] | None = None


@dataclass(frozen=True)
class Ready:
    """An answer as bytes: header lines without Date, and the body; and the same for 304."""

    key: Key
    cached: Cached
    full: bytes
    body: bytes
    short: bytes


class Quick:
    """The answers that are ready.

    Args:
        cache: whose answers they are; what it drops goes here too.
    """

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.watchers: list[Watcher] = []
        self._ready: dict[Hashable, Ready] = {}
        self._day = date.today()
        cache.on_drop(self._drop)

    def __len__(self) -> int:
        return len(self._ready)

    def find(self, head: Head) -> Ready | None:
        """Give what is ready for a head, and note that it was used."""
        found = self._ready.get(head)
        if found is not None:
            self.cache.get(found.key)
        return found

    def keep(self, slot: Slot, headers: Pairs, body: bytes) -> None:
        """Remember what has been sent, as long as the cache has the answer."""
        if slot.answered is None:
            return
        key, cached = slot.answered
        if not cached.kept or len(cached.heads) >= _MOST_HEADS:
            return
        lines = [(n.lower(), v) for n, v in headers if n.lower() not in _OF_THIS_REQUEST]
        short = [(name, value) for name, value in lines if name.decode() not in NOT_IN_304]
        full = b"HTTP/1.1 200 OK\r\n" + _lines(lines)
        ready = Ready(key, cached, full, body, b"HTTP/1.1 304 Not Modified\r\n" + _lines(short))
        self._ready[slot.head] = ready
        cached.heads.append(slot.head)

    def tick(self) -> None:
        """Forget all when a new day begins: addresses without clocks mean today."""
        if (today := date.today()) != self._day:
            self._day = today
            for ready in self._ready.values():
                ready.cached.heads.clear()
            self._ready.clear()

    def _drop(self, cached: Cached) -> None:
        for head in cached.heads:
            self._ready.pop(head, None)
        cached.heads.clear()


def head_of(method: bytes, address: bytes, headers: Pairs) -> Head:
    """Give the head of a request; the names of its headers are in lower case."""
    return Head(method, address, tuple(pair for pair in headers if pair[0] not in _NO_MATTER))


def condition_of(headers: Pairs) -> bytes:
    """Give If-None-Match, or nothing."""
    return next((value for name, value in headers if name == b"if-none-match"), b"")


def is_known(condition: bytes, ready: Ready) -> bool:
    """Say whether the client has the answer already."""
    return bool(condition) and matches(condition.decode("latin-1"), ready.cached.etag)


def _lines(headers: Pairs) -> bytes:
    return b"".join(b"%b: %b\r\n" % pair for pair in headers)


class Recorder:
    """The application, with what it sends from the cache remembered."""

    def __init__(self, app: ASGIApp, quick: Quick) -> None:
        self._app = app
        self._quick = quick

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on everything; note whole answers."""
        slot = scope.get(SLOT)
        if slot is None:
            await self._app(scope, receive, send)
            return
        headers: Pairs | None = None

        async def send_and_note(message: Message) -> None:
            nonlocal headers
            if message["type"] == "http.response.start":
                headers = list(message["headers"]) if message["status"] == 200 else None
            elif headers is not None:
                if not message.get("more_body"):
                    self._quick.keep(slot, headers, message.get("body", b""))
                headers = None
            await send(message)

        await self._app(scope, receive, send_and_note)
