"""Engines: three ways to ask the same query, behind one small interface.

`OxigraphEngine` is the data plane, `RdflibEngine` the reference that shows a query is plain
SPARQL, `RemoteEngine` asks any endpoint. In all of them the default graph is the union of all
named graphs.
"""

from typing import Protocol

from pyoxigraph import Triple

from allygraph.results import Table


class Engine(Protocol):
    """What every engine can do; the texts are complete SPARQL 1.1 queries."""

    def select(self, query: str) -> Table:
        """Answer a SELECT query."""
        ...

    def ask(self, query: str) -> bool:
        """Answer an ASK query."""
        ...

    def construct(self, query: str) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query, sorted."""
        ...

    def close(self) -> None:
        """Let go of what the engine holds; it cannot be asked again."""
        ...


__all__ = ["Engine"]
