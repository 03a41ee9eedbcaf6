"""The SPARQL 1.1 protocol for queries: from an HTTP request to what a worker is asked.

Source: https://www.w3.org/TR/sparql11-protocol/, sections 2.1 and 2.1.4. Everything is decoded
once, and strictly: bytes that are not UTF-8 are refused, not repaired.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request

from allygraph.web import guard
from allygraph.web.fields import Fields, decode, single
from allygraph.web.negotiate import GRAPHS, TABLES, Offer, choose, named
from allygraph.web.problems import Problem

MOST_ADDRESS_BYTES = 65_536
_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
_UPDATE = "application/sparql-update"
_FORM_FIELDS = ("format", "output")
_UPDATE_FIELDS = ("update", "using-graph-uri", "using-named-graph-uri")


@dataclass(frozen=True)
class Asked:
    """A query with its dataset, and the forms in which its answer may go out."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    table: Offer | None
    graph: Offer | None
    has_dataset: bool
    is_volatile: bool

    def frame(self) -> dict[str, Any]:
        """Give what a worker is told."""
        return {
            "query": self.query,
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "table_format": self.table and self.table.name,
            "graph_format": self.graph and self.graph.name,
            "has_dataset": self.has_dataset,
        }


async def fields(request: Request, most_bytes: int, patience_s: float) -> Fields:
    """Read the fields of a request from its address or its body.

    Args:
        request: of the method GET, HEAD or POST.
        most_bytes: cap of the query text.
        patience_s: how long the body may take to arrive.

    Raises:
        Problem: as the protocol and the limits say.
    """
    raw = request.scope["query_string"]
    if len(raw) > MOST_ADDRESS_BYTES:
        raise Problem(
            "request-uri",
            f"the address has a query of {len(raw)} bytes",
            expected=f"at most {MOST_ADDRESS_BYTES}; send the query by POST",
        )
    found = decode(raw)
    if request.method == "POST":
        kind = _content_type(request)
        # Percent-encoding takes up to three bytes for one.
        body = await _body(
            request, 3 * most_bytes + 4096 if kind == _FORM else most_bytes, patience_s
        )
        _merge(found, decode(body) if kind == _FORM else {"query": [_text(body)]})
    if set(_UPDATE_FIELDS) & found.keys():
        _refuse_update()
    return found


def asked(found: Fields, accept: str | None, most_bytes: int) -> Asked:
    """Check the fields of a query and choose the forms of its answer.

    Raises:
        Problem: a field is missing or doubled, a graph has no IRI, no form is acceptable, or
            `guard.read` refuses the text.
    """
    query = single(found, "query")
    if query is None:
        raise Problem("request-malformed", "there is no query", expected="the field 'query'")
    reading = guard.read(query, most_bytes)
    return Asked(
        query,
        _graphs(found, "default-graph-uri"),
        _graphs(found, "named-graph-uri"),
        *_forms(form_name(found), accept),
        has_dataset=reading.has_dataset,
        is_volatile=reading.is_volatile,
    )


def form_name(found: Fields) -> str | None:
    """Give the form that the request names: ``format``, or ``output`` as other services call it.

    A client that is in wide use names the form two times, by a short name and by a media type or
    nothing; the first counts.
    """
    names = (name for field in _FORM_FIELDS for name in found.get(field, ()))
    return next(filter(None, names), None)


def wants_page(found: Fields, accept: str | None, offers: Sequence[Offer] = TABLES) -> bool:
    """Say whether the answer goes to a person with a browser."""
    if name := form_name(found):
        return name == "html"
    offer = choose(accept, offers)
    return offer is not None and offer.name == "html"


def not_acceptable(shape: str, unfit: str = "") -> Problem:
    """Give the problem that lists what exists for ``table``, ``boolean`` or ``graph``.

    Args:
        shape: of the answer.
        unfit: a form that cannot hold what this answer has.
    """
    offers = [o for o in (GRAPHS if shape == "graph" else TABLES) if o.name != unfit]
    forms = ", ".join(offer.media_type for offer in offers)
    why = f", with something in it that {unfit} cannot say" if unfit else ""
    return Problem(
        "request-not-acceptable",
        f"the answer is a {shape}{why}, which exists as {forms}",
        available=[offer.media_type for offer in offers],
    )


def _merge(found: Fields, more: Fields) -> None:
    """Add the fields of the body to those of the address; the protocol lets both name graphs."""
    for name, values in more.items():
        found.setdefault(name, []).extend(values)


def _forms(name: str | None, accept: str | None) -> tuple[Offer | None, Offer | None]:
    if name:
        return named(name)
    table, graph = choose(accept, TABLES), choose(accept, GRAPHS)
    if table is None and graph is None:
        offers = dict.fromkeys(offer.media_type for offer in (*TABLES, *GRAPHS))
        raise Problem(
            "request-not-acceptable",
            f"the Accept header takes none of {', '.join(offers)}",
            available=list(offers),
        )
    return table, graph


def _graphs(found: Fields, name: str) -> tuple[str, ...]:
    iris = tuple(found.get(name, []))
    for iri in iris:
        try:
            whole = (
                bool(urlsplit(iri).scheme)
                and iri.isprintable()
                and not set(iri) & set(' <>"{}|\\^`')
            )
        except ValueError:
            whole = False
        if not whole:
            raise Problem("request-malformed", f"{name}: '{iri}' is no IRI", expected="a whole IRI")
    return iris


def _content_type(request: Request) -> str:
    kind, *parameters = (
        part.strip().lower() for part in _header(request, "content-type").split(";")
    )
    if kind == _UPDATE:
        _refuse_update()
    encoding = _header(request, "content-encoding").strip().lower()
    charsets = [p.partition("=")[2].strip('" ') for p in parameters if p.startswith("charset")]
    plain = encoding in ("", "identity") and all(c in ("utf-8", "utf8") for c in charsets)
    if kind not in (_FORM, _DIRECT) or not plain:
        raise Problem(
            "request-type",
            f"the body is '{kind or 'of no named type'}'",
            expected=f"{_FORM} or {_DIRECT}, in UTF-8, not compressed",
        )
    return kind


def _header(request: Request, name: str) -> str:
    value: str = request.headers.get(name, "")
    return value


async def _body(request: Request, most_bytes: int, patience_s: float) -> bytes:
    length = _header(request, "content-length")
    if length.isdigit() and int(length) > most_bytes:
        raise _too_large(most_bytes)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(patience_s):
            async for part in request.stream():
                size += len(part)
                if size > most_bytes:
                    raise _too_large(most_bytes)
                parts.append(part)
    except TimeoutError as error:
        raise Problem("request-slow", f"the body took over {patience_s:g} s") from error
    except ClientDisconnect as error:
        raise Problem("request-malformed", "the body ended early") from error
    return b"".join(parts)


def _too_large(most_bytes: int) -> Problem:
    return Problem("request-too-large", f"the body has more than {most_bytes} bytes")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("request-malformed", "the query is not UTF-8", expected="UTF-8") from error


def refuse_change(request: Request) -> NoReturn:
    """Refuse a method that would change a graph.

    Raises:
        Problem: always; a request with a query has only the wrong method.
    """
    if b"query=" in request.scope["query_string"]:
        raise Problem("request-method", f"a query by {request.method}", expected="GET or POST")
    _refuse_update()


def _refuse_update() -> NoReturn:
    raise Problem("query-unsafe", "updates are not allowed", expected="a query: data is read only")
