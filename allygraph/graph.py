"""Which file makes which named graph: text files in, quads out.

Every file of ``ontology/`` and ``data/`` becomes one named graph, so that each fact leads back to
its file. Blank nodes (only the ontology has some, in OWL lists) are named by file and order of
appearance, so that the same files always give the same quads.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, parse

from allygraph.errors import UnreadableFile
from allygraph.names import graph_iri
from allygraph.resources import data_files, ontology_files


def source_files(root: Path) -> list[Path]:
    """List the files that make the graph, the ontology's first."""
    return ontology_files(root) + data_files(root)


def source_quads(root: Path, files: Iterable[Path] | None = None) -> Iterator[Quad]:
    """Give the quads of the files of a root (all of them, or the given ones).

    Raises:
        UnreadableFile: a file is missing, not UTF-8, or not Turtle; with its line and column.
    """
    for path in source_files(root) if files is None else files:
        yield from file_quads(path, name=path.relative_to(root).as_posix())


def file_quads(path: Path, *, name: str, place: str | None = None) -> Iterator[Quad]:
    """Give the quads of one Turtle file.

    Args:
        path: the file.
        name: what the named graph is called after.
        place: how errors call the file; by default its name.

    Raises:
        UnreadableFile: the file is missing, not UTF-8, or not Turtle; with its line and column.
    """
    place = place or name
    graph = NamedNode(graph_iri(name))
    label = f"b{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    blanks: dict[object, BlankNode] = {}

    def named(term: Any) -> Any:
        if not isinstance(term, BlankNode):
            return term
        return blanks.setdefault(term, BlankNode(f"{label}n{len(blanks)}"))

    try:
        for quad in parse(input=read(path, name=place), format=RdfFormat.TURTLE):
            yield Quad(named(quad.subject), quad.predicate, named(quad.object), graph)
    except SyntaxError as error:
        where = f"{place}:{error.lineno}:{error.offset or 1}" if error.lineno else place
        raise UnreadableFile(
            f"not Turtle: {error.msg}", expected="valid UTF-8 Turtle", place=where
        ) from error


def read(path: Path, *, name: str | None = None) -> str:
    """Read a UTF-8 text file; a byte-order mark is passed over.

    Raises:
        UnreadableFile: the file is missing, a folder, not permitted, or not UTF-8.
    """
    place = name or str(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise UnreadableFile(f"{reason}: '{place}'", expected="a file", place=place) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"'{place}' is not UTF-8 (byte {error.start})", expected="UTF-8 text", place=place
        ) from error
