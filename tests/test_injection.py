"""Injection: whatever is given as a value is one term, or is refused; the query stays the query.

The proof is structural: with the parameter rows cut out, the bound text is the file's text; and
each row holds exactly as many terms as its VALUES names, as a SPARQL parser reads them.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Store

from allygraph.errors import UsageError
from allygraph.queries import SavedQuery, bind, catalogue
from allygraph.queries.header import read_header

STRINGS = (Path(__file__).parent / "injection.txt").read_text(encoding="utf-8").splitlines()
QUERIES = catalogue()
GOOD = {"iri": "actor:nato", "date": "2023-06-13", "string": "x", "integer": "1", "boolean": "true"}
EVERY_TYPE = read_header(
    "# /// query\n"
    '# title = "t"\n# question = "q"\n# reading = "r"\n# tags = []\n# evidence = []\n#\n'
    "# [params]\n"
    + "".join(f'# a_{kind} = {{ type = "{kind}", help = "h" }}\n' for kind in GOOD)
    + "#\n# [columns]\n"
    + "".join(f'# a_{kind} = {{ type = "{kind}", help = "h" }}\n' for kind in GOOD)
    + "# ///\n\nPREFIX actor: <https://w3id.org/allygraph/actor/>\n"
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n\n"
    f"SELECT {' '.join(f'?a_{kind}' for kind in GOOD)}\nWHERE {{\n"
    f"  VALUES ({' '.join(f'?a_{kind}' for kind in GOOD)}) {{\n"
    '    (actor:nato "2023-06-13"^^xsd:date "x" 1 true)  # params\n  }\n}\n'
    f"ORDER BY {' '.join(f'?a_{kind}' for kind in GOOD)}\n",
    name="test/every-type",
    place="every-type.rq",
)


def _good(query: SavedQuery) -> dict[str, str]:
    return {
        param.name: param.values[0] if param.values else GOOD[param.type]
        for param in query.params.values()
    }


def _without_rows(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.endswith("  # params"))


def test_there_are_enough_strings():
    """A folder that was emptied would pass every test below."""
    assert len(set(STRINGS)) >= 40


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_no_string_changes_a_saved_query(query):
    """Each string, in each parameter: bound as a term, or refused; nothing else moves."""
    store, bound = Store(), 0
    for name in query.params:
        for text in STRINGS:
            try:
                found = bind(query, _good(query) | {name: text})
            except UsageError:
                continue
            bound += 1
            assert _without_rows(found) == _without_rows(query.text), text
            store.query(found)  # it parses, and asks nothing of the world outside

    assert bound > 0
    assert len(store) == 0


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("text", STRINGS)
def test_a_value_comes_out_as_the_one_term_that_went_in(kind, text):
    """The parser reads back one row with the value, of the type that the header names."""
    try:
        bound = bind(EVERY_TYPE, _good(EVERY_TYPE) | {f"a_{kind}": text})
    except UsageError:
        return
    rows = list(Store().query(bound))
    value = rows[0][f"a_{kind}"]

    assert len(rows) == 1
    assert isinstance(value, NamedNode if kind == "iri" else Literal)
    if kind == "string":
        assert value.value == text


@pytest.mark.parametrize("text", STRINGS)
def test_rdflib_reads_the_same_text(text):
    """It expands ``\\u0022`` before it parses: unguarded, a value would change, or end its text."""
    from rdflib import Graph

    try:
        bound = bind(EVERY_TYPE, _good(EVERY_TYPE) | {"a_string": text})
    except UsageError:
        return
    (row,) = Graph().query(bound)

    assert str(row["a_string"]) == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_stays_a_text(text):
    """The same for what nobody thought of."""
    try:
        bound = bind(EVERY_TYPE, _good(EVERY_TYPE) | {"a_string": text})
    except UsageError:
        return
    (row,) = Store().query(bound)

    assert row["a_string"].value == text
    assert len(re.findall("# params$", bound, re.MULTILINE)) >= 1
