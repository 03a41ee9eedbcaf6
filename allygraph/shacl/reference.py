"""pySHACL as an engine: the reference, and the one that judges what has no query of ours.

Shapes: quads and terms of pyoxigraph in, `Result`s out; blank nodes and lexical forms are kept,
which pySHACL's own report would rename. Its options are fixed: nothing is imported, inferred,
fetched, and no JavaScript runs. Some shapes, or some focus nodes, are chosen by ``sh:targetNode``,
because its own option also filters the values that ``sh:node`` and ``sh:or`` look at.
"""

import logging
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from allygraph.bridge import oxigraph_term, quiet_rdflib, rdflib_graph, rdflib_node
from allygraph.shacl.errors import Failed, Refused
from allygraph.shacl.guards import check_queries
from allygraph.shacl.model import Node, Result, Term
from allygraph.shacl.names import sh
from allygraph.shacl.paths import read_path
from allygraph.shacl.triples import Triples

if TYPE_CHECKING:
    from rdflib import Graph

# Deeper nesting than pySHACL's default of 15; a shape in a circle is refused before it gets here.
_DEPTH = 100


def judge(
    data: Iterable[Quad | Triple],
    shapes: Iterable[Quad | Triple],
    *,
    aims: Mapping[Node, Collection[Term]] | None = None,
) -> tuple[Result, ...]:
    """Give what pySHACL finds, in its order.

    Args:
        data: the triples to judge; graph names are dropped.
        shapes: the whole shapes graph.
        aims: the shapes that are asked, each with the nodes it is asked about; the others only
            stand by where these refer to them. By default all, about their targets.

    Raises:
        Failed: pySHACL could not judge, or could not read the shapes.
        Refused: a shape refers to itself, which pySHACL would pass over, or a query would leave
            the data graph.
    """
    patches, shapes = _patches(), list(shapes)
    check_queries(Triples(shapes))
    with quiet_rdflib(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = rdflib_graph(data, as_written=True)
        # pySHACL reads shapes so that "1"^^xsd:boolean is not true, as the suite wants.
        patches.rdflib_bool_patch()
        try:
            rules = rdflib_graph(shapes, as_written=True)
        finally:
            patches.rdflib_bool_unpatch()
        _lead_to_prefixes(rules)
        if aims is not None:
            _aim(rules, aims)
        triples = Triples(_plain(rules))
        return tuple(_result(raw, triples) for raw in _asked(graph, rules))


def _asked(graph: "Graph", rules: "Graph") -> "list[Any]":
    """Run pySHACL up to its results, before it makes a graph of them and renames blank nodes."""
    from pyshacl.errors import ShapeRecursionWarning
    from pyshacl.graph_abstraction import DataGraph
    from pyshacl.validator import Validator

    class Raw(Validator):
        """pySHACL, but its results stay as they were found."""

        @classmethod
        def create_validation_report(cls, sg: Any, conforms: bool, results: Any) -> Any:
            return list(results), ""

    options = {
        "advanced": False,
        "inference": "none",
        "inplace": True,
        "use_js": False,
        "max_validation_depth": _DEPTH,
        "logger": _silent(),
    }
    _patches().apply_patches()
    try:
        warnings.simplefilter("error", ShapeRecursionWarning)
        data = DataGraph.from_rdflib(graph)
        validator: Any = Raw(data, shacl_graph=rules, options=options)
        _, found, _ = validator.run()
    except ShapeRecursionWarning as error:
        raise Refused(None, f"a shape refers to itself: {error}") from error
    except MemoryError:
        raise
    # It raises what it or rdflib meets: its own errors, of the parser, of values without an order.
    except Exception as error:
        raise Failed(None, f"pySHACL: {type(error).__name__}: {error}") from error
    return list(found)


def _patches() -> Any:
    from pyshacl import monkey

    return monkey


def _silent() -> logging.Logger:
    """Give a logger whose lines go nowhere: what matters of them is a result or an error."""
    logger = logging.getLogger("allygraph.shacl.pyshacl")
    logger.disabled = True
    return logger


def _plain(graph: "Graph") -> Iterator[Triple]:
    for subject, predicate, value in graph:
        yield Triple(*map(oxigraph_term, (subject, predicate, value)))  # type: ignore[arg-type]


def _result(raw: Any, triples: Triples) -> Result:
    """Read one result: pySHACL keeps its triples with the nodes that they were made of."""
    values: dict[NamedNode, list[Any]] = {}
    for subject, predicate, value in raw[2]:
        if subject == raw[1]:
            node = value[1] if isinstance(value, tuple) else value
            values.setdefault(oxigraph_term(predicate), []).append(oxigraph_term(node))  # type: ignore[arg-type]

    def one(name: str) -> Any:
        return next(iter(values.get(sh(name), [])), None)

    shape, path = one("sourceShape"), one("resultPath")
    return Result(
        focus=one("focusNode"),
        path=None if path is None else read_path(triples, path, shape),
        value=one("value"),
        shape=shape,
        component=one("sourceConstraintComponent"),
        severity=one("resultSeverity"),
        messages=tuple(m for m in values.get(sh("resultMessage"), []) if isinstance(m, Literal)),
        constraint=one("sourceConstraint"),
    )


def _lead_to_prefixes(rules: "Graph") -> None:
    """Name all nodes that declare a query's prefixes; pySHACL does not look for them in imports."""
    from rdflib import OWL, SH
    from rdflib.term import Node

    for query, node in list(rules.subject_objects(SH.prefixes)):
        for imported in rules.transitive_objects(node, OWL.imports):
            if isinstance(imported, Node):
                rules.add((query, SH.prefixes, imported))


def _aim(rules: "Graph", aims: Mapping[Node, Collection[Term]]) -> None:
    """Take all targets away, and give the chosen shapes the chosen nodes."""
    from rdflib import RDF, SH

    for word in (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf):
        rules.remove((None, word, None))
    # A shape that is a class too has its instances as targets: it stays a shape, but no class.
    for kind in (SH.NodeShape, SH.PropertyShape):
        for shape in list(rules.subjects(RDF.type, kind)):
            rules.remove((shape, RDF.type, None))
            rules.add((shape, RDF.type, kind))
    for node, terms in aims.items():
        for term in terms:
            rules.add((rdflib_node(node), SH.targetNode, rdflib_node(term, as_written=True)))
