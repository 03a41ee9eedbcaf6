"""States of things on both clocks, read from holdings with a few queries, each for many things.

A course is what is said of a thing on all days in the world, by what was known on one day; its
spans are ordered, do not overlap, and leave out the days of which nothing is said.

Units: whole days as ordinals of ``datetime.date``; all bounds inclusive.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from allygraph.engines import Engine
from allygraph.evidence import last_word
from allygraph.lookup import parts
from allygraph.names import PREFIXES
from allygraph.results import Value

FIRST, LAST = date.min.toordinal(), date.max.toordinal()
LEVELS = {"none": 0, "possible": 1, "presumed": 2, "sure": 3}
"""Certainties by how much they say."""

_PREFIXES = f"PREFIX ally: <{PREFIXES['ally']}>\nPREFIX xsd: <{PREFIXES['xsd']}>\n"


class State(NamedTuple):
    """What is said of a thing on a day: three words, and the IRIs of the claims behind them."""

    certainty: str
    standing: str
    review: str
    claims: tuple[str, ...]

    @property
    def words(self) -> tuple[str, str, str]:
        """The state without its claims."""
        return self[:3]


class Span(NamedTuple):
    """Days on which the state of a thing is the same."""

    first: int
    last: int
    state: State


Course = tuple[Span, ...]


class Part(NamedTuple):
    """That a thing has another state: on the days of a knowledge diff, or from day to day.

    ``first`` and ``last`` are None where two days in the world are compared.
    """

    thing: str
    first: int | None
    last: int | None
    before: State | None
    after: State | None


class Said(NamedTuple):
    """A claim about a thing, with its days of knowledge: ``until`` is its last current one."""

    claim: str
    thing: str
    known: int
    until: int


def touched(engine: Engine, first: int, last: int, known_by: int) -> set[str]:
    """List the things of which a holding begins or ends from a day in the world to a later one."""
    low, high, known = _day(first), _day(last), _day(known_by)
    return _things(
        engine,
        f"FILTER (?knownFrom <= {known} && {known} <= ?knownUntil) "
        f"FILTER (({low} < ?from && ?from <= {high}) || ({low} <= ?until && ?until < {high}))",
    )


def touched_knowledge(engine: Engine, first: int, last: int) -> set[str]:
    """List the things of which a holding appears or goes from one day of knowledge to another."""
    low, high = _day(first), _day(last)
    return _things(
        engine,
        f"FILTER (({low} < ?knownFrom && ?knownFrom <= {high}) "
        f"|| ({low} <= ?knownUntil && ?knownUntil < {high}))",
    )


def said_between(engine: Engine, first: int, last: int) -> list[Said]:
    """List the claims that became known, or were struck, after one day and by another."""
    low, high = _day(first), _day(last)
    rows = engine.select(
        f"{_PREFIXES}SELECT DISTINCT ?claim ?thing ?known ?until WHERE {{ "
        "?claim ally:knownSince ?known ; ally:currentUntil ?until ; "
        "ally:affirms|ally:denies|ally:doubts ?thing . "
        f"FILTER (({low} < ?known && ?known <= {high}) || ({low} <= ?until && ?until < {high})) "
        "} ORDER BY ?known ?claim"
    ).rows
    return [
        Said(_text(claim), _text(thing), _ordinal(_text(known)), _ordinal(_text(until)))
        for claim, thing, known, until in rows
    ]


def courses(engine: Engine, things: Iterable[str], known_by: int) -> dict[str, Course]:
    """Give the course of each thing by what was known on a day; silent things are left out."""
    known = _day(known_by)
    rows: list[tuple[str, ...]] = []
    for part in parts(things):
        table = engine.select(
            f"{_PREFIXES}SELECT DISTINCT ?thing ?from ?until ?holding ?certainty ?standing ?review "
            f"WHERE {{ VALUES ?thing {{ {part} }} ?holding ally:holdingOf ?thing ; "
            "ally:certainty ?certainty ; ally:standing ?standing ; ally:review ?review ; "
            "ally:from ?from ; ally:until ?until ; "
            "ally:knownFrom ?knownFrom ; ally:knownUntil ?knownUntil . "
            f"FILTER (?knownFrom <= {known} && {known} <= ?knownUntil) }} ORDER BY ?thing ?from"
        )
        rows += [tuple(map(_text, row)) for row in table.rows]
    claims = _rests_on(engine, {row[3] for row in rows})
    found: dict[str, list[Span]] = {}
    for thing, first, last, holding, *words in rows:
        certainty, standing, review = (last_word(word) or "" for word in words)
        state = State(certainty, standing, review, claims.get(holding, ()))
        found.setdefault(thing, []).append(Span(_ordinal(first), _ordinal(last), state))
    return {thing: tuple(sorted(spans)) for thing, spans in found.items()}


def at(course: Course, day: int) -> State | None:
    """Give the state on a day, or None where nothing is said of it."""
    return next((span.state for span in course if span.first <= day <= span.last), None)


def clipped(course: Course, first: int, last: int) -> Course:
    """Give the course on some days only."""
    return tuple(
        Span(max(span.first, first), min(span.last, last), span.state)
        for span in course
        if span.first <= last and span.last >= first
    )


def apart(thing: str, before: Course, after: Course) -> Iterator[Part]:
    """Give the days on which two courses of a thing differ, neighbours that differ alike as one."""
    cuts = {day for span in before + after for day in (span.first, span.last + 1)}
    open_part: Part | None = None
    for first, end in pairwise(sorted(cuts)):
        part = Part(thing, first, end - 1, at(before, first), at(after, first))
        if open_part and (open_part.last, *open_part[3:]) == (first - 1, *part[3:]):
            open_part = open_part._replace(last=part.last)
            continue
        if open_part and open_part.before != open_part.after:
            yield open_part
        open_part = part
    if open_part and open_part.before != open_part.after:
        yield open_part


def level(state: State | None) -> int:
    """Give how much a state says: 0 where it does not hold, or nothing is said, to 3 for sure."""
    return LEVELS[state.certainty] if state else 0


def iso(day: int) -> str:
    """Give a day as text."""
    return date.fromordinal(day).isoformat()


def iso_or_none(day: int) -> str | None:
    """Give a day as text, or None for one that stands for "no bound"."""
    return None if day in (FIRST, LAST) else iso(day)


def _things(engine: Engine, filters: str) -> set[str]:
    rows = engine.select(
        f"{_PREFIXES}SELECT DISTINCT ?thing WHERE {{ ?holding ally:holdingOf ?thing ; "
        "ally:from ?from ; ally:until ?until ; "
        f"ally:knownFrom ?knownFrom ; ally:knownUntil ?knownUntil . {filters} }} ORDER BY ?thing"
    ).rows
    return {_text(row[0]) for row in rows}


def _rests_on(engine: Engine, holdings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for part in parts(holdings):
        rows = engine.select(
            f"{_PREFIXES}SELECT DISTINCT ?holding ?claim WHERE {{ VALUES ?holding {{ {part} }} "
            "?holding ally:restsOn ?claim } ORDER BY ?holding ?claim"
        ).rows
        for holding, claim in rows:
            found.setdefault(_text(holding), []).append(_text(claim))
    return {holding: tuple(sorted(claims)) for holding, claims in found.items()}


def _day(day: int) -> str:
    return f'"{iso(day)}"^^xsd:date'


@cache
def _ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def _text(value: Value) -> str:
    return value.value if value is not None else ""
