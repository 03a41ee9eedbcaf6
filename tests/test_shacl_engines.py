"""Two engines: pySHACL is the reference, and takes over the shapes that have no query of ours."""

import warnings

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from allygraph.shacl import (
    DataGraph,
    Failed,
    LimitHit,
    Report,
    Result,
    compare,
    confined,
    read_shapes,
    reference,
    validate,
)
from allygraph.shacl.model import Inverse, Predicate, Sequence

HEAD = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
EX = "http://example.org/"
DATA = """
ex:a a ex:Thing ; ex:n 1 , "02"^^xsd:integer ; ex:knows ex:b , _:somebody .
ex:b a ex:Special ; ex:n 7 ; ex:knows ex:a .
ex:c a ex:Other ; ex:n 9 .
_:somebody a ex:Thing ; ex:n "x" .
ex:Special rdfs:subClassOf ex:Thing .
"""
# One of the numbers lies under a private datatype, which a query that compares must not see.
BEYOND = (
    "sh:sparql [ sh:prefixes ex:prefixes ; sh:select 'SELECT $this ?value WHERE { "
    "$this ex:n ?value FILTER (isNumeric(?value) && ?value > 5) }' ]"
)
REASON = "its query may meet literals that the store would write otherwise"
PREFIXES = (
    'ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] . '
)


def quads(text):
    """Parse Turtle with the prefixes of this file."""
    return list(parse(input=HEAD + PREFIXES + text, format=RdfFormat.TURTLE))


def node(name):
    """Give a name of the examples."""
    return NamedNode(EX + name)


def test_pyshacl_keeps_blank_nodes_and_lexical_forms():
    """Its own report would give new names to blank nodes, and rdflib would write "02" as 2."""
    data = quads(DATA)
    somebody = next(q.subject for q in data if q.object == Literal("x"))
    shapes = quads("ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:n ; sh:property ex:P . "
                   "ex:P sh:path ex:n ; sh:in ( 1 7 9 ) .")  # fmt: skip

    found = {(r.focus, r.value) for r in reference.judge(data, shapes)}

    assert found == {
        (node("a"), Literal("02", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))),
        (somebody, Literal("x")),
    }


def test_pyshacl_results_have_paths_as_structures():
    """A path is compared by what it says, not by the name of a blank node."""
    shapes = quads(
        "ex:S a sh:PropertyShape ; sh:targetNode ex:a ; sh:maxCount 0 ; "
        "sh:path ( [ sh:inversePath ex:knows ] ex:n ) ; sh:severity sh:Warning ; "
        'sh:message "too many"@en .'
    )
    (found,) = reference.judge(quads(DATA), shapes)

    assert found == Result(
        focus=node("a"),
        path=Sequence((Inverse(Predicate(node("knows"))), Predicate(node("n")))),
        value=None,
        shape=node("S"),
        component=NamedNode("http://www.w3.org/ns/shacl#MaxCountConstraintComponent"),
        severity=NamedNode("http://www.w3.org/ns/shacl#Warning"),
        messages=(Literal("too many", language="en"),),
    )


NESTED = quads(
    "ex:Friend a sh:NodeShape ; sh:property [ sh:path ex:n ; sh:maxInclusive 5 ] . "
    "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property ex:P . "
    "ex:P sh:path ex:knows ; sh:node ex:Friend ."
)


def test_chosen_nodes_are_judged_with_all_their_values():
    """PySHACL's own choice of focus nodes would pass over values that are not chosen themselves."""
    found = reference.judge(quads(DATA), NESTED, aims={node("S"): [node("a")]})

    assert {(r.focus, r.value) for r in found if r.shape == node("P")} >= {(node("a"), node("b"))}
    assert {r.focus for r in found} == {node("a")}


def test_a_class_that_is_a_shape_can_be_asked_of_some_nodes():
    """Its instances are its targets, which must not come back beside the chosen ones."""
    shapes = quads("ex:Thing a sh:NodeShape , rdfs:Class ; sh:property [ sh:path ex:n ; "
                   "sh:maxCount 0 ] .")  # fmt: skip

    assert len(reference.judge(quads(DATA), shapes)) == 3
    found = reference.judge(quads(DATA), shapes, aims={node("Thing"): [node("b")]})
    assert [r.focus for r in found] == [node("b")]


@pytest.mark.parametrize("engine", ["compiled", "pyshacl", "auto"])
def test_focus_and_only_choose_alike_in_every_engine(engine):
    """Whoever judges, the same nodes are judged by the same shapes."""
    shapes = [
        *NESTED,
        *quads("ex:T a sh:NodeShape ; sh:targetClass ex:Thing ; sh:nodeKind sh:IRI ."),
    ]
    shapes += quads("ex:P sh:hasValue ex:nobody ; sh:disjoint ex:knows .")
    by_focus = validate(quads(DATA), shapes, engine=engine, focus=[node("b"), node("c")])
    by_shape = validate(quads(DATA), shapes, engine=engine, only=[node("T")])

    assert {(r.focus, r.component.value[27:]) for r in by_focus.results} == {
        (node("b"), "DisjointConstraintComponent"),
        (node("b"), "HasValueConstraintComponent"),
    }
    assert {(type(r.focus), r.shape) for r in by_shape.results} == {(BlankNode, node("T"))}


def test_only_the_shapes_that_need_it_go_to_pyshacl():
    """The rest keeps the speed of queries, and the results come together."""
    shapes = quads(
        f"ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; {BEYOND} . "
        "ex:T a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property ex:P . "
        "ex:P sh:path ex:n ; sh:maxCount 1 ."
    )
    report = validate(quads(DATA), shapes)

    assert [(r.focus, r.shape) for r in report.results] == [
        (node("a"), node("P")),
        (node("b"), node("S")),
    ]
    assert set(report.compiled) == {node("T"), node("P")}
    assert report.delegated == ((node("S"), REASON),)


def test_a_property_shape_is_delegated_without_its_neighbours():
    """Over the nodes of the shape that it hangs on, also those without a name."""
    shapes = quads(
        "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property ex:P , ex:Q . "
        f"ex:P sh:path ex:n ; {BEYOND} . ex:Q sh:path ex:n ; sh:maxCount 1 ."
    )
    report = validate(quads(DATA), shapes)

    assert {(r.focus, r.shape) for r in report.results} == {
        (node("b"), node("P")),
        (node("a"), node("Q")),
    }
    assert [shape for shape, _ in report.delegated] == [node("P")]
    assert node("Q") in report.compiled


def test_a_delegated_shape_with_a_nameless_target_is_asked_of_it():
    """A target that is a blank node has no text in a query, but it is one node in both graphs."""
    both = quads(
        '_:somebody ex:n 8 . ex:a ex:n "02"^^xsd:integer . '
        f"ex:S a sh:NodeShape ; sh:targetNode _:somebody ; {BEYOND} ."
    )
    report = validate(both, both)

    assert [type(r.focus) for r in report.results] == [BlankNode]
    assert report.delegated


def test_what_pyshacl_cannot_judge_is_an_error():
    """An exception of another library would pass for a fault of ours, or for a verdict."""
    shapes = quads(
        "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; "
        "sh:sparql [ sh:select 'SELECT $this WHERE { $this nowhere:n 1 }' ] ."
    )

    with pytest.raises(Failed, match="pySHACL"):
        validate(quads(DATA), shapes)


def test_a_data_graph_is_judged_as_written_by_each_engine():
    """The store keeps what it would rewrite, and gives it back to pySHACL."""
    shapes = quads(
        'ex:S a sh:PropertyShape ; sh:targetNode ex:a ; sh:path ex:n ; sh:pattern "^0" .'
    )
    graph = DataGraph(quads(DATA))
    ours, theirs = validate(graph, shapes), validate(graph, shapes, engine="pyshacl")

    assert [r.value.value for r in ours.results] == ["1"]
    assert not compare(ours, theirs)


def test_reports_differ_by_what_they_found():
    """The message and the name of a blank node are no difference; a value is."""
    shapes = read_shapes(NESTED)
    one = validate(quads(DATA), shapes)
    other = Report(one.results[1:])
    differences = compare(one, other)

    assert not compare(one, validate(quads(DATA), shapes))
    assert len(differences.first) == 1
    assert differences.second == ()
    assert str(differences).startswith("- <http://example.org/")


def test_no_warning_of_pyshacl_comes_through():
    """What matters of it is a result or an error."""
    shapes = quads("ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property [ sh:path ex:n ; "
                   'sh:in ( "none"^^xsd:boolean ) ] .')  # fmt: skip
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert len(reference.judge(quads(DATA), shapes)) == 2

    assert [str(one.message) for one in heard] == []


def test_an_engine_in_its_own_process_finds_the_same():
    """Blank nodes and lexical forms cross the border."""
    data = quads(DATA)

    there = confined.run("reference:judge", data, NESTED, {}, deadline=60)

    assert sorted(map(str, there)) == sorted(map(str, reference.judge(data, NESTED)))


def test_a_deadline_ends_what_does_not_end():
    """With a deadline even a quick engine stops in time."""
    with pytest.raises(LimitHit, match="stopped after"):
        validate(quads(DATA), NESTED, deadline=0.001)
