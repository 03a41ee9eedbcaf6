"""Headers: what every answer carries, whichever address it comes from; and who is told of it."""

import secrets
import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allygraph.web.observing import Observation, Watcher
from allygraph.web.problems import CODE, Problem

_EVERY = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Allow, Content-Profile, ETag, Link, Memento-Datetime, Retry-After, X-Graph-Version, "
        b"X-Problem, X-Request-Id, X-Total-Count, X-Truncated, X-Truncated-Rows",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'"),
)
_CODE = CODE.lower().encode()
QUERY = "allygraph.query"
"""Name in the scope under which the endpoint leaves the text of a query, for logs that want it."""


class Headers:
    """Let any page of the web read the answers, let no answer act as a program."""

    _preflight: ClassVar[dict[str, str]] = {
        "Access-Control-Allow-Headers": (
            "Accept, Accept-Datetime, Accept-Language, Accept-Profile, Content-Type, If-None-Match"
        ),
        "Access-Control-Max-Age": "86400",
    }

    def __init__(
        self, app: ASGIApp, allowed: Callable[[Scope], str], watchers: Sequence[Watcher]
    ) -> None:
        self._app = app
        self._allowed = allowed
        self._watchers = watchers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer OPTIONS and contradictory lengths here, and pass on everything else."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status, size, problem, request_id = 0, 0, "", new_request_id()

        async def send_with_headers(message: Message) -> None:
            nonlocal status, size, problem
            if message["type"] == "http.response.start":
                status = message["status"]
                own = dict(message["headers"])
                problem = own.get(_CODE, b"").decode()
                more = [line for line in _EVERY if line[0] not in own]
                more.append((b"x-request-id", request_id.encode()))
                message = {**message, "headers": [*message["headers"], *more]}
            elif scope["method"] == "HEAD":
                message = {**message, "body": b""}
            size += len(message.get("body", b""))
            await send(message)

        await self._choose(scope)(scope, receive, send_with_headers)
        query = scope.get(QUERY) or scope["query_string"].decode("ascii", "replace")
        seen = Observation(
            method=scope["method"],
            path=scope["path"],
            status=status,
            size=size,
            seconds=time.monotonic() - started,
            client=(scope.get("client") or ("",))[0],
            request=request_id,
            query=query,
            problem=problem,
        )
        for watch in self._watchers:
            watch(seen)

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


def new_request_id() -> str:
    """Give a name for a request, by which its line in the log is found."""
    return secrets.token_hex(8)


def _path(scope: Scope) -> str:
    """Give the path in a form that cannot forge a line of the log."""
    path: str = scope["path"]
    return path[:100].encode("unicode_escape").decode("ascii")
