"""The document of a thing, in each format of RDF and as CSV.

A thing has one document: what is said of it, its relationships, and their evidence. At clocks that
the address names it holds only what was known by the one day and held on the other. The document
of a named graph is the content of that graph.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.export import write
from allygraph.export.context import published
from allygraph.export.framing import framed
from allygraph.lookup import unknown
from allygraph.markup import readable
from allygraph.names import PREFIXES
from allygraph.site import blanks
from allygraph.site.asking import Answer, Ask
from allygraph.site.blanks import GENERATED
from allygraph.site.neighbourhood import around, on
from allygraph.site.paging import part
from allygraph.site.profiles import chosen, headers, shaped
from allygraph.site.retired import moved, tombstone
from allygraph.site.signposting import iri_of, signed

_FORMS = {
    "turtle": ("turtle", "text/turtle; charset=utf-8"),
    "trig": ("trig", "application/trig"),
    "ntriples": ("nt", "application/n-triples"),
    "nquads": ("nq", "application/n-quads"),
    "jsonld": ("jsonld", "application/ld+json"),
    "rdfxml": ("rdfxml", "application/rdf+xml"),
}
_KEPT = 3
_CSV_HEAD = ("subject", "property", "value", "datatype", "language", "graph")


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the document of the thing that the path names, or where it has gone.

    Raises:
        UnknownName: the graph has no such thing; the error names what is near.
        ParameterError: there is no such page of the document.
    """
    if (elsewhere := moved(engine, ask)) is not None:
        return elsewhere
    if told := tombstone(engine, ask):
        return replace(as_document(told, ask.form), status=410)
    found = statements_of(engine, ask)
    shown = part(shaped(found, ask), ask)
    if chosen(ask) == "framed":
        tree = framed(shown.quads, iri_of(ask.path), published())
        answer = Answer(tree.encode(), _FORMS["jsonld"][1])
    else:
        answer = as_document(shown.quads, ask.form)
    answer = signed(engine, ask, answer)
    return replace(answer, headers=(*answer.headers, *shown.headers, *headers(ask)))


def statements_of(engine: OxigraphEngine, ask: Ask) -> tuple[Quad, ...]:
    """Give all statements of a document, each once, in any order.

    Raises:
        UnknownName: the graph has no such thing.
    """
    iri = iri_of(ask.path)
    days = (ask.as_of, ask.known_by) if ask.dated else None
    found = _found(engine, iri, days)
    if not found and not _found(engine, iri, None):
        raise unknown(engine, iri)
    return found


@lru_cache(maxsize=_KEPT)
def _found(engine: OxigraphEngine, iri: str, days: tuple[date, date] | None) -> tuple[Quad, ...]:
    """Find the quads of a thing, at both clocks where days are given; pages come one by one."""
    found: Iterable[Quad]
    if iri.startswith(PREFIXES["graph"]):
        found = _graph(engine, iri)
    elif iri.startswith(GENERATED):
        found = blanks.around(engine.store, iri)
    else:
        found = around(engine.store, iri)
    if days is not None:
        found = on(found, *days)
    return tuple(dict.fromkeys(_named(quad) for quad in found))


def as_document(quads: Iterable[Quad], form: str) -> Answer:
    """Write quads as a document; blank nodes get names that can be asked for.

    Args:
        quads: in any order.
        form: one of the formats of RDF by its name, or ``csv``.

    Raises:
        ParameterError: the form cannot hold something of it.
    """
    named = [_named(quad) for quad in quads]
    if form == "csv":
        return Answer(_csv(named).encode(), "text/csv; charset=utf-8")
    writer, media_type = _FORMS[form]
    body = write(named, writer)
    return Answer(readable(body) if form == "rdfxml" else body, media_type)


def _graph(engine: OxigraphEngine, iri: str) -> list[Quad]:
    return list(engine.store.quads_for_pattern(None, None, None, NamedNode(iri)))


def _named(quad: Quad) -> Quad:
    """Name the blank nodes of a quad, as RDF 1.1 section 3.5 proposes."""
    if not isinstance(quad.subject, BlankNode) and not isinstance(quad.object, BlankNode):
        return quad
    ends = (
        NamedNode(GENERATED + end.value) if isinstance(end, BlankNode) else end
        for end in (quad.subject, quad.object)
    )
    subject, value = ends
    return Quad(subject, quad.predicate, value, quad.graph_name)  # type: ignore[arg-type]


def _csv(quads: Iterable[Quad]) -> str:
    """Write one row for each statement; a spreadsheet opens it, and nothing is lost."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_CSV_HEAD)
    writer.writerows(sorted({_row(quad) for quad in quads}))
    return out.getvalue()


def _row(quad: Quad) -> tuple[str, ...]:
    value = quad.object
    kind = (value.datatype.value, value.language or "") if isinstance(value, Literal) else ("", "")
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
    ends = (quad.subject.value, quad.predicate.value, value.value)  # type: ignore[union-attr]
    return (*ends, *kind, graph)
