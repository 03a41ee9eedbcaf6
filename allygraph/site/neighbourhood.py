"""The quads around one thing: what `export.select` gives, without reading the whole graph.

A superset of what the selection needs is gathered by following links, and the selection itself is
made by the code of the export, so that both give the same.
"""

from collections.abc import Iterable
from datetime import date

from pyoxigraph import BlankNode, NamedNode, Quad, Store

from allygraph.export.facts import ABOUT, LABELS, SAID_IN, TYPE, Facts
from allygraph.export.selection import covers, entity, held, without
from allygraph.names import DIRECT_EDGES, expand

_SUBCLASS = NamedNode(expand("rdfs:subClassOf"))
_DERIVED_FROM = expand("prov:wasDerivedFrom")
_FOLLOWS = tuple(expand(name) for name in ("ally:holdingOf", "ally:derivedFrom"))
_MADE = tuple(expand(name) for name in ("ally:source", "ally:furtherSource", "ally:quote"))
_RELATIONSHIPS = ("ally:Relationship", "ally:StageChange")


def around(store: Store, iri: str) -> list[Quad]:
    """Give a thing, its relationships, their claims, quotes and sources, with what is derived.

    Args:
        store: a built graph.
        iri: the thing; whole.

    Returns:
        Nothing where the graph says nothing of the thing.
    """
    if next(iter(store.quads_for_pattern(NamedNode(iri), None, None, None)), None) is None:
        return []
    return entity(Facts(_Gathering(store, iri).quads()), iri)


def on(quads: Iterable[Quad], as_of: date, known_by: date) -> list[Quad]:
    """Keep what was known by a day, and of that what held on a day.

    Holdings of other rectangles go, and so do direct edges and best claims: those stand for the day
    that their graph names, which is another. What does not hold is only named.
    """
    facts = Facts(quads)
    day = known_by.isoformat()
    claims = facts.instances("ally:Claim")
    late = {claim for claim in claims if (facts.value(claim, "ally:knownSince") or "9") > day}
    judged = facts.objects(claims, *ABOUT)
    unknown = judged - facts.objects(claims - late, *ABOUT)
    elsewhere = {
        holding
        for holding in facts.instances("ally:Holding")
        if not covers(facts, holding, as_of, known_by)
    }
    edges = facts.instances("ally:DerivedEdge")
    gone = elsewhere | edges
    kept = [
        quad
        for quad in without(facts, late, unknown)
        if quad.predicate.value not in DIRECT_EDGES and quad.subject.value not in gone  # type: ignore[union-attr]
    ]
    return held(Facts(kept), as_of, known_by)


class _Gathering:
    """Quads of a store, fetched once a subject."""

    def __init__(self, store: Store, iri: str) -> None:
        self._store = store
        self._iri = iri
        self._of: dict[str, list[Quad]] = {}
        self._classes = list(store.quads_for_pattern(None, _SUBCLASS, None, None))
        self._inward = list(store.quads_for_pattern(None, None, NamedNode(iri), None))

    def quads(self) -> list[Quad]:
        related = self._instances(_RELATIONSHIPS, (_subject(quad) for quad in self._inward))
        whole = {self._iri} | related
        claims = self._pointing(ABOUT, whole) | self._pointing(_MADE, {self._iri})
        if self._instances(("ally:Claim",), [self._iri]):
            claims.add(self._iri)
        parts = {node for claim in claims for node in self._objects(claim, (*SAID_IN, _MADE[-1]))}
        while more := {n for part in parts for n in self._objects(part, (_DERIVED_FROM,))} - parts:
            parts |= more
        whole |= claims | parts
        whole |= self._pointing(_FOLLOWS, whole)
        found = [quad for subject in whole for quad in self._about(subject)] + self._inward
        mentioned = {_subject(quad) for quad in self._inward} | {
            quad.object.value for quad in found if isinstance(quad.object, NamedNode)
        }
        names = [quad for node in mentioned - whole for quad in self._names(node)]
        return list(dict.fromkeys([*self._classes, *found, *names]))

    def _about(self, subject: str) -> list[Quad]:
        if subject not in self._of:
            node = _node(subject)
            self._of[subject] = list(self._store.quads_for_pattern(node, None, None, None))
        return self._of[subject]

    def _names(self, subject: str) -> Iterable[Quad]:
        node = _node(subject)
        for name in (TYPE, *LABELS):
            yield from self._store.quads_for_pattern(node, NamedNode(name), None, None)

    def _objects(self, subject: str, properties: Iterable[str]) -> set[str]:
        wanted = frozenset(properties)
        return {
            quad.object.value
            for quad in self._about(subject)
            if quad.predicate.value in wanted and isinstance(quad.object, NamedNode)
        }

    def _pointing(self, properties: Iterable[str], values: Iterable[str]) -> set[str]:
        targets = [_node(value) for value in values]
        return {
            _subject(quad)
            for name in map(NamedNode, properties)
            for target in targets
            for quad in self._store.quads_for_pattern(None, name, target, None)
        }

    def _instances(self, classes: Iterable[str], subjects: Iterable[str]) -> set[str]:
        wanted = {expand(name) for name in classes}
        below = [(_subject(quad), quad.object.value) for quad in self._classes]  # type: ignore[union-attr]
        while more := {one for one, above in below if above in wanted} - wanted:
            wanted |= more
        kind = NamedNode(TYPE)
        return {
            subject
            for subject in dict.fromkeys(subjects)
            if any(
                quad.object.value in wanted  # type: ignore[union-attr]
                for quad in self._store.quads_for_pattern(_node(subject), kind, None, None)
            )
        }


def _node(value: str) -> NamedNode | BlankNode:
    """Give the node again: an IRI has a scheme, the name of a blank node has none."""
    return NamedNode(value) if ":" in value else BlankNode(value)


def _subject(quad: Quad) -> str:
    return quad.subject.value  # type: ignore[union-attr]
