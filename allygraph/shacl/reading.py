"""From a shapes graph to shapes: what is ill-formed is refused with its shape and the reason."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad, Triple

from allygraph.shacl.errors import IllFormedShapes
from allygraph.shacl.model import Node, Shape, ShapesGraph, Target, Term
from allygraph.shacl.names import (
    OWL_CLASS,
    RDF_TYPE,
    RDFS_CLASS,
    RDFS_SUBCLASS_OF,
    sh,
)
from allygraph.shacl.parameters import PARAMETERS, Declared, constraints, declared_components
from allygraph.shacl.paths import read_path
from allygraph.shacl.triples import Triples

_TARGETS = {
    sh("targetNode"): "node",
    sh("targetClass"): "class",
    sh("targetSubjectsOf"): "subjectsOf",
    sh("targetObjectsOf"): "objectsOf",
}
_KINDS = (sh("NodeShape"), sh("PropertyShape"))
_SHAPE_VALUES = (sh("property"), sh("node"), sh("not"), sh("qualifiedValueShape"))
_SHAPE_LISTS = (sh("and"), sh("or"), sh("xone"))
_TRUE = ("true", "1")
_XSD_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


def read_shapes(quads: Iterable[Quad | Triple]) -> ShapesGraph:
    """Read all shapes of a graph.

    Raises:
        IllFormedShapes: a shape breaks the syntax rules of SHACL.
    """
    triples = quads if isinstance(quads, Triples) else Triples(quads)
    declared = declared_components(triples)
    nodes = _shape_nodes(triples)
    return ShapesGraph({node: _shape(triples, node, declared) for node in nodes}, triples)


def _shape_nodes(triples: Triples) -> list[Node]:
    """Find what is a shape: by its type, its targets or parameters, or because one refers to it."""
    found: dict[Node, None] = {}
    waiting = [node for node in triples.subjects() if _is_shape(triples, node)]
    while waiting:
        node = waiting.pop(0)
        if node in found:
            continue
        found[node] = None
        waiting.extend(_referred(triples, node))
    return list(found)


def _is_shape(triples: Triples, node: Node) -> bool:
    properties = triples.properties(node)
    if any(kind in _KINDS for kind in properties.get(RDF_TYPE, ())):
        return True
    words = properties.keys()
    return not words.isdisjoint(_TARGETS) or not words.isdisjoint(PARAMETERS)


def _referred(triples: Triples, node: Node) -> list[Node]:
    found: list[Term] = []
    for word in _SHAPE_VALUES:
        found.extend(triples.objects(node, word))
    for word in _SHAPE_LISTS:
        for head in triples.objects(node, word):
            members = triples.find_list(head)
            if members is None:
                raise IllFormedShapes(node, f"the value of {word} is no well-formed list")
            found.extend(members)
    for value in found:
        if isinstance(value, Literal):
            raise IllFormedShapes(node, f"it refers to {value}, which is no shape but a literal")
    return [value for value in found if not isinstance(value, Literal)]


def _shape(triples: Triples, node: Node, declared: tuple[Declared, ...]) -> Shape:
    paths = triples.objects(node, sh("path"))
    if len(paths) > 1:
        raise IllFormedShapes(node, "it has more than one sh:path")
    types = triples.objects(node, RDF_TYPE)
    if not paths and sh("PropertyShape") in types:
        raise IllFormedShapes(node, "a property shape needs a sh:path")
    if paths and sh("NodeShape") in types:
        raise IllFormedShapes(node, "a node shape has no sh:path")
    severity = _single(triples, node, "severity")
    if severity is not None and not isinstance(severity, NamedNode):
        raise IllFormedShapes(node, f"sh:severity is an IRI, not {severity}")
    return Shape(
        node=node,
        path=read_path(triples, paths[0], node) if paths else None,
        targets=_targets(triples, node),
        constraints=constraints(triples, node, declared, of_property=bool(paths)),
        properties=_properties(triples, node),
        severity=severity or sh("Violation"),
        messages=_messages(triples, node),
        deactivated=_is_true(_single(triples, node, "deactivated"), node),
    )


def _single(triples: Triples, node: Node, word: str) -> Term | None:
    values = triples.objects(node, sh(word))
    if len(values) > 1:
        raise IllFormedShapes(node, f"it has more than one sh:{word}")
    return values[0] if values else None


def _is_true(value: Term | None, node: Node) -> bool:
    if value is None:
        return False
    if not isinstance(value, Literal) or value.datatype.value != _XSD_BOOLEAN:
        raise IllFormedShapes(node, f"sh:deactivated is true or false, not {value}")
    return value.value in _TRUE


def _targets(triples: Triples, node: Node) -> tuple[Target, ...]:
    found = []
    for word, kind in _TARGETS.items():
        for value in triples.objects(node, word):
            if kind != "node" and not isinstance(value, NamedNode):
                raise IllFormedShapes(node, f"the value of {word} is an IRI, not {value}")
            found.append(Target(kind, value))  # type: ignore[arg-type]  # keys of the table
    if isinstance(node, NamedNode) and _is_class(triples, node):
        found.append(Target("class", node))
    return tuple(found)


def _is_class(triples: Triples, node: Node) -> bool:
    """Tell whether a shape is a class too: an instance of rdfs:Class or of a class below it."""
    seen: set[Term] = set()
    waiting = list(triples.objects(node, RDF_TYPE))
    while waiting:
        kind = waiting.pop()
        if kind in (RDFS_CLASS, OWL_CLASS):
            return True
        if kind not in seen:
            seen.add(kind)
            waiting.extend(triples.objects(kind, RDFS_SUBCLASS_OF))
    return False


def _properties(triples: Triples, node: Node) -> tuple[Node, ...]:
    found = []
    for value in triples.objects(node, sh("property")):
        if isinstance(value, Literal) or not triples.objects(value, sh("path")):
            raise IllFormedShapes(node, f"the value of sh:property is a property shape: {value}")
        found.append(value)
    return tuple(found)


def _messages(triples: Triples, node: Node) -> tuple[Literal, ...]:
    found = []
    for value in triples.objects(node, sh("message")):
        if not isinstance(value, Literal):
            raise IllFormedShapes(node, f"sh:message is a text, not {value}")
        found.append(value)
    return tuple(found)
