"""The cap of rows: an answer that is cut says so, and what is left is a whole document."""

import asyncio
import csv
import io
import json

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allygraph.web.buffers import ABOUT_CUTS, Enough, Full, RowBuffer
from allygraph.web.workers import Limits, Pool

SYNTAX = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_SYNTAX = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
# Texts that look like the ends and beginnings of rows, and rows without any value.
TRICKS = """
SELECT ?x ?y { VALUES (?x ?y) {
  ("a\\nb" UNDEF) ("c},{}" 1) ("q\\"q},{" "\\\\") ("t\\tt},{\\\\\\"" 2) (UNDEF UNDEF)
  ("back\\\\" "\\r\\n<result>},{") ("r\\r\\n" "x,{},{") (UNDEF "end},{\\"")
} }
"""
ROWS = 8


def write(query, form, most_rows, most_bytes=1_000_000, step=8192):
    """Write the answer to a query as a worker does; give the bytes, and whether they are cut."""
    buffer = RowBuffer(most_bytes, most_rows, form)
    whole = ox.Store().query(query).serialize(format=SYNTAX[form])
    try:
        for at in range(0, len(whole), step):
            buffer.write(whole[at : at + step])
    except Enough:
        return buffer.first_rows(), True
    return buffer.getvalue(), False


def read(body, form):
    """Read a table back."""
    if form == "csv":
        return list(csv.reader(io.StringIO(body.decode(), newline="")))[1:]
    return [tuple(map(str, row)) for row in ox.parse_query_results(body, format=SYNTAX[form])]


@pytest.mark.parametrize("form", SYNTAX)
@pytest.mark.parametrize("step", [1, 2, 7, 8192])
def test_as_many_rows_are_kept_as_allowed_whatever_the_texts_say(form, step):
    whole = read(write(TRICKS, form, 1000)[0], form)
    assert len(whole) == ROWS

    for most in range(1, ROWS + 2):
        body, is_cut = write(TRICKS, form, most, step=step)

        assert read(body, form) == whole[:most]
        assert is_cut == (most < ROWS)


TEXTS = st.text(alphabet="},{[]\"':\\\n\r\t<>&/resultnbidg ", max_size=12)
CELLS = st.one_of(st.none(), st.just(ox.NamedNode("x:y,z")), st.builds(ox.Literal, TEXTS))


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    most=st.integers(1, 8),
    step=st.sampled_from([1, 3, 50, 8192]),
    form=st.sampled_from(sorted(SYNTAX)),
)
def test_no_text_of_an_answer_is_taken_for_the_end_of_a_row(rows, most, step, form):
    lines = ("({} {})".format(*("UNDEF" if c is None else c for c in row)) for row in rows)
    query = f"SELECT ?x ?y {{ VALUES (?x ?y) {{ {' '.join(lines)} }} }}"
    whole = read(write(query, form, 1000)[0], form)

    body, is_cut = write(query, form, most, step=step)

    assert len(whole) == len(rows)
    assert read(body, form) == whole[:most]
    assert is_cut == (most < len(rows))


def test_a_cut_document_of_json_says_so_beside_its_rows():
    body, _ = write(TRICKS, "json", 2)
    found = json.loads(body)

    assert found["head"] == {"vars": ["x", "y"], "link": [ABOUT_CUTS]}
    assert found["truncated"]["rows"] == 2
    assert "OFFSET" in found["truncated"]["page"]
    assert len(found["results"]["bindings"]) == 2


def test_a_cut_document_of_xml_links_to_what_that_means():
    body, _ = write(TRICKS, "xml", 2)

    assert f'<variable name="y"/><link href="{ABOUT_CUTS}"/></head>' in body.decode()


@pytest.mark.parametrize("form", SYNTAX)
def test_a_whole_document_is_left_as_it_is(form):
    whole = ox.Store().query(TRICKS).serialize(format=SYNTAX[form])

    assert write(TRICKS, form, ROWS) == (whole, False)


def test_the_cap_of_bytes_comes_before_the_cap_of_rows():
    with pytest.raises(Full):
        write(TRICKS, "json", 1000, most_bytes=100)


@pytest.fixture(scope="module")
def answers(store):
    """Answers of a pool that gives ten rows: by query and form."""
    limits = Limits(workers=1, rows=10, deadline_s=5.0)

    async def run():
        pool = Pool(store, limits)
        await pool.start()
        try:
            found = {}
            for name, query in QUERIES.items():
                for form in ("json", "tsv", "turtle", "ntriples", "rdfxml"):
                    asked = {
                        "query": query,
                        "default_graphs": (),
                        "named_graphs": (),
                        "table_format": form if form in SYNTAX else None,
                        "graph_format": None if form in SYNTAX else form,
                        "has_dataset": False,
                    }
                    found[name, form] = await pool.answer(asked)
            return found
        finally:
            await pool.close()

    return asyncio.run(run())


QUERIES = {
    "rows": "SELECT * { ?s ?p ?o }",
    "ten rows": "SELECT * { ?s ?p ?o } LIMIT 10",
    "triples": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "ten triples": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 10",
    # So many rows that the engine would be at it until the deadline.
    "endless": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "endless triples": "CONSTRUCT { ?a ?e ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
}


@pytest.mark.parametrize(
    ("name", "form", "cut"),
    [
        ("rows", "json", 10),
        ("rows", "tsv", 10),
        ("ten rows", "json", None),
        ("ten rows", "tsv", None),
        ("triples", "turtle", 10),
        ("triples", "rdfxml", 10),
        ("ten triples", "ntriples", None),
        ("endless", "json", 10),
        ("endless", "tsv", 10),
        ("endless triples", "ntriples", 10),
    ],
)
def test_a_worker_stops_at_the_cap_and_says_so(answers, name, form, cut):
    reply = answers[name, form]

    assert reply.outcome == "answered"
    assert reply.head.get("cut") == cut
    if form in SYNTAX:
        assert len(read(reply.body, form)) == 10
    else:
        syntax = getattr(
            ox.RdfFormat, {"ntriples": "N_TRIPLES", "rdfxml": "RDF_XML"}.get(form, "TURTLE")
        )
        assert len(list(ox.parse(reply.body, format=syntax))) == 10


def test_a_graph_that_is_cut_says_so_in_a_comment(answers):
    cut = answers["triples", "ntriples"].body.decode()
    whole = answers["ten triples", "ntriples"].body.decode()

    assert cut.startswith(f"# Cut after 10 triples: {ABOUT_CUTS}\n")
    assert "#" not in whole.replace("XMLSchema#", "")
