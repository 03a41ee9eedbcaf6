"""The service over HTTP: the SPARQL protocol, its refusals, and its pages."""

import csv
import io
import json
import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from allygraph.web.negotiate import GRAPHS, TABLES, choose
from allygraph.web.problems import PROBLEMS
from tests.hostile_cases import expand

SELECT = "SELECT ?o { GRAPH ?g { <http://example.org/s1> <http://example.org/p1> ?o } } ORDER BY ?o"
ROWS = sorted(f"v{i}" for i in range(3000) if i % 100 == 1 and i % 7 == 1)
GRAPH = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } ORDER BY ?s LIMIT 5"
DIRECT = {"Content-Type": "application/sparql-query"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def table(name):
    """Read the cases of ``tests/web``."""
    with (Path(__file__).parent / "web" / f"{name}.tsv").open(
        encoding="utf-8", newline=""
    ) as cases:
        return list(csv.DictReader(cases, delimiter="\t", quoting=csv.QUOTE_NONE))


def send(service, case):
    """Send a case byte for byte; give status, headers and body of the answer."""
    kinds = {"form": FORM["Content-Type"], "direct": DIRECT["Content-Type"]}
    headers = {
        "Content-Type": kinds.get(case["type"], case["type"]),
        "Content-Encoding": case["encoding"],
        "Accept": expand(case["accept"]),
    }
    line = HTTPConnection("127.0.0.1", service.port, timeout=10)
    line.request(
        case["method"],
        f"/sparql?{expand(case['address'])}",
        expand(case["body"]).encode() or None,
        {name: value for name, value in headers.items() if value},
    )
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, answer.headers, body


def ask(client, query, accept=None, **fields):
    """Send a query in the address."""
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql", params={"query": query, **fields}, headers=headers)


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.get("/sparql", params={"query": SELECT}),
        lambda client: client.post("/sparql", data={"query": SELECT}),
        lambda client: client.post("/sparql", content=SELECT, headers=DIRECT),
    ],
    ids=["GET", "POST form", "POST direct"],
)
def test_a_query_is_answered_by_each_of_the_three_ways(client, send):
    """SPARQL 1.1 protocol, 2.1.1 to 2.1.3; JSON is the form for who does not choose."""
    answer = send(client)

    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert [row["o"]["value"] for row in answer.json()["results"]["bindings"]] == ROWS


READERS = {
    "application/sparql-results+json": lambda text: [
        row["o"]["value"] for row in json.loads(text)["results"]["bindings"]
    ],
    "application/sparql-results+xml": lambda text: [
        cell.text for cell in ElementTree.fromstring(text).iter() if cell.tag.endswith("}literal")
    ],
    "text/csv": lambda text: [row["o"] for row in csv.DictReader(io.StringIO(text))],
    "text/tab-separated-values": lambda text: [json.loads(line) for line in text.splitlines()[1:]],
}


@pytest.mark.parametrize("kind", READERS)
def test_rows_are_equal_in_every_form(client, kind):
    """Whatever is accepted, the same values arrive."""
    answer = ask(client, SELECT, kind)

    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert READERS[kind](answer.text) == ROWS


@pytest.mark.parametrize("offer", [offer for offer in GRAPHS if offer.name != "html"])
def test_triples_are_equal_in_every_form(client, offer):
    """CONSTRUCT is written as what was asked for, and reads back."""
    answer = ask(client, GRAPH, offer.media_type)
    form = ox.RdfFormat.from_media_type(offer.media_type)

    assert answer.headers["content-type"].startswith(offer.media_type)
    assert len({quad.triple for quad in ox.parse(answer.content, format=form)}) == 5


def test_ask_and_describe_are_answered(client):
    """The two other forms of query."""
    assert ask(client, "ASK { ?s ?p 'v1' }").json()["boolean"] is True
    assert "v1" in ask(client, "DESCRIBE <http://example.org/s1>").text


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, 3000),
        ({"default-graph-uri": "http://example.org/g1"}, 1000),
        ({"default-graph-uri": ["http://example.org/g0", "http://example.org/g2"]}, 2000),
        ({"named-graph-uri": "http://example.org/g1"}, 0),
    ],
)
def test_the_request_can_choose_its_graphs(client, fields, count):
    """Without a choice the default graph is the union of all named graphs."""
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    for answer in (
        client.get("/sparql", params={"query": query, **fields}),
        client.post("/sparql", data={"query": query, **fields}),
        client.post("/sparql", params=fields, content=query, headers=DIRECT),
    ):
        assert answer.json()["results"]["bindings"][0]["n"]["value"] == str(count)


@pytest.mark.parametrize("text", ["100%25", "a+b", "%C3%A9", "é & =", "\\u0041"])
def test_a_text_is_decoded_once(client, text):
    """What looks encoded after decoding is what was meant."""
    query = f"SELECT ('{text}' AS ?o) {{}}"
    expected = text.replace("\\u0041", "A")

    for answer in (
        client.get(f"/sparql?query={quote(query, safe='')}"),
        client.post("/sparql", content=urlencode({"query": query}), headers=FORM),
        client.post("/sparql", content=query.encode(), headers=DIRECT),
    ):
        assert answer.json()["results"]["bindings"][0]["o"]["value"] == expected


@pytest.mark.parametrize("case", table("refusals"), ids=lambda case: case["why"])
def test_a_refusal_says_why_in_the_form_of_rfc_9457(service, case):
    """One table says which status belongs to which problem."""
    status, headers, body = send(service, case)
    members = json.loads(body)

    assert members["type"] == f"https://w3id.org/allygraph/errors#{case['code']}"
    assert (status, members["title"]) == PROBLEMS[case["code"]]
    assert headers["Content-Type"] == "application/problem+json"
    assert members["status"] == status
    assert members["detail"]
    assert ("Retry-After" in headers) == (case["code"] == "deadline")


def test_bytes_that_are_not_utf_8_are_refused(client):
    """They are not repaired: the answer would be to another question."""
    answer = client.post("/sparql", content=b"ASK {} # \xff", headers=DIRECT)

    assert answer.json()["type"].endswith("#request-malformed")


def test_a_syntax_error_has_its_line_and_column(client):
    """The place is that of the parser, the sets of characters of its message are left out."""
    members = ask(client, "SELECT * {\n  ?s ?p ?o .\n  FILTER(\n}").json()

    assert (members["line"], members["column"]) == (4, 2)
    assert "\\u{" not in members["detail"]
    assert "past line 4, column 2" in members["detail"]


def test_what_exists_is_listed_where_nothing_fits(client):
    """A client can choose from the answer, by the form of its query."""
    tables = ask(client, SELECT, "text/turtle").json()["available"]
    graphs = ask(client, GRAPH, "text/csv").json()["available"]

    assert tables == [offer.media_type for offer in TABLES]
    assert graphs == [offer.media_type for offer in GRAPHS]


@pytest.mark.parametrize("case", table("accept"), ids=lambda case: case["accept"])
def test_the_accept_header_is_read_as_rfc_9110_says(case):
    """The closest range gives the weight; zero means never; nonsense is left out."""
    offer = choose(case["accept"], TABLES)

    assert (offer.name if offer else "none") == case["name"]


def test_head_has_the_headers_of_get_and_no_body(client):
    """HEAD runs the query, so that its length is true."""
    got = ask(client, SELECT)
    head = client.head("/sparql", params={"query": SELECT})

    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["content-type"] == got.headers["content-type"]


def test_any_page_of_the_web_may_read_the_answers(client):
    """CORS without credentials, on answers and on refusals; preflights are answered."""
    preflight = client.options("/sparql", headers={"Origin": "https://example.org"})

    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    for answer in (ask(client, SELECT), ask(client, "x"), client.get("/nowhere")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_service_describes_itself_to_programs(client, service):
    """Without a query, /sparql gives its service description in the form that is accepted."""
    turtle = client.get("/sparql", headers={"Accept": "text/turtle"})
    plain = client.get("/sparql", headers={"Accept": "application/n-triples"})
    triples = {str(quad.triple) for quad in ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)}
    sd = "http://www.w3.org/ns/sparql-service-description#"

    assert triples == set(plain.text.replace(" .\n", "\n").splitlines())
    assert f"<{service.address}/sparql> <{sd}endpoint> <{service.address}/sparql>" in triples
    assert f"<{service.address}/sparql> <{sd}feature> <{sd}UnionDefaultGraph>" in triples


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_person_gets_a_page_that_asks_nothing_of_others(client):
    """No script, no address of another host, and a policy that allows neither."""
    page = client.get("/sparql", headers={"Accept": BROWSER})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert re.findall(r"""(?:src|href|action)=["'](?!/)""", page.text) == []
    assert "<script" not in page.text
    assert "Who is &lt;b&gt;there&lt;/b&gt;?" in page.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT ('<script>alert(1)</script>' AS ?x) (<http://e.org/?a=\"> AS ?y) {}", 400),
        ("SELECT ('<script>alert(1)</script>' AS ?x) (<http://e.org/?a='&b> AS ?y) {}", 200),
        ("SELECT ('<script>' AS ?x) { </textarea><script>alert(1)</script>", 400),
        ("CONSTRUCT { <a:a> <a:b> '<script>' } {}", 200),
        ("ASK {} # </textarea><script>", 200),
    ],
)
def test_nothing_of_a_query_or_its_answer_becomes_markup(client, query, status):
    """Pages of answers and of errors show text as text."""
    page = client.get("/sparql", params={"query": query}, headers={"Accept": BROWSER})

    assert page.status_code == status
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page.text
    assert page.text.count("</textarea>") == 1


def test_a_long_answer_is_shown_as_far_as_a_person_reads(client):
    """A page has the first 500 rows and says so."""
    page = ask(client, "SELECT * { ?s ?p ?o }", BROWSER)

    assert page.text.count("<tr>") == 501
    assert "The first 500 rows" in page.text


def test_an_equal_query_is_answered_from_memory_and_with_304(client):
    """The tag holds for a version of the graph; who asks for another form gets another tag."""
    first = ask(client, SELECT, "text/csv")
    tag = first.headers["etag"]
    params = {"query": SELECT}
    known = {"Accept": "text/csv", "If-None-Match": tag}

    assert ask(client, SELECT, "text/csv").content == first.content
    assert client.get("/sparql", params=params, headers=known).status_code == 304
    assert client.post("/sparql", data=params, headers=known).status_code == 200
    assert ask(client, SELECT, "text/tab-separated-values").headers["etag"] != tag


def test_what_depends_on_the_moment_is_asked_anew_each_time(client):
    """Random numbers have no tag, and two answers differ."""
    answers = [ask(client, "SELECT (RAND() AS ?x) {}") for _ in range(2)]

    assert answers[0].text != answers[1].text
    assert "etag" not in answers[0].headers
    assert answers[0].headers["cache-control"] == "no-store"
