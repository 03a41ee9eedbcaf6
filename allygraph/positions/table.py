"""The side table: where subjects, properties and values of parsed triples stand in their text.

Nothing is looked at before it is asked for. Then the text is cut into statements, and those of the
things that were asked for are read again, each alone, by the parser that read the whole; so terms
are compared with terms, and the places of their words are known.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse

from allygraph.positions.chunks import FORMATS, Chunk, Chunks
from allygraph.positions.matching import Matching, Node, Spoken, Term, Told, key_of
from allygraph.positions.place import Place
from allygraph.positions.slots import Slot, Slots, Span, slots
from allygraph.positions.tokens import tokens

Key: TypeAlias = Term | tuple[Chunk, int]
"""A term as the text writes it, or a node without a name by its statement and number."""

_LABEL = re.compile(r"_:([\w.·-]+)")
_NUMBERED = "urn:allygraph:nameless:"


@dataclass
class Positions:
    """Where the triples of one text stand.

    Args:
        text: the text, as it was parsed.
        format: its format; of others than Turtle, TriG, N-Triples and N-Quads nothing is known.
        quads: what the parser made of this very text, in its order.
        file: how places call the file.
        base: the base IRI that the parser was given.
        wanted: the subjects that will be asked for, if they are known: a smaller index.
    """

    text: str = field(repr=False)
    format: RdfFormat
    quads: Sequence[Quad] = field(repr=False)
    file: str
    base: str | None = None
    wanted: Collection[Node] | None = None

    def __post_init__(self) -> None:
        self._read: dict[Chunk, tuple[Slots, list[Told]]] = {}
        self._looked_up: set[Term] = set()
        self._triples: dict[tuple[Key, NamedNode, Key], Told] = {}
        self._properties: dict[tuple[Key, NamedNode], Told] = {}

    def subject(self, node: Term) -> Place | None:
        """Give the first place where a node is a subject, or None."""
        if (found := self._nameless(node)) is not None:
            chunk, number = found
            return self._place(chunk, self._slots(chunk)[0].nameless[number])
        for chunk in self._chunks(node):
            return self._place(chunk, (chunk.start, chunk.start + len(chunk.head)))
        return None

    def block(self, node: Term) -> Place | None:
        """Give the place of the first statement about a node, or None."""
        if self._nameless(node) is not None:
            return self.subject(node)
        for chunk in self._chunks(node):
            return self._place(chunk, (chunk.start, chunk.end))
        return None

    def predicate(self, subject: Term, predicate: NamedNode) -> Place | None:
        """Give the place of a property's first word about a subject, or None."""
        self._look_up(subject)
        for key in self._keys(subject):
            if (told := self._properties.get((key, predicate))) is not None:
                return self._place(told.chunk, told.slot.predicate_span)
        return None

    def triple(self, subject: Term, predicate: NamedNode, value: Term) -> Place | None:
        """Give the place of the value of a triple, or None."""
        self._look_up(subject)
        for key in self._keys(subject):
            for said in self._keys(value):
                if (told := self._triples.get((key, predicate, said))) is not None:
                    return self._place(told.chunk, told.slot.value_span)
        return None

    @cached_property
    def _index(self) -> Chunks | None:
        if self.format not in FORMATS:
            return None
        wanted = None if self.wanted is None else set(map(key_of, self.wanted))
        if wanted is not None and any(isinstance(node, BlankNode) for node in self.wanted or ()):
            wanted = None  # a node without a name stands inside the statement of another
        return Chunks(self.text, self.format, self.base, wanted)

    def _chunks(self, node: Term) -> list[Chunk]:
        if self._index is None or not isinstance(node, NamedNode | BlankNode):
            return []
        if self.wanted is not None and node not in self.wanted:
            self.wanted = None  # somebody asks for more than was announced
            del self._index
            return self._chunks(node)
        own = self._own(node) if isinstance(node, BlankNode) else node
        return self._index.by_subject.get(key_of(own), [])

    def _look_up(self, subject: Term) -> None:
        """Read what the text says about a subject, if that has not been done."""
        if subject in self._looked_up:
            return
        self._looked_up.add(subject)
        chunks = self._chunks(subject)
        if not chunks and (found := self._nameless(subject)) is not None:
            chunks = [found[0]]
        for chunk in chunks:
            self._slots(chunk)

    def _keys(self, term: Term) -> list[Key]:
        """Give the ways in which statements may speak of a term of the graph."""
        if not isinstance(term, BlankNode) or self._index is None:
            return [term]
        nameless = self._nameless(term)
        return [self._own(term)] if nameless is None else [nameless]

    def _place(self, chunk: Chunk, span: Span) -> Place | None:
        if self._index is None:
            return None
        line, column = self._index.line_and_column(chunk, span[0])
        return Place(self.file, line, column, *self._index.line_and_column(chunk, span[1]))

    def _slots(self, chunk: Chunk) -> tuple[Slots, list[Told]]:
        if chunk not in self._read:
            read = slots(tokens(chunk.text, chunk.start, chunk.end))
            prologue = self._index.prologue(chunk) if self._index else ""
            terms = _terms(read.found, prologue, self.base)
            told = [Told(chunk, slot, *triple) for slot, triple in terms]
            self._read[chunk] = read, told
            for one in told:
                subject, value = _key_in(chunk, one.subject), _key_in(chunk, one.value)
                self._keep(self._triples, (subject, one.predicate, value), one)
                self._keep(self._properties, (subject, one.predicate), one)
        return self._read[chunk]

    @staticmethod
    def _keep(table: dict[Any, Told], key: object, one: Told) -> None:
        """Keep the first place in the text; statements are not read in its order."""
        old = table.setdefault(key, one)
        if old is not one and one.chunk.at < old.chunk.at:
            table[key] = one

    def _nameless(self, node: Term) -> tuple[Chunk, int] | None:
        """Give the statement of a node that the text gives no name, and its number there."""
        if not isinstance(node, BlankNode) or self._index is None:
            return None
        return self._matching.find(self._own(node))

    def _own(self, node: BlankNode) -> BlankNode:
        """Give a blank node as the text, or the parser of it, calls it."""
        return self._parsed_again[1].get(node, node) if self._parsed_again else node

    @cached_property
    def _labels(self) -> frozenset[str]:
        """The labels that the text gives to blank nodes; words of strings may be among them."""
        return frozenset(label.rstrip(".") for label in _LABEL.findall(self.text))

    @cached_property
    def _matching(self) -> Matching:
        quads = self._parsed_again[0] if self._parsed_again else self.quads
        statements = self._index or Chunks("", RdfFormat.TURTLE)
        return Matching(quads, statements, lambda c: self._slots(c)[1], self._labels)

    @cached_property
    def _parsed_again(self) -> tuple[list[Quad], dict[BlankNode, BlankNode]] | None:
        """The quads with the labels of the text, and these by the given ones; None if all agree.

        Whoever reads several files gives blank nodes other names. The parser gives the triples of
        a text always in the same order, so a second parsing tells which is which.
        """
        labels = self._labels
        if not labels or labels <= {n.value for quad in self.quads for n in _blanks(quad)}:
            return None
        parsed = list(parse(input=self.text, format=self.format, base_iri=self.base))
        if len(parsed) != len(self.quads):
            return None
        pairs = zip(parsed, self.quads, strict=True)
        own = {b: a for p, q in pairs for a, b in zip(_blanks(p), _blanks(q), strict=True)}
        return parsed, own


def _blanks(quad: Quad) -> list[BlankNode]:
    """Give the blank nodes of a quad, in order, those of triples in it too."""
    found = []
    waiting: list[object] = [quad.graph_name, quad.object, quad.subject]
    while waiting:
        term = waiting.pop()
        if isinstance(term, BlankNode):
            found.append(term)
        elif isinstance(term, Triple):
            waiting += [term.object, term.subject]
    return found


def _key_in(chunk: Chunk, spoken: Spoken) -> Key:
    return (chunk, spoken) if isinstance(spoken, int) else spoken


def _terms(
    found: list[Slot], prologue: str, base: str | None
) -> list[tuple[Slot, tuple[Spoken, NamedNode, Spoken]]]:
    """Read the words of slots as terms, by the parser itself; what it refuses is left out."""
    lines = [" ".join((*map(_word, (s.subject, s.predicate, s.value)), ".")) for s in found]
    try:
        quads = list(_parse("\n".join([prologue, *lines]), base))
        pairs = list(zip(found, quads, strict=True))
    except (SyntaxError, ValueError):
        if len(found) == 1:
            return []
        return [pair for slot in found for pair in _terms([slot], prologue, base)]
    return [(s, (_spoken(q.subject), q.predicate, _spoken(q.object))) for s, q in pairs]


def _parse(text: str, base: str | None) -> Iterator[Quad]:
    return iter(parse(input=text, format=RdfFormat.TURTLE, base_iri=base))


def _word(written: str | int) -> str:
    return f"<{_NUMBERED}{written}>" if isinstance(written, int) else written


def _spoken(term: Term) -> Spoken:
    if isinstance(term, NamedNode) and term.value.startswith(_NUMBERED):
        return int(term.value.removeprefix(_NUMBERED))
    return term
