"""Parsing: a text into quads by pyoxigraph, and its refusals as errors with a place.

pyoxigraph tells line and column of a fault in most formats. Of RDF/XML and N3 it does not: there
the text is parsed again, piece by piece, and the fault is where the last piece was that it took.
What could keep or end the process is refused before: names in XML that stand for other names, and
triples nested without end.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any, cast

from pyoxigraph import BlankNode, Quad, RdfFormat, Triple, parse

from allygraph.errors import UnreadableFile

_PLACE_IN_MESSAGE = re.compile(r"^Parser error at line \d+ .*?: (?=\S)", re.DOTALL)
_REMOTE = "No LoadDocumentCallback"
_CONTEXT = re.compile(r'"@(?:context|import)"\s*:\s*(?:\[\s*)?(?:\{[^{}]*\}\s*,\s*)*"([^"]*)"')
_ENTITY = re.compile(r"""<!ENTITY\s+(?:%\s+)?(\S+)\s+("[^"]*"|'[^']*')""")
_MOST_EXPANDED = 100_000_000
_DEEPEST = {RdfFormat.RDF_XML: 2000}
_MOST_NESTED = 200
_NESTING = re.compile(r"(<<)|(>>)")
_TAGS = re.compile(r"(<(?![!?/]))|(</|/>)")


@dataclass(frozen=True)
class Parsed:
    """What a text says, in its order, and its prefixes."""

    quads: list[Quad]
    prefixes: Mapping[str, str]


def parse_text(text: str, format: RdfFormat, *, name: str, base: str | None = None) -> Parsed:
    """Parse a text.

    Args:
        text: the text, without byte-order mark.
        format: the format it is in.
        name: the file, as errors call it; its blank nodes are named after it.
        base: the IRI that relative names are read against; None where there may be none.

    Raises:
        UnreadableFile: the text is not of the format, or cannot be read without the network.
    """
    _guard(text, format, name)
    reader = parse(input=text, format=format, base_iri=base)
    try:
        quads = list(reader)
    except SyntaxError as error:
        raise refusal(error, text, format, name=name, base=base) from error
    if format == RdfFormat.RDF_XML or any(sign in text for sign in ("_:", "[", "(", "<<", "{|")):
        rename = named_by(name)
        quads = [_renamed(quad, rename) for quad in quads]
    return Parsed(quads, dict(reader.prefixes))


def named_by(name: str) -> Callable[[Any], Any]:
    """Give what renames blank nodes by a file and their order, and leaves other terms alone.

    >>> named_by("a.ttl")(BlankNode("x"))
    <BlankNode value=b9397afccn0>
    """
    label = f"b{sha256(name.encode()).hexdigest()[:8]}"
    known: dict[BlankNode, BlankNode] = {}

    def rename(term: Any) -> Any:
        if isinstance(term, BlankNode):
            if (found := known.get(term)) is None:
                found = known[term] = BlankNode(f"{label}n{len(known)}")
            return found
        if isinstance(term, Triple):
            return Triple(rename(term.subject), term.predicate, rename(term.object))
        return term

    return rename


def refusal(
    error: SyntaxError, text: str, format: RdfFormat, *, name: str, base: str | None = None
) -> UnreadableFile:
    """Say why a text cannot be read, and where."""
    reason = _PLACE_IN_MESSAGE.sub("", error.msg)
    place = (error.lineno, error.offset or 1) if error.lineno else None
    if _REMOTE in error.msg:
        return _unfetched(text, name)
    if place is None and format in (RdfFormat.RDF_XML, RdfFormat.N3):
        place = _located(text, format, base)
    where = f"{name}:{place[0]}:{place[1]}" if place else name
    kind = format.name
    return UnreadableFile(f"not {kind}: {reason}", expected=f"valid UTF-8 {kind}", place=where)


def _renamed(quad: Quad, rename: Callable[[Any], Any]) -> Quad:
    subject, value, graph = quad.subject, quad.object, quad.graph_name
    kinds = (type(subject), type(value), type(graph))
    if BlankNode not in kinds and Triple not in kinds:
        return quad  # as most are; to make it anew takes several times as long
    return Quad(rename(subject), quad.predicate, rename(value), rename(graph))


def _unfetched(text: str, name: str) -> UnreadableFile:
    match = _CONTEXT.search(text)
    wanted, place = "a remote context", name
    if match is not None:
        wanted = f"the remote context '{match[1]}'"
        place = f"{name}:{':'.join(map(str, _line_and_column(text, match.start())))}"
    return UnreadableFile(
        f"it needs {wanted}, and nothing is fetched",
        expected="a file with its @context in it",
        place=place,
    )


class _Pieces:
    """A stream that gives one piece at a time, and remembers how many were taken."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        """Give the next piece; the parser asks for more than any piece has."""
        self.taken += 1
        return self._pieces[self.taken - 1] if self.taken <= len(self._pieces) else b""


def _located(text: str, format: RdfFormat, base: str | None) -> tuple[int, int] | None:
    """Find the line and column at which the parser gives up, by feeding it bit by bit."""
    pieces = [text[at : at + 500] for at in range(0, len(text), 500)]
    if (taken := _taken(pieces, format, base)) is None:
        return None
    pieces = [*pieces[: taken - 1], *"".join(pieces[taken - 1 : taken])]
    taken = _taken(pieces, format, base) or taken
    return _line_and_column(text, max(0, sum(map(len, pieces[:taken])) - 1))


def _taken(pieces: list[str], format: RdfFormat, base: str | None) -> int | None:
    stream = _Pieces([piece.encode() for piece in pieces])
    try:
        for _ in parse(input=cast(IO[bytes], stream), format=format, base_iri=base):
            pass
    except SyntaxError:
        return stream.taken
    return None


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _guard(text: str, format: RdfFormat, name: str) -> None:
    """Refuse what would keep the parser busy without end, or end the process."""
    reason = None
    if format == RdfFormat.RDF_XML:
        reason = _entities(text)
        if reason is None and text.count("<") > _DEEPEST[format]:
            reason = _too_deep(text, _TAGS, _DEEPEST[format])
    elif format != RdfFormat.JSON_LD and text.count("<<") > _MOST_NESTED:
        reason = _too_deep(text, _NESTING, _MOST_NESTED)
    if reason is not None:
        raise UnreadableFile(reason, expected="a file that was not made to harm", place=name)


def _entities(text: str) -> str | None:
    if "<!ENTITY" not in text:
        return None
    size = 0
    for name, value in _ENTITY.findall(text):
        if re.search(r"&(?!#|amp;|lt;|gt;|quot;|apos;)|%", value):
            return f"its XML entity '{name}' stands for other entities"
        size += len(value) * text.count(f"&{name};")
    return f"its XML entities stand for {size} characters" if size > _MOST_EXPANDED else None


def _too_deep(text: str, marks: re.Pattern[str], most: int) -> str | None:
    depth = 0
    for opening, _ in marks.findall(text):
        depth += 1 if opening else -1
        if depth > most:
            return f"its values are nested more than {most} deep"
    return None
