"""The quads of a graph, by subject: enough to follow links without a query for each step.

Shape: IRIs are texts here, so that sets of them are quick; quads stay pyoxigraph quads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad

from allygraph.names import PREFIXES, expand

DERIVED = f"{PREFIXES['graph']}derived/"
LABELS = (expand("rdfs:label"), expand("skos:prefLabel"))
TYPE = expand("rdf:type")
ABOUT = tuple(expand(name) for name in ("ally:affirms", "ally:denies", "ally:doubts"))
"""How a claim points to what it is about."""
SAID_IN = tuple(expand(name) for name in ("ally:source", "ally:furtherSource", "ally:saidIn"))


class Facts:
    """Quads, and what they say of a subject."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.quads = list(quads)
        self.of: dict[str, list[Quad]] = defaultdict(list)
        self.stated: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for quad in self.quads:
            self.of[quad.subject.value].append(quad)  # type: ignore[union-attr]
            if not isinstance(quad.object, NamedNode):
                continue
            pair = (quad.subject.value, quad.object.value)  # type: ignore[union-attr]
            self.stated[quad.predicate.value].append(pair)

    def pairs(self, *properties: str) -> Iterator[tuple[str, str]]:
        """Give subject and object of every link by one of some properties."""
        for name in properties:
            yield from self.stated.get(expand(name), ())

    def subjects(self, values: set[str], *properties: str) -> set[str]:
        """List what points to one of the values by one of the properties."""
        return {subject for subject, value in self.pairs(*properties) if value in values}

    def objects(self, subjects: set[str], *properties: str) -> set[str]:
        """List what the subjects point to by one of the properties."""
        return {value for subject, value in self.pairs(*properties) if subject in subjects}

    def instances(self, *classes: str) -> set[str]:
        """List the instances of classes and of all that the ontology puts below them."""
        wanted = {expand(name) for name in classes}
        while more := self.subjects(wanted, "rdfs:subClassOf") - wanted:
            wanted |= more
        return self.subjects(wanted, "rdf:type")

    def sources_of(self, claims: set[str]) -> set[str]:
        """List the sources of claims, and those from which they come."""
        found = self.objects(claims, *SAID_IN) & self.instances("ally:Source")
        while more := self.objects(found, "prov:wasDerivedFrom") - found:
            found |= more
        return found

    def value(self, subject: str, name: str) -> str | None:
        """Give one value of a property of a subject, as a text, or None."""
        wanted = expand(name)
        for quad in self.of.get(subject, ()):
            if quad.predicate.value == wanted:
                return quad.object.value  # type: ignore[union-attr]
        return None
