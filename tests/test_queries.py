"""Saved queries: written answers, equal rows in two engines, the form that the lint holds."""

from pathlib import Path

import pytest
from pyoxigraph import Store

from allygraph.build import open_current
from allygraph.engines.memory import RdflibEngine
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import (
    DateError,
    ParameterError,
    QueryFileError,
    UnknownName,
    UnknownParameter,
)
from allygraph.queries import bind, catalogue, catalogue_page, load, with_evidence
from allygraph.queries.header import read_header
from allygraph.queries.lint import lint
from tests.excerpt import excerpt

ROOT = Path(__file__).resolve().parent.parent
QUERIES = catalogue(ROOT)
REQUIRED = {
    "membership/members-on": ["member", "certainty", "review"],
    "partnership/partners-on": ["partner", "kind"],
    "partnership/itpp-status": ["partner", "stage", "standing"],
    "office/offices-on": ["office", "kind", "stage", "city"],
    "proposal/blockers": ["blocker", "rule", "reason"],
    "proposal/positions": [],
    "concern/concerns-about": ["holder", "concern", "quote"],
    "person/office-held-on": [],
    "event/participants": [],
    "evidence/claims-of-source": ["claim", "identifier", "quote", "modality", "polarity"],
    "evidence/contested": [],
    "evidence/single-unnamed-source": [],
    "evidence/expectations-and-outcomes": [],
    "history/changes-between": [],
}


@pytest.fixture(scope="module")
def oxigraph():
    """The built graph in the data plane."""
    return open_current(ROOT)


@pytest.fixture(scope="module")
def excerpt_engines(oxigraph):
    """An excerpt of it, in the same engine and in rdflib."""
    quads = excerpt(oxigraph, QUERIES)
    store = Store()
    store.bulk_extend(quads)
    return OxigraphEngine(store), RdflibEngine(quads)


def test_the_required_queries_are_there_with_their_columns():
    """Other programs rely on these names; more columns may follow."""
    found = {query.name: list(query.columns) for query in QUERIES}

    assert len(QUERIES) >= len(REQUIRED)
    for name, columns in REQUIRED.items():
        assert found[name][: len(columns)] == columns, name


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_saved_query_gives_the_rows_written_beside_it(query, oxigraph):
    """A query without an expected table fails too: write it, read it, commit it."""
    expected = ROOT / "tests" / "queries" / f"{query.name}.tsv"

    assert oxigraph.select(query.text).render("tsv") == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_rdflib_gives_the_same_rows(query, oxigraph, excerpt_engines):
    """A saved query is plain SPARQL 1.1: same columns, same rows, same order."""
    ours, rdflib = excerpt_engines
    rows = ours.select(query.text)

    assert rdflib.select(query.text) == rows
    assert rows.rows or not oxigraph.select(query.text).rows, "the excerpt has too little"


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_the_columns_are_those_of_the_header_in_order(query, oxigraph):
    """What the manual says is what comes out."""
    assert oxigraph.select(query.text).columns == tuple(query.columns)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_evidence_adds_its_columns_and_loses_no_row(query, oxigraph):
    """``--why`` asks the same question with more columns."""
    plain = oxigraph.select(query.text)
    table = oxigraph.select(with_evidence(query.text, query))
    kept = [table.columns.index(column) for column in query.columns]

    assert query.evidence or query.counts or query.name in ("thing/named", "thing/called")
    assert set(query.evidence) <= set(table.columns)
    assert {tuple(map(str, row)) for row in plain.rows} == {
        tuple(str(row[i]) for i in kept) for row in table.rows
    }


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_query_keeps_the_house_form(query):
    """Individuals only in the params row, required patterns first, ordered, no vendor terms."""
    assert lint(query) == []


HEADER = """# /// query
# title = "t"
# question = "q"
# reading = "r"
# tags = ["t"]
# evidence = []
#
# [params]
# who = { type = "iri", help = "h" }
#
# [columns]
# x = { type = "iri", help = "h" }
# ///

PREFIX actor: <https://w3id.org/allygraph/actor/>
PREFIX ally: <https://w3id.org/allygraph/ns#>

"""
GOOD = """SELECT ?x
WHERE {
  VALUES (?who) {
    (actor:nato)  # params
  }
  ?x ally:organization ?who .
}
ORDER BY ?x
"""


COUNTED = GOOD.replace(
    "  ?x ally:organization ?who .\n", "  { SELECT (COUNT(*) AS ?x) WHERE { ?s ?p ?o . } }\n"
)


def test_a_query_that_counts_names_one_that_lists():
    """Behind a number there are rows, and behind these the claims."""
    names = {query.name for query in QUERIES}

    assert {query.counts for query in QUERIES if query.counts} <= names
    counting = HEADER.replace("# evidence = []\n", '# counts = "t/listed"\n')
    assert lint(read_header(counting + COUNTED, name="t/t", place="t.rq")) == []
    assert lint(read_header(HEADER + COUNTED, name="t/t", place="t.rq")) != []
    assert lint(read_header(counting + GOOD, name="t/t", place="t.rq")) != []


GROUPED = """SELECT ?x
WHERE {
  VALUES (?who) {
    (actor:nato)  # params
  }
  {
    VALUES (?who) {
      (actor:nato)  # params
    }
    ?x ally:organization ?who .
    ?who ally:order ?step .
    FILTER (!(?step > 1))
  }

  OPTIONAL {
    ?x ally:role ?r .
  }
}
ORDER BY ?x
"""


@pytest.mark.parametrize("body", [GOOD, GROUPED], ids=["flat", "grouped"])
def test_the_lint_passes_small_good_queries(body):
    """So that the cases below fail for their own fault only."""
    assert lint(read_header(HEADER + body, name="t/t", place="t.rq")) == []


@pytest.mark.parametrize(
    "body",
    [
        GOOD.replace("ORDER BY ?x\n", ""),
        GOOD.replace("?x ally:organization ?who .", "?x ally:organization actor:nato , ?who ."),
        GOOD.replace(
            "?x ally:organization ?who .",
            "OPTIONAL { ?x ally:role ?r . }\n  ?x ally:organization ?who .",
        ),
        GOOD.replace("WHERE {\n", "WHERE {\n  ?x a ally:Membership .\n"),
        GOOD.replace("SELECT ?x", "SELECT ?y"),
        GOOD.replace(
            "?x ally:organization ?who .",
            "?x ally:organization ?who .\n  FILTER (<http://jena.apache.org/f#now>() > 1)",
        ),
    ],
    ids=["unordered", "individual", "optional first", "values late", "columns", "vendor function"],
)
def test_the_lint_finds_each_fault(body):
    """A rule that finds nothing is no rule."""
    assert lint(read_header(HEADER + body, name="t/t", place="t.rq")) != []


PATTERN = "?x ally:organization ?who ."
ROW = "VALUES (?who) {\n      (actor:nato)  # params\n    }"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            GOOD.replace("SELECT ?x", "SELECT DISTINCT ?x").replace("ORDER BY ?x", "ORDER BY ?who"),
            "also ?x",
        ),
        (GOOD.replace(PATTERN, "?x ally:from ?day .\n  FILTER (?day <= ?who)"), "loses rows"),
        (GOOD.replace(PATTERN, "?x ally:from ?day .\n  FILTER (?who >= ?day)"), "loses rows"),
        (
            GOOD.replace(PATTERN, f"{PATTERN}\n  OPTIONAL {{ ?x ally:role ?r . }}"),
            "before an OPTIONAL, what is required",
        ),
        (GROUPED.replace("?x ally:role ?r .", "?x ally:role ?who ."), "OPTIONAL with ?who"),
        (
            GROUPED.replace("?x ally:role ?r .", "?x ally:role ?r .\n    FILTER (?r != ?step)"),
            "the step from ?who",
        ),
        (
            GOOD.replace(
                PATTERN,
                f"{PATTERN}\n  FILTER NOT EXISTS {{\n    {ROW}\n    ?x ally:role ?who .\n  }}",
            ),
            "EXISTS has a row of parameters",
        ),
    ],
    ids=[
        "half ordered",
        "at most",
        "at least",
        "loose",
        "parameter in optional",
        "step in optional",
        "exists",
    ],
)
def test_a_form_that_some_engine_answers_wrongly_is_named(body, told):
    """Rows that silently go missing on another engine are found when the query is written."""
    findings = lint(read_header(HEADER + body, name="t/t", place="t.rq"))

    assert len(findings) == 1
    assert told in findings[0]


@pytest.mark.parametrize(
    "text",
    ["", "SELECT * { ?s ?p ?o }", HEADER.replace('title = "t"', "title = "), "# /// query\n"],
)
def test_a_malformed_header_is_told_with_its_file(text):
    """The author is led to the file."""
    with pytest.raises(QueryFileError) as caught:
        read_header(text, name="t/t", place="queries/t/t.rq")

    assert "queries/t/t.rq" in (caught.value.place or "")


def test_a_slip_in_a_name_is_answered_with_the_near_one():
    """Of a query, and of a parameter."""
    with pytest.raises(UnknownName) as of_query:
        load("membership/member-on")
    with pytest.raises(UnknownParameter) as of_parameter:
        bind(load("membership/members-on"), {"allianz": "actor:nato"})

    assert of_query.value.expected == "did you mean membership/members-on?"
    assert of_parameter.value.expected == "did you mean alliance?"


def test_a_missing_value_and_a_wrong_one_are_refused():
    """A question is never answered for the example by accident."""
    query = load("proposal/blockers")
    clocks = {"as_of": "2023-06-13", "known_by": "2023-06-13"}
    with pytest.raises(ParameterError, match="proposal"):
        bind(query, clocks)
    with pytest.raises(DateError, match="2023-02-30"):
        bind(query, {"proposal": "proposal:x"} | clocks | {"as_of": "2023-02-30"})


def test_a_span_means_its_last_day():
    """``--as-of 2023`` asks for the end of the year."""
    query = load("membership/members-on")
    text = bind(query, {"alliance": "actor:nato", "as_of": "2023", "known_by": "2023-06"})

    assert '"2023-12-31"^^' in text
    assert '"2023-06-30"^^' in text


def test_the_page_of_queries_is_made_from_the_headers():
    """The manual is generated; `make docs` writes it."""
    page = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")

    assert page == catalogue_page(ROOT)
    assert all(f"`{query.name}`" in page or query.name in page for query in QUERIES)
