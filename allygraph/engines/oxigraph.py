"""The data plane: an Oxigraph store, in memory or opened read-only from disk.

Trusted queries run here, in this process. Text from strangers goes to the worker processes of
``allygraph.web``: pyoxigraph has no timeout, and a small hostile text can end a process.
"""

from pathlib import Path

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Store, Triple

from allygraph.errors import ParameterError, UnreadableFile
from allygraph.results import Table
from allygraph.sparql import words


class OxigraphEngine:
    """Ask a pyoxigraph store; unless a query says FROM, its default graph is the union of all."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @classmethod
    def open(cls, path: Path) -> "OxigraphEngine":
        """Open a built store read-only.

        Raises:
            UnreadableFile: there is no store, or it is damaged.
        """
        try:
            return cls(Store.read_only(str(path)))
        except (OSError, RuntimeError) as error:
            raise UnreadableFile(
                f"the store cannot be opened: {error}", expected="ally build", place=str(path)
            ) from error

    def select(self, query: str) -> Table:
        """Answer a SELECT query; other forms and broken syntax raise ParameterError."""
        solutions = self._query(query)
        if not isinstance(solutions, QuerySolutions):
            raise ParameterError("the query is not a SELECT", expected="a SELECT query")
        columns = tuple(variable.value for variable in solutions.variables)
        width = range(len(columns))
        rows = [tuple(solution[i] for i in width) for solution in solutions]
        return Table(columns, rows)

    def ask(self, query: str) -> bool:
        """Answer an ASK query; other forms and broken syntax raise ParameterError."""
        answer = self._query(query)
        if not isinstance(answer, QueryBoolean):
            raise ParameterError("the query is not an ASK", expected="an ASK query")
        return bool(answer)

    def construct(self, query: str) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query, sorted; other forms raise ParameterError."""
        answer = self._query(query)
        if not isinstance(answer, QueryTriples):
            raise ParameterError("the query gives no triples", expected="a CONSTRUCT query")
        return sorted(set(answer), key=str)

    def close(self) -> None:
        """Let go of the store."""
        del self.store

    def _query(self, query: str) -> QuerySolutions | QueryBoolean | QueryTriples:
        # The engine would let the union win over graphs that a query chooses itself.
        chosen = "FROM" in words(query)
        try:
            return self.store.query(query, use_default_graph_as_union=not chosen)
        except (SyntaxError, RuntimeError) as error:
            raise ParameterError(f"the query cannot run: {error}", expected="SPARQL 1.1") from error
