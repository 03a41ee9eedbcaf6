"""What a constraint becomes: a test of each value, or a query of its own; and how to add one.

A constraint component plugs in by a function that is registered for its IRI:

    @compiles(sh("MinLengthConstraintComponent"))
    def min_length(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled: ...

It gives one of these, or raises `CannotCompile(shape.node, reason)`:

- `ValueTest(fails)`: a SPARQL expression over ``?value``, true where the value is at fault, false
  where it is not, and never an error. The tests of a shape share one query.
- `Query(where)`: the body of a WHERE clause that binds ``?this``, perhaps ``?value`` and
  ``?path``, a row for each fault. Full IRIs only: the query is nested into others. `Scope.focus`
  binds the focus nodes to ``?this``, `Scope.values` binds them to ``?this`` and their value nodes
  to ``?value``.
- `Rows(rows)`: a function that asks the data itself and gives rows; the last resort.

A node shape has itself as its only value node: there `Scope.values` binds ``?value`` to ``?this``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pyoxigraph import Literal, NamedNode

from allygraph.shacl.model import Constraint, Node, Path, Shape, ShapesGraph, Term

if TYPE_CHECKING:
    from allygraph.shacl.data import DataGraph


@dataclass(frozen=True)
class Scope:
    """Where a constraint is asked.

    Args:
        focus: patterns that bind every focus node to ``?this``.
        values: patterns that bind ``?this`` and, to ``?value``, each of its value nodes.
        shapes: all shapes, to look up those that a constraint refers to.
        fails: gives an expression that is true where ``?value`` does not conform to a shape; the
            steps that it needs are planned before the one that asks.
        encode: writes a term of the shapes as it stands in the store (see `data`).
        decode: writes an expression that gives the real literal of a variable.
    """

    focus: str
    values: str
    shapes: ShapesGraph
    fails: Callable[[Node], str]
    encode: Callable[[Term], str]
    decode: Callable[[str], str]


@dataclass(frozen=True)
class ValueTest:
    """A test of each value by itself: a boolean expression over ``?value``, true at a fault."""

    fails: str


@dataclass(frozen=True)
class Query:
    """A WHERE body with a row for each fault.

    Args:
        where: binds ``?this`` and what `columns` names.
        value: the fault has a value: ``?value`` of the row (of a node shape the node itself).
        path: the row may name a path of its own in ``?path``.
        columns: further variables that `messages` needs.
        messages: makes the messages of a row; by default those of the shape.
    """

    where: str
    value: bool = True
    path: bool = False
    columns: tuple[str, ...] = ()
    messages: "Callable[[Mapping[str, Term]], tuple[Literal, ...]] | None" = None


@dataclass(frozen=True)
class Row:
    """One fault, as `Rows` gives it."""

    this: Term
    value: Term | None = None
    path: Path | None = None
    messages: tuple[Literal, ...] | None = None


@dataclass(frozen=True)
class Rows:
    """Faults that a function finds.

    Args:
        rows: given the data graph, asks it what it needs (`Scope.focus` is a pattern for it).
        note: one line for the printed plan.
    """

    rows: "Callable[[DataGraph], Iterable[Row]]"
    note: str = field(default="one query for each focus node")


Compiled: TypeAlias = ValueTest | Query | Rows


class Compile(Protocol):
    """The function that makes queries of a constraint."""

    def __call__(self, constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
        """Compile; raises CannotCompile."""


REGISTRY: dict[NamedNode, Compile] = {}


def compiles(*components: NamedNode) -> Callable[[Compile], Compile]:
    """Register a function as the one that compiles these components."""

    def register(function: Compile) -> Compile:
        for component in components:
            REGISTRY[component] = function
        return function

    return register
