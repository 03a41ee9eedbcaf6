"""Saved queries as RDF: each a ``sh:SPARQLExecutable`` that runs as it stands.

Source: https://www.w3.org/TR/shacl/ (``sh:select``) and the ontology of
https://github.com/sib-swiss/sparql-examples (comment, keywords, target).
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from allygraph import queries
from allygraph.names import BASE, expand
from allygraph.queries.header import SavedQuery

GRAPH = f"{BASE}graph/queries"
_TARGET = f"{BASE}sparql"


def quads(saved: Iterable[SavedQuery]) -> Iterator[Quad]:
    """Describe queries in the graph ``graph:queries``.

    Args:
        saved: the queries.
    """
    for query in saved:
        subject = NamedNode(f"{BASE}q/{query.name}")
        for name, value in _said(query):
            yield Quad(subject, NamedNode(expand(name)), value, NamedNode(GRAPH))


def _said(query: SavedQuery) -> Iterator[tuple[str, NamedNode | Literal]]:
    yield "rdf:type", NamedNode(expand("sh:SPARQLExecutable"))
    yield "rdf:type", NamedNode(expand("sh:SPARQLSelectExecutable"))
    # No label: a question is no thing of the world, and is not found among their names.
    yield "dcterms:title", Literal(query.title, language="en")
    yield "rdfs:comment", Literal(query.question, language="en")
    yield "dcterms:description", Literal(query.reading, language="en")
    yield "dcterms:identifier", Literal(query.name)
    for tag in sorted({query.name.partition("/")[0], *query.tags}):
        yield "schema:keywords", Literal(tag, language="en")
    # The text has its prefixes itself, so that it runs wherever it is put.
    yield "sh:select", Literal(queries.body(query))
    yield "schema:target", NamedNode(_TARGET)
