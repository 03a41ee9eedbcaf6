"""Lines: the line and column of an offset in a text, without a list of all lines.

Line ends are counted for blocks of the text, at the speed of memory; the rest of a place is looked
up in its block. Units: offsets in characters from 0; lines and columns from 1. A line ends with
``\\n``, ``\\r`` or both.
"""

from bisect import bisect_right
from dataclasses import dataclass, field

_BLOCK = 1 << 15


@dataclass
class Lines:
    """Knows for the start of each block how many lines are before it and where its line begins."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        self._returns = "\r" in self.text
        self._starts: list[int] = []
        self._lines: list[int] = []
        self._line_starts: list[int] = []
        start, line, line_start = 0, 1, 0
        while not self._starts or start < len(self.text):
            self._starts.append(start)
            self._lines.append(line)
            self._line_starts.append(line_start)
            end = start + _BLOCK
            while self.text[end - 1 : end] == "\r":  # a pair of signs is one line end
                end += 1
            line += self._count(start, end)
            line_start = self._last(start, end, line_start)
            start = end

    def __call__(self, offset: int) -> tuple[int, int]:
        """Give line and column of an offset."""
        block = bisect_right(self._starts, offset) - 1
        start = self._starts[block]
        line_start = self._last(start, offset, self._line_starts[block])
        return self._lines[block] + self._count(start, offset), offset - line_start + 1

    def _count(self, start: int, end: int) -> int:
        count = self.text.count("\n", start, end)
        if self._returns:
            count += self.text.count("\r", start, end) - self.text.count("\r\n", start, end)
        return count

    def _last(self, start: int, end: int, known: int) -> int:
        """Give where the last line that begins in a span begins, or what is known from before."""
        found = self.text.rfind("\n", start, end)
        if self._returns:
            found = max(found, self.text.rfind("\r", start, end))
        return known if found < 0 else found + 1
