"""Reads: of a SPARQL constraint too no focus node is missed, and most are left alone."""

import random

import pyoxigraph as ox
import pytest

from allygraph.shacl import DataGraph, read_shapes, validate
from allygraph.shacl.reach import Change
from allygraph.shacl.sparql.patterns import Unread
from allygraph.shacl.sparql.reads import lookups
from allygraph.validation.changed import reached
from allygraph.validation.corpus import Difference

HEAD = "PREFIX sh: <http://www.w3.org/ns/shacl#>\nPREFIX : <urn:x:>\n"
TARGETS = ["sh:targetClass :A", "sh:targetSubjectsOf :p"]
QUERIES = {
    "one pattern": "$this :p ?value .",
    "another thing with the same value": "$this :p ?x . ?value :p ?x FILTER (?value != $this)",
    "nothing there": "$this :p ?value . FILTER NOT EXISTS { ?value :q ?y . ?y a :B }",
    "optional": "$this a ?k . OPTIONAL { $this :q ?x . ?x :r ?y } FILTER (!BOUND(?y))",
    "either": "{ $this :p ?value } UNION { ?value :q $this . FILTER EXISTS { ?value :r ?z } }",
    "a walk": "$this :p+ ?value . ?value a :B .",
    "a long walk": "$this (:p|^:q)*/:r ?value .",
    "there and back": "$this ^(:p/:q) ?value . FILTER (?value != $this)",
    "counted": "{ SELECT $this { $this :p ?x } GROUP BY $this HAVING (COUNT(?x) > 1) }",
    "a group of its own": "$this :q ?value . { ?value :r ?x } { ?x a ?k }",
    "filtered by what exists": "$this :p ?v . FILTER (?v = :n1 || EXISTS { ?v :q+ :n2 })",
    "bound": "$this :p ?x . BIND (?x AS ?value) FILTER EXISTS { ?x ?any :n3 }",
    "a name in a sub-query": "$this :p ?y . { SELECT $this { $this :r ?v . ?v :q ?y } }",
}
UNREAD = {
    "the first only": "{ SELECT $this ?x { $this :p ?x } LIMIT 1 }",
    "nothing leads there": "?x :p ?y .",
    "another name of the same letters": "$this :p ?y . { SELECT ?value { ?value :q ?y } }",
    "a list": "$this :p (1 2) .",
    "a negated property": "$this !:p ?value .",
}
ROUNDS = 80
NODES = [f":n{number}" for number in range(7)]


def parsed(text: str) -> list[ox.Quad]:
    return list(ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE))


def shape(target: str, where: str) -> str:
    query = f"PREFIX : <urn:x:> SELECT $this ?value WHERE {{ {where} }}"
    return f':S a sh:NodeShape ; {target} ; sh:sparql [ sh:select """{query}""" ] .'


def random_triple(chance: random.Random) -> str:
    if chance.random() < 0.35:
        return f"{chance.choice(NODES)} a {chance.choice([':A', ':B'])} ."
    return f"{chance.choice(NODES)} {chance.choice([':p', ':q', ':r'])} {chance.choice(NODES)} ."


@pytest.mark.parametrize("where", QUERIES.values(), ids=QUERIES)
def test_no_focus_node_of_a_query_is_missed(where):
    """Random graphs and edits of several triples at once, for each form of a query."""
    chance, moved, given = random.Random(where), 0, 0
    for _ in range(ROUNDS):
        before = {random_triple(chance) for _ in range(22)}
        gone = {one for one in sorted(before) if chance.random() < 0.12}
        come = {random_triple(chance) for _ in range(chance.randint(0, 2))} - before
        shapes = read_shapes(parsed(shape(chance.choice(TARGETS), where)))
        old, new = (
            DataGraph(parsed("\n".join(before))),
            DataGraph(parsed("\n".join((before - gone) | come))),
        )
        stood = set(new.store)

        told = Difference(
            *(frozenset(q.triple for q in parsed("\n".join(some))) for some in (come, gone))
        )
        found = reached(new, shapes, told).get(ox.NamedNode("urn:x:S"), frozenset())

        verdicts = [set(validate(graph, shapes).results) for graph in (old, new)]
        differing = {result.focus for result in verdicts[0] ^ verdicts[1]}
        assert found is not None
        assert differing <= found, (before, gone, come)
        assert set(new.store) == stood
        moved += len(differing)
        given += len(found)
    assert moved > 4
    assert given < ROUNDS * len(NODES) * 0.7


@pytest.mark.parametrize("where", UNREAD.values(), ids=UNREAD)
def test_where_a_query_is_not_understood_every_node_may_be_affected(where):
    """Rather too much than too little."""
    text = f"PREFIX : <urn:x:> SELECT $this ?value WHERE {{ {where} }}"

    with pytest.raises(Unread):
        lookups(text, {}, None, Change(parsed(":n1 :p :n2 ; :q :n2 .")))


def test_a_validator_is_read_at_the_values_of_its_shape():
    """An ASK query is asked of a value: the path leads back to the focus node."""
    text = "PREFIX : <urn:x:> ASK { $value :q ?x . FILTER (?x != $other) }"
    path = (
        read_shapes(parsed(":S a sh:PropertyShape ; sh:path :p ."))
        .shapes[ox.NamedNode("urn:x:S")]
        .path
    )

    found = lookups(text, {}, path, Change(parsed(":n1 :q :n2 .")), of_value=True)

    store = ox.Store()
    store.extend(parsed(":n0 :p :n1 . :n3 :p :n4 ."))
    store.add(ox.Quad(*(ox.NamedNode(f"urn:x:{n}") for n in ("n1", "q", "n2", "c"))))
    texts = [one.replace("urn:x-shacl:changed", "urn:x:c") for one in found]
    assert [row["this"].value for one in texts for row in store.query(one)] == ["urn:x:n0"]
