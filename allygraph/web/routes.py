"""Routes: which address is answered by which reader of the site, and in which forms.

A suffix of the address chooses the form; without one the Accept header does. Where an address names
a thing and not a document, the answer is 303 to the document.
"""

from typing import NamedTuple

from allygraph.names import KINDS_OF_THING
from allygraph.web.negotiate import HTML, Offer


class ReaderRoute(NamedTuple):
    """An address of the site.

    Args:
        pattern: of Starlette, below the base.
        reader: a key of `allygraph.site.READERS`.
        offers: the forms that exist, the preferred one first.
        names_thing: whether an address without a suffix names a thing: it is answered with 303.
    """

    pattern: str
    reader: str
    offers: tuple[Offer, ...] = (HTML,)
    names_thing: bool = False


DOCUMENTS = (
    Offer("turtle", "text/turtle", ("application/x-turtle",)),
    Offer("trig", "application/trig"),
    Offer("ntriples", "application/n-triples", ("text/plain",)),
    Offer("nquads", "application/n-quads"),
    Offer("jsonld", "application/ld+json", ("application/json",)),
    Offer("rdfxml", "application/rdf+xml", ("application/xml", "text/xml")),
    Offer("csv", "text/csv"),
)
READER_ROUTES = (
    ReaderRoute("/", "start"),
    *(
        ReaderRoute(f"/{kind}/{{path:path}}", "document", DOCUMENTS, names_thing=True)
        for kind in KINDS_OF_THING
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
    "trig": "trig",
    "tsv": "tsv",
    "ttl": "turtle",
    "xml": "xml",
}
"""Ending of an address to the name of the form."""
SUFFIX_OF = {name: suffix for suffix, name in SUFFIXES.items()}
