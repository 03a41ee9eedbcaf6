"""A result table, whoever computed it, and the forms in which people read it.

Values are pyoxigraph terms (or None for an unbound column), so that every engine gives the same.
JSON is a list of objects keyed by column, with plain strings and numbers; CSV and TSV are those
of https://www.w3.org/TR/sparql11-results-csv-tsv/.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode

from allygraph.errors import UnknownName
from allygraph.names import PREFIXES, compact

if TYPE_CHECKING:
    import pandas

Value = NamedNode | BlankNode | Literal | None
Plain = str | int | float | bool | None
FORMATS = ("table", "csv", "tsv", "json", "md")

_XSD = PREFIXES["xsd"]
_WHOLE = frozenset(_XSD + name for name in ("integer", "int", "long", "nonNegativeInteger"))
_BROKEN = frozenset(_XSD + name for name in ("decimal", "double", "float"))


@dataclass(frozen=True)
class Table:
    """Rows under named columns; every row has as many values as there are columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> list[dict[str, Plain]]:
        """Give the rows as objects keyed by column, values as plain strings or numbers."""
        return [dict(zip(self.columns, map(plain, row), strict=True)) for row in self.rows]

    def frame(self) -> "pandas.DataFrame":
        """Give the rows as a pandas DataFrame (needs the extra ``frames``)."""
        import pandas

        return pandas.DataFrame(self.records(), columns=list(self.columns))

    def render(self, form: str) -> str:
        """Write the table as ``table``, ``csv``, ``tsv``, ``json`` or ``md``.

        Raises:
            UnknownName: no such format.
        """
        writers = {"csv": _csv, "tsv": _tsv, "json": _json, "md": _markdown, "table": _text}
        if form not in writers:
            raise UnknownName(f"'{form}' is not a format", expected=f"one of {', '.join(FORMATS)}")
        return writers[form](self)


def plain(value: Value) -> Plain:
    """Give a value as a Python string, number or truth value; an IRI whole."""
    if value is None:
        return None
    if not isinstance(value, Literal):
        return value.value
    kind = value.datatype.value
    if kind in _WHOLE:
        return int(value.value)
    if kind in _BROKEN:
        return float(value.value)
    if kind == _XSD + "boolean":
        return value.value in ("true", "1")
    return value.value


def readable(value: Value) -> str:
    """Give a value for the eye: short names for IRIs, literals without their type."""
    if value is None:
        return ""
    return compact(value.value) if isinstance(value, NamedNode) else value.value


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(["" if v is None else v.value for v in row] for row in table.rows)
    return out.getvalue()


def _tsv(table: Table) -> str:
    lines = ["\t".join(f"?{column}" for column in table.columns)]
    lines += ["\t".join("" if v is None else _escaped(str(v)) for v in row) for row in table.rows]
    return "".join(f"{line}\n" for line in lines)


def _escaped(term: str) -> str:
    return term.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _json(table: Table) -> str:
    return json.dumps(table.records(), ensure_ascii=False, indent=2) + "\n"


def _markdown(table: Table) -> str:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"

    rows = [line([readable(value).replace("\n", " ") for value in row]) for row in table.rows]
    return line(table.columns) + line(["---"] * len(table.columns)) + "".join(rows)


def _text(table: Table) -> str:
    """Align columns; rich is left to the command, which knows the terminal."""
    cells = [[readable(value) for value in row] for row in table.rows]
    widths = [
        max([len(column), *(len(row[i]) for row in cells)])
        for i, column in enumerate(table.columns)
    ]

    def line(row: Sequence[Any]) -> str:
        return "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))

    rule = ["-" * width for width in widths]
    return "".join(f"{line(row).rstrip()}\n" for row in [table.columns, rule, *cells])
