"""Filters: what ``|name:argument`` in a template does with a value.

Text in, text out. An empty value stays empty, but for ``default`` and ``required``.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

from allygraph.errors import MappingError
from allygraph.names import compact, did_you_mean
from allygraph.tables.faults import RowFault
from allygraph.tables.known import SCHEMES, Known
from allygraph.tables.syntax import Regex
from allygraph.tables.templates import Filter, Row, Step, Template
from allygraph.tables.terms import full, span

_NOT_DECOMPOSED = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
    }
)
_APOSTROPHES = re.compile("['’ʼ`´]")  # noqa: RUF001  the typographic ones are meant
_IS_SLUG = re.compile("(?:[a-z0-9]+(?:-[a-z0-9]+)*)?")
_OTHER_SIGNS = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:[, ][0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?")
_DECADE = re.compile(r"([0-9]{3})[0-9xX](?:s|-.*)?")
_LENGTHS = {"day": 10, "month": 7, "year": 4}
_KINDS = ("actor", "event", "instrument", "office", "place", "rel")
Argument = Template | Regex | None


def slug(text: str) -> str:
    """Give the small letters and digits of a text, with single hyphens for what is between.

    >>> slug("Côte d'Ivoire (Abidjan)")
    'cote-divoire-abidjan'
    """
    return text if _IS_SLUG.fullmatch(text) else _slugged(text)


@lru_cache(maxsize=20_000)
def _slugged(text: str) -> str:
    letters = _APOSTROPHES.sub("", text.lower().translate(_NOT_DECOMPOSED))
    letters = unicodedata.normalize("NFKD", letters)
    letters = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return _OTHER_SIGNS.sub("-", letters).strip("-")


def filters(known: Known, values: Mapping[str, Mapping[str, str]]) -> dict[str, Filter]:
    """Give all filters by name.

    Args:
        known: the things that there are, for lookups and labels.
        values: the tables ``[values.NAME]`` of the mapping, for ``map``.
    """
    return {
        "any": _lookup(known, ""),
        **{kind: _lookup(known, kind) for kind in _KINDS},
        "cut": _with_text("cut", cut),
        "default": Filter(_default),
        "earliest": _with_text("earliest", lambda value, other: _nearer(value, other, 0)),
        "end": _plain(lambda value: value.partition("/")[2]),
        "first": _with_text("first", lambda value, mark: value.partition(mark)[0].strip()),
        "join": _with_text("join", lambda value, mark: mark.join(_parts(value))),
        "label": _plain(lambda value: _label(known, value)),
        "last": _with_text("last", lambda value, mark: value.rpartition(mark)[2].strip()),
        "latest": _with_text("latest", lambda value, other: _nearer(value, other, 1)),
        "local": _plain(lambda value: re.split("[/#:]", value)[-1]),
        "lower": _plain(str.lower),
        "map": _map(values),
        "match": Filter(_match),
        "number": _plain(_number),
        "replace": Filter(_replace),
        "required": Filter(_required),
        "slug": _plain(slug),
        "start": _plain(lambda value: value.partition("/")[0]),
        "strip": _plain(str.strip),
        "title": _plain(str.title),
        "upper": _plain(str.upper),
        "year": _plain(lambda value: span(value.strip())[0][:4]),
    }


def cut(value: str, precision: str) -> str:
    """Bring a date to the precision that the first word of a text names.

    A date that is less precise stays as it is; so does any date where no precision is named.

    Raises:
        RowFault: the word is none of day, month, year and decade, or the date is none.

    >>> cut("1994-10-05", "month (NAC grant October 2014)")
    '1994-10'
    """
    word = re.match(r"[a-z]*", precision.strip().lower())
    name = word.group() if word else ""
    if name == "decade" and (decade := _DECADE.fullmatch(value.strip())):
        return f"{decade[1]}0/{decade[1]}9"
    if name and name not in _LENGTHS:
        raise RowFault(
            "table-value",
            f"'{precision}' is no precision of a date",
            "a text that begins with day, month, year or decade",
        )
    date = value.strip()
    span(date)
    return date[: _LENGTHS[name]] if name and "/" not in date else date


def _plain(change: Callable[[str], str]) -> Filter:
    """Make a filter that has no argument."""

    def make(argument: Argument, place: str) -> Step:
        if argument is not None:
            raise MappingError("this filter has no argument", expected="|name alone", place=place)
        return lambda value, row: change(value) if value else value

    return Filter(make)


def _with_text(name: str, change: Callable[[str, str], str]) -> Filter:
    """Make a filter whose argument is a text, perhaps with references."""

    def make(argument: Argument, place: str) -> Step:
        fill = _text(argument, name, place).fill
        return lambda value, row: change(value, fill(row)) if value else value

    return Filter(make)


def _text(argument: Argument, name: str, place: str) -> Template:
    if not isinstance(argument, Template):
        raise MappingError(
            f"the filter '{name}' needs a text", expected=f"|{name}:TEXT", place=place
        )
    return argument


def _default(argument: Argument, place: str) -> Step:
    fill = _text(argument, "default", place).fill
    return lambda value, row: value if value.strip() else fill(row)


def _required(argument: Argument, place: str) -> Step:
    def step(value: str, row: Row) -> str:
        if not value.strip():
            raise RowFault("table-empty", "the cell is empty", "a value in every row")
        return value

    return step


def _regex(argument: Argument, name: str, place: str) -> re.Pattern[str]:
    if not isinstance(argument, Regex):
        raise MappingError(
            f"the filter '{name}' needs a regular expression",
            expected=f"|{name}:/PATTERN/",
            place=place,
        )
    return pattern(argument.pattern, place)


def pattern(text: str, place: str) -> re.Pattern[str]:
    """Compile a regular expression of a mapping.

    Raises:
        MappingError: it is malformed.
    """
    try:
        return re.compile(text)
    except re.error as error:
        raise MappingError(
            f"'{text}' is no regular expression: {error}",
            expected="a pattern as Python's re has them",
            place=place,
        ) from error


def _match(argument: Argument, place: str) -> Step:
    wanted = _regex(argument, "match", place)

    def step(value: str, row: Row) -> str:
        found = wanted.search(value)
        if found is None:
            return ""
        return (found.group(1) if wanted.groups else found.group()) or ""

    return step


def _replace(argument: Argument, place: str) -> Step:
    wanted = _regex(argument, "replace", place)
    new = argument.replacement if isinstance(argument, Regex) else None
    if new is None:
        raise MappingError(
            "the filter 'replace' needs a new text",
            expected="|replace:/PATTERN/TEXT/",
            place=place,
        )
    try:
        wanted.sub(new, "")
        re.sub(f"(?:{wanted.pattern})?", new, "") if wanted.groups == 0 else None
    except (re.error, IndexError) as error:
        raise MappingError(
            f"'{new}' is no new text: {error}", expected=r"a text, \1 for a group", place=place
        ) from error
    return lambda value, row: wanted.sub(new, value)


def _map(values: Mapping[str, Mapping[str, str]]) -> Filter:
    def make(argument: Argument, place: str) -> Step:
        name = _text(argument, "map", place).constant or ""
        if name not in values:
            raise MappingError(
                f"there is no table [values.{name}]",
                expected=did_you_mean(name, values) or f"[values.{name}] with lines TEXT = …",
                place=place,
            )
        return _mapped(name, values[name])

    return Filter(make)


def _mapped(name: str, table: Mapping[str, str]) -> Step:
    def step(value: str, row: Row) -> str:
        found = table.get(value)
        if found is None:
            found = table.get(value.strip(), table.get("*"))
        if found is not None:
            return found.replace("*", value) if found == "*" else found
        if not value.strip():
            return ""
        near = did_you_mean(value, table)
        raise RowFault(
            "table-value",
            f"'{value}' is not in [values.{name}]",
            f"{near} Or add it to [values.{name}]" if near else f"a line in [values.{name}]",
        )

    return step


def _lookup(known: Known, kind: str) -> Filter:
    """Make a lookup; its argument may hold the list whose code it is, and the day."""

    def make(argument: Argument, place: str) -> Step:
        if argument is None:
            return lambda value, row: known.find(value, kind) if value.strip() else ""
        text = _text(argument, kind or "any", place)
        if text.constant is not None:
            _lookup_words(text.constant, place)

        def step(value: str, row: Row) -> str:
            if not value.strip():
                return ""
            scheme, on = _lookup_words(text.fill(row), place)
            return known.find(value, kind, on=on, scheme=scheme)

        return step

    return Filter(make)


def _lookup_words(text: str, place: str) -> tuple[str, str]:
    """Read ``cow on=1970`` as the list and the day."""
    scheme, _, on = text.strip().partition("on=")
    scheme = scheme.strip()
    if scheme and scheme not in SCHEMES.values():
        raise MappingError(
            f"there is no list '{scheme}'",
            expected=f"{', '.join(SCHEMES.values())}, or on={{joined}} alone",
            place=place,
        )
    return scheme, on.strip()


def _label(known: Known, value: str) -> str:
    iri = full(value)
    if (label := known.label(iri)) is None:
        raise RowFault(
            "table-name-unknown",
            f"'{compact(iri)}' has no label",
            "a thing with an English label, in the data or made before this",
        )
    return label


def _nearer(value: str, other: str, end: int) -> str:
    if not other.strip():
        return value
    one, two = span(value.strip()), span(other.strip())
    if end:
        return value if one[1] >= two[1] else other
    return value if one[0] <= two[0] else other


def _number(value: str) -> str:
    text = value.strip()
    if not _NUMBER.fullmatch(text):
        raise RowFault("table-value", f"'{value}' is no number", "digits, as 1500 or 1,500")
    return re.sub("[, ]", "", text)


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(";") if part.strip()]
