"""The vocabulary, the shapes, the context, the dataset and the errors: what our IRIs lead to."""

import json
import re

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat

from allygraph.build import current_store, open_current
from allygraph.names import BASE, PREFIXES, expand
from allygraph.resources import root
from tests.serving import serving
from tests.test_linked_data import SYNTAXES, statements


@pytest.fixture(scope="module")
def engine():
    return open_current()


@pytest.fixture(scope="module")
def client():
    """A client of a service over the built graph."""
    with (
        serving(current_store(), deadline_s=10) as running,
        httpx.Client(base_url=running.address, timeout=30) as web,
    ):
        yield web


def test_the_vocabulary_is_documented_term_by_term(client, engine):
    """Each term has its anchor, so that its IRI leads a browser to its section."""
    page = client.get("/ns.html").text
    terms = {
        row[0].value.removeprefix(PREFIXES["ally"])
        for row in engine.select(
            "SELECT DISTINCT ?s WHERE { ?s a ?c "
            f'FILTER (STRSTARTS(STR(?s), "{PREFIXES["ally"]}")) '
            "FILTER (STRSTARTS(STR(?c), 'http://www.w3.org/2002/07/owl#')) }"
        ).rows
    }

    assert len(terms) > 150
    assert {name for name in terms if f'id="{name}"' not in page} == set()
    for part in (
        "actor that belongs to the organization",
        "memberships",
        "shape:Membership",
        'href="#rule-member-of"',
    ):
        assert part in page


def test_links_within_the_vocabulary_lead_somewhere(client):
    page = client.get("/ns.html").text
    anchors = set(re.findall(r'href="#([^"]+)"', page))

    assert anchors
    assert {name for name in anchors if f'id="{name}"' not in page} == set()


@pytest.mark.parametrize("suffix", SYNTAXES)
def test_the_vocabulary_exists_in_each_format(client, suffix):
    media_type, syntax = SYNTAXES[suffix]
    redirect = client.get("/ns", headers={"Accept": media_type})
    found = statements(client.get(redirect.headers["location"]).content, syntax)

    assert redirect.headers["location"].endswith(f"/ns.{suffix}")
    assert {t.subject.value for t in found} >= {expand("ally:Membership"), f"{BASE}ns"}


def test_the_vocabulary_has_an_address_for_its_version(client):
    header = {"Accept": "text/turtle"}
    answer = client.get("/ns/0.1.0", headers=header, follow_redirects=True)

    assert answer.content == client.get("/ns.ttl").content
    assert client.get("/ns/9.9.9.ttl").status_code == 404


def test_a_shape_is_served_from_its_file_with_what_it_is_a_part_of(client):
    found = statements(client.get("/shape/Actor-sameAs.nt").content, RdfFormat.N_TRIPLES)
    wrong = client.get("/shape/Acter")

    assert {t.subject.value for t in found} == {expand("shape:Actor-sameAs"), expand("shape:Actor")}
    assert client.get(wrong.headers["location"]).status_code == 404


def test_the_context_of_our_json_ld_is_published(client):
    answer = client.get("/context.jsonld")
    stands = json.loads((root() / "ontology" / "context.jsonld").read_text(encoding="utf-8"))

    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.json() == stands


def test_the_dataset_describes_itself_to_people_and_programs(client):
    redirect = client.get("/dataset", headers={"Accept": "text/turtle"})
    found = statements(client.get(redirect.headers["location"]).content, RdfFormat.TURTLE)

    assert NamedNode(f"{BASE}dataset") in {t.subject for t in found}
    assert client.get("/dataset.html").status_code == 200
    assert client.get("/dataset/nothing.ttl").status_code == 404


def test_every_problem_has_a_heading_at_the_address_that_it_names(client):
    problem = client.get("/actor/japan.ttl?as_of=yesterday").json()["type"]
    page = client.get("/errors").text
    listed = {one["type"] for one in client.get("/errors.json").json()["errors"]}

    assert problem == f"{BASE}errors#date-invalid"
    assert 'id="date-invalid"' in page
    assert problem in listed
