"""The manual's page of saved queries, written from their headers (``make docs``)."""

from collections.abc import Iterable

from allygraph.queries.header import Param, SavedQuery

_HEAD = """# Saved queries

Written from the headers of `queries/` by `make docs`; do not edit.
Run one with `ally query NAME -p parameter=value`. `as_of` and `known_by` are today unless you say
otherwise; a parameter in brackets may be left out.

| query | asks | parameters | columns |
| --- | --- | --- | --- |
"""


def page(queries: Iterable[SavedQuery]) -> str:
    """Write one row a query, and below the table how the rows of each are to be read."""
    queries = list(queries)
    rows = "".join(_row(query) for query in queries)
    return _HEAD + rows + "".join(_section(query) for query in queries)


def _row(query: SavedQuery) -> str:
    params = ", ".join(_named(param) for param in query.params.values())
    return f"| `{query.name}` | {query.question} | {params} | {', '.join(query.columns)} |\n"


def _named(param: Param) -> str:
    return f"[{param.name}]" if param.optional or param.any else param.name


def _section(query: SavedQuery) -> str:
    params = "".join(f"- `{p.name}` ({p.type}): {p.help}\n" for p in query.params.values())
    columns = "".join(f"- `{c.name}` ({c.type}): {c.help}\n" for c in query.columns.values())
    counts = f" It counts the rows of `{query.counts}`." if query.counts else ""
    return (
        f"\n## {query.name}\n\n{query.title}. {query.reading}{counts}\n"
        f"\nParameters:\n\n{params}\nColumns:\n\n{columns}"
    )
