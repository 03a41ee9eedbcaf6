"""The report of a difference: which things are compared, and each line with names and evidence.

A dozen queries, each for many things at once, on any engine.
"""

from collections.abc import Iterable
from datetime import date

from allygraph.difference import scope
from allygraph.difference.drafts import Draft, Ties
from allygraph.difference.knowledge import KnowledgeLines
from allygraph.difference.model import Choice, Days, Difference, Line, Name, Side, mirrored
from allygraph.difference.period import Period
from allygraph.difference.states import (
    FIRST,
    LAST,
    Course,
    Said,
    courses,
    iso,
    iso_or_none,
    level,
    said_between,
    touched,
    touched_knowledge,
)
from allygraph.difference.words import entity_link
from allygraph.difference.world import WorldLines
from allygraph.engines import Engine
from allygraph.errors import ParameterError
from allygraph.evidence import read
from allygraph.lookup import Statements, labels, links, statements
from allygraph.names import compact, expand


def difference(engine: Engine, period: Period, choice: Choice | None = None) -> Difference:
    """Compare the two days of a period.

    Args:
        engine: any engine on a built graph.
        period: the days, see `allygraph.difference.period`.
        choice: what of it is wanted; by default all but minor lines.

    Raises:
        UnknownName: the graph does not have an entity; the error names what is near.
        ParameterError: there is no such kind of thing, or no such certainty.
    """
    choice = choice or Choice()
    if choice.at_least not in (None, "possible", "presumed", "sure"):
        raise ParameterError(
            f"'{choice.at_least}' is no certainty to ask for",
            expected="one of sure, presumed, possible",
        )
    scope.check_kinds(engine, choice.kinds)
    return _Report(engine, period, choice).difference()


class _Report:
    """Gathers what the lines need, lets them be made, and gives them their words."""

    def __init__(self, engine: Engine, period: Period, choice: Choice) -> None:
        self.engine, self.asked, self.choice = engine, period, choice
        self.period = period.forwards()
        self.known = self.period.known[0].toordinal(), self.period.known[1].toordinal()
        days = self.period.days
        self.days = (days[0].toordinal(), days[1].toordinal()) if days else None

    def difference(self) -> Difference:
        drafts = self._drafts()
        shown = [one for one in drafts if self.choice.everything or not self._minor(one)]
        wanted = {name for one in shown for name in (*one.claims, *one.learned, *one.struck)}
        evidence = read(self.engine, wanted, date.fromordinal(max(self.known)))
        self.evidence = {one.claim: one for one in evidence.values()}
        self.rank = {name: place for place, name in enumerate(self.evidence)}
        self._name(shown)
        lines = sorted(map(self._line, shown), key=_order)
        if self.asked.backwards:
            lines = [mirrored(line) for line in lines]
        return Difference(
            period=self.asked,
            at_least=self.choice.at_least or "presumed",
            lines=tuple(lines),
            hidden=len(drafts) - len(shown),
            claims=self.evidence,
        )

    def _drafts(self) -> list[Draft]:
        said: list[Said] = []
        if self.period.clock == "world" and self.days:
            things = touched(self.engine, *self.days, self.known[0])
        else:
            things = touched_knowledge(self.engine, *self.known)
            said = said_between(self.engine, *self.known)
            things |= set() if self.days else {one.thing for one in said}
        things = self._chosen(things)
        ties = self._ties(things)
        compared = things | {stage for group in ties.stages.values() for stage in group}
        earlier = courses(self.engine, compared, self.known[0])
        if self.period.clock == "world" and self.days:
            made = WorldLines(earlier, ties, self.days, self.choice.least).drafts(things)
        else:
            later = courses(self.engine, compared, self.known[1])
            maker = KnowledgeLines(earlier, later, ties, self.choice.least, self.days)
            made = maker.drafts(things, said, self.known)
        return made

    def _chosen(self, things: set[str]) -> set[str]:
        """Keep what is asked about; what is said of each is then known."""
        choice = self.choice
        if choice.about:
            about = {expand(name) for name in choice.about}
            if choice.with_members:
                days = self.days or (FIRST, LAST)
                spans = [(day, day) for day in days] if self.period.clock == "world" else [days]
                about |= scope.members(self.engine, about, spans, set(self.known), choice.least)
            things = things & scope.concerned(self.engine, about)
        self.facts: Statements = statements(self.engine, things)
        if choice.kinds:
            things = {one for one in things if self._kind(one) in choice.kinds}
        return things

    def _ties(self, things: Iterable[str]) -> Ties:
        subject = {thing: found[0] for thing in things if (found := self._linked(thing, "subject"))}
        stages: dict[str, list[str]] = {}
        for stage, _, about in links(self.engine, subject.values(), ("ally:subject",)):
            stages.setdefault(about, []).append(stage)
        subjects = set(subject.values())
        of_stages = statements(self.engine, {one for group in stages.values() for one in group})
        self.facts = self.facts | of_stages | statements(self.engine, subjects)
        return Ties(
            subject=subject,
            stages={about: tuple(sorted(group)) for about, group in stages.items()},
            succeeds={thing: self._linked(thing, "succeeds") for thing in things},
            proposals=frozenset(one for one in things if self._kind(one) == "proposal"),
        )

    def _minor(self, draft: Draft) -> bool:
        if draft.minor or self.choice.at_least is None or self.period.clock == "world":
            return draft.minor
        levels = [level(span.state) for span in draft.before + draft.after]
        return max(levels, default=0) < self.choice.least

    def _name(self, drafts: Iterable[Draft]) -> None:
        """Look up the labels of all that the lines name."""
        wanted: set[str] = set()
        for draft in drafts:
            wanted |= {draft.about, *self._entities(draft.about)}
            wanted |= {draft.replaces} if draft.replaces else set()
            wanted |= {self._stage(one) for group in draft.stages for one in group}
        self.labels = labels(self.engine, wanted)
        lasting = [one for one in drafts if self._is_lasting(one)]
        self.facts |= statements(self.engine, {name for one in lasting for name in one.bounding})

    def _line(self, draft: Draft) -> Line:
        before, between, after = self._sides(draft)
        entities = sorted(map(self._named, self._entities(draft.about)), key=lambda one: one.label)
        claims = [name for name in map(compact, draft.claims) if name in self.evidence]
        claims.sort(key=self.rank.__getitem__)
        before_all = iso(self.known[0])
        news = [day for one in claims if (day := self.evidence[one].known_since or "") > before_all]
        return Line(
            entity=entities[0],
            kind="stage" if draft.stages else self._kind(draft.about),
            change=draft.change,
            about=self._named(draft.about),
            days=self._bounds(draft),
            known=(news[0], news[-1]) if news else None,
            before=before,
            between=between,
            after=after,
            claims=tuple(claims),
            learned=tuple(map(compact, draft.learned)),
            struck=tuple(map(compact, draft.struck)),
            minor=self._minor(draft),
            things=tuple(map(compact, draft.things)),
            parts=draft.parts,
        )

    def _is_lasting(self, draft: Draft) -> bool:
        """Tell whether the holdings hide when it can have begun: what it follows ends so late."""
        kind = "stage" if draft.stages else self._kind(draft.about)
        return draft.change in ("begins", "stage") and kind in ("stage", "position", "concern")

    def _bounds(self, draft: Draft) -> tuple[str | None, str | None] | None:
        if draft.days is None:
            return None
        first, last = map(iso_or_none, draft.days)
        if self._is_lasting(draft):
            found = [self._linked(claim, "earliestStart") for claim in draft.bounding]
            days = [day for group in found for day in group if not last or day <= last]
            first = max(days, default=None)
        return first, last

    def _sides(self, draft: Draft) -> tuple[Side, Side | None, Side]:
        whats: list[str | None] = [None, None, None]
        if draft.replaces:
            whats = [self._label(draft.replaces), None, self._label(draft.about)]
        for place, group in enumerate(draft.stages):
            names = dict.fromkeys(self._label(self._stage(one)) for one in group)
            whats[place] = (" → " if place == 1 else ", ").join(names) or None
        days = map(_days, (draft.before, draft.between, draft.after))
        before, between, after = (Side(what, one) for what, one in zip(whats, days, strict=True))
        return before, between if between.what or between.days else None, after

    def _entities(self, thing: str) -> tuple[str, ...]:
        """Find whose change it is: a party of a relationship, or of what has the stage."""
        kind = self._kind(thing)
        found = self._linked(thing, entity_link(kind))
        if kind == "stage" and found:
            return tuple(one for subject in found for one in self._entities(subject))
        return found or (thing,)

    def _linked(self, thing: str, name: str | None) -> tuple[str, ...]:
        values = self.facts.get(thing, {}).get(expand(f"ally:{name}"), []) if name else []
        return tuple(value.value for value in values if value is not None)

    def _stage(self, change: str) -> str:
        return next(iter(self._linked(change, "toStage")), change)

    def _kind(self, thing: str) -> str:
        return scope.kind_of(self.facts.get(thing, {}))

    def _named(self, iri: str) -> Name:
        return Name(compact(iri), self._label(iri))

    def _label(self, iri: str) -> str:
        return self.labels.get(iri) or compact(iri)


def _days(course: Course) -> tuple[Days, ...]:
    return tuple(
        Days(iso_or_none(one.first), iso_or_none(one.last), *one.state.words) for one in course
    )


def _order(line: Line) -> tuple[object, ...]:
    days = tuple(day or "" for day in line.days or ())
    return line.entity.label, line.entity.iri, line.kind, days, line.about.label, line.about.iri
