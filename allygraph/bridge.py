"""Between the two libraries of terms: pyoxigraph parses and stores, rdflib serves other libraries.

Shapes: quads of pyoxigraph in, a graph of rdflib out, graph names dropped; one term either way.
Quads become a graph more quickly than by writing them as text for rdflib to read again.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
    from rdflib import Graph

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def rdflib_graph(
    quads: "Iterable[Quad | Triple]", graph: "Graph | None" = None, *, as_written: bool = False
) -> "Graph":
    """Make one rdflib graph of quads or triples, their graph names dropped.

    Args:
        quads: what goes in.
        graph: the graph that they are added to, with its prefixes; by default a new one.
        as_written: keep literals such as "01"^^xsd:integer, which rdflib would write as "1".
    """
    from rdflib import Graph
    from rdflib.term import Node

    known: dict[object, Node] = {}
    graph = Graph() if graph is None else graph
    for quad in quads:
        # Most terms come back often; to make one of rdflib's takes longer than to look it up.
        terms = (quad.subject, quad.predicate, quad.object)
        for term in terms:
            if term not in known:
                known[term] = rdflib_node(term, as_written=as_written)
        graph.add((known[terms[0]], known[terms[1]], known[terms[2]]))
    return graph


def rdflib_node(term: Any, *, as_written: bool = False) -> Any:
    """Give the term of rdflib that means the same; a plain string has no datatype there."""
    from pyoxigraph import BlankNode, NamedNode
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = None if term.datatype.value == _STRING else URIRef(term.datatype.value)
    return Literal(term.value, datatype=datatype, normalize=not as_written)


def oxigraph_term(node: Any) -> "NamedNode | BlankNode | Literal":
    """Give the term of pyoxigraph that means the same as one of rdflib."""
    from pyoxigraph import BlankNode, Literal, NamedNode
    from rdflib import BNode, URIRef

    if isinstance(node, URIRef):
        return NamedNode(str(node))
    if isinstance(node, BNode):
        return BlankNode(str(node))
    if node.language:
        return Literal(str(node), language=node.language)
    return Literal(str(node), datatype=NamedNode(str(node.datatype)) if node.datatype else None)


@contextmanager
def quiet_rdflib() -> Iterator[None]:
    """Keep rdflib from logging each ill-typed literal with a stack; a finding names it better."""
    logger = logging.getLogger("rdflib.term")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
