"""What the page of a proposal needs: who decides and how, who holds what, and all that was said.

Everything that the graph ties to a proposal is gathered by its links, each with its course (on
which days it holds, by what was known) and its claims. Who blocks and which rule is in force are
the answers of saved queries, so that the page and the API cannot differ.

Shape: whole IRIs throughout; labels are the template's business.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from allygraph import answers
from allygraph.difference.states import Course, State, at, courses
from allygraph.engines import Engine
from allygraph.evidence import POLARITIES
from allygraph.lookup import Statements, inward, links, parts, statements, unknown
from allygraph.names import PREFIXES, compact, expand
from allygraph.results import Value
from allygraph.site.claims import Shown, shown

HELD = ("sure", "presumed")
_MEMBERSHIPS = f"""
PREFIX ally: <{PREFIXES["ally"]}>
PREFIX kind: <{PREFIXES["kind"]}>
SELECT DISTINCT ?membership WHERE {{
  ?membership ally:organization ORGANIZATION ; ally:membershipKind kind:membership-full .
}} ORDER BY ?membership
"""
_ALL_DECISIONS = "kind:matter-all-decisions"
_NO_LINKS = ("ally:bestClaim", "ally:currentStage")


@dataclass(frozen=True)
class Item:
    """Something said: what it states, when it holds by what was known, and the claims about it."""

    iri: str
    facts: Mapping[str, Sequence[Value]]
    course: Course
    now: State | None
    claims: tuple[Shown, ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Give the values of a property, named by its short name."""
        return tuple(value.value for value in self.facts.get(expand(name), []) if value is not None)

    def one(self, name: str) -> str:
        """Give the first value of a property, or nothing."""
        return next(iter(self.all(name)), "")

    @property
    def words(self) -> tuple[Literal, ...]:
        """What has to come first, in words."""
        found = self.facts.get(expand("ally:condition"), [])
        return tuple(value for value in found if isinstance(value, Literal))

    @property
    def holds(self) -> bool:
        """Whether it is sure or presumed on the day."""
        return self.now is not None and self.now.certainty in HELD

    @property
    def spans(self) -> Course:
        """The days on which it is sure or presumed, the same state once."""
        return tuple(span for span in self.course if span.state.certainty in HELD)

    @property
    def known(self) -> bool:
        """Whether anything was known of it by the day."""
        return bool(self.claims or self.course)


@dataclass(frozen=True)
class Holder:
    """Who takes positions, in the order of time, and whether it decides and blocks."""

    iri: str
    membership: Item | None
    blocks: bool
    positions: tuple[Item, ...]

    @property
    def stances(self) -> tuple[str, ...]:
        """What it holds on the day."""
        return tuple(dict.fromkeys(one.one("ally:stance") for one in self.positions if one.holds))


@dataclass(frozen=True)
class Telling:
    """What one source has told of the proposal, on the day on which it became known."""

    day: str
    source: str
    claims: tuple[tuple[str, tuple[Shown, ...]], ...]


@dataclass(frozen=True)
class Gathered:
    """A proposal and everything around it, on the two clocks."""

    own: Item
    items: Mapping[str, Item]
    links: Mapping[str, tuple[str, ...]]
    rules: tuple[Item, ...]
    memberships: tuple[Item, ...]
    blocking: frozenset[str]
    settled: Mapping[str, Shown]

    def _linked(self, *properties: str) -> tuple[Item, ...]:
        found = dict.fromkeys(iri for name in properties for iri in self.links.get(name, ()))
        return tuple(self.items[iri] for iri in found if self.items[iri].known)

    @cached_property
    def holders(self) -> tuple[Holder, ...]:
        """Who takes a position: those who decide first, those who block before all."""
        members = {one.one("ally:member"): one for one in self.memberships}
        held: dict[str, list[Item]] = {}
        for position in self._linked("ally:on", "ally:preferredTo"):
            held.setdefault(position.one("ally:holder"), []).append(position)
        found = [
            Holder(iri, members.get(iri), iri in self.blocking, tuple(sorted(own, key=_began)))
            for iri, own in held.items()
        ]
        return tuple(sorted(found, key=lambda one: (not one.blocks, one.membership is None)))

    @property
    def silent(self) -> tuple[Item, ...]:
        """The memberships of those that decide and of whose position nothing is known."""
        heard = {holder.iri for holder in self.holders}
        return tuple(one for one in self.memberships if one.one("ally:member") not in heard)

    @property
    def blockers(self) -> tuple[Holder, ...]:
        """Who blocks on the day."""
        return tuple(holder for holder in self.holders if holder.blocks)

    @property
    def stages(self) -> tuple[Item, ...]:
        """Stages of the proposal and of what it proposes, in the order of time."""
        return tuple(sorted(self._linked("ally:subject"), key=_began))

    @property
    def stage(self) -> Item | None:
        """The stage of the proposal itself on the day."""
        own = [one for one in self.stages if self.own.iri in one.all("ally:subject")]
        return next((one for one in own if one.holds), None)

    @property
    def concerns(self) -> tuple[Item, ...]:
        """What worries somebody about it."""
        return tuple(sorted(self._linked("ally:about"), key=_known))

    @property
    def amendments(self) -> tuple[Item, ...]:
        """Proposals that modify it."""
        return self._linked("ally:modifies")

    def offers(self, holder: str) -> tuple[tuple[Item, Item], ...]:
        """Give the amendments that hope to win somebody over, each with the effect hoped for."""
        return tuple(
            (amendment, effect)
            for amendment in self.amendments
            for effect in self.effects(amendment)
            if effect.one("ally:holder") == holder
        )

    def effects(self, amendment: Item) -> tuple[Item, ...]:
        """Give the positions and stages that an amendment hopes for."""
        found = amendment.all("ally:intendedEffect")
        return tuple(self.items[iri] for iri in found if iri in self.items)

    @property
    def claims(self) -> tuple[Shown, ...]:
        """All that was said by the day, in the order in which it became known."""
        found = {claim.claim: claim for item in self.items.values() for claim in item.claims}
        return tuple(sorted(found.values(), key=_told))

    @property
    def expectations(self) -> tuple[Shown, ...]:
        """What was planned, proposed or expected, and what a later claim has settled."""
        kinds = {expand(f"kind:modality-{name}") for name in ("plan", "proposal", "expectation")}
        return tuple(c for c in self.claims if c.modality in kinds or c.claim in self.settled)

    @property
    def story(self) -> tuple[Telling, ...]:
        """What was told, by day of knowledge and source, each thing once."""
        tellings: dict[tuple[str, str], dict[str, list[Shown]]] = {}
        for claim in self.claims:
            told = tellings.setdefault((claim.known_since, claim.source), {})
            told.setdefault(claim.about, []).append(claim)
        return tuple(
            Telling(day, source, tuple((thing, tuple(group)) for thing, group in told.items()))
            for (day, source), told in tellings.items()
        )

    @property
    def open_days(self) -> tuple[int, int] | None:
        """First and last day on which it lay open, as ordinals."""
        spans = self.own.spans
        return (spans[0].first, spans[-1].last) if spans else None


def gather(engine: Engine, iri: str, as_of: date, known_by: date) -> Gathered:
    """Gather what is known of a proposal on the two clocks.

    Raises:
        UnknownName: the graph does not have it; the error names what is near.
    """
    if not statements(engine, [iri]):
        raise unknown(engine, iri)
    found = _Links(engine)
    found.follow(iri)
    facts = statements(engine, found.things)
    rules = _rules(engine, facts[iri], as_of, known_by)
    memberships = _memberships(engine, facts[iri])
    facts |= statements(engine, {*rules, *memberships})
    items = _items(engine, facts, as_of, known_by)
    claims = {claim.claim for thing in found.things for claim in items[thing].claims}
    return Gathered(
        own=items[iri],
        items={thing: items[thing] for thing in found.things},
        links={name: tuple(things) for name, things in found.by_property.items()},
        rules=tuple(items[rule] for rule in rules),
        memberships=tuple(items[one] for one in memberships if items[one].holds),
        blocking=_blocking(engine, iri, as_of, known_by) if rules else frozenset(),
        settled=_settled(engine, claims, known_by),
    )


class _Links:
    """Collects what is tied to a proposal, and by which property."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.things: dict[str, None] = {}
        self.by_property: dict[str, dict[str, None]] = {}

    def follow(self, iri: str) -> None:
        """Collect what points to the proposal, its amendments, and to what they would bring."""
        self._add(iri)
        self._inward(iri)
        amended = [iri, *self.by_property.get("ally:modifies", {})]
        for amendment in amended[1:]:
            self._inward(amendment)
        for thing in self._outward(amended, "ally:proposes"):
            self._add(thing)
            self._inward(thing)
        for change in list(self.by_property.get("ally:subject", {})):
            self._inward(change)
        self._outward(amended, "ally:intendedEffect")
        positions = list(self.by_property.get("ally:on", {}))
        self._outward([*self.things], "ally:conditionalOn")
        self._outward(positions, "ally:reason")

    def _add(self, iri: str) -> None:
        self.things.setdefault(iri)

    def _inward(self, iri: str) -> None:
        derived = {expand(name) for name in _NO_LINKS}
        for subject, name, _ in inward(self._engine, iri):
            if name not in derived and subject.startswith(_TOLD):
                self._add(subject)
                self.by_property.setdefault(compact(name), {}).setdefault(subject)

    def _outward(self, subjects: Iterable[str], name: str) -> list[str]:
        """Follow a property; what it leads to is told of too where something is said of it."""
        facts = statements(self._engine, subjects)
        values = [v for said in facts.values() for v in said.get(expand(name), [])]
        found = [value.value for value in values if isinstance(value, NamedNode)]
        for iri in found:
            if iri.startswith(_TOLD):
                self._add(iri)
        return found


_TOLD = tuple(PREFIXES[kind] for kind in ("rel", "change", "event", "proposal", "instrument"))
"""Kinds of thing that claims can be about; only those take part in the story."""


def _rules(
    engine: Engine, facts: Mapping[str, Sequence[Value]], as_of: date, known_by: date
) -> tuple[str, ...]:
    """List the rules in force on its matter; where there is none, those on all decisions."""
    organization = _first(facts, "ally:decidingOrganization")
    if not organization:
        return ()
    for matter in (_first(facts, "ally:matter"), _ALL_DECISIONS):
        values = {
            "organization": compact(organization),
            "matter": compact(matter),
            "at_least": "kind:certainty-possible",
        }
        if matter and (found := _asked(engine, "rule/rules-on", values, as_of, known_by)):
            return found
    return ()


def _blocking(engine: Engine, iri: str, as_of: date, known_by: date) -> frozenset[str]:
    values = {"proposal": compact(iri)}
    return frozenset(_asked(engine, "proposal/blockers", values, as_of, known_by))


def _asked(
    engine: Engine, name: str, values: dict[str, str], as_of: date, known_by: date
) -> tuple[str, ...]:
    """Give the first column of a saved query's answer, each value once."""
    clocks = {"as_of": as_of.isoformat(), "known_by": known_by.isoformat()}
    asked = answers.question(name, values | clocks, today=known_by)
    rows = answers.answer(engine, asked).rows
    return tuple(dict.fromkeys(row[0].value for row in rows if row[0] is not None))


def _memberships(engine: Engine, facts: Mapping[str, Sequence[Value]]) -> tuple[str, ...]:
    organization = _first(facts, "ally:decidingOrganization")
    if not organization:
        return ()
    term = str(NamedNode(organization))
    rows = engine.select(_MEMBERSHIPS.replace("ORGANIZATION", term)).rows
    return tuple(row[0].value for row in rows if row[0] is not None)


def _items(engine: Engine, facts: Statements, as_of: date, known_by: date) -> dict[str, Item]:
    known = courses(engine, facts, known_by.toordinal())
    about: dict[str, list[str]] = {}
    for claim, _, thing in links(engine, facts, POLARITIES):
        about.setdefault(thing, []).append(claim)
    claims = shown(engine, {claim for group in about.values() for claim in group}, known_by)
    found = {}
    for iri, said in facts.items():
        course = known.get(iri, ())
        own = tuple(claim for name, claim in claims.items() if name in about.get(iri, ()))
        found[iri] = Item(iri, said, course, at(course, as_of.toordinal()), own)
    return found


def _settled(engine: Engine, claims: Iterable[str], known_by: date) -> dict[str, Shown]:
    """Give for each claim of a plan or an expectation the later one that settles it."""
    by: dict[str, str] = {}
    for part in parts(claims):
        rows = engine.select(
            f"SELECT ?claim ?by WHERE {{ VALUES ?claim {{ {part} }} "
            f"?claim <{expand('ally:resolvedBy')}> ?by }} ORDER BY ?claim ?by"
        ).rows
        by |= {row[0].value: row[1].value for row in rows if row[0] and row[1]}
    found = shown(engine, by.values(), known_by)
    return {claim: found[other] for claim, other in by.items() if other in found}


def _first(facts: Mapping[str, Sequence[Value]], name: str) -> str:
    return next((value.value for value in facts.get(expand(name), []) if value is not None), "")


def _began(item: Item) -> tuple[int, str]:
    """Order by the first day on which it is sure or presumed; what never was comes last."""
    return (item.spans[0].first if item.spans else date.max.toordinal(), item.iri)


def _told(claim: Shown) -> tuple[str, str, str]:
    """Order claims as they became known, those of one source as that goes on."""
    return (claim.known_since, claim.source, claim.claim)


def _known(item: Item) -> tuple[str, str]:
    return (item.claims[0].known_since if item.claims else "9", item.iri)
