"""Routes: which address is answered by which reader of the site, and in which forms.

A suffix of the address chooses the form; without one the Accept header does. Where an address names
a thing and not a document, the answer is 303 to the document.
"""

from typing import NamedTuple

from allygraph.names import KINDS_OF_THING
from allygraph.web.negotiate import (
    CSV,
    HTML,
    JSON,
    JSONLD,
    NQUADS,
    NTRIPLES,
    RDF,
    RDFXML,
    TRIG,
    TURTLE,
    Offer,
)


class ReaderRoute(NamedTuple):
    """An address of the site.

    Args:
        pattern: of Starlette, below the base.
        reader: a key of `allygraph.site.READERS`.
        offers: the forms that exist, the preferred one first.
        names_thing: whether an address without a suffix names a thing: it is answered with 303.
        at_once: how many of its answers may be made at the same time; 0 sets no bound of its own.
            A whole graph keeps a reader for seconds, and there are few readers.
        page: the reader that answers for HTML, where that is another one.
        is_timeless: whether neither clocks nor language matter, so that one answer serves for all.
    """

    pattern: str
    reader: str
    offers: tuple[Offer, ...] = (HTML,)
    names_thing: bool = False
    at_once: int = 0
    page: str = ""
    is_timeless: bool = False


DOCUMENTS = (TURTLE, TRIG, NTRIPLES, NQUADS, JSONLD, RDFXML, CSV, HTML)
_LINKSET = Offer("json", "application/linkset+json", ("application/json",))
SERVICE_ROUTE = ReaderRoute("/sparql", "service", RDF, is_timeless=True)
"""What the endpoint says without a query; with one it is no matter of a reader."""
ROWS = (
    JSON,
    Offer("srj", "application/sparql-results+json"),
    Offer("xml", "application/sparql-results+xml", ("application/xml", "text/xml")),
    CSV,
    Offer("tsv", "text/tab-separated-values"),
    Offer("markdown", "text/markdown"),
    HTML,
    TURTLE,
    NTRIPLES,
)
LISTS = (JSON, HTML, TURTLE, NTRIPLES)
READER_ROUTES = (
    ReaderRoute("/", "start"),
    ReaderRoute("/compare", "compare", (HTML, JSON), at_once=1),
    *(
        ReaderRoute(f"/compare.{form}", "compare", (HTML, JSON), at_once=1)
        for form in ("html", "json")
    ),
    ReaderRoute("/editor", "editor"),
    ReaderRoute("/editor/terms.json", "editor-terms", (JSON,)),
    ReaderRoute("/labels.json", "labels", (JSON,)),
    ReaderRoute("/network", "network", (HTML, JSON)),
    *(ReaderRoute(f"/network.{form}", "network", (HTML, JSON)) for form in ("html", "json")),
    ReaderRoute("/network/edge", "network-edge"),
    ReaderRoute("/about", "about"),
    ReaderRoute("/search", "search", (HTML, JSON)),
    *(ReaderRoute(f"/search.{form}", "search", (HTML, JSON)) for form in ("html", "json")),
    ReaderRoute("/.well-known/void", "void", RDF, is_timeless=True),
    ReaderRoute("/void", "void", RDF, is_timeless=True),
    ReaderRoute("/void.{suffix}", "void", RDF, is_timeless=True),
    ReaderRoute("/context.jsonld", "context", (JSONLD,), is_timeless=True),
    *(
        ReaderRoute(f"/{name}{rest}", reader, DOCUMENTS, names_thing=True)
        for name, reader in (("ns", "vocabulary"), ("dataset", "dataset"))
        for rest in ("", ".{suffix}", "/{path:path}")
    ),
    ReaderRoute("/errors", "errors", (HTML, JSON)),
    *(ReaderRoute(f"/errors.{form}", "errors", (HTML, JSON)) for form in ("html", "json")),
    ReaderRoute("/linkset/{path:path}", "linkset", (_LINKSET,)),
    ReaderRoute(
        "/.well-known/genid/{path:path}", "document", DOCUMENTS, names_thing=True, page="landing"
    ),
    ReaderRoute("/shape/{path:path}", "shape", DOCUMENTS, names_thing=True, page="landing"),
    ReaderRoute("/graphs", "graphs", RDF, at_once=1, is_timeless=True),
    ReaderRoute("/openapi.json", "openapi", (JSON,), is_timeless=True),
    ReaderRoute("/q", "questions", LISTS),
    ReaderRoute("/.well-known/sparql-examples", "questions", (TURTLE, NTRIPLES)),
    *(ReaderRoute(f"/q.{e}", "questions", LISTS) for e in ("html", "json", "nt", "ttl")),
    ReaderRoute("/q/{path:path}", "question", ROWS),
    *(
        ReaderRoute(
            f"/{kind}/{{path:path}}",
            "document",
            DOCUMENTS,
            names_thing=True,
            at_once=1 if kind == "graph" else 0,
            page="landing",
        )
        for kind in KINDS_OF_THING
        if kind != "shape"
    ),
)
SUFFIXES = {
    "csv": "csv",
    "html": "html",
    "json": "json",
    "jsonld": "jsonld",
    "md": "markdown",
    "nq": "nquads",
    "nt": "ntriples",
    "rdf": "rdfxml",
    "srj": "srj",
    "srx": "xml",
    "trig": "trig",
    "tsv": "tsv",
    "ttl": "turtle",
    "xml": "xml",
}
"""Ending of an address to the name of the form."""
SUFFIX_OF = {name: suffix for suffix, name in SUFFIXES.items()}
