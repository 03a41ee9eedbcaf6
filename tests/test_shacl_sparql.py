"""SPARQL in shapes: asked of all focus nodes at once, it finds what it finds of each by itself."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from rdflib import Graph

from allygraph.shacl import (
    CannotCompile,
    Failed,
    IllFormedShapes,
    Refused,
    compare,
    plan,
    read_shapes,
    validate,
)
from allygraph.shacl.sparql.prefixes import KNOWN

FOLDER = Path(__file__).parent / "shacl" / "prebinding"
QUERIES = sorted(FOLDER.glob("*.rq"))
# pySHACL looks for forbidden words with patterns, which take names and texts for them.
MISREAD = {"names-like-keywords": ["a"], "words-in-texts": ["b"]}
EX = "http://example.org/"
XSD_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
HEAD = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] ,
    [ sh:prefix "xsd" ; sh:namespace "http://www.w3.org/2001/XMLSchema#"^^xsd:anyURI ] .
"""


def quads(text):
    """Parse Turtle with the prefixes of this file."""
    return list(parse(input=HEAD + text, format=RdfFormat.TURTLE))


def shape(query, more="sh:targetClass ex:Thing , ex:Other", **words):
    """Make a node shape with one query."""
    added = " ; ".join(f"sh:{word} {value}" for word, value in words.items())
    return quads(
        f"ex:Shape a sh:NodeShape ; {more} ; sh:sparql [ sh:prefixes ex:prefixes ; "
        f"sh:select {Literal(query)} ; {added} ] ."
    )


def data():
    """Give the small graph of things that know each other."""
    return list(parse(path=str(FOLDER / "data.ttl"), format=RdfFormat.TURTLE))


def local(term):
    """Give the last part of an IRI, or the text of a literal."""
    return term.value.removeprefix(EX)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_finds_what_pyshacl_finds_node_by_node(path):
    """Where the variable is bound by joining, it must look as if it had been bound before."""
    shapes = shape(path.read_text(encoding="utf-8"))
    ours = validate(data(), shapes, engine="compiled")

    assert ours.results
    if path.stem in MISREAD:
        assert [local(r.focus) for r in ours.results] == MISREAD[path.stem]
        return
    assert str(compare(ours, validate(data(), shapes, engine="pyshacl"))) == ""


def test_there_are_many_queries():
    """A folder that is not found would leave the test above without a case."""
    assert len(QUERIES) >= 25


def test_a_limit_counts_for_each_focus_node():
    """Joined, LIMIT 1 would give one row for all."""
    query = "SELECT $this ?value WHERE { $this ex:n ?value } ORDER BY DESC(?value) LIMIT 1"
    found = validate(data(), shape(query), engine="compiled").results

    assert [(local(r.focus), local(r.value)) for r in found] == [
        ("a", "2"),
        ("b", "3"),
        ("d", "3"),
        ("e", "5"),
    ]


def test_a_sub_query_with_a_limit_counts_for_each_focus_node():
    """The same one level down."""
    query = """SELECT ?value $this WHERE {
        { SELECT $this ?value WHERE { $this ex:n ?value } ORDER BY ?value LIMIT 1 } }"""
    found = validate(data(), shape(query), engine="compiled").results

    assert [(local(r.focus), local(r.value)) for r in found] == [
        ("a", "1"),
        ("b", "3"),
        ("d", "2"),
        ("e", "5"),
    ]


def test_a_node_that_is_a_target_twice_is_counted_once():
    """The count is of its values, not of the reasons why it is judged."""
    query = "SELECT $this (COUNT(?x) AS ?value) WHERE { $this ex:knows ?x } GROUP BY $this"
    found = validate(data(), shape(query), engine="compiled").results

    assert {local(r.focus): local(r.value) for r in found}["c"] == "2"


def test_a_shape_without_a_name_is_the_current_shape():
    """A blank node has no text in SPARQL, and is bound all the same."""
    query = "SELECT $this ?value WHERE { BIND (isBlank($currentShape) AS ?value) }"
    shapes = quads(
        "ex:Outer a sh:NodeShape ; sh:targetNode ex:a ; sh:property [ sh:path ex:n ; "
        f"sh:sparql [ sh:select {Literal(query)} ] ] ."
    )
    (found,) = validate(data(), shapes, engine="compiled").results

    assert local(found.value) == "true"


def test_the_shapes_graph_can_be_looked_at():
    """$shapesGraph names a graph that is there while the query runs, and gone afterwards."""
    query = """SELECT $this ?value WHERE {
        GRAPH $shapesGraph { $currentShape ex:limit ?limit } $this ex:n ?value
        FILTER (?value > ?limit) }"""
    shapes = shape(query, "sh:targetClass ex:Thing ; ex:limit 1")

    found = validate(data(), shapes, engine="compiled").results

    assert [local(r.value) for r in found] == ["2", "3"]


def test_the_path_is_written_in_place():
    """$PATH is no variable: it stands for a path of any kind."""
    query = "SELECT $this ?value WHERE { $this $PATH ?value FILTER (?value > 1) }"
    shapes = quads(
        "ex:Shape a sh:PropertyShape ; sh:targetNode ex:c ; sh:path ( ex:knows ex:n ) ; "
        f"sh:sparql [ sh:prefixes ex:prefixes ; sh:select {Literal(query)} ] ."
    )
    ours = validate(data(), shapes, engine="compiled")

    assert sorted(local(r.value) for r in ours.results) == ["2", "3"]
    assert not compare(ours, validate(data(), shapes, engine="pyshacl"))


def test_places_of_messages_are_filled():
    """A message names the value at fault, and keeps its language."""
    query = "SELECT $this ?value ?x WHERE { $this ex:n ?value . $this ex:knows ?x }"
    shapes = shape(query, "sh:targetNode ex:b", message='"{$this}: {?value}, {?x}, {?no}"@en')
    (found,) = validate(data(), shapes, engine="compiled").results

    assert found.messages == (Literal(f"{EX}b: 3, {EX}a, {{?no}}", language="en"),)


def test_a_row_may_bring_its_message():
    """What the query says of a row goes before what the shape says of all."""
    path = FOLDER / "message-of-the-row.rq"
    shapes = shape(path.read_text(encoding="utf-8"), "sh:targetNode ex:b", message='"all"')
    (found,) = validate(data(), shapes, engine="compiled").results

    assert found.messages == (Literal("number 3"),)


def test_a_deactivated_constraint_is_not_asked():
    """Its shape is active all the same."""
    shapes = shape("SELECT $this WHERE { $this ?p ?o }", deactivated="true")

    assert validate(data(), shapes, engine="compiled").conforms


def test_a_query_that_reports_a_failure_fails():
    """SHACL lets a query say that it could not judge; that is no verdict."""
    query = "SELECT $this ?failure WHERE { BIND (true AS ?failure) }"

    with pytest.raises(Failed, match="reports a failure"):
        validate(data(), shape(query), engine="compiled")


FORBIDDEN = {
    "MINUS": "SELECT $this WHERE { $this ?p ?o MINUS { $this ex:n 1 } }",
    "VALUES": "SELECT $this WHERE { VALUES ?x { 1 } $this ex:n ?x }",
    "VALUES, which": "SELECT $this WHERE { $this ex:n ?x } VALUES ?x { 1 }",
    "'AS' cannot": "SELECT $this WHERE { BIND (1 AS $this) }",
    "must give the variable": "SELECT $this WHERE { { SELECT ?x WHERE { ?x ex:n 1 } } }",
    "not '\\*'": "SELECT $this WHERE { { SELECT * WHERE { $this ex:n 1 } } }",
    "ASK stands": "ASK { $this ex:n 1 }",
    "no path": "SELECT $this WHERE { $this $PATH 1 }",
}


@pytest.mark.parametrize("words", FORBIDDEN)
def test_what_shacl_forbids_in_a_query_is_refused(words):
    """With all nodes at once it could mean something else than node by node."""
    with pytest.raises(IllFormedShapes, match=words):
        validate(data(), shape(FORBIDDEN[words]), engine="compiled")


BEYOND = {
    "prefix 'no:'": "SELECT $this WHERE { $this no:n 1 }",
    "GRAPH with": "SELECT $this WHERE { GRAPH ?g { $this ex:n 1 } }",
    "no form": "SELECT $this WHERE { $this ex:n }",
    "no word": "SELECT $this WHERE { $this ex:is trueOPTIONAL { $this ex:n 1 } }",
    "not closed": "SELECT $this WHERE { { $this ex:n 1 }",
}


@pytest.mark.parametrize("words", BEYOND)
def test_a_query_without_a_form_for_all_nodes_is_no_query_of_ours(words):
    """Asked for alone, the compiler says which shape and why."""
    with pytest.raises(CannotCompile, match=words):
        validate(data(), shape(BEYOND[words]), engine="compiled")


def test_a_function_that_is_not_there_is_refused():
    """It would be an error in every row, and everything would conform; in pySHACL it does."""
    query = "SELECT $this WHERE { FILTER (ex:isRight($this)) }"

    with pytest.raises(Refused, match="isRight"):
        validate(data(), shape(query))


def component(validator, kind="validator", more=""):
    """Declare a component with one parameter, and a property shape that uses it."""
    return quads(
        f"ex:Below a sh:ConstraintComponent ; sh:parameter [ sh:path ex:below ] {more} ; "
        f"sh:{kind} [ sh:prefixes ex:prefixes ; {validator} ] . "
        "ex:Shape a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:n ; ex:below 2 , 3 ."
    )


ASK = "sh:ask 'ASK { FILTER ($value < $below) }'"
SELECT = "sh:select 'SELECT $this ?value WHERE { $this $PATH ?value FILTER (?value >= $below) }'"


@pytest.mark.parametrize(
    "shapes",
    [component(ASK), component(SELECT, "propertyValidator")],
    ids=["ASK", "SELECT"],
)
def test_a_declared_component_judges_each_value(shapes):
    """Each value of the one parameter is a constraint of its own."""
    found = validate(data(), shapes, engine="compiled").results

    assert sorted((local(r.focus), local(r.value)) for r in found) == [
        ("a", "2"),
        ("b", "3"),
        ("b", "3"),
    ]
    assert {r.component for r in found} == {NamedNode(f"{EX}Below")}


def test_the_label_of_a_component_is_its_message():
    """Without a message, the template of the component says what was asked."""
    shapes = component(ASK, more="; sh:labelTemplate 'below {$below}'")
    found = validate(data(), shapes, engine="compiled").results

    assert {m.value for r in found for m in r.messages} == {"below 2", "below 3"}


def test_a_component_without_a_validator_for_this_kind_of_shape_asks_nothing():
    """A validator of node shapes says nothing of property shapes."""
    query = "sh:select 'SELECT $this WHERE { $this ?p ?o }'"

    assert validate(data(), component(query, "nodeValidator"), engine="compiled").conforms


def test_a_parameter_may_not_be_called_like_a_variable_of_shacl():
    """$value would mean two things."""
    shapes = quads(
        "ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:value ] ; "
        "sh:validator [ sh:ask 'ASK { }' ] . "
        "ex:Shape a sh:NodeShape ; sh:targetNode ex:a ; ex:value 1 ."
    )

    with pytest.raises(IllFormedShapes, match="called 'value'"):
        validate(data(), shapes, engine="compiled")


def test_a_query_in_a_nested_shape_is_asked_of_its_values():
    """What fails in a nested shape fails at the node that refers to it."""
    query = "SELECT $this WHERE { $this ex:n 3 }"
    shapes = [
        *shape(query, "ex:none ex:none"),
        *quads(
            "ex:Outer a sh:NodeShape ; sh:targetClass ex:Thing ; "
            "sh:property [ sh:path ex:knows ; sh:node ex:Shape ] ."
        ),
    ]
    ours = validate(data(), shapes, engine="compiled")

    assert sorted((local(r.focus), local(r.value)) for r in ours.results) == [
        ("a", "b"),
        ("c", "b"),
        ("c", "d"),
    ]
    assert not compare(ours, validate(data(), shapes, engine="pyshacl"))


KEPT = 'ex:a a ex:Thing ; ex:n "01"^^xsd:integer ; ex:m 5 . ex:b a ex:Thing ; ex:m 6 .'


def test_a_query_that_may_see_a_rewritten_literal_goes_to_pyshacl():
    """The store would have made 1 of "01"; the query asks for the text."""
    shapes = shape('SELECT $this ?value WHERE { $this ex:n ?value FILTER (STR(?value) = "01") }')
    report = validate(quads(KEPT), shapes)

    assert [r.value for r in report.results] == [Literal("01", datatype=NamedNode(XSD_INTEGER))]
    assert "write otherwise" in report.delegated[0][1]


def test_a_query_that_cannot_see_a_rewritten_literal_is_compiled():
    """One odd literal somewhere must not cost the speed of all."""
    shapes = shape("SELECT $this ?value WHERE { $this ex:m ?value FILTER (!(?value < 6)) }")
    report = validate(quads(KEPT), shapes, engine="compiled")

    assert [local(r.value) for r in report.results] == ["6"]


def test_prefixes_lead_over_imports_within_the_shapes_graph():
    """An import that is not there is not fetched, and no prefix comes of it."""
    text = (
        "ex:mine owl:imports ex:prefixes , <http://127.0.0.1:9/elsewhere> . "
        "ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:prefixes ex:mine ; "
        "sh:select 'SELECT $this WHERE { $this ex:n 3 }' ] ."
    )
    report = validate(data(), quads(text), engine="compiled")

    assert [local(r.focus) for r in report.results] == ["b"]
    assert report.notes == (
        "owl:imports <http://127.0.0.1:9/elsewhere> was not followed",
        "owl:imports <http://example.org/prefixes> was not followed",
    )


def test_prefixes_that_rdflib_knows_need_no_declaration():
    """The table is rdflib's: a shape that pySHACL reads should not lose its queries for that."""
    assert {prefix: str(name) for prefix, name in Graph().namespaces()} == KNOWN


def test_a_prefix_with_two_meanings_is_ill_formed():
    """Which of them holds would depend on the order of triples."""
    text = (
        'ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://x/"^^xsd:anyURI ] . '
        "ex:Shape a sh:NodeShape ; sh:targetNode ex:a ; sh:sparql [ sh:prefixes ex:prefixes ; "
        "sh:select 'SELECT $this WHERE { $this ex:n 3 }' ] ."
    )

    with pytest.raises(IllFormedShapes, match="two meanings"):
        validate(data(), quads(text), engine="compiled")


def test_the_plan_shows_the_query_for_all_nodes():
    """One query for the shape, whatever the number of its nodes."""
    text = str(plan(read_shapes(shape("SELECT $this WHERE { $this ex:n 3 }"))))

    assert text.count("ask SPARQL") == 1
    assert f"$this <{EX}n> 3" in text


def test_javascript_is_refused_also_in_a_component():
    """A validator that is not run would let everything pass."""
    shapes = quads(
        "ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:p ] ; "
        "sh:validator [ a sh:JSValidator ; sh:jsFunctionName 'judge' ] . "
        "ex:Shape a sh:NodeShape ; sh:targetNode ex:a ; ex:p 1 ."
    )

    with pytest.raises(Refused, match="JavaScript"):
        validate(data(), shapes)
