"""RDF answers: a few statements in the form that was asked for."""

from collections.abc import Iterable
from dataclasses import replace

import pyoxigraph as ox

from allygraph.export import write
from allygraph.markup import readable
from allygraph.names import PREFIXES
from allygraph.site.addresses import links
from allygraph.site.asking import Answer, Ask
from allygraph.site.pages import root

_FORMS = {
    "turtle": ("turtle", "text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
    "trig": ("trig", "application/trig", ox.RdfFormat.TRIG),
    "ntriples": ("nt", "application/n-triples", ox.RdfFormat.N_TRIPLES),
    "nquads": ("nq", "application/n-quads", ox.RdfFormat.N_QUADS),
    "jsonld": ("jsonld", "application/ld+json", ox.RdfFormat.JSON_LD),
    "rdfxml": ("rdfxml", "application/rdf+xml", ox.RdfFormat.RDF_XML),
}
FORMATS = "http://www.w3.org/ns/formats/"
"""Namespace in which W3C names formats."""


def document(quads: Iterable[ox.Quad], form: str) -> Answer:
    """Write a small document, sorted and canonical."""
    name, media_type, _ = _FORMS[form]
    return Answer(write(quads, name), media_type)


def dump(triples: Iterable[ox.Triple], form: str) -> Answer:
    """Write any number of triples as the engine gives them, which takes a fifth of the time.

    Raises:
        ParameterError: the form cannot hold one of them.
    """
    _, media_type, syntax = _FORMS[form]
    body = ox.serialize(triples, format=syntax, prefixes=PREFIXES) or b""
    return Answer(readable(body) if form == "rdfxml" else body, media_type)


def linked(answer: Answer, ask: Ask) -> Answer:
    """Add the links to what describes the service and its data."""
    return replace(answer, headers=(*answer.headers, ("Link", links(root(ask)))))


class Statements:
    """A list of statements that grows, with short names for all that has one."""

    def __init__(self) -> None:
        self.quads: list[ox.Quad] = []

    def add(self, subject: str, *pairs: tuple[str, str | int | ox.Literal]) -> None:
        """Say something of a subject.

        Args:
            subject: its IRI.
            pairs: names of properties, each with a value: an IRI (whole or short), a number, or a
                literal.
        """
        for name, value in pairs:
            if isinstance(value, int):
                value = ox.Literal(str(value), datatype=_iri("xsd:integer"))
            term = value if isinstance(value, ox.Literal) else _iri(value)
            self.quads.append(ox.Quad(ox.NamedNode(subject), _iri(name), term))


def _iri(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local if prefix in PREFIXES else name)
