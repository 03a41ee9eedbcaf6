"""What is read from the text of a query: which values it can meet, and where it had best begin."""

import pytest
from pyoxigraph import NamedNode

from allygraph.shacl.sparql.groups import read
from allygraph.shacl.sparql.order import reordered
from allygraph.shacl.sparql.sight import may_see

SIGHT = {
    "SELECT * { ?s <http://x/p> ?o FILTER(!bound(?o) && ?o > 3) }": False,
    "SELECT * { ?s <http://x/p> [ <http://x/q> ?o ] }": False,
    "SELECT * { ?s <http://x/p> ?o, ?z ; <http://x/q> ?y . ?y a ?c }": False,
    "SELECT * { ?s ?p ?o }": True,
    "SELECT * { ?s a ?c ; ?p ?o }": True,
    "SELECT * { ?s <http://x/kept> ?o }": True,
    "SELECT * { ?s <http://x/q>/<http://x/kept> ?o }": True,
    "SELECT * { ?s !<http://x/q> ?o }": True,
    "SELECT * { ?s (!<http://x/q>)/<http://x/r> ?o }": True,
    "SELECT * { ?s <http://x/p> ?o FILTER EXISTS { ?o ?any ?z } }": True,
    "SELECT * { GRAPH <urn:x-shacl:focus> { ?x ?x ?s } ?s <http://x/p> ?o }": True,
    "SELECT * { GRAPH <urn:x-shacl:focus> { <http://x/n> <http://x/n> ?s } }": False,
    "SELECT * { GRAPH <urn:x-shacl:scratch:1> { ?s <http://x/p> ?o } }": True,
}


@pytest.mark.parametrize("query", SIGHT)
def test_a_query_sees_the_properties_that_it_names_or_all(query):
    """If it is not sure, it may see them."""
    assert may_see(read(query), [NamedNode("http://x/kept")]) == SIGHT[query]


ORDERED = {
    "?o ex:of ?a . ?o ex:by ?m . $this ex:of ?a ; ex:by ?m": [
        "$this ex:of ?a",
        "$this ex:by ?m",
        "?o ex:of ?a",
        "?o ex:by ?m",
    ],
    "?a a ex:Kind . $this ex:of ?a": ["$this ex:of ?a", "?a a ex:Kind"],
    "?x ex:p 'one'@en , 2 . ?x ^ex:q/ex:r* $this": ["?x ^ ex:q / ex:r * $this", "?x ex:p 'one'@en"],
}


@pytest.mark.parametrize("patterns", ORDERED)
def test_patterns_inside_exists_begin_with_what_is_bound(patterns):
    """The engine would begin anywhere, once for each row; measured, a thousand times slower."""
    query = f"SELECT $this {{ FILTER EXISTS {{ {patterns} }} }}"
    ((start, end, text),) = reordered(read(query), ("this",), by_row=False)
    first, *others = text.split(" LATERAL ")
    found = [first.removesuffix(" ."), *(other[2:-2] for other in others)]

    assert found[: len(ORDERED[patterns])] == ORDERED[patterns]
    assert query[start:end] == patterns


LEFT_ALONE = [
    "SELECT $this { ?o ex:of ?a . $this ex:of ?a }",
    "SELECT $this { FILTER EXISTS { $this ex:of ?a } }",
    "SELECT $this { FILTER EXISTS { ?o ex:of [ ex:by $this ] . ?o ex:to ?p } }",
    "SELECT $this { FILTER EXISTS { ?o ex:of (1 2) . ?o ex:to $this } }",
    "SELECT $this { FILTER EXISTS { ?o ex:of _:x . _:x ex:to $this } }",
]


@pytest.mark.parametrize("query", LEFT_ALONE)
def test_other_patterns_stay_as_they_are_written(query):
    """Outside EXISTS the engine knows better, and a nameless node holds its patterns together."""
    assert list(reordered(read(query), ("this",), by_row=False)) == []
