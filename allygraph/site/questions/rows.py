"""Rows of a saved query: all of them counted, one page of them given, with evidence and labels.

Without evidence the rows are those of the query. With evidence, rows that differ only in their
evidence are one, so that there may be fewer.
"""

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from allygraph import answers
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.evidence import Evidence
from allygraph.results import Table, Value
from allygraph.site.labelling import Labels
from allygraph.site.questions.request import Wanted


@dataclass(frozen=True)
class Page:
    """Some rows of an answer.

    Args:
        table: the rows of this page, in the columns of the query.
        total: how many rows there are in all.
        offset: how many rows come before.
        claims: for each row the claims behind it; empty where nobody asks why.
    """

    table: Table
    total: int
    offset: int = 0
    claims: tuple[tuple[Evidence, ...], ...] = ()

    @property
    def end(self) -> int:
        """The number of rows up to the last of this page."""
        return self.offset + len(self.table)

    @property
    def is_cut(self) -> bool:
        """Whether there are other rows than these."""
        return len(self.table) < self.total


def rows(engine: OxigraphEngine, wanted: Wanted) -> Page:
    """Answer a question.

    Raises:
        UnknownName: the graph does not have a thing that is asked about.
    """
    table = answers.answer(engine, wanted.question)
    last = None if wanted.limit is None else wanted.offset + wanted.limit
    if not wanted.why:
        part = Table(table.columns, table.rows[wanted.offset : last])
        return Page(part, len(table), wanted.offset)
    own = [table.columns.index(column) for column in wanted.saved.columns]
    keys = [tuple(row[i] for i in own) for row in table.rows]
    order = list(dict.fromkeys(keys))
    here = set(order[wanted.offset : last])
    chosen = [row for row, key in zip(table.rows, keys, strict=True) if key in here]
    # Only the rows of this page are asked for their claims.
    part, claims = answers.with_claims(engine, wanted.question, Table(table.columns, chosen))
    return Page(part, len(order), wanted.offset, tuple(claims))


def with_labels(engine: OxigraphEngine, table: Table, language: str) -> Table:
    """Add after each column of things one with their labels, named ``<column>_label``."""
    labels = Labels(engine, language)
    labels.look_up({v.value for row in table.rows for v in row if isinstance(v, NamedNode)})
    width = range(len(table.columns))
    things = {i for i in width if any(isinstance(row[i], NamedNode) for row in table.rows)}
    columns = [
        name
        for i, column in enumerate(table.columns)
        for name in ((column, f"{column}_label") if i in things else (column,))
    ]

    def widened(row: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(
            value
            for i, cell in enumerate(row)
            for value in ((cell, _label(labels, cell)) if i in things else (cell,))
        )

    return Table(tuple(columns), [widened(row) for row in table.rows])


def _label(labels: Labels, value: Value) -> Value:
    if not isinstance(value, NamedNode):
        return None
    found = labels.of(value.value)
    return Literal(found.text, language=found.language or None)
