"""Slots: the triples of one statement, each with the tokens that say its property and its value.

A statement is read as its grammar says, but no term is made of it: a slot keeps the words, and a
number for each node that the text gives no name (``[ … ]`` and the cells of a list), counted as
they open. Shape: tokens in, slots out, an outer triple before those inside its value.
Source: https://www.w3.org/TR/rdf12-turtle/#sec-grammar.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from allygraph.positions.tokens import Token

Span: TypeAlias = tuple[int, int]
Written: TypeAlias = str | int
"""A term as the text writes it, or the number of a node without a name."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIRST, _REST, _NIL = f"<{_RDF}first>", f"<{_RDF}rest>", f"<{_RDF}nil>"
_CLOSING = {"[": "]", "(": ")", "<<": ">>", "<<(": ")>>", "{|": "|}"}
_NO_VALUE = frozenset((";", ",", "]", ")", "|}", "}", ">>", ")>>"))


@dataclass(frozen=True)
class Slot:
    """One triple as it is written; spans are those of its property and of its value."""

    subject: Written
    predicate: str
    value: Written
    predicate_span: Span
    value_span: Span


@dataclass
class Slots:
    """The triples of a statement, and the spans of its nodes without a name."""

    found: list[Slot] = field(default_factory=list)
    nameless: list[Span] = field(default_factory=list)


def slots(words: Iterable[Token]) -> Slots:
    """Read the tokens of one statement; what is not understood ends the reading."""
    reader = _Reader(list(words))
    # The text ended inside, or nests too deeply to be read here: what was read so far stands.
    with suppress(IndexError, RecursionError):
        reader.statement()
    reader.result.found = [slot for slot in reader.result.found if slot.value != ""]
    return reader.result


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0
        self.result = Slots()

    def statement(self) -> None:
        subject, _ = self.node()
        self.properties(subject)

    def properties(self, subject: Written) -> None:
        """Read properties and values until what closes them."""
        while self.at < len(self.words):
            verb = self.words[self.at]
            if verb.text == ";":
                self.at += 1
                continue
            if verb.text in _NO_VALUE:
                return
            self.at += 1
            self.values(subject, verb)

    def values(self, subject: Written, verb: Token) -> None:
        while True:
            self.value(subject, verb.text, (verb.start, verb.end))
            self.annotations()
            if self.at >= len(self.words) or self.words[self.at].text != ",":
                return
            self.at += 1

    def value(self, subject: Written, predicate: str, span: Span) -> None:
        """Read one value; its slot stands before those that are inside it."""
        place = len(self.result.found)
        self.result.found.append(Slot(subject, predicate, "", span, span))
        written, where = self.node()
        self.result.found[place] = Slot(subject, predicate, written, span, where)

    def node(self) -> tuple[Written, Span]:
        token = self.words[self.at]
        if token.sort == "anonymous":
            self.at += 1
            return self.new((token.start, token.end)), (token.start, token.end)
        if token.text == "[":
            return self.brackets(token)
        if token.text == "(":
            return self.items(token)
        if token.text in _CLOSING:
            return self.quoted(token)
        self.at += 1
        return token.text, (token.start, token.end)

    def new(self, span: Span) -> int:
        self.result.nameless.append(span)
        return len(self.result.nameless) - 1

    def brackets(self, opening: Token) -> tuple[int, Span]:
        number = self.new((opening.start, opening.end))
        self.at += 1
        self.properties(number)
        span = (opening.start, self.words[self.at].end)
        self.result.nameless[number] = span
        self.at += 1
        return number, span

    def items(self, opening: Token) -> tuple[Written, Span]:
        """Read a list: one node without a name for each item."""
        self.at += 1
        head: Written = _NIL
        cell: int | None = None
        while self.words[self.at].text != ")":
            span = (self.words[self.at].start, self.words[self.at].end)
            number = self.new(span)
            if cell is None:
                head = number
            else:
                self.result.found.append(Slot(cell, _REST, number, span, span))
            cell = number
            self.value(number, _FIRST, span)
        closing = self.words[self.at]
        self.at += 1
        if cell is not None:
            end = (closing.start, closing.end)
            self.result.found.append(Slot(cell, _REST, _NIL, end, end))
        return head, (opening.start, closing.end)

    def quoted(self, opening: Token) -> tuple[Written, Span]:
        """Pass over a quoted triple; ``<<( … )>>`` is a term, ``<< … >>`` a node without a name."""
        depth = 0
        while True:
            token = self.words[self.at]
            self.at += 1
            depth += (token.text in ("<<", "<<(")) - (token.text in (">>", ")>>"))
            if depth == 0:
                break
        span = (opening.start, token.end)
        if opening.text == "<<":
            return self.new(span), span
        inside = self.words[self.words.index(opening) : self.at]
        return " ".join(word.text for word in inside), span

    def annotations(self) -> None:
        """Read what is said about a triple: ``~ name`` and ``{| property value |}``."""
        reifier: Written | None = None
        while self.at < len(self.words) and self.words[self.at].text in ("~", "{|"):
            token = self.words[self.at]
            self.at += 1
            if token.text == "~":
                after = self.words[self.at]
                named = after.sort in ("iri", "word", "anonymous")
                reifier = self.node()[0] if named else self.new((token.start, token.end))
                continue
            about = self.new((token.start, token.end)) if reifier is None else reifier
            self.properties(about)
            self.at += 1
            reifier = None
