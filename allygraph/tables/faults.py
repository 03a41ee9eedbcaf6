"""What can be wrong with a row: each kind of fault with its code, told with row and column.

A fault is raised while a row is worked on and collected by the run; it never leaves the package as
an exception. Each code is a heading of ``docs/errors.md``.
"""

from collections.abc import Sequence
from typing import NamedTuple

CODES = (
    "table-backwards",
    "table-cells",
    "table-clash",
    "table-date",
    "table-duplicate",
    "table-empty",
    "table-existing",
    "table-name-ambiguous",
    "table-name-invalid",
    "table-name-unknown",
    "table-partner",
    "table-quote",
    "table-source",
    "table-value",
)


class RowFault(Exception):
    """One thing that is wrong with a row; the column is filled in by the template that knows it."""

    def __init__(self, code: str, message: str, expected: str, *, column: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.expected = expected
        self.column = column

    def at(self, columns: Sequence[str]) -> "RowFault":
        """Say in which column it is, unless that has been said further inside."""
        if not self.column and columns:
            self.column = columns[0]
        return self


class Fault(NamedTuple):
    """A fault with its place: what the user reads."""

    file: str
    line: int
    row: int
    column: str
    code: str
    message: str
    expected: str

    def text(self) -> str:
        """Tell it in two lines: place, code, row and column, fault; then what would be right."""
        column = f", column '{self.column}'" if self.column else ""
        return (
            f"{self.file}:{self.line}: error[{self.code}]: row {self.row}{column}: {self.message}\n"
            f"  expected: {self.expected}"
        )
