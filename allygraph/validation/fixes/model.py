"""What is mended: a value that a shape refuses, its file, and what was changed there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from allygraph.shacl.model import Predicate, Result
from allygraph.validation.findings import Finding
from allygraph.validation.fixes.wanted import Node, Term

_FORM = "form"
_WITH_GRAPHS = (RdfFormat.TRIG, RdfFormat.N_QUADS)


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


class File(Protocol):
    """What is asked of a judged file; `allygraph.validation.sources.SourceFile` is one."""

    @property
    def name(self) -> str:
        """As findings call it."""

    @property
    def text(self) -> str:
        """Its text."""

    @property
    def quads(self) -> Iterable[Quad]:
        """What it says, in the order of the text."""

    @property
    def format(self) -> RdfFormat:
        """In which it is written."""

    @property
    def base(self) -> str | None:
        """The IRI against which relative IRIs were read."""


def file_texts(
    files: Iterable[File],
    findings: Iterable[Finding] = (),
    *,
    ours: bool = False,
    language: str | None = None,
) -> list[FileText]:
    """Give the judged files as they are mended.

    Args:
        files: the judged files; the quads of Turtle may be in any graph.
        findings: what was found in them; those on the form ask for it.
        ours: whether they are to be in canonical form.
        language: what untagged text is in where a file does not tell.
    """
    loose = {finding.place.file for finding in findings if finding.rule == _FORM}
    return [
        FileText(
            file.name,
            file.text,
            file.format,
            _in_no_graph(file),
            file.base,
            ours=ours,
            reform=file.name in loose,
            language=language,
        )
        for file in files
    ]


def _in_no_graph(file: File) -> list[Quad]:
    """Give the quads as they are parsed, without a graph that was made up for the file."""
    if file.format in _WITH_GRAPHS:
        return list(file.quads)
    return [Quad(quad.subject, quad.predicate, quad.object) for quad in file.quads]


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
