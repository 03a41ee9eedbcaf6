"""Headers: what every answer carries, whichever address it comes from; and the access line."""

import logging
import time
from collections.abc import Callable
from typing import ClassVar

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allygraph.web.problems import Problem

log = logging.getLogger("allygraph.web.access")
_EVERY = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Allow, Content-Profile, ETag, Link, Memento-Datetime, Retry-After, X-Graph-Version, "
        b"X-Total-Count, X-Truncated, X-Truncated-Rows",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'"),
)


class Headers:
    """Let any page of the web read the answers, let no answer act as a program."""

    _preflight: ClassVar[dict[str, str]] = {
        "Access-Control-Allow-Headers": (
            "Accept, Accept-Datetime, Accept-Language, Accept-Profile, Content-Type, If-None-Match"
        ),
        "Access-Control-Max-Age": "86400",
    }

    def __init__(self, app: ASGIApp, allowed: Callable[[Scope], str], *, access_log: bool) -> None:
        self._app = app
        self._allowed = allowed
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer OPTIONS and contradictory lengths here, and pass on everything else."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status = 0
        size = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}
                more = [line for line in _EVERY if line[0] not in own]
                message = {**message, "headers": [*message["headers"], *more]}
            elif scope["method"] == "HEAD":
                message = {**message, "body": b""}
            size += len(message.get("body", b""))
            await send(message)

        await self._choose(scope)(scope, receive, send_with_headers)
        if self._access_log:
            spent = 1000 * (time.monotonic() - started)
            log.info("%s %s %d %d B %.1f ms", scope["method"], _path(scope), status, size, spent)

    def _choose(self, scope: Scope) -> ASGIApp:
        names = {name for name, _ in scope["headers"]}
        if {b"content-length", b"transfer-encoding"} <= names:
            return Problem("request-malformed", "the body has two lengths").response()
        if scope["method"] == "OPTIONS":
            return self._options(scope)
        return self._app

    def _options(self, scope: Scope) -> Response:
        """Tell which methods an address answers, also to the browser of another site's page."""
        methods = self._allowed(scope)
        if not methods:
            return Problem("request-not-found", f"OPTIONS {_path(scope)}").response()
        allow = {"Allow": methods, "Access-Control-Allow-Methods": methods}
        return Response(status_code=204, headers=self._preflight | allow)


def _path(scope: Scope) -> str:
    """Give the path in a form that cannot forge a line of the log."""
    path: str = scope["path"]
    return path[:100].encode("unicode_escape").decode("ascii")
