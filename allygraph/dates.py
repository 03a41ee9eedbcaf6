"""Dates as precise as their source: EDTF text in, first and last possible day out.

A source that says "February 2023" is stored as ``2023-02``, never as an invented day.
SPARQL compares days, so each value is bounded by two days, here and nowhere else.

Units: whole days, Gregorian calendar, no time zone; both bounds are inclusive.
Shape: one text in, one ``DateRange`` out; years 0001 to 9999.
Source: Extended Date/Time Format level 0, and the marks ``?`` ``~`` ``%`` of level 1,
https://www.loc.gov/standards/datetime/ (in ISO 8601-2:2019).
"""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from allygraph.errors import DateError

FIRST_DAY = date.min
"""Stands for "no bound before" in holdings."""
LAST_DAY = date.max
"""Stands for "no bound after" in holdings."""

_ONE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?[?~%]?")
_EXPECTED = "2023, 2023-07, 2023-07-11 or 2023-07-11/2023-07-12; add ?, ~ or % if not sure"


class DateRange(NamedTuple):
    """The days between which something may lie; ``earliest <= latest``."""

    earliest: date
    latest: date


def bounds(edtf: str) -> DateRange:
    """Give the first and the last day that an EDTF value can mean.

    Args:
        edtf: a year, a month or a day, or two of them with ``/`` between (an interval).

    Raises:
        DateError: the text is not such a value, names no real day, or runs backwards.

    >>> bounds("2023-02")
    DateRange(earliest=datetime.date(2023, 2, 1), latest=datetime.date(2023, 2, 28))
    """
    first, slash, last = edtf.partition("/")
    earliest, latest = _span(first, edtf).earliest, _span(last if slash else first, edtf).latest
    if earliest > latest:
        raise DateError(f"'{edtf}' ends before it begins", expected=_EXPECTED)
    return DateRange(earliest, latest)


def one_day(value: date | str, place: str) -> date:
    """Give the one day that a value means.

    Args:
        value: a day, or an EDTF text that is as precise as a day.
        place: the parameter or option, for the error.

    Raises:
        DateError: the text is no date, or is less precise than a day.
    """
    if isinstance(value, date):
        return value
    try:
        first, last = bounds(value)
    except DateError as error:
        raise DateError(error.message, expected=error.expected, place=place) from error
    if first != last:
        raise DateError(f"'{value}' is not one day", expected="a day as 2023-07-11", place=place)
    return first


def _span(part: str, whole: str) -> DateRange:
    if (match := _ONE.fullmatch(part)) is None:
        raise DateError(f"'{whole}' is not a date", expected=_EXPECTED)
    year, month, day = match.groups()
    try:
        low = date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise DateError(f"'{whole}' names no real day", expected=_EXPECTED) from error
    end = low.month if month else 12
    return DateRange(low, low if day else date(low.year, end, monthrange(low.year, end)[1]))
