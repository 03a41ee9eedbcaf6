"""The W3C's tests of the SPARQL 1.1 protocol and of service descriptions, as far as they bear here.

Each case has the name that it has in the suite (https://w3c.github.io/rdf-tests/sparql/sparql11/).
The query side is answered as the suite demands. The update side is refused: this service is
read-only, so what the suite wants to succeed is 403, and what it wants to fail fails.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from allygraph.names import PREFIXES
from tests.serving import Running, serving

DATA = [f"http://example.org/data/{i}.rdf" for i in range(4)]
TYPE = f"{PREFIXES['rdf']}type"
SD = PREFIXES["sd"]
DIRECT = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"
UPDATE = "application/sparql-update"
BOOLEAN = ("application/sparql-results+json", "application/sparql-results+xml")
TABULAR = (*BOOLEAN, "text/csv", "text/tab-separated-values")
GRAPH = ("application/rdf+xml", "text/turtle", "application/n-triples")


@dataclass
class Case:
    """A request of the suite, and what must come of it."""

    name: str
    method: str = "GET"
    fields: list[tuple[str, str]] = field(default_factory=list)
    kind: str = ""
    body: bytes = b""
    answers: tuple[str, ...] = ()
    status: int = 200
    is_true: bool = False


def asks(name: str, **more) -> Case:
    """Make a case whose answer is true."""
    return Case(name, answers=BOOLEAN, is_true=True, **more)


def typed(i: int) -> str:
    return f"<{DATA[i]}> a ?type{i}"


BOTH = f"ASK {{ {typed(1)} . {typed(2)} . }}"
IN_GRAPHS = f"GRAPH ?g1 {{ {typed(1)} }} GRAPH ?g2 {{ {typed(2)} }}"
DEFAULTS = [("default-graph-uri", DATA[1]), ("default-graph-uri", DATA[2])]
NAMED = [("named-graph-uri", DATA[1]), ("named-graph-uri", DATA[2])]
ZERO = [("default-graph-uri", DATA[0])]
CONSTRUCT = "CONSTRUCT { <s> <p> 1 } WHERE {}"

QUERIES = [
    asks("query_get", fields=[("query", "ASK {}"), *ZERO]),
    asks("query_post_form", method="POST", fields=ZERO, kind=FORM, body=b"query=ASK%20%7B%7D"),
    asks("query_post_direct", method="POST", kind=DIRECT, body=b"ASK {}"),
    asks("query_dataset_default_graphs_get", fields=[("query", BOTH), *DEFAULTS]),
    asks(
        "query_dataset_default_graphs_post",
        method="POST",
        fields=DEFAULTS,
        kind=DIRECT,
        body=BOTH.encode(),
    ),
    asks("query_dataset_named_graphs_get", fields=[("query", f"ASK {{ {IN_GRAPHS} }}"), *NAMED]),
    asks(
        "query_dataset_named_graphs_post",
        method="POST",
        fields=NAMED,
        kind=DIRECT,
        body=f"ASK {{ {IN_GRAPHS} }}".encode(),
    ),
    asks(
        "query_dataset_full",
        method="POST",
        fields=[("default-graph-uri", DATA[3]), *NAMED],
        kind=DIRECT,
        body=f"ASK {{ {typed(3)} {IN_GRAPHS} }}".encode(),
    ),
    # The suite's own address is encoded once too often; this is what it means.
    asks(
        "query_multiple_dataset",
        method="POST",
        fields=NAMED,
        kind=DIRECT,
        body=f"ASK FROM <{DATA[3]}> {{ {IN_GRAPHS} }}".encode(),
    ),
    *(
        Case(f"query_content_type_{name}", "POST", ZERO, DIRECT, body, kinds)
        for name, body, kinds in (
            ("select", b"SELECT (1 AS ?value) {}", TABULAR),
            ("ask", b"ASK {}", BOOLEAN),
            ("describe", b"DESCRIBE <http://example.org/>", GRAPH),
            ("construct", CONSTRUCT.encode(), GRAPH),
        )
    ),
    Case("bad_query_method", "PUT", [("query", "ASK {}"), *ZERO], FORM, status=405),
    Case(
        "bad_multiple_queries", fields=[("query", "ASK {}"), ("query", "SELECT * {}")], status=400
    ),
    Case("bad_query_wrong_media_type", "POST", kind="text/plain", body=b"ASK {}", status=415),
    Case("bad_query_missing_form_type", "POST", body=b"query=ASK%20%7B%7D", status=415),
    Case("bad_query_missing_direct_type", "POST", body=b"ASK {}", status=415),
    Case(
        "bad_query_non_utf8",
        "POST",
        kind=f"{DIRECT}; charset=UTF-16",
        body="ASK {}".encode("utf-16"),
        status=415,
    ),
    Case("bad_query_syntax", fields=[("query", "ASK {")], status=400),
]

INSERT = "INSERT DATA { GRAPH <x:g> { <x:s> <x:p> <test> } }"
CLEAR = b"CLEAR ALL ; " + INSERT.encode()


def refused(name: str, status: int = 403, **more) -> Case:
    """Make a case of an update, sent by POST where nothing else is said."""
    return Case(name, **{"method": "POST", "kind": UPDATE, "body": CLEAR, **more}, status=status)


USING = [("using-graph-uri", DATA[1])]
UPDATES = [
    refused("update_dataset_default_graph", fields=USING),
    refused("update_dataset_default_graphs", fields=[*USING, ("using-graph-uri", DATA[2])]),
    refused("update_dataset_named_graphs", fields=[("using-named-graph-uri", DATA[1])]),
    refused("update_dataset_full", fields=[*USING, ("using-named-graph-uri", DATA[2])]),
    refused("update_post_form", kind=FORM, body=urlencode({"update": "CLEAR ALL"}).encode()),
    refused("update_post_direct"),
    refused("update_base_uri", body=INSERT.encode()),
    refused("bad_update_get", method="GET", fields=[("update", "CLEAR ALL")], kind="", body=b""),
    refused("bad_multiple_updates", kind=FORM, body=b"update=CLEAR%20NAMED&update=CLEAR%20ALL"),
    refused("bad_update_wrong_media_type", 415, kind="text/plain"),
    refused("bad_update_missing_form_type", 415, kind="", body=b"update=CLEAR%20NAMED"),
    refused(
        "bad_update_non_utf8",
        kind=f"{UPDATE}; charset=UTF-16",
        body="CLEAR NAMED".encode("utf-16"),
    ),
    refused("bad_update_syntax", kind=FORM, body=b"update=CLEAR%20XYZ"),
    refused("bad_update_dataset_conflict", fields=USING, body=b"DELETE {} USING <x:g> WHERE {}"),
]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory) -> Iterator[Running]:
    """A service over graphs of which each says that its name is a document."""
    folder = tmp_path_factory.mktemp("protocol") / "store"
    store = ox.Store(str(folder))
    document = ox.NamedNode(f"{PREFIXES['foaf']}Document")
    for name in map(ox.NamedNode, DATA[1:]):
        store.add(ox.Quad(name, ox.NamedNode(TYPE), document, name))
    store.flush()
    del store
    with serving(folder, deadline_s=10) as running:
        yield running


def send(endpoint: Running, case: Case) -> tuple[int, str, bytes]:
    """Send a case byte for byte; give status, media type and body of the answer."""
    line = HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    address = f"/sparql?{urlencode(case.fields, quote_via=quote)}"
    headers = {"Content-Type": case.kind} if case.kind else {}
    line.request(case.method, address, case.body or None, headers)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, (answer.headers["Content-Type"] or "").partition(";")[0], body


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case.name)
def test_w3c_protocol_of_queries(endpoint, case):
    status, kind, body = send(endpoint, case)

    assert status == case.status
    if case.answers:
        assert kind in case.answers
    else:
        assert json.loads(body)["status"] == status
    if case.is_true:
        assert json.loads(body)["boolean"] is True


@pytest.mark.parametrize("case", UPDATES, ids=lambda case: case.name)
def test_w3c_protocol_of_updates_is_refused(endpoint, case):
    status, _, body = send(endpoint, case)
    count = Case("after", fields=[("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")])

    assert status == case.status
    assert json.loads(body)["title"]
    rows = json.loads(send(endpoint, count)[2])["results"]["bindings"]
    assert rows[0]["n"]["value"] == "3"


def test_the_suite_is_here_whole():
    assert len({case.name for case in QUERIES}) == 20
    assert len({case.name for case in UPDATES}) == 14


def test_a_relative_iri_counts_from_our_namespace(endpoint):
    case = Case("base", fields=[("query", CONSTRUCT), ("format", "nt")])

    assert send(endpoint, case)[2].startswith(b"<https://w3id.org/allygraph/s> ")


@pytest.fixture(scope="module")
def described(endpoint) -> ox.Dataset:
    """What a client gets that asks for the endpoint's own address, without a word on forms."""
    answer = httpx.get(f"{endpoint.address}/sparql")
    assert answer.status_code == 200
    form = ox.RdfFormat.from_media_type(answer.headers["content-type"].partition(";")[0])
    return ox.Dataset(ox.parse(answer.content, format=form))


def test_w3c_service_description_returns_rdf(described):
    assert len(described) > 20


def test_w3c_service_description_has_endpoint_triple(described, endpoint):
    address = ox.NamedNode(f"{endpoint.address}/sparql")
    found = [quad for quad in described if quad.predicate.value == f"{SD}endpoint"]

    assert [quad.object for quad in found] == [address]


# Property: class of what has it, class of what it gives. From the note's own vocabulary.
SCHEMA = {
    "endpoint": ("Service", None),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "supportedLanguage": ("Service", "Language"),
    "extensionFunction": ("Service", "Function"),
    "resultFormat": ("Service", "Format"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
    "defaultGraph": ("Dataset", "Graph"),
}
# Instances of these are named by the vocabulary or by W3C, not described here.
GIVEN = {
    "Feature": (f"{SD}UnionDefaultGraph",),
    "Language": (f"{SD}SPARQL11Query",),
    "EntailmentRegime": ("http://www.w3.org/ns/entailment/Simple",),
}


def test_w3c_service_description_conforms_to_schema(described):
    kinds = {
        (quad.subject.value, quad.object.value.removeprefix(SD))
        for quad in described
        if quad.predicate.value == TYPE
    }
    used = {
        quad.predicate.value.removeprefix(SD)
        for quad in described
        if quad.predicate.value.startswith(SD)
    }

    assert used == set(SCHEMA)
    for quad in described:
        name = quad.predicate.value.removeprefix(SD)
        if name == quad.predicate.value:
            continue
        subject, value = SCHEMA[name]
        assert isinstance(quad.object, ox.NamedNode)
        assert (quad.subject.value, subject) in kinds
        if value in GIVEN:
            assert quad.object.value in GIVEN[value]
        elif value == "Format":
            assert quad.object.value.startswith("http://www.w3.org/ns/formats/")
        elif value:
            assert (quad.object.value, value) in kinds


TRIPLE_TERM = 'SELECT (<<( <x:a> <x:b> "c"@en--ltr )>> AS ?t) {}'


def test_results_of_sparql_1_2_have_triple_terms_and_directions(endpoint):
    """As the working drafts of the results formats have them: JSON, XML, TSV."""
    fields = [("query", TRIPLE_TERM)]
    table = json.loads(send(endpoint, Case("json", fields=fields))[2])
    xml = ElementTree.fromstring(
        send(endpoint, Case("xml", fields=[*fields, ("format", "xml")]))[2]
    )
    tsv = send(endpoint, Case("tsv", fields=[*fields, ("format", "tsv")]))[2].decode()

    term = table["results"]["bindings"][0]["t"]
    assert term["type"] == "triple"
    assert term["value"]["subject"] == {"type": "uri", "value": "x:a"}
    direction = {"type": "literal", "value": "c", "xml:lang": "en", "its:dir": "ltr"}
    assert term["value"]["object"] == direction
    tags = [element.tag.partition("}")[2] for element in xml.iter()]
    assert tags[-7:] == ["triple", "subject", "uri", "predicate", "uri", "object", "literal"]
    assert tsv.splitlines()[1] == '<<( <x:a> <x:b> "c"@en--ltr )>>'


@pytest.mark.parametrize(
    "query",
    [
        'VERSION "1.2" ASK { FILTER(isTRIPLE(<<( <x:a> <x:b> 1 )>>)) }',
        "ASK { FILTER(SUBJECT(<<( <x:a> <x:b> 1 )>>) = <x:a>) }",
        'ASK { FILTER(LANGDIR("a"@ar--rtl) = "rtl" && hasLANGDIR("a"@ar--rtl)) }',
        'ASK { FILTER(STRLANGDIR("a", "ar", "rtl") = "a"@ar--rtl) }',
    ],
)
def test_queries_of_sparql_1_2_that_the_engine_knows(endpoint, query):
    assert json.loads(send(endpoint, Case("1.2", fields=[("query", query)]))[2])["boolean"] is True


def test_a_triple_term_is_written_in_every_form_that_has_it(endpoint):
    query = "CONSTRUCT { <x:a> <x:b> <<( <x:c> <x:d> 1 )>> } {}"
    written = {}
    for name in ("turtle", "trig", "ntriples", "nquads", "rdfxml"):
        fields = [("query", query), ("format", name)]
        status, kind, body = send(endpoint, Case(name, fields=fields))
        assert status == 200
        quads = ox.parse(body, format=ox.RdfFormat.from_media_type(kind))
        written[name] = {str(quad.triple) for quad in quads}
    fields = [("query", query), ("format", "jsonld")]

    assert len({frozenset(found) for found in written.values()}) == 1
    assert send(endpoint, Case("jsonld", fields=fields))[0] == 406


EVIL = [
    ('SELECT ("\\u0001" AS ?x) {}', "xml"),
    ('SELECT ("\\uFFFF" AS ?x) {}', "xml"),
    ('CONSTRUCT { <x:a> <x:b> "\\u0001" } {}', "rdfxml"),
    ("CONSTRUCT { <x:a> <http://example.org/> 1 } {}", "rdfxml"),
    ("CONSTRUCT { <x:a> <http://example.org/1> 1 } {}", "rdfxml"),
]


@pytest.mark.parametrize(("query", "form"), EVIL)
def test_what_xml_cannot_say_is_not_sent_as_broken_xml(endpoint, query, form):
    """The engine would write it; no reader of XML would take it."""
    fields = [("query", query)]
    status, _, body = send(endpoint, Case("xml", fields=[*fields, ("format", form)]))
    other = json.loads(body)["available"][0]

    assert status == 406
    assert "xml" not in other
    assert f"something in it that {form} cannot say" in json.loads(body)["detail"]
    assert send(endpoint, Case("other", fields=[*fields, ("format", other)]))[0] == 200
