"""Named graphs: which there are, how large, and what is in one (Graph Store protocol, reading).

Source: https://www.w3.org/TR/sparql11-http-rdf-update/. The default graph is the union of all named
graphs, here as in queries. A form with graph names (TriG, N-Quads) gives the triples without one,
as the protocol says: the answer is a graph, not a dataset.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import pyoxigraph as ox

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError, UnknownName
from allygraph.names import BASE, did_you_mean
from allygraph.site.asking import Answer, Ask
from allygraph.site.rdf import Statements, document, dump, linked

_SIZES = """
SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph
"""
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_TOTAL = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"
_FIELDS = ("default", "graph")


@lru_cache(maxsize=2)
def sizes(engine: OxigraphEngine) -> Mapping[str, int]:
    """Count the triples of each named graph; sorted by name."""
    rows = engine.select(_SIZES).records()
    return {str(row["graph"]): int(row["triples"] or 0) for row in sorted(rows, key=str)}


@lru_cache(maxsize=2)
def total(engine: OxigraphEngine) -> int:
    """Count the triples of the default graph."""
    return int(engine.select(_TOTAL).records()[0]["triples"] or 0)


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give a graph, or without a name the list of them.

    Raises:
        UnknownName: there is no such graph.
        ParameterError: the request names none or two.
    """
    if not ask.params:
        return linked(document(listing(engine, ask.base), ask.form), ask)
    named, default = ask.params.get("graph", ()), ask.params.get("default", ())
    unfit = len(named) + len(default) != 1 or "" in named
    if unfit or ask.params.keys() - set(_FIELDS):
        raise ParameterError(
            "the request names no graph, or more than one",
            expected="graph=<IRI>, or default, or nothing for the list of graphs",
        )
    return linked(dump(_content(engine, ask.base, ask.one("graph")), ask.form), ask)


def _content(engine: OxigraphEngine, base: str, name: str) -> Iterable[ox.Triple]:
    """Give the triples of a graph, which may be named below the address of this service."""
    if not name:
        found = engine.store.query(_ALL, use_default_graph_as_union=True)
        assert isinstance(found, ox.QueryTriples)  # the query is a CONSTRUCT
        return found
    local = name.removeprefix(base)
    known = next((one for one in (name, BASE + local) if one in sizes(engine)), None)
    if known is None:
        raise UnknownName(
            f"there is no graph '{name[:200]}'",
            expected=did_you_mean(name[:200], list(sizes(engine)))
            or "one of those listed at /graphs",
        )
    quads = engine.store.quads_for_pattern(None, None, None, ox.NamedNode(known))
    return (quad.triple for quad in quads)


def listing(engine: OxigraphEngine, base: str) -> list[ox.Quad]:
    """Describe the dataset of the service: its default graph and its named graphs, with sizes."""
    told = Statements()
    service = f"{base}sparql"
    dataset, default = f"{service}#dataset", f"{service}#default-graph"
    told.add(
        dataset,
        ("rdf:type", "sd:Dataset"),
        ("rdf:type", "sd:GraphCollection"),
        ("sd:defaultGraph", default),
        ("rdfs:seeAlso", f"{BASE}dataset"),
    )
    told.add(
        default,
        ("rdf:type", "sd:Graph"),
        ("rdf:type", "void:Dataset"),
        ("rdfs:comment", ox.Literal("the union of all named graphs", language="en")),
        ("void:triples", total(engine)),
    )
    for name, triples in sizes(engine).items():
        node = f"{service}#named/{name.removeprefix(BASE)}"
        told.add(dataset, ("sd:namedGraph", node))
        told.add(node, ("rdf:type", "sd:NamedGraph"), ("sd:name", name), ("sd:graph", name))
        told.add(name, ("rdf:type", "sd:Graph"), ("rdf:type", "void:Dataset"))
        told.add(name, ("void:triples", triples))
    return told.quads
