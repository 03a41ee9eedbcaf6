"""Answers to saved questions: rows, and where asked for the claims behind each.

One way for the command, the library, the service and assistants: values and clocks are bound, names
that the graph does not have are refused, and rows that differ only in their evidence become one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from allygraph import queries
from allygraph.dates import bounds
from allygraph.engines import Engine
from allygraph.errors import UsageError
from allygraph.evidence import Evidence, behind
from allygraph.lookup import refuse_unknown
from allygraph.queries import SavedQuery
from allygraph.results import Table, Value


@dataclass(frozen=True)
class Question:
    """A saved query with its values, ready to run.

    Args:
        saved: the query.
        text: what runs.
        things: whole IRIs of the things that its values name.
        known_by: the last day of publication that counts.
        evidence: variables of the text that lead to the claims behind a row; empty where nobody
            asks why.
    """

    saved: SavedQuery
    text: str
    things: frozenset[str]
    known_by: date
    evidence: tuple[str, ...] = ()


def question(name: str, values: Mapping[str, str], *, today: date, why: bool = False) -> Question:
    """Bind a saved query.

    Args:
        name: its name, as ``membership/members-on``.
        values: texts by parameter; clocks that are missing are today.
        today: what today is.
        why: whether the claims behind the rows are wanted.

    Raises:
        UnknownName, UnknownParameter, ParameterError, DateError: as `allygraph.queries` says.
        UsageError: the query counts rows, and a number has no claims of its own.
    """
    saved = queries.load(name)
    given = queries.with_clocks(saved, values, today)
    text = queries.bind(saved, given)
    if why and saved.counts:
        raise UsageError(
            f"query '{saved.name}' counts rows, and a number has no claims of its own",
            expected=f"ask {saved.counts}, which lists what it counts",
        )
    if why and saved.evidence:
        text = queries.with_evidence(text, saved)
    known_by = bounds(given["known_by"]).latest if "known_by" in given else today
    things = queries.things(saved, given)
    return Question(saved, text, things, known_by, saved.evidence if why else ())


def answer(engine: Engine, asked: Question) -> Table:
    """Run a question; with evidence its columns follow those of the query.

    Raises:
        UnknownName: the graph does not have a thing that is asked about.
    """
    refuse_unknown(engine, asked.things)
    return engine.select(asked.text)


def with_claims(
    engine: Engine, asked: Question, table: Table
) -> tuple[Table, list[tuple[Evidence, ...]]]:
    """Give the rows in the query's own columns, and the claims behind each.

    Args:
        engine: the engine that gave the table.
        asked: a question that asks why.
        table: its answer.
    """
    columns = tuple(asked.saved.columns)
    kept = [table.columns.index(column) for column in columns]
    merged: dict[tuple[Value, ...], dict[Evidence, None]] = {}
    claims = behind(engine, table, asked.evidence, asked.known_by)
    for row, group in zip(table.rows, claims, strict=True):
        merged.setdefault(tuple(row[i] for i in kept), {}).update(dict.fromkeys(group))
    return Table(columns, list(merged)), [tuple(group) for group in merged.values()]
