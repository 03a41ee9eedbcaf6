"""Which nodes a shape is asked about, as patterns of SPARQL."""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import BlankNode, NamedNode

from allygraph.shacl.data import member, stored
from allygraph.shacl.model import Alternative, Inverse, Path, Predicate, Target, Term
from allygraph.shacl.model import Sequence as PathSequence
from allygraph.shacl.names import RDF_TYPE
from allygraph.shacl.paths import walk

SUBCLASSES_IN_LINE = 64


class Facts(Protocol):
    """What a plan may ask the data beforehand; `data.DataGraph` answers, and so does `AnyData`."""

    @property
    def kept(self) -> bool:
        """Whether some literals are stored under a private datatype."""

    @property
    def kept_properties(self) -> frozenset[NamedNode]:
        """The properties that such literals are values of."""

    @property
    def rewritten_properties(self) -> frozenset[NamedNode]:
        """Those of them with well-formed values."""

    @property
    def counts(self) -> dict[NamedNode, int]:
        """How many triples each predicate has."""

    @property
    def instances(self) -> dict[Term, int]:
        """How many instances each class has."""

    def has(self, predicate: NamedNode) -> bool:
        """Tell whether any triple has this predicate."""

    def kinds(self, predicate: NamedNode) -> frozenset[str] | None:
        """Give the kinds of value of a property (see `data.DataGraph.kinds`), if known."""

    def counted(
        self, classes: Collection[Term], properties: Collection[NamedNode]
    ) -> tuple[int, int | None] | None:
        """Tell how many values of properties, at least and at most, things of classes have."""

    def few(self, predicate: NamedNode) -> tuple[Term, ...] | None:
        """Give the different values of a property, as stored, if they are known and few."""

    def classes(self, name: Term) -> tuple[Term, ...]:
        """Give a class and all classes below it."""


class AnyData:
    """Nothing is known of the data: for a plan that is printed without any."""

    kept = False
    kept_properties = frozenset[NamedNode]()
    rewritten_properties = frozenset[NamedNode]()
    counts: dict[NamedNode, int] = {}  # noqa: RUF012  # never written
    instances: dict[Term, int] = {}  # noqa: RUF012

    def has(self, predicate: NamedNode) -> bool:
        """Any predicate may be there."""
        return True

    def kinds(self, predicate: NamedNode) -> None:
        """Values may be anything."""

    def counted(self, classes: Collection[Term], properties: Collection[NamedNode]) -> None:
        """There may be none, or many."""

    def few(self, predicate: NamedNode) -> None:
        """Values may be many."""

    def classes(self, name: Term) -> tuple[Term, ...]:
        """No class is known to be below another."""
        return (name,)


class Focus(ABC):
    """A set of nodes."""

    @abstractmethod
    def pattern(self, variable: str) -> str:
        """Write patterns that bind every node of the set, perhaps more than once."""

    def check(self, variable: str) -> str | None:
        """Write an expression that tells whether a bound variable is of the set, if it is cheap."""
        return None

    def size(self, facts: Facts) -> int:
        """Estimate how many nodes these are; 0 where it is not known."""
        return 0

    def counted(self, path: Path | None, facts: Facts) -> tuple[int, int | None] | None:
        """Tell how many triples lead on from a node: at least, at most; None if not known."""
        return None

    def repeats(self) -> str | None:
        """Write a query for how often (``?n``) a node (``?this``) is reached, if that may be many.

        SHACL reports what a nested property shape finds once for each node that leads there.
        """
        return None

    def along(self, path: Path | None) -> "Focus":
        """Give the value nodes of a path from these nodes."""
        return self if path is None else _Along(self, path)


@dataclass(frozen=True)
class Targets(Focus):
    """The nodes that the targets of a shape name.

    Args:
        targets: one or more.
        classes: for each class target the class and all below it.
        blank: the scratch graph that holds targets without a name, if there are any.
    """

    targets: tuple[Target, ...]
    classes: tuple[tuple[Term, ...], ...]
    blank: NamedNode | None = None

    def pattern(self, variable: str) -> str:
        """Write patterns that bind every node."""
        parts = list(self._parts(variable))
        if len(parts) == 1:
            return parts[0]
        return " UNION ".join(f"{{ {part} }}" for part in parts)

    def check(self, variable: str) -> str:
        """Write an expression that tells whether a node is one of them."""
        found: list[str] = []
        terms = [t.term for t in self.targets if t.kind == "node"]
        found.extend(f"sameTerm({variable}, {stored(term)})" for term in _named(terms))
        others = Targets(tuple(t for t in self.targets if t.kind != "node"), self.classes)
        found.extend(f"EXISTS {{ {part} }}" for part in others._parts(variable, bound=True))
        if self.blank is not None:
            found.append(f"EXISTS {{ {member(str(self.blank), variable)} }}")
        return " || ".join(found)

    def size(self, facts: Facts) -> int:
        """Count instances; of other targets the triples."""
        total = 0
        for names in self.classes:
            total += sum(facts.instances.get(name, 0) for name in names)
        for target in self.targets:
            if target.kind == "node":
                total += 1
            elif target.kind != "class" and isinstance(target.term, NamedNode):
                total += facts.counts.get(target.term, 0)
        return total

    def counted(self, path: Path | None, facts: Facts) -> tuple[int, int | None] | None:
        """Tell how many triples lead on, where all targets are classes and the path is simple."""
        steps = path.paths if isinstance(path, Alternative) else (path,)
        properties = [step.iri for step in steps if isinstance(step, Predicate)]
        if len(properties) < len(steps) or any(t.kind != "class" for t in self.targets):
            return None
        return facts.counted([name for names in self.classes for name in names], properties)

    def _parts(self, variable: str, *, bound: bool = False) -> Iterable[str]:
        terms = _named([t.term for t in self.targets if t.kind == "node"])
        if terms:
            yield f"VALUES {variable} {{ {' '.join(str(stored(term)) for term in terms)} }}"
        if self.blank is not None:
            yield member(str(self.blank), variable)
        for names in _together(self.classes):
            yield instance_of(variable, names, bound=bound)
        for target in self.targets:
            if target.kind == "subjectsOf":
                yield f"{variable} {target.term} {variable}_end ."
            elif target.kind == "objectsOf":
                yield f"{variable}_start {target.term} {variable} ."


def _together(classes: Sequence[Sequence[Term]]) -> Iterable[Sequence[Term]]:
    """Join the classes of several targets, where they are few and have names."""
    joined = tuple(dict.fromkeys(name for names in classes for name in names))
    if len(joined) <= SUBCLASSES_IN_LINE and len(_named(joined)) == len(joined):
        return [joined] if joined else []
    return classes


def instance_of(variable: str, names: Sequence[Term], *, bound: bool = False) -> str:
    """Write patterns that hold where a node is an instance of a class or one below it.

    Args:
        variable: the node.
        names: the class first, then all below it.
        bound: the node is known: its few classes are looked up, not the instances of each class.
    """
    if len(names) == 1:
        return f"{variable} {RDF_TYPE} {names[0]} ."
    if len(names) > SUBCLASSES_IN_LINE or any(isinstance(n, BlankNode) for n in names):
        below = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>*"
        return f"{variable} {RDF_TYPE} {variable}_class . {variable}_class {below} {names[0]} ."
    if bound:
        listed = ", ".join(map(str, names))
        return f"{variable} {RDF_TYPE} {variable}_class . FILTER({variable}_class IN ({listed}))"
    listed = " ".join(map(str, names))
    return f"VALUES {variable}_class {{ {listed} }} {variable} {RDF_TYPE} {variable}_class ."


def _named(terms: Iterable[Term]) -> list[Term]:
    return [term for term in terms if not isinstance(term, BlankNode)]


@dataclass(frozen=True)
class Members(Focus):
    """The nodes of a scratch graph."""

    graph: NamedNode

    def pattern(self, variable: str) -> str:
        """Write the pattern that reads the graph."""
        return member(str(self.graph), variable)


@dataclass(frozen=True)
class Within(Focus):
    """Those nodes of a set that are in a scratch graph too."""

    focus: Focus
    graph: NamedNode

    def counted(self, path: Path | None, facts: Facts) -> tuple[int, int | None] | None:
        """What holds of the whole set holds of a part."""
        return self.focus.counted(path, facts)

    def pattern(self, variable: str) -> str:
        """Write patterns that begin with the scratch graph, the smaller set."""
        check = self.focus.check(variable)
        inner = self.focus.pattern(variable)
        begin = member(str(self.graph), variable)
        return f"{begin} FILTER({check})" if check else f"{begin} {{ {inner} }}"


@dataclass(frozen=True)
class _Along(Focus):
    focus: Focus
    path: Path

    def pattern(self, variable: str) -> str:
        start = re.sub(r"^\?", "?from_", variable)
        walked = walk(self.focus.pattern(start), self.path, start, variable)
        return f"{{ SELECT DISTINCT {variable} {{ {walked} }} }}"

    def repeats(self) -> str:
        """Count the ways that lead to a node."""
        names, pattern = self._ways("?this")
        ways = f"{{ SELECT DISTINCT {' '.join(names)} {{ {pattern} }} }}"
        return f"SELECT ?this (COUNT(*) AS ?n) {{ {ways} }} GROUP BY ?this"

    def _ways(self, variable: str) -> tuple[list[str], str]:
        start = re.sub(r"^\?", "?from_", variable)
        names, pattern = [start], self.focus.pattern(start)
        if isinstance(self.focus, _Along):
            names, pattern = self.focus._ways(start)
        return [*names, variable], walk(pattern, self.path, start, variable)


def triples_along(path: Path | None, facts: Facts) -> int | None:
    """Estimate how many triples the first step of a path has; None where a walk has no end."""
    match path:
        case Predicate(iri):
            return facts.counts.get(iri, 0)
        case Inverse(Predicate(iri)):
            return facts.counts.get(iri, 0)
        case PathSequence(paths):
            return triples_along(paths[0], facts)
        case Alternative(paths):
            counts = [triples_along(step, facts) for step in paths]
            return None if None in counts else sum(count or 0 for count in counts)
    return None


def from_few(path: Path | None, focus: Focus, facts: Facts, filters: str) -> str | None:
    """Write a query body that begins with the values of the first property, if those are few.

    Each is judged once, and only of those at fault it is asked which nodes have them.

    Args:
        path: from the focus nodes to ``?value``.
        focus: all nodes that are asked about.
        facts: of the data.
        filters: keep what is at fault, by ``?value`` alone.
    """
    check = focus.check("?this")
    first = path.paths[0] if isinstance(path, PathSequence) else path
    values = facts.few(first.iri) if isinstance(first, Predicate) and check else None
    if values is None or not isinstance(first, Predicate):
        return None
    begin = "?value" if first is path else "?first"
    listed = f"VALUES {begin} {{ {' '.join(map(str, values))} }}"
    if isinstance(path, PathSequence):
        listed = f"{{ {walk(listed, PathSequence(path.paths[1:]), begin, '?value')} }}"
    wrong = f"{{ SELECT * {{ {listed} {filters} }} }}"
    return f"{wrong} OPTIONAL {{ ?this {first.iri} {begin} }} FILTER({check})"


def kinds_along(path: Path | None, facts: Facts) -> frozenset[str] | None:
    """Give the kinds of value that a path can lead to, and perhaps more; None if not known."""
    match path:
        case Predicate(iri):
            return facts.kinds(iri)
        case PathSequence(paths):
            return kinds_along(paths[-1], facts)
        case Alternative(paths):
            kinds = [kinds_along(step, facts) for step in paths]
            known = [found for found in kinds if found is not None]
            return frozenset().union(*known) if len(known) == len(kinds) else None
    return None


def may_lead(path: Path | None, facts: Facts) -> bool:
    """Tell whether a path can lead anywhere at all, by the properties that the data uses."""
    match path:
        case Predicate(iri):
            return facts.has(iri)
        case Inverse(Predicate(iri)):
            return facts.has(iri)
        case PathSequence(paths):
            return all(may_lead(step, facts) for step in paths)
        case Alternative(paths):
            return any(may_lead(step, facts) for step in paths)
    return True
