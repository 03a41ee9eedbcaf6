"""Terms of N-Quads: names and values of a row, checked and written.

Everything that an import makes passes through here once, as lines of N-Quads; the Turtle files
are made from the same lines. Source: https://www.w3.org/TR/n-quads/.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from pyoxigraph import NamedNode

from allygraph.dates import bounds
from allygraph.errors import DateError, UnknownName
from allygraph.names import BASE, EDTF, KINDS_OF_THING, PREFIXES, expand
from allygraph.tables.faults import RowFault

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TO_ESCAPE = re.compile(r'[\\"\x00-\x1f\x7f]')
_THINGS = frozenset(KINDS_OF_THING) - {"graph"}
_LOCAL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OURS = re.compile(f"({'|'.join(sorted(_THINGS))}):({_LOCAL.pattern})")
_XSD = PREFIXES["xsd"]
_TRUE = {"true": "true", "1": "true", "yes": "true", "false": "false", "0": "false", "no": "false"}


def full(name: str) -> str:
    """Give the whole IRI of a name that a template gave.

    Raises:
        RowFault: it is no name, or a name of ours with an empty part or a sign other than small
            letters, digits and single hyphens.
    """
    if (match := _OURS.fullmatch(name)) is not None:
        return f"{BASE}{match[1]}/{match[2]}"
    return _other(name)


@lru_cache(maxsize=5_000)
def _other(name: str) -> str:
    try:
        iri = expand(name)
        NamedNode(iri)
    except UnknownName as error:
        raise RowFault("table-name-invalid", error.message, error.expected or "") from error
    except ValueError as error:
        raise RowFault("table-name-invalid", f"'{name}' is no IRI: {error}", "an IRI") from error
    kind, slash, local = iri.removeprefix(BASE).partition("/")
    if not (slash and kind in _THINGS and iri.startswith(BASE)):
        return iri
    if _LOCAL.fullmatch(local):
        return iri
    empty = not local or "--" in local or local[0] == "-" or local[-1] == "-"
    raise RowFault(
        "table-empty" if empty else "table-name-invalid",
        f"'{name}' {'has an empty part' if empty else 'is not a name'}",
        "small letters and digits with single hyphens between, as |slug gives them",
    )


def node(name: str) -> str:
    """Give a name as N-Quads writes it; faults as `full`."""
    return f"<{full(name)}>"


def escaped(text: str) -> str:
    """Give a text with the signs escaped that may not stand in a literal.

    Raises:
        RowFault: it has a control sign that no text has, such as a NUL.
    """
    if _TO_ESCAPE.search(text) is None:
        return text
    return _TO_ESCAPE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    sign = match.group()
    if (known := _ESCAPES.get(sign)) is None:
        message = f"the text has the control sign U+{ord(sign):04X}"
        raise RowFault(
            "table-value", message, "a text without it; it is mostly a slip of a program"
        )
    return known


def words(text: str, language: str) -> str:
    """Give a text in a language."""
    return f'"{escaped(text)}"@{language}'


def plain(text: str) -> str:
    """Give a text without a language."""
    return f'"{escaped(text)}"'


@lru_cache(maxsize=50_000)
def typed(text: str, kind: str) -> str:
    """Give a value of a datatype in its plain form (7 for 07, true for yes).

    Args:
        text: the value.
        kind: the whole IRI of the datatype.

    Raises:
        RowFault: the text is no value of the datatype.
    """
    return f'"{escaped(_plain_form(text, kind))}"^^<{kind}>'


def _plain_form(text: str, kind: str) -> str:
    value = text.strip()
    if kind == EDTF:
        span(value)
        return value
    short = kind.removeprefix(_XSD)
    try:
        if short == "date":
            return date.fromisoformat(value).isoformat()
        if short == "integer":
            return str(int(value.replace("_", "x")))
        if short == "decimal":
            return _decimal(value)
        if short == "boolean":
            return _TRUE[value.lower()]
    except (ValueError, KeyError, InvalidOperation) as error:
        code = "table-date" if short == "date" else "table-value"
        raise RowFault(code, f"'{text}' is no xsd:{short}", _FORMS[short]) from error
    return text


_FORMS = {
    "date": "a day as 2023-07-11",
    "integer": "a whole number as 15",
    "decimal": "a number as 2.5",
    "boolean": "true or false, yes or no",
}


def _decimal(value: str) -> str:
    number = Decimal(value)
    if not number.is_finite():
        raise InvalidOperation
    text = format(number.normalize(), "f")
    return text if "." in text else f"{text}.0"


@lru_cache(maxsize=50_000)
def span(edtf: str) -> tuple[str, str]:
    """Give the first and the last day that an EDTF value can mean, as ISO texts.

    Raises:
        RowFault: the text is not a date that can be bounded.
    """
    try:
        first, last = bounds(edtf)
    except DateError as error:
        raise RowFault("table-date", error.message, error.expected or "") from error
    return first.isoformat(), last.isoformat()


def day(iso: str) -> str:
    """Give a day as N-Quads writes it; the text is a day already."""
    return f'"{iso}"^^<{_XSD}date>'
