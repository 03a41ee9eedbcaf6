"""Holdings: from the claims about a thing to the rectangles of its two clocks.

A holding says with which certainty, standing and review something holds from one day in the world
to another, as known from one day to another. Everything here is pure: no RDF, no files, no clock.

Units: whole days as ordinals of ``datetime.date`` (1 = 0001-01-01); all bounds inclusive.
Shape: claims about one thing in, rectangles out, ordered by (known_from, start). Rectangles of one
thing never overlap, are maximal in a fixed way, and leave out only the days of which no claim that
is current then says anything.
Source: docs/decisions 0020 to 0029; the table is the bitemporal one of SQL:2011.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

from allygraph.certainty import (
    LAST,
    NEVER,
    Claim,
    Course,
    Proposal,
    Spell,
    Strip,
    is_fact,
)


class Role(Enum):
    """What a thing is, as far as holdings differ by it."""

    SPELL = auto()
    EVENT = auto()
    POSITION = auto()
    CONCERN = auto()
    STAGE = auto()
    PROPOSAL = auto()


class Thing(NamedTuple):
    """Something that can hold, and what ties it to others.

    ``holder`` and ``about`` are those of a position (``about`` is what it is on) or concern; the
    subject of a stage is its ``about``. ``value`` is the stance of a position or the stage that a
    change brings (``proposed``, ``decided`` and ``shelved`` matter); ``reasons`` are the names of
    the concerns behind a position.
    """

    name: str
    role: Role = Role.SPELL
    holder: str = ""
    about: str = ""
    value: str = ""
    reasons: frozenset[str] = frozenset()


class Rectangle(NamedTuple):
    """Days in the world and days of knowledge on which all about a thing is the same."""

    certainty: str
    standing: str
    verified: bool
    start: int
    end: int
    known_from: int
    known_until: int
    rests_on: tuple[str, ...]


_COURSES = {Role.SPELL: Course.SPELL, Role.EVENT: Course.EVENT}


def spell(
    claims: Iterable[Claim],
    course: Course = Course.SPELL,
    rivals: Sequence[Claim] = (),
    contraries: Sequence[Claim] = (),
) -> list[Rectangle]:
    """Give the holdings of one thing that is not a proposal.

    Args:
        claims: all claims that affirm, deny or doubt it.
        course: how it goes on.
        rivals: the claims about what may follow it (other positions, stages).
        contraries: those rivals that contradict it when they are equally late.
    """
    claims = sorted(claims)
    if not rivals:
        return _sweep(claims, lambda day: Spell(_current(claims, day), course))
    return _sweep(
        [*claims, *rivals],
        lambda day: Spell(
            _current(claims, day), course, _current(rivals, day), _current(contraries, day)
        ),
    )


def proposal(
    claims: Iterable[Claim], openings: Sequence[Claim], closings: Sequence[Claim]
) -> list[Rectangle]:
    """Give the holdings of one proposal: it holds while it is open.

    Args:
        claims: all claims that affirm, deny or doubt the proposal itself.
        openings: all claims about the stage changes that bring it to *proposed*.
        closings: all claims about those that bring it to *decided* or *shelved*.
    """
    claims = sorted(claims)
    openings = sorted(openings)
    return _sweep(
        [*claims, *openings, *closings],
        lambda day: Proposal(
            _current(claims, day), _current(openings, day), _current(closings, day)
        ),
    )


def timelines(
    things: Iterable[Thing], claims_of: Callable[[str], Sequence[Claim]]
) -> Iterator[tuple[str, list[Rectangle]]]:
    """Give the holdings of all things, in the order given; things of which nothing is said are out.

    Args:
        things: all of them, for positions and stages are judged among their rivals.
        claims_of: the claims about the thing of that name, by any polarity.
    """
    things = list(things)
    peers: defaultdict[Hashable, list[Thing]] = defaultdict(list)
    for thing in things:
        if thing.role in (Role.POSITION, Role.STAGE):
            peers[thing.role, thing.holder, thing.about].append(thing)
    for thing in things:
        if thing.role is Role.PROPOSAL:
            stages = peers.get((Role.STAGE, "", thing.name), ())
            rectangles = _proposal_of(thing, stages, claims_of)
        else:
            rectangles = _spell_of(thing, peers, claims_of)
        if rectangles:
            yield thing.name, rectangles


def last_current_days(
    known: Mapping[str, int],
    strikes: Iterable[tuple[str, str]],
    may_strike: Callable[[str, str], bool],
) -> dict[str, int]:
    """Give the last day on which each struck claim is current; the others stay so for ever.

    A strike is final: it counts although the striking claim may be struck in its turn.

    Args:
        known: the day since when each claim is known.
        strikes: pairs of a striking and a struck claim.
        may_strike: whether the first of a pair has the voice or the source of the second.
    """
    days: dict[str, int] = {}
    for striking, struck in strikes:
        if striking in known and struck in known and may_strike(striking, struck):
            days[struck] = min(days.get(struck, LAST), known[striking] - 1)
    return days


def _spell_of(
    thing: Thing,
    peers: Mapping[Hashable, Sequence[Thing]],
    claims_of: Callable[[str], Sequence[Claim]],
) -> list[Rectangle]:
    claims = claims_of(thing.name)
    if not claims:
        return []
    key = (Role.STAGE if thing.role is Role.STAGE else Role.POSITION, thing.holder, thing.about)
    rivals: list[Claim] = []
    contraries: list[Claim] = []
    for other in peers.get(key, ()) if thing.role not in _COURSES else ():
        if other is thing or thing.name in other.reasons:
            continue
        facts = [claim for claim in claims_of(other.name) if is_fact(claim)]
        rivals += facts
        if thing.role is Role.POSITION and other.value != thing.value:
            contraries += facts
    return spell(claims, _COURSES.get(thing.role, Course.LASTING), rivals, contraries)


def _proposal_of(
    thing: Thing, stages: Iterable[Thing], claims_of: Callable[[str], Sequence[Claim]]
) -> list[Rectangle]:
    openings: list[Claim] = []
    closings: list[Claim] = []
    for stage in stages:
        if stage.value == "proposed":
            openings += claims_of(stage.name)
        elif stage.value in ("decided", "shelved"):
            closings += [claim for claim in claims_of(stage.name) if is_fact(claim)]
    return proposal(claims_of(thing.name), openings, closings)


def _current(claims: Sequence[Claim], day: int) -> list[Claim]:
    return [claim for claim in claims if claim.known <= day <= claim.until]


def _sweep(claims: Iterable[Claim], evidence: Callable[[int], Spell | Proposal]) -> list[Rectangle]:
    """Cut knowledge time where the current claims change; join strips that stay the same."""
    marks = {day for claim in claims for day in (claim.known, claim.until + 1)}
    marks.discard(NEVER)
    known_days = sorted(marks)
    rectangles: list[Rectangle] = []
    begun: dict[Strip, int] = {}
    for known in known_days:
        strips = evidence(known).strips()
        still = {strip: begun.pop(strip, known) for strip in strips}
        if begun:
            rectangles += [_rectangle(strip, since, known - 1) for strip, since in begun.items()]
        begun = still
    rectangles += [_rectangle(strip, since, LAST) for strip, since in begun.items()]
    rectangles.sort(key=lambda rectangle: (rectangle.known_from, rectangle.start))
    return rectangles


def _rectangle(strip: Strip, known_from: int, known_until: int) -> Rectangle:
    start, end, (certainty, standing, verified, rests_on) = strip
    return Rectangle(certainty, standing, verified, start, end, known_from, known_until, rests_on)
