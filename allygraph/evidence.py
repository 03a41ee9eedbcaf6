"""Evidence: the claims behind a row or a thing, each with its words, its speaker and its source.

Shape: names of claims in, one `Evidence` each out, with labels instead of IRIs where there are any.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pyoxigraph import NamedNode

from allygraph.engines import Engine
from allygraph.lookup import Statements, labels, statements
from allygraph.names import compact, expand
from allygraph.results import Table, Value

POLARITIES = ("ally:affirms", "ally:denies", "ally:doubts")


@dataclass(frozen=True)
class Evidence:
    """One claim: who says what in which words, through whom, and where that is printed."""

    claim: str
    label: str
    identifier: str | None
    polarity: str
    about: str | None
    modality: str | None
    review: str | None
    hedged: bool
    struck: bool
    known_since: str | None
    quote: str | None
    no_quote_reason: str | None
    speakers: tuple[str, ...]
    through: tuple[str, ...]
    source: str | None
    publisher: str | None
    published: str | None
    address: str | None


def read(engine: Engine, claims: Iterable[str], known_by: date) -> dict[str, Evidence]:
    """Read claims, given by whole IRI; those that were not known by the day are left out.

    They come in the order in which they became known.
    """
    facts = statements(engine, claims)
    parts = {
        value.value
        for claim in facts.values()
        for name in ("ally:quote", "ally:source")
        for value in claim.get(expand(name), [])
        if value is not None
    }
    whole = facts | statements(engine, parts)
    reader = _Reader(whole, labels(engine, _mentioned(whole)), known_by.isoformat())
    read_ones = ((reader.evidence(claim), claim) for claim in facts)
    known = [(one.known_since or "", claim, one) for one, claim in read_ones if reader.knows(one)]
    return {claim: one for _, claim, one in sorted(known, key=lambda item: item[:2])}


def behind(
    engine: Engine, table: Table, columns: Sequence[str], known_by: date
) -> list[tuple[Evidence, ...]]:
    """Give for each row the claims behind it.

    Args:
        engine: the engine that gave the table.
        table: has the columns of a saved query and those of its evidence.
        columns: the evidence: columns of holdings (the claims that they rest on count) or claims.
        known_by: claims that became known later are left out.
    """
    places = [table.columns.index(column) for column in columns]
    nodes = {v.value for row in table.rows for i in places if (v := row[i]) is not None}
    rests: dict[str, list[str]] = {}
    for node, said in statements(engine, nodes).items():
        for claim in said.get(expand("ally:restsOn"), []):
            rests.setdefault(node, []).append(claim.value if claim is not None else "")
    claims = nodes.difference(rests) | {claim for group in rests.values() for claim in group}
    known = read(engine, claims, known_by)
    found = []
    for row in table.rows:
        named = [v.value for i in places if (v := row[i]) is not None]
        order = dict.fromkeys(claim for node in named for claim in rests.get(node, [node]))
        found.append(tuple(known[claim] for claim in order if claim in known))
    return found


def lines(evidence: Evidence, *, whole: bool = False) -> list[str]:
    """Give a claim in two or three lines: what it does, its words, who says so and where.

    ``whole`` names what it is about, for claims that do not stand below that.
    """
    marks = [evidence.modality, evidence.review, "hedged" if evidence.hedged else None]
    marks.append("struck" if evidence.struck else None)
    name = evidence.identifier or evidence.claim
    about = f" “{evidence.about}”" if whole and evidence.about else ""
    text = [f"{name} {evidence.polarity}{about} ({', '.join(mark for mark in marks if mark)})"]
    if evidence.quote:
        text.append(f"  “{evidence.quote}”")
    elif evidence.no_quote_reason:
        text.append(f"  no quote: {evidence.no_quote_reason}")
    chain = [" or ".join(evidence.speakers)] if evidence.speakers else []
    chain += [f"through {', '.join(evidence.through)}"] if evidence.through else []
    chain += [", ".join(_print_place(evidence))]
    return [*text, f"  {'; '.join(part for part in chain if part)}"]


def _print_place(evidence: Evidence) -> Iterable[str]:
    if evidence.source:
        yield f"in “{evidence.source}”"
    yield from (part for part in (evidence.publisher, evidence.published) if part)


def _mentioned(facts: Statements) -> set[str]:
    values = (v for said in facts.values() for group in said.values() for v in group)
    return {value.value for value in values if isinstance(value, NamedNode)} | set(facts)


class _Reader:
    """Reads claims off statements that were looked up before, with names from labels."""

    def __init__(self, facts: Statements, names: dict[str, str], known_by: str) -> None:
        self.facts, self.names, self.known_by = facts, names, known_by

    def knows(self, evidence: Evidence) -> bool:
        return (evidence.known_since or "") <= self.known_by

    def evidence(self, claim: str) -> Evidence:
        quote, source = self.text(claim, "ally:quote"), self.text(claim, "ally:source")
        until = self.text(claim, "ally:currentUntil")
        said = next((name for name in POLARITIES if self.values(claim, name)), None)
        speakers = self.list(claim, "ally:assertedBy")
        return Evidence(
            claim=compact(claim),
            label=self.name(claim),
            identifier=self.text(claim, "dcterms:identifier"),
            polarity=said.split(":")[1] if said else "states",
            about=next(iter(self.list(claim, said)), None) if said else None,
            modality=last_word(self.text(claim, "ally:modality")),
            review=last_word(self.text(claim, "ally:review")),
            hedged=self.text(claim, "ally:hedged") == "true",
            struck=bool(until and until < self.known_by),
            known_since=self.text(claim, "ally:knownSince"),
            quote=quote and self.text(quote, "oa:exact"),
            no_quote_reason=self.text(claim, "ally:noQuoteReason"),
            speakers=speakers or self.list(claim, "ally:mayBeAssertedBy"),
            through=self.list(claim, "ally:reportedBy"),
            source=source and (self.text(source, "dcterms:title") or self.name(source)),
            publisher=source and ", ".join(self.list(source, "dcterms:publisher")),
            published=source and self.text(source, "ally:published"),
            address=source and self.text(source, "schema:url"),
        )

    def values(self, subject: str, name: str) -> list[Value]:
        return self.facts.get(subject, {}).get(expand(name), [])

    def text(self, subject: str, name: str) -> str | None:
        return next((value.value for value in self.values(subject, name) if value), None)

    def list(self, subject: str, name: str) -> tuple[str, ...]:
        return tuple(
            self.name(value.value) for value in self.values(subject, name) if value is not None
        )

    def name(self, iri: str) -> str:
        return self.names.get(iri) or compact(iri)


def last_word(iri: str | None) -> str | None:
    """Give the last word of a concept's name: ``sure`` of ``kind:certainty-sure``."""
    return iri and compact(iri).partition(":")[2].partition("-")[2]
