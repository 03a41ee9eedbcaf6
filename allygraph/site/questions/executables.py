"""The documents of saved queries as RDF, which stand in the graph too."""

from collections.abc import Iterable

from allygraph.export import write
from allygraph.queries import SavedQuery
from allygraph.queries.executables import quads
from allygraph.site.asking import Answer, Ask

MEDIA_TYPES = {"turtle": "text/turtle", "ntriples": "application/n-triples"}


def document(ask: Ask, saved: Iterable[SavedQuery]) -> Answer:
    """Give queries as a document in the form that was asked for."""
    if ask.form == "turtle":
        body = write(quads(saved), "turtle")
    else:
        lines = sorted(f"{quad.triple} .\n" for quad in quads(saved))
        body = "".join(lines).encode()
    return Answer(body, MEDIA_TYPES[ask.form])
