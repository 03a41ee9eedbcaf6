"""JSON-LD as a tree: a programmer finds the evidence below the thing, and no statement is lost."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from rdflib import Dataset

from allygraph.build import current_store, open_current
from allygraph.export.context import ADDRESS, published
from allygraph.export.framing import framed
from allygraph.names import BASE, KINDS_OF_THING, PREFIXES, expand
from allygraph.site.addresses import PROFILES
from allygraph.site.blanks import GENERATED, shape_quads
from tests.serving import serving
from tests.test_linked_data import SYNTAXES, THINGS, first_of, links, statements

JAPAN = "/actor/japan.jsonld"
WITH_TOP = [kind for kind in KINDS_OF_THING if kind not in ("graph", "shape")]


@pytest.fixture(scope="module")
def engine():
    return open_current()


@pytest.fixture(scope="module")
def client():
    """A client of a service over the built graph."""
    with (
        serving(current_store(), deadline_s=10) as service,
        httpx.Client(base_url=service.address, timeout=30) as web,
    ):
        yield web


@pytest.fixture(scope="module")
def japan(client):
    return client.get(JAPAN).json()


@pytest.mark.parametrize("kind", WITH_TOP)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, about itself
def test_the_tree_of_a_thing_is_its_document(client, engine, kind):
    """Two readers that share no code with the writer find the statements of Turtle in it."""
    path = f"{kind}/{THINGS[kind] or first_of(engine, kind)}"
    wanted = statements(client.get(f"/{path}.ttl").content, RdfFormat.TURTLE)
    body = client.get(f"/{path}.jsonld").content
    other = Dataset()
    other.parse(data=body, format="json-ld")

    assert json.loads(body)["id"] == BASE + path
    assert statements(body, RdfFormat.JSON_LD) == wanted
    assert statements(other.serialize(format="nt").encode(), RdfFormat.N_TRIPLES) == wanted


def test_a_membership_leads_to_the_words_of_its_evidence(japan, engine):
    """What a path through the tree gives is what SPARQL gives."""
    found = {
        (one["id"], claim["id"], claim["source"]["id"])
        for one in japan["memberships"]
        for claim in one["affirmedBy"]
    }
    rows = engine.select(
        f"PREFIX ally: <{BASE}ns#> SELECT ?one ?claim ?source WHERE {{ "
        f"?one ally:member <{BASE}actor/japan> . ?claim ally:affirms ?one ; ally:source ?source }}"
    ).rows

    assert found == {tuple(value.value for value in row) for row in rows}
    assert all(one["holdings"] for one in japan["memberships"])


def test_the_quote_and_the_source_of_a_claim_stand_inside(client):
    document = client.get("/rel/france-opposes-nato-tokyo-office.jsonld").json()
    claims = {claim["id"]: claim for claim in document["affirmedBy"]}
    claim = claims[f"{BASE}claim/nikkei-ap4-s037"]

    assert claim["quote"]["type"] == "Quote"
    assert claim["quote"]["oa:exact"]
    assert claim["source"]["type"] == "Source"


def test_a_link_is_a_text_or_a_node_by_its_place_and_not_by_chance(japan):
    """Only quotes and sources stand inside forwards; all else that is named is in ``included``."""
    nodes = [{k: v for k, v in node.items() if k != "@context"} for node in _nodes(japan)]
    inside = {key for node in nodes for key, value in node.items() if _has_node(value)}
    forwards = {key for key in inside if "@reverse" not in published().get(key, {})}
    backwards = {
        key
        for node in nodes
        for key, value in node.items()
        if "@reverse" in published().get(key, {}) and not all(_has_node(one) for one in value)
    }
    included = {node["id"] for node in japan["included"]}
    placed = {one["id"] for one in _nodes({**japan, "included": []})}

    assert forwards == {"included", "quote", "source", "furtherSource"}
    assert not backwards
    assert f"{BASE}actor/united-nations" in included
    assert not included & placed


def test_the_same_document_has_the_same_bytes():
    """Whatever order the statements come in."""
    quads = list(parse(OPEN.encode(), RdfFormat.TURTLE))
    texts = {framed(order, f"{BASE}actor/a", published()) for order in (quads, quads[::-1])}

    assert len(texts) == 1


def test_a_tree_can_name_its_context_instead_of_carrying_it():
    quads = list(parse(OPEN.encode(), RdfFormat.TURTLE))
    short = json.loads(framed(quads, f"{BASE}actor/a", published(), inline=False))
    address, short["@context"] = short["@context"], published()

    assert address == ADDRESS
    assert set(parse(json.dumps(short), RdfFormat.JSON_LD)) == set(quads)


OPEN = f"""
PREFIX ally: <{BASE}ns#>
PREFIX actor: <{BASE}actor/>
PREFIX rel: <{BASE}rel/>
PREFIX claim: <{BASE}claim/>
rel:r a ally:Membership ; ally:member actor:a ; ally:organization actor:a , actor:b .
claim:c ally:affirms rel:r ; ally:denies rel:r ; ally:assertedBy actor:a .
actor:b ally:memberOf actor:b .
"""
_NAMES = ("actor/a", "rel/r", "rel/s", "claim/c", "claim/d", "holding/h", "quote/q", "doc/d")
_LINKS = ("member", "affirms", "denies", "quote", "source", "holdingOf", "succeeds", "on")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(_NAMES),
    st.lists(
        st.tuples(
            st.sampled_from(_NAMES),
            st.sampled_from(_LINKS),
            st.one_of(
                st.sampled_from(_NAMES).map(lambda name: NamedNode(BASE + name)),
                st.sampled_from([Literal("x"), Literal("y", language="en"), Literal(7)]),
            ),
        ),
        max_size=14,
    ),
)
def test_no_statement_is_lost_however_things_point_to_each_other(top, rows):
    """Circles, links to oneself, values that do not fit, a top of which nothing is said."""
    quads = {Quad(NamedNode(BASE + s), NamedNode(expand(f"ally:{p}")), o) for s, p, o in rows}
    found = framed(quads, BASE + top, published())

    assert json.loads(found)["id"] == BASE + top
    assert set(parse(found, RdfFormat.JSON_LD)) == quads


def test_the_form_with_graphs_is_there_for_who_asks(client):
    """By name, by Accept-Profile, and by the parameter of the media type that JSON-LD has."""
    wanted = set(parse(client.get("/actor/japan.nq").content, RdfFormat.N_QUADS))
    named = client.get(f"{JAPAN}?_profile=plain")
    header = {"Accept-Profile": f"<{PROFILES['plain']}>"}
    flat = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#flattened"'
    by_type = client.get("/actor/japan", headers={"Accept": flat}, follow_redirects=True)

    assert set(parse(named.content, RdfFormat.JSON_LD)) == wanted
    assert named.content == client.get(JAPAN, headers=header).content == by_type.content
    assert named.headers["content-profile"] == f"<{PROFILES['plain']}>"
    assert PROFILES["framed"] in named.headers["link"]
    assert links(client.get(JAPAN))["profile"] == [PROFILES["framed"]]


def test_parts_of_a_tree_are_trees_that_together_are_the_document(client):
    wanted = statements(client.get("/actor/japan.ttl").content, RdfFormat.TURTLE)
    parts = [client.get(f"{JAPAN}?page={page}&page_size=4000") for page in (1, 2)]

    assert set.union(*(statements(p.content, RdfFormat.JSON_LD) for p in parts)) == wanted
    assert {part.json()["id"] for part in parts} == {f"{BASE}actor/japan"}


@pytest.mark.parametrize("path", ["ns.ttl", "shape/Claim-affirms-or-denies-or-doubts.ttl"])
def test_a_generated_name_has_a_document_in_each_form(client, engine, path):
    """What a document calls a blank node can be asked for, wherever it was found."""
    said = statements(client.get(f"/{path}").content, RdfFormat.TURTLE)
    name = min(t.object.value for t in said if t.object.value.startswith(GENERATED))
    at = name.removeprefix(BASE)
    redirect = client.get(f"/{at}", headers={"Accept": "text/turtle"})
    documents = {
        suffix: statements(client.get(f"/{at}.{suffix}").content, syntax)
        for suffix, (_, syntax) in SYNTAXES.items()
    }
    page = client.get(f"/{at}", headers={"Accept": "text/html"}, follow_redirects=True)
    links_at = client.get(f"/linkset/{at}")

    assert redirect.status_code == 303
    assert redirect.headers["location"].endswith(f"/{at}.ttl")
    assert {t for t in said if t.subject.value == name} <= documents["ttl"]
    assert all(one == documents["ttl"] for one in documents.values())
    assert page.status_code == links_at.status_code == 200
    assert "<h1" in page.text


def test_a_list_is_told_with_all_that_follows(client):
    """The document of the head of a list reaches the empty list at its end."""
    nodes = {q.subject for q in shape_quads() if q.predicate.value == expand("rdf:rest")}
    later = {q.object for q in shape_quads() if q.predicate.value == expand("rdf:rest")}
    head = min(node.value for node in nodes - later)
    said = statements(client.get(f"/.well-known/genid/{head}.nt").content, RdfFormat.N_TRIPLES)

    assert NamedNode(f"{PREFIXES['rdf']}nil") in {t.object for t in said}


@pytest.mark.parametrize("name", ["none", "a/b", "a b", "%C3%A9", "c9c1bcb869f7aa81"])
def test_a_name_that_was_not_generated_is_not_found(client, name):
    assert client.get(f"/.well-known/genid/{name}.ttl").status_code == 404
    assert client.get(f"/linkset/.well-known/genid/{name}").status_code == 404


def _has_node(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, dict) and "id" in one for one in values)


def _nodes(node: dict):
    yield node
    for key, value in node.items():
        for one in value if isinstance(value, list) else [value]:
            if key != "@context" and isinstance(one, dict) and "id" in one:
                yield from _nodes(one)
