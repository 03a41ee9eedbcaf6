"""A plan of validation: units, their steps, and how they read for people."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from allygraph.shacl.model import Constraint, Node, Shape, Term
from allygraph.shacl.steps import Rows


@dataclass(frozen=True)
class Fault:
    """What is broken where a step finds something: a constraint of a shape."""

    shape: Shape
    constraint: Constraint


@dataclass(frozen=True)
class Put:
    """Write terms of the shapes into a scratch graph."""

    graph: NamedNode
    terms: tuple[Term, ...]

    def lines(self) -> Iterator[str]:
        """Say what is done."""
        yield f"write {len(self.terms)} terms to {self.graph}"


@dataclass(frozen=True)
class Fill:
    """Write the nodes that a query gives in ``?node`` into a scratch graph."""

    graph: NamedNode
    select: str

    def lines(self) -> Iterator[str]:
        """Say what is done."""
        yield f"write to {self.graph} the nodes of"
        yield f"  {self.select}"


@dataclass(frozen=True)
class Ask:
    """Ask one query; each row is a fault.

    Args:
        where: binds ``?this`` and the other columns.
        faults: what is broken; of several, `flags` tells which.
        flags: an expression for each fault.
        value: a row has ``?value``.
        path: a row has ``?path``, a property.
        columns: further variables that are selected.
        messages: makes the messages of a row.
        gate: asked first; no row, no fault.
        into: the scratch graph that takes the nodes that fail; None to report them.
        repeats: a query for how often the results of a node are reported; None for once.
    """

    where: str
    faults: tuple[Fault, ...]
    flags: tuple[str, ...] = ()
    value: bool = False
    path: bool = False
    columns: tuple[str, ...] = ()
    messages: "Callable[[Mapping[str, Term]], tuple[Literal, ...]] | None" = None
    gate: str | None = None
    into: NamedNode | None = None
    repeats: str | None = None

    @property
    def select(self) -> str:
        """The text of the query."""
        if self.into is not None:
            return f"SELECT DISTINCT (?this AS ?node) WHERE {{ {self.where} }}"
        names = ["?this", *(f"?{name}" for name in self._variables())]
        names.extend(f"({flag} AS ?f{n})" for n, flag in enumerate(self.flags))
        return f"SELECT {' '.join(names)} WHERE {{ {self.where} }}"

    def _variables(self) -> Iterator[str]:
        if self.value:
            yield "value"
        if self.path:
            yield "path"
        yield from self.columns

    def lines(self) -> Iterator[str]:
        """Say what is done."""
        names = ", ".join(_name(fault) for fault in self.faults)
        yield f"ask {names}" + (f", write to {self.into} what fails" if self.into else "")
        if self.gate is not None:
            yield f"  only if {self.gate}"
        yield f"  {self.select}"


@dataclass(frozen=True)
class Call:
    """Let a function find the faults."""

    fault: Fault
    rows: Rows
    into: NamedNode | None = None
    repeats: str | None = None

    def lines(self) -> Iterator[str]:
        """Say what is done."""
        yield f"ask {_name(self.fault)}: {self.rows.note}"


_IRIS = re.compile(r'"(?:[^"\\]|\\.)*"|<([^<>\s]*)>')
Step = Put | Fill | Ask | Call


def _name(fault: Fault) -> str:
    return fault.constraint.component.value.rpartition("#")[2].removesuffix("ConstraintComponent")


@dataclass(frozen=True)
class Unit:
    """A shape and the steps that judge it.

    Args:
        shape: a shape with targets, without the property shapes that hang on it; or one of these.
        steps: in their order.
        select: a query for the focus nodes, in ``?this``.
        parent: the shape with the targets.
        reason: why it has no steps of ours; None if it has.
    """

    shape: Shape
    steps: tuple[Step, ...]
    select: str
    parent: Node
    reason: str | None = None

    def lines(self) -> Iterator[str]:
        """Say what is done."""
        yield f"{self.shape.node}"
        if self.reason is not None:
            yield f"  for another engine: {self.reason}"
        for step in self.steps:
            yield from (f"  {line}" for line in step.lines())


@dataclass(frozen=True)
class Plan:
    """All units; they do not depend on each other."""

    units: tuple[Unit, ...]

    def __str__(self) -> str:
        """Explain the plan: each shape, and below it what is asked."""
        return self.text()

    def text(self, shorten: Callable[[str], str | None] | None = None) -> str:
        """Explain the plan with short names.

        Args:
            shorten: gives the short name of an IRI, or None if it has none.
        """
        text = "\n".join(line for unit in self.units for line in unit.lines())
        if shorten is None:
            return text
        return _IRIS.sub(lambda iri: shorten(iri[1]) or iri[0] if iri[1] else iri[0], text)
