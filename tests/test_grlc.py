"""Query files with the header of grlc, in a root of a user: read, bound, run, asked on the web."""

import json
from datetime import date

import pytest
from pyoxigraph import Store

from allygraph import queries, resources
from allygraph.build import open_current
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError, QueryFileError, UnknownName, UnknownParameter
from allygraph.queries.grlc import is_grlc
from allygraph.site import Ask, reader
from allygraph.validation.saved import find

DAY = date(2023, 6, 13)
MEMBERS = """#+ summary: Members of an alliance
#+ description: |
#+   Each row is a membership
#+   and its kind.
#+ endpoint: http://elsewhere.example/sparql
#+ method: GET
#+ pagination: 3
#+ tags:
#+   - membership
#+   - 2023
#+ enumerate:
#+   - kind:
#+     - https://w3id.org/allygraph/kind/membership-full
#+     - https://w3id.org/allygraph/kind/membership-observer

PREFIX ally: <https://w3id.org/allygraph/ns#>
SELECT ?member (?_alliance_iri AS ?of)
WHERE {
  ?membership ally:organization ?_alliance_iri ; ally:member ?member .
  OPTIONAL { ?membership ally:membershipKind ?any }
  FILTER EXISTS { ?membership ally:membershipKind ?__kind_iri }
}
ORDER BY ?member
"""
FOUND = """#+ summary: Things by name
#+ defaults:
#+   - word: Japan
#+   - _size_number: 5
#+ enumerate:
#+   - word: [Japan, "France"]
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?thing ?size WHERE {
  { ?thing rdfs:label ?label FILTER (STR(?label) = ?_word) }
  UNION
  { SELECT ?thing WHERE { ?thing rdfs:label ?name FILTER (LCASE(STR(?name)) = LCASE(?_word)) } }
  BIND (?_size_number AS ?size)
}
"""
TYPED = """#+ summary: Terms
SELECT (?_a_fr AS ?a) (?_b_xsd_date AS ?b) (?_c_integer AS ?c) (?_d_xsd_gYear AS ?d)
       (?_e_schema_Text AS ?e) (?__f AS ?f) (?_as_of_date AS ?g) { }
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A root with three files of grlc, which is the one that the site uses."""
    for name, text in {"a/members": MEMBERS, "a/found": FOUND, "b/typed": TYPED}.items():
        path = tmp_path / "queries" / f"{name}.rq"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(resources, "root", lambda: tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def engine():
    return open_current()


def ask(name, form="json", **fields):
    params = {key: (value,) for key, value in fields.items()}
    base = "https://example.org/"
    return Ask("question", f"q/{name}", params, form, DAY, DAY, "en", base, "0" * 16)


def test_the_header_and_the_names_of_variables_say_what_is_asked(root):
    members = queries.load("a/members", root)

    assert members.title == "Members of an alliance"
    assert members.reading == "Each row is a membership\nand its kind."
    assert members.tags == ("membership", "2023")
    assert members.page_rows == 3
    assert list(members.columns) == ["member", "of"]
    assert [(p.name, p.type, p.any, p.optional) for p in members.params.values()] == [
        ("alliance", "iri", False, False),
        ("kind", "iri", True, False),
    ]
    assert members.params["kind"].values == ("kind:membership-full", "kind:membership-observer")
    assert [query.name for query in queries.catalogue(root)] == ["a/found", "a/members", "b/typed"]
    assert "| `a/members` | Members of an alliance | alliance, [kind] |" in (
        queries.catalogue_page(root)
    )


def test_values_become_typed_terms_of_a_row_and_the_text_stays(root):
    typed = queries.load("b/typed", root)
    values = {"a": 'x" } #', "b": "2023-06", "c": "7", "d": "1949", "e": "t", "as_of": "2023"}
    table = OxigraphEngine(Store()).select(queries.bind(typed, values))
    xsd = "http://www.w3.org/2001/XMLSchema#"

    assert [str(value) for value in table.rows[0] if value is not None] == [
        '"x\\" } #"@fr',
        f'"2023-06-30"^^<{xsd}date>',
        f'"7"^^<{xsd}integer>',
        f'"1949"^^<{xsd}gYear>',
        '"t"^^<https://schema.org/Text>',
        f'"2023-12-31"^^<{xsd}date>',
    ]
    assert table.rows[0][5] is None


def test_a_parameter_is_heard_in_unions_and_in_selects_within(root, engine):
    found = queries.load("a/found", root)
    japan, france = (
        {str(row[0].value) for row in engine.select(queries.bind(found, values)).rows}
        for values in ({}, {"word": "France"})
    )

    assert "https://w3id.org/allygraph/actor/japan" in japan
    assert "https://w3id.org/allygraph/actor/france" in france
    assert not japan & france
    assert queries.examples(found) == {"word": ("Japan",), "size": ("5",)}
    sizes = engine.select(queries.bind(found, {"size": "2.5"})).rows
    assert {row[1].value for row in sizes} == {"2.5"}


def test_what_does_not_fit_is_refused(root):
    found = queries.load("a/found", root)
    with pytest.raises(ParameterError, match="'Prance' is not allowed"):
        queries.bind(found, {"word": "Prance"})
    with pytest.raises(ParameterError, match="is not a number"):
        queries.bind(found, {"size": "1 } UNION {"})
    with pytest.raises(ParameterError, match="needs a value for 'alliance'"):
        queries.bind(queries.load("a/members", root), {})
    with pytest.raises(UnknownParameter, match="it has alliance, kind"):
        queries.bind(queries.load("a/members", root), {"_alliance_iri": "actor:nato"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#+ summary: [\nSELECT ?s { ?s ?p ?o }", "is not YAML"),
        ("#+\nSELECT ?s { ?s ?p ?o }", "names nothing"),
        ("#+ summary: !!python/object/apply:os.getcwd []\nSELECT ?s { ?s ?p ?o }", "not YAML"),
        ("#+ summary: x\nCONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "is no SELECT"),
        ("#+ summary: x\nSELECT ?s { ?s ?p }", "is not SPARQL"),
        ("#+ summary: x\nSELECT ?s { ?s ?_x_iri ?_x }", "are one parameter"),
        ("#+ pagination: many\nSELECT ?s { ?s ?p ?o }", "no number of rows"),
        ("#+ summary: [x]\nSELECT ?s { ?s ?p ?o }", "is no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(text, words):
    with pytest.raises(QueryFileError, match=words) as fault:
        queries.read(text, name="a/b", place="queries/a/b.rq")
    assert fault.value.place == "queries/a/b.rq"


def test_a_check_of_the_root_reads_them_and_asks_no_form_of_ours(root):
    (root / "queries" / "b" / "bad.rq").write_text("#+ summary: x\nSELECT {", encoding="utf-8")

    findings = list(find(root, {"saved-query": "error"}))

    assert [finding.place.file for finding in findings] == ["queries/b/bad.rq"]


def test_no_query_of_ours_is_taken_for_one_of_grlc():
    assert not [query.name for query in queries.catalogue() if is_grlc(query.text)]


def test_the_service_answers_in_pages_of_the_header_and_refuses_unknown_names(root, engine):
    first = json.loads(reader("question")(engine, ask("a/members", alliance="actor:nato")).body)
    whole = json.loads(
        reader("question")(engine, ask("a/members", alliance="actor:nato", limit="1000")).body
    )

    assert len(first["rows"]) == 3
    assert first["total"] == len(whole["rows"]) >= 31
    assert whole["rows"][:3] == first["rows"]
    with pytest.raises(UnknownName, match="natoo"):
        reader("question")(engine, ask("a/members", alliance="actor:natoo"))


def test_the_page_has_a_form_with_the_choices_of_the_header(root, engine):
    asked = ask("a/found", "html", word="France")
    shown = reader("question")(engine, asked).body.decode()
    empty = reader("question")(engine, ask("a/members", "html"))

    assert '<option value="France" selected>France</option>' in shown
    assert "actor/france.html" in shown
    assert empty.status == 400
    assert 'name="alliance"' in empty.body.decode()
