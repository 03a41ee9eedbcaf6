"""Linked data over HTTP: every IRI of ours, in every form, with its links, parts and profiles."""

import csv
import io
import re

import httpx
import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from allygraph.build import current_store, open_current
from allygraph.names import BASE, KINDS_OF_THING, PREFIXES, expand
from allygraph.site.addresses import PROFILES
from tests.serving import serving

SYNTAXES = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "trig": ("application/trig", RdfFormat.TRIG),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "nq": ("application/n-quads", RdfFormat.N_QUADS),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}
THINGS = {
    "actor": "japan",
    "change": "",
    "claim": "nikkei-ap4-s037",
    "doc": "nikkei-asia-2023-06-ap4",
    "edge": "",
    "event": "",
    "graph": "data/actors/publishers",
    "holding": "",
    "instrument": "",
    "kind": "stage-open",
    "office": "nato-headquarters",
    "place": "tel-aviv",
    "proposal": "nato-tokyo-office",
    "quote": "nikkei-ap4-s037",
    "rel": "france-opposes-nato-tokyo-office",
    "rule": "",
    "shape": "Actor",
}
"""One thing of each kind; where none is named, the first one by name."""
DAY = "2023-06-13"


@pytest.fixture(scope="module")
def engine():
    return open_current()


@pytest.fixture(scope="module")
def service():
    """A service over the built graph."""
    with serving(current_store(), deadline_s=10) as running:
        yield running


@pytest.fixture(scope="module")
def client(service):
    with httpx.Client(base_url=service.address, timeout=30) as web:
        yield web


@pytest.fixture(scope="module")
def paths(engine):
    """One path for each kind of thing."""
    return {kind: f"{kind}/{name or first_of(engine, kind)}" for kind, name in THINGS.items()}


def first_of(engine, kind: str) -> str:
    """Give the name of the first thing of a kind."""
    start = PREFIXES[kind]
    query = (
        "SELECT (MIN(STR(?s)) AS ?first) WHERE { ?s a ?c "
        f'FILTER (STRSTARTS(STR(?s), "{start}")) }}'
    )
    return engine.select(query).rows[0][0].value.removeprefix(start)


def links(answer) -> dict[str, list[str]]:
    """Read the header Link: relation to targets."""
    found: dict[str, list[str]] = {}
    for target, rels in re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.headers.get("link", "")):
        for rel in rels.split():
            found.setdefault(rel, []).append(target)
    return found


def statements(body: bytes, syntax: RdfFormat) -> set:
    return {quad.triple for quad in parse(body, syntax)}


def test_every_kind_of_thing_has_an_example():
    assert set(THINGS) == set(KINDS_OF_THING)


@pytest.mark.parametrize("kind", KINDS_OF_THING)
def test_a_thing_leads_to_its_document_in_each_form(client, paths, kind):
    """303 by Accept, the form by its suffix, equal statements in all of them, no blank node."""
    path, said = paths[kind], {}
    for suffix, (media_type, syntax) in SYNTAXES.items():
        redirect = client.get(f"/{path}", headers={"Accept": media_type})
        assert redirect.status_code == 303
        assert redirect.headers["location"].endswith(f"/{path}.{suffix}")
        assert "Accept" in redirect.headers["vary"]
        assert links(redirect)["describedby"] == [redirect.headers["location"]]
        document = client.get(redirect.headers["location"])
        assert document.status_code == 200, document.text
        assert document.headers["content-type"].startswith(media_type)
        said[suffix] = statements(document.content, syntax)
    table = client.get(f"/{path}.csv").text
    rows = {tuple(row[:3]) for row in csv.reader(io.StringIO(table, newline=""))} - {
        ("subject", "property", "value")
    }

    assert said["ttl"]
    assert all(one == said["ttl"] for one in said.values())
    assert rows == {(t.subject.value, t.predicate.value, t.object.value) for t in said["ttl"]}
    assert not [t for t in said["ttl"] if BlankNode in {type(t.subject), type(t.object)}]


@pytest.mark.parametrize("kind", KINDS_OF_THING)
def test_a_thing_has_a_page_for_people(client, paths, kind):
    redirect = client.get(f"/{paths[kind]}", headers={"Accept": "text/html"})
    page = client.get(redirect.headers["location"])

    assert redirect.status_code == 303
    assert page.status_code == 200
    assert "<h1" in page.text
    assert "_:" not in re.sub(r"https?://\S*", "", page.text)


@pytest.mark.parametrize("kind", KINDS_OF_THING)
def test_the_head_of_a_page_is_signposted(client, paths, kind):
    """FAIR Signposting, level 1: a program finds name, data, licence and kind without the page."""
    head = client.head(f"/{paths[kind]}.html")
    found = links(head)

    assert head.status_code == 200
    assert found["cite-as"] == [f"{BASE}{paths[kind]}"]
    assert found["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert "https://schema.org/AboutPage" in found["type"]
    for target in found["describedby"] + found["item"] + found["linkset"]:
        assert client.head(target).status_code == 200, target


def test_a_state_is_a_country_for_who_knows_no_other_vocabulary(client):
    found = links(client.head("/actor/japan.html"))

    assert expand("ally:State") in found["type"]
    assert "https://schema.org/Country" in found["type"]


@pytest.mark.parametrize("kind", ["actor", "claim", "graph", "shape"])
def test_the_link_set_says_what_the_heads_say(client, paths, kind):
    """RFC 9264; the way back from each form of data to the page is in it too."""
    answer = client.get(f"/linkset/{paths[kind]}")
    contexts = {one["anchor"]: one for one in answer.json()["linkset"]}
    page = next(one for anchor, one in contexts.items() if anchor.endswith(".html"))
    head = links(client.head(f"/{paths[kind]}.html"))

    assert answer.headers["content-type"].startswith("application/linkset+json")
    assert len(contexts) == len(SYNTAXES) + 2
    for rel in ("cite-as", "license", "type"):
        assert [one["href"] for one in page[rel]] == head[rel]
    for rel in ("describedby", "item"):
        ends = [one["href"].removeprefix(str(client.base_url)) for one in page[rel]]
        assert [f"/{end.lstrip('/')}" for end in ends] == head[rel]


def test_a_link_set_of_nothing_is_not_found(client):
    assert client.get("/linkset/actor/natto").status_code == 404
    assert client.get("/linkset/nothing/nato").status_code == 404


def test_a_document_of_a_day_is_a_memento(client):
    """RFC 7089; the thing itself takes the day from Accept-Datetime."""
    plain = client.head("/actor/japan.ttl")
    dated = client.head(f"/actor/japan.ttl?known_by={DAY}&as_of={DAY}")
    gate = client.get(
        "/actor/japan",
        headers={"Accept-Datetime": "Tue, 13 Jun 2023 12:00:00 GMT", "Accept": "text/turtle"},
    )
    wrong = client.get("/actor/japan", headers={"Accept-Datetime": "yesterday"})

    assert "memento-datetime" not in plain.headers
    assert dated.headers["memento-datetime"] == "Tue, 13 Jun 2023 23:59:59 GMT"
    assert links(dated)["timegate"] == ["/actor/japan"]
    assert gate.headers["location"].endswith(f"/actor/japan.ttl?known_by={DAY}")
    assert "Accept-Datetime" in gate.headers["vary"]
    assert wrong.status_code == 400


@pytest.mark.parametrize("size", [700, 10_000])
def test_all_pages_of_a_document_are_the_document_each_statement_once(client, size):
    whole = client.get("/actor/japan.nq")
    address, lines, pages = f"/actor/japan.nq?page_size={size}", [], 0
    while address:
        answer = client.get(address)
        found = links(answer)
        lines += answer.text.splitlines()
        pages += 1
        assert answer.headers["x-total-count"] == whole.headers["x-total-count"]
        assert (pages > 1) == ("prev" in found)
        last = found["last"][0]
        address = found.get("next", [""])[0]

    assert len(lines) == len(set(lines)) == int(whole.headers["x-total-count"])
    assert set(lines) == set(whole.text.splitlines())
    assert f"page={pages}&" in last


def test_a_document_that_is_too_large_is_told_to_be_a_part(client):
    answer = client.get("/graph/derived/holdings.nq")

    assert len(answer.text.splitlines()) == 10_000
    assert int(answer.headers["x-total-count"]) > 50_000
    assert links(answer)["next"] == ["/graph/derived/holdings.nq?page=2&page_size=10000"]


@pytest.mark.parametrize("query", ["page=0", "page=2&page_size=9999", "page=x", "page_size=10001"])
def test_a_page_that_is_not_there_is_refused(client, query):
    assert client.get(f"/actor/japan.ttl?{query}").status_code == 400


@pytest.mark.parametrize(
    ("path", "suffix", "name"),
    [
        ("actor/japan", "ttl", "org"),
        ("actor/japan", "jsonld", "dcat"),
        ("claim/nikkei-ap4-s037", "trig", "nanopub"),
    ],
)
def test_a_document_has_another_shape_in_another_profile(client, path, suffix, name):
    """By header and by address alike; the answer says which it is, and lists the others."""
    plain = client.get(f"/{path}.{suffix}")
    asked = client.get(f"/{path}.{suffix}", headers={"Accept-Profile": f"<{PROFILES[name]}>"})
    named = client.get(f"/{path}.{suffix}?_profile={name}")
    listed = re.findall(r'formats="([^"]*)"', plain.headers["link"])

    assert links(plain)["profile"] == [PROFILES["framed" if suffix == "jsonld" else "plain"]]
    assert links(asked)["profile"] == [PROFILES[name]]
    assert asked.headers["content-profile"] == f"<{PROFILES[name]}>"
    assert asked.content == named.content != plain.content
    assert asked.headers["etag"] != plain.headers["etag"]
    assert "Accept-Profile" in asked.headers["vary"]
    assert PROFILES[name] in listed


def test_a_profile_goes_along_from_the_thing_to_its_document(client):
    header = {"Accept": "text/turtle", "Accept-Profile": f"<{PROFILES['org']}>"}
    answer = client.get("/actor/japan", headers=header)

    assert answer.headers["location"].endswith("/actor/japan.ttl?_profile=org")


def test_an_unknown_profile_in_a_header_is_passed_over_and_in_an_address_refused(client):
    unknown = client.get("/actor/japan.ttl", headers={"Accept-Profile": "<urn:example:none>"})

    assert links(unknown)["profile"] == [PROFILES["plain"]]
    assert client.get("/actor/japan.ttl?_profile=none").status_code == 400


def test_the_org_profile_says_who_belongs_to_what_since_when(client):
    """Japan joined the United Nations on 18 December 1956."""
    body = client.get("/actor/japan.nt?_profile=org").content
    said = statements(body, RdfFormat.N_TRIPLES)
    member = NamedNode(expand("rel:united-nations-japan-membership"))
    of = {t.predicate.value: t.object for t in said if t.subject == member}
    begun = {
        t.object.value
        for t in said
        if t.subject.value == f"{of[expand('org:memberDuring')].value}#hasBeginning"
    }

    assert of[expand("org:member")] == NamedNode(expand("actor:japan"))
    assert of[expand("org:organization")] == NamedNode(expand("actor:united-nations"))
    assert "1956-12-18" in begun
    assert not [t for t in said if t.predicate.value.startswith(PREFIXES["ally"])]


def test_a_claim_as_a_nanopublication_has_four_graphs(client):
    """The assertion is what France thinks; the provenance has who said so, and in which words."""
    body = client.get("/claim/nikkei-ap4-s037.trig?_profile=nanopub").content
    quads = list(parse(body, RdfFormat.TRIG))
    claim = expand("claim:nikkei-ap4-s037")
    graphs = {quad.graph_name.value for quad in quads}
    of = {
        name: [q for q in quads if q.graph_name.value == f"{claim}#{name}"]
        for name in ("head", "assertion", "provenance", "pubinfo")
    }
    named = {q.object.value for q in of["head"]}

    assert graphs == {f"{claim}#{name}" for name in of}
    assert {f"{claim}#{name}" for name in ("assertion", "provenance", "pubinfo")} < named
    assert expand("kind:stance-opposes") in {q.object.value for q in of["assertion"]}
    assert expand("oa:exact") in {q.predicate.value for q in of["provenance"]}
    assert not any(q.predicate.value == expand("oa:exact") for q in of["assertion"])
    assert any(
        q.subject.value == f"{claim}#assertion"
        and q.predicate.value == expand("prov:wasAttributedTo")
        for q in of["provenance"]
    )


def test_the_dcat_profile_counts_the_document_and_lists_its_forms(client):
    plain = client.get("/actor/japan.nq")
    said = statements(client.get("/actor/japan.nt?_profile=dcat").content, RdfFormat.N_TRIPLES)
    size = next(t.object.value for t in said if t.predicate.value == expand("void:triples"))
    places = {t.object.value for t in said if t.predicate.value == expand("dcat:downloadURL")}

    assert size == plain.headers["x-total-count"]
    assert {place.rpartition(".")[2] for place in places} == {*SYNTAXES, "csv"}


def test_what_is_not_there_is_told_with_what_is_near(client):
    answer = client.get("/actor/natto.ttl")

    assert answer.status_code == 404
    assert "actor:nato" in answer.json()["expected"]
