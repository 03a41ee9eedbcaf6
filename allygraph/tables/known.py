"""What is known already: names, labels, codes and documents of the data, found by text.

Built once, from the Turtle files of ontology and data without the folder that is being written,
and added to as a sheet makes things of its own.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allygraph.errors import UnreadableFile
from allygraph.graph import read, source_files
from allygraph.names import PREFIXES, compact, did_you_mean, expand
from allygraph.tables.faults import RowFault

_RDFS_LABEL = expand("rdfs:label")
_PREF_LABEL = expand("skos:prefLabel")
_ALT_LABEL = expand("skos:altLabel")
_NAMES = {_RDFS_LABEL: 0, _PREF_LABEL: 0, _ALT_LABEL: 1}
_CODES = {expand("ally:isoAlpha2"), expand("ally:isoAlpha3")}
_DOC = PREFIXES["doc"]
_DOCUMENT = {
    expand("schema:url"): "url",
    expand("dcterms:publisher"): "publisher",
    expand("dcterms:title"): "title",
    expand("ally:latestPublished"): "published",
    expand("ally:retrievedOn"): "retrieved",
}
_PASSING = (PREFIXES["rel"], PREFIXES["change"], PREFIXES["claim"])
_RANKS = 3  # labels before aliases before codes


@dataclass
class Document:
    """A source: its IRI, who published it, its address and title, the day it is known from."""

    iri: str
    publisher: str = ""
    url: str = ""
    title: str = ""
    published: str = ""
    retrieved: str = ""

    @property
    def day(self) -> str:
        """The day on which it was published or, where that is not known, read; ISO or empty."""
        return self.published or self.retrieved


@dataclass
class Known:
    """Things by name, with labels and documents; all IRIs whole."""

    things: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[set[str]]] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    passing: dict[str, str] = field(default_factory=dict)

    def add_name(self, text: str, iri: str, rank: int = 0) -> None:
        """Let a thing be found by a text; rank 0 is a label, 1 an alias, 2 a code."""
        ranks = self.names.setdefault(folded(text), [set() for _ in range(_RANKS)])
        ranks[rank].add(iri)

    def label(self, iri: str) -> str | None:
        """Give the English label of a thing, or None."""
        return self.passing.get(iri) or self.own.get(iri) or self.labels.get(iri)

    def learn(self, iri: str, label: str) -> None:
        """Remember a thing that the sheet makes: relationships for their row, others for good."""
        if not label:
            return
        if iri.startswith(_PASSING):
            self.passing[iri] = label
        elif iri not in self.own:
            self.own[iri] = label
            self.add_name(label, iri)

    def forget(self) -> None:
        """Forget what only the last row could name."""
        if self.passing:
            self.passing.clear()

    def find(self, text: str, kind: str, on: str) -> str:
        """Find a thing by label, alias or code; give its short name.

        Args:
            text: what the cell says; a short name such as ``actor:japan`` is one too.
            kind: the prefix of the thing (actor, place …), or empty for any.
            on: the day on which the name must be valid; empty for any day.

        Raises:
            RowFault: nothing or several things have that name.
        """
        text = text.strip()
        start = PREFIXES[kind] if kind else ""
        for found in self.names.get(folded(text), ()):
            things = sorted(iri for iri in found if iri.startswith(start))
            if len(things) == 1:
                return compact(things[0])
            if things:
                raise RowFault(
                    "table-name-ambiguous",
                    f"'{text}' is the name of {', '.join(map(compact, things))}",
                    "a name that only one has, or a line in [values] that says which",
                )
        if (iri := self._by_short_name(text, start)) is not None:
            return compact(iri)
        raise self._unknown(text, kind, start)

    def _by_short_name(self, text: str, start: str) -> str | None:
        prefix, colon, local = text.partition(":")
        iri = PREFIXES.get(prefix, "") + local if colon else text
        return iri if iri.startswith(start) and (iri in self.things or iri in self.own) else None

    def _unknown(self, text: str, kind: str, start: str) -> RowFault:
        names = (
            name
            for name, ranks in self.names.items()
            if any(iri.startswith(start) for found in ranks for iri in found)
        )
        near = did_you_mean(folded(text), names)
        return RowFault(
            "table-name-unknown",
            f"no {kind or 'thing'} is called '{text}'",
            f"{near + ' Or add' if near else 'add'} an alias (skos:altLabel) in the data, "
            "or a line in [values]",
        )


def folded(text: str) -> str:
    """Give a text as names are compared: without case, accents and superfluous spaces."""
    plain = unicodedata.normalize("NFKD", text)
    # Class 8 are the voicing marks of kana: they make another letter.
    letters = "".join(sign for sign in plain if unicodedata.combining(sign) in (0, 8))
    return " ".join(letters.casefold().split())


def known(root: Path, without: set[Path]) -> Known:
    """Read what the files of a root know.

    Args:
        root: the folder with ontology/ and data/.
        without: folders whose files are left out, because they are to be written anew.

    Raises:
        UnreadableFile: a file is not Turtle.
    """
    found = Known()
    for path in source_files(root):
        if without.isdisjoint(path.resolve().parents):
            found_in(path, found)
    return found


def found_in(path: Path, known: Known) -> None:
    """Add what one Turtle file knows."""
    from pyoxigraph import RdfFormat, parse

    try:
        quads: Iterable[Any] = parse(input=read(path), format=RdfFormat.TURTLE)
        for quad in quads:
            _add(known, quad.subject.value, quad.predicate.value, quad.object)
    except SyntaxError as error:
        raise UnreadableFile(
            f"not Turtle: {error.msg}",
            expected="valid UTF-8 Turtle",
            place=f"{path}:{error.lineno or 1}",
        ) from error


def _add(known: Known, subject: str, name: str, value: Any) -> None:
    known.things.add(subject)
    if name in _NAMES:
        known.add_name(value.value, subject, _NAMES[name])
        if name != _ALT_LABEL and value.language == "en":
            known.labels[subject] = value.value
    elif name in _CODES:
        known.add_name(value.value, subject, 2)
    elif subject.startswith(_DOC) and name in _DOCUMENT:
        document = known.documents.setdefault(subject, Document(subject))
        setattr(document, _DOCUMENT[name], value.value)
