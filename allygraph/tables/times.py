"""Bounds of claims: dates of a row made into the days that a claim carries.

The rules are those of the two clocks: a start alone is known to have lasted until that day; an
attestation bounds start and end by the day on which it was said. Each value is as precise as its
source; nothing is invented. Lines are ``<property> value``, as in `allygraph.tables.values`.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from allygraph.errors import MappingError
from allygraph.names import PREFIXES, expand
from allygraph.tables.faults import RowFault
from allygraph.tables.mapping import check
from allygraph.tables.templates import Fill, Row, Scope, Template
from allygraph.tables.terms import day, span

_ALLY = PREFIXES["ally"]
_EDTF = expand("edtf:EDTF")
END_KINDS = ("known", "ongoing", "renewing", "unknown")
DOCUMENT = "document"
_OPEN = ("", "..")
_PARTS: dict[str, tuple[type, ...]] = {"year": (str,), "month": (str,), "day": (str,)}
_END_KIND = {kind: f"<{_ALLY}endKind> <{expand(f'kind:end-{kind}')}>" for kind in END_KINDS}


class Dated(NamedTuple):
    """A date: its first and last day as ISO texts, and the lines that tell it."""

    first: str
    last: str
    lines: tuple[str, ...]


@lru_cache(maxsize=50_000)
def _start(text: str) -> Dated:
    first, last = span(text)
    lines = (f'<{_ALLY}start> "{text}"^^<{_EDTF}>', _bound("earliestStart", first))
    return Dated(first, last, (*lines, _bound("latestStart", last)))


@lru_cache(maxsize=50_000)
def _end(text: str) -> Dated:
    first, last = span(text)
    lines = (f'<{_ALLY}end> "{text}"^^<{_EDTF}>', _bound("earliestEnd", first))
    return Dated(first, last, (*lines, _bound("latestEnd", last)))


@lru_cache(maxsize=50_000)
def _bound(name: str, iso: str) -> str:
    return f"<{_ALLY}{name}> {day(iso)}"


class Times:
    """The dates of a ``[[claim]]``, compiled: gives its lines for a row.

    Raises:
        MappingError: a template is malformed.
    """

    def __init__(self, spec: dict[str, Any], scope: Scope, place: str) -> None:
        self.start = date_template(spec.get("start"), scope, f"{place} start")
        self.end = date_template(spec.get("end"), scope, f"{place} end")
        self.attested = scope.compile(spec.get("attested", ""), f"{place} attested")
        self.end_kind = scope.compile(spec.get("end_kind", ""), f"{place} end_kind")

    def add(self, row: Row, document_day: str, affirms: bool, lines: list[str]) -> None:
        """Add the lines of a row.

        Args:
            row: the row.
            document_day: the day from which the claim's document is known, ISO or empty.
            affirms: whether the claim affirms; only then does a start without an end go on.
            lines: where they go.

        Raises:
            RowFault: a text is no date, or the end comes before the start.
        """
        start_text, end_text = self.start.fill(row).strip(), self.end.fill(row).strip()
        start = None if start_text in _OPEN else _read(_start, start_text, self.start)
        end = None if end_text in _OPEN else _read(_end, end_text, self.end)
        first, last = "", ""
        if self.attested.constant != "":
            first, last = self._attested(row, document_day)
        if start is not None:
            lines += start.lines
            first = max(first, start.last)
        elif last:
            lines.append(_bound("latestStart", last))
        if end is not None:
            if start is not None and end.last < start.first:
                raise RowFault(
                    "table-backwards",
                    f"it ends ('{end_text}') before it begins ('{start_text}')",
                    "an end that is not before the start",
                ).at(self.end.columns)
            lines += end.lines
        elif first:
            lines.append(_bound("earliestEnd", first))
        self._kind(row, end is not None, affirms and first != "", lines)

    def days(self, row: Row) -> tuple[str, str]:
        """Give the first and last day that the claim's date can mean, empty where it has none.

        The date is the end, else the start, else the attestation.

        Raises:
            RowFault: a text is no date.
        """
        for read, template in ((_end, self.end), (_start, self.start)):
            if (text := template.fill(row).strip()) not in _OPEN:
                date = _read(read, text, template)
                return date.first, date.last
        text = self.attested.fill(row).strip()
        return ("", "") if text in ("", DOCUMENT) else self._attested(row, "")

    def _attested(self, row: Row, document_day: str) -> tuple[str, str]:
        text = self.attested.fill(row).strip()
        if not text:
            return "", ""
        if text != DOCUMENT:
            try:
                return span(text)
            except RowFault as fault:
                raise fault.at(self.attested.columns) from None
        if not document_day:
            raise RowFault(
                "table-source",
                "the document has neither a day of publication nor one of retrieval",
                "[sheet] retrieved, or a date in the title",
            )
        return document_day, document_day

    def _kind(self, row: Row, ended: bool, ongoing: bool, lines: list[str]) -> None:
        kind = "" if self.end_kind.constant == "" else self.end_kind.fill(row).strip()
        if not kind:
            kind = "known" if ended else "ongoing" if ongoing else ""
        elif kind not in END_KINDS or (kind == "known" and not ended):
            raise RowFault(
                "table-value",
                "a known end has no date" if kind == "known" else f"'{kind}' is no kind of end",
                f"one of {', '.join(END_KINDS)}; known only with a date",
            ).at(self.end_kind.columns or self.end.columns)
        if kind:
            lines.append(_END_KIND[kind])


def _read(read: Any, text: str, template: Template) -> Dated:
    try:
        found: Dated = read(text)
    except RowFault as fault:
        raise fault.at(template.columns) from None
    return found


def date_template(spec: str | dict[str, Any] | None, scope: Scope, place: str) -> Template:
    """Compile a date: one template, or year, month and day each by its own.

    Raises:
        MappingError: a key is unknown, or the year is missing.
    """
    if spec is None:
        return scope.compile("", place)
    if isinstance(spec, str):
        return scope.compile(spec, place)
    check(spec, _PARTS, place, "", needed=("year",))
    if "day" in spec and "month" not in spec:
        raise MappingError("a day without a month", expected="month = …", place=place)
    parts = [scope.compile(spec[key], place) for key in _PARTS if key in spec]
    columns = tuple(dict.fromkeys(column for part in parts for column in part.columns))
    return Template(_joined([part.fill for part in parts]), columns, None)


def _joined(fills: list[Fill]) -> Fill:
    def fill(row: Row) -> str:
        found: list[str] = []
        for width, get in zip((4, 2, 2), fills, strict=False):
            text = get(row).strip()
            if not text:
                break
            found.append(text.zfill(width))
        return "-".join(found)

    return fill
