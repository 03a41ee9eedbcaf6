"""Coverage: which shapes never looked at any node, and which nodes no shape looked at.

A rule that never fires protects nothing, and a thing that no rule looks at may say anything. A
shape looks at its focus nodes: its targets, and the values that other shapes ask it about. Nodes
are the subjects of the data; one that only stands as a value has nothing that could be judged.

Shape: shapes and data in, one `Coverage` out. Units: percents are of 100, not rounded up.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import floor

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from allygraph.names import compact
from allygraph.shacl.data import DataGraph, member, stored, written
from allygraph.shacl.model import Node, Path, Shape, ShapesGraph, Target, Term
from allygraph.shacl.names import RDF_FIRST, RDF_TYPE
from allygraph.shacl.paths import sparql_path

_LISTED = 20
_NO_CLASS = ""
_SUBJECTS = f"SELECT DISTINCT ?node {{ ?node ?p ?o FILTER NOT EXISTS {{ ?node {RDF_FIRST} ?m }} }}"
_SCRATCH = NamedNode("urn:x-allygraph:coverage")


@dataclass(frozen=True)
class Unseen:
    """Nodes of one class that no shape looked at: the class, how many, and the first of them."""

    kind: str
    count: int
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """What was looked at.

    Attributes:
        fired: how many nodes each shape looked at, by its IRI or label; deactivated ones left out.
        nodes: how many nodes there are.
        seen: at how many of them a shape looked.
        unseen: the others, by class; "" for those in no class; the most numerous first.
    """

    fired: dict[str, int]
    nodes: int
    seen: int
    unseen: tuple[Unseen, ...]

    @property
    def percent(self) -> float:
        """The share of nodes that a shape looked at, with one digit; 100 where there are none."""
        return _percent(self.seen, self.nodes)

    @property
    def silent(self) -> tuple[str, ...]:
        """The shapes that looked at no node, by name."""
        return tuple(sorted(name for name, count in self.fired.items() if not count))

    def reaches(self, least: float) -> bool:
        """Tell whether at least so many percent of the nodes were looked at."""
        return 100 * self.seen >= least * self.nodes

    def text(self, shorten: Callable[[str], str] = compact) -> str:
        """Tell all of it in lines: numbers, silent shapes, then unseen nodes by class."""
        fired = len(self.fired) - len(self.silent)
        shapes = f"shapes that looked at a node: {fired} of {len(self.fired)}"
        nodes = f"nodes that a shape looked at: {self.seen} of {self.nodes}"
        lines = [
            f"{shapes} ({_percent(fired, len(self.fired))} %)",
            *(f"  never: {shorten(name)}" for name in self.silent),
            f"{nodes} ({self.percent} %)",
        ]
        for group in self.unseen:
            kind = shorten(group.kind) if group.kind else "no class"
            more = ", …" if group.count > len(group.nodes) else ""
            named = ", ".join(map(shorten, group.nodes))
            lines.append(f"  not looked at: {group.count} of {kind}: {named}{more}")
        return "\n".join(lines)

    def json(self) -> str:
        """Give numbers, silent shapes and unseen nodes as a JSON object, with full IRIs."""
        shapes = {"total": len(self.fired), "silent": self.silent, "fired": self.fired}
        unseen = [
            {"class": one.kind or None, "count": one.count, "nodes": one.nodes}
            for one in self.unseen
        ]
        nodes = {"total": self.nodes, "seen": self.seen, "percent": self.percent, "unseen": unseen}
        return json.dumps({"shapes": shapes, "nodes": nodes}, ensure_ascii=False, indent=2)


def coverage(
    shapes: ShapesGraph,
    data: DataGraph,
    judged: Collection[Term] | None = None,
    *,
    names: Mapping[Node, str] | None = None,
) -> Coverage:
    """Find out what the shapes look at.

    Args:
        shapes: all shapes.
        data: the whole graph, with what is only looked up.
        judged: the nodes that are to be looked at; by default all subjects but the cells of lists.
        names: what shapes are called, of use for those without an IRI.
    """
    called = names or {}
    seen = _Looking(shapes, data).all()
    nodes = set(_subjects(data)) if judged is None else set(judged)
    looked_at = nodes.intersection(*[set().union(*seen.values())])
    missed = nodes - looked_at
    fired: dict[str, int] = {}
    for node, focus in seen.items():
        name = called.get(node) or _name(node)
        fired[name] = max(len(focus), fired.get(name, 0))
    return Coverage(
        fired=fired,
        nodes=len(nodes),
        seen=len(looked_at),
        unseen=tuple(_by_class(missed, data)),
    )


class _Looking:
    """Follows the shapes from their targets to the values that nested shapes are asked about."""

    def __init__(self, shapes: ShapesGraph, data: DataGraph) -> None:
        self._shapes = shapes
        self._data = data
        self._seen: dict[Node, set[Term]] = {
            node: set() for node, shape in shapes.shapes.items() if not shape.deactivated
        }

    def all(self) -> dict[Node, set[Term]]:
        """Give the focus nodes of every active shape."""
        for shape in self._shapes.targeted():
            targets = {node for target in shape.targets for node in self._target(target)}
            self._follow(shape, targets)
        return self._seen

    def _follow(self, shape: Shape, focus: set[Term]) -> None:
        if shape.deactivated or focus <= self._seen[shape.node]:
            return
        new = focus - self._seen[shape.node]
        self._seen[shape.node] |= new
        nested = dict.fromkeys(shape.properties)
        for constraint in shape.constraints:
            nested.update(dict.fromkeys(constraint.shapes))
        if not nested:
            return
        values = self._values(new, shape.path)
        for node in nested:
            self._follow(self._shapes[node], values)

    def _target(self, target: Target) -> Iterator[Term]:
        term = target.term
        if target.kind == "node":
            yield term
        elif target.kind == "class":
            for kind in self._data.classes(term):
                yield from _ends(self._data, RDF_TYPE, kind)
        elif isinstance(term, NamedNode):
            for quad in self._data.store.quads_for_pattern(None, term, None, DefaultGraph()):
                end = quad.subject if target.kind == "subjectsOf" else quad.object
                if not isinstance(end, Triple):
                    yield written(end)

    def _values(self, focus: set[Term], path: Path | None) -> set[Term]:
        """Give the value nodes; a set for its own sake is walked by one query."""
        if path is None:
            return focus
        self._data.put(_SCRATCH, focus)
        try:
            start = member(str(_SCRATCH), "?this")
            walk = f"{start} ?this {sparql_path(path)} ?value"
            rows = self._data.rows(f"SELECT DISTINCT ?value {{ {walk} }}")
            return {written(row["value"]) for row in rows}
        finally:
            self._data.clear([_SCRATCH])


def _ends(data: DataGraph, predicate: NamedNode, value: Term) -> Iterator[Term]:
    pattern = data.store.quads_for_pattern(None, predicate, stored(value), DefaultGraph())
    return (quad.subject for quad in pattern if not isinstance(quad.subject, Triple))


def _subjects(data: DataGraph) -> Iterator[Term]:
    return (row["node"] for row in data.rows(_SUBJECTS))


def _by_class(nodes: Iterable[Term], data: DataGraph) -> list[Unseen]:
    groups: dict[str, list[str]] = {}
    for node in nodes:
        kinds = sorted(map(_name, _kinds(node, data)))
        groups.setdefault(kinds[0] if kinds else _NO_CLASS, []).append(_name(node))
    unseen = (
        Unseen(kind, len(names), tuple(sorted(names)[:_LISTED])) for kind, names in groups.items()
    )
    return sorted(unseen, key=lambda one: (-one.count, one.kind))


def _kinds(node: Term, data: DataGraph) -> Iterator[Term]:
    if not isinstance(node, Literal):  # which may be judged, and has no class
        for quad in data.store.quads_for_pattern(node, RDF_TYPE, None, DefaultGraph()):
            if not isinstance(quad.object, Triple):
                yield quad.object


def _name(term: Term) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _percent(part: int, whole: int) -> float:
    """Give a share with one digit, never rounded up: 99.96 is not 100."""
    return floor(1000 * part / whole) / 10 if whole else 100.0
