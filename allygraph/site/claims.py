"""Claims as pages show them: words, speaker, chain, source, each with the IRI to link to.

Shape: whole IRIs of claims in; one `Shown` each out, in the order in which they became known.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from allygraph.engines import Engine
from allygraph.lookup import Statements, statements
from allygraph.names import PREFIXES, expand

_POLARITIES = ("affirms", "denies", "doubts")
_whole = cache(expand)
"""The names are those of this module, some thousand times a page."""
_FAR = "9999-12-31"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Shown:
    """One claim.

    IRIs are whole, days ISO texts; what is not there is empty. ``start`` and ``end`` are as precise
    as the claim, ``language`` is that of the source, ``struck`` the last day on which the claim was
    current, if that is over.
    """

    claim: str
    identifier: str
    polarity: str
    about: str
    modality: str
    review: str
    hedged: bool
    struck: str
    known_since: str
    quote: str
    language: str
    no_quote_reason: str
    quotation: str
    speakers: tuple[str, ...]
    either: bool
    through: tuple[str, ...]
    source: str
    publishers: tuple[str, ...]
    published: str
    said: str
    address: str
    start: str
    end: str
    notes: tuple[str, ...]

    def mentions(self) -> tuple[str, ...]:
        """Give all IRIs that a page names when it shows the claim."""
        alone = (self.claim, self.about, self.modality, self.review, self.quotation, self.source)
        return tuple(filter(None, (*alone, *self.speakers, *self.through, *self.publishers)))


def shown(engine: Engine, claims: Iterable[str], known_by: date) -> dict[str, Shown]:
    """Read claims for a page; those that were not known by the day are left out.

    Args:
        engine: the graph.
        claims: whole IRIs.
        known_by: the last day of publication that counts.
    """
    facts = statements(engine, claims)
    behind = {
        value.value
        for claim in facts.values()
        for name in ("ally:quote", "ally:source")
        for value in claim.get(expand(name), [])
        if value is not None
    }
    reader = _Reader(facts | statements(engine, behind), known_by.isoformat())
    read = sorted(map(reader.claim, facts), key=lambda one: (one.known_since, one.claim))
    return {one.claim: one for one in read if one.known_since <= known_by.isoformat()}


class _Reader:
    def __init__(self, facts: Statements, known_by: str) -> None:
        self._facts = facts
        self._known_by = known_by

    def claim(self, claim: str) -> Shown:
        polarity = next((p for p in _POLARITIES if self._all(claim, f"ally:{p}")), "")
        until = self._one(claim, "ally:currentUntil") or _FAR
        source = self._one(claim, "ally:source")
        speakers = self._all(claim, "ally:assertedBy")
        quote = self._one(claim, "ally:quote")
        return Shown(
            claim=claim,
            identifier=self._one(claim, "dcterms:identifier"),
            polarity=polarity or "states",
            about=self._one(claim, f"ally:{polarity}") if polarity else "",
            modality=self._one(claim, "ally:modality"),
            review=self._one(claim, "ally:review"),
            hedged=self._one(claim, "ally:hedged") == "true",
            struck=until if until < self._known_by else "",
            known_since=self._one(claim, "ally:knownSince"),
            quote=self._one(quote, "oa:exact"),
            language=self._one(source, "dcterms:language"),
            no_quote_reason=self._one(claim, "ally:noQuoteReason"),
            quotation=self._one(claim, "ally:quotation"),
            speakers=speakers or self._all(claim, "ally:mayBeAssertedBy"),
            either=not speakers,
            through=self._all(claim, "ally:reportedBy"),
            source=source,
            publishers=self._all(source, "dcterms:publisher"),
            published=self._one(source, "ally:published"),
            said=_whole_day(self._one(claim, "ally:saidOn")),
            address=_web(self._one(source, "schema:url")),
            start=self._one(claim, "ally:start"),
            end=self._one(claim, "ally:end"),
            notes=self._all(claim, "skos:note"),
        )

    def _all(self, subject: str, name: str) -> tuple[str, ...]:
        values = self._facts.get(subject, {}).get(_whole(name), [])
        return tuple(value.value for value in values if value is not None)

    def _one(self, subject: str, name: str) -> str:
        return next(iter(self._all(subject, name)), "")


def _whole_day(day: str) -> str:
    """Give a day that is precise enough to be a point in time; a month or year is none."""
    return day if _DAY.fullmatch(day) else ""


def _web(address: str) -> str:
    """Give an address that a page may link; the graph could hold any other."""
    return address if address.startswith(("http://", "https://")) else ""


def badge_of(name: str) -> str:
    """Give the word of a badge for a certainty, standing or review, by IRI or as it is: ``sure``.

    >>> badge_of("https://w3id.org/allygraph/kind/certainty-sure"), badge_of("sure")
    ('sure', 'sure')
    """
    if not name.startswith(PREFIXES["kind"]):
        return name
    return name.removeprefix(PREFIXES["kind"]).partition("-")[2]
