"""Endpoint: a graph behind a SPARQL endpoint, fetched whole, for validation.

A label of a blank node means something within one answer only, so all triples with a blank node
come in one answer, and all others in pages: first the named subjects with how many triples each
has, in order, then the triples of as many subjects as fill a page. Each answer is held against its
count, because servers cut long answers without a word. Units: rows, triples and seconds.
Source: https://www.w3.org/TR/sparql11-query/#BlankNodesInResults.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from allygraph.errors import RemoteError, ResultTooLarge, UsageError
from allygraph.rdf_files import named_by
from allygraph.results import Table

PAGE_ROWS = 5_000
MOST_TRIPLES = 10_000_000
_MOST_QUERY_SIGNS = 30_000
_NAMED = "FILTER(isIRI(?s) && !isBlank(?o))"
_BLANK = "FILTER(isBlank(?s) || isBlank(?o))"
Tell = Callable[[int, int], None]


class Asked(Protocol):
    """What is asked; `allygraph.engines.remote.RemoteEngine` is one."""

    @property
    def url(self) -> str:
        """Its address."""

    def select(self, query: str) -> Table:
        """Answer a SELECT query."""


@dataclass(frozen=True)
class RemoteGraph:
    """A graph of an endpoint: its name in findings, and what it says."""

    name: str
    quads: list[Quad] = field(repr=False)


def fetch_graph(
    engine: Asked,
    graph: str | None = None,
    *,
    page_rows: int = PAGE_ROWS,
    most_triples: int = MOST_TRIPLES,
    tell: Tell = lambda done, total: None,
) -> RemoteGraph:
    """Fetch a graph, or the default graph, whole.

    Args:
        engine: who is asked.
        graph: the IRI of the graph; None for the default graph.
        page_rows: how many rows an answer may have; that on blank nodes may have more.
        most_triples: the largest graph that is fetched.
        tell: is told how many triples are here, and how many there are.

    Raises:
        UsageError: the name of the graph is no IRI.
        RemoteError: the graph is empty, an answer was cut, or the graph changed meanwhile; and
            what `RemoteEngine.select` raises.
        ResultTooLarge: the graph has more triples than allowed.
    """
    reader = _Reader(engine, _where(graph), page_rows)
    name = graph or engine.url
    total = reader.count("")
    if total == 0:
        raise _empty(engine, graph)
    if total > most_triples:
        raise ResultTooLarge(
            f"{name} has {total} triples", expected=f"at most {most_triples} triples"
        )
    quads: list[Quad] = []
    rename = named_by(name)
    for subject, predicate, value in reader.triples():
        quads.append(Quad(rename(subject), predicate, rename(value)))
        if len(quads) % page_rows == 0:
            tell(len(quads), total)
    if len(quads) != total:
        raise RemoteError(
            f"{name} has {total} triples, but {len(quads)} arrived",
            expected="a graph that nobody changes meanwhile",
        )
    tell(total, total)
    return RemoteGraph(name, quads)


Row = tuple[NamedNode | BlankNode, NamedNode, NamedNode | BlankNode | Literal]


@dataclass(frozen=True)
class _Reader:
    """Asks for the triples of one graph; ``where`` has a hole for what is asked of them."""

    engine: Asked
    where: str
    page_rows: int

    def count(self, condition: str) -> int:
        """Count triples; in the union of graphs the same triple stands once."""
        pattern = self.where % f"?s ?p ?o {condition}"
        inside = f"{{ SELECT DISTINCT ?s ?p ?o WHERE {{ {pattern} }} }}"
        return self._number(f"SELECT (COUNT(*) AS ?n) WHERE {{ {inside} }}")

    def triples(self) -> Iterator[Row]:
        """Give all triples, those with blank nodes first."""
        if blank := self.count(_BLANK):
            yield from self._rows(f"?s ?p ?o {_BLANK}", blank, f"LIMIT {blank + 1}")
        for batch in self._batches():
            subjects, size = [iri for iri, _ in batch], sum(number for _, number in batch)
            if size <= self.page_rows:
                values = " ".join(f"<{iri}>" for iri in subjects)
                yield from self._rows(f"VALUES ?s {{ {values} }} ?s ?p ?o {_NAMED}", size, "")
            else:
                yield from self._one(subjects[0], size)

    def _one(self, subject: str, size: int) -> Iterator[Row]:
        """Give the triples of a subject that has more than fill a page."""
        pattern = f"VALUES ?s {{ <{subject}> }} ?s ?p ?o {_NAMED}"
        for start in range(0, size, self.page_rows):
            rows = min(self.page_rows, size - start)
            part = f"ORDER BY ?p ?o LIMIT {self.page_rows} OFFSET {start}"
            yield from self._rows(pattern, rows, part)

    def _rows(self, pattern: str, expected: int, part: str) -> Iterator[Row]:
        query = f"SELECT DISTINCT ?s ?p ?o WHERE {{ {self.where % pattern} }} {part}"
        rows = self.engine.select(query).rows
        if len(rows) != expected:
            raise RemoteError(
                f"{self.engine.url}: of {expected} rows {len(rows)} arrived",
                expected="a server that sends whole answers, or smaller pages",
            )
        yield from rows  # type: ignore[misc]  # subject, property and value of triples

    def _batches(self) -> Iterator[list[tuple[str, int]]]:
        """Give subjects with their numbers of triples, as many as fill a page."""
        batch: list[tuple[str, int]] = []
        rows = signs = 0
        for iri, number in self._subjects():
            full = rows + number > self.page_rows or signs + len(iri) > _MOST_QUERY_SIGNS
            if batch and full:
                yield batch
                batch, rows, signs = [], 0, 0
            batch.append((iri, number))
            rows, signs = rows + number, signs + len(iri) + 3
        if batch:
            yield batch

    def _subjects(self) -> Iterator[tuple[str, int]]:
        """Give the named subjects, in order, each with how many triples are paged for it."""
        last = ""
        while True:
            after = f'FILTER(STR(?s) > "{_escaped(last)}")' if last else ""
            pattern = self.where % f"?s ?p ?o {_NAMED} {after}"
            inside = f"{{ SELECT DISTINCT ?s ?p ?o WHERE {{ {pattern} }} }}"
            rows = self.engine.select(
                f"SELECT ?s (COUNT(*) AS ?n) WHERE {inside} GROUP BY ?s "
                f"ORDER BY STR(?s) LIMIT {self.page_rows}"
            ).rows
            for subject, number in rows:
                if not isinstance(subject, NamedNode) or not isinstance(number, Literal):
                    raise RemoteError(f"{self.engine.url}: it counts no triples by subject")
                last = subject.value
                yield last, int(number.value)
            if not rows:
                return

    def _number(self, query: str) -> int:
        rows = self.engine.select(query).rows
        number = rows[0][0] if len(rows) == 1 else None
        if not isinstance(number, Literal) or not number.value.isdecimal():
            raise RemoteError(f"{self.engine.url}: it does not count triples")
        return int(number.value)


def _where(graph: str | None) -> str:
    if graph is None:
        return "%s"
    try:
        return f"GRAPH {NamedNode(graph)} {{ %s }}".replace("%", "%%").replace("%%s", "%s")
    except ValueError as error:
        raise UsageError(
            f"'{graph}' is not the name of a graph", expected="an IRI, as https://example.org/g"
        ) from error


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _empty(engine: Asked, graph: str | None) -> RemoteError:
    """Say that there is nothing, and which graphs there are."""
    rows = engine.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } LIMIT 10000").rows
    names = sorted(name.value for (name,) in rows if isinstance(name, NamedNode))
    near = get_close_matches(graph or "", names, 3, 0.6) or names[:3]
    known = f", such as {', '.join(near)}" if near else "; there is none"
    what = f"the graph {graph} is empty" if graph else "its default graph is empty"
    return RemoteError(f"{engine.url}: {what}", expected=f"a graph that holds triples{known}")
