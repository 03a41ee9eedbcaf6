"""Mappings: the TOML file that says what the rows of a sheet mean, read and checked for its keys.

What the values mean is settled where they are compiled; here every key is one that exists and has
the right type, so that a slip is told before the first row. Source: https://toml.io/en/v1.0.0.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from allygraph.errors import MappingError
from allygraph.graph import read
from allygraph.names import did_you_mean

Table = dict[str, Any]
_TEXT = (str,)
_CHOICE = (str, list)
_WORDS = (str, dict)
_NAMES = (str, list)
_FLAG = (bool, str, dict)
_DATE = (str, dict)
Keys = Mapping[str, tuple[type, ...]]

REPEATED: Keys = {"when": (dict,), "for": (dict,), "each": (dict,), "let": (dict,)}
DOCUMENT: Keys = {
    "iri": _TEXT,
    "title": _TEXT,
    "publisher": _TEXT,
    "url": _TEXT,
    "published": _TEXT,
    "licence": _TEXT,
    "language": _TEXT,
}
_TOP: Keys = {
    "title": _TEXT,
    "extends": _TEXT,
    "sheet": (dict,),
    "tables": (dict,),
    "values": (dict,),
    "vars": (dict,),
    "sources": (dict,),
    "source": (dict,),
    "node": (list,),
    "claim": (list,),
}
_SHEET: Keys = {
    "delimiter": _TEXT,
    "columns": (list,),
    "required": (list,),
    "key": _TEXT,
    "spell": _TEXT,
    "retrieved": _TEXT,
    "skip": (dict,),
    "document": (dict, str),
}
_JOINED: Keys = {
    "file": _TEXT,
    "key": _TEXT,
    "on": _TEXT,
    "optional": (bool,),
    "delimiter": _TEXT,
}
_SOURCES: Keys = {
    "column": _TEXT,
    "separator": _TEXT,
    "pattern": _TEXT,
    "patterns": (list,),
    "note": _TEXT,
    "published": (list, str),
    "general_knowledge": _TEXT,
    "joined_titles": (bool,),
    "language": _TEXT,
    "licence": _TEXT,
    "known": (dict,),
    "publishers": (dict,),
    "titles": (dict,),
}
TITLE: Keys = {"language": _TEXT, "label": _TEXT}
_NODE: Keys = {
    **REPEATED,
    "name": _TEXT,
    "iri": _TEXT,
    "existing": _TEXT,
    "properties": (dict,),
}
_CLAIM: Keys = {
    **REPEATED,
    "about": _TEXT,
    "affirms": _TEXT,
    "denies": _TEXT,
    "doubts": _TEXT,
    "polarity": _TEXT,
    "suffix": _TEXT,
    "label": _WORDS,
    "start": _DATE,
    "end": _DATE,
    "attested": _TEXT,
    "term": _TEXT,
    "end_kind": _TEXT,
    "public_act": _FLAG,
    "hedged": _FLAG,
    "modality": _TEXT,
    "review": _TEXT,
    "rank": _TEXT,
    "quotation": _TEXT,
    "appraisal": _TEXT,
    "source": _TEXT,
    "evidence": _TEXT,
    "asserted_by": _TEXT,
    "may_be_asserted_by": _NAMES,
    "reported_by": _NAMES,
    "said_in": _TEXT,
    "said_on": _TEXT,
    "quote": _TEXT,
    "no_quote_reason": _WORDS,
    "note": _WORDS,
    "resolved_by": _NAMES,
    "supersedes": _NAMES,
    "corrects": _NAMES,
    "retracts": _NAMES,
    "inferred_from": _NAMES,
}


@dataclass(frozen=True)
class MappingFile:
    """A mapping with its keys checked; ``place`` is how errors call it."""

    path: Path
    place: str
    title: str
    sheet: Table
    tables: dict[str, Table]
    values: dict[str, dict[str, str]]
    variables: Table
    sources: Table | None
    source: Table | None
    nodes: list[Table]
    claims: list[Table]


def load(path: Path) -> MappingFile:
    """Read a mapping and those that it extends.

    Raises:
        MappingError: it is not TOML, a key is unknown or missing, or a value has the wrong type.
        UnreadableFile: the file is missing or not UTF-8.
    """
    place = path.name
    top = _merged(path, place, ())
    check(top, _TOP, place, "", needed=("title", "sheet"))
    check(top["sheet"], _SHEET, place, "[sheet]", needed=("key",))
    _check_day(top["sheet"].get("retrieved", "2000-01-01"), place)
    if isinstance(top["sheet"].get("document"), dict):
        needed = ("iri", "title", "licence")
        check(top["sheet"]["document"], DOCUMENT, place, "[sheet.document]", needed=needed)
    for name, table in _tables(top, "tables", place).items():
        check(table, _JOINED, place, f"[tables.{name}]", needed=("file", "key", "on"))
    _check_evidence(top, place)
    nodes = _list(top, "node", _NODE, ("iri", "properties"), place)
    claims = _list(top, "claim", _CLAIM, ("label",), place)
    if not nodes and not claims:
        raise MappingError("it makes nothing", expected="[[node]] or [[claim]]", place=place)
    return MappingFile(
        path,
        place,
        top["title"],
        top["sheet"],
        top.get("tables", {}),
        _values(top, place),
        top.get("vars", {}),
        top.get("sources"),
        top.get("source"),
        nodes,
        claims,
    )


def check(table: Table, keys: Keys, place: str, where: str, *, needed: Iterable[str] = ()) -> None:
    """Check the keys of a table, and the types of their values.

    Raises:
        MappingError: a key is unknown or missing, or a value has another type.
    """
    at = f"{where} " if where else ""
    for key, value in table.items():
        if key not in keys:
            raise MappingError(
                f"{at}has the unknown key '{key}'",
                expected=did_you_mean(key, keys) or f"one of {', '.join(keys)}",
                place=place,
            )
        if type(value) not in keys[key]:
            names = " or ".join(_TYPES[kind] for kind in keys[key])
            raise MappingError(
                f"{at}'{key}' is {_TYPES.get(type(value), 'something else')}",
                expected=names,
                place=place,
            )
        if key in _OF_TEXTS and not all(isinstance(one, str) for one in _members(value)):
            raise MappingError(f"{at}'{key}' holds other than texts", expected="texts", place=place)
        if key in _FORMS and isinstance(value, str) and not _FORMS[key][0].fullmatch(value):
            raise MappingError(f"{at}'{key}' is '{value}'", expected=_FORMS[key][1], place=place)
    for key in needed:
        if key not in table:
            raise MappingError(f"{at}has no '{key}'", expected=f"{key} = …", place=place)


_LANGUAGE = (re.compile(r"|[a-z]{2,3}(-[A-Za-z0-9]{1,8})*"), "a language tag, as en or zh-Hant")
_FORMS = {
    "delimiter": (re.compile(r"[^\r\n\"]"), "one sign"),
    "lang": _LANGUAGE,
    "language": _LANGUAGE,
}
"""Keys whose texts have a form."""
_OF_TEXTS = frozenset(
    {"columns", "flag", "in", "patterns", "published", "publishers", "required", "skip", "value"}
)
"""Keys whose lists or tables hold texts alone."""


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


_TYPES: dict[type, str] = {
    str: "a text",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    int: "a number",
    float: "a number",
}


def _check_day(text: str, place: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise MappingError(
            f"[sheet] 'retrieved' is '{text}'", expected="a day as 2026-11-23", place=place
        ) from error


def _check_evidence(top: Table, place: str) -> None:
    if "sources" in top and "source" in top:
        raise MappingError(
            "[sources] and [source] exclude each other",
            expected="[sources] where rows name documents, [source] where the table is one",
            place=place,
        )
    if "sources" in top:
        check(top["sources"], _SOURCES, place, "[sources]", needed=("column",))
    if "source" in top:
        check(top["source"], DOCUMENT, place, "[source]", needed=("iri",))
    if top.get("claim") and "sources" not in top and "source" not in top:
        raise MappingError(
            "it makes claims without a source", expected="[sources] or [source]", place=place
        )


def _merged(path: Path, place: str, seen: tuple[Path, ...]) -> Table:
    """Read a mapping below which another may lie: its tables are joined, ours win."""
    try:
        table: Table = tomllib.loads(read(path))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"not TOML: {error}", expected="TOML 1.0", place=place) from error
    if not isinstance(below := table.get("extends"), str):
        return table
    other = path.parent / below
    if other in (path, *seen):
        raise MappingError(f"it extends itself through '{below}'", expected="no ring", place=place)
    return _joined(_merged(other, other.name, (path, *seen)), table)


def _joined(below: Table, above: Table) -> Table:
    joined = dict(below)
    for key, value in above.items():
        lower = joined.get(key)
        if isinstance(lower, dict) and isinstance(value, dict):
            value = _joined(lower, value)
        joined[key] = value
    return joined


def _tables(top: Table, key: str, place: str) -> dict[str, Table]:
    for name, table in top.get(key, {}).items():
        if not isinstance(table, dict):
            raise MappingError(
                f"[{key}] '{name}' is no table", expected=f"[{key}.{name}]", place=place
            )
    found: dict[str, Table] = top.get(key, {})
    return found


def _values(top: Table, place: str) -> dict[str, dict[str, str]]:
    for name, table in _tables(top, "values", place).items():
        for key, value in table.items():
            if not isinstance(value, str):
                raise MappingError(
                    f"[values.{name}] '{key}' is not a text", expected='TEXT = "text"', place=place
                )
    return _tables(top, "values", place)


def _list(top: Table, key: str, keys: Keys, needed: tuple[str, ...], place: str) -> list[Table]:
    tables = top.get(key, [])
    for number, table in enumerate(tables, start=1):
        where = f"[[{key}]] {number}"
        if not isinstance(table, dict):
            raise MappingError(f"{where} is no table", expected=f"[[{key}]]", place=place)
        check(table, keys, place, where, needed=needed)
    return list(tables)
