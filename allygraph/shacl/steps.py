"""What a constraint becomes: a test of each value, or a query of its own; and how to add one.

A constraint component plugs in by a function that is registered for its IRI:

    @compiles(sh("MinLengthConstraintComponent"))
    def min_length(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled: ...

It gives one of these, or raises `CannotCompile(shape.node, reason)`:

- `ValueTest(fails)`: a SPARQL expression over ``?value``, true where the value is at fault, false
  where it is not, and never an error. The tests of a shape share one query.
- `FocusTest(fails)`: the same over ``?this``, where the fault is of the focus node and has no
  value. The tests of a node shape and its property shapes share one query.
- `Query(where)`: the body of a WHERE clause that binds ``?this``, perhaps ``?value`` and
  ``?path``, a row for each fault. Full IRIs only: the query is nested into others. `Scope.focus`
  binds the focus nodes to ``?this``, `Scope.values` binds them to ``?this`` and their value nodes
  to ``?value``.
- `Rows(rows)`: a function that asks the data itself and gives rows; the last resort.

A node shape has itself as its only value node: there `Scope.values` binds ``?value`` to ``?this``.
Variables of your own: `Scope.fresh`, or names that nobody else uses.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pyoxigraph import Literal, NamedNode

from allygraph.shacl.data import decoded, stored
from allygraph.shacl.focus import Facts
from allygraph.shacl.model import Constraint, Node, Path, Shape, ShapesGraph, Term

if TYPE_CHECKING:
    from allygraph.shacl.data import DataGraph


@dataclass(frozen=True)
class Scope:
    """Where a constraint is asked, and what its function may ask for.

    Args:
        focus: patterns that bind every focus node to ``?this``; empty where a test is written into
            another query that binds it.
        values: patterns that bind ``?this`` and, to ``?value``, each of its value nodes.
        shapes: all shapes, to look up those that a constraint refers to.
        facts: what is known of the data.
        fails: gives an expression that is true where ``?value`` does not conform to a shape; the
            steps that it needs are planned before the one that asks.
        fresh: gives a variable that nobody else uses.
        put: gives the scratch graph that holds these terms of the shapes when the query runs.
        check: where the property leads the query (``?this`` is bound by its triples), the
            expression that tells whether ``?this`` is a focus node; None where the focus leads.
        counted: how many triples lead on from a focus node, at least and at most, if known; one
            that was given twice counts twice.
    """

    focus: str
    values: str
    shapes: ShapesGraph
    facts: Facts
    fails: Callable[[Node], str]
    fresh: Callable[[], str]
    put: Callable[[Sequence[Term]], NamedNode]
    check: str | None = None
    counted: tuple[int, int | None] | None = None

    def encode(self, term: Term) -> str:
        """Write a term of the shapes as it stands in the store."""
        return str(stored(term))

    def decode(self, variable: str) -> str:
        """Write an expression that gives the value of a literal as it was written."""
        return decoded(variable) if self.facts.kept else variable


@dataclass(frozen=True)
class ValueTest:
    """A test of each value by itself: a boolean expression over ``?value``, true at a fault."""

    fails: str


@dataclass(frozen=True)
class FocusTest:
    """A test of each focus node: a boolean expression over ``?this``, true at a fault."""

    fails: str


@dataclass(frozen=True)
class Query:
    """A WHERE body with a row for each fault.

    Args:
        where: binds ``?this`` and what `columns` names.
        value: the fault has a value: ``?value`` of the row.
        path: the row may name a path of its own in ``?path``: a property, as an IRI.
        columns: further variables that tell faults apart, or that `messages` needs.
        messages: makes the messages of a row; by default those of the shape.
        gate: a SELECT; where it gives no row there can be no fault and the query is not asked.
        nests: the body may stand in EXISTS, with ``?this`` bound from outside: no sub-SELECT.
    """

    where: str
    value: bool = True
    path: bool = False
    columns: tuple[str, ...] = ()
    messages: "Callable[[Mapping[str, Term]], tuple[Literal, ...]] | None" = None
    gate: str | None = None
    nests: bool = False


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


Compiled: TypeAlias = ValueTest | FocusTest | Query | Rows


class Compile(Protocol):
    """The function that makes queries of a constraint."""

    def __call__(self, constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
        """Compile; raises CannotCompile."""


_NAMES = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|\?(?:this|value)(?![0-9A-Za-z])')


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Rename ``?this`` or ``?value`` in a piece of a query, but not within texts and IRIs.

    Variables that begin with the name and a low line (``?value_class``) are renamed too.
    """
    return _NAMES.sub(lambda found: names.get(found[0], found[0]), text)


REGISTRY: dict[NamedNode, Compile] = {}


def compiles(*components: NamedNode) -> Callable[[Compile], Compile]:
    """Register a function as the one that compiles these components."""

    def register(function: Compile) -> Compile:
        for component in components:
            REGISTRY[component] = function
        return function

    return register
