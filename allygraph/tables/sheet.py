"""Sheets: CSV files read row by row, with the line on which each row begins."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from allygraph.errors import MappingError, UnreadableFile

_BOM = b"\xef\xbb\xbf"
_STEP = 2_000  # rows between two words to the progress bar
Tell = Callable[[int, int], None]


class Line(NamedTuple):
    """One row: its line in the file, its number from 1 (the header not counted), its cells."""

    line: int
    number: int
    cells: list[str]


def columns(path: Path, delimiter: str, place: str) -> list[str]:
    """Give the names of the columns.

    Raises:
        UnreadableFile: the file is missing, empty, or not UTF-8.
        MappingError: a name is empty or stands twice.
    """
    for line in _lines(path, delimiter, place, None):
        names = [name.strip() for name in line.cells]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or "" in names:
            raise MappingError(
                f"the header has '{twice[0]}' twice" if twice else "a column has no name",
                expected="one name for each column",
                place=f"{place}:{line.line}",
            )
        return names
    raise UnreadableFile(f"'{place}' is empty", expected="a header and rows", place=place)


def rows(path: Path, delimiter: str, place: str, tell: Tell | None = None) -> Iterator[Line]:
    """Give the rows below the header; empty lines are passed over.

    Args:
        path: the file.
        delimiter: what stands between cells.
        place: how errors call the file.
        tell: told now and then how many bytes have been read, of how many.

    Raises:
        UnreadableFile: the file is missing, not UTF-8, or its quoting is broken; with the line.
    """
    lines = _lines(path, delimiter, place, tell)
    next(lines, None)
    yield from lines


def _lines(path: Path, delimiter: str, place: str, tell: Tell | None) -> Iterator[Line]:
    try:
        total = path.stat().st_size
        with path.open("rb") as raw:
            if raw.read(3) != _BOM:
                raw.seek(0)
            yield from _parsed(_decoded(raw, place), delimiter, place, raw.tell, total, tell)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise UnreadableFile(f"{reason}: '{place}'", expected="a file", place=place) from error


def _decoded(raw: "Iterator[bytes]", place: str) -> Iterator[str]:
    for number, line in enumerate(raw, start=1):
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"not UTF-8 (byte {error.start + 1} of the line)",
                expected="UTF-8 text",
                place=f"{place}:{number}",
            ) from error


def _parsed(
    lines: Iterator[str],
    delimiter: str,
    place: str,
    position: Callable[[], int],
    total: int,
    tell: Tell | None,
) -> Iterator[Line]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begin = 1
    number = 0  # of the header
    try:
        for cells in reader:
            if cells:
                yield Line(begin, number, cells)
                number += 1
            begin = reader.line_num + 1
            if tell is not None and number % _STEP == 0:
                tell(position(), total)
    except csv.Error as error:
        raise UnreadableFile(
            f"not CSV: {error}", expected="cells as RFC 4180 has them", place=f"{place}:{begin}"
        ) from error
    if tell is not None:
        tell(total, total)


def sha256(path: Path) -> str:
    """Give the checksum of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
