"""Evaluator: what runs inside a process that answers visitors' queries, one after the other.

The results are serialised in Rust into a buffer with a cap; the query's faults are told as such.
"""

import json
from itertools import islice
from typing import Any

import pyoxigraph as ox

from allygraph.markup import is_xml, with_returns
from allygraph.names import BASE
from allygraph.web.buffers import ABOUT_CUTS, Buffer, Enough, Full, RowBuffer
from allygraph.web.child import live
from allygraph.web.commas import is_torn, write_csv
from allygraph.web.faults import evaluation, syntax

PAGE_ROWS = 500
_PAGE_CELL = 1000
_TABLES = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}


class _NotInForm(Exception):
    """The answer has something that the form cannot say, as JSON-LD triple terms."""

    def __init__(self, shape: str, form: str) -> None:
        super().__init__(form)
        self.head = {"outcome": "not-acceptable", "shape": shape, "unfit": form}


class Evaluator:
    """One read-only store, asked with the frames of the pool.

    Args:
        setup: ``store`` (path), ``result_bytes`` and ``rows`` (caps of one answer), ``prefixes``
            (for Turtle).
    """

    def __init__(self, setup: dict[str, Any]) -> None:
        self._store = ox.Store.read_only(setup["store"])
        self._most_bytes = int(setup["result_bytes"])
        self._most_rows = int(setup["rows"])
        self._prefixes = setup["prefixes"]
        # A store may bring its union as the default graph; otherwise the engine makes it.
        own = self._store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        self._make_union = next(iter(own), None) is None

    def warm(self) -> None:
        """Do nothing: all is there."""

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Give the head and the body of the answer; what the query did wrong is in the head."""
        try:
            return self._answer(request)
        except SyntaxError as error:
            fault = syntax(request["query"], str(error), self._prefixes)
            return {"outcome": "query-syntax", **fault}, b""
        except Full:
            return {"outcome": "result-too-large"}, b""
        except MemoryError:
            return {"outcome": "memory"}, b""
        except _NotInForm as unfit:
            return unfit.head, b""
        except (OSError, RuntimeError, ValueError) as error:
            return {"outcome": "evaluation", **evaluation(request["query"], str(error))}, b""

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        results = self._store.query(request["query"], base_iri=BASE, **self._dataset(request))
        if isinstance(results, ox.QueryTriples):
            shape, chosen = "graph", request["graph_format"]
        else:
            shape = "boolean" if isinstance(results, ox.QueryBoolean) else "table"
            chosen = request["table_format"]
        if chosen is None:
            return {"outcome": "not-acceptable", "shape": shape}, b""
        head = {"outcome": "answered", "shape": shape, "format": chosen}
        if chosen == "html":
            body, is_cut = json.dumps(_page(results)).encode(), False
        elif isinstance(results, ox.QueryTriples):
            body, is_cut = self._graph(results, chosen)
        else:
            body, is_cut = self._table(results, chosen)
        if chosen == "csv" and self._is_torn(results, body):
            body, is_cut = self._written_csv(request)
        if chosen in ("xml", "rdfxml") and not is_xml(body):
            raise _NotInForm(shape, chosen)
        if chosen in ("xml", "rdfxml"):
            body = with_returns(body)
        return head | ({"cut": self._most_rows} if is_cut else {}), body

    def _table(self, results: ox.QuerySolutions | ox.QueryBoolean, form: str) -> tuple[bytes, bool]:
        """Write rows or a truth value; say whether there were more rows than allowed."""
        buffer = RowBuffer(self._most_bytes, self._most_rows, form)
        try:
            results.serialize(buffer, format=_TABLES[form])
        except Enough:
            return buffer.first_rows(), True
        return buffer.getvalue(), False

    def _is_torn(self, results: Any, body: bytes) -> bool:
        return isinstance(results, ox.QuerySolutions) and is_torn(body, len(results.variables))

    def _written_csv(self, request: dict[str, Any]) -> tuple[bytes, bool]:
        """Write rows that the engine has torn; the query runs once more for it."""
        results = self._store.query(request["query"], base_iri=BASE, **self._dataset(request))
        assert isinstance(results, ox.QuerySolutions)  # it was a SELECT before
        buffer = Buffer(self._most_bytes)
        is_cut = write_csv(results, buffer, self._most_rows)
        return buffer.getvalue(), is_cut

    def _graph(self, results: ox.QueryTriples, form: str) -> tuple[bytes, bool]:
        """Write triples; say whether there were more than allowed."""
        buffer = Buffer(self._most_bytes)
        kept = islice(results, self._most_rows)
        try:
            ox.serialize(kept, buffer, format=_GRAPHS[form], prefixes=self._prefixes)
        except OSError as error:
            if "does not support" in str(error):
                raise _NotInForm("graph", form) from error
            raise
        is_cut = next(results, None) is not None
        body = buffer.getvalue()
        body = _only_used(body) if form in ("turtle", "trig") else body
        return _cut_note(form, self._most_rows) + body if is_cut else body, is_cut

    def _dataset(self, request: dict[str, Any]) -> dict[str, Any]:
        """Say what is asked. Graphs named in the protocol win over the query, as its 2.1.4 says.

        The union is asked for only when nobody chose a dataset: the engine would let it win
        over ``FROM``.
        """
        default = [ox.NamedNode(iri) for iri in request["default_graphs"]]
        named = [ox.NamedNode(iri) for iri in request["named_graphs"]]
        if default or named:
            return {"default_graph": default, "named_graphs": named}
        return {"use_default_graph_as_union": self._make_union and not request["has_dataset"]}


def _only_used(turtle: bytes) -> bytes:
    """Drop the prefixes that no name uses, and sort the others."""
    lines = turtle.splitlines(keepends=True)
    count = next(
        (i for i, line in enumerate(lines) if not line.startswith(b"@prefix ")), len(lines)
    )
    rest = b"".join(lines[count:])
    used = (line for line in lines[:count] if line.split()[1] in rest)
    return b"".join(sorted(used)) + rest


def _cut_note(form: str, rows: int) -> bytes:
    """Give the comment that says that a graph is cut, where the form has comments."""
    told = f"# Cut after {rows} triples: {ABOUT_CUTS}\n".encode()
    return told if form in ("turtle", "trig", "ntriples", "nquads") else b""


def _page(results: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean) -> dict[str, Any]:
    """Give the first rows as plain values, for a page that a person reads."""
    if isinstance(results, ox.QueryBoolean):
        return {"boolean": bool(results)}
    rows: list[list[list[str] | None]] = []
    more = False
    for row in results:
        if len(rows) == PAGE_ROWS:
            more = True
            break
        rows.append([_cell(value) for value in row])
    columns = ["subject", "predicate", "object"]
    if isinstance(results, ox.QuerySolutions):
        columns = [variable.value for variable in results.variables]
    return {"columns": columns, "rows": rows, "more": more}


def _cell(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, ox.NamedNode):
        return ["iri", value.value[:_PAGE_CELL]]
    if isinstance(value, ox.Literal):
        return ["literal", value.value[:_PAGE_CELL], value.language or ""]
    return ["other", str(value)[:_PAGE_CELL]]


def main() -> None:
    """Serve until standard input ends."""
    live(Evaluator)
