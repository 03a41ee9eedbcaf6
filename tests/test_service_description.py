"""What the endpoint says of itself: service description, VoID, and the list of its graphs."""

import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.build import open_current
from allygraph.names import BASE, PREFIXES
from allygraph.site import dataset
from allygraph.site.service import FUNCTIONS
from allygraph.web.negotiate import RDF
from tests.serving import serving

SD = PREFIXES["sd"]
VOID = PREFIXES["void"]
RDF_TYPE = f"{PREFIXES['rdf']}type"
GRAPHS = [f"http://example.org/g{i}" for i in range(3)]
TURTLE = {"Accept": "text/turtle"}


def triples(answer):
    """Read an answer as triples of texts."""
    assert answer.status_code == 200, answer.text
    form = ox.RdfFormat.from_media_type(answer.headers["content-type"].partition(";")[0])
    return {
        (quad.subject.value, quad.predicate.value, quad.object.value)
        for quad in ox.parse(answer.content, format=form)
    }


def values(found, subject, name):
    """Give the values of a property."""
    return {o for s, p, o in found if s == subject and p == name}


@pytest.fixture(scope="module")
def service(store):
    """A service that is patient: what is asked here is quick, unless the machine has other work."""
    with serving(store, deadline_s=10) as running:
        yield running


@pytest.fixture(scope="module")
def described(client):
    """The service description."""
    return triples(client.get("/sparql", headers=TURTLE))


@pytest.mark.parametrize("offer", RDF, ids=lambda offer: offer.name)
@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void", "/void", "/graphs"])
def test_each_description_says_the_same_in_every_form(client, path, offer):
    by_accept = client.get(path, headers={"Accept": offer.media_type})
    by_name = client.get(path, params={"format": offer.name})

    assert by_accept.headers["content-type"].startswith(offer.media_type)
    assert by_accept.content == by_name.content
    assert triples(by_accept) == triples(client.get(path, headers=TURTLE))


def test_the_named_graphs_are_those_that_there_are_with_their_sizes(client, described, service):
    dataset = f"{service.address}/sparql#dataset"
    nodes = values(described, dataset, f"{SD}namedGraph")
    names = {name for node in nodes for name in values(described, node, f"{SD}name")}

    assert names == set(GRAPHS)
    for name in names:
        count = client.get(
            "/sparql",
            params={"query": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"},
        )
        size = count.json()["results"]["bindings"][0]["n"]["value"]
        assert values(described, name, f"{VOID}triples") == {size}


def test_the_listing_of_graphs_is_a_part_of_the_description(client, described):
    listed = triples(client.get("/graphs", headers=TURTLE))

    assert len(listed) > 20
    assert listed <= described


def test_each_function_that_is_listed_is_known_to_the_engine_and_no_other():
    def call(function):
        return list(ox.Store().query(f"SELECT (<{function}>() AS ?x) {{}}"))

    for function in FUNCTIONS:
        call(function)
    assert len(FUNCTIONS) > 30
    with pytest.raises(RuntimeError, match="not supported"):
        call("http://www.opengis.net/def/function/geosparql/buffer")


def test_each_result_form_that_is_listed_is_answered(client, described, service):
    formats = values(described, f"{service.address}/sparql", f"{SD}resultFormat")
    query = {"SPARQL": "SELECT * { ?s ?p ?o } LIMIT 1"}

    for name in formats:
        local = name.rpartition("/")[2]
        media = {
            "SPARQL_Results_JSON": "application/sparql-results+json",
            "SPARQL_Results_XML": "application/sparql-results+xml",
            "SPARQL_Results_CSV": "text/csv",
            "SPARQL_Results_TSV": "text/tab-separated-values",
            "Turtle": "text/turtle",
            "N-Triples": "application/n-triples",
            "RDF_XML": "application/rdf+xml",
            "JSON-LD": "application/ld+json",
            "TriG": "application/trig",
            "N-Quads": "application/n-quads",
        }[local]
        asked = query.get(local.partition("_")[0], "CONSTRUCT WHERE { ?s ?p ?o }")
        answer = client.get("/sparql", params={"query": asked}, headers={"Accept": media})
        assert answer.headers["content-type"].startswith(media)
    assert len(formats) == 10


@pytest.mark.parametrize("path", ["/.well-known/void", "/void", "/void.ttl", "/void.nt"])
def test_void_counts_what_the_endpoint_counts(client, path):
    found = triples(client.get(path))
    count = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"})

    size = count.json()["results"]["bindings"][0]["n"]["value"]
    assert values(found, f"{BASE}dataset", f"{VOID}triples") == {size}


@pytest.mark.parametrize("path", ["/void", "/sparql", "/graphs", "/graphs?default"])
def test_one_answer_serves_for_all_days_and_languages(client, path):
    """Else each day that somebody names would cost a new one."""
    fields = "&as_of=2001-01-01&known_by=2002&lang=ja" if "?" in path else "?as_of=2001&lang=ja"

    tags = {client.get(address).headers["etag"] for address in (path, path + fields)}
    assert len(tags) == 1
    assert client.get("/void?as_of=yesterday").status_code == 400


def test_void_leads_to_endpoint_licence_and_dumps_that_answer(client, service):
    found = triples(client.get("/.well-known/void"))
    dataset = f"{BASE}dataset"

    assert values(found, dataset, f"{VOID}sparqlEndpoint") == {f"{service.address}/sparql"}
    assert values(found, dataset, f"{PREFIXES['dcterms']}license") == {
        "https://creativecommons.org/licenses/by/4.0/"
    }
    document = f"{service.address}/.well-known/void"
    assert values(found, document, RDF_TYPE) == {f"{VOID}DatasetDescription"}
    assert values(found, document, f"{PREFIXES['foaf']}primaryTopic") == {dataset}
    dumps = values(found, dataset, f"{VOID}dataDump")
    assert len(dumps) == 4
    for dump in dumps:
        assert len(triples(client.get(dump))) == 3000


def test_an_address_that_only_looks_like_void_is_not_found(client):
    assert client.get("/void.pdf").status_code == 404


@pytest.mark.parametrize("offer", RDF, ids=lambda offer: offer.name)
def test_a_named_graph_is_given_in_every_form(client, offer):
    answer = client.get(
        "/graphs", params={"graph": GRAPHS[1]}, headers={"Accept": offer.media_type}
    )
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{GRAPHS[1]}> {{ ?s ?p ?o }} }}"

    assert answer.headers["content-type"].startswith(offer.media_type)
    assert triples(answer) == triples(client.get("/sparql", params={"query": query}))


def test_the_default_graph_is_the_union(client):
    whole = triples(client.get("/graphs?default"))
    parts = [triples(client.get("/graphs", params={"graph": name})) for name in GRAPHS]

    assert whole == set().union(*parts)


def test_head_of_a_graph_has_the_headers_of_get(client):
    got = client.get("/graphs", params={"graph": GRAPHS[0]})
    head = client.head("/graphs", params={"graph": GRAPHS[0]})

    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/graphs?graph=http://example.org/none", 404, "name-unknown"),
        ("/graphs?graph=", 400, "parameter-invalid"),
        ("/graphs?graph=http://example.org/g1&default", 400, "parameter-invalid"),
        (
            "/graphs?graph=http://example.org/g1&graph=http://example.org/g2",
            400,
            "parameter-invalid",
        ),
        ("/graphs?graf=http://example.org/g1", 400, "parameter-invalid"),
        ("/graphs?graph=http://example.org/g1&format=csv", 400, "request-malformed"),
    ],
)
def test_a_graph_that_is_not_there_is_told(client, address, status, code):
    answer = client.get(address)

    assert answer.status_code == status
    assert answer.json()["type"].endswith(code)


def test_a_graph_in_no_form_that_exists_is_406_with_a_list(client):
    answer = client.get("/graphs?default", headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert answer.json()["available"] == [offer.media_type for offer in RDF]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/graphs?default", "/graphs?graph=x:y", "/graph/data/x"])
def test_no_graph_can_be_changed(client, method, path):
    answer = client.request(
        method, path, content="<x:a> <x:b> 1 .", headers={"Content-Type": "text/turtle"}
    )

    assert answer.status_code == 403
    assert answer.json()["detail"] == "updates are not allowed"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/sparql", "GET, HEAD, OPTIONS, POST"),
        ("/graphs", "GET, HEAD, OPTIONS"),
        ("/.well-known/void", "GET, HEAD, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
    ],
)
def test_each_address_says_which_methods_it_answers(client, path, methods):
    options = client.options(path, headers={"Origin": "https://example.org"})

    assert options.status_code == 204
    assert options.headers["allow"] == methods
    assert options.headers["access-control-allow-methods"] == methods
    wrong = client.request("TRACE", path)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, methods)


def test_an_address_that_is_not_there_has_no_methods(client):
    assert client.options("/nowhere").status_code == 404


@pytest.mark.parametrize(
    "path", ["/sparql?query=ASK{}", "/sparql", "/graphs", "/graphs?default", "/void.ttl"]
)
def test_an_answer_says_which_graph_it_is_of_and_what_describes_it(client, path):
    answer = client.get(path)
    links = {link["rel"]: link["url"] for link in answer.links.values()}

    assert links["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert triples(client.get(links["describedby"])) == triples(client.get("/void"))
    assert triples(client.get(links["service-desc"])) == triples(client.get("/sparql?format=ttl"))
    versions = {
        client.get(path).headers["x-graph-version"] for path in ("/sparql?query=ASK{}", "/graphs")
    }
    assert versions == {answer.headers["x-graph-version"]}
    exposed = answer.headers["access-control-expose-headers"]
    assert {"X-Truncated", "X-Graph-Version", "Link", "ETag"} <= set(exposed.split(", "))


@pytest.fixture(scope="module")
def shipped():
    """The shipped graph."""
    return open_current(Path(__file__).resolve().parent.parent)


def test_no_triple_of_the_shipped_graph_stands_in_two_graphs(shipped):
    """It would match twice in the union, which the engine does not weed out."""
    count = "SELECT (COUNT(*) AS ?n) {{ {} }}"
    distinct = count.format("SELECT DISTINCT ?s ?p ?o { ?s ?p ?o }")

    assert shipped.select(distinct).records() == shipped.select(count.format("?s ?p ?o")).records()


def test_the_shipped_graph_is_counted_once_and_quickly(shipped):
    """A second's work for the first who asks, none for the next."""
    began = time.perf_counter()
    first = dataset.description(shipped, "http://localhost/")
    spent_s = time.perf_counter() - began
    counted = next(q for q in first if q.predicate.value == f"{VOID}triples")
    began = time.perf_counter()

    assert dataset.description(shipped, "http://localhost/") == first
    assert time.perf_counter() - began < 0.5
    assert spent_s < 8.0
    assert int(counted.object.value) == len(shipped.store)
