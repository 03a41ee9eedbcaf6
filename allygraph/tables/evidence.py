"""Evidence: the documents that a row's cell names, in the order in which they stand there."""

import re
from typing import Any, NamedTuple

from allygraph.errors import MappingError
from allygraph.tables.documents import (
    GENERAL_KNOWLEDGE,
    LICENCE,
    Facts,
    Library,
    edtf,
    from_table,
    with_scheme,
)
from allygraph.tables.faults import RowFault
from allygraph.tables.filters import pattern
from allygraph.tables.known import Document
from allygraph.tables.mapping import DOCUMENT, TITLE, check
from allygraph.tables.terms import full

_PLACEHOLDER = re.compile("\ue000([0-9]+)\ue001")
_MEMORY = 5_000
_DATE_GROUPS = ("year", "month", "day")


class Evidence(NamedTuple):
    """The documents of a row, real ones first; whether all is general knowledge; the note."""

    documents: tuple[Document, ...]
    general: bool
    note: str


class Reader:
    """Reads source cells as ``[sources]`` of a mapping says.

    Raises:
        MappingError: a pattern is malformed or lacks a group, or a known document is none.
    """

    def __init__(self, spec: dict[str, Any], library: Library, place: str) -> None:
        self.library = library
        self.place = f"{place}: [sources]"
        self.column: str = spec["column"]
        self.separator: str = spec.get("separator", "; ")
        self.joined: bool = spec.get("joined_titles", False)
        self.language: str = spec.get("language", "en")
        self.licence: str = spec.get("licence", LICENCE)
        one = [spec["pattern"]] if "pattern" in spec else []
        self.patterns = [self._pattern(text, "title") for text in [*one, *spec.get("patterns", [])]]
        self.note = self._pattern(spec["note"], "note") if "note" in spec else None
        dates = spec.get("published", [])
        self.dates = [
            pattern(t, self.place) for t in ([dates] if isinstance(dates, str) else dates)
        ]
        general = spec.get("general_knowledge")
        self.general = pattern(general, self.place) if general else None
        self.renamed: dict[str, str] = spec.get("publishers", {})
        known: dict[str, Any] = spec.get("known", {})
        self.known = sorted(known.items(), key=lambda item: (-len(item[0]), item[0]))
        self.titles: dict[str, Any] = spec.get("titles", {})
        for title, facts in self.titles.items():
            check(facts, TITLE, place, f"[sources.titles] '{title}'")
        self.cells: dict[str, Evidence] = {}
        self.both: dict[tuple[str, int], tuple[Evidence, Evidence]] = {}

    def _pattern(self, text: str, group: str) -> re.Pattern[str]:
        compiled = pattern(text, self.place)
        if group not in compiled.groupindex:
            raise MappingError(
                f"'{text}' has no group '{group}'", expected=f"(?P<{group}>…)", place=self.place
            )
        return compiled

    def read(self, cell: str) -> Evidence:
        """Give the evidence that a cell names.

        Raises:
            RowFault: a part of it fits no pattern.
        """
        found = self.cells.get(cell)
        if found is None:
            found = self._read(cell)
            if len(self.cells) >= _MEMORY:
                self.cells.clear()
            self.cells[cell] = found
        return found

    def with_cell(self, cell: str, evidence: Evidence) -> Evidence:
        """Give the documents of another cell, and after them those of a row's own evidence.

        Raises:
            RowFault: a part of the cell fits no pattern.
        """
        found = self.both.get((cell, id(evidence)))
        if found is None or found[0] is not evidence:
            other = self.read(cell)
            if len(self.both) >= _MEMORY:
                self.both.clear()
            found = (evidence, _joined(other, evidence))
            self.both[cell, id(evidence)] = found
        return found[1]

    def _read(self, cell: str) -> Evidence:
        documents: dict[str, Document] = {}
        text, known = self._known(cell)
        text, note = self._without_note(text)
        notes = [note]
        for piece in self._pieces(text):
            rest = piece
            for match in _PLACEHOLDER.finditer(piece):
                for document in known[int(match[1])]:
                    documents.setdefault(document.iri, document)
                rest = rest.replace(match.group(), "").strip()
            rest, note = self._without_note(rest)
            notes.append(note)
            if rest:
                document = self._document(rest)
                documents.setdefault(document.iri, document)
        return _ordered(documents, "; ".join(note for note in notes if note))

    def _known(self, cell: str) -> tuple[str, list[list[Document]]]:
        """Take the known texts out of a cell, each with a mark in its place."""
        found: list[list[Document]] = []
        for text, target in self.known:
            if text in cell:
                cell = cell.replace(text, f"\ue000{len(found)}\ue001")
                found.append([self._target(one) for one in _several(target)])
        return cell, found

    def _target(self, target: Any) -> Document:
        if isinstance(target, str):
            return self.library.named(target)
        check(target, DOCUMENT, self.place, "known", needed=("title",))
        facts = from_table(target)
        publisher = self.renamed.get(facts.publisher, facts.publisher)
        return self.library.document(facts._replace(publisher=publisher), target.get("iri", ""))

    def _without_note(self, text: str) -> tuple[str, str]:
        if self.note is None or (match := self.note.search(text)) is None:
            return text.strip(), ""
        return text[: match.start()].strip(), match["note"].strip()

    def _pieces(self, text: str) -> list[str]:
        """Cut at separators that stand in no brackets."""
        pieces: list[str] = []
        for part in text.split(self.separator):
            if pieces and self._open(pieces[-1]):
                pieces[-1] += self.separator + part
            else:
                pieces.append(part)
        return [piece.strip() for piece in pieces if piece.strip(" ;")]

    def _open(self, piece: str) -> bool:
        """Tell whether a piece goes on: in a bracket or, where titles may hold it, by its form."""
        if piece.count("(") > piece.count(")"):
            return True
        return self.joined and not self._fits(piece)

    def _fits(self, piece: str) -> bool:
        rest, _ = self._without_note(piece.strip())
        if not rest or _PLACEHOLDER.search(rest):
            return True
        if self.general and self.general.search(rest):
            return True
        return any(shape.search(rest) for shape in self.patterns)

    def _document(self, piece: str) -> Document:
        if self.general and self.general.search(piece):
            return self.library.named(GENERAL_KNOWLEDGE)
        for shape in self.patterns:
            if match := shape.search(piece):
                return self._made({k: v.strip() for k, v in match.groupdict().items() if v})
        raise RowFault(
            "table-source",
            f"'{piece}' names no document as a pattern of [sources] wants",
            "a text that fits a pattern, or a line in [sources.known]",
        )

    def _made(self, parts: dict[str, str]) -> Document:
        title, published = self._published(parts["title"])
        for group in _DATE_GROUPS:
            if group in parts:  # the pattern itself says of when the copy is
                published = edtf(parts[group]) or published
        told = self.titles.get(title, {})
        publisher = parts.get("publisher", "")
        origin = parts.get("origin", "")
        facts = Facts(
            title,
            self.renamed.get(publisher, publisher),
            with_scheme(parts.get("url", "")),
            published,
            self.renamed.get(origin, origin),
            self.licence,
            told.get("language", self.language),
            label=told.get("label", ""),
        )
        return self.library.document(facts)

    def _published(self, title: str) -> tuple[str, str]:
        """Take the date out of a title: the bracket that holds nothing else goes with it."""
        for shape in self.dates:
            if match := shape.search(title):
                text = next((group for group in match.groups() if group), match.group())
                if (date := edtf(text)) is not None:
                    alone = re.compile(rf"\s*\(\s*{re.escape(text)}\s*\)")
                    return alone.sub("", title).strip(), date
        return title, ""


def _joined(first: Evidence, second: Evidence) -> Evidence:
    documents = {d.iri: d for d in (*first.documents, *second.documents)}
    return _ordered(documents, "; ".join(note for note in (first.note, second.note) if note))


def _ordered(documents: dict[str, Document], note: str) -> Evidence:
    """Put real documents first, and general knowledge last."""
    general = full(GENERAL_KNOWLEDGE)
    ordered = [d for d in documents.values() if d.iri != general]
    only = not ordered and general in documents
    ordered += [documents[general]] if general in documents else []
    return Evidence(tuple(ordered), only, note)


def _several(target: Any) -> list[Any]:
    return target if isinstance(target, list) else [target]
