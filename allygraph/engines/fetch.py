"""Fetch: what runs inside the process of a remote engine. Nothing else here opens a socket.

It sends one query after the other with SPARQLWrapper, reads what comes back with a cap, and parses
it with pyoxigraph. A server can make any of this hang, grow or crash: the process has a cap on
memory, and its parent ends it at the deadline.

Frames: a JSON line in, a JSON line out. Only http and https are spoken; each redirect is looked at
before it is followed.
"""

import email.utils
import http.client
import io
import ipaddress
import json
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from email.message import Message
from typing import Any, BinaryIO, NoReturn
from urllib.parse import parse_qsl, urlsplit

import pyoxigraph as ox

_CHUNK = 65_536
_MOST_ERROR_BYTES = 2000
_MOST_REDIRECTS = 5
_PATIENCE = frozenset({429, 503})
_LONG_QUERY = 1500
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Refused(Exception):
    """The answer cannot be used; ``kind`` tells the parent which error to raise."""

    def __init__(self, message: str, kind: str = "remote") -> None:
        super().__init__(message)
        self.kind = kind


class Busy(Exception):
    """The endpoint asks us to come back later."""

    def __init__(self, status: int, wait_s: float | None) -> None:
        super().__init__(str(status))
        self.status = status
        self.wait_s = wait_s


class _Watched(urllib.request.HTTPRedirectHandler, urllib.request.HTTPErrorProcessor):
    """Look at each answer before anybody reads its body."""

    max_redirections = _MOST_REDIRECTS

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        status = response.status
        if 200 <= status < 300:
            return response
        if status in _REDIRECTS:
            return self.parent.error(
                "http", request, response, status, response.msg, response.headers
            )
        if status in _PATIENCE:
            raise Busy(status, retry_after(response.headers.get("Retry-After"), time.time()))
        text = response.read(_MOST_ERROR_BYTES).decode("utf-8", "replace").strip()
        raise Refused(f"it answered {status} {response.reason}: {_one_line(text)}")

    https_response = http_response

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request:
        # urllib has resolved the address already, but lets ftp through and forgets the body.
        check_redirect(req.full_url, newurl)
        if req.data is not None and code not in (307, 308):
            raise Refused(f"it redirects a POST to {newurl} with status {code}")
        kept = {name: value for name, value in req.header_items() if name != "Host"}
        return urllib.request.Request(newurl, req.data, kept, method=req.get_method())


def check_redirect(old: str, new: str) -> None:
    """Check an address that an endpoint sends us to.

    Raises:
        Refused: it is neither http nor https, gives up encryption, or leads from the outside to
            this machine or its network.
    """
    old_parts, new_parts = urlsplit(old), urlsplit(new)
    if new_parts.scheme not in ("http", "https"):
        raise Refused(f"it redirects to {new}, which is neither http nor https")
    if old_parts.scheme == "https" and new_parts.scheme == "http":
        raise Refused(f"it redirects to {new}, which is not encrypted")
    if _is_inside(new_parts.hostname) and not _is_inside(old_parts.hostname):
        raise Refused(f"it redirects to {new}, which is inside the own network")


def _is_inside(host: str | None) -> bool:
    try:
        found = socket.getaddrinfo(host or "", None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(not ipaddress.ip_address(entry[4][0]).is_global for entry in found)


def retry_after(value: str | None, now: float) -> float | None:
    """Give the seconds that a Retry-After header asks for, or ``None`` when it says nothing.

    Source: RFC 9110, section 10.2.3: whole seconds, or a date.
    """
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order of the parent: ``url``, ``query``, ``form`` and the limits."""
    try:
        kind, body = _ask_patiently(order)
        return {"ok": _parse(order["form"], kind, body, order["url"])}
    except Refused as error:
        return {"error": str(error), "kind": error.kind}
    except MemoryError:
        return {"error": "its answer needs too much memory", "kind": "result-too-large"}
    except urllib.error.HTTPError as error:
        error.close()
        return {"error": f"it redirects wrongly: {_one_line(str(error.msg))}", "kind": "remote"}
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        return {"error": f"it cannot be asked: {_one_line(str(reason))}", "kind": "remote"}


def _ask_patiently(order: dict[str, Any]) -> tuple[str, bytes]:
    """Ask, and ask again as often and as late as the endpoint and the deadline allow."""
    ends = time.monotonic() + order["deadline_s"]
    for attempt in range(order["retries"] + 1):
        try:
            return _ask(order)
        except Busy as busy:
            wait_s = 2.0**attempt if busy.wait_s is None else busy.wait_s
            left_s = ends - time.monotonic()
            if attempt == order["retries"] or wait_s >= left_s:
                raise Refused(
                    f"it answered {busy.status} and asks to wait {wait_s:.0f} s",
                    "remote" if attempt == order["retries"] else "deadline",
                ) from busy
        time.sleep(wait_s)
    raise Refused("it was not asked")


def _ask(order: dict[str, Any]) -> tuple[str, bytes]:
    from SPARQLWrapper import GET, POST, SPARQLWrapper

    is_graph = order["form"] == "construct"
    address, _, fields = order["url"].partition("?")
    wrapper = SPARQLWrapper(address, agent=order["user_agent"])
    for name, value in parse_qsl(fields, keep_blank_values=True):
        wrapper.addParameter(name, value)
    wrapper.setQuery(order["query"])
    if wrapper.isSparqlUpdateRequest():
        raise Refused("updates are not sent", "query-unsafe")
    wrapper.setMethod(POST if len(order["query"]) > _LONG_QUERY else GET)
    wrapper.setOnlyConneg(True)
    wrapper.addCustomHttpHeader(
        "Accept",
        "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"
        if is_graph
        else "application/sparql-results+json, application/sparql-results+xml;q=0.9",
    )
    with wrapper.query().response as response:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refused("it sent a compressed answer that nobody asked for")
        if response.headers.get("X-Truncated", "").strip().lower() == "true":
            rows = response.headers.get("X-Truncated-Rows", "some")
            raise Refused(f"it cut its answer after {_one_line(rows)} rows", "result-too-large")
        kind = response.headers.get_content_type()
        return kind, _read(response, order["max_bytes"])


def _read(response: BinaryIO, most_bytes: int) -> bytes:
    body = io.BytesIO()
    while chunk := response.read(_CHUNK):
        if body.tell() + len(chunk) > most_bytes:
            raise Refused(f"its answer has more than {most_bytes} bytes", "result-too-large")
        body.write(chunk)
    return body.getvalue()


def _parse(form: str, kind: str, body: bytes, base: str) -> Any:
    if kind.endswith("xml") and (b"<!DOCTYPE" in body or b"<!ENTITY" in body):
        raise Refused("its XML declares entities, which are not read")
    try:
        if form == "construct":
            return _parse_graph(kind, body, base)
        return _parse_results(form, kind, body)
    except SyntaxError as error:
        raise Refused(f"its answer is broken: {_one_line(str(error))}") from error


def _parse_graph(kind: str, body: bytes, base: str) -> list[list[Any]]:
    form = ox.RdfFormat.from_media_type(kind)
    if form is None or form == ox.RdfFormat.JSON_LD:
        _refuse_type(kind, body)
    quads = ox.parse(body, format=form, base_iri=base, rename_blank_nodes=True)
    return [[_cell(term) for term in quad.triple] for quad in quads]


def _parse_results(form: str, kind: str, body: bytes) -> Any:
    known = ox.QueryResultsFormat.from_media_type(kind)
    if known not in (ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML):
        _refuse_type(kind, body)
    results = ox.parse_query_results(body, format=known)
    if isinstance(results, ox.QueryBoolean) != (form == "ask"):
        raise Refused(f"its answer is not that of {form.upper()}")
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    columns = [variable.value for variable in results.variables]
    return {"columns": columns, "rows": [[_cell(term) for term in row] for row in results]}


def _refuse_type(kind: str, body: bytes) -> NoReturn:
    shown = _one_line(body[:200].decode("utf-8", "replace"))
    raise Refused(f"it sent {kind}, which is no result of SPARQL: {shown}")


def _cell(term: Any) -> list[str] | None:
    """Give a term as plain strings: what comes from outside is not unpickled."""
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        return ["literal", term.value, term.language or "", term.datatype.value]
    if isinstance(term, ox.NamedNode | ox.BlankNode):
        return ["iri" if isinstance(term, ox.NamedNode) else "blank", term.value]
    raise Refused("its answer has a triple as a value, which is not read")


def _one_line(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:300]


def _speak_only_http() -> None:
    """Leave out urllib's ways to files and to ftp."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Watched(),
    ):
        opener.add_handler(handler)
    urllib.request.install_opener(opener)


def _limit_memory(most_bytes: int) -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


def main() -> None:
    """Carry out the orders on standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(int(sys.argv[1]))
    _speak_only_http()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
