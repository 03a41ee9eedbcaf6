"""RDF files: any file, or standard input, as text, quads and prefixes.

Shape: a path in, an `RdfFile` out. All formats that pyoxigraph reads; gzip too. Nothing is fetched:
neither the context of a JSON-LD file, nor what a file imports. Blank nodes are named by file and
order of appearance, so that those of two files are never taken for the same, and the same file
always gives the same quads.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Quad, RdfFormat

from allygraph.errors import UnreadableFile
from allygraph.rdf_files.formats import EXTENSIONS, format_by_name, guess
from allygraph.rdf_files.parsing import Parsed, named_by, parse_text, refusal
from allygraph.rdf_files.texts import MOST_BYTES, as_text, read_bytes

__all__ = [
    "EXTENSIONS",
    "STDIN",
    "Parsed",
    "RdfFile",
    "as_text",
    "named_by",
    "parse_text",
    "rdf_paths",
    "read_bytes",
    "read_rdf",
    "refusal",
]

STDIN = "-"
"""The name that stands for standard input."""


@dataclass(frozen=True)
class RdfFile:
    """What a file says.

    Attributes:
        name: the file as it was named; findings and errors call it so.
        text: the text that was parsed; of a packed file what was in it.
        format: how the text was read.
        base: the IRI that relative names were read against: the file's own address, or None.
        quads: what it says, in the order of the text; a format without graphs has only one.
        prefixes: the short names of the text, without the colon, and what they stand for.
    """

    name: str
    text: str = field(repr=False)
    format: RdfFormat
    base: str | None
    quads: list[Quad] = field(repr=False)
    prefixes: Mapping[str, str]


def read_rdf(
    path: Path | str,
    *,
    name: str | None = None,
    format: RdfFormat | None = None,
    most_bytes: int = MOST_BYTES,
) -> RdfFile:
    """Read a file; ``-`` is standard input.

    Args:
        path: the file.
        name: how findings and errors call it; by default the path as it was given.
        format: how to read it; by default told by its name, and else by how it begins.
        most_bytes: the longest text that is read, unpacked.

    Raises:
        UnreadableFile: the file is missing, a folder, not permitted, not UTF-8, not of its format,
            or wants something from the network; with line and column, where they can be known.
        ResultTooLarge: the file is longer than allowed.
    """
    if str(path) == STDIN:
        path, name = Path("stdin"), name or "stdin"
        data = read_bytes(sys.stdin.buffer, place=name, most_bytes=most_bytes)
    else:
        path, name = Path(path), name or str(path)
        data = read_bytes(path, place=name, most_bytes=most_bytes)
    form = format or format_by_name(path.name)
    text = as_text(data, place=name, markup=form in (None, RdfFormat.RDF_XML))
    base = path.absolute().as_uri()
    form = form or guess(text, base)
    parsed = parse_text(text, form, name=name, base=base)
    return RdfFile(name, text, form, base, parsed.quads, parsed.prefixes)


def rdf_paths(paths: Iterable[Path | str]) -> Iterator[Path]:
    """Give the named files, and the RDF files below the named folders, each once.

    A named file is given whatever it is called; below a folder the extension must be one of RDF's.

    Raises:
        UnreadableFile: a path does not exist, or a folder holds no RDF file.
    """
    seen: set[Path] = set()
    for path in map(Path, paths):
        for found in _below(path):
            key = found.resolve()
            if key not in seen:
                seen.add(key)
                yield found


def _below(path: Path) -> list[Path]:
    if str(path) == STDIN or not path.is_dir():
        if str(path) != STDIN and not path.exists():
            raise UnreadableFile(
                f"no such file or directory: '{path}'", expected="a file", place=str(path)
            )
        return [path]
    found = sorted(one for one in path.rglob("*") if _is_rdf(one) and one.is_file())
    if not found:
        known = " ".join(f"*.{extension}" for extension in EXTENSIONS)
        raise UnreadableFile(
            f"no RDF file below '{path}'", expected=f"files {known}", place=str(path)
        )
    return found


def _is_rdf(path: Path) -> bool:
    parts = path.name.lower().removesuffix(".gz").rpartition(".")
    return bool(parts[0]) and parts[2] in EXTENSIONS
