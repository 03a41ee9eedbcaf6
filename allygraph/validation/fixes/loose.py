"""Dates written loosely: the one day, month or year that a text can only mean.

Shape: a text in; ``2023``, ``2023-07`` or ``2023-07-11`` out, or None where two readings are
possible ("11.07.2023" can be of July or of November) or none is. Month names are English, French,
German and Spanish; the order year, month, day is taken to be the only one that begins with the
year. Units: Gregorian calendar, years 1000 to 2999 with four digits.

dateutil and dateparser were considered: both fill in what a text does not say from the clock.
"""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = (
    "january jan janvier janv januar jänner enero",
    "february feb février fevrier févr februar febrero",
    "march mar mars märz marzo",
    "april apr avril avr abril",
    "may mai mayo",
    "june jun juin juni junio",
    "july jul juillet juil juli julio",
    "august aug août aout agosto",
    "september sept sep septembre septiembre",
    "october oct octobre oktober okt octubre",
    "november nov novembre noviembre",
    "december dec décembre decembre déc dezember dez diciembre",
)
_NUMBERS = {name: month for month, names in enumerate(_MONTHS, start=1) for name in names.split()}
_YEAR = r"(?P<year>[12][0-9]{3})"
_MONTH = r"(?P<month>[0-9]{1,2})"
_DAY = r"(?P<day>[0-9]{1,2})"
_NAME = r"(?P<name>[^\W\d_]+)\.?"
_NTH = rf"{_DAY}(?:st|nd|rd|th|er|\.|º)?"
_FORMS = [
    re.compile(form)
    for form in (
        _YEAR,
        rf"{_YEAR}(?P<mark>[-/.]){_MONTH}",
        rf"{_YEAR}(?P<mark>[-/. ]){_MONTH}(?P=mark){_DAY}",
        rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})",
        rf"{_YEAR}年(?:{_MONTH}月(?:{_DAY}日)?)?",
        rf"{_MONTH}[-/.]{_YEAR}",
        rf"{_DAY}(?P<mark>[-/.]){_MONTH}(?P=mark){_YEAR}",
        rf"{_MONTH}(?P<mark>[-/.]){_DAY}(?P=mark){_YEAR}",
        rf"{_NTH}[ -](?:of |de )?{_NAME}[ -](?:de )?{_YEAR}",
        rf"{_NAME}[ -]{_NTH},? {_YEAR}",
        rf"{_NAME}(?:,? |-)(?:de )?{_YEAR}",
        rf"{_YEAR}[ -]{_NAME}[ -]{_DAY}",
        rf"{_YEAR}[ -]{_NAME}",
    )
]


def find_date(text: str) -> str | None:
    """Give what a text can only mean, as precise as it is.

    >>> find_date("11 July 2023"), find_date("2023/7/11"), find_date("juillet 2023")
    ('2023-07-11', '2023-07-11', '2023-07')
    >>> find_date("11.07.2023"), find_date("13.07.2023"), find_date("30 February 2023")
    (None, '2023-07-13', None)
    """
    plain = " ".join(text.casefold().split())
    read = {found for form in _FORMS if (match := form.fullmatch(plain)) for found in _said(match)}
    return read.pop() if len(read) == 1 else None


def _said(match: re.Match[str]) -> Iterator[str]:
    """Give the date that a match says, if there is such a day."""
    parts = match.groupdict()
    year, day = int(parts["year"]), parts.get("day")
    month = _NUMBERS.get(parts["name"]) if "name" in parts else parts.get("month")
    if month is None:
        if "name" not in parts:
            yield f"{year}"
        return
    try:
        found = date(year, int(month), int(day or 1))
    except ValueError:
        return
    yield found.isoformat() if day else f"{year}-{found.month:02}"
