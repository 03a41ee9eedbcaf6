"""Lexical forms of datatypes: whether a text is one, and the plain form of its value.

Shape: the IRI of a datatype and a text. Of a datatype that is not in the table nothing is known,
so nothing is said to be valid. Source: https://www.w3.org/TR/xmlschema11-2/; EDTF as in
`allygraph.dates`.
"""

import re
from collections.abc import Callable
from datetime import date

from pyoxigraph import NamedNode

from allygraph.dates import bounds
from allygraph.errors import DateError
from allygraph.names import PREFIXES, expand

XSD = PREFIXES["xsd"]
STRING, BOOLEAN, ANY_URI = f"{XSD}string", f"{XSD}boolean", f"{XSD}anyURI"
LANG_STRING = expand("rdf:langString")
EDTF = expand("edtf:EDTF")

_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DAY = r"(?P<day>-?(?:[1-9][0-9]{3,}|0[0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_REAL = r"(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN)"
_SPAN = r"(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?"
_FORMS = {
    BOOLEAN: r"true|false|1|0",
    f"{XSD}decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    f"{XSD}integer": r"[+-]?[0-9]+",
    f"{XSD}double": _REAL,
    f"{XSD}float": _REAL,
    f"{XSD}date": f"{_DAY}{_ZONE}?",
    f"{XSD}time": f"{_TIME}{_ZONE}?",
    f"{XSD}dateTime": f"{_DAY}T{_TIME}{_ZONE}?",
    f"{XSD}dateTimeStamp": f"{_DAY}T{_TIME}{_ZONE}",
    f"{XSD}gYear": f"{_YEAR}{_ZONE}?",
    f"{XSD}gYearMonth": f"{_YEAR}-(?:0[1-9]|1[0-2]){_ZONE}?",
    f"{XSD}duration": rf"-?P(?=.)(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?=.){_SPAN})?",
    f"{XSD}language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    f"{XSD}hexBinary": r"(?:[0-9a-fA-F]{2})*",
}
_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "nonNegativeInteger": (0, None), "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0), "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1), "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1), "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1), "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1), "unsignedByte": (0, 2**8 - 1),
}  # fmt: skip
_PATTERNS = {name: re.compile(form) for name, form in _FORMS.items()}
_WHOLE = _PATTERNS[f"{XSD}integer"]
_NUMERIC = ("integer", "decimal", "double", "float", *_BOUNDS)
NUMBERS = frozenset({f"{XSD}{name}" for name in _NUMERIC})
"""The datatypes of numbers."""
_REALS = frozenset({f"{XSD}double", f"{XSD}float"})
_DIGITS = 1000


def is_valid(datatype: str, text: str) -> bool:
    """Tell whether a text is surely a lexical form of a datatype.

    >>> is_valid(XSD + "date", "2023-02-28"), is_valid(XSD + "date", "2023-02-30")
    (True, False)
    """
    if datatype == STRING:
        return True
    if datatype == ANY_URI:
        return is_iri(text)
    if datatype == EDTF:
        return _is_edtf(text)
    name = datatype.removeprefix(XSD)
    if datatype.startswith(XSD) and name in _BOUNDS:
        return _is_within(text, *_BOUNDS[name])
    match = _PATTERNS[datatype].fullmatch(text) if datatype in _PATTERNS else None
    return match is not None and _is_day(match.groupdict().get("day"))


def plain(datatype: str, text: str) -> str:
    """Give the usual lexical form of the same value: ``7`` for "07", ``true`` for "1".

    >>> plain(XSD + "integer", "+07"), plain(BOOLEAN, "1"), plain(XSD + "date", "2023-07-11")
    ('7', 'true', '2023-07-11')
    """
    if datatype == BOOLEAN:
        return {"1": "true", "0": "false"}.get(text, text)
    if datatype in _REALS or datatype not in NUMBERS or len(text) >= _DIGITS:
        return text
    if _WHOLE.fullmatch(text) is None:
        return text
    return f"{int(text)}.0" if datatype == f"{XSD}decimal" else str(int(text))


def is_iri(text: str) -> bool:
    """Tell whether a text is an IRI with a scheme and something after it."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]", text) is None:
        return False
    check: Callable[[str], NamedNode] = NamedNode
    try:
        check(text)
    except ValueError:
        return False
    return True


def _is_edtf(text: str) -> bool:
    try:
        bounds(text)
    except DateError:
        return False
    return True


def _is_within(text: str, low: int | None, high: int | None) -> bool:
    if _WHOLE.fullmatch(text) is None or len(text) >= _DIGITS:
        return False
    number = int(text)
    return (low is None or low <= number) and (high is None or number <= high)


def _is_day(day: str | None) -> bool:
    """Tell whether there is such a day; one that Python's calendar lacks is left undecided."""
    if day is None:
        return True
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
