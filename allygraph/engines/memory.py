"""The reference engine: rdflib in memory, to show that a query is plain SPARQL 1.1.

It is slow (tens to thousands of times Oxigraph's CPU) and meant for tests and small graphs.
"""

from collections.abc import Iterable
from typing import Any

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from allygraph.bridge import oxigraph_term
from allygraph.errors import ParameterError
from allygraph.results import Table, Value


class RdflibEngine:
    """Ask an rdflib graph that holds the union of all named graphs."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        from rdflib import Graph

        triples = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
        self.graph: Graph = Graph().parse(data=triples, format="nt")

    def select(self, query: str) -> Table:
        """Answer a SELECT query; other forms and broken syntax raise ParameterError."""
        result = self._query(query, "SELECT")
        columns = tuple(str(variable) for variable in result.vars)
        return Table(columns, [tuple(map(_value, row)) for row in result])

    def ask(self, query: str) -> bool:
        """Answer an ASK query; other forms and broken syntax raise ParameterError."""
        return bool(self._query(query, "ASK").askAnswer)

    def construct(self, query: str) -> list[Triple]:
        """Answer a CONSTRUCT query, sorted; other forms and broken syntax raise ParameterError."""
        result = self._query(query, "CONSTRUCT", "DESCRIBE")
        triples = {Triple(_value(s), _value(p), _value(o)) for s, p, o in result}  # type: ignore[arg-type]
        return sorted(triples, key=str)

    def close(self) -> None:
        """Let go of the graph."""
        self.graph.close()

    def _query(self, query: str, *forms: str) -> Any:
        from pyparsing.exceptions import ParseBaseException

        try:
            result = self.graph.query(query)
        except ParseBaseException as error:
            raise ParameterError(f"the query cannot run: {error}", expected="SPARQL 1.1") from error
        if result.type not in forms:
            raise ParameterError(f"the query is not a {forms[0]}", expected=f"a {forms[0]} query")
        return result


def _value(node: Any) -> Value:
    return None if node is None else oxigraph_term(node)
