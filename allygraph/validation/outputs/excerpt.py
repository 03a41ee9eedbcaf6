"""Excerpts: the lines of a source file that a finding is about, and which part of them is meant.

Units: lines and columns from 1, columns in characters; a width is in cells of a terminal, of which
a Chinese or Japanese sign takes two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from allygraph.positions import Place
from allygraph.validation.outputs.printable import printable

_WIDEST = 100
_BEFORE = 40
_MOST = 12
_TAB = " " * 4


@dataclass(frozen=True)
class MarkedLine:
    """One line of a file: what stands before the marked part, that part, and what follows."""

    number: int
    before: str
    marked: str
    after: str

    @property
    def text(self) -> str:
        """The line as it is shown."""
        return f"{self.before}{self.marked}{self.after}"

    def underline(self, sign: str = "^") -> tuple[str, str]:
        """Give the blanks and the signs that mark the part from below."""
        from rich.cells import cell_len

        return " " * cell_len(self.before), sign * max(1, cell_len(self.marked))


def marked_line(place: Place, texts: Mapping[str, str]) -> MarkedLine | None:
    """Give the first line of a place, where its file's text is at hand; long lines are cut."""
    line = _line(place, texts)
    if line is None or place.line is None:
        return None
    before, marked, after = _parts(line, place)
    if len(before) + len(marked) + len(after) > _WIDEST:
        before = before if len(before) <= _BEFORE else f"…{before[-_BEFORE:]}"
        room = max(_BEFORE, _WIDEST - len(before))
        marked = marked if len(marked) <= room else f"{marked[:room]}…"
        room = max(0, room - len(marked))
        after = after if len(after) <= room else f"{after[:room]}…"
    return MarkedLine(place.line, _shown(before), _shown(marked), _shown(after))


def block(place: Place, texts: Mapping[str, str]) -> list[MarkedLine]:
    """Give the lines of the statement around a place, at most a dozen on each side.

    The line of the place alone has a marked part. A statement ends at a line that ends in a full
    stop or is empty, which in canonical Turtle is always so.
    """
    if (middle := marked_line(place, texts)) is None:
        return []
    lines = _lines(texts[place.file])
    start = end = middle.number - 1
    while start > 0 and middle.number - 1 - start < _MOST and not _ends(lines[start - 1]):
        start -= 1
    while end + 1 < len(lines) and end - middle.number + 1 < _MOST and not _ends(lines[end]):
        end += 1
    if end > middle.number - 1 and not lines[end].strip():
        end -= 1
    around = range(start, end + 1)
    return [
        middle if row + 1 == middle.number else MarkedLine(row + 1, _cut(lines[row]), "", "")
        for row in around
    ]


def _line(place: Place, texts: Mapping[str, str]) -> str | None:
    text = texts.get(place.file)
    if text is None or place.line is None:
        return None
    lines = _lines(text)
    return lines[place.line - 1] if place.line <= len(lines) else None


@lru_cache(maxsize=16)
def _lines(text: str) -> list[str]:
    """Split as positions count: at line feeds, with or without a carriage return before."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def _parts(line: str, place: Place) -> tuple[str, str, str]:
    """Part a line at the columns of a place; without columns its text is marked as a whole."""
    blanks = len(line) - len(line.lstrip())
    start = blanks if place.column is None else min(place.column - 1, len(line))
    end = len(line.rstrip())
    on_one_line = place.end_line in (None, place.line)
    if place.column is not None and place.end_column is not None and on_one_line:
        end = min(place.end_column - 1, len(line))
    end = max(end, start)
    return line[:start], line[start:end], line[end:]


def _shown(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _cut(text: str) -> str:
    return _shown(text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…")


def _ends(line: str) -> bool:
    return not line.strip() or line.rstrip().endswith(".")
