"""Documents: where the rows' facts come from, read out of a cell or stated for the whole table.

A document that the data has (by address, else by publisher and title) is used; any other is made,
with its publisher where that is new too.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from allygraph.names import compact, expand
from allygraph.naming import folded
from allygraph.tables.faults import RowFault
from allygraph.tables.filters import slug
from allygraph.tables.known import Document, Known
from allygraph.tables.terms import day, full, node, plain, span, typed, words
from allygraph.tables.things import Thing, joined

GENERAL_KNOWLEDGE = "doc:allygraph-editors-general-knowledge"
EDITORS = "actor:allygraph-editors"
LICENCE = "Only facts were taken from this document; none of its text stands here."
_COPIES = "Seen only through copies."
_MONTH_NAMES = """
    jan january, feb february, mar march, apr april, may, jun june, jul july, aug august,
    sep sept september, oct october, nov november, dec december
"""
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split(","), start=1)
    for name in names.split()
}
_DAY = re.compile(r"(?P<d>\d{1,2})\.? (?P<m>[A-Za-z]+)\.? (?P<y>\d{4})")
_AMERICAN_DAY = re.compile(r"(?P<m>[A-Za-z]+)\.? (?P<d>\d{1,2}), (?P<y>\d{4})")
_MONTH = re.compile(r"(?P<m>[A-Za-z]+)\.? (?P<y>\d{4})")
_URI_SIGNS = "%/:?#[]@!$&'()*+,;=-._~"
_WORDS_IN_NAME = 8


class Facts(NamedTuple):
    """What a cell or the mapping says of a document; texts, empty where nothing is said."""

    title: str
    publisher: str
    url: str = ""
    published: str = ""
    origin: str = ""
    licence: str = LICENCE
    language: str = "en"
    note: str = ""
    label: str = ""


class Library:
    """The documents and publishers: known ones, and those that this import makes.

    Args:
        known: what the data has.
        graph: the graph as N-Quads writes it.
        retrieved: the day on which new documents were read, ISO or empty.
        emit: takes each new document and publisher.
    """

    def __init__(
        self, known: Known, graph: str, retrieved: str, emit: Callable[[Thing], None]
    ) -> None:
        self.known = known
        self.graph = graph
        self.retrieved = retrieved
        self.emit = emit
        self.documents = dict(known.documents)
        self.taken = set(known.things)
        self.by_url = {_address(d.url): d for d in known.documents.values() if d.url}
        self.by_title = {(d.publisher, folded(d.title)): d for d in known.documents.values()}
        self.publishers: dict[str, str] = {}

    def named(self, name: str) -> Document:
        """Give a document by its name.

        Raises:
            RowFault: there is none.
        """
        found = self.documents.get(full(name))
        if found is None:
            raise RowFault("table-name-unknown", f"there is no document '{name}'", "a doc: name")
        return found

    def document(self, facts: Facts, iri: str = "") -> Document:
        """Give the document that fits the facts, made where there is none.

        Raises:
            RowFault: the publisher's name is ambiguous, or the date is none.
        """
        address = _address(facts.url)
        found = self.by_url.get(address) if address else self._by_title(facts)
        if found is not None and not iri:
            return found
        publisher = self.publisher(facts.publisher) if facts.publisher else ""
        origin = self.origin(facts) if facts.origin else None
        name = iri or self._free(f"doc:{_name(publisher, facts)}")
        made = Document(
            full(name),
            publisher,
            facts.url,
            facts.title,
            span(facts.published)[1] if facts.published else "",
            self.retrieved,
            origin.iri if origin is not None else "",
        )
        self.emit(self._written(made, facts, origin))
        self.documents[made.iri] = made
        self.by_title.setdefault((publisher, folded(facts.title)), made)
        if address:
            self.by_url[address] = made
        return made

    def _by_title(self, facts: Facts) -> Document | None:
        publisher = self._find_publisher(facts.publisher) if facts.publisher else ""
        return self.by_title.get((publisher, folded(facts.title)))

    def origin(self, facts: Facts) -> Document:
        """Give the document of which a document is a copy: the one of that title by its origin."""
        return self.document(
            facts._replace(publisher=facts.origin, origin="", url="", published="", note=_COPIES)
        )

    def speaker(self, document: Document) -> str:
        """Give who speaks in a document: its publisher or, in a copy, the one of the original."""
        passed = {document.iri}
        while (found := self.documents.get(document.original)) and found.iri not in passed:
            passed.add(found.iri)
            document = found
        return document.publisher

    def publisher(self, text: str) -> str:
        """Give the IRI of the actor of a name, made as an organisation where there is none.

        Raises:
            RowFault: several actors have the name.
        """
        if (iri := self._find_publisher(text)) or (iri := self.publishers.get(text, "")):
            return iri
        iri = full(self._free(f"actor:{slug(text)}"))
        lines = [
            f"{_term('rdf:type')} {node('ally:Organization')}",
            f"{_term('rdfs:label')} {words(text, 'en')}",
        ]
        classes = (expand("ally:Organization"),)
        self.emit(Thing(iri, joined(iri, lines, self.graph), text, classes, "sources"))
        self.publishers[text] = iri
        return iri

    def _find_publisher(self, text: str) -> str:
        if text in self.publishers:
            return self.publishers[text]
        if text.startswith("actor:"):
            return full(text)
        try:
            iri = full(self.known.find(text, "actor"))
        except RowFault as fault:
            if fault.code == "table-name-ambiguous":
                raise
            iri = self._same_slug(text)
        if iri:
            self.publishers[text] = iri
        return iri

    def _same_slug(self, text: str) -> str:
        """Give the actor whose label has the same letters, or nothing."""
        if not (name := slug(text)):
            raise RowFault("table-source", f"'{text}' gives no name", "[sources.publishers]")
        iri = full(f"actor:{name}")
        return iri if slug(self.known.label(iri) or "") == name else ""

    def _free(self, name: str) -> str:
        """Give a name that no other thing has: the same, or with a number."""
        iri, number = full(name), 1
        while iri in self.taken:
            number += 1
            iri = full(f"{name}-{number}")
        self.taken.add(iri)
        return compact(iri)

    def _written(self, document: Document, facts: Facts, origin: Document | None) -> Thing:
        properties = [
            ("rdf:type", node("ally:Source")),
            ("rdfs:label", words(facts.label or facts.title, "en")),
            ("dcterms:title", words(facts.title, facts.language)),
            ("ally:licenceNote", words(facts.licence, "en")),
        ]
        if document.publisher:
            properties.append(("dcterms:publisher", f"<{document.publisher}>"))
        if facts.url:
            properties.append(("schema:url", typed(facts.url, expand("xsd:anyURI"))))
        if facts.published:
            properties.append(("ally:published", typed(facts.published, expand("edtf:EDTF"))))
            properties.append(("ally:latestPublished", day(document.published)))
        if self.retrieved:
            properties.append(("ally:retrievedOn", day(self.retrieved)))
        if facts.note:
            properties.append(("skos:note", words(facts.note, "en")))
        if origin is not None:
            properties.append(("prov:wasDerivedFrom", f"<{origin.iri}>"))
        lines = [f"{_term(name)} {value}" for name, value in properties]
        text = joined(document.iri, lines, self.graph)
        return Thing(document.iri, text, facts.title, (expand("ally:Source"),), "sources")

    def with_checksum(self, document: dict[str, Any], sha256: str) -> Document:
        """Give the document that a sheet is itself: compiled by the editors, with its checksum.

        A hand-kept document of that name is used as it is.
        """
        iri = full(document["iri"])
        if iri in self.documents:
            return self.documents[iri]
        facts = from_table({"publisher": EDITORS, **document})
        emit, self.emit = self.emit, lambda thing: emit(_with_line(thing, sha256, self.graph))
        try:
            return self.document(facts, document["iri"])
        finally:
            self.emit = emit


def _with_line(thing: Thing, sha256: str, graph: str) -> Thing:
    if expand("ally:Source") not in thing.classes:
        return thing
    line = f"<{thing.iri}> {_term('ally:textSha256')} {plain(sha256)} {graph} .\n"
    return thing._replace(lines=thing.lines + line)


def from_table(table: dict[str, Any]) -> Facts:
    """Give the facts of a document that a mapping states."""
    return Facts(
        table.get("title", ""),
        table.get("publisher", ""),
        with_scheme(table.get("url", "")),
        table.get("published", ""),
        "",
        table.get("licence", LICENCE),
        table.get("language", "en"),
    )


def with_scheme(url: str) -> str:
    """Give an address as a URI: with its scheme (https where none was noted), letters escaped.

    A reasoner refuses ``xsd:anyURI`` with letters beyond ASCII (RFC 3986, section 2).

    >>> with_scheme("example.org/türk")
    'https://example.org/t%C3%BCrk'
    """
    if url and "://" not in url:
        url = f"https://{url}"
    return quote(url, safe=_URI_SIGNS)


def _address(url: str) -> str:
    """Give an address as addresses are compared."""
    return re.sub(r"^https?://(www\.)?", "", unquote(url.strip())).rstrip("/")


def _name(publisher: str, facts: Facts) -> str:
    words_of_title = "-".join(slug(facts.title).split("-")[:_WORDS_IN_NAME])
    local = compact(publisher).partition(":")[2] if publisher else ""
    return "-".join(part for part in (local, words_of_title) if part) or slug(facts.url)


def _term(name: str) -> str:
    return f"<{expand(name)}>"


def edtf(text: str) -> str | None:
    """Read a day, month or year as people write them; None where it is none of these.

    >>> edtf("8 Dec 2021"), edtf("Oct 2008"), edtf("2019")
    ('2021-12-08', '2008-10', '2019')
    """
    text = text.strip()
    if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
        return text
    for shape in (_DAY, _AMERICAN_DAY, _MONTH):
        if match := shape.fullmatch(text):
            parts = match.groupdict()
            month = _MONTHS.get(parts["m"].lower())
            if month is None:
                return None
            if "d" not in parts:
                return f"{parts['y']}-{month:02}"
            return _real_day(int(parts["y"]), month, int(parts["d"]))
    return None


def _real_day(year: int, month: int, number: int) -> str | None:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return None
