"""Connection: one client's socket, from bytes to requests, and what a client may not do there.

uvicorn's protocol on httptools does HTTP/1.1; what is added here: time limits for the head and the
body of a request and for the reading of its answer, caps on heads and on connections of one
address, refusals that are told, and answers that are ready (see ``quick``) without the application.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from allygraph.web.addresses import client_place
from allygraph.web.conditional import CANCELS, SLOT
from allygraph.web.headers import new_request_id
from allygraph.web.observing import Observation
from allygraph.web.patience import Patience
from allygraph.web.problems import Problem
from allygraph.web.quick import Quick, Ready, Slot, condition_of, head_of, is_known

_LINGER_S = 1.0
_LEAST_PROGRESS_BYTES = 65_536
_MOST_PIPELINED = 16
_MOST_REST_BYTES = 262_144
_EVERY = (
    b"access-control-allow-origin: *\r\nx-content-type-options: nosniff\r\nconnection: close\r\n"
)


@dataclass
class Front:
    """What the connections of a process share."""

    patience: Patience
    quick: Quick
    per_client: int
    clients: Counter[str] = field(default_factory=Counter)


class _Phase(Enum):
    HEAD = 1
    BODY = 2
    ANSWER = 3
    REST = 4  # of a body that nobody wanted, behind its answer
    IDLE = 5


class _Refusal(Exception):
    """Raised within the parser, to get out of it."""

    def __init__(self, code: str, detail: str, expected: str = "") -> None:
        more = {"expected": expected} if expected else {}
        self.problem = Problem(code, detail, **more)


class Connection(HttpToolsProtocol):
    """A connection with limits. ``check`` is called about twice a second."""

    def __init__(self, front: Front, **given: Any) -> None:
        super().__init__(**given)
        self._front = front
        self._phase = _Phase.HEAD
        self._since = self.loop.time()
        self._place = ""
        self._task: asyncio.Task[None] | None = None
        self._line_bytes = 0
        self._raw_bytes = 0
        self._begun = 0
        self._is_refused = False
        self._was_quick = False
        self._left = 0
        self._left_since = 0.0
        self._discarded = 0

    @property
    def _is_busy(self) -> bool:
        """Whether an answer is still being made or sent."""
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the client's connections."""
        super().connection_made(transport)
        self._place = client_place(self.client[0] if self.client else "")
        clients = self._front.clients
        clients[self._place] += 1
        most = self._front.per_client
        if clients[self._place] > most:
            self._refuse(Problem("busy", f"over {most} connections come from one address"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and end what was asked on it."""
        self._front.clients[self._place] -= 1
        if self._front.clients[self._place] <= 0:
            del self._front.clients[self._place]
        super().connection_lost(exc)
        if self._task is not None:
            self._task.cancel()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Remember the task, so that it can end with its client."""
        task = self._task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def data_received(self, data: bytes) -> None:
        """Parse, and refuse what cannot be or may not be."""
        if self._is_refused:
            self._discard(data)
            return
        self._unset_keepalive_if_required()
        if self._phase is _Phase.IDLE:
            self._enter(_Phase.HEAD)
        was_head, self._begun = self._phase is _Phase.HEAD, 0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # No other protocol is spoken here; the request itself is answered, and no more.
            self._is_refused = True
            if self._is_busy:
                self.cycle.keep_alive = False
        except httptools.HttpParserError as error:
            cause = error.__context__
            malformed = Problem("request-malformed", "the request is not HTTP/1.1")
            self._refuse(cause.problem if isinstance(cause, _Refusal) else malformed)
        else:
            # Of a head behind another one the first part is not counted; it has a packet's size.
            if was_head and self._phase is _Phase.HEAD and self._begun <= 1:
                self._raw_bytes += len(data)
                if self._raw_bytes > self._front.patience.head_bytes:
                    self._refuse(self._too_large().problem)
            elif self._phase is _Phase.REST and self._discarded > _MOST_REST_BYTES:
                self._linger()

    def _too_large(self) -> _Refusal:
        most = self._front.patience.head_bytes
        return _Refusal("request-header", "the head is too large", f"at most {most} bytes")

    def on_message_begin(self) -> None:
        """Start anew."""
        super().on_message_begin()
        self._begun += 1
        self._line_bytes = self._raw_bytes = 0
        self._enter(_Phase.HEAD)

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        most = self._front.patience.address_bytes
        if len(self.url) > most:
            raise _Refusal(
                "request-uri", "the address is too long", f"at most {most} bytes; use POST"
            )

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        super().on_header(name, value)
        self._line_bytes += len(name) + len(value) + 4
        if self._line_bytes > self._front.patience.head_bytes:
            raise self._too_large()
        most = self._front.patience.headers
        if len(self.headers) > most:
            raise _Refusal("request-header", "there are too many headers", f"at most {most}")

    def on_headers_complete(self) -> None:
        """Answer at once what is ready, and hand over everything else."""
        names = [name for name, _ in self.headers]
        self._check_framing(names)
        self._enter(_Phase.BODY)
        self._was_quick = False
        method = self.parser.get_method()
        if method in (b"GET", b"HEAD") and self.parser.get_http_version() == "1.1":
            head = head_of(method, self.url, self.headers)
            ready = self._front.quick.find(head)
            has_body = b"content-length" in names or b"transfer-encoding" in names
            may = not (self._is_busy or has_body or self.flow.write_paused)
            if ready is not None and may:
                self._was_quick = True
                self._answer(ready)
                return
            self.scope[SLOT] = Slot(head)  # type: ignore[literal-required]
        self.scope[CANCELS] = True  # type: ignore[literal-required]
        if len(self.pipeline) >= _MOST_PIPELINED:
            raise _Refusal("busy", "too many requests are sent ahead")
        super().on_headers_complete()

    def _check_framing(self, names: list[bytes]) -> None:
        """Refuse what a proxy may read in another way than we do."""
        hosts = names.count(b"host")
        if hosts > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            raise _Refusal("request-malformed", f"there are {hosts} Host headers", "one")
        if b"content-length" in names and b"transfer-encoding" in names:
            raise _Refusal("request-malformed", "the body has two lengths")

    def _answer(self, ready: Ready) -> None:
        known = is_known(condition_of(self.headers), ready)
        head, body = (ready.short, b"") if known else (ready.full, ready.body)
        closes = not self.parser.should_keep_alive()
        end = b"connection: close\r\n\r\n" if closes else b"\r\n"
        defaults = (b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
        name = new_request_id()
        stamp = b"x-request-id: %b\r\n" % name.encode()
        self.transport.write(b"".join((head, *defaults, stamp, end, body)))
        self.server_state.total_requests += 1
        self._note(304 if known else 200, len(body), name)
        if closes:
            self.transport.close()

    def _note(self, status: int, size: int, name: str, problem: str = "") -> None:
        method = (self.parser.get_method() or b"-").decode("ascii", "replace")
        path, _, query = getattr(self, "url", b"").decode("ascii", "replace").partition("?")
        client = self.client[0] if self.client else ""
        seen = Observation(method, unquote(path), status, size, 0.0, client, name, query, problem)
        for watch in self._front.quick.watchers:
            watch(seen)

    def on_body(self, body: bytes) -> None:
        """Take a part of a body; an answer that is out already had none, or needs it no longer."""
        if self._phase is _Phase.REST:
            self._discarded += len(body)
        elif not self._was_quick:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the answer, or for the next request."""
        if self._was_quick:
            self._enter(_Phase.IDLE)
            return
        self._enter(_Phase.ANSWER if self._is_busy else _Phase.IDLE)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request; of a body that nobody wanted, for a short rest.

        A client that sends head and body apart would else ask on where nobody answers any more.
        """
        super().on_response_complete()
        if self._phase is _Phase.BODY and not self.pipeline:
            self._discarded = 0
            self._enter(_Phase.REST)
        elif self._phase is _Phase.ANSWER and not self.pipeline:
            self._enter(_Phase.IDLE)

    def check(self, now: float) -> None:
        """End the connection when its time is up."""
        self._check_reading(now)
        if self._is_refused or (self._is_busy and self._phase is not _Phase.BODY):
            return
        patience = self._front.patience
        waited = now - self._since
        if self._phase is _Phase.IDLE and waited > patience.idle_s:
            self.transport.close()
        elif self._phase is _Phase.HEAD and waited > patience.head_s:
            self._refuse(Problem("request-slow", f"the head took over {patience.head_s:g} s"))
        elif self._phase is _Phase.REST and waited > patience.body_s:
            self._linger()
        elif self._phase is _Phase.BODY and waited > patience.body_s:
            self._refuse(Problem("request-slow", f"the body took over {patience.body_s:g} s"))

    def _check_reading(self, now: float) -> None:
        """Drop a client that does not read its answer."""
        left = self.transport.get_write_buffer_size()
        if not left or not self._left or left <= self._left - _LEAST_PROGRESS_BYTES:
            self._left, self._left_since = left, now
        elif now - self._left_since > self._front.patience.write_s:
            self.transport.abort()

    def _enter(self, phase: _Phase) -> None:
        self._phase, self._since = phase, self.loop.time()

    def _refuse(self, problem: Problem) -> None:
        """Tell the problem, unless another answer is on its way, and end the connection."""
        if self._phase is _Phase.REST:
            self._linger()
            return
        self._is_refused = True
        self._unset_keepalive_if_required()
        mine = self._phase is _Phase.BODY and not self.pipeline
        self.pipeline.clear()
        if self._is_busy:
            if not mine:
                self.cycle.keep_alive = False
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not self._is_busy or not self.cycle.response_started:
            response = problem.response()
            lines = b"".join(b"%b: %b\r\n" % pair for pair in response.raw_headers)
            status = STATUS_LINE[problem.status]
            self.transport.write(b"".join((status, lines, _EVERY, b"\r\n", bytes(response.body))))
            self._note(problem.status, len(response.body), "", problem.code)
        self._linger()

    def _linger(self) -> None:
        """Close our side and let what the client still sends run out, else it sees no answer."""
        self._is_refused = True
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self.transport.write_eof()
        self.loop.call_later(_LINGER_S, self.transport.abort)

    def _discard(self, data: bytes) -> None:
        self._discarded += len(data)
        if self._discarded > 64 * _LEAST_PROGRESS_BYTES:
            self.transport.abort()
