"""Portability: every saved query gives equal rows on Virtuoso, on Oxigraph's server, and here.

The engines are started on loopback, loaded by their own loaders and asked through the public way,
with the example of each query and with all values of the tables of answers. Rows are compared as
ordered lists of whole terms: also types and languages of literals must be the same.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from allygraph import queries
from allygraph.build import open_current
from allygraph.competency import read_questions
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.engines.remote import RemoteEngine
from tests.endpoints import oxigraph, virtuoso

ROOT = Path(__file__).resolve().parent.parent
QUERIES = queries.catalogue(ROOT)
LATE = {"as_of": "2026-11-23", "known_by": "2026-11-23"}
STARTS = {"oxigraph": oxigraph.running, "virtuoso": virtuoso.running}


def _cases() -> Iterator[tuple[str, str]]:
    """Give the texts to ask: examples, rows of answers.tsv, asks of competency questions."""
    for query in QUERIES:
        yield f"{query.name} (example)", query.text
    with (ROOT / "tests" / "queries" / "answers.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            query = queries.load(row["query"], ROOT)
            clocks = {name: day for name, day in LATE.items() if name in query.params}
            given = dict(pair.split("=", 1) for pair in row["values"].split())
            yield f"{query.name} {row['values']}", queries.bind(query, clocks | given)
    for question in read_questions(ROOT / "tests" / "competency"):
        for asked in question.asks:
            query = queries.load(asked.query, ROOT)
            yield f"question {question.number} {query.name}", queries.bind(query, asked.params)


CASES = dict(_cases())


@pytest.fixture(scope="module")
def here() -> OxigraphEngine:
    """The built graph in our own store: the reference."""
    return open_current(ROOT)


@pytest.fixture(scope="module", params=sorted(STARTS))
def endpoint(request, here, tmp_path_factory) -> Iterator[str]:
    """An engine that holds the built graph, by its address."""
    folder = tmp_path_factory.mktemp(request.param)
    quads = folder / "all.nq"
    here.store.dump(str(quads), RdfFormat.N_QUADS)
    with STARTS[request.param](folder, quads) as address:
        yield address


@pytest.fixture(scope="module")
def there(endpoint) -> Iterator[RemoteEngine]:
    """The same engine, asked as the library asks it."""
    with RemoteEngine(endpoint, deadline_s=60) as engine:
        yield engine


def test_the_loader_has_loaded_everything(here, there):
    """Fewer quads on one side would make equal rows a matter of luck."""
    count = (
        "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?graph { ?s ?p ?o } "
        "FILTER (STRSTARTS(STR(?graph), 'https://w3id.org/allygraph/')) }"
    )

    assert there.select(count) == here.select(count)
    assert int(str(here.select(count).rows[0][0].value)) > 40_000


@pytest.mark.parametrize("case", CASES)
def test_a_question_has_equal_rows_in_every_engine(case, here, there):
    """The same columns, the same terms, in the same order."""
    assert there.select(CASES[case]) == here.select(CASES[case])


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_the_evidence_is_the_same_in_every_engine(query, here, there):
    """``--why`` asks for more columns."""
    text = queries.with_evidence(query.text, query)

    assert there.select(text) == here.select(text)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_stranger_with_sparqlwrapper_reads_the_same_values(query, here, endpoint):
    """Nothing of ours in between: the text of the file, the wrapper, JSON."""
    from SPARQLWrapper import JSON, POST, SPARQLWrapper

    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(query.text)
    wrapper.setMethod(POST)
    wrapper.setReturnFormat(JSON)
    found = wrapper.queryAndConvert()
    table = here.select(query.text)

    assert tuple(found["head"]["vars"]) == table.columns
    assert [
        [row[name]["value"] if name in row else None for name in table.columns]
        for row in found["results"]["bindings"]
    ] == [[None if value is None else value.value for value in row] for row in table.rows]
