"""Nodes: the things that a row makes, with their properties, as lines of N-Quads."""

from typing import Any, NamedTuple

from allygraph.errors import MappingError
from allygraph.names import expand
from allygraph.tables.conditions import block, condition, repeated
from allygraph.tables.faults import RowFault
from allygraph.tables.templates import Row, Scope
from allygraph.tables.terms import full
from allygraph.tables.values import Lines

_ONCE = (None,)
_TYPE = f"<{expand('rdf:type')}> "
_LABELS = tuple(f'<{expand(name)}> "' for name in ("rdfs:label", "skos:prefLabel"))


class Thing(NamedTuple):
    """A thing as it is written: IRI, lines of N-Quads, English label, classes, and in which part.

    ``part`` is claims, things or sources: which files it goes to.
    """

    iri: str
    lines: str
    label: str
    classes: tuple[str, ...]
    part: str
    unverified: bool = False


def joined(iri: str, lines: list[str], graph: str) -> str:
    """Give lines of N-Quads: each ``<property> value`` with its subject and graph.

    Args:
        iri: the subject.
        lines: properties and values.
        graph: the graph as N-Quads writes it.
    """
    subject = f"<{iri}> "
    end = f" {graph} .\n"
    return f"{subject}{(end + subject).join(lines)}{end}"


class Node:
    """A ``[[node]]``, compiled: makes its things for a row.

    Raises:
        MappingError: it is malformed.
    """

    def __init__(self, spec: dict[str, Any], scope: Scope, place: str, graph: str) -> None:
        self.name: str = spec.get("name", "")
        self.existing = _existing(spec.get("existing", "keep"), place)
        self.block = block(spec, scope, place)
        self.repeated = repeated(spec)
        inner = self.block.scope
        self.when = condition(spec["when"], inner, f"{place} when") if "when" in spec else None
        self.iri = inner.compile(spec["iri"], f"{place} iri")
        self.graph = graph
        self.lines = Lines()
        for key, value in spec["properties"].items():
            self.lines.add(key, value, inner, f"{place} {key}")
        if "a" not in spec["properties"]:
            raise MappingError("a node has no class", expected='a = "ally:…"', place=place)
        # They are the same for all rows, as a rule.
        self.classes: tuple[str, ...] | None = None
        if "{" not in str(spec["properties"]["a"]):
            self.classes = self._classes(self.lines.fixed)

    def make(self, row: Row, things: list[Thing]) -> None:
        """Add the things of a row; the node's name stands in the row afterwards.

        Raises:
            RowFault: a name or value is wrong.
        """
        if self.name:
            row[self.name] = ""
        for _ in self.block.each_turn(row) if self.block.changes else _ONCE:
            name = self.iri.fill(row) if self.when is None or self.when(row) else ""
            if self.name:
                row[self.name] = name
            if name:
                things.append(self._thing(row, name))

    def named(self, row: Row) -> str:
        """Give the short name of the thing of this row and turn, or nothing where none is made."""
        if self.block.prepare is not None:
            row = dict(row)
            self.block.prepare(row)
        return self.iri.fill(row) if self.when is None or self.when(row) else ""

    def _thing(self, row: Row, name: str) -> Thing:
        try:
            iri = full(name)
        except RowFault as fault:
            raise fault.at(self.iri.columns) from None
        # Sorted and each once, so that the same thing made by two nodes has the same lines.
        lines = sorted(set(self.lines.fill(row)))
        return Thing(
            iri, joined(iri, lines, self.graph), _label(lines), self._classes(lines), "things"
        )

    def _classes(self, lines: list[str]) -> tuple[str, ...]:
        if self.classes is not None:
            return self.classes
        return tuple(line[len(_TYPE) + 1 : -1] for line in lines if line.startswith(_TYPE))


def _label(lines: list[str]) -> str:
    for line in lines:
        if line.startswith(_LABELS) and line.endswith('"@en'):
            return line[line.index('"') + 1 : -4]
    return ""


def _existing(value: str, place: str) -> str:
    if value not in ("keep", "error"):
        raise MappingError(f"existing = '{value}'", expected="keep or error", place=place)
    return value


def scope_for(scope: Scope, nodes: list[Node], spec: dict[str, Any]) -> Scope:
    """Give the scope in which a node or claim is compiled: it may name the nodes before it.

    A node that is made once a turn can be named by what has the same ``for`` and ``each``.
    """
    turns = repeated(spec)
    inner = scope.copy()
    for made in nodes:
        if not made.name:
            continue
        if made.repeated and made.repeated != turns:
            inner.hidden[made.name] = "it is made once a turn: give the same 'for' and 'each'"
            continue
        inner.names[made.name] = made.iri.columns
        if made.repeated:
            inner.getters[made.name] = made.named
    return inner
