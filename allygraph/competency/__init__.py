"""Competency questions: what the graph must be able to answer, each with its query and its answer.

A question is a TOML file: its words, one or more asks (a saved query and its parameters, the
columns that count, the table of expected rows), and one change of data that must change an answer.

Shape: a folder of ``q001.toml … q093.toml`` with tables ``.tsv`` in; `Question` and `Answer` out.
Units: answers are sets of rows; names are short, as ``actor:nato``, other values are plain texts.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allygraph import queries
from allygraph.engines import Engine
from allygraph.errors import QueryFileError
from allygraph.lookup import refuse_unknown, statements
from allygraph.names import expand
from allygraph.results import Table, readable

Row = tuple[str, ...]
Rows = frozenset[Row]

_FILE = re.compile(r"q(\d{3})\.toml")
_KEYS = frozenset(("question", "section", "asks", "seeded", "cannot", "reading"))
_ASK_KEYS = frozenset(("query", "params", "columns"))


@dataclass(frozen=True)
class Ask:
    """One run of a saved query: its parameters, the columns that count, and the expected rows."""

    query: str
    params: Mapping[str, str]
    columns: tuple[str, ...]
    expected: Rows


@dataclass(frozen=True)
class Seed:
    """A change of data: what is removed, and what is added, in Turtle without its prefixes.

    What is removed is named by a subject, or a subject and a property, or a whole statement.
    """

    change: str
    remove: tuple[tuple[str, ...], ...]
    add: str


@dataclass(frozen=True)
class Question:
    """A question: either asked, or with the reason why it cannot be."""

    number: int
    text: str
    section: str
    asks: tuple[Ask, ...]
    seeded: Seed | None
    cannot: str
    reading: str


@dataclass(frozen=True)
class Answer:
    """The rows of one ask in the query's order, and behind each the names of its claims."""

    rows: tuple[Row, ...]
    claims: tuple[tuple[str, ...], ...]


def read_questions(folder: Path) -> list[Question]:
    """Read all questions of a folder, by number.

    Raises:
        QueryFileError: a file is not in form, or a table of expected rows is missing or unlike it.
    """
    paths = sorted(path for path in folder.glob("*.toml") if _FILE.fullmatch(path.name))
    return [_question(path) for path in paths]


def ask(engine: Engine, asked: Ask) -> Rows:
    """Run one ask and give the set of its rows, in the columns that count.

    Raises:
        UnknownName: the graph has no thing of a name that is asked for.
    """
    _, text = _bound(engine, asked)
    return frozenset(_picked(engine.select(text), asked.columns))


def answer(engine: Engine, asked: Ask) -> Answer:
    """Run one ask and give its rows with the claims behind them; equal rows become one.

    Raises:
        UnknownName: the graph has no thing of a name that is asked for.
    """
    saved, text = _bound(engine, asked)
    table = engine.select(queries.with_evidence(text, saved) if saved.evidence else text)
    places = [table.columns.index(name) for name in saved.evidence]
    nodes = {v.value for row in table.rows for i in places if (v := row[i]) is not None}
    rests: dict[str, list[str]] = {
        node: [readable(claim) for claim in said.get(expand("ally:restsOn"), [])]
        for node, said in statements(engine, nodes).items()
    }
    found: dict[Row, dict[str, None]] = {}
    for row, picked in zip(table.rows, _picked(table, asked.columns), strict=True):
        behind = found.setdefault(picked, {})
        for node in (value for i in places if (value := row[i]) is not None):
            behind.update(dict.fromkeys(rests.get(node.value) or [readable(node)]))
    return Answer(tuple(found), tuple(tuple(claims) for claims in found.values()))


def _bound(engine: Engine, asked: Ask) -> tuple[queries.SavedQuery, str]:
    saved = queries.load(asked.query)
    refuse_unknown(engine, queries.things(saved, asked.params))
    return saved, queries.bind(saved, asked.params)


def _picked(table: Table, columns: Iterable[str]) -> Iterator[Row]:
    places = [table.columns.index(name) for name in columns]
    return (tuple(readable(row[i]) for i in places) for row in table.rows)


def _question(path: Path) -> Question:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise QueryFileError(f"not TOML: {error}", place=path.name) from error
    _refuse_others(table, _KEYS, path)
    if not table.get("question") or not table.get("section"):
        raise QueryFileError("a question has its words and a section", place=path.name)
    if bool(table.get("cannot")) == bool(table.get("asks")):
        raise QueryFileError("a question has asks, or the reason 'cannot'", place=path.name)
    return Question(
        number=int(path.stem[1:]),
        text=table["question"],
        section=table["section"],
        asks=tuple(_asks(table.get("asks", []), path)),
        seeded=_seed(table.get("seeded"), path),
        cannot=table.get("cannot", ""),
        reading=table.get("reading", ""),
    )


def _asks(rows: list[dict[str, Any]], path: Path) -> Iterator[Ask]:
    for number, row in enumerate(rows):
        _refuse_others(row, _ASK_KEYS, path)
        letter = f"-{chr(ord('a') + number)}" if len(rows) > 1 else ""
        columns = tuple(row["columns"])
        expected = _expected(path.with_name(f"{path.stem}{letter}.tsv"), columns)
        yield Ask(row["query"], dict(row.get("params", {})), columns, expected)


def _expected(path: Path, columns: tuple[str, ...]) -> Rows:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    except (OSError, ValueError) as error:
        raise QueryFileError(
            "there is no table of expected rows",
            expected="a line of columns, then the rows, with tabs between",
            place=path.name,
        ) from error
    if tuple(head) != columns or any(len(row) != len(columns) for row in rows):
        raise QueryFileError(
            "the table has not the columns of its ask", expected=" ".join(columns), place=path.name
        )
    found = frozenset(map(tuple, rows))
    if len(found) != len(rows):
        raise QueryFileError("a row stands twice in the table", place=path.name)
    return found


def _seed(table: dict[str, Any] | None, path: Path) -> Seed | None:
    if table is None:
        return None
    _refuse_others(table, frozenset(("change", "remove", "add")), path)
    patterns = tuple(tuple(text.split(None, 2)) for text in table.get("remove", []))
    return Seed(table["change"], patterns, table.get("add", ""))


def _refuse_others(table: Mapping[str, Any], known: frozenset[str], path: Path) -> None:
    if unknown := set(table) - known:
        raise QueryFileError(
            f"'{min(unknown)}' is not known here",
            expected=f"one of {', '.join(sorted(known))}",
            place=path.name,
        )
