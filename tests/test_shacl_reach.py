"""Reach: no focus node whose verdict changes is missed, compared with pySHACL on random edits."""

import random

import pyoxigraph as ox
import pytest
from pyshacl import validate as reference
from rdflib import SH, Graph

from allygraph.shacl.errors import Refused
from allygraph.shacl.reach import Change, StoreGraph, affected
from allygraph.shacl.reading import read_shapes

PREFIXES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX : <urn:x:>
"""
TARGETS = [
    "sh:targetClass :A",
    "sh:targetClass :B",
    "sh:targetSubjectsOf :p",
    "sh:targetObjectsOf :q",
]
PATHS = [
    ":p",
    ":q",
    "[ sh:inversePath :p ]",
    "( :p :q )",
    "( :p [ sh:inversePath :q ] :r )",
    "[ sh:alternativePath ( :p ( :q :r ) ) ]",
    "[ sh:zeroOrMorePath :p ]",
    "[ sh:oneOrMorePath :q ]",
    "[ sh:inversePath [ sh:alternativePath ( :p :r ) ] ]",
    "[ sh:inversePath [ sh:oneOrMorePath :r ] ]",
    "( [ sh:zeroOrOnePath :p ] :r )",
]
CONSTRAINTS = [
    "sh:minCount 1",
    "sh:maxCount 1",
    "sh:class :C",
    "sh:class :A",
    "sh:hasValue :n1",
    "sh:equals :r",
    "sh:disjoint :q",
    "sh:node [ sh:class :B ]",
    "sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ]",
    "sh:not [ sh:property [ sh:path ( :r :p ) ; sh:class :C ] ]",
    "sh:or ( [ sh:class :B ] [ sh:node [ sh:property [ sh:path :p ; sh:maxCount 0 ] ] ] )",
    "sh:qualifiedValueShape [ sh:class :C ] ; sh:qualifiedMinCount 1",
    "sh:node [ sh:closed true ; sh:property [ sh:path :p ] ]",
]
NODES = [f":n{number}" for number in range(6)]
KINDS = [":A", ":B", ":C", ":D"]


def random_triple(chance: random.Random) -> str:
    draw = chance.random()
    if draw < 0.3:
        return f"{chance.choice(NODES)} a {chance.choice(KINDS)} ."
    if draw < 0.4:
        return f"{chance.choice(KINDS)} rdfs:subClassOf {chance.choice(KINDS)} ."
    return f"{chance.choice(NODES)} {chance.choice([':p', ':q', ':r'])} {chance.choice(NODES)} ."


def random_shape(chance: random.Random) -> str:
    target = chance.choice(TARGETS)
    if chance.random() < 0.2:
        kinds = [one for one in CONSTRAINTS if "Count" not in one or "[" in one]
        own = chance.choice([one for one in kinds if "qualified" not in one])
        return f":S a sh:NodeShape ; {target} ; {own} ."
    inner = f"sh:path {chance.choice(PATHS)} ; {chance.choice(CONSTRAINTS)}"
    if chance.random() < 0.5:
        return f":S a sh:PropertyShape ; {target} ; {inner} ."
    return f":S a sh:NodeShape ; {target} ; sh:property [ {inner} ] ."


def parsed(text: str) -> list[ox.Quad]:
    return list(ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE))


def verdicts(triples: set[str], shape: str) -> dict[str, set[tuple[str, ...]]]:
    """Give for each focus node what pySHACL finds."""
    data = Graph().parse(data=PREFIXES + "\n".join(sorted(triples)), format="turtle")
    shapes = Graph().parse(data=PREFIXES + shape, format="turtle")
    _, report, _ = reference(data, shacl_graph=shapes)
    found: dict[str, set[tuple[str, ...]]] = {}
    for result in report.objects(None, SH.result):
        seen = (SH.value, SH.sourceConstraintComponent)
        row = tuple(str(report.value(result, name)) for name in seen)
        found.setdefault(str(report.value(result, SH.focusNode)), set()).add(row)
    return found


def reached(shape: str, after: set[str], changed: set[str]) -> set[str] | None:
    store = ox.Store()
    store.extend(parsed("\n".join(after)))
    shapes, change = read_shapes(parsed(shape)), Change(parsed("\n".join(changed)))
    found = list(affected(shapes, StoreGraph(store), change).values())
    if None in found:
        return None
    return {node.value for nodes in found for node in nodes or ()}


@pytest.mark.parametrize("seed", range(8))
def test_no_focus_node_whose_verdict_changes_is_missed(seed):
    """Random shapes of all kinds, graphs and edits; and most nodes are left alone."""
    chance = random.Random(seed)
    moved = given = 0
    for _ in range(60):
        shape = random_shape(chance)
        before = {random_triple(chance) for _ in range(14)}
        removed = {one for one in sorted(before) if chance.random() < 0.1}
        added = {random_triple(chance) for _ in range(chance.randint(0, 2))} - before
        after = (before - removed) | added

        nodes = reached(shape, after, removed | added)

        old, new = verdicts(before, shape), verdicts(after, shape)
        differing = {node for node in old | new if old.get(node) != new.get(node)}
        assert nodes is not None
        assert differing <= nodes, (shape, before, removed, added)
        moved += len(differing)
        given += len(nodes)
    assert moved >= 5
    assert given < 60 * len(NODES) / 2


def test_the_inverse_of_a_sequence_is_walked_from_its_end():
    """By hand, because pySHACL walks it in the wrong order (0.40.1)."""
    shape = ":S sh:targetClass :A ; sh:property [ sh:path [ sh:inversePath ( :p :r ) ] ] ."
    after = {":n1 :p :n2 .", ":n2 :r :n3 .", ":n3 :r :n4 ."}

    assert reached(shape, after, {":n1 :p :n2 ."}) == {"urn:x:n3"}
    assert reached(shape, after, {":n3 :r :n4 ."}) == {"urn:x:n4"}


def test_nothing_changed_affects_nothing():
    """An unchanged file needs no second look."""
    assert reached(":S sh:targetClass :A ; sh:class :B .", {":n1 a :A ."}, set()) == set()


def test_a_sparql_constraint_may_affect_every_focus_node():
    """Without a reading of its query nothing narrower is safe."""
    query = 'sh:sparql [ sh:select "SELECT $this { $this ?p ?o }" ]'
    shape = f":S a sh:NodeShape ; sh:targetClass :A ; {query} ."

    assert reached(shape, {":n1 a :A ."}, {":n2 :p :n3 ."}) is None


def test_a_shape_that_refers_to_itself_is_refused():
    """Its verdict has no meaning in SHACL."""
    with pytest.raises(Refused):
        reached(":S sh:targetClass :A ; sh:node :S .", {":n1 a :A ."}, {":n1 a :A ."})
