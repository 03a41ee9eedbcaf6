"""Buffers: the bytes of an answer as the engine writes them, with a cap of bytes and one of rows.

The engine serialises whole results without asking anybody. So rows are counted in the bytes as they
arrive, and the engine is stopped by an exception as soon as one row too many is there. What counts:
in JSON ``},{`` outside of strings, in XML ``<result>``, in CSV a line end outside of quotes, in TSV
a line end; between rows and nowhere else, because each format escapes what would look like it.
"""

import io
import json
import re
from typing import NamedTuple

from allygraph.names import BASE

ABOUT_CUTS = f"{BASE}errors#rows-cut"
"""Where it is written what a cut answer means and how to get the rest."""
_PAGING = "ORDER BY with LIMIT and OFFSET gives the rest in pages"


class Full(Exception):
    """The answer has more bytes than an answer may have."""


class Enough(Exception):
    """The answer has more rows than an answer may have; the buffer can give the first ones."""


class Buffer(io.BytesIO):
    """Bytes in memory that refuse to grow past a cap.

    Args:
        most_bytes: the cap; the write that would pass it raises `Full`.
    """

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self._most_bytes = most_bytes

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Add bytes."""
        if self.tell() + len(data) > self._most_bytes:
            raise Full
        return super().write(data)


class _Mark(NamedTuple):
    """What stands between two rows.

    Attributes:
        text: the bytes that are looked for.
        first: how many marks come before the second row begins.
        cut: where in the last mark that is kept the kept bytes end.
        after: how many more marks prove that another row follows.
        end: what closes a cut document.
    """

    text: bytes
    first: int
    cut: int
    after: int
    end: bytes = b""


_MARKS = {
    "json": _Mark(b"},{", 1, 1, 0, b"]}}"),
    "xml": _Mark(b"<result>", 2, 0, 0, b"</results></sparql>"),
    "csv": _Mark(b"\r\n", 2, 2, 1),
    "tsv": _Mark(b"\n", 2, 1, 1),
}


class RowBuffer(Buffer):
    """The bytes of a table; the write that begins one row too many raises `Enough`.

    Args:
        most_bytes: the cap of bytes.
        most_rows: the cap of rows, at least 1.
        form: ``json``, ``xml``, ``csv`` or ``tsv``.
    """

    def __init__(self, most_bytes: int, most_rows: int, form: str) -> None:
        super().__init__(most_bytes)
        self._form, self._mark = form, _MARKS[form]
        self._most_rows = most_rows
        self._last = self._mark.first + most_rows - 1
        self._seen = 0
        self._end = 0
        self._tail = b""

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Add bytes, and count what may be the beginnings of rows in them."""
        size = super().write(data)
        tail = self._tail + bytes(data)
        self._seen += tail.count(self._mark.text)
        self._tail = tail[max(0, len(tail) - len(self._mark.text) + 1) :]
        if self._seen >= self._last + self._mark.after:
            self._look_closely()
        return size

    def _look_closely(self) -> None:
        """Stop the engine if what was counted are rows, and not text that looks like rows."""
        ends = self._ends(self.getvalue())
        if len(ends) >= self._last + self._mark.after:
            self._end = ends[self._last - 1] + self._mark.cut
            raise Enough
        self._seen = len(ends)

    def _ends(self, body: bytes) -> list[int]:
        """Give where the marks begin that are no part of a string."""
        if self._form in ("xml", "tsv"):
            return [found.start() for found in re.finditer(self._mark.text, body)]
        # An escaped quote ends no string; CSV doubles it, which leaves their number even.
        is_json = self._form == "json"
        plain = body.replace(rb"\\", b"..").replace(rb"\"", b"..") if is_json else body
        ends = []
        quotes = at = 0
        for found in re.finditer(self._mark.text, plain):
            quotes += plain.count(b'"', at, found.start())
            at = found.start()
            if quotes % 2 == 0:
                ends.append(at)
        return ends

    def first_rows(self) -> bytes:
        """Give the document that `Enough` has cut, with a note in it where one fits."""
        return self._told(self.getvalue()[: self._end]) + self._mark.end

    def _told(self, kept: bytes) -> bytes:
        """Say in the head of the document that it is cut; CSV and TSV have no place for that."""
        if self._form == "xml":
            return kept.replace(b"</head>", f'<link href="{ABOUT_CUTS}"/></head>'.encode(), 1)
        if self._form == "json":
            cut = {"rows": self._most_rows, "page": _PAGING}
            note = f',"link":["{ABOUT_CUTS}"]}},"truncated":{json.dumps(cut)},"results":'
            return kept.replace(b'},"results":', note.encode(), 1)
        return kept
