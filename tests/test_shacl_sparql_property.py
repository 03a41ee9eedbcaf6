"""Made-up queries: asked of all focus nodes at once, they find what they find node by node."""

import re
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Store

from allygraph.shacl.sparql.prebinding import Constants, set_at_a_time

DATA = Path(__file__).parent / "shacl" / "prebinding" / "data.ttl"
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
@given(groups)
def test_at_once_means_node_by_node(group):
    """The engine binds the variable itself where LATERAL brings in one node after the other."""
    numbers = count()
    numbered = re.sub(r"\?bound\b", lambda match: f"?bound{next(numbers)}", group)
    query = f"SELECT $this ?x ?y WHERE {{ {numbered} }}"
    focus = f"VALUES ?this {{ {' '.join(map(str, NODES))} }}"
    alone = set()
    for node in NODES:
        alone |= rows(f"{PREFIX}SELECT * WHERE {{ BIND ({node} AS ?this) LATERAL {{ {query} }} }}")

    assert rows(set_at_a_time(PREFIX + query, focus, Constants({}))) == alone
