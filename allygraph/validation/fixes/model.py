"""What is mended: a value that a shape refuses, its file, and what was changed there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from allygraph.shacl.model import Predicate, Result
from allygraph.validation.fixes.wanted import Node, Term


@dataclass(frozen=True)
class WrongValue:
    """A value that a shape refuses; the triple is ``focus predicate value``."""

    focus: Node
    predicate: NamedNode
    value: Term
    shape: Node


def wrong_values(results: Iterable[Result]) -> Iterator[WrongValue]:
    """Give the values that stand in one triple: those at the end of a single property."""
    for result in results:
        focus, path, value = result.focus, result.path, result.value
        if not isinstance(path, Predicate) or isinstance(focus, Literal):
            continue
        if isinstance(value, NamedNode | Literal):
            yield WrongValue(focus, path.iri, value, result.shape)


@dataclass(frozen=True)
class FileText:
    """A file that was judged.

    Args:
        name: as findings call it.
        text: its whole text.
        format: in which it is written.
        quads: as pyoxigraph parsed this very text, in its order.
        base: the IRI against which relative IRIs were read.
        ours: whether it is to be in canonical form.
        reform: whether it is not, and a finding says so.
        language: what untagged text is in where the file itself does not tell.
    """

    name: str
    text: str = field(repr=False)
    format: RdfFormat
    quads: list[Quad] = field(repr=False)
    base: str | None = None
    ours: bool = False
    reform: bool = False
    language: str | None = None


@dataclass(frozen=True, order=True)
class Change:
    """One token that was replaced; line and column from 1, in the text as it was."""

    line: int
    column: int
    old: str
    new: str
    fault: WrongValue = field(compare=False)


@dataclass(frozen=True)
class Repair:
    """A file before and after; ``changes`` are the tokens, ``reformed`` tells of the form."""

    name: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    changes: tuple[Change, ...]
    reformed: bool
