"""Bounds of claims: dates of a row made into the days that a claim carries.

The rules are those of the two clocks: a start alone is known to have lasted until that day; an
attestation bounds start and end by the day on which it was said. Each value is as precise as its
source; nothing is invented.
"""

from typing import Any

from allygraph.errors import MappingError
from allygraph.names import PREFIXES, expand
from allygraph.tables.faults import RowFault
from allygraph.tables.mapping import check
from allygraph.tables.templates import Fill, Row, Scope, Template
from allygraph.tables.terms import day, span, typed

_ALLY = PREFIXES["ally"]
_EDTF = expand("edtf:EDTF")
END_KINDS = ("known", "ongoing", "renewing", "unknown")
DOCUMENT = "document"
_OPEN = ("", "..")
_PARTS: dict[str, tuple[type, ...]] = {"year": (str,), "month": (str,), "day": (str,)}


class Times:
    """The dates of a ``[[claim]]``, compiled: gives its properties and values for a row.

    Raises:
        MappingError: a template is malformed.
    """

    def __init__(self, spec: dict[str, Any], scope: Scope, place: str) -> None:
        self.start = date_template(spec.get("start"), scope, f"{place} start")
        self.end = date_template(spec.get("end"), scope, f"{place} end")
        self.attested = scope.compile(spec.get("attested", ""), f"{place} attested")
        self.end_kind = scope.compile(spec.get("end_kind", ""), f"{place} end_kind")

    def properties(self, row: Row, document_day: str, affirms: bool) -> list[tuple[str, str]]:
        """Give properties (as N-Quads writes them) with their values.

        Args:
            row: the row.
            document_day: the day from which the claim's document is known, ISO or empty.
            affirms: whether the claim affirms; only then does a missing end mean that it goes on.

        Raises:
            RowFault: a text is no date, or the end comes before the start.
        """
        start, end = self._date(self.start, row), self._date(self.end, row)
        found: list[tuple[str, str]] = []
        earliest_start = latest_start = ""
        if start:
            earliest_start, latest_start = _bounds(start, self.start)
            found += [_dated("start", start), _bound("earliestStart", earliest_start)]
        if end:
            first, last = _bounds(end, self.end)
            if last < earliest_start:
                raise RowFault(
                    "table-backwards",
                    f"it ends ('{end}') before it begins ('{start}')",
                    "an end that is not before the start",
                ).at(self.end.columns)
            found += [_dated("end", end), _bound("earliestEnd", first), _bound("latestEnd", last)]
        first, last = self._attested(row, document_day)
        latest_start = latest_start or last
        if latest_start:
            found.append(_bound("latestStart", latest_start))
        if not end and (first or latest_start):
            found.append(_bound("earliestEnd", max(first, latest_start)))
        return found + self._kind(row, end, affirms)

    def _date(self, template: Template, row: Row) -> str:
        text = template.fill(row).strip()
        return "" if text in _OPEN else text

    def _attested(self, row: Row, document_day: str) -> tuple[str, str]:
        text = self.attested.fill(row).strip()
        if not text:
            return "", ""
        if text == DOCUMENT:
            if not document_day:
                raise RowFault(
                    "table-source",
                    "the document has neither a day of publication nor one of retrieval",
                    "[sheet] retrieved, or a date in the title",
                )
            return document_day, document_day
        return _bounds(text, self.attested)

    def _kind(self, row: Row, end: str, affirms: bool) -> list[tuple[str, str]]:
        kind = self.end_kind.fill(row).strip()
        if not kind:
            kind = "known" if end else "ongoing" if affirms else ""
        if not kind:
            return []
        if kind not in END_KINDS or (kind == "known" and not end):
            raise RowFault(
                "table-value",
                f"'{kind}' is not how it ends" if kind != "known" else "a known end has no date",
                f"one of {', '.join(END_KINDS)}; known only with a date",
            ).at(self.end_kind.columns or self.end.columns)
        return [(f"<{_ALLY}endKind>", f"<{expand(f'kind:end-{kind}')}>")]


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
    return Template(_joined([part.fill for part in parts], columns), columns, None)


def _joined(fills: list[Fill], columns: tuple[str, ...]) -> Fill:
    def fill(row: Row) -> str:
        found: list[str] = []
        for width, get in zip((4, 2, 2), fills, strict=False):
            text = get(row).strip()
            if not text:
                break
            found.append(text.zfill(width))
        return "-".join(found)

    return fill


def _bounds(text: str, template: Template) -> tuple[str, str]:
    try:
        first, last = span(text)
    except RowFault as fault:
        raise fault.at(template.columns) from None
    return first, last


def _dated(name: str, text: str) -> tuple[str, str]:
    return f"<{_ALLY}{name}>", typed(text, _EDTF)


def _bound(name: str, iso: str) -> tuple[str, str]:
    return f"<{_ALLY}{name}>", day(iso)
