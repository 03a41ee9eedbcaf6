"""Injection: whatever is given to a saved query is a value of it, and the data stays as it is.

The model never writes a value into a query: it puts the value into a graph of its own, as data, and
asks the same query with that graph where the file has its row of values. Both must give the same
rows. A small world is enough: what names Japan, Tokyo or the programmes, and the ontology.
"""

import json
import os
import re
from datetime import date
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allygraph import queries
from allygraph.build import open_current
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UsageError
from allygraph.names import PREFIXES, expand
from allygraph.site import Ask, reader
from tests.serving import serving

EXAMPLES = int(os.environ.get("ALLYGRAPH_EXAMPLES", "10"))
DAY = date(2023, 6, 13)
QUERIES = queries.catalogue()
STRINGS = (Path(__file__).parent / "injection.txt").read_text(encoding="utf-8").splitlines()
GIVEN = ox.NamedNode("urn:given")
IS = ox.NamedNode("urn:given:is")
_BLOCK = re.compile(r"VALUES \(((?: ?\?\w+)+)\) \{\n(?:.*# params\n)+\s*\}")
_WORLD = """SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o }
  FILTER(REGEX(STR(?s), "japan|tokyo|itpp|ns#|/kind/", "i")) }"""
EVIL_IRIS = (
    "http://example.org/it's(a)",
    "http://example.org/?a=1&b=2;DROP#x",
    "http://example.org/\u202eevil",
    "http://example.org/%3E%20.%20?s",
    "javascript:alert(1)",
    "urn:x:'''",
    "http://example.org/$1\u0301",
)


@pytest.fixture(scope="module")
def engine():
    """A small world, in memory; some of its things have names that look like attacks."""
    store = ox.Store()
    label = ox.NamedNode(f"{PREFIXES['rdfs']}label")
    graph = ox.NamedNode("https://w3id.org/allygraph/graph/data/evil")
    store.bulk_extend(ox.Quad(*row) for row in open_current().store.query(_WORLD))
    for place, iri in enumerate((*EVIL_IRIS, *STRINGS)):
        try:
            thing = ox.NamedNode(iri)
        except ValueError:
            thing = ox.NamedNode(f"http://example.org/{place}")
        store.add(ox.Quad(thing, label, ox.Literal(iri, language="en"), graph))
    return OxigraphEngine(store)


GOOD = {
    "iri": st.sampled_from(
        ["actor:japan", "actor:nato", "proposal:nato-tokyo-office", "kind:partnership-itpp"]
    ),
    "date": st.dates(date(1940, 1, 1), date(2030, 1, 1)).map(date.isoformat),
    "string": st.sampled_from(["Japan", "Tokyo office", "0", "日本"]),
    "integer": st.integers(-(10**17), 10**17).map(str),
    "boolean": st.sampled_from(["true", "false", "yes", "no"]),
}


def values(param):
    """Give what may be sent for a parameter: what it wants, and what nobody should send."""
    good = st.sampled_from(param.values) if param.values else GOOD[param.type]
    evil = st.sampled_from((*STRINGS, *EVIL_IRIS)) | st.text(max_size=40)
    mixed = st.tuples(good, evil).map("".join) | st.tuples(evil, good).map("".join)
    several = st.lists(good, min_size=1, max_size=3).map(",".join)
    return st.one_of(good, several if param.many else good, evil, mixed)


def fields(query):
    """Give values for the parameters of a query, some of which are left out."""
    own = {p.name: values(p) for p in query.params.values() if p.name not in queries.CLOCKS}
    needed = {name for name in own if not (query.params[name].optional or query.params[name].any)}
    return st.fixed_dictionaries(
        {name: own[name] for name in needed},
        optional={name: own[name] for name in own.keys() - needed},
    )


def term(param, text):
    """Read a value as its type says; independent of what is written into queries."""
    xsd = PREFIXES["xsd"]
    if param.type == "iri":
        fits = (one for one in param.values if one == text or one.endswith(f"-{text}"))
        return ox.NamedNode(expand(next(fits) if param.values else text))
    if param.type == "string":
        return ox.Literal(text)
    if param.type == "integer":
        return ox.Literal(str(int(text)), datatype=ox.NamedNode(f"{xsd}integer"))
    if param.type == "boolean":
        truth = "true" if text in ("true", "yes", "1") else "false"
        return ox.Literal(truth, datatype=ox.NamedNode(f"{xsd}boolean"))
    return ox.Literal(date.fromisoformat(text).isoformat(), datatype=ox.NamedNode(f"{xsd}date"))


def model(engine, query, sent):
    """Answer with the values as data: the text of the query never holds one."""
    store = engine.store
    texts = {name: tuple(group) for name, group in queries.examples(query).items()}
    texts |= {name: () for name, param in query.params.items() if param.any}
    texts |= {clock: (DAY.isoformat(),) for clock in queries.CLOCKS if clock in query.params}
    for name, text in sent.items():
        param = query.params[name]
        is_list = param.many and param.type != "string"
        texts[name] = tuple(one.strip() for one in text.split(",")) if is_list else (text,)
    for name, group in texts.items():
        for text in group:
            key = ox.NamedNode(f"urn:given:{name}")
            store.add(ox.Quad(key, IS, term(query.params[name], text), GIVEN))

    def as_data(found):
        names = [name[1:] for name in found[1].split() if texts[name[1:]]]
        triples = " . ".join(f"<urn:given:{name}> <{IS.value}> ?{name}" for name in names)
        return f"GRAPH <{GIVEN.value}> {{ {triples} }}"

    try:
        return engine.select(_BLOCK.sub(as_data, query.text)).records()
    finally:
        store.remove_graph(GIVEN)


def rows(records):
    """Compare as sets: a value given two times gives its rows two times."""
    return {json.dumps(record, sort_keys=True) for record in records}


def ask(query, sent):
    """Ask as the web process does."""
    params = {name: (text,) for name, text in sent.items() if text}
    path = f"q/{query.name}"
    return Ask("question", path, params, "json", DAY, DAY, "en", "https://x.org/", "v" * 16)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_what_is_given_is_a_value_and_nothing_else(engine, query):
    """The rows are those of the model, or the value is refused; no statement comes or goes."""
    size = len(engine.store)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(fields(query))
    def check(sent):
        try:
            answer = reader("question")(engine, ask(query, sent))
        except UsageError:
            return
        found = json.loads(answer.body)
        # Forms send blanks and empty fields; both are left out.
        meant = {name: text.strip() for name, text in sent.items() if text.strip()}
        assert rows(found["rows"]) == rows(model(engine, query, meant))

    check()

    assert len(engine.store) == size


@pytest.mark.parametrize("text", [*STRINGS, *EVIL_IRIS])
def test_a_text_that_looks_like_an_attack_is_found_by_its_letters(engine, text):
    """It is in the graph as a label, and the query that looks for labels gives exactly it."""
    query = queries.load("thing/called")
    try:
        answer = reader("question")(engine, ask(query, {"name": text}))
    except UsageError:
        assert not text.strip() or not text.isprintable()
        return

    assert rows(json.loads(answer.body)["rows"]) == rows(
        model(engine, query, {"name": text.strip()})
    )


def test_the_model_has_something_to_compare(engine):
    """The world is small, but the queries about Japan and the office have rows in it."""
    filled = [query.name for query in QUERIES if model(engine, query, {})]

    assert len(filled) > len(QUERIES) // 4


def test_no_address_of_the_service_takes_a_text_for_a_command(store):
    """Over HTTP: each string in each place, and the number of statements is what it was."""
    places = (
        ("/search", "q"),
        ("/graphs", "graph"),
        ("/q/thing/called.json", "name"),
        ("/q/thing/named.csv", "words"),
        ("/q/membership/members-on.json", "alliance"),
        ("/sparql", "default-graph-uri"),
        ("/sparql", "update"),
        ("/", "as_of"),
        ("/", "lang"),
    )
    count = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } # now"}
    with (
        serving(store, 5.0) as running,
        httpx.Client(base_url=running.address, timeout=30) as client,
    ):
        for path, name in places:
            for text in STRINGS:
                fields = {"query": "ASK {}", name: text} if path == "/sparql" else {name: text}
                answer = client.get(path, params=fields)
                assert answer.status_code in (200, 400, 403, 404), (path, text)
        after = client.get("/sparql", params=count).json()

    assert after["results"]["bindings"][0]["n"]["value"] == "3000"
