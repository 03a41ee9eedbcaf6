"""Shapes with queries within other shapes: both engines find the same."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, RdfFormat, parse

from allygraph.shacl import compare, validate

FOLDER = Path(__file__).parent / "shacl" / "prebinding"
SHAPES = (FOLDER / "shapes.ttl").read_text(encoding="utf-8")
DATA = list(parse(path=str(FOLDER / "data.ttl"), format=RdfFormat.TURTLE))
BODIES = [
    "sh:not ex:Large",
    "sh:or ( ex:Large ex:Numbered )",
    "sh:and ( ex:Large ex:Numbered )",
    "sh:xone ( ex:Large ex:Numbered )",
    "sh:not ex:Small",
    "sh:property ex:Small",
    "sh:property [ sh:path ex:knows ; sh:node ex:Large ]",
    "sh:property [ sh:path ex:knows ; sh:not ex:Small ]",
    "sh:property [ sh:path ex:knows ; sh:property ex:Small ]",
    "sh:property [ sh:path ex:knows ; sh:qualifiedValueShape ex:Large ; sh:qualifiedMinCount 2 ]",
    "sh:property [ sh:path ex:n ; sh:node ex:One ]",
    "sh:property [ sh:path ex:n ; sh:node ex:BelowThree ]",
    "sh:property [ sh:path ex:n ; sh:not ex:BelowThree ]",
    "sh:property [ sh:path ex:knows ; sh:not [ sh:path ex:n ; ex:below 3 ] ]",
    "sh:property [ sh:path ( ex:knows ex:n ) ; sh:node [ ex:below 3 ] ]",
]


def shapes(body):
    """Make a shape of both classes around the shapes of the file."""
    text = f"{SHAPES} ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing , ex:Other ; {body} ."
    return list(parse(input=text, format=RdfFormat.TURTLE))


@pytest.mark.parametrize("body", BODIES)
def test_a_query_within_another_shape_counts_alike_in_both_engines(body):
    """It is asked of the values of the outer shape, whose verdict hangs on it."""
    ours = validate(DATA, shapes(body), engine="compiled")

    assert ours.results
    assert str(compare(ours, validate(DATA, shapes(body), engine="pyshacl"))) == ""


def test_a_component_names_the_value_at_fault_where_pyshacl_does_not():
    """SHACL wants the value in the result of an ASK validator; pySHACL leaves it out."""
    body = "sh:property [ sh:path ex:n ; ex:below 3 ]"
    ours = validate(DATA, shapes(body), engine="compiled").results
    theirs = validate(DATA, shapes(body), engine="pyshacl").results

    assert [r.value for r in ours] == [Literal(3), Literal(3), Literal(5)]
    assert [r.focus for r in ours] == [r.focus for r in theirs]
    assert {r.value for r in theirs} == {None}
