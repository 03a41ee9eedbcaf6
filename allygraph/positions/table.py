"""The side table: where subjects, properties and values of parsed triples stand in their text.

Nothing is looked at before it is asked for. Then the text is cut into statements, and those of the
things that were asked for are read again, each alone, by the parser that read the whole; so terms
are compared with terms, and the places of their words are known.
"""

import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from allygraph.positions.chunks import FORMATS, Chunk, Chunks
from allygraph.positions.place import Place
from allygraph.positions.slots import Slot, Slots, Span, slots
from allygraph.positions.tokens import tokens

Node: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Spoken: TypeAlias = Term | int
"""A term, or the number that a node without a name has in its statement."""
Key: TypeAlias = Term | tuple[Chunk, int]
"""A term as the text writes it, or a node without a name by its statement and number."""

_LABEL = re.compile(r"_:([\w.·-]+)")
_NUMBERED = "urn:allygraph:nameless:"


@dataclass(frozen=True)
class _Told:
    """One triple of a statement, and the slot that says it."""

    chunk: Chunk
    slot: Slot
    subject: Spoken
    predicate: NamedNode
    value: Spoken


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
        self._read: dict[Chunk, tuple[Slots, list[_Told]]] = {}
        self._looked_up: set[Term] = set()
        self._triples: dict[tuple[Key, NamedNode, Key], _Told] = {}
        self._properties: dict[tuple[Key, NamedNode], _Told] = {}

    def subject(self, node: Term) -> Place | None:
        """Give the first place where a node is a subject, or None."""
        if isinstance(node, BlankNode) and node in self._nameless:
            chunk, number = self._nameless[node]
            return self._place(chunk, self._slots(chunk)[0].nameless[number])
        for chunk in self._chunks(node):
            return self._place(chunk, (chunk.start, chunk.start + len(chunk.head)))
        return None

    def block(self, node: Term) -> Place | None:
        """Give the place of the first statement about a node, or None."""
        if isinstance(node, BlankNode) and node in self._nameless:
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
        wanted = None if self.wanted is None else set(map(_key, self.wanted))
        if wanted is not None and any(isinstance(node, BlankNode) for node in self.wanted or ()):
            wanted = None  # a node without a name stands inside the statement of another
        return Chunks(self.text, self.format, self.base, wanted)

    def _chunks(self, node: Term) -> list[Chunk]:
        if self._index is None or not isinstance(node, NamedNode | BlankNode):
            return []
        found = self._index.by_subject.get(_key(node), [])
        if not found and isinstance(node, BlankNode) and node in self._labels:
            return self._index.by_subject.get(f"_:{self._labels[node]}", [])
        return found

    def _look_up(self, subject: Term) -> None:
        """Read what the text says about a subject, if that has not been done."""
        if subject in self._looked_up:
            return
        self._looked_up.add(subject)
        chunks = self._chunks(subject)
        if not chunks and isinstance(subject, BlankNode) and subject in self._nameless:
            chunks = [self._nameless[subject][0]]
        for chunk in chunks:
            self._slots(chunk)

    def _keys(self, term: Term) -> list[Key]:
        """Give the ways in which statements may speak of a term of the graph."""
        if not isinstance(term, BlankNode) or self._index is None:
            return [term]
        keys: list[Key] = [self._nameless[term]] if term in self._nameless else []
        label = self._labels.get(term)
        return [*keys, term if label is None else BlankNode(label), term]

    def _place(self, chunk: Chunk, span: Span) -> Place | None:
        if self._index is None:
            return None
        line, column = self._index.line_and_column(chunk, span[0])
        return Place(self.file, line, column, *self._index.line_and_column(chunk, span[1]))

    def _slots(self, chunk: Chunk) -> tuple[Slots, list[_Told]]:
        if chunk not in self._read:
            read = slots(tokens(chunk.text, chunk.start, chunk.end))
            prologue = self._index.prologue(chunk) if self._index else ""
            terms = _terms(read.found, prologue, self.base)
            told = [_Told(chunk, slot, *triple) for slot, triple in terms]
            self._read[chunk] = read, told
            for one in told:
                subject, value = _key_in(chunk, one.subject), _key_in(chunk, one.value)
                self._keep(self._triples, (subject, one.predicate, value), one)
                self._keep(self._properties, (subject, one.predicate), one)
        return self._read[chunk]

    @staticmethod
    def _keep(table: dict[Any, _Told], key: object, one: _Told) -> None:
        """Keep the first place in the text; statements are not read in its order."""
        old = table.setdefault(key, one)
        if old is not one and one.chunk.at < old.chunk.at:
            table[key] = one

    @property
    def _nameless(self) -> dict[BlankNode, tuple[Chunk, int]]:
        """The statement and the number of each node that the text gives no name."""
        return self._blank_nodes[0]

    @property
    def _labels(self) -> dict[BlankNode, str]:
        """The label in the text of each blank node that was given another."""
        return self._blank_nodes[1]

    @cached_property
    def _blank_nodes(self) -> tuple[dict[BlankNode, tuple[Chunk, int]], dict[BlankNode, str]]:
        index = self._index
        if index is None:
            return {}, {}
        quads, given = self._parsed_again or (self.quads, None)
        matching = _Matching(quads)
        for chunk in index.all_chunks():
            inside = chunk.text[chunk.start : chunk.end]
            if any(sign in inside for sign in ("[", "(", "_:", "<<", "{|", "~")):
                matching.add(chunk, self._slots(chunk)[1])
        if given is None:
            return matching.nameless, matching.labels
        nameless = {given[node]: place for node, place in matching.nameless.items()}
        return nameless, {new: node.value for node, new in given.items() if node != new}

    @cached_property
    def _parsed_again(self) -> tuple[list[Quad], dict[BlankNode, BlankNode]] | None:
        """The quads with the labels of the text, and the given node of each; None if all agree.

        Whoever reads several files gives blank nodes other names. The parser gives the triples of
        a text always in the same order, so a second parsing tells which is which.
        """
        known = {node.value for quad in self.quads for node in _blanks(quad)}
        if all(label.rstrip(".") in known for label in _LABEL.findall(self.text)):
            return None
        parsed = list(parse(input=self.text, format=self.format, base_iri=self.base))
        if len(parsed) != len(self.quads):
            return None
        pairs = zip(parsed, self.quads, strict=True)
        given = {a: b for p, q in pairs for a, b in zip(_blanks(p), _blanks(q), strict=True)}
        return parsed, given


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


class _Matching:
    """Finds which node of the graph each node without a name is, by walking both in order.

    The parser gives the values of a property in the order of the text, so the first nameless value
    of a property is the first blank node that the graph has there.
    """

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.nameless: dict[BlankNode, tuple[Chunk, int]] = {}
        self.labels: dict[BlankNode, str] = {}
        self.values: dict[tuple[object, object], deque[BlankNode]] = defaultdict(deque)
        subjects: dict[BlankNode, None] = {}
        inside: set[BlankNode] = set()
        for quad in quads:
            if isinstance(quad.object, BlankNode):
                self.values[quad.subject, quad.predicate].append(quad.object)
                inside.add(quad.object)
            if isinstance(quad.subject, BlankNode):
                subjects.setdefault(quad.subject)
        self.tops = {node: None for node in subjects if node not in inside}
        self.known = subjects.keys() | inside
        self.labelled: dict[str, BlankNode] = {}

    def add(self, chunk: Chunk, told: Iterable[_Told]) -> None:
        """Match the nodes of one statement; statements come in the order of the text."""
        here: dict[int, BlankNode] = {}
        for one in told:
            subject = self._subject(one.subject, chunk, here)
            queue = self.values.get((subject, one.predicate))
            if isinstance(one.value, int):
                if queue:
                    self._match(one.value, queue.popleft(), chunk, here)
            elif isinstance(one.value, BlankNode) and queue:
                self._label(one.value, queue.popleft())

    def _subject(self, subject: Spoken, chunk: Chunk, here: dict[int, BlankNode]) -> Term | None:
        if isinstance(subject, BlankNode):
            if subject in self.known:
                self.tops.pop(subject, None)
            elif subject.value not in self.labelled and (top := self._next_top()) is not None:
                self._label(subject, top)
            return self.labelled.get(subject.value, subject)
        if not isinstance(subject, int):
            return subject
        if subject not in here and (top := self._next_top()) is not None:
            self._match(subject, top, chunk, here)
        return here.get(subject)

    def _next_top(self) -> BlankNode | None:
        """Take the first node that is no value of another and that no statement has spoken of."""
        top = next(iter(self.tops), None)
        if top is not None:
            del self.tops[top]
        return top

    def _match(
        self, number: int, node: BlankNode, chunk: Chunk, here: dict[int, BlankNode]
    ) -> None:
        here[number] = node
        self.nameless.setdefault(node, (chunk, number))

    def _label(self, written: BlankNode, node: BlankNode) -> None:
        if written != node:
            self.labels.setdefault(node, written.value)
            self.labelled.setdefault(written.value, node)


def _key_in(chunk: Chunk, spoken: Spoken) -> Key:
    return (chunk, spoken) if isinstance(spoken, int) else spoken


def _key(node: Node) -> str:
    return node.value if isinstance(node, NamedNode) else f"_:{node.value}"


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
