"""The clients that people use, unchanged, against the service: they get what they ask for."""

import json
import subprocess

import pandas
import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Dataset, Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tests.endpoints import program
from tests.serving import serving

SELECT = "SELECT ?o { GRAPH ?g { <http://example.org/s1> <http://example.org/p1> ?o } } ORDER BY ?o"
ROWS = sorted(f"v{i}" for i in range(3000) if i % 100 == 1 and i % 7 == 1)
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } ORDER BY ?s LIMIT 5"
SUBJECT = URIRef("http://example.org/s1")
PRODUCT = "?a ?b ?c . ?d ?e ?f"


@pytest.fixture(scope="module")
def service(store):
    """A service that is patient: what is asked here is quick, unless the machine has other work."""
    with serving(store, deadline_s=10) as running:
        yield running


@pytest.fixture
def wrapper(service):
    """SPARQLWrapper on the endpoint."""
    return SPARQLWrapper(f"{service.address}/sparql")


def values(form, found):
    """Read rows as SPARQLWrapper gives them."""
    if form == JSON:
        return [row["o"]["value"] for row in found["results"]["bindings"]]
    if form == XML:
        return [node.firstChild.data for node in found.getElementsByTagName("literal")]
    lines = found.decode().split()[1:]
    return [json.loads(line) for line in lines] if form == TSV else lines


@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
@pytest.mark.parametrize("how", [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_reads_rows_in_every_form_it_knows(wrapper, form, how):
    wrapper.setMethod(how[0])
    wrapper.setRequestMethod(how[1])
    wrapper.setReturnFormat(form)
    wrapper.setQuery(SELECT)

    assert values(form, wrapper.query().convert()) == ROWS


@pytest.mark.filterwarnings("ignore:Sending Accept header:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("form", [TURTLE, RDFXML, JSONLD, XML, JSON])
def test_sparqlwrapper_reads_triples_in_every_form_it_knows(wrapper, form):
    """It names the form in the address, in its own spelling, and accepts anything."""
    wrapper.setReturnFormat(form)
    wrapper.setQuery(CONSTRUCT)
    found = wrapper.query().convert()

    graph = Graph().parse(data=found) if isinstance(found, bytes) else found
    assert len(graph) == 5


def test_sparqlwrapper_asks_and_chooses_graphs(wrapper):
    wrapper.setReturnFormat(JSON)
    wrapper.setQuery("ASK { ?s ?p 'v1' }")
    in_all = wrapper.queryAndConvert()["boolean"]
    wrapper.addDefaultGraph("http://example.org/g2")

    assert (in_all, wrapper.queryAndConvert()["boolean"]) == (True, False)


def test_sparqlwrapper_tells_what_is_wrong_with_a_query(wrapper):
    wrapper.setQuery("SELECT * { ?s ally:partner ?o }")

    with pytest.raises(QueryBadFormed, match=r"the prefix .+ally:.+ is not declared"):
        wrapper.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_uses_the_endpoint_as_a_graph(service, method):
    graph = Graph(SPARQLStore(f"{service.address}/sparql", method=method))

    assert [str(row[0]) for row in graph.query(SELECT)] == ROWS
    assert len(list(graph.triples((SUBJECT, None, None)))) == 30
    assert len(graph) == 3000
    assert bool(graph.query("ASK { ?s ?p 'v1' }"))
    constructed = graph.query(CONSTRUCT).graph
    assert constructed is not None
    assert len(constructed) == 5


@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_reads_rows_in_every_form(service, form):
    graph = Graph(SPARQLStore(f"{service.address}/sparql", returnFormat=form))

    assert [str(row[0]) for row in graph.query(SELECT)] == ROWS


def test_rdflib_sees_the_named_graphs(service):
    data = Dataset(SPARQLStore(f"{service.address}/sparql"), default_union=True)
    found = data.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")

    assert {str(row[0]) for row in found} == {f"http://example.org/g{i}" for i in range(3)}


def test_rdflib_reads_a_graph_by_its_address(service):
    graph = Graph().parse(f"{service.address}/graphs?graph=http://example.org/g1")

    assert len(graph) == 1000


def test_pandas_reads_an_answer_as_a_frame(service):
    address = f"{service.address}/sparql?format=csv&query="
    query = "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY ?s"
    frame = pandas.read_csv(address + query.replace(" ", "%20"))

    assert list(frame.columns) == ["s", "n"]
    assert len(frame) == 100
    assert frame["n"].sum() == 3000


def curl(*arguments):
    """Run curl; give what it printed."""
    path = program("curl", package="Debian's curl")
    command = [path, "--silent", "--show-error", "--max-time", "20", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_curl_asks_by_every_way_of_the_protocol(service):
    address = f"{service.address}/sparql"
    csv = ("-H", "Accept: text/csv")
    direct = ("-H", "Content-Type: application/sparql-query")
    wanted = ["o", *ROWS]

    assert curl("-G", address, *csv, "--data-urlencode", f"query={SELECT}").split() == wanted
    assert curl(address, *csv, "--data-urlencode", f"query={SELECT}").split() == wanted
    assert curl(address, *csv, *direct, "--data-binary", SELECT).split() == wanted
    packed = curl("--compressed", "-G", address, *csv, "--data-urlencode", f"query={SELECT}")
    assert packed.split() == wanted


def test_curl_follows_an_address_with_a_slash_too_many(service):
    body = curl("-L", "-G", f"{service.address}/sparql/", "--data-urlencode", "query=ASK {}")

    assert json.loads(body)["boolean"] is True


def test_curl_sees_in_the_headers_that_rows_were_cut(service):
    """Nine million rows are asked for: a hundred thousand come, whole and soon."""
    query = f"query=SELECT (1 AS ?one) {{ {PRODUCT} }}"
    told = curl("-i", "-G", f"{service.address}/sparql?format=csv", "--data-urlencode", query)
    head, _, body = told.partition("\n\none\n")

    assert "\nx-truncated: true\n" in f"{head.lower()}\n"
    assert "\nx-truncated-rows: 100000\n" in f"{head.lower()}\n"
    assert body.split() == 100_000 * ["1"]


def test_curl_reads_void_as_turtle(service):
    body = curl("-H", "Accept: text/turtle", f"{service.address}/.well-known/void")

    assert len(list(parse(body, format=RdfFormat.TURTLE))) > 50


def roqet(service, query, form):
    """Run Rasqal's client of the protocol; give what it printed."""
    path = program("roqet", package="Debian's rasqal-utils")
    command = [path, "-q", "-p", f"{service.address}/sparql", "-e", query, "-r", form]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_roqet_reads_rows(service):
    assert roqet(service, SELECT, "csv").split() == ["o", *ROWS]
    for row in ROWS:
        assert f'row: [o=string("{row}")]' in roqet(service, SELECT, "simple")
