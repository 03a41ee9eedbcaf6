"""Testimony: what is said in a store, read once, column by column, for the holdings.

Units: whole days as ordinals of ``datetime.date``; all bounds inclusive.
Shape: a store in; ``Testimony`` out, which gives the things that claims are about, and the claims
about each of them. One query a property (no row of many optionals), one integer column a bound, so
that a million claims fit into some hundred megabytes.
Source: docs/decisions 0021 and 0022.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any

from pyoxigraph import Store

from allygraph.certainty import ALWAYS, FIRST, LAST, NEVER, Claim, Polarity
from allygraph.dates import bounds
from allygraph.errors import DateError, InputError
from allygraph.holdings import Role, Thing, last_current_days
from allygraph.names import PREFIXES, compact

_PREAMBLE = "".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in ("ally", "kind", "rdf", "xsd")
)
_POLARITIES = {
    Polarity.AFFIRMS: "ally:affirms",
    Polarity.DENIES: "ally:denies",
    Polarity.DOUBTS: "ally:doubts",
}
_BOUNDS = {
    "ally:earliestStart": FIRST,
    "ally:latestStart": NEVER,
    "ally:earliestEnd": ALWAYS,
    "ally:latestEnd": LAST,
}
_THINGS: dict[Role, tuple[str, ...]] = {
    Role.EVENT: ("?thing a ally:Event",),
    Role.PROPOSAL: ("?thing a ally:Proposal",),
    Role.POSITION: (
        "?thing a ally:Position ; ally:holder ?holder ; ally:on ?about ; ally:stance ?value",
    ),
    Role.CONCERN: ("?thing a ally:Concern ; ally:holder ?holder ; ally:about ?about",),
    Role.STAGE: ("?thing a ally:StageChange ; ally:subject ?about ; ally:toStage ?value",),
}
_STAGE = f"{PREFIXES['kind']}stage-"


class Testimony:
    """All claims of a store and the things that they are about.

    Args:
        store: read with the union of its graphs as default graph; not changed.

    Raises:
        InputError: a claim is about two things, has no source with a day, or a day is not one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.names: list[str] = []
        self._about: list[str] = []
        self._index: dict[str, int] = {}
        self._polarity: list[Polarity] = []
        self._read_objects()
        self._bounds = {name: self._days(name, absent) for name, absent in _BOUNDS.items()}
        self._columns = tuple(self._bounds.values())
        self._source = self._texts("ally:source")
        self._asserter = self._texts("ally:assertedBy")
        self._hedged = self._marks("?claim ally:hedged true")
        self._verified = self._marks("?claim ally:review kind:review-verified")
        self._ongoing = self._marks(
            "VALUES ?end { kind:end-ongoing kind:end-renewing } ?claim ally:endKind ?end"
        )
        self._named = self._read_named()
        self._fact = self._read_facts()
        self.known = self._read_known()
        self.until = self._read_until()
        self._order = sorted(
            range(len(self.names)), key=lambda row: (self._about[row], self.names[row])
        )
        self._sorted_about = [self._about[row] for row in self._order]

    def things(self) -> list[Thing]:
        """Give everything that a claim is about, and every proposal, by IRI."""
        found = {name: Thing(name) for name in self._about}
        reasons: dict[str, set[str]] = {}
        for position, concern in self._pairs("ally:reason"):
            reasons.setdefault(position, set()).add(concern)
        for role, (pattern,) in _THINGS.items():
            for thing, holder, about, value in self._rows(pattern, "?thing ?holder ?about ?value"):
                if thing in found or role is Role.PROPOSAL:
                    behind = frozenset(reasons.get(thing, ()))
                    short = value.removeprefix(_STAGE) if role is Role.STAGE else value
                    found[thing] = Thing(thing, role, holder, about, short, behind)
        return [found[name] for name in sorted(found)]

    def claims_of(self, thing: str) -> list[Claim]:
        """Give the claims about a thing, by IRI."""
        first = bisect_left(self._sorted_about, thing)
        last = bisect_right(self._sorted_about, thing, lo=first)
        return [self._claim(row) for row in self._order[first:last]]

    def _claim(self, row: int) -> Claim:
        return Claim(
            self.names[row],
            self.known[row],
            self.until[row],
            self._polarity[row],
            bool(self._fact[row]),
            bool(self._hedged[row]),
            bool(self._ongoing[row]),
            bool(self._verified[row]),
            bool(self._named[row]),
            *(column[row] for column in self._columns),
        )

    def _rows(self, pattern: str, columns: str) -> Iterator[tuple[str, ...]]:
        """Give the rows of a pattern as texts; an unbound column is empty."""
        for solution in self._ask(pattern, columns):
            yield tuple(["" if term is None else term.value for term in solution])

    def _pairs(self, name: str) -> Iterator[tuple[str, str]]:
        """Give subjects and objects of a property: the quick way, for what every claim has."""
        for subject, value in self._ask(f"?subject {name} ?value", "?subject ?value"):
            yield subject.value, value.value

    def _ask(self, pattern: str, columns: str) -> Any:
        query = f"{_PREAMBLE}SELECT {columns} WHERE {{ {pattern} }}"
        return self._store.query(query, use_default_graph_as_union=True)

    def _read_objects(self) -> None:
        shared: dict[str, str] = {}
        for polarity, name in _POLARITIES.items():
            for claim, thing in self._pairs(name):
                if (row := self._index.get(claim)) is not None:
                    if self._about[row] == thing and self._polarity[row] is polarity:
                        continue  # the same triple in another graph
                    raise InputError(
                        f"{compact(claim)} is about two things",
                        expected="exactly one ally:affirms, ally:denies or ally:doubts",
                    )
                self._index[claim] = len(self.names)
                self.names.append(claim)
                self._about.append(shared.setdefault(thing, thing))
                self._polarity.append(polarity)

    def _days(self, name: str, absent: int) -> "array[int]":
        column = array("i", [absent]) * len(self.names)
        for claim, text in self._pairs(name):
            if (row := self._index.get(claim)) is not None:
                column[row] = _ordinal(text, claim)
        return column

    def _texts(self, name: str) -> list[str]:
        shared: dict[str, str] = {}
        column = [""] * len(self.names)
        for claim, text in self._pairs(name):
            if (row := self._index.get(claim)) is not None:
                column[row] = shared.setdefault(text, text)
        return column

    def _marks(self, pattern: str) -> bytearray:
        column = bytearray(len(self.names))
        for (claim,) in self._rows(pattern, "?claim"):
            if (row := self._index.get(claim)) is not None:
                column[row] = 1
        return column

    def _read_named(self) -> bytearray:
        """Mark the claims that somebody with a name asserts, or may assert."""
        unnamed = {actor for (actor,) in self._rows("?actor a ally:UnnamedActor", "?actor")}
        column = bytearray(actor not in unnamed and actor != "" for actor in self._asserter)
        for claim, actor in self._pairs("ally:mayBeAssertedBy"):
            if claim in self._index and actor not in unnamed:
                column[self._index[claim]] = 1
        return column

    def _read_facts(self) -> bytearray:
        """Mark facts; what a holder voices of its own position or concern is one."""
        column = self._marks("?claim ally:modality kind:modality-fact")
        voiced = self._marks(
            "VALUES ?class { ally:Position ally:Concern } ?thing a ?class ; ally:holder ?holder . "
            "?claim ally:affirms|ally:denies|ally:doubts ?thing ; ally:assertedBy ?holder ; "
            "ally:modality kind:modality-opinion"
        )
        return bytearray(map(max, column, voiced))

    def _read_known(self) -> "array[int]":
        sources = self._source_days()
        acts = self._marks("?claim ally:publicAct true")
        column = array("i")
        for row, name in enumerate(self.names):
            day = self._day_of_act(row) if acts[row] else None
            if day is None and (day := sources.get(self._source[row])) is None:
                raise InputError(
                    f"{compact(name)} has no day since when it is known",
                    expected="an ally:source with ally:latestPublished or ally:retrievedOn",
                )
            column.append(day)
        return column

    def _day_of_act(self, row: int) -> int | None:
        """Give the day of an accession, or, where the act is an end, of the end."""
        for name in ("ally:latestStart", "ally:latestEnd", "ally:earliestEnd"):
            if (day := self._bounds[name][row]) != _BOUNDS[name]:
                return day
        return None

    def _source_days(self) -> dict[str, int]:
        days: dict[str, int] = {}
        readings: tuple[tuple[str, Callable[[str, str], int]], ...] = (
            ("ally:retrievedOn", _ordinal),
            ("ally:published", _last_of_edtf),
            ("ally:latestPublished", _ordinal),
        )
        for name, reading in readings:
            for source, text in self._pairs(name):
                days[source] = reading(text, source)
        return days

    def _read_until(self) -> "array[int]":
        """Find out until when each claim is current; a strike needs the same voice or source."""
        index, asserter, source = self._index, self._asserter, self._source

        def may_strike(striking: str, struck: str) -> bool:
            one, other = index[striking], index[struck]
            same_voice = asserter[one] == asserter[other] != ""
            return same_voice or source[one] == source[other] != ""

        strikes = list(self._pairs("(ally:supersedes|ally:corrects|ally:retracts)"))
        involved = {claim for pair in strikes for claim in pair if claim in index}
        known = {claim: self.known[index[claim]] for claim in involved}
        column = array("i", [LAST]) * len(self.names)
        for claim, day in last_current_days(known, strikes, may_strike).items():
            column[index[claim]] = day
        return column


@cache
def _ordinal_of(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def _ordinal(text: str, place: str) -> int:
    try:
        return _ordinal_of(text)
    except ValueError as error:
        raise InputError(
            f"'{text}' of {compact(place)} is not a day", expected="an xsd:date, as 2023-07-11"
        ) from error


def _last_of_edtf(text: str, place: str) -> int:
    try:
        return bounds(text).latest.toordinal()
    except DateError as error:
        raise InputError(f"{compact(place)}: {error}", expected=error.expected) from error
