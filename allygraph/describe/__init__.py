"""One thing: its names, what is said of it, its relationships both ways, and the evidence.

A relationship is found by whatever property points to the thing, and headed by that property's
reverse label ("members", "positions on it"), so that both ends read well without inverse
properties. Both clocks count: only claims known by the one day, certainty on the other.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pyoxigraph import Literal, NamedNode

from allygraph.engines import Engine
from allygraph.evidence import POLARITIES, Evidence, last_word, read
from allygraph.lookup import (
    Days,
    Statements,
    below,
    holdings,
    inward,
    label_rank,
    labels,
    links,
    statements,
    unknown,
)
from allygraph.names import DIRECT_EDGES, compact, expand
from allygraph.results import Value

__all__ = ["Description", "Evidence", "Group", "Relation", "describe", "unknown"]

_MADE = (
    "ally:assertedBy",
    "ally:mayBeAssertedBy",
    "ally:source",
    "ally:furtherSource",
    "ally:quote",
)
_LABELS = tuple(expand(name) for name in ("rdfs:label", "skos:prefLabel", "skos:altLabel"))
_SKIPPED = (*_LABELS, *DIRECT_EDGES, expand("rdf:type"))
"""Direct edges are of one day of each clock, which need not be the days asked for."""
_CERTAINTIES = ("sure", "presumed", "possible", "none", None)


@dataclass(frozen=True)
class Relation:
    """A relationship of the thing: parties and kind, how sure it is on the day, its claims.

    ``days`` are the first and last day around the one asked for on which it is just as sure.
    """

    iri: str
    label: str
    kind: str
    properties: tuple[tuple[str, tuple[str, ...]], ...]
    certainty: str | None
    standing: str | None
    review: str | None
    days: tuple[str, str] | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Group:
    """Relationships of one class in which the thing plays the same part."""

    heading: str
    relations: tuple[Relation, ...]


@dataclass(frozen=True)
class Description:
    """A thing on one day of each clock; names are short, labels English where there are any.

    ``evidence`` is what others claim about it; ``claims`` are those that it makes or prints.
    """

    iri: str
    label: str
    types: tuple[str, ...]
    names: tuple[tuple[str, str | None], ...]
    as_of: str
    known_by: str
    properties: tuple[tuple[str, tuple[str, ...]], ...]
    certainty: str | None
    standing: str | None
    review: str | None
    days: tuple[str, str] | None
    evidence: tuple[Evidence, ...]
    claims: tuple[Evidence, ...]
    groups: tuple[Group, ...]
    mentions: tuple[tuple[str, tuple[str, ...]], ...]

    def record(self) -> dict[str, Any]:
        """Give the description as plain dicts, lists and texts."""
        return asdict(self)


def describe(engine: Engine, thing: str, as_of: date, known_by: date) -> Description:
    """Describe a thing as of a day in the world, by what was known on another.

    Args:
        engine: any engine on a built graph.
        thing: a short name such as ``actor:japan``, or an IRI.
        as_of: valid time.
        known_by: knowledge time.

    Raises:
        UnknownName: the graph does not have it; the error names what is near.
    """
    iri = expand(thing)
    if not (own := statements(engine, [iri])):
        raise unknown(engine, iri)
    return _Describer(engine, iri, own[iri], as_of, known_by).description()


class _Describer:
    """Gathers what a description needs, then reads it off; eight queries whatever the size."""

    def __init__(
        self, engine: Engine, iri: str, own: dict[str, list[Value]], as_of: date, known_by: date
    ) -> None:
        self.iri, self.own, self.as_of, self.known_by = iri, own, as_of, known_by
        related = below(engine, "ally:Relationship", "ally:StageChange")
        inner = [link for link in inward(engine, iri) if link[1] not in DIRECT_EDGES]
        self.links = [link for link in inner if link[2] in related]
        self.others = [
            link for link in inner if link[2] not in related and link[1] not in DIRECT_EDGES
        ]
        relations = {subject for subject, _, _ in self.links}
        self.facts: Statements = statements(engine, relations)
        self.claims: dict[str, list[str]] = {}
        for claim, _, about in links(engine, relations | {iri}, POLARITIES):
            self.claims.setdefault(about, []).append(claim)
        if NamedNode(expand("ally:Claim")) in own.get(expand("rdf:type"), []):
            self.claims.setdefault(iri, []).append(iri)
        self.made = sorted({claim for claim, _, _ in links(engine, [iri], _MADE)})
        claims = {claim for group in self.claims.values() for claim in group} | {*self.made}
        self.read = read(engine, claims, known_by)
        self.days: dict[str, Days] = holdings(engine, relations | {iri}, as_of, known_by)
        self.labels = labels(engine, self._mentioned())
        properties = {name for _, name, _ in inner}
        self.reverse = labels(engine, properties, "ally:reverseLabel")

    def description(self) -> Description:
        certainty, standing, review, days = self._judged(self.iri)
        return Description(
            iri=compact(self.iri),
            label=self._label(self.iri),
            types=tuple(self._name(v) for v in self.own.get(expand("rdf:type"), [])),
            names=tuple(self._names()),
            as_of=self.as_of.isoformat(),
            known_by=self.known_by.isoformat(),
            properties=self._properties(self.own),
            certainty=certainty,
            standing=standing,
            review=review,
            days=days,
            evidence=self._evidence(self.claims.get(self.iri, [])),
            claims=self._evidence(self.made),
            groups=tuple(self._groups()),
            mentions=tuple(self._mentions()),
        )

    def _groups(self) -> Iterable[Group]:
        members: dict[tuple[str, str], list[Relation]] = {}
        for subject, name, kind in self.links:
            relation = self._relation(subject, kind)
            if relation.evidence or relation.certainty:
                members.setdefault((self._label(kind), self._reverse(name)), []).append(relation)
        for (kind, role), relations in sorted(members.items()):
            heading = role if role.startswith(kind) else f"{kind}: {role}"
            yield Group(heading, tuple(sorted(relations, key=_by_certainty_and_time)))

    def _relation(self, subject: str, kind: str) -> Relation:
        certainty, standing, review, days = self._judged(subject)
        return Relation(
            iri=compact(subject),
            label=self._label(subject),
            kind=self._label(kind),
            properties=self._properties(self.facts[subject], but=self.iri),
            certainty=certainty,
            standing=standing,
            review=review,
            days=days,
            evidence=self._evidence(self.claims.get(subject, [])),
        )

    def _evidence(self, claims: Iterable[str]) -> tuple[Evidence, ...]:
        """Give the claims that were known, in the order in which they became known."""
        wanted = set(claims)
        return tuple(evidence for claim, evidence in self.read.items() if claim in wanted)

    def _judged(
        self, thing: str
    ) -> tuple[str | None, str | None, str | None, tuple[str, str] | None]:
        if thing not in self.days:
            return None, None, None, None
        certainty, standing, review, first, last = self.days[thing]
        return last_word(certainty), last_word(standing), last_word(review), (first, last)

    def _mentions(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        found: dict[str, set[str]] = {}
        for subject, name, _ in self.others:
            found.setdefault(self._reverse(name), set()).add(self._both(subject))
        return [(role, tuple(sorted(names))) for role, names in sorted(found.items())]

    def _names(self) -> Iterable[tuple[str, str | None]]:
        texts = [v for name in _LABELS for v in self.own.get(name, []) if isinstance(v, Literal)]
        texts.sort(key=lambda text: (label_rank(text), text.language or ""))
        return [(text.value, text.language) for text in texts]

    def _properties(
        self, facts: dict[str, list[Value]], *, but: str = ""
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Give what is said, labels for IRIs; the thing that is described is not named again."""
        found = []
        for name in sorted(set(facts) - set(_SKIPPED)):
            values = [v for v in facts[name] if v is not None and v.value != but]
            if values:
                found.append((self._label(name), tuple(self._name(value) for value in values)))
        return tuple(found)

    def _mentioned(self) -> set[str]:
        found = {self.iri, *self.own, *(one for link in self.links + self.others for one in link)}
        for facts in [self.own, *self.facts.values()]:
            found.update(facts)
            values = (value for group in facts.values() for value in group)
            found.update(value.value for value in values if isinstance(value, NamedNode))
        return found | set(self.facts)

    def _name(self, value: Value) -> str:
        if isinstance(value, NamedNode):
            return self._label(value.value)
        return value.value if value is not None else ""

    def _label(self, iri: str) -> str:
        return self.labels.get(iri) or compact(iri)

    def _both(self, iri: str) -> str:
        name, label = compact(iri), self._label(iri)
        return name if name == label else f"{label} ({name})"

    def _reverse(self, name: str) -> str:
        return self.reverse.get(name) or f"{self._label(name)} this"


def _by_certainty_and_time(relation: Relation) -> tuple[int, str, str, str]:
    first = relation.days[0] if relation.days else ""
    return _CERTAINTIES.index(relation.certainty), first, relation.label, relation.iri
