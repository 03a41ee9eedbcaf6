"""All errors of allygraph, in one tree.

Each class is a kind of fault: its ``code`` is the heading of ``docs/errors.md`` that explains it,
its ``exit_code`` is what the command answers. Catch a base class to treat a family alike.

AllygraphError                  catch this to catch all that we raise on purpose
├── UsageError                  the question is wrong; ask it differently
│   ├── DateError               a text is not a date that we can bound
│   ├── MappingError            a mapping of a table is malformed, or does not fit its sheet
│   ├── ParameterError          a parameter's value does not fit its type
│   ├── UnknownName             no thing, query, prefix or format has this name
│   ├── UnknownParameter        the saved query has no such parameter
│   ├── UnsafeQuery             the operation is not allowed here
│   └── VersionGone             another version of the graph is wanted than is served
├── InputError                  a file is wrong; mend it
│   ├── IllFormedShape          a shape breaks the rules of SHACL
│   ├── NotCanonical            a Turtle file cannot be brought into canonical form
│   ├── QueryFileError          a saved query or its header is malformed
│   ├── TableFaults             rows of a sheet are wrong; the faults are told one by one
│   └── UnreadableFile          missing, not UTF-8, or broken syntax
├── RefusedClaim                what is to be added contradicts its text or the graph
├── LimitError                  a bound was reached; ask for less
│   ├── DeadlineExceeded        the time was up
│   └── ResultTooLarge          the answer or the memory for it was too big
└── RemoteError                 an endpoint did not answer as the protocol says
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol


class AllygraphError(Exception):
    """What went wrong, where, and what would be right.

    Args:
        message: one sentence that repeats the value at fault.
        expected: what would have been accepted, if that can be said.
        place: ``file``, ``file:line`` or ``file:line:column``, where known.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 4

    def __init__(
        self, message: str, *, expected: str | None = None, place: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the fields when an error crosses from a worker process."""
        return (_rebuild, (type(self), self.message, self.expected, self.place))


def _rebuild(
    kind: type[AllygraphError], message: str, expected: str | None, place: str | None
) -> AllygraphError:
    return kind(message, expected=expected, place=place)


class UsageError(AllygraphError):
    """The question is wrong; ask it differently."""

    code = "usage"
    exit_code = 2


class DateError(UsageError):
    """A text is not a date that we can bound."""

    code = "date-invalid"


class MappingError(UsageError):
    """A mapping of a table is malformed, or does not fit its sheet."""

    code = "table-mapping"


class ParameterError(UsageError):
    """A parameter's value does not fit its type."""

    code = "parameter-invalid"


class UnknownName(UsageError):
    """No thing, query, prefix or format has this name."""

    code = "name-unknown"


class UnknownParameter(UsageError):
    """The saved query has no such parameter."""

    code = "parameter-unknown"


class UnsafeQuery(UsageError):
    """The operation is not allowed here."""

    code = "query-unsafe"


class VersionGone(UsageError):
    """Another version of the graph is wanted than is served."""

    code = "version-gone"


class InputError(AllygraphError):
    """A file is wrong; mend it."""

    code = "input"
    exit_code = 3


class NotCanonical(InputError):
    """A Turtle file cannot be brought into canonical form without losing something."""

    code = "turtle-not-canonical"


class QueryFileError(InputError):
    """A saved query or its header is malformed."""

    code = "query-file"


class TableFaults(InputError):
    """Rows of a sheet are wrong.

    Args:
        faults: each with a method ``text()`` and the number of its row, ``row``.
    """

    code = "table-faults"
    exit_code = 1

    def __init__(self, faults: Sequence["RowFaultText"]) -> None:
        rows = len({fault.row for fault in faults})
        super().__init__(
            f"{len(faults)} faults in {rows} rows; nothing was written"
            if len(faults) > 1
            else "1 fault; nothing was written",
            expected="a sheet in which every row is good",
        )
        self.faults = list(faults)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the faults when the error crosses from a worker process."""
        return (TableFaults, (self.faults,))


class RowFaultText(Protocol):
    """What `TableFaults` needs of a fault."""

    @property
    def row(self) -> int:
        """The number of the row, from 1."""

    def text(self) -> str:
        """The fault with its place and remedy."""


class IllFormedShape(InputError):
    """A shape breaks the rules of SHACL."""

    code = "shape-ill-formed"


class UnreadableFile(InputError):
    """A file is missing, not UTF-8, or its syntax is broken."""

    code = "input-unreadable"


class RefusedClaim(AllygraphError):
    """What is to be added contradicts its text or the graph, or stands there already."""

    code = "claim-refused"
    exit_code = 1


class LimitError(AllygraphError):
    """A bound was reached; ask for less."""

    code = "limit"
    exit_code = 5


class DeadlineExceeded(LimitError):
    """The time was up."""

    code = "deadline"


class ResultTooLarge(LimitError):
    """The answer, or the memory for it, was too big."""

    code = "result-too-large"


class RemoteError(AllygraphError):
    """An endpoint did not answer as the protocol says."""

    code = "remote"
    exit_code = 3
