"""Chunks: the statements of a text by their subjects, and the directives that are in force there.

The line formats are cut at line ends, Turtle and TriG by `allygraph.positions.tokens`. A subject is
known by its key: an IRI in full, or ``_:`` and the label that the text gives to a blank node.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import NamedNode, RdfFormat, parse

from allygraph.positions.lines import Lines
from allygraph.positions.tokens import statements

_LINE_FORMATS = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
FORMATS = (*_LINE_FORMATS, RdfFormat.TURTLE, RdfFormat.TRIG)
"""The formats whose texts have places."""

_LINE_HEAD = re.compile(r"\s*(<(?!<)[^<>]*>|_:[^\s<]+)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ESCAPE = re.compile(r"\\(.)")
_PREFIX = re.compile(r"@?prefix\b\s*([^\s:<]*)\s*:\s*(<[^<>]*>)", re.IGNORECASE)
_IRI_OR_COMMENT = re.compile(r"(<[^<>\s]*>)|#[^\n\r]*")


@dataclass(eq=False, slots=True)
class Chunk:
    """One statement: where it is in its text, its first token, and the directives before it.

    ``line`` is the number of the line that the text is, where a text is a single line.
    """

    text: str = field(repr=False)
    head: str
    start: int
    end: int
    directives: int = 0
    line: int | None = None

    @property
    def at(self) -> tuple[int, int]:
        """Sorts statements as the text has them."""
        return self.line or 0, self.start


@dataclass
class Chunks:
    """The statements of a text.

    Args:
        text: the text.
        format: one of `FORMATS`.
        base: the base IRI that relative names are read against.
        wanted: keys of the subjects to keep; None for all.
    """

    text: str = field(repr=False)
    format: RdfFormat
    base: str | None = None
    wanted: Collection[str] | None = None
    directives: list[str] = field(default_factory=list)
    by_subject: dict[str, list[Chunk]] = field(default_factory=dict)
    nameless: list[Chunk] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._namespaces: dict[str, str] = {}
        if self.format in _LINE_FORMATS:
            self._read_lines()
        else:
            self._read_statements()

    def prologue(self, chunk: Chunk) -> str:
        """Give the directives that a chunk makes use of, and that are in force there."""
        before = self.directives[: chunk.directives]
        inside = chunk.text[chunk.start : chunk.end]
        return "\n".join(
            line
            for line in before
            if line.startswith("BASE") or line[7 : line.find(":") + 1] in inside
        )

    def line_and_column(self, chunk: Chunk, offset: int) -> tuple[int, int]:
        """Give line and column, from 1, of an offset in a chunk's text."""
        if chunk.line is not None:
            return chunk.line, offset + 1
        return self._lines(offset)

    def all_chunks(self) -> list[Chunk]:
        """Give the chunks that are kept, in the order of the text."""
        named = [chunk for chunks in self.by_subject.values() for chunk in chunks]
        return sorted(named + self.nameless, key=lambda chunk: chunk.at)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def _read_lines(self) -> None:
        text = self.text
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        wanted, by_subject = self.wanted, self.by_subject
        for number, line in enumerate(text.split("\n"), start=1):
            # Most lines begin with a whole IRI: what is before the first ">" decides.
            head = line.partition(">")[0]
            if head[:1] == "<" and "\\" not in head and head[1:2] != "<":
                key = head[1:]
                if wanted is None or key in wanted:
                    chunk = Chunk(line, f"{head}>", 0, len(line), 0, number)
                    by_subject.setdefault(key, []).append(chunk)
            elif (other := self._other_line(line)) and (wanted is None or other in wanted):
                self._add_line(other, line, number)

    def _other_line(self, line: str) -> str | None:
        """Give the key of a line that begins in a rarer way, or None if it says nothing."""
        match = _LINE_HEAD.match(line)
        if match is None:
            return None
        return match[1] if match[1][0] == "_" else self._iri(match[1][1:-1])

    def _add_line(self, key: str, line: str, number: int) -> None:
        match = _LINE_HEAD.match(line)
        if match is not None:
            start, end = match.span(1)
            chunk = Chunk(line, line[start:end], start, len(line), line=number)
            self.by_subject.setdefault(key, []).append(chunk)

    def _read_statements(self) -> None:
        text, graphs, wanted = self.text, self.format == RdfFormat.TRIG, self.wanted
        namespaces, known = self._namespaces, dict[str, str | None]()
        for head, start, end in statements(text, graphs=graphs):
            # Most subjects are short names: that is looked at first.
            prefix, _, local = head.partition(":")
            if prefix in namespaces and "\\" not in local and head != prefix:
                key: str | None = namespaces[prefix] + local
            elif head[0] in "[(" or head == "<<":
                self.nameless.append(Chunk(text, head, start, end, len(self.directives)))
                continue
            elif (key := known.get(head, "")) == "":
                key = known[head] = self._key(head)
            if key is None:
                if self._is_directive(text[start:end], head):
                    known.clear()
            elif (wanted is None or key in wanted) and not (graphs and text[end - 1] == "{"):
                chunk = Chunk(text, head, start, end, len(self.directives))
                self.by_subject.setdefault(key, []).append(chunk)

    def _key(self, head: str) -> str | None:
        """Give the key of a subject as it is written, or None if it is no name."""
        if head.startswith("<"):
            return self._iri(head[1:-1])
        prefix, colon, local = head.partition(":")
        if not colon or " " in prefix or "<" in prefix:
            return None
        if prefix == "_":
            return head
        if prefix not in self._namespaces:
            return None
        return self._namespaces[prefix] + (_ESCAPE.sub(r"\1", local) if "\\" in local else local)

    def _iri(self, written: str) -> str:
        if "\\" in written or not _SCHEME.match(written):
            return self._resolved(written)
        return written

    def _resolved(self, written: str) -> str:
        """Read an IRI as the parser does, escapes and base included."""
        bases = [line for line in self.directives if "base" in line[:5].lower()]
        text = "\n".join([*bases, f"<{written}> a <urn:x> ."])
        try:
            quad = next(parse(input=text, format=RdfFormat.TURTLE, base_iri=self.base))
        except (SyntaxError, StopIteration, ValueError):
            return written
        return quad.subject.value if isinstance(quad.subject, NamedNode) else written

    def _is_directive(self, text: str, head: str) -> bool:
        word = head.lstrip("@").partition(" ")[0][:6].lower()
        if word.startswith("prefix"):
            if "#" in text.partition("<")[0]:
                text = _without_comments(text)
            if (match := _PREFIX.match(text)) is None:
                return False
            namespace = self._iri(match[2][1:-1])
            if self._namespaces.get(match[1]) != namespace:
                self._namespaces[match[1]] = namespace
                self.directives.append(f"PREFIX {match[1]}: <{namespace}>")
            return True
        if word.startswith("base"):
            text = _without_comments(text)
            start = text.find("<")
            self.directives.append(f"BASE {text[start : text.find('>', start) + 1]}")
            return True
        return False


def _without_comments(directive: str) -> str:
    """Take the comments out of a directive; a hash inside its IRI begins none."""
    return _IRI_OR_COMMENT.sub(lambda match: match[1] or " ", directive)
