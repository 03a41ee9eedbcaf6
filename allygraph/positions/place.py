"""A place in a file: where a thing or a triple stands.

Units: lines and columns are counted from 1, columns in characters; an end column is the first
column after the thing. None where the format of the file tells none (JSON-LD, RDF/XML).
"""

from dataclasses import dataclass
from functools import total_ordering


@total_ordering
@dataclass(frozen=True)
class Place:
    """A file as it was named, and the part of it that is meant."""

    file: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        """Write the place as compilers do: ``file:line:column``.

        >>> str(Place("a.ttl", 3, 5))
        'a.ttl:3:5'
        """
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)

    def __lt__(self, other: "Place") -> bool:
        """Sort by file, then by line; what has no line comes first."""
        return self._key() < other._key()

    def _key(self) -> tuple[str, int, int, int, int]:
        numbers = (self.line, self.column, self.end_line, self.end_column)
        line, column, end_line, end_column = (number or 0 for number in numbers)
        return self.file, line, column, end_line, end_column
