"""Shapes: pySHACL over ontology, data and derived graphs, one finding for each shape and thing.

pySHACL reads the quads as they were parsed, not from a store: a store rewrites literals
("007" to "7") that a shape may judge. Source: https://www.w3.org/TR/shacl/.
"""

from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Quad

from allygraph.bridge import rdflib_graph
from allygraph.graph import read
from allygraph.names import BASE, compact
from allygraph.positions import Place
from allygraph.resources import shape_files
from allygraph.validation.findings import Finding, Messages, Places, Severity, literal, rule_page

if TYPE_CHECKING:
    from rdflib import Graph

_MANY = 1000
_SEVERITY_NAMES: dict[str, Severity] = {
    "Violation": "error",
    "Warning": "warning",
    "Info": "info",
}


def find(root: Path, quads: Iterable[Quad], places: Places) -> Iterator[Finding]:
    """Give the findings of all shapes of a root on the things that have a place.

    Args:
        root: the folder above ``ontology/shapes``.
        quads: ontology and data, and derived graphs where they are to be judged.
        places: file and line of the things to judge; others are only looked at.
    """
    ours = {focus for focus in places if focus.startswith(BASE)}
    if ours:
        graph = rdflib_graph(quads)
        shapes = shapes_graph(root)
        if len(ours) < _MANY:
            aim(shapes, graph, ours)
        else:
            share_targets(shapes)
        for focus, shape in sorted(violated(graph, shapes)):
            if focus in ours:
                yield _finding(focus, shape, graph, shapes, places[focus])


def shapes_graph(root: Path) -> "Graph":
    """Read all shape files of a root into one rdflib graph."""
    from rdflib import Graph

    graph = Graph()
    for path in shape_files(root):
        graph.parse(data=read(path), format="turtle")
    return graph


def aim(shapes: "Graph", graph: "Graph", things: Set[str]) -> None:
    """Point shapes at the given things that are in their target classes, and at nothing else.

    Property shapes get the targets of their node shape instead of the link between them, because
    pySHACL follows a link once for every thing, but judges a shape with targets of its own on all
    things at once: the same results in a fifth of the time. Its own way to judge some things only
    is not used, because it passes over the shapes in sh:node and sh:or (0.40.1).
    """
    from rdflib import SH, URIRef

    for owner, target in list(shapes.subject_objects(SH.targetClass)):
        shapes.remove((owner, SH.targetClass, target))
        for thing in _instances(graph, target):
            if str(thing) in things and isinstance(thing, URIRef):
                shapes.add((owner, SH.targetNode, thing))
    for owner, shape in list(shapes.subject_objects(SH.property)):
        shapes.remove((owner, SH.property, shape))
        for thing in list(shapes.objects(owner, SH.targetNode)):
            shapes.add((shape, SH.targetNode, thing))


def share_targets(shapes: "Graph") -> None:
    """Point property shapes at the classes of their node shape instead of the link between them.

    It finds what `aim` at all things finds, without naming each thing for each shape.
    """
    from rdflib import SH

    for owner, shape in list(shapes.subject_objects(SH.property)):
        shapes.remove((owner, SH.property, shape))
        for target in list(shapes.objects(owner, SH.targetClass)):
            shapes.add((shape, SH.targetClass, target))


def _instances(graph: "Graph", target: Any) -> set[Any]:
    from rdflib import RDF, RDFS

    classes = graph.transitive_subjects(RDFS.subClassOf, target)
    return {thing for one in classes for thing in graph.subjects(RDF.type, one)}


def violated(graph: "Graph", shapes: "Graph") -> set[tuple[str, str]]:
    """Give the pairs of thing and shape (IRIs) where the thing breaks the shape."""
    from pyshacl import validate
    from rdflib import SH

    _, report, _ = validate(graph, shacl_graph=shapes, inplace=True)
    return {
        (str(report.value(result, SH.focusNode)), str(report.value(result, SH.sourceShape)))
        for _, result in report.subject_objects(SH.result)
    }


def _finding(focus: str, shape: str, graph: "Graph", shapes: "Graph", place: Place) -> Finding:
    from rdflib import SH, URIRef

    node = URIRef(shape)
    severity = str(shapes.value(node, SH.severity) or SH.Violation).removeprefix(str(SH))
    path = shapes.value(node, SH.path)
    values = [] if path is None else sorted(_values(URIRef(focus), path, graph, shapes), key=_order)
    return Finding(
        place,
        severity=_SEVERITY_NAMES[severity],
        rule=shape.rpartition("/")[2],
        focus=focus,
        messages=_messages(shapes, node),
        found=tuple(_short(value) for value in values),
        shape=shape,
        page=rule_page(shape.rpartition("/")[2]),
    )


def _messages(shapes: "Graph", shape: Any) -> Messages:
    from rdflib import SH, Literal

    said = (text for text in shapes.objects(shape, SH.message) if isinstance(text, Literal))
    return tuple(sorted((text.language or "", str(text)) for text in said))


def _values(focus: Any, path: Any, graph: "Graph", shapes: "Graph") -> set[Any]:
    """Give the values of a property, of all of an alternative, or of the first of a sequence."""
    from rdflib import SH, URIRef
    from rdflib.collection import Collection

    if isinstance(path, URIRef):
        return set(graph.objects(focus, path))
    either = shapes.value(path, SH.alternativePath)
    if either is None:
        return _values(focus, Collection(shapes, path)[0], graph, shapes)
    steps = Collection(shapes, either)
    return {value for step in steps for value in _values(focus, step, graph, shapes)}


def _short(value: Any) -> str:
    from rdflib import Literal

    if not isinstance(value, Literal):
        return compact(str(value))
    datatype = str(value.datatype) if value.datatype else None
    return literal(str(value), language=value.language, datatype=datatype)


def _order(value: Any) -> str:
    """Texts in two languages are two values."""
    return str(value.n3())
