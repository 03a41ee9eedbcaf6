"""Coverage: a rule that never fires, and a thing that no rule looks at, are told."""

import json

import pyoxigraph as ox
import pytest

from allygraph.shacl.data import DataGraph
from allygraph.shacl.reading import read_shapes
from allygraph.validation.coverage import Coverage, coverage

PREFIXES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX : <urn:x:>
"""
SHAPES = """
:Person sh:targetClass :Agent ; sh:property :Person-home .
:Person-home sh:path :home ; sh:node :Home .
:Home a sh:NodeShape ; sh:class :Place .
:Ship sh:targetClass :Vessel ; sh:property :Ship-flag .
:Ship-flag sh:path :flag ; sh:minCount 1 .
:Off sh:targetClass :Agent ; sh:deactivated true .
"""
UNNAMED = (
    ":List sh:targetNode :list ; sh:property [ sh:path :none ; sh:node [ sh:class :Place ] ] ."
)
DATA = """
:Person rdfs:subClassOf :Agent . :Person a :Kind .
:ann a :Person ; :home :hut . :bob a :Agent .
:hut a :Place . :pub a :Place . :odd :size "01"^^<http://www.w3.org/2001/XMLSchema#integer> .
"""


def parsed(text: str) -> list[ox.Quad]:
    return list(ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE))


@pytest.fixture(scope="module")
def found() -> Coverage:
    """The coverage of the example."""
    return coverage(read_shapes(parsed(SHAPES)), DataGraph(parsed(DATA)))


def test_shapes_that_looked_at_nothing_are_named(found):
    """With their property shapes; a deactivated one is meant to be silent."""
    assert found.silent == ("urn:x:Ship", "urn:x:Ship-flag")
    assert found.fired["urn:x:Person"] == 2
    assert found.fired["urn:x:Home"] == 1
    assert "urn:x:Off" not in found.fired


def test_nodes_that_no_shape_looked_at_are_named_by_class(found):
    """A value that a nested shape judges is looked at; its neighbour of the same class is not."""
    groups = {(group.kind, group.count, group.nodes) for group in found.unseen}

    assert groups == {
        ("urn:x:Place", 1, ("urn:x:pub",)),
        ("urn:x:Kind", 1, ("urn:x:Person",)),
        ("", 1, ("urn:x:odd",)),
    }
    assert (found.seen, found.nodes, found.percent) == (3, 6, 50.0)


def test_a_threshold_is_reached_or_not(found):
    """Exactly the threshold passes."""
    assert found.reaches(50)
    assert not found.reaches(50.1)
    assert Coverage({}, 0, 0, ()).reaches(100)


def test_almost_all_is_not_all():
    """99.99 % is printed as 99.9, not as 100."""
    assert Coverage({}, 10_000, 9_999, ()).percent == 99.9


def test_only_the_nodes_that_are_judged_count():
    """Background vocabularies are looked up, not covered."""
    judged = [ox.NamedNode("urn:x:ann"), ox.NamedNode("urn:x:pub")]

    found = coverage(read_shapes(parsed(SHAPES)), DataGraph(parsed(DATA)), judged)

    assert (found.seen, found.nodes) == (1, 2)


def test_cells_of_lists_are_no_nodes_and_shapes_without_a_name_get_one():
    """Nobody can look up ``_:b7`` in a file."""
    shapes = read_shapes(parsed(UNNAMED))
    names = {node: "List-none" for node in shapes.shapes if isinstance(node, ox.BlankNode)}

    found = coverage(shapes, DataGraph(parsed(":list :of ( :a :b ) .")), names=names)

    assert found.fired == {"urn:x:List": 1, "List-none": 1}
    assert (found.seen, found.nodes) == (1, 1)


def test_the_text_and_the_object_say_the_same(found):
    """Numbers, silent shapes and unseen nodes stand in both."""
    text, told = found.text(str), json.loads(found.json())

    assert "shapes that looked at a node: 3 of 5 (60.0 %)" in text
    assert "  never: urn:x:Ship-flag" in text
    assert "nodes that a shape looked at: 3 of 6 (50.0 %)" in text
    assert "  not looked at: 1 of no class: urn:x:odd" in text
    assert told["shapes"]["silent"] == ["urn:x:Ship", "urn:x:Ship-flag"]
    assert told["nodes"]["percent"] == 50.0
    assert {"class": None, "count": 1, "nodes": ["urn:x:odd"]} in told["nodes"]["unseen"]
