"""Which file makes which named graph: text files in, quads out.

Every file of ``ontology/`` and ``data/`` becomes one named graph, so that each fact leads back to
its file. Blank nodes (only the ontology has some, in OWL lists) are named by file and order of
appearance, so that the same files always give the same quads.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from allygraph.names import graph_iri
from allygraph.rdf_files import as_text, named_by, read_bytes, refusal
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
    rename = named_by(name)
    text = read(path, name=place)
    try:
        for quad in parse(input=text, format=RdfFormat.TURTLE):
            yield Quad(rename(quad.subject), quad.predicate, rename(quad.object), graph)
    except SyntaxError as error:
        raise refusal(error, text, RdfFormat.TURTLE, name=place) from error


def read(path: Path, *, name: str | None = None) -> str:
    """Read a UTF-8 text file; a byte-order mark is passed over, all line ends become newlines.

    Raises:
        UnreadableFile: the file is missing, a folder, not permitted, or not UTF-8; with its place.
    """
    place = name or str(path)
    text = as_text(read_bytes(path, place=place), place=place)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
