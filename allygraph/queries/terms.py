"""Values from outside become SPARQL terms: checked by type, serialised by pyoxigraph, never pasted.

Shape: a ``Param`` and a text in; the SPARQL form of one term out.
Units: a date is one day; a longer EDTF span means its last day, or its first where the parameter
says so.
Source: SPARQL 1.1 section 19.2 (codepoint escapes), https://www.w3.org/TR/sparql11-query/.
"""

import re
from datetime import date

from pyoxigraph import Literal, NamedNode

from allygraph.dates import bounds
from allygraph.errors import ParameterError, UnknownName
from allygraph.names import PREFIXES, compact, did_you_mean, expand
from allygraph.queries.header import Param

_XSD = PREFIXES["xsd"]
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_TRUTHS = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false"}
_TRUTHS["0"] = "false"
_ESCAPE = re.compile(r"\\\\([uU])|\\u([0-9A-F]{4})|\\.", re.DOTALL)
_LONGEST_TEXT = 10_000


def terms(param: Param, given: str, *, query: str) -> list[str]:
    """Give the SPARQL terms of a parameter's value, in the order given.

    Args:
        param: the parameter.
        given: its value, or several with commas between them where the parameter takes many.
        query: the name of the query, for errors.

    Raises:
        ParameterError: a value does not fit the type.
        DateError: a value is no date.
    """
    many = param.many and param.type != "string"
    values = [part.strip() for part in given.split(",")] if many else [given]
    writers = {
        "iri": _iri,
        "date": _date,
        "string": _string,
        "integer": _integer,
        "boolean": _boolean,
    }
    return [writers[param.type](param, value, f"{query}: {param.name}") for value in values]


def serialised(literal: Literal) -> str:
    r"""Write a literal so that every parser reads the same value.

    SPARQL lets a parser expand ``\u0022`` before it reads the grammar; rdflib does so even behind
    an escaped backslash, and takes eight digits where eight follow. So the ``u`` after an escaped
    backslash is itself written as an escape, and all such escapes have eight digits.
    """
    return _ESCAPE.sub(_escape, str(literal))


def _escape(found: re.Match[str]) -> str:
    if letter := found[1]:
        return f"\\\\\\U{ord(letter):08X}"
    return f"\\U0000{found[2]}" if found[2] else found[0]


def _iri(param: Param, given: str, place: str) -> str:
    if param.values:
        return str(NamedNode(expand(_allowed(param, given, place))))
    try:
        return str(NamedNode(expand(given)))
    except (UnknownName, ValueError) as error:
        hint = error.expected if isinstance(error, UnknownName) else None
        raise ParameterError(
            f"{place}: {_shown(given)} is not a name",
            expected=hint or "a prefix and a name, as actor:nato, or an IRI",
        ) from error


def _allowed(param: Param, given: str, place: str) -> str:
    """Find the allowed value that is meant: ``sure`` means ``kind:certainty-sure``."""
    wanted = compact(given)
    for value in param.values:
        if wanted == value or (wanted and value.endswith(f"-{wanted}")):
            return value
    raise ParameterError(
        f"{place}: {_shown(given)} is not allowed",
        expected=did_you_mean(given, param.values) or f"one of {', '.join(param.values)}",
    )


def _date(param: Param, given: str, place: str) -> str:
    span = bounds(given)
    day: date = span.earliest if param.edge == "first" else span.latest
    return str(Literal(day.isoformat(), datatype=NamedNode(f"{_XSD}date")))


def _string(param: Param, given: str, place: str) -> str:
    if len(given) > _LONGEST_TEXT:
        raise ParameterError(f"{place}: the text has more than {_LONGEST_TEXT} characters")
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in given) or not _is_text(given):
        raise ParameterError(f"{place}: {_shown(given)} has a control character")
    if param.values and given not in param.values:
        raise ParameterError(
            f"{place}: {_shown(given)} is not allowed",
            expected=did_you_mean(given, param.values) or f"one of {', '.join(param.values)}",
        )
    if param.language:
        return serialised(Literal(given, language=param.language))
    if param.datatype == f"{_XSD}decimal":
        return _number(given, place)
    return serialised(
        Literal(given, datatype=NamedNode(param.datatype)) if param.datatype else Literal(given)
    )


def _number(given: str, place: str) -> str:
    """Read a number as SPARQL does: without a point it is an integer."""
    if not _NUMBER.fullmatch(given):
        raise ParameterError(f"{place}: {_shown(given)} is not a number", expected="as 1949, 2.5")
    return str(
        Literal(given, datatype=NamedNode(_XSD + ("decimal" if "." in given else "integer")))
    )


def _is_text(given: str) -> bool:
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def _integer(param: Param, given: str, place: str) -> str:
    if not _WHOLE.fullmatch(given):
        raise ParameterError(f"{place}: {_shown(given)} is not a whole number", expected="as 1949")
    return str(Literal(int(given)))


def _boolean(param: Param, given: str, place: str) -> str:
    if given.lower() not in _TRUTHS:
        raise ParameterError(f"{place}: {_shown(given)} is not a truth value", expected="yes, no")
    return str(Literal(_TRUTHS[given.lower()], datatype=NamedNode(f"{_XSD}boolean")))


def _shown(given: str) -> str:
    """Show a value at fault, short and without signs that would disturb a terminal."""
    return repr(given if len(given) <= 80 else f"{given[:77]}…")
