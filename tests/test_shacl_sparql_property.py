"""Made-up queries: asked of all focus nodes at once, they find what they find node by node."""

import re
from contextlib import suppress
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

from allygraph.shacl import DataGraph, ShaclError, validate
from allygraph.shacl.sparql.prebinding import Constants, set_at_a_time

DATA = Path(__file__).parent / "shacl" / "prebinding" / "data.ttl"
QUADS = DataGraph(parse(path=str(DATA), format=RdfFormat.TURTLE))
COMPILED = "compiled"
STORE = Store()
STORE.bulk_load(path=str(DATA), format=RdfFormat.TURTLE)
EX = "http://example.org/"
NODES = [NamedNode(f"{EX}{name}") for name in "abcde"]
PREFIX = f"PREFIX ex: <{EX}> "

terms = st.sampled_from(["$this", "$this", "?x", "?y", "ex:a", "ex:b"])
variables = st.sampled_from(["$this", "?x", "?y", "?z"])
triples = st.builds(
    "{} {} {} .".format,
    terms,
    st.sampled_from(["ex:knows", "ex:n", "a", "^ex:knows", "ex:knows/ex:knows"]),
    st.sampled_from(["$this", "?x", "?y", "?z", "ex:Thing", "3", "ex:b"]),
)
filters = st.builds(
    "FILTER ({} {} {})".format,
    variables,
    st.sampled_from(["=", "!="]),
    st.sampled_from(["$this", "?x", "?y", "ex:a", "2"]),
)
bounds = st.builds("FILTER ({}bound({}))".format, st.sampled_from(["", "!"]), variables)
# Each BIND gets a name of its own below: SPARQL forbids to bind what is bound.
binds = variables.map("BIND ({} AS ?bound)".format)
simple = st.one_of(triples, triples, filters, bounds, binds)


def grouped(inner):
    """Make groups of every kind around some patterns."""
    body = st.lists(inner, min_size=1, max_size=3).map(" ".join)
    return st.one_of(
        body.map("{{ {} }}".format),
        body.map("OPTIONAL {{ {} }}".format),
        body.map("FILTER EXISTS {{ {} }}".format),
        body.map("FILTER NOT EXISTS {{ {} }}".format),
        body.map("{{ SELECT $this ?x WHERE {{ {} }} }}".format),
        st.builds("{{ {} }} UNION {{ {} }}".format, body, body),
    )


groups = st.lists(
    st.recursive(simple, lambda inner: st.one_of(inner, grouped(inner)), max_leaves=6),
    min_size=1,
    max_size=4,
).map(" ".join)


def rows(query):
    """Give the rows as a set; the order of solutions means nothing."""
    found = STORE.query(query)
    names = [variable.value for variable in found.variables]
    return {tuple(str(row[name]) for name in sorted(names)) for row in found}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(groups, st.sampled_from(["", "", " LIMIT 1000"]))
def test_at_once_means_node_by_node(group, tail):
    """The engine binds the variable itself where LATERAL brings in one node after the other."""
    numbers = count()
    numbered = re.sub(r"\?bound\b", lambda match: f"?bound{next(numbers)}", group)
    query = f"SELECT $this ?x ?y WHERE {{ {numbered} }}{tail}"
    focus = f"VALUES ?this {{ {' '.join(map(str, NODES))} }}"
    alone = set()
    for node in NODES:
        alone |= rows(f"{PREFIX}SELECT * WHERE {{ BIND ({node} AS ?this) LATERAL {{ {query} }} }}")

    assert rows(set_at_a_time(PREFIX + query, focus, Constants({}))) == alone


TEXTS = [path.read_text(encoding="utf-8") for path in sorted(DATA.parent.glob("*.rq"))]
SHAPES = """
@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:prefixes ex:prefixes ;
    sh:select QUERY ] .
"""
scraps = st.sampled_from(
    ["{", "}", "(", ")", "SELECT", "EXISTS", "$this", ".", ";", ",", "'", '"', "#", "<", "GROUP BY",
     "AS", "[", "]", "a", "!", "^", "?x", "LIMIT 1", "UNION", "\\u007B", "LATERAL", "COUNT(?x)"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(TEXTS), st.data())
def test_a_broken_query_ends_in_a_report_or_an_error_of_ours(text, data):
    """Whatever stands in a shapes file, no exception of another kind comes out."""
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + data.draw(scraps) + text[end:]
    shapes = parse(input=SHAPES.replace("QUERY", str(Literal(text))), format=RdfFormat.TURTLE)

    with suppress(ShaclError):
        assert validate(QUADS, list(shapes), engine=COMPILED).compiled
