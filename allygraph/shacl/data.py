"""The data that is judged: all triples in the default graph of a store in memory.

What validation writes for itself (the nodes that a nested shape is asked about) lies in named
graphs of the same store, where no query over the default graph sees it.
"""

import threading
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
)

from allygraph.shacl.literals import DIGITS, KEPT, PRIVATE, as_written, find_stored, is_vast
from allygraph.shacl.model import Term
from allygraph.shacl.names import RDF_TYPE, RDFS_SUBCLASS_OF, xsd
from allygraph.shacl.profile import Profile

_NAME = NamedNode("urn:x-shacl:node")
_DOUBLE = xsd("double")
_FEW = 64


class DataGraph:
    """A graph to validate, made once and asked as often as needed; graph names are dropped.

    Args:
        quads: what is judged.

    Attributes:
        store: its triples are in the default graph. Written to only by `fill` and `clear`.
        lock: held while a validation writes to the store.
        kept: some literals are stored under a private datatype (see `literals`), so that a query
            that compares values must decode them.
    """

    def __init__(self, quads: Iterable[Quad | Triple] = ()) -> None:
        self.store = Store()
        self.lock = threading.RLock()
        self._profile: Profile | None = Profile()
        self._few: dict[NamedNode, tuple[Term, ...] | None] = {}
        self._holds: dict[str, bool] = {}
        self.store.bulk_extend(self._profile.passing(quads))
        self.kept = self._profile.kept
        for name in list(self.store.named_graphs()):
            self._merge(name)

    @classmethod
    def of_store(cls, store: Store, *, kept: bool = False) -> "DataGraph":
        """Take a store as it is: its triples in the default graph, no named graph in it.

        Args:
            store: the caller has seen to literals that it would rewrite.
            kept: whether some literals are under a private datatype.
        """
        data = cls()
        data.store = store
        data.kept = kept
        data._profile = None
        return data

    def _merge(self, name: NamedNode | BlankNode) -> None:
        self.store.extend(
            Quad(q.subject, q.predicate, q.object)
            for q in self.store.quads_for_pattern(None, None, None, name)
        )
        self.store.remove_graph(name)

    @cached_property
    def _of_kind(self) -> dict[NamedNode, dict[str, int]]:
        """How many triples each property has with each kind of value, as they were loaded."""
        found: dict[NamedNode, dict[str, int]] = {}
        for (name, kind), number in (self._profile.kinds if self._profile else {}).items():
            found.setdefault(NamedNode(name), {})[kind] = number
        return found

    def has(self, predicate: NamedNode) -> bool:
        """Tell whether any triple has this predicate."""
        if self._profile is not None:
            return predicate in self._of_kind
        found = self.store.quads_for_pattern(None, predicate, None, DefaultGraph())
        return next(found, None) is not None

    def kinds(self, predicate: NamedNode) -> frozenset[str] | None:
        """Give the kinds of value (see `profile`); None of a store that was taken as it was."""
        if self._profile is None:
            return None
        return frozenset(self._of_kind.get(predicate, ()))

    def counted(
        self, classes: Collection[Term], properties: Collection[NamedNode]
    ) -> tuple[int, int | None] | None:
        """Tell how many values of properties the things of classes have (see `Profile`)."""
        return None if self._profile is None else self._profile.counted(classes, properties)

    @cached_property
    def kept_properties(self) -> frozenset[NamedNode]:
        """The properties that literals under a private datatype are values of."""
        if not self.kept:
            return frozenset()
        names = self._of_kind if self._profile else self.counts
        return frozenset(name for name in names if self._has_datatype(name, PRIVATE))

    @cached_property
    def rewritten_properties(self) -> frozenset[NamedNode]:
        """Those of them with values that a query would understand if they were stored as written.

        An ill-formed literal has no value under its own datatype either.
        """
        return frozenset(name for name in self.kept_properties if self._has_datatype(name, KEPT))

    def _has_datatype(self, name: NamedNode, start: str) -> bool:
        if self._profile is not None:
            return any(kind.startswith(start) for kind in self._of_kind.get(name, ()))
        test = f'FILTER(isLiteral(?o)) FILTER(STRSTARTS(STR(DATATYPE(?o)), "{start}"))'
        return self.holds(f"SELECT ?o {{ ?s {name} ?o {test} }} LIMIT 1")

    def few(self, predicate: NamedNode) -> tuple[Term, ...] | None:
        """Give the different values of a property, as stored, if they are few and have names."""
        if predicate not in self._few:
            query = f"SELECT DISTINCT ?o {{ ?s {predicate} ?o }} LIMIT {_FEW + 1}"
            found = [row["o"] for row in self.rows(query)]
            named = all(isinstance(term, NamedNode | Literal) for term in found)
            self._few[predicate] = tuple(found) if named and len(found) <= _FEW else None
        return self._few[predicate]

    def holds(self, select: str) -> bool:
        """Tell whether a query has a row; asked once, as many shapes ask the same."""
        if select not in self._holds:
            self._holds[select] = any(True for _ in self.rows(select))
        return self._holds[select]

    def lines(self) -> bytes:
        """Give the triples as N-Quads, as they are stored."""
        return self.store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b""

    def quads(self) -> Iterator[Quad]:
        """Give the triples as they were written."""
        for quad in self.store.quads_for_pattern(None, None, None, DefaultGraph()):
            if isinstance(quad.object, Literal):
                yield Quad(quad.subject, quad.predicate, as_written(quad.object))
            else:
                yield quad

    @cached_property
    def counts(self) -> dict[NamedNode, int]:
        """How many triples each predicate has, those that were given twice counted twice."""
        if self._profile is not None:
            return {name: sum(kinds.values()) for name, kinds in self._of_kind.items()}
        query = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
        return {row["p"]: int(row["n"].value) for row in self.rows(query)}

    @cached_property
    def instances(self) -> dict[Term, int]:
        """How many instances each class has, those of classes below it left out."""
        query = f"SELECT ?c (COUNT(*) AS ?n) {{ ?s {RDF_TYPE} ?c }} GROUP BY ?c"
        return {row["c"]: int(row["n"].value) for row in self.rows(query)}

    @cached_property
    def _below(self) -> dict[Term, list[Term]]:
        found: dict[Term, list[Term]] = {}
        triples = self.store.quads_for_pattern(None, RDFS_SUBCLASS_OF, None, DefaultGraph())
        for quad in triples:
            if not isinstance(quad.subject, Triple) and not isinstance(quad.object, Triple):
                found.setdefault(quad.object, []).append(quad.subject)
        return found

    def classes(self, name: Term) -> tuple[Term, ...]:
        """Give a class and all classes below it, in the order of their names."""
        found = {name}
        waiting = [name]
        while waiting:
            for below in self._below.get(waiting.pop(), ()):
                if below not in found:
                    found.add(below)
                    waiting.append(below)
        return (name, *sorted(found - {name}, key=str))

    def rows(self, select: str) -> QuerySolutions:
        """Ask a SELECT; terms come as they are stored."""
        found = self.store.query(select)
        assert isinstance(found, QuerySolutions)
        return found

    def put(self, graph: NamedNode, nodes: Iterable[Term]) -> None:
        """Write terms of the shapes or the data, as written there, into a scratch graph."""
        self.store.extend(Quad(_NAME, _NAME, stored(node), graph) for node in nodes)

    def fill(self, graph: NamedNode, select: str) -> None:
        """Write what a query gives in ``?node`` into a scratch graph."""
        self.store.update(
            f"INSERT {{ GRAPH {graph} {{ {_NAME} {_NAME} ?node }} }} WHERE {{ {select} }}"
        )

    def clear(self, graphs: Iterable[NamedNode]) -> None:
        """Throw scratch graphs away."""
        for graph in graphs:
            self.store.remove_graph(graph)


def member(graph: str, variable: str) -> str:
    """Write the pattern that binds a variable to the nodes of a scratch graph."""
    return f"GRAPH {graph} {{ {_NAME} {_NAME} {variable} }}"


def stored(term: Term) -> Term:
    """Give the term as it stands in the store."""
    return (find_stored(term) or term) if isinstance(term, Literal) else term


def written(term: Term) -> Term:
    """Give the term as it was written, of one that comes from the store."""
    return as_written(term) if isinstance(term, Literal) else term


def decoded(expression: str) -> str:
    """Write an expression that gives the value of a literal stored under a private datatype."""
    name = f"STR(DATATYPE({expression}))"
    text = f"STR({expression})"
    value = f"STRDT({text}, IRI(SUBSTR({name}, {len(KEPT) + 1})))"
    vast = f"IF(STRLEN({text}) > {DIGITS}, {_DOUBLE}({text}), ?none)"
    start = f'STRSTARTS({name}, "{KEPT}")'
    return f"IF(COALESCE({start}, false), COALESCE({vast}, {value}), {expression})"


def comparable(literal: Term) -> str:
    """Write a literal of the shapes so that the store can compare it."""
    assert isinstance(literal, Literal)
    return f"{_DOUBLE}({Literal(literal.value)})" if is_vast(literal) else str(literal)


def datatypes(name: Term) -> str:
    """List the datatypes under which well-formed literals of a datatype are stored."""
    assert isinstance(name, NamedNode)
    return f"{name}, <{KEPT}{name.value}>"
