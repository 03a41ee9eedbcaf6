"""The header of a saved query: TOML in comments above a complete SPARQL query.

Shape: the text of a file in, a ``SavedQuery`` out; nothing is run.
Source: the form of inline script metadata (PEP 723), with the block type ``query``.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allygraph.errors import QueryFileError

TYPES = ("iri", "date", "string", "integer", "boolean")
ROW_MARK = "# params"

_BLOCK = re.compile(r"\A# /// query\n((?:#(?: .*)?\n)+?)# ///\n")
_TEXTS = ("title", "question", "reading")
_LISTS = ("tags", "evidence")
_NEVER_SAID = {"name", "variable", "datatype", "language"}


@dataclass(frozen=True)
class Param:
    """One parameter of a saved query.

    Args:
        name: the SPARQL variable, without its question mark.
        type: ``iri``, ``date``, ``string``, ``integer`` or ``boolean``.
        help: what it means.
        optional: the example in the query's text stands when no value is given.
        any: without a value it is left open (``UNDEF``), so that everything fits.
        many: several values may be given, with commas between them.
        values: the only values allowed, as short names; empty when all are.
        edge: the day meant by a longer span, its ``last`` or its ``first``; for dates only.
        variable: the variable, where it has another name; no header of ours says so.
        datatype: whole IRI of a string's datatype, where it has one; as for ``variable``.
        language: the language of a string, where it has one; as for ``variable``.
    """

    name: str
    type: str
    help: str
    optional: bool = False
    any: bool = False
    many: bool = False
    values: tuple[str, ...] = ()
    edge: str = "last"
    variable: str = ""
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True)
class Column:
    """One column of the answer: its variable, the type of its values, and what they mean."""

    name: str
    type: str
    help: str


@dataclass(frozen=True)
class SavedQuery:
    """A reviewed question: what it asks, what may be filled in, and a query that runs as it is.

    Args:
        name: the path below ``queries/`` without its ending, ``topic/question``.
        title: a short name for people.
        question: the question that the example values in the text ask.
        reading: how a row is to be read.
        tags: words to find it by.
        params: the parameters by name, in the order of the text.
        columns: the columns by name, in the order of the answer.
        evidence: variables of the body that are a holding or a claim behind a row.
        counts: the saved query whose rows this one counts; empty for one that counts nothing.
        text: the whole file.
        page_rows: how many rows a page has where nobody says; 0: all.
    """

    name: str
    title: str
    question: str
    reading: str
    tags: tuple[str, ...]
    params: Mapping[str, Param]
    columns: Mapping[str, Column]
    evidence: tuple[str, ...]
    counts: str
    text: str
    page_rows: int = 0


def read_header(text: str, *, name: str, place: str) -> SavedQuery:
    """Read a saved query from the text of its file.

    Raises:
        QueryFileError: there is no header, or it lacks something or says something unknown.
    """
    table = _table(text, place)
    for key in _TEXTS:
        if not isinstance(table.get(key), str) or not table[key]:
            raise QueryFileError(f"the header has no {key}", expected=f'{key} = "…"', place=place)
    unknown = set(table) - {*_TEXTS, *_LISTS, "counts", "params", "columns"}
    if unknown:
        raise QueryFileError(f"the header has the unknown key '{min(unknown)}'", place=place)
    lists = {key: tuple(map(str, table.get(key, []))) for key in _LISTS}
    return SavedQuery(
        name=name,
        title=table["title"],
        question=table["question"],
        reading=table["reading"],
        tags=lists["tags"],
        params={key: _param(key, row, place) for key, row in table.get("params", {}).items()},
        columns={key: _column(key, row, place) for key, row in table.get("columns", {}).items()},
        evidence=lists["evidence"],
        counts=str(table.get("counts", "")),
        text=text,
    )


def _table(text: str, place: str) -> dict[str, Any]:
    block = _BLOCK.match(text)
    if block is None:
        raise QueryFileError(
            "the file does not begin with a header", expected="# /// query … # ///", place=place
        )
    lines = [line[2:] for line in block[1].splitlines()]
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        raise QueryFileError(f"the header is not TOML: {error}", place=place) from error


def _param(name: str, row: Any, place: str) -> Param:
    return Param(name=name, **{**_checked(name, row, Param, place), "values": _values(row)})


def _values(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(map(str, row.get("values", ())))


def _column(name: str, row: Any, place: str) -> Column:
    return Column(name=name, **_checked(name, row, Column, place))


def _checked(name: str, row: Any, kind: type, place: str) -> dict[str, Any]:
    """Refuse a row that lacks its type or help, or that has a key which nobody reads."""
    allowed = set(kind.__dataclass_fields__) - _NEVER_SAID  # type: ignore[attr-defined]
    if not isinstance(row, dict) or not set(row) <= allowed:
        raise QueryFileError(
            f"'{name}' has a key that is not known",
            expected=f"a table of {', '.join(sorted(allowed))}",
            place=place,
        )
    if row.get("type") not in TYPES or not row.get("help"):
        raise QueryFileError(
            f"'{name}' lacks a type or a help", expected=f"one of {', '.join(TYPES)}", place=place
        )
    if row.get("edge", "last") not in ("first", "last"):
        raise QueryFileError(f"'{name}' has an unknown edge", expected="first, last", place=place)
    return row
