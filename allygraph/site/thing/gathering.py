"""What a thing's page needs: the thing, its relationships by kind and time, and who says so.

A relationship shows on a page when a claim that was known by the day is about it, or when it holds.
Evidence is read only for what is shown, so that a thing with hundreds of relationships is as quick
as any other.

Shape: whole IRIs throughout; labels are the template's business. Days are ISO texts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import Literal, NamedNode

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.evidence import POLARITIES
from allygraph.lookup import Statements, below, inward, parts, statements, unknown
from allygraph.names import DIRECT_EDGES, PREFIXES, expand
from allygraph.results import Value

_TYPE = expand("rdf:type")
_LABELS = tuple(expand(name) for name in ("rdfs:label", "skos:prefLabel", "skos:altLabel"))
_MADE = tuple(
    expand(name)
    for name in ("ally:assertedBy", "ally:mayBeAssertedBy", "ally:source", "ally:quote")
)
_ABOUT = tuple(expand(name) for name in POLARITIES)
_THINGS = tuple(
    PREFIXES[kind] for kind in ("actor", "event", "instrument", "office", "place", "proposal")
)
_CLAIM = expand("ally:Claim")
_ORDER = {"sure": 0, "presumed": 1, "possible": 2}
_KNOWN_SINCE = NamedNode(expand("ally:knownSince"))
_PREFIXES = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("ally", "xsd"))


@dataclass(frozen=True)
class Spell:
    """Days on which something is just as sure, as known by the day; the last words of the kinds."""

    first: str
    last: str
    certainty: str
    standing: str
    review: str


@dataclass(frozen=True)
class Line:
    """A relationship as the page shows it.

    Attributes:
        iri: of the relationship.
        kind: its class.
        role: the property by which it points to the thing.
        said: what it says: property to values, without the thing itself.
        spells: when it holds, in order.
        now: the spell of the day, if there is one.
        claims: those that were known, by IRI.
        others: other things that it joins to this one.
    """

    iri: str
    kind: str
    role: str
    said: tuple[tuple[str, tuple[Value, ...]], ...]
    spells: tuple[Spell, ...]
    now: Spell | None
    claims: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def is_contested(self) -> bool:
        """Whether claims disagree on it."""
        return any(spell.standing == "contested" for spell in self.spells)

    @property
    def tense(self) -> str:
        """Whether it holds on the day, is past, is to come, or has never been a fact."""
        if self.now is not None and self.now.certainty in _ORDER:
            return "now"
        held = [spell for spell in self.spells if spell.certainty in _ORDER]
        if not held:
            return "never"
        return "past" if self.now is None or held[0].last < self.now.first else "later"


@dataclass(frozen=True)
class Group:
    """Relationships of one class in which the thing plays the same part."""

    kind: str
    role: str
    lines: tuple[Line, ...]

    @property
    def key(self) -> str:
        """A name for addresses and for the parts of a page."""
        return "-".join(iri.rpartition("#")[2].lower() for iri in (self.kind, self.role))


@dataclass(frozen=True)
class Gathered:
    """A thing and what surrounds it."""

    iri: str
    types: tuple[str, ...]
    names: tuple[Literal, ...]
    said: tuple[tuple[str, tuple[Value, ...]], ...]
    spells: tuple[Spell, ...]
    now: Spell | None
    claims: tuple[str, ...]
    made: tuple[str, ...]
    groups: tuple[Group, ...]
    mentions: tuple[tuple[str, tuple[str, ...]], ...]
    links: tuple[str, ...] = field(default=())

    @property
    def lines(self) -> list[Line]:
        """All relationships."""
        return [line for group in self.groups for line in group.lines]


def gather(engine: OxigraphEngine, iri: str, as_of: date, known_by: date) -> Gathered:
    """Gather what is known of a thing on the two clocks.

    Raises:
        UnknownName: the graph does not have it; the error names what is near.
    """
    if not (own := statements(engine, [iri])):
        raise unknown(engine, iri)
    return _Gatherer(engine, iri, own[iri], as_of.isoformat(), known_by.isoformat()).gathered()


class _Gatherer:
    def __init__(
        self,
        engine: OxigraphEngine,
        iri: str,
        own: dict[str, list[Value]],
        as_of: str,
        known_by: str,
    ) -> None:
        self._iri, self._own, self._as_of = iri, own, as_of
        related = below(engine, "ally:Relationship", "ally:StageChange")
        links = [one for one in inward(engine, iri) if one[1] not in DIRECT_EDGES]
        self._links = [one for one in links if one[2] in related]
        self._others = [one for one in links if one[2] not in related]
        relations = {subject for subject, _, _ in self._links}
        self._facts: Statements = statements(engine, relations)
        self._claims = _claims(engine, relations | {iri}, _ABOUT, known_by)
        self._spells = _spells(engine, relations | {iri}, known_by)
        made = _claims(engine, [iri], _MADE, known_by).get(iri, [])
        self._made = tuple(dict.fromkeys(made))

    def gathered(self) -> Gathered:
        types = tuple(v.value for v in self._own.get(_TYPE, []) if v is not None)
        names = [v for name in _LABELS for v in self._own.get(name, []) if isinstance(v, Literal)]
        same = self._own.get(expand("schema:sameAs"), [])
        claims = self._claims.get(self._iri, [])
        if _CLAIM in types:
            claims = [self._iri]
        spells = tuple(self._spells.get(self._iri, ()))
        return Gathered(
            iri=self._iri,
            types=types,
            names=tuple(names),
            said=_said(self._own, but=""),
            spells=spells,
            now=_on(spells, self._as_of),
            claims=tuple(claims),
            made=self._made,
            groups=self._groups(),
            mentions=self._mentions(),
            links=tuple(v.value for v in same if isinstance(v, NamedNode)),
        )

    def _groups(self) -> tuple[Group, ...]:
        found: dict[tuple[str, str], dict[str, Line]] = {}
        for subject, role, kind in self._links:
            line = self._line(subject, role, kind)
            if line.claims or line.now:
                found.setdefault((kind, role), {})[subject] = line
        return tuple(
            Group(kind, role, tuple(sorted(lines.values(), key=_by_tense)))
            for (kind, role), lines in found.items()
        )

    def _line(self, subject: str, role: str, kind: str) -> Line:
        spells = tuple(self._spells.get(subject, ()))
        facts = self._facts.get(subject, {})
        values = (value for group in facts.values() for value in group)
        others = (v.value for v in values if isinstance(v, NamedNode))
        return Line(
            iri=subject,
            kind=kind,
            role=role,
            said=_said(facts, but=self._iri),
            spells=spells,
            now=_on(spells, self._as_of),
            claims=tuple(self._claims.get(subject, ())),
            others=tuple(
                dict.fromkeys(o for o in others if o.startswith(_THINGS) and o != self._iri)
            ),
        )

    def _mentions(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found: dict[str, dict[str, None]] = {}
        for subject, role, _ in self._others:
            found.setdefault(role, {})[subject] = None
        return tuple((role, tuple(subjects)) for role, subjects in sorted(found.items()))


def _said(facts: dict[str, list[Value]], *, but: str) -> tuple[tuple[str, tuple[Value, ...]], ...]:
    """Give what is said, without names, types, direct edges and the thing itself."""
    skipped = {_TYPE, *_LABELS, *DIRECT_EDGES, expand("schema:sameAs")}
    found = []
    for name in sorted(set(facts) - skipped):
        values = tuple(v for v in facts[name] if v is not None and v.value != but)
        if values:
            found.append((name, values))
    return tuple(found)


def _on(spells: Sequence[Spell], day: str) -> Spell | None:
    return next((spell for spell in spells if spell.first <= day <= spell.last), None)


def _by_tense(line: Line) -> tuple[int, int, str, str]:
    """Order lines: what holds first, the surest and latest of it, then what comes, the past."""
    tense = ("now", "later", "never", "past").index(line.tense)
    held = [spell for spell in line.spells if spell.certainty in _ORDER]
    certainty = _ORDER.get(line.now.certainty, 3) if line.now else 4
    first = held[0].first if held else ""
    return tense, certainty, "".join(_backwards(first)), line.iri


def _backwards(day: str) -> Iterable[str]:
    """Turn a day round, so that later ones come first."""
    return (chr(ord("9") - int(sign)) if sign.isdigit() else sign for sign in day)


def _claims(
    engine: OxigraphEngine, things: Iterable[str], properties: Sequence[str], known_by: str
) -> dict[str, list[str]]:
    """Give the claims that point to things and were known, in the order in which they became so.

    The index is read, not queried: a page has hundreds of things.
    """
    since: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for thing in sorted(set(things)):
        named: set[str] = set()
        for name in properties:
            for quad in engine.store.quads_for_pattern(
                None, NamedNode(name), NamedNode(thing), None
            ):
                if isinstance(quad.subject, NamedNode):
                    named.add(quad.subject.value)
                    if quad.subject.value not in since:
                        since[quad.subject.value] = _since(engine, quad.subject)
        known = [claim for claim in named if "" < since[claim] <= known_by]
        if known:
            found[thing] = sorted(known, key=lambda claim: (since[claim], claim))
    return found


def _since(engine: OxigraphEngine, claim: NamedNode) -> str:
    """Give the day since which a claim is known; nothing for what is no claim."""
    quads = engine.store.quads_for_pattern(claim, _KNOWN_SINCE, None, None)
    return next((quad.object.value for quad in quads if isinstance(quad.object, Literal)), "")


def _spells(engine: OxigraphEngine, things: Iterable[str], known_by: str) -> dict[str, list[Spell]]:
    """Give when things hold, by what was known on a day."""
    found: dict[str, list[Spell]] = {}
    day = f'"{known_by}"^^xsd:date'
    for part in parts(things):
        rows = engine.select(
            f"{_PREFIXES}SELECT ?thing ?from ?until ?certainty ?standing ?review WHERE {{ "
            f"VALUES ?thing {{ {part} }} ?holding ally:holdingOf ?thing ; "
            "ally:certainty ?certainty ; ally:standing ?standing ; ally:review ?review ; "
            "ally:from ?from ; ally:until ?until ; "
            "ally:knownFrom ?known ; ally:knownUntil ?last . "
            f"FILTER (?known <= {day} && {day} <= ?last) }} ORDER BY ?thing ?from"
        ).rows
        for thing, *values in rows:
            first, last, *kinds = (value.value if value is not None else "" for value in values)
            words = (kind.rpartition("/")[2].partition("-")[2] for kind in kinds)
            if thing is not None:
                found.setdefault(thing.value, []).append(Spell(first, last, *words))
    return found
