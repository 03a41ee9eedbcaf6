"""The triples of a small graph, looked up by subject and predicate."""

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad, Triple

from allygraph.shacl.model import Node, Term
from allygraph.shacl.names import RDF_FIRST, RDF_NIL, RDF_REST


class Triples:
    """An index of triples; graph names are dropped, the order of reading is kept."""

    def __init__(self, quads: Iterable[Quad | Triple]) -> None:
        self._by_subject: dict[Node, dict[NamedNode, list[Term]]] = {}
        for quad in quads:
            if isinstance(quad.subject, Triple) or isinstance(quad.object, Triple):
                continue  # a statement about a statement is no part of SHACL
            values = self._by_subject.setdefault(quad.subject, {}).setdefault(quad.predicate, [])
            if quad.object not in values:
                values.append(quad.object)

    def __iter__(self) -> Iterator[tuple[Node, NamedNode, Term]]:
        """Give all triples."""
        for subject, properties in self._by_subject.items():
            for predicate, values in properties.items():
                for value in values:
                    yield subject, predicate, value

    def subjects(self) -> Iterator[Node]:
        """Give all subjects."""
        return iter(self._by_subject)

    def properties(self, subject: Term) -> dict[NamedNode, list[Term]]:
        """Give the values of a subject by property; none for a literal."""
        return {} if isinstance(subject, Literal) else self._by_subject.get(subject, {})

    def objects(self, subject: Term, predicate: NamedNode) -> list[Term]:
        """Give the values of a property."""
        return self.properties(subject).get(predicate, [])

    def find_list(self, head: Term) -> tuple[Term, ...] | None:
        """Give the members of a list; None if it is no well-formed list, or runs in a circle."""
        members: list[Term] = []
        seen: set[Term] = set()
        while head != RDF_NIL:
            first, rest = self.objects(head, RDF_FIRST), self.objects(head, RDF_REST)
            if head in seen or len(first) != 1 or len(rest) != 1:
                return None
            seen.add(head)
            members.append(first[0])
            head = rest[0]
        return tuple(members)
