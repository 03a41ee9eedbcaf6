"""Evil labels and IRIs go out as what they are: read back equal, and never a script in a page.

A graph of 510 evil texts is fetched in every form over HTTP. For the pages a part of the shipped
graph is made evil: every text in it ends with an attack, and links lead to schemes that run.
"""

import csv
import io
import json
import re
from urllib.parse import quote
from xml.etree import ElementTree

import html5rdf
import httpx
import pyoxigraph as ox
import pytest
import rdflib

from allygraph.build import open_current
from allygraph.names import BASE, PREFIXES
from allygraph.web.routes import READER_ROUTES
from tests.evil import IRIS, PAYLOADS, texts
from tests.serving import serving

TEXTS = texts()
GRAPH = "data/evil"
LABEL = ox.NamedNode(f"{PREFIXES['skos']}note")
SEE = ox.NamedNode(f"{PREFIXES['rdfs']}seeAlso")
ABOUT = "japan|tokyo|itpp|ns#|/kind/|actor/nato$|nikkei|concern|proposal|position"
WORLD = f'SELECT ?s ?p ?o ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(REGEX(STR(?s), "{ABOUT}", "i")) }}'
OURS = re.compile(r"/(ns#|kind/)")
KEPT = re.compile(rf"{re.escape(BASE)}|http://www.w3.org/")
RDF = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
}
MOST_TEXT = 300


def evil_quads():
    """Give a thing for each text, which it has as a note, and an IRI that somebody may click on."""
    graph = ox.NamedNode(f"{BASE}graph/{GRAPH}")
    for i, text in enumerate(TEXTS):
        thing = ox.NamedNode(f"{BASE}actor/evil-{i:03}")
        yield ox.Quad(thing, LABEL, ox.Literal(text, language="en"), graph)
        yield ox.Quad(thing, SEE, ox.NamedNode(IRIS[i % len(IRIS)]), graph)


def evil_world():
    """Give a part of the shipped graph in which texts and foreign IRIs are evil."""
    for i, row in enumerate(open_current().store.query(WORLD)):
        subject, predicate, value, graph = row
        if is_text(value) and not OURS.search(str(subject)):
            text = f"{value.value} {PAYLOADS[i % len(PAYLOADS)]}"
            value = ox.Literal(text, language=value.language)
        elif isinstance(value, ox.NamedNode) and not KEPT.match(value.value):
            value = ox.NamedNode(IRIS[i % len(IRIS)])
        yield ox.Quad(subject, predicate, value, graph)


def is_text(value):
    """Say whether a term is a text, and no number or day."""
    return isinstance(value, ox.Literal) and value.datatype.value.endswith(
        ("#string", "#langString")
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A client of a service over the evil graph."""
    folder = tmp_path_factory.mktemp("evil") / "store"
    store = ox.Store(str(folder))
    store.bulk_extend(evil_world())
    store.bulk_extend(evil_quads())
    store.flush()
    del store
    with (
        serving(folder, 20.0) as running,
        httpx.Client(base_url=running.address, timeout=60) as client,
    ):
        yield client


EXPECTED = {(q.subject.value, q.predicate.value, q.object.value) for q in evil_quads()}
QUERY = f"SELECT ?s ?p ?o {{ GRAPH <{BASE}graph/{GRAPH}> {{ ?s ?p ?o }} }}"
TSV_ESCAPE = re.compile(r'\\([\\"nrt])')


def of_json(body):
    rows = json.loads(body)["results"]["bindings"]
    return {tuple(row[name]["value"] for name in "spo") for row in rows}


def of_xml(body):
    results = ElementTree.fromstring(body).iter("{http://www.w3.org/2005/sparql-results#}result")
    return {tuple(binding[0].text for binding in row) for row in results}


def of_csv(body):
    return set(map(tuple, list(csv.reader(io.StringIO(body.decode(), newline="")))[1:]))


def of_tsv(body):
    """Read the terms by hand: IRIs in brackets, texts as in Turtle."""

    def value(cell):
        if cell.startswith("<"):
            return cell[1:-1]
        letters = {"n": "\n", "r": "\r", "t": "\t"}
        text = cell[1 : cell.rindex('"')]
        return TSV_ESCAPE.sub(lambda found: letters.get(found[1], found[1]), text)

    lines = body.decode().split("\n")[1:]
    return {tuple(map(value, line.split("\t"))) for line in lines if line}


TABLES = {"json": of_json, "xml": of_xml, "csv": of_csv, "tsv": of_tsv}


def test_there_are_enough_evil_texts():
    """500 and more, and no two are the same."""
    assert len(set(TEXTS)) >= 500
    assert len(EXPECTED) == 2 * len(TEXTS)


@pytest.mark.parametrize("form", TABLES)
def test_every_table_of_the_endpoint_reads_back_equal(site, form):
    """Read by other libraries than the one that wrote it."""
    answer = site.get("/sparql", params={"query": QUERY, "format": form})

    assert answer.status_code == 200
    assert TABLES[form](answer.content) == EXPECTED


def triples(quads):
    return {(q.subject.value, q.predicate.value, q.object.value) for q in quads}


def of_rdf(body, form):
    """Read a document: XML and JSON-LD by rdflib, the others by the engine's parsers."""
    if form in RDF:
        return triples(ox.parse(body, format=RDF[form]))
    graph = rdflib.Dataset(default_union=True)
    graph.parse(data=body, format={"rdf": "xml", "jsonld": "json-ld"}[form])
    return {(str(s), str(p), str(o)) for s, p, o, _ in graph.quads()}


@pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")
@pytest.mark.parametrize("form", [*RDF, "rdf", "jsonld", "csv"])
@pytest.mark.parametrize("way", ["the document", "the endpoint"])
def test_every_document_reads_back_equal(site, form, way):
    """The document of the graph, and a query for the same triples."""
    if way == "the document":
        answer = site.get(f"/graph/{GRAPH}.{form}")
    elif form == "csv":
        return
    else:
        query = QUERY.replace("SELECT ?s ?p ?o", "CONSTRUCT { ?s ?p ?o }")
        names = {"rdf": "rdfxml", "ttl": "turtle", "nt": "ntriples", "nq": "nquads"}
        answer = site.get("/sparql", params={"query": query, "format": names.get(form, form)})

    assert answer.status_code == 200
    if form == "csv":
        rows = csv.DictReader(io.StringIO(answer.text, newline=""))
        assert {(r["subject"], r["property"], r["value"]) for r in rows} == EXPECTED
    else:
        assert of_rdf(answer.content, form) == EXPECTED


def test_json_is_safe_even_where_a_page_would_hold_it(site):
    """The type says JSON, and no browser may guess another one."""
    for path in (f"/graph/{GRAPH}.jsonld", "/search.json?q=Japan"):
        answer = site.get(path)
        assert "json" in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"


_HARMFUL = ("base", "iframe", "frame", "object", "embed", "applet", "portal")
_SCHEME = re.compile(r"[\s\x00-\x1f]*[\w+.-]+:")
_HARMLESS = re.compile(r"https?:|mailto:|data:(image/|,$)")
_ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href")


def faults(text):
    """Say what in a page could run, as a browser's parser sees it."""
    found = []
    for element in html5rdf.parse(text, namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag.rpartition("}")[2].lower()
        if tag in _HARMFUL:
            found.append(f"<{tag}>")
        if tag == "meta" and "http-equiv" in element.attrib:
            found.append("<meta http-equiv>")
        if tag == "script":
            src = element.get("src", "")
            is_data = element.get("type", "").endswith("json")
            if not (re.fullmatch(r"/assets/[\w.-]+", src) or is_data):
                found.append(f"<script> {element.text!r}")
        found += _harmful_attributes(tag, element.attrib)
    return found


def _harmful_attributes(tag, attributes):
    for name, value in attributes.items():
        short = name.rpartition("}")[2].lower()
        if short.startswith("on") or short in ("style", "srcdoc"):
            yield f"<{tag} {short}>"
        if short in _ADDRESSES and _SCHEME.match(value) and not _HARMLESS.match(value):
            yield f"<{tag} {short}={value!r}>"


def check(site, path, **given):
    """Get a page, judge it, and give its text."""
    answer = site.get(path, follow_redirects=True, **given)
    assert answer.headers["content-type"] == "text/html; charset=utf-8", path
    assert "'unsafe" not in answer.headers["content-security-policy"], path
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert faults(answer.text) == [], path
    return answer


def test_the_judge_of_pages_sees_what_could_run():
    """Each payload that is markup would be found, were it written as it is."""
    harmful = [payload for payload in PAYLOADS[:12] if faults(f"<p>{payload}</p>")]

    assert len(harmful) >= 9
    for text in ('<a href="javascript:x">', "<p style='x'>", "<p onclick=x>"):
        assert faults(text)
    assert not faults('<a href="/x">a</a><script src="/assets/desk-0.js"></script>')


PAGES = (
    "/actor/japan.html",
    "/actor/nato.html",
    "/rel/nato-japan-itpp.html",
    "/instrument/nato-japan-itpp.html",
    "/office/nato-liaison-office-tokyo.html",
    "/proposal/nato-tokyo-office.html",
    "/claim/nikkei-ap4-s037.html",
    "/network/edge?edge=rel:nato-japan-itpp",
    *(
        route.pattern
        for route in READER_ROUTES
        if any(offer.name == "html" for offer in route.offers)
        and not re.search(r"\{|\.(?!html$)\w+$|void$|graphs$", route.pattern)
    ),
)
PERSON = {"Accept": "text/html"}


@pytest.mark.parametrize("path", PAGES)
def test_no_page_over_an_evil_graph_has_anything_that_runs(site, path):
    """Labels, quotes, titles and links of the graph are text and safe links."""
    for lang in ("en", "ja"):
        answer = check(site, f"{path}{'&' if '?' in path else '?'}lang={lang}", headers=PERSON)
        assert answer.status_code in (200, 400, 404), (path, answer.text[-3000:])


def test_a_page_shows_the_evil_text_as_text(site):
    """It is neither dropped nor changed: a reader sees what the graph says."""
    page = check(site, "/actor/japan.html", headers=PERSON)
    shown = "".join(html5rdf.parse(page.text, namespaceHTMLElements=False).itertext())

    assert page.status_code == 200
    assert sum(payload in shown for payload in PAYLOADS) >= 3


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_text_of_an_address_runs_on_a_page(site, text):
    """Searches, names, clocks, languages, values, queries: shown as text, or refused."""
    for path, name in (
        ("/search", "q"),
        ("/", "as_of"),
        ("/", "lang"),
        ("/compare", "left"),
        ("/network", "kind"),
        ("/q/thing/called", "name"),
        ("/q", "q"),
        ("/sparql", "query"),
        ("/actor/nowhere.html", "known_by"),
    ):
        check_any(site.get(path, params={name: text}, headers=PERSON))
    for path in ("actor", "q", "network", "assets", "proposal"):
        check_any(site.get(f"/{path}/{quote(text, safe='')}", headers=PERSON))


def check_any(answer):
    """Judge an answer where it is a page; else its type keeps a browser from taking it for one."""
    kind = answer.headers.get("content-type", "")
    assert answer.status_code < 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    if kind.startswith("text/html"):
        assert faults(answer.text) == []
    else:
        assert "html" not in kind
        assert "svg" not in kind


def test_tables_on_pages_show_evil_rows_as_text(site):
    """The page of the endpoint, with 500 evil rows."""
    page = check(site, "/sparql", params={"query": f"{QUERY} LIMIT 400", "format": "html"})

    assert page.text.count("<tr>") == 401


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\x0b", "\x1f", "\ufffe"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv", "html"])
def test_a_control_sign_is_told_or_refused_and_never_breaks_a_document(site, sign, form):
    """XML has no way to say it; the other forms have."""
    query = f'SELECT ("a\\u{ord(sign):04X}b" AS ?s) ("" AS ?p) ("" AS ?o) {{}}'

    answer = site.get("/sparql", params={"query": query, "format": form})

    assert answer.status_code == (406 if form == "xml" else 200)
    if form in ("json", "csv", "tsv"):
        assert TABLES[form](answer.content) == {(f"a{sign}b", "", "")}
