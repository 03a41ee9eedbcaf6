"""The history of a claim: all that takes its place or that it takes the place of, and its rivals.

Claims are never edited. A later one supersedes, corrects or retracts an earlier one; the chain is
followed both ways to its ends. A strike counts if both claims have the same single asserter, or
the same source; the others are told, but marked.

Shape: the name of a claim in, a `History` out; days are ISO texts, names of claims short.
Source: docs/decisions/0022 and 0093.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from allygraph.dates import LAST_DAY
from allygraph.engines import Engine
from allygraph.errors import UnknownName
from allygraph.evidence import POLARITIES, Evidence, read
from allygraph.lookup import Statements, labels, links, statements, unknown
from allygraph.names import compact, expand

_VERBS = ("ally:supersedes", "ally:corrects", "ally:retracts")
_LINKS = {
    "ally:resolvedBy": ("resolved by", "settles"),
    "ally:inferredFrom": ("inferred from", "basis of"),
}
"""Properties between claims, with what they say forwards and backwards."""


@dataclass(frozen=True)
class Strike:
    """That one claim supersedes, corrects or retracts another.

    ``since`` is the day on which that became known; ``counts`` is false for a stranger's strike.
    """

    striking: str
    verb: str
    struck: str
    since: str
    counts: bool


@dataclass(frozen=True)
class Version:
    """A claim of the chain: its days of knowledge (``until`` is None while it is current).

    ``never`` says that it was struck before it was known, and so was never current.
    """

    claim: Evidence
    since: str
    until: str | None
    never: bool
    struck_by: tuple[Strike, ...]
    strikes: tuple[Strike, ...]


@dataclass(frozen=True)
class Link:
    """Another tie of the claim; its role is one of those that `_LINKS` lists."""

    role: str
    claim: Evidence


@dataclass(frozen=True)
class History:
    """What became of a claim by a day: the chain in the order of knowledge, ties, rivals."""

    claim: str
    label: str
    about: str | None
    about_label: str | None
    known_by: str
    versions: tuple[Version, ...]
    links: tuple[Link, ...]
    competing: tuple[Version, ...]

    def record(self) -> dict[str, Any]:
        """Give the history as plain dicts, lists and texts."""
        return asdict(self)


def history(engine: Engine, claim: str, known_by: date) -> History:
    """Tell what became of a claim by a day of knowledge.

    Args:
        engine: any engine on a built graph.
        claim: a short name such as ``claim:nikkei-ap4-s064``, or an IRI.
        known_by: claims that became known later are left out.

    Raises:
        UnknownName: the graph does not have it, it is no claim, or was not yet known.
    """
    iri = expand(claim)
    own = statements(engine, [iri])
    if not own:
        raise unknown(engine, iri)
    if expand("ally:Claim") not in _values(own, iri, "rdf:type"):
        raise _no_claim(engine, iri)
    return _Teller(engine, iri, known_by).history()


class _Teller:
    def __init__(self, engine: Engine, claim: str, known_by: date) -> None:
        self.engine, self.claim, self.known_by = engine, claim, known_by.isoformat()
        self.facts: Statements = {}
        chain = self._chain()
        self.about = next((one for name in POLARITIES for one in self._values(claim, name)), None)
        rivals = {one for one, _, _ in links(engine, [self.about or claim], POLARITIES)} - chain
        ties = list(self._ties())
        beside = rivals | {one for _, one in ties}
        self.facts |= statements(engine, beside)
        self.read = read(engine, chain | beside, known_by)
        self.chain = [one for one in self.read if one in chain]
        self.rivals = [one for one in self.read if one in rivals]
        self.ties = [(role, one) for role, one in ties if one in self.read]

    def history(self) -> History:
        if self.claim not in self.read:
            since = self._day(self.claim, "ally:knownSince")
            raise UnknownName(
                f"'{compact(self.claim)}' was not known by {self.known_by}",
                expected=f"a day of knowledge from {since} on",
            )
        names = labels(self.engine, [self.about] if self.about else [])
        return History(
            claim=compact(self.claim),
            label=self.read[self.claim].label,
            about=self.about and compact(self.about),
            about_label=self.about and names.get(self.about),
            known_by=self.known_by,
            versions=tuple(map(self._version, self.chain)),
            links=tuple(Link(role, self.read[one]) for role, one in self.ties),
            competing=tuple(map(self._version, self.rivals)),
        )

    def _chain(self) -> set[str]:
        """Follow the strikes both ways to their ends; a round trip of them ends too."""
        found: set[str] = set()
        fresh = {self.claim}
        self.strikes: set[tuple[str, str, str]] = set()
        while fresh:
            found |= fresh
            self.facts |= statements(self.engine, fresh)
            pairs = {
                (one, verb, struck)
                for one in fresh
                for verb in _VERBS
                for struck in self._values(one, verb)
            }
            inward = links(self.engine, fresh, _VERBS)
            pairs |= {(one, compact(verb), struck) for one, verb, struck in inward}
            self.strikes |= pairs
            fresh = {one for striking, _, struck in pairs for one in (striking, struck)} - found
        return found

    def _ties(self) -> Iterable[tuple[str, str]]:
        for name, (forwards, backwards) in _LINKS.items():
            yield from ((forwards, one) for one in self._values(self.claim, name))
            inward = links(self.engine, [self.claim], (name,))
            yield from ((backwards, one) for one, _, _ in inward)

    def _version(self, claim: str) -> Version:
        since, until = self._day(claim, "ally:knownSince"), self._day(claim, "ally:currentUntil")
        strikes = sorted(self._strikes(), key=lambda one: (one.since, one.striking, one.struck))
        ended = until < self.known_by and until != LAST_DAY.isoformat()
        return Version(
            claim=self.read[claim],
            since=since,
            until=until if ended else None,
            never=until < since,
            struck_by=tuple(one for one in strikes if one.struck == compact(claim)),
            strikes=tuple(one for one in strikes if one.striking == compact(claim)),
        )

    def _strikes(self) -> Iterable[Strike]:
        for striking, verb, struck in self.strikes:
            if striking in self.read and struck in self.read:
                since = self._day(striking, "ally:knownSince")
                counts = self._counts(striking, struck)
                word = verb.removeprefix("ally:")
                yield Strike(compact(striking), word, compact(struck), since, counts)

    def _counts(self, striking: str, struck: str) -> bool:
        """Decision 22: the same single asserter, or the same source."""
        one, other = (self._values(claim, "ally:assertedBy") for claim in (striking, struck))
        sources = (self._values(claim, "ally:source") for claim in (striking, struck))
        mine, theirs = map(set, sources)
        return (len(one) == 1 and one == other) or bool(mine & theirs)

    def _day(self, claim: str, name: str) -> str:
        return next(iter(self._values(claim, name)), "")

    def _values(self, claim: str, name: str) -> list[str]:
        return _values(self.facts, claim, name)


def _values(facts: Statements, subject: str, name: str) -> list[str]:
    found = facts.get(subject, {}).get(expand(name), [])
    return [value.value for value in found if value is not None]


def _no_claim(engine: Engine, iri: str) -> UnknownName:
    about = sorted({compact(one) for one, _, _ in links(engine, [iri], POLARITIES)})
    return UnknownName(
        f"'{compact(iri)}' is no claim",
        expected=f"a claim about it, as {', '.join(about[:3])}" if about else "a name as claim:…",
    )
