"""An rdflib graph of parsed quads: quicker than to write them as text for rdflib to read again.

Shape: quads of pyoxigraph in, a graph of rdflib out; graph names are dropped.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from allygraph.names import expand

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple
    from rdflib import Graph

_STRING = expand("xsd:string")


def rdflib_graph(quads: "Iterable[Quad | Triple]", graph: "Graph | None" = None) -> "Graph":
    """Make one rdflib graph of quads or triples, their graph names dropped.

    Args:
        quads: what goes in.
        graph: the graph that they are added to, with its prefixes; by default a new one.
    """
    from rdflib import Graph
    from rdflib.term import Node

    known: dict[object, Node] = {}
    graph = Graph() if graph is None else graph
    for quad in quads:
        # Most terms come back often; to make one of rdflib's takes longer than to look it up.
        terms = (quad.subject, quad.predicate, quad.object)
        nodes = [known.get(term) or known.setdefault(term, _node(term)) for term in terms]
        graph.add((nodes[0], nodes[1], nodes[2]))
    return graph


def _node(term: Any) -> Any:
    from pyoxigraph import BlankNode, NamedNode
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = None if term.datatype.value == _STRING else URIRef(term.datatype.value)
    return Literal(term.value, datatype=datatype)
