"""Terms: what a curator writes, as the value that a field of a form takes."""

import re
from datetime import date

from pyoxigraph import Literal, NamedNode

from allygraph.curation.checkout import Term
from allygraph.curation.forms import LANGUAGE_TEXT, Field
from allygraph.curation.naming import Naming
from allygraph.dates import bounds
from allygraph.errors import DateError, ParameterError
from allygraph.names import EDTF, expand

_QUOTED = re.compile(r'"(?P<text>.+)"@(?P<language>[A-Za-z]{2,3}(-[A-Za-z0-9]+)*)', re.DOTALL)
_TRUTH = {"yes": "true", "y": "true", "true": "true", "no": "false", "n": "false", "false": "false"}
_BOOLEAN, _DATE, _INTEGER = map(expand, ("xsd:boolean", "xsd:date", "xsd:integer"))


def term(words: str, field: Field, naming: Naming, *, place: str) -> Term:
    """Give the value of a field that some words mean.

    Texts are English unless written as in Turtle, ``"Texte"@fr``.

    Args:
        words: what was written.
        field: the property that it is for.
        naming: the things that can be meant.
        place: the option or question, for errors.

    Raises:
        UnknownName: no thing, or more than one, is called so.
        DateError: a date is none, or a day is needed and it is longer.
        ParameterError: the words are empty, or not of the field's datatype.
    """
    words = words.strip()
    if not words:
        raise ParameterError(f"nothing is given for {field.name}", expected="a value", place=place)
    if field.points or field.schemes or field.classes:
        return NamedNode(naming.resolve(words, field, place=place))
    if field.datatype is None or field.datatype == LANGUAGE_TEXT:
        return _text(words, plain=field.datatype is None)
    return Literal(_lexical(words, field, place), datatype=NamedNode(field.datatype))


def day(words: str, *, place: str) -> date:
    """Read one day; errors as of `term`."""
    try:
        span = bounds(words.strip())
    except DateError as error:
        raise DateError(error.message, expected="a day, as 2023-07-11", place=place) from error
    if span.earliest != span.latest:
        raise DateError(f"'{words}' is more than one day", expected="a day", place=place)
    return span.earliest


def day_literal(value: date) -> Literal:
    """Write a day as xsd:date."""
    return Literal(value.isoformat(), datatype=NamedNode(_DATE))


def _text(words: str, *, plain: bool) -> Literal:
    if (quoted := _QUOTED.fullmatch(words)) is not None:
        return Literal(quoted["text"], language=quoted["language"])
    return Literal(words) if plain else Literal(words, language="en")


def _lexical(words: str, field: Field, place: str) -> str:
    if field.datatype == EDTF:
        try:
            bounds(words)
        except DateError as error:
            raise DateError(error.message, expected=error.expected, place=place) from error
        return words
    if field.datatype == _DATE:
        return day(words, place=place).isoformat()
    if field.datatype == _BOOLEAN:
        if words.casefold() not in _TRUTH:
            raise ParameterError(f"'{words}' is not yes or no", expected="yes or no", place=place)
        return _TRUTH[words.casefold()]
    if field.datatype == _INTEGER:
        if re.fullmatch("-?[0-9]{1,18}", words) is None:
            raise ParameterError(
                f"'{words}' is not a whole number", expected="a number, as 12", place=place
            )
        return str(int(words))
    return words
