"""Writing an answer as a program wants it: SPARQL's own forms, records, Markdown, a spreadsheet.

The forms of SPARQL are written by pyoxigraph, so that they are exact.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pyoxigraph import Literal, QueryResultsFormat, QuerySolutions, parse_query_results

from allygraph import queries
from allygraph.errors import UsageError
from allygraph.markup import readable
from allygraph.names import expand
from allygraph.queries import CLOCKS, SavedQuery
from allygraph.results import Table, Value, plain
from allygraph.site.asking import Ask
from allygraph.site.questions.fields import is_list
from allygraph.site.questions.request import Wanted
from allygraph.site.questions.rows import Page

MEDIA_TYPES = {
    "json": "application/json",
    "srj": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "markdown": "text/markdown",
}
SUFFIXES = {"markdown": "md"}
"""Endings of addresses where they are not the name of the form."""
_SPARQL_FORMS = {
    "srj": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(ask: Ask, wanted: Wanted, page: Page, table: Table, links: Mapping[str, str]) -> bytes:
    """Write an answer in the form that was asked for.

    Args:
        ask: the question.
        wanted: what it means.
        page: the rows with their total and evidence.
        table: the rows as they are shown, with labels where they are wanted.
        links: addresses by relation.

    Raises:
        UsageError: the form has no place for what is wanted.
        ParameterError: the form cannot hold something of it.
    """
    form = ask.form
    if wanted.why and form != "json":
        raise UsageError(f"{form} has no place for claims", expected="why=true with .json or .html")
    if wanted.spreadsheet and form != "csv":
        raise UsageError(f"{form} is not for spreadsheets", expected="spreadsheet=true with .csv")
    if form == "json":
        record = _record(ask, wanted, page, table, links)
        return (json.dumps(record, ensure_ascii=False) + "\n").encode()
    if form == "markdown":
        return table.render("md").encode()
    if wanted.spreadsheet:
        return for_spreadsheets(table)
    if form == "csv":
        return table.render("csv").encode()
    tsv = table.render("tsv").encode()
    if form == "tsv":
        return tsv
    solutions = parse_query_results(tsv, format=QueryResultsFormat.TSV)
    assert isinstance(solutions, QuerySolutions)
    body = solutions.serialize(format=_SPARQL_FORMS[form]) or b""
    return readable(body) if form == "xml" else body


def values_in_force(ask: Ask, wanted: Wanted) -> dict[str, list[str] | None]:
    """Give the value of each parameter: given, the default, or None where all fit."""
    defaults = queries.examples(wanted.saved)
    found: dict[str, list[str] | None] = {}
    for name, param in wanted.saved.params.items():
        if name in CLOCKS:
            found[name] = [getattr(ask, name).isoformat()]
        elif name in wanted.given:
            given = wanted.given[name]
            found[name] = [v.strip() for v in given.split(",")] if is_list(param) else [given]
        else:
            found[name] = list(defaults.get(name, ())) if param.optional else None
    return found


def _record(
    ask: Ask, wanted: Wanted, page: Page, table: Table, links: Mapping[str, str]
) -> dict[str, Any]:
    saved = wanted.saved
    record: dict[str, Any] = {
        "query": saved.name,
        "title": saved.title,
        "question": saved.question,
        "reading": saved.reading,
        "as_of": ask.as_of.isoformat(),
        "known_by": ask.known_by.isoformat(),
        "language": ask.lang,
        "graph_version": ask.version,
        "parameters": values_in_force(ask, wanted),
        "columns": columns(saved, table),
        "rows": table.records(),
        "total": page.total,
        "offset": page.offset,
        "truncated": page.is_cut,
        "links": dict(links),
    }
    if wanted.why:
        record["why"] = [[expand(one.claim) for one in group] for group in page.claims]
        record["claims"] = {
            expand(one.claim): asdict(one) for group in page.claims for one in group
        }
    return record


def columns(saved: SavedQuery, table: Table) -> list[dict[str, str]]:
    """Describe the columns of an answer; those of labels have a name of their own."""
    return [
        {"name": name, "type": saved.columns[name].type, "help": saved.columns[name].help}
        if name in saved.columns
        else {"name": name, "type": "string", "help": f"label of {name.removesuffix('_label')}"}
        for name in table.columns
    ]


def for_spreadsheets(table: Table) -> bytes:
    """Write CSV that a spreadsheet reads as UTF-8, and in which no text becomes a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_harmless(value) for value in row] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(value: Value) -> str:
    if value is None:
        return ""
    is_number = isinstance(value, Literal) and isinstance(plain(value), (int, float))
    text = value.value
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text
