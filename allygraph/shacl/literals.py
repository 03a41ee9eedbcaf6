"""Literals that the store would rewrite, or that break their datatype, kept as they were written.

Oxigraph stores numbers, truth values and times by their value: ``"01"^^xsd:integer`` comes back as
1, ``"1"^^xsd:byte`` as an integer. SHACL asks for the literal as written. So such a literal is
stored under a private datatype, its own one with a prefix; an ill-formed one (``"2020-13-45"`` as a
date) under another, so that no test of a datatype takes it for one. `as_written` undoes both.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, Store

PRIVATE = "urn:x-shacl:"
KEPT = f"{PRIVATE}kept:"
ILL_FORMED = f"{PRIVATE}ill-formed:"

_XSD = "http://www.w3.org/2001/XMLSchema#"
_BOUNDS = {
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_YEAR = r"(-?(?:[1-9]\d{3,}|0\d{3}))"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DAY_TIME = r"T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?"
_FORMS = {
    "boolean": r"true|false|0|1",
    "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
    "float": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
    "double": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
    "date": rf"{_YEAR}-(\d\d)-(\d\d){_ZONE}",
    "dateTime": rf"{_YEAR}-(\d\d)-(\d\d)T{_TIME}{_ZONE}",
    "dateTimeStamp": rf"{_YEAR}-(\d\d)-(\d\d)T{_TIME}{_ZONE[:-1]}",
    "time": rf"{_TIME}{_ZONE}",
    "gYear": rf"{_YEAR}{_ZONE}",
    "gYearMonth": rf"{_YEAR}-(?:0[1-9]|1[0-2]){_ZONE}",
    "gMonth": rf"--(?:0[1-9]|1[0-2]){_ZONE}",
    "gDay": rf"---(?:0[1-9]|[12]\d|3[01]){_ZONE}",
    "gMonthDay": r"--(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])"
    rf"|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d)){_ZONE}",
    "duration": rf"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:{_DAY_TIME})?",
    "yearMonthDuration": r"-?P(?=\d)(?:\d+Y)?(?:\d+M)?",
    "dayTimeDuration": rf"-?P(?=.)(?:\d+D)?(?:{_DAY_TIME})?",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
    "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
}
_MATCH = {name: re.compile(form, re.ASCII).fullmatch for name, form in _FORMS.items()}
_DATED = ("date", "dateTime", "dateTimeStamp")
# What the store surely gives back as it is: the bulk of what stands in data, told quickly.
_SURE = {
    "integer": re.compile(r"0|-?[1-9][0-9]{0,17}").fullmatch,
    "boolean": re.compile(r"true|false").fullmatch,
    "date": re.compile(r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])").fullmatch,
    "gYear": re.compile(r"[1-9][0-9]{3}").fullmatch,
    "decimal": re.compile(r"-?[1-9][0-9]{0,11}(?:\.[0-9]{0,8}[1-9])?").fullmatch,
    "dateTime": re.compile(
        r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
        r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z?"
    ).fullmatch,
}
_EXACT = (_XSD + "integer", _XSD + "decimal")
DIGITS = 18
_FREE = frozenset(_XSD + name for name in ("string", "anyURI", "normalizedString", "token"))
SURE: dict[str, Callable[[str], object]] = {_XSD + name: test for name, test in _SURE.items()}


def is_free(datatype: str) -> bool:
    """Tell whether the store gives every literal of a datatype back as it is."""
    return datatype in _FREE or not datatype.startswith(_XSD)


def find_stored(literal: Literal) -> Literal | None:
    """Give the literal that is stored instead of this one; None where it is stored as it is."""
    datatype = literal.datatype.value
    if is_free(datatype):
        return None
    sure = SURE.get(datatype)
    if sure is not None and sure(literal.value):
        return None
    return _find_stored(literal.value, datatype)


@lru_cache(maxsize=1 << 16)
def _find_stored(text: str, datatype: str) -> Literal | None:
    if is_ill_formed(text, datatype):
        return Literal(text, datatype=NamedNode(ILL_FORMED + datatype))
    literal = Literal(text, datatype=NamedNode(datatype))
    probe = Store()
    name = NamedNode(KEPT)
    probe.add(Quad(name, name, literal))
    if next(iter(probe)).object == literal and not is_vast(literal):
        return None
    return Literal(text, datatype=NamedNode(KEPT + datatype))


def is_vast(literal: Literal) -> bool:
    """Tell whether a number has more digits than the store compares; it is compared as a double."""
    return literal.datatype.value in _EXACT and len(literal.value) > DIGITS


def as_written(literal: Literal) -> Literal:
    """Give the literal as it was written, of one that comes from the store."""
    datatype = literal.datatype.value
    for prefix in (KEPT, ILL_FORMED):
        if datatype.startswith(prefix):
            return Literal(literal.value, datatype=NamedNode(datatype[len(prefix) :]))
    return literal


def is_ill_formed(text: str, datatype: str) -> bool:
    """Tell whether a text breaks its datatype of XML Schema; of other datatypes nobody can."""
    if not datatype.startswith(_XSD):
        return False
    name = datatype[len(_XSD) :]
    if name == "integer" or name in _BOUNDS:
        return not _is_integer(text, *_BOUNDS.get(name, (None, None)))
    match = _MATCH.get(name)
    if match is None:
        return False
    found = match(text)
    return found is None or (name in _DATED and not _is_day(*found.groups()))


def _is_integer(text: str, least: int | None, most: int | None) -> bool:
    if not _INTEGER.fullmatch(text):
        return False
    if least is None and most is None:
        return True
    if len(text.lstrip("+-0")) > 20:
        return (most is None) if not text.startswith("-") else (least is None)
    number = int(text)
    return (least is None or number >= least) and (most is None or number <= most)


def _is_day(year: str, month: str, day: str) -> bool:
    leap = int(year[-4:]) % 4 == 0 and (int(year[-2:]) != 0 or int(year) % 400 == 0)
    try:
        date(2000 if leap else 2001, int(month), int(day))
    except ValueError:
        return False
    return True
