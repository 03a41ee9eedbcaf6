"""Which focus nodes a change of the data can affect: the shapes are walked backwards.

To judge a node, a shape reads triples: those along its paths, the types of values, all triples of
a node where it is closed. If none of the triples that it read has come or gone, the verdict
stands. So the ends of the changed triples are looked up among what each shape reads, and from
there the paths are walked backwards to the focus nodes.

One graph is enough for the walk, the one after the change. Take the first triple that was read
differently: everything read before it is the same in both graphs, so the way to it still exists.

Shape: shapes, a graph and changed triples in; for each shape with targets the focus nodes out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from allygraph.shacl.data import stored, written
from allygraph.shacl.errors import Refused
from allygraph.shacl.model import (
    Alternative,
    Constraint,
    Inverse,
    Node,
    OneOrMore,
    Path,
    Predicate,
    Sequence,
    Shape,
    ShapesGraph,
    Target,
    Term,
    ZeroOrMore,
    ZeroOrOne,
)
from allygraph.shacl.names import RDF_TYPE, RDFS_SUBCLASS_OF, sh

Terms: TypeAlias = frozenset[Term]
Affected: TypeAlias = dict[Node, Terms | None]
"""Shapes to ask again, each with the focus nodes whose verdict may be another; None for all.

A shape with targets stands for all that hangs on it, a property shape for itself alone."""

_NONE: Terms = frozenset()
_CLASS = sh("ClassConstraintComponent")
_CLOSED = sh("ClosedConstraintComponent")
_SPARQL = sh("SPARQLConstraintComponent")
_CORE = sh("").value


class Neighbours(Protocol):
    """A graph as it is walked: the other ends of the triples at a node."""

    def objects(self, subject: Term, predicate: NamedNode) -> Iterable[Term]:
        """Give the values of a property of a node."""

    def subjects(self, predicate: NamedNode, value: Term) -> Iterable[Term]:
        """Give the nodes that have a value."""


Queried: TypeAlias = Callable[[Shape, Constraint, "Change"], Terms | None]
"""Gives the focus nodes for which a SPARQL constraint reads a changed triple; None for all."""


class Change:
    """Triples that were added to a graph or removed from it, looked up by property.

    Args:
        triples: added and removed ones alike; graph names are dropped.
    """

    def __init__(self, triples: Iterable[Quad | Triple]) -> None:
        self.pairs: dict[NamedNode, set[tuple[Term, Term]]] = {}
        for one in triples:
            if not isinstance(one.subject, Triple) and not isinstance(one.object, Triple):
                self.pairs.setdefault(one.predicate, set()).add((one.subject, one.object))

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.pairs)

    def ends(self, predicate: NamedNode, *, forwards: bool) -> Terms:
        """Give the subjects of the changed triples of a property; backwards, the objects."""
        place = 0 if forwards else 1
        return frozenset(pair[place] for pair in self.pairs.get(predicate, ()))

    @cached_property
    def subjects(self) -> Terms:
        """The subjects of all changed triples."""
        return frozenset(pair[0] for pairs in self.pairs.values() for pair in pairs)


def affected(
    shapes: ShapesGraph, graph: Neighbours, change: Change, queried: Queried | None = None
) -> Affected:
    """Find the focus nodes whose verdict the change may alter, by shape.

    Nodes that were targets before the change or are now may both be given, and some whose verdict
    stays the same; no node is missed.

    Args:
        shapes: the shapes, unchanged.
        graph: the data after the change.
        change: what was added or removed.
        queried: asked about SPARQL constraints; without it they may affect all focus nodes.

    Raises:
        Refused: a shape refers to itself.
    """
    if not change:
        return {}
    walk = _Walk(shapes, graph, change, queried)
    found: dict[Node, list[Terms | None]] = {}
    for shape in shapes.targeted():
        own = walk.own(shape)
        aimed = _union(map(walk.target, shape.targets))
        found.setdefault(shape.node, []).append(None if own is None else own | aimed)
        for node in shape.properties:
            found.setdefault(node, []).append(walk.hanging(shape, node))
    joined = {node: _union_or_all(sets) for node, sets in found.items()}
    return {node: nodes for node, nodes in joined.items() if nodes is None or nodes}


def referred(shape: Shape) -> Iterator[Node]:
    """Give the shapes that a shape asks about its values."""
    yield from shape.properties
    for constraint in shape.constraints:
        yield from constraint.shapes
        yield from constraint.siblings


def has_query(constraint: Constraint) -> bool:
    """Tell whether a constraint is a SPARQL query, its own or that of a declared component."""
    return constraint.component == _SPARQL or not constraint.component.value.startswith(_CORE)


@dataclass
class _Walk:
    """One walk backwards: sets of nodes, remembered by shape and class."""

    shapes: ShapesGraph
    graph: Neighbours
    change: Change
    queried: Queried | None

    def __post_init__(self) -> None:
        self._by_shape: dict[Node, Terms | None] = {}
        self._above: set[Node] = set()
        self._by_class: dict[Term, Terms] = {}

    def shape(self, node: Node) -> Terms | None:
        """Give the nodes at which a shape reads a changed triple; None for all."""
        if node not in self._by_shape:
            if node in self._above:
                raise Refused(node, "it refers to itself")
            self._above.add(node)
            self._by_shape[node] = self._judge(self.shapes[node])
            self._above.discard(node)
        return self._by_shape[node]

    def own(self, shape: Shape) -> Terms | None:
        """Give the nodes at which a shape itself reads a changed triple, not what hangs on it."""
        if shape.deactivated:
            return _NONE
        at_focus, at_values = _NONE, _NONE
        for constraint in shape.constraints:
            read = self._constraint(shape, constraint)
            if read is None:
                return None
            at_focus |= read[0]
            at_values |= read[1]
        if shape.path is None:
            return at_focus | at_values
        return at_focus | self._along(shape.path, True) | self._back(shape.path, at_values, True)

    def hanging(self, shape: Shape, node: Node) -> Terms | None:
        """Give the nodes for which a shape that hangs on another one reads a changed triple."""
        if shape.deactivated:
            return _NONE
        nodes = self.shape(node)
        if nodes is None or shape.path is None:
            return nodes
        return self._back(shape.path, nodes, True)

    def target(self, target: Target) -> Terms:
        """Give the nodes that may have become targets, or ceased to be."""
        if target.kind == "class":
            return self._instances(target.term)
        if target.kind == "node" or not isinstance(target.term, NamedNode):
            return _NONE
        return self.change.ends(target.term, forwards=target.kind == "subjectsOf")

    def _judge(self, shape: Shape) -> Terms | None:
        return _union_or_all([self.own(shape), *(self.hanging(shape, n) for n in shape.properties)])

    def _constraint(self, shape: Shape, constraint: Constraint) -> tuple[Terms, Terms] | None:
        """Give what a constraint reads: focus nodes, and value nodes."""
        component = constraint.component
        if has_query(constraint):
            nodes = self.queried(shape, constraint, self.change) if self.queried else None
            return None if nodes is None else (nodes, _NONE)
        at_values = _NONE
        for nested in (*constraint.shapes, *constraint.siblings):
            if (nodes := self.shape(nested)) is None:
                return None
            at_values |= nodes
        if component == _CLASS:
            at_values |= self._instances(constraint.value)
        if component == _CLOSED:
            return _NONE, at_values | self.change.subjects
        ends = (self.change.ends(one, forwards=True) for one in constraint.predicates)
        return _union(ends), at_values

    def _instances(self, kind: Term) -> Terms:
        """Give the nodes that may have become instances of a class, or ceased to be."""
        if kind not in self._by_class:
            self._by_class[kind] = frozenset(self._of_class(kind))
        return self._by_class[kind]

    def _of_class(self, kind: Term) -> Iterator[Term]:
        below = self._below(kind)
        for node, given in self.change.pairs.get(RDF_TYPE, ()):
            if given in below:
                yield node
        moved = {
            lower for lower, upper in self.change.pairs.get(RDFS_SUBCLASS_OF, ()) if upper in below
        }
        lower = self._back(ZeroOrMore(Predicate(RDFS_SUBCLASS_OF)), frozenset(moved), True)
        yield from self._back(Predicate(RDF_TYPE), lower, True)

    def _below(self, kind: Term) -> set[Term]:
        """Give the class and those below it, before the change or after it."""
        links: dict[Term, list[Term]] = {}
        for lower, upper in self.change.pairs.get(RDFS_SUBCLASS_OF, ()):
            links.setdefault(upper, []).append(lower)
        found, waiting = {kind}, [kind]
        while waiting:
            upper = waiting.pop()
            for lower in (*self.graph.subjects(RDFS_SUBCLASS_OF, upper), *links.get(upper, ())):
                if lower not in found:
                    found.add(lower)
                    waiting.append(lower)
        return found

    def _along(self, path: Path, forwards: bool) -> Terms:
        """Give the nodes from which a walk along a path reads a changed triple."""
        match path:
            case Predicate(iri):
                return self.change.ends(iri, forwards=forwards)
            case Inverse(inner):
                return self._along(inner, not forwards)
            case Alternative(paths):
                return _union(self._along(step, forwards) for step in paths)
            case Sequence(paths):
                found = _NONE
                for step in reversed(paths) if forwards else paths:
                    found = self._along(step, forwards) | self._back(step, found, forwards)
                return found
            case ZeroOrOne(inner):
                return self._along(inner, forwards)
            case ZeroOrMore(inner) | OneOrMore(inner):
                return self._back(ZeroOrMore(inner), self._along(inner, forwards), forwards)

    def _back(self, path: Path, ends: Terms, forwards: bool) -> Terms:
        """Give the nodes from which a path leads to one of the given ends."""
        match path:
            case Predicate(iri):
                return self._step(iri, ends, forwards)
            case Inverse(inner):
                return self._back(inner, ends, not forwards)
            case Alternative(paths):
                return _union(self._back(step, ends, forwards) for step in paths)
            case Sequence(paths):
                for step in reversed(paths) if forwards else paths:
                    ends = self._back(step, ends, forwards)
                return ends
            case ZeroOrOne(inner):
                return ends | self._back(inner, ends, forwards)
            case OneOrMore(inner):
                return self._back(Sequence((inner, ZeroOrMore(inner))), ends, forwards)
            case ZeroOrMore(inner):
                return self._back_often(inner, ends, forwards)

    def _back_often(self, path: Path, ends: Terms, forwards: bool) -> Terms:
        found, latest = ends, ends
        while latest:
            latest = self._back(path, latest, forwards) - found
            found |= latest
        return found

    def _step(self, predicate: NamedNode, ends: Terms, forwards: bool) -> Terms:
        if forwards:
            return frozenset(node for end in ends for node in self.graph.subjects(predicate, end))
        return frozenset(
            node
            for end in ends
            if not isinstance(end, Literal)
            for node in self.graph.objects(end, predicate)
        )


def _union_or_all(sets: Iterable[Terms | None]) -> Terms | None:
    found = list(sets)
    return None if None in found else _union(nodes for nodes in found if nodes is not None)


def _union(sets: Iterable[Terms]) -> Terms:
    return _NONE.union(*sets)


class StoreGraph:
    """The default graph of a store, as it is walked; literals as they were written.

    Args:
        store: the store of a `DataGraph`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def objects(self, subject: Term, predicate: NamedNode) -> Iterator[Term]:
        """Give the values of a property of a node; a literal has none."""
        if not isinstance(subject, Literal):
            for quad in self._store.quads_for_pattern(subject, predicate, None, DefaultGraph()):
                if not isinstance(quad.object, Triple):
                    yield written(quad.object)

    def subjects(self, predicate: NamedNode, value: Term) -> Iterator[Term]:
        """Give the nodes that have a value."""
        for quad in self._store.quads_for_pattern(None, predicate, stored(value), DefaultGraph()):
            if not isinstance(quad.subject, Triple):
                yield quad.subject
