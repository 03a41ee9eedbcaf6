"""Saved queries: each can be read, answers with the columns of its header, and keeps the form."""

import re
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Store

from allygraph import resources
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import AllygraphError
from allygraph.graph import read
from allygraph.positions import Place
from allygraph.queries import read as read_query
from allygraph.queries.grlc import is_grlc
from allygraph.queries.lint import lint
from allygraph.validation.findings import Finding, Levels, rule_page, said

RULE = "saved-query"
_LINE = re.compile(r"line (\d+): (.*)", re.DOTALL)


def find(root: Path, severity: Levels) -> Iterator[Finding]:
    """Give a finding for each fault of a saved query, at its line.

    Args:
        root: the folder above ``queries/``.
        severity: the severity of the rule.
    """
    empty = OxigraphEngine(Store())
    for path in resources.query_files(root):
        name = path.relative_to(root).as_posix()
        for line, text in _faults(path, name, empty):
            place = Place(name, line)
            yield Finding(place, severity[RULE], RULE, None, said(text), page=rule_page(RULE))


def _faults(path: Path, name: str, empty: OxigraphEngine) -> Iterator[tuple[int, str]]:
    try:
        text = read(path, name=name)
        query = read_query(text, name=path.stem, place=name)
        columns = empty.select(query.text).columns
    except AllygraphError as error:
        place = (error.place or "").rpartition(":")[2]
        remedy = f" Give {error.expected}." if error.expected else ""
        yield int(place) if place.isdecimal() else 1, f"The query cannot be read: {error}.{remedy}"
        return
    if columns != tuple(query.columns):
        given = ", ".join(columns)
        yield 1, f"The header names other columns than the query gives. Name {given}."
    # A file of grlc has the form of whoever wrote it.
    for fault in () if is_grlc(text) else lint(query):
        if (match := _LINE.match(fault)) is not None:
            yield int(match[1]), f"The query is out of form: {match[2]}. Write it so."
