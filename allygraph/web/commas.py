"""Commas: CSV in which an IRI with a comma is quoted, as RFC 4180 says; the engine leaves it bare.

Only answers that the engine tears are written anew, since it writes twice as fast.
Source: https://www.w3.org/TR/sparql11-results-csv-tsv/, section 3.
"""

import csv
import re
from itertools import islice

import pyoxigraph as ox

from allygraph.web.buffers import Buffer

_QUOTED = re.compile(rb'"[^"]*"')


def is_torn(body: bytes, columns: int) -> bool:
    """Say whether a row has more cells than the head, because of a comma that is not quoted.

    >>> is_torn(b'a,b\\r\\nx:1,"1,2"\\r\\n', 2), is_torn(b"a,b\\r\\nx:1,2,1\\r\\n", 2)
    (False, True)
    """
    rows = body.count(b"\r\n")
    if body.count(b",") == rows * max(0, columns - 1):
        return False
    plain = _QUOTED.sub(b"", body)
    return plain.count(b",") != plain.count(b"\r\n") * max(0, columns - 1)


def write_csv(results: ox.QuerySolutions, buffer: Buffer, most_rows: int) -> bool:
    """Write rows; say whether there were more than allowed.

    Raises:
        Full: the buffer takes no more.
    """
    writer = csv.writer(_Text(buffer), lineterminator="\r\n")
    writer.writerow(variable.value for variable in results.variables)
    kept = islice(results, most_rows)
    writer.writerows([_cell(value) for value in row] for row in kept)
    return next(results, None) is not None


def _cell(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    if value is None:
        return ""
    return value.value if isinstance(value, ox.NamedNode | ox.Literal) else str(value)


class _Text:
    """A buffer of bytes that takes text."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer

    def write(self, text: str) -> int:
        return self._buffer.write(text.encode())
