"""Matching: which node of the graph each node is that the text gives no name (``[ … ]``, lists).

The parser gives the values of a property in the order of the text, so the first nameless value of a
property is the first blank node that the graph has there. A node is looked for in the statements of
the named thing that leads to it; only where none does, in all statements.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from allygraph.positions.chunks import Chunk, Chunks
from allygraph.positions.slots import Slot

Node: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Spoken: TypeAlias = Term | int
"""A term, or the number that a node without a name has in its statement."""


@dataclass(frozen=True)
class Told:
    """One triple of a statement, and the slot that says it."""

    chunk: Chunk
    slot: Slot
    subject: Spoken
    predicate: NamedNode
    value: Spoken


class Matching:
    """Walks the graph and the statements in order.

    Args:
        quads: what the parser made of the text, in its order.
        statements: the statements of the text.
        read: gives the triples of a statement.
        labels: the labels that the text gives to blank nodes.
    """

    def __init__(
        self,
        quads: Iterable[Quad],
        statements: Chunks,
        read: Callable[[Chunk], Iterable[Told]],
        labels: Collection[str],
    ) -> None:
        self._labels = labels
        self._statements = statements
        self._read = read
        self._found: dict[BlankNode, tuple[Chunk, int]] = {}
        self._values: dict[tuple[object, object], deque[BlankNode]] = defaultdict(deque)
        self._leading: dict[BlankNode, Node] = {}
        self._done: set[Chunk] = set()
        self._all_done = False
        subjects: dict[BlankNode, None] = {}
        for quad in quads:
            subject, value = quad.subject, quad.object
            if isinstance(value, BlankNode):
                self._values[subject, quad.predicate].append(value)
                self._leading.setdefault(value, subject)  # type: ignore[arg-type]
            if isinstance(subject, BlankNode):
                subjects.setdefault(subject)
        self._tops = {
            node: None
            for node in subjects
            if node not in self._leading and node.value not in labels
        }

    def find(self, node: BlankNode) -> tuple[Chunk, int] | None:
        """Give the statement of a node without a name, and its number there; None if it has one."""
        if node in self._found or self._all_done or node.value in self._labels:
            return self._found.get(node)
        near = self._statements.by_subject.get(key_of(self._leader(node)), [])
        # What is said about triples makes nodes that nothing leads to: their order is that of all.
        if not any(_has(chunk, ("<<", "{|", "~")) for chunk in near):
            for chunk in near:
                self._add(chunk)
        if node not in self._found:
            self._all_done = True
            for chunk in self._statements.all_chunks():
                if _has(chunk, ("[", "(", "<<", "{|", "~")):
                    self._add(chunk)
        return self._found.get(node)

    def _leader(self, node: BlankNode) -> Node:
        """Follow what leads to a node to the thing that has a statement of its own."""
        seen: set[Node] = {node}
        at: Node = node
        while (up := self._leading.get(at)) is not None and up not in seen:  # type: ignore[arg-type]
            at = up
            seen.add(at)
            if key_of(at) in self._statements.by_subject:
                break
        return at

    def _add(self, chunk: Chunk) -> None:
        """Match the nodes of one statement; those of a subject come in the order of the text."""
        if chunk in self._done:
            return
        self._done.add(chunk)
        here: dict[int, BlankNode] = {}
        for one in self._read(chunk):
            subject: object = one.subject
            if isinstance(subject, int):
                if subject not in here and (top := next(iter(self._tops), None)) is not None:
                    del self._tops[top]
                    here[subject] = top
                    self._found.setdefault(top, (chunk, subject))
                subject = here.get(subject)
            queue = self._values.get((subject, one.predicate))
            if queue and isinstance(one.value, int | BlankNode):
                value = queue.popleft()
                if isinstance(one.value, int):
                    here[one.value] = value
                    self._found.setdefault(value, (chunk, one.value))


def _has(chunk: Chunk, signs: Iterable[str]) -> bool:
    return any(chunk.text.find(sign, chunk.start, chunk.end) >= 0 for sign in signs)


def key_of(node: Node) -> str:
    """Give the key by which statements are found."""
    return node.value if isinstance(node, NamedNode) else f"_:{node.value}"
