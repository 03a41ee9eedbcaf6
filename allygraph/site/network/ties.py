"""Ties: relationships between two things, each with its days, as lines of a picture need them.

A tie shows on a day when it holds with some certainty, is contested, or is expected by then: what
somebody announced for later shows from the day on which it was said.
Units: whole days as ordinals of ``datetime.date``; bounds inclusive.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from allygraph.difference.states import Course, Span, State, courses
from allygraph.engines import Engine
from allygraph.lookup import statements
from allygraph.names import ALLY, PREFIXES, expand


class Kind(NamedTuple):
    """A kind of relationship: its class, the properties of its two ends, that of its value."""

    class_name: str
    start: str
    end: str
    value: str


KINDS: Mapping[str, Kind] = {
    "membership": Kind("Membership", "member", "organization", "membershipKind"),
    "partnership": Kind("Partnership", "partner", "alliance", "partnershipKind"),
    "representation": Kind("Representation", "represented", "representedTo", "representationKind"),
    "position": Kind("Position", "holder", "on", "stance"),
    "tenure": Kind("Tenure", "holder", "organization", "role"),
    "commitment": Kind("Commitment", "party", "instrument", "obligation"),
    "concern": Kind("Concern", "holder", "about", "concernKind"),
    "participation": Kind("Participation", "participant", "event", "role"),
}
"""Kinds of ties by the words of addresses."""


class Tie(NamedTuple):
    """A relationship: IRIs whole; ``shown`` are the spans on which it shows, in order."""

    thing: str
    kind: str
    start: str
    end: str
    value: str
    course: Course
    shown: Course

    def on(self, day: date) -> Span | None:
        """Give the span that a day lies in, where the tie shows on it."""
        at = day.toordinal()
        return next((span for span in self.shown if span.first <= at <= span.last), None)

    def lasting(self, day: date) -> tuple[int, int] | None:
        """Give the first and last day of what shows on a day, over spans that differ in little.

        What is sure on one day and presumed on the next holds on both; what is only possible, or
        expected, is another matter.
        """
        now = self.on(day)
        if now is None:
            return None
        place = self.shown.index(now)
        first, last = now.first, now.last
        for span in reversed(self.shown[:place]):
            if span.last != first - 1 or _looks(span) != _looks(now):
                break
            first = span.first
        for span in self.shown[place + 1 :]:
            if span.first != last + 1 or _looks(span) != _looks(now):
                break
            last = span.last
        return first, last

    def other(self, end: str) -> str:
        """Give the end that is not this one."""
        return self.end if self.start == end else self.start


def ties(
    engine: Engine, kinds: Sequence[str], known_by: date, about: Iterable[str] | None = None
) -> list[Tie]:
    """Read ties, ordered by kind, label and IRI.

    Args:
        engine: any engine on a built graph.
        kinds: keys of `KINDS`.
        known_by: the last day of publication that counts; ties not known by then are left out.
        about: whole IRIs; only ties that have one of them at an end. None: all.
    """
    found: dict[str, tuple[str, str, str, str]] = {}
    wanted = None if about is None else set(about)
    for kind in kinds:
        for thing, start, end, value in _rows(engine, KINDS[kind]):
            if wanted is None or start in wanted or end in wanted:
                found.setdefault(thing, (kind, start, end, value))
    known = courses(engine, found, known_by.toordinal())
    said = _known_since(engine, known.values())
    read = [
        Tie(thing, *found[thing], course, shown(course, said)) for thing, course in known.items()
    ]
    order = {kind: place for place, kind in enumerate(kinds)}
    return sorted(read, key=lambda tie: (order[tie.kind], tie.start, tie.end, tie.thing))


def ends(found: Iterable[Tie]) -> set[str]:
    """Give the IRIs of the things that ties lead to, and of what they are called by."""
    return {iri for tie in found for iri in (tie.start, tie.end)}


def shown(course: Course, known_since: Mapping[str, int]) -> Course:
    """Keep the days on which a tie shows.

    Args:
        course: of the tie.
        known_since: day by claim.
    """
    kept = []
    for span in course:
        first = span.first
        if span.state.certainty == "none":
            if span.state.standing not in ("expected", "contested"):
                continue
            said = [known_since[claim] for claim in span.state.claims if claim in known_since]
            first = max(first, min(said, default=first))
        if first <= span.last:
            kept.append(span._replace(first=first))
    return tuple(kept)


def words(state: State) -> tuple[str, ...]:
    """Give the words by which a line is drawn: its certainty, and its standing where that counts.

    >>> words(State("possible", "contested", "verified", ()))
    ('possible', 'contested')
    """
    standing = () if state.standing == "affirmed" else (state.standing,)
    return (state.certainty, *standing)


def _looks(span: Span) -> tuple[str, ...]:
    """Give what a line looks like on these days: sure and presumed look the same."""
    certainty, *standing = words(span.state)
    return ("sure" if certainty == "presumed" else certainty, *standing)


def _rows(engine: Engine, kind: Kind) -> list[tuple[str, str, str, str]]:
    """Give tie, ends and value; one between two partners has no alliance, and comes once."""
    other = f"ally:{kind.end}" + ("|ally:partner" if kind.end == "alliance" else "")
    table = engine.select(
        f"PREFIX ally: <{ALLY}>\nPREFIX rdf: <{PREFIXES['rdf']}>\n"
        f"SELECT DISTINCT ?tie ?start ?end ?value WHERE {{ ?tie a ally:{kind.class_name} ; "
        f"ally:{kind.start} ?start ; {other} ?end . "
        f"OPTIONAL {{ ?tie ally:{kind.value} ?value }} FILTER (?start != ?end) }} "
        "ORDER BY ?tie ?start ?end ?value"
    )
    return [
        (str(tie), str(start), str(end), str(value))
        for tie, start, end, value in (
            [cell.value if cell is not None else "" for cell in row] for row in table.rows
        )
    ]


def _known_since(engine: Engine, known: Iterable[Course]) -> dict[str, int]:
    """Give since when claims are known, for those behind what is only expected or contested."""
    claims = {
        claim
        for course in known
        for span in course
        if span.state.certainty == "none" and span.state.standing != "affirmed"
        for claim in span.state.claims
    }
    name = expand("ally:knownSince")
    days = {claim: said.get(name, []) for claim, said in statements(engine, claims).items()}
    return {
        claim: date.fromisoformat(values[0].value).toordinal()
        for claim, values in days.items()
        if values and values[0] is not None
    }
