"""Evaluator: what runs inside a process that answers visitors' queries, one after the other.

The results are serialised in Rust into a buffer with a cap; the query's faults are told as such.
"""

import io
import json
import re
from typing import Any

import pyoxigraph as ox

from allygraph.web.child import live

PAGE_ROWS = 500
_PAGE_CELL = 1000
_PLACE = re.compile(r"^error at (\d+):(\d+): (.*)$", re.DOTALL)
_CHARACTER_SETS = re.compile(r",? \[(?:'|_\])")
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
}


class _Full(Exception):
    """The answer passed the cap."""


class _Buffer(io.BytesIO):
    """Bytes in memory that refuse to grow past a cap."""

    def __init__(self, cap: int) -> None:
        super().__init__()
        self._cap = cap

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._cap:
            raise _Full
        return super().write(data)


class Evaluator:
    """One read-only store, asked with the frames of the pool.

    Args:
        setup: ``store`` (path), ``result_bytes`` (cap of one answer), ``prefixes`` (for Turtle).
    """

    def __init__(self, setup: dict[str, Any]) -> None:
        self._store = ox.Store.read_only(setup["store"])
        self._cap = int(setup["result_bytes"])
        self._prefixes = setup["prefixes"]
        # A store may bring its union as the default graph; otherwise the engine makes it.
        own = self._store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        self._make_union = next(iter(own), None) is None

    def warm(self) -> None:
        """Do nothing: all is there."""

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Give the head and the body of the answer; what the query did wrong is in the head."""
        buffer = _Buffer(self._cap)
        try:
            head = self._write(request, buffer)
        except SyntaxError as error:
            return _syntax(str(error)), b""
        except _Full:
            return {"outcome": "result-too-large"}, b""
        except MemoryError:
            return {"outcome": "memory"}, b""
        except (OSError, RuntimeError, ValueError) as error:
            return {"outcome": "evaluation", "message": str(error)[:500]}, b""
        body = buffer.getvalue()
        return head, _only_used(body) if head.get("format") == "turtle" else body

    def _write(self, request: dict[str, Any], buffer: _Buffer) -> dict[str, Any]:
        results = self._store.query(request["query"], **self._dataset(request))
        if isinstance(results, ox.QueryTriples):
            shape, chosen = "graph", request["graph_format"]
        else:
            shape = "boolean" if isinstance(results, ox.QueryBoolean) else "table"
            chosen = request["table_format"]
        if chosen is None:
            return {"outcome": "not-acceptable", "shape": shape}
        if chosen == "html":
            buffer.write(json.dumps(_page(results)).encode())
        elif isinstance(results, ox.QueryTriples):
            ox.serialize(results, buffer, format=_GRAPHS[chosen], prefixes=self._prefixes)
        else:
            results.serialize(buffer, format=_TABLES[chosen])
        return {"outcome": "answered", "shape": shape, "format": chosen}

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


def _syntax(message: str) -> dict[str, Any]:
    """Take a parser's message apart; its sets of characters help nobody and are left out."""
    head: dict[str, Any] = {"outcome": "query-syntax"}
    if match := _PLACE.match(message):
        head |= {"line": int(match[1]), "column": int(match[2])}
        message = match[3]
    shown = _CHARACTER_SETS.split(message)[0]
    return head | {"message": (shown if shown != "expected" else message)[:500]}


def _only_used(turtle: bytes) -> bytes:
    """Drop the prefixes that no name uses, and sort the others."""
    lines = turtle.splitlines(keepends=True)
    count = next(
        (i for i, line in enumerate(lines) if not line.startswith(b"@prefix ")), len(lines)
    )
    rest = b"".join(lines[count:])
    used = (line for line in lines[:count] if line.split()[1] in rest)
    return b"".join(sorted(used)) + rest


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
