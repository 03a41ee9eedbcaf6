"""Links: a name that nothing describes is found, with the nearest known one."""

import random
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allygraph.graph import file_quads
from allygraph.names import expand
from allygraph.resources import ontology_files
from allygraph.shacl import DataGraph
from allygraph.validation import validate
from allygraph.validation.corpus import Difference
from allygraph.validation.links import (
    OURS,
    Nearest,
    dangling,
    dangling_after,
    own_namespaces,
)

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "tests" / "links").glob("*.ttl"))
NEIGHBOURS = ROOT / "tests" / "checks" / "neighbours.ttl"
FOREIGN = """
@prefix x: <http://example.org/id/> .
@prefix far: <http://far.example/> .
x:one x:next x:two . x:two x:next x:three . x:three x:next x:thre .
x:next x:label "next" . x:label x:label "label" . far:one x:next far:two .
"""


def parsed(text: str) -> list[ox.Quad]:
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_name_of_ours_that_nothing_describes_is_found(path):
    """The first line of an example says which thing names it; names of others are not ours."""
    files = [*ontology_files(ROOT), NEIGHBOURS, path]
    quads = [quad for file in files for quad in file_quads(file, name=file.stem)]

    found = {fault.quad.subject.value for fault in dangling(quads, OURS)}

    first = path.read_text(encoding="utf-8").partition("\n")[0]
    _, _, things = first.partition(": finds ")
    assert found == {expand(name) for name in things.split()}
    assert bool(found) == path.stem.startswith("invalid-")


def test_a_slip_is_told_with_the_nearest_known_name(tmp_path):
    """Across files: the name that was meant stands in another one."""
    text = (ROOT / "tests" / "links" / "invalid-undescribed.ttl").read_text(encoding="utf-8")
    path = tmp_path / "slip.ttl"
    path.write_text(text.replace("actor:never-described", "actor:jappan"), encoding="utf-8")

    found = [f for f in validate([path]).findings if f.rule == "dangling-name"]

    assert [finding.found for finding in found] == [("actor:jappan",), ("actor:alliance",)]
    assert "actor:japan" in (found[0].expected or "")


def test_of_foreign_data_only_the_namespaces_that_it_describes_are_judged():
    """To say one thing of somebody else's name makes nobody its keeper."""
    quads = parsed(FOREIGN)
    own = own_namespaces(quads)

    assert own == {"http://example.org/id/"}
    assert [(f.name, f.near[0], f.is_predicate) for f in dangling(quads, own)] == [
        ("http://example.org/id/thre", "http://example.org/id/three", False)
    ]


def test_an_undescribed_property_is_found_too():
    """A slip in a property hides its value from every shape."""
    quads = parsed(FOREIGN.replace("x:two x:next x:three", "x:two x:nxt x:three"))

    found = [fault for fault in dangling(quads, {"http://example.org/id/"}) if fault.is_predicate]

    assert [(fault.name[-3:], fault.near[0][-4:]) for fault in found] == [("nxt", "next")]


def test_a_name_of_another_namespace_is_near_by_its_last_part():
    """actor:tokyo-office for office:tokyo-office is a usual slip."""
    near = Nearest(["http://x.example/office/tokyo", "http://x.example/actor/france"])

    assert near("http://x.example/actor/tokyo") == ("http://x.example/office/tokyo",)
    assert near("http://x.example/actor/zz") == ()


def test_the_search_for_near_names_ends():
    """A million names with a thousand faults must not cost minutes."""
    near = Nearest([f"http://x.example/n{number}" for number in range(100)], 150)

    assert near("http://x.example/n1x") != ()
    assert near("http://x.example/n2x") == ()


@given(st.sets(st.sampled_from([f"http://e.example/{sign}" for sign in "abcdef"])), st.data())
def test_exactly_the_undescribed_names_are_found(described, data):
    """Compared with the plain definition, on random small graphs."""
    names = [f"http://e.example/{sign}" for sign in "abcdef"]
    nodes = {name: ox.NamedNode(name) for name in names}
    quads = [
        ox.Quad(nodes[name], nodes[data.draw(st.sampled_from(names))], nodes[other])
        for name in sorted(described)
        for other in data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    ]

    found = {(fault.quad, fault.name) for fault in dangling(quads, {"http://e.example/"})}

    assert found == {
        (quad, term.value)
        for quad in quads
        for term in (quad.predicate, quad.object)
        if term.value not in described
    }


@pytest.mark.parametrize("seed", range(20))
def test_after_a_change_no_new_dangling_name_is_missed(seed):
    """A removed description makes statements of other files dangle; what stood is not told."""
    chance = random.Random(seed)
    names = [ox.NamedNode(f"http://e.example/{sign}") for sign in "abcdefgh"]

    def triples(most: int) -> set[ox.Triple]:
        return {ox.Triple(*chance.choices(names, k=3)) for _ in range(chance.randint(0, most))}

    for _ in range(20):
        before = triples(12)
        removed = {one for one in sorted(before, key=str) if chance.random() < 0.2}
        added = triples(2) - before
        after = (before - removed) | added
        told = Difference(frozenset(added), frozenset(removed))

        faults = dangling_after(DataGraph(after), told, {"http://e.example/"})

        old, new = (
            {(q.triple, f.name) for f in dangling(quads, {"http://e.example/"}) for q in [f.quad]}
            for quads in ([ox.Quad(*one) for one in some] for some in (before, after))
        )
        found = {(fault.quad.triple, fault.name) for fault in faults}
        assert new - old <= found <= new
        assert len(found) == len(faults)
