"""Shapes, their paths, targets and constraints, and what validation finds: plain frozen values.

A shape refers to other shapes by their node; `ShapesGraph` finds them. Terms are pyoxigraph's.

Where shapes lead (for reach): a shape looks along `Shape.path` at its value nodes; the shapes of
`Shape.properties` and `Constraint.shapes` are asked about those values; `Constraint.predicates`
are read at the focus node itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as Word

from pyoxigraph import BlankNode, Literal, NamedNode

from allygraph.shacl.names import sh

if TYPE_CHECKING:
    from allygraph.shacl.triples import Triples

Node: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal
VIOLATION = sh("Violation")


@dataclass(frozen=True)
class Predicate:
    """One property, forwards."""

    iri: NamedNode


@dataclass(frozen=True)
class Inverse:
    """``sh:inversePath``: the path walked backwards."""

    path: "Path"


@dataclass(frozen=True)
class Sequence:
    """A list of paths, one after the other."""

    paths: tuple["Path", ...]


@dataclass(frozen=True)
class Alternative:
    """``sh:alternativePath``: any of the paths."""

    paths: tuple["Path", ...]


@dataclass(frozen=True)
class ZeroOrMore:
    """``sh:zeroOrMorePath``."""

    path: "Path"


@dataclass(frozen=True)
class OneOrMore:
    """``sh:oneOrMorePath``."""

    path: "Path"


@dataclass(frozen=True)
class ZeroOrOne:
    """``sh:zeroOrOnePath``."""

    path: "Path"


Path: TypeAlias = Predicate | Inverse | Sequence | Alternative | ZeroOrMore | OneOrMore | ZeroOrOne


@dataclass(frozen=True)
class Target:
    """Which nodes a shape is about.

    Kinds: ``node`` (the term itself), ``class`` (instances of the term, implicit class targets
    included), ``subjectsOf``, ``objectsOf`` (ends of triples with the term as predicate).
    """

    kind: Word["node", "class", "subjectsOf", "objectsOf"]
    term: Term


@dataclass(frozen=True)
class Constraint:
    """One constraint of a shape: a component with its parameters.

    Args:
        component: ``sh:MinCountConstraintComponent``, or a component that the shapes declare.
        value: the value of the first parameter as it stands in the shapes graph: a number, a
            class, a shape, the head of a list, the node of a SPARQL constraint.
        members: the members where the value is a list (``sh:in``, ``sh:languageIn``, ``sh:or``,
            ``sh:and``, ``sh:xone``, ``sh:ignoredProperties``).
        options: the other parameters, such as ``sh:flags`` or ``sh:qualifiedValueShape``.
        shapes: the shapes that the value nodes are asked for (``sh:node``, ``sh:not``, the members
            of ``sh:or`` …, ``sh:qualifiedValueShape``).
        siblings: of a qualified shape with disjoint siblings, these siblings.
        predicates: the properties that are read at the focus node (``sh:equals``,
            ``sh:lessThan`` …); of ``sh:closed`` those that are allowed.
    """

    component: NamedNode
    value: Term
    members: tuple[Term, ...] = ()
    options: tuple[tuple[NamedNode, Term], ...] = ()
    shapes: tuple[Node, ...] = ()
    siblings: tuple[Node, ...] = ()
    predicates: tuple[NamedNode, ...] = ()

    def find_option(self, parameter: NamedNode) -> Term | None:
        """Give the value of a further parameter, or None."""
        return next((value for name, value in self.options if name == parameter), None)


@dataclass(frozen=True)
class Shape:
    """One shape: a property shape has a path, a node shape has none."""

    node: Node
    path: Path | None = None
    targets: tuple[Target, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    properties: tuple[Node, ...] = ()
    severity: NamedNode = VIOLATION
    messages: tuple[Literal, ...] = ()
    deactivated: bool = False


@dataclass(frozen=True)
class ShapesGraph:
    """All shapes of a graph by their node, and the triples that they were read from."""

    shapes: Mapping[Node, Shape]
    triples: "Triples" = field(repr=False, compare=False)

    def __getitem__(self, node: Node) -> Shape:
        """Give the shape of a node; KeyError if it is none."""
        return self.shapes[node]

    def targeted(self) -> Iterator[Shape]:
        """Give the shapes that are asked of the data by themselves: with targets, active."""
        return (s for s in self.shapes.values() if s.targets and not s.deactivated)


@dataclass(frozen=True)
class Result:
    """One thing that does not conform.

    Args:
        focus: the node that was judged.
        path: along which the value was found; of a node shape none.
        value: the value at fault, if there is one.
        shape: the shape that it breaks.
        component: the kind of constraint.
        severity: of the shape, ``sh:Violation`` by default.
        messages: of the shape or the constraint, if any.
        constraint: of a SPARQL constraint its node.
    """

    focus: Term
    path: Path | None
    value: Term | None
    shape: Node
    component: NamedNode
    severity: NamedNode = VIOLATION
    messages: tuple[Literal, ...] = ()
    constraint: Term | None = None


@dataclass(frozen=True)
class Report:
    """What validation found.

    Args:
        results: sorted; what a property shape of a property shape finds stands once for each node
            that leads there, as SHACL counts it.
        compiled: the shapes with targets that our queries judged.
        delegated: those that another engine judged, and why.
        notes: what stands in the shapes graph and was passed over, such as ``owl:imports``.
    """

    results: tuple[Result, ...] = ()
    compiled: tuple[Node, ...] = ()
    delegated: tuple[tuple[Node, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """Tell whether nothing was found."""
        return not self.results
