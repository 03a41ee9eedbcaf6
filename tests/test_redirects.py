"""Redirects: from w3id.org to a service, behind a prefix, and from names that have gone."""

import re
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from allygraph.build import current_store
from allygraph.names import BASE, KINDS_OF_THING, expand
from allygraph.resources import root
from allygraph.site.w3id import HOST, htaccess
from tests.serving import serving
from tests.test_linked_data import SYNTAXES, THINGS, links

FILE = Path(__file__).resolve().parent.parent / "docs" / "w3id" / ".htaccess"
ACCEPTS = {"ttl": "text/turtle", "jsonld": "application/ld+json", "html": "text/html, */*;q=0.1"}
PREFIXED = "https://data.example.org/graph/"
RETIRED = f"""
PREFIX actor: <{BASE}actor/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
actor:burma a prov:Entity ; dcterms:isReplacedBy actor:union-of-burma .
actor:union-of-burma dcterms:isReplacedBy actor:myanmar .
actor:myanmar rdfs:label "Myanmar"@en .
actor:one dcterms:isReplacedBy actor:other .
actor:other dcterms:isReplacedBy actor:one .
actor:double
    a prov:Entity ;
    rdfs:label "Double"@en ;
    prov:invalidatedAtTime "2027-01-31T00:00:00+00:00"^^xsd:dateTime ;
    rdfs:comment "It was the same as another."@en .
"""


class Server:
    """What Apache does with a file of rewrite rules, as far as such a file may use them.

    Patterns see the path below the folder of the file; the first rule that fits ends it; the query
    is kept where the target has none.
    """

    def __init__(self, text: str) -> None:
        lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
        assert ["RewriteEngine", "on"] in lines
        assert {line[0] for line in lines} == {"Options", "RewriteEngine", "RewriteRule"}
        self.rules = [line[1:] for line in lines if line[0] == "RewriteRule"]

    def location(self, path: str, query: str = "") -> str | None:
        """Give where a request is led; None where no rule fits."""
        for pattern, target, flags in self.rules:
            if match := re.search(pattern, path):
                assert flags == "[R=302,L]"
                found = re.sub(r"\$(\d)", lambda sign: match[int(sign[1])] or "", target)
                return f"{found}?{query}" if query else found
        return None


@pytest.fixture(scope="module")
def client():
    """A client of a service over the built graph, which is told its public address."""
    with (
        serving(current_store(), deadline_s=10, base=PREFIXED) as running,
        httpx.Client(base_url=running.address, timeout=30) as web,
    ):
        yield web


@pytest.fixture(scope="module")
def retired(tmp_path_factory):
    """A client of a service over a graph in which names have gone."""
    folder = tmp_path_factory.mktemp("retired") / "store"
    store = Store(folder)
    store.extend(parse(RETIRED.encode(), RdfFormat.TURTLE))
    store.flush()
    del store
    with serving(folder) as running, httpx.Client(base_url=running.address, timeout=30) as web:
        yield web


def test_the_file_for_w3id_is_what_the_command_makes():
    assert FILE.read_text(encoding="utf-8") == htaccess(HOST)


@pytest.mark.parametrize("host", ["http://x.org/", "https://x.org", "https://x.org/ [P]", ""])
def test_only_an_address_becomes_a_target_of_redirects(host):
    """A blank would end the target and begin the flags."""
    with pytest.raises(ValueError, match="is not an address"):
        htaccess(host)


@pytest.mark.parametrize("suffix", ACCEPTS)
def test_each_iri_leads_from_w3id_to_its_document(client, suffix):
    """The whole way of a client: w3id.org, the thing, the document."""
    server = Server(htaccess(PREFIXED))
    paths = [f"{kind}/{name}" for kind, name in THINGS.items() if name] + ["ns", "dataset"]
    for path in paths:
        first = server.location(path, "known_by=2024-01-01")
        assert first == f"{PREFIXED}{path}?known_by=2024-01-01"
        second = client.get(inside(first), headers={"Accept": ACCEPTS[suffix]})
        assert second.status_code == 303
        assert second.headers["location"] == f"{PREFIXED}{path}.{suffix}?known_by=2024-01-01"
        last = client.get(inside(second.headers["location"]))
        assert last.status_code == 200
        assert last.headers["content-type"].startswith(ACCEPTS[suffix].partition(",")[0])


@pytest.mark.parametrize("kind", KINDS_OF_THING)
def test_every_kind_of_thing_has_a_rule(kind):
    assert Server(FILE.read_text(encoding="utf-8")).location(f"{kind}/a/b") == f"{HOST}{kind}/a/b"


def test_a_generated_name_is_led_on():
    server = Server(htaccess(HOST))

    assert server.location(".well-known/genid/b1") == f"{HOST}.well-known/genid/b1"
    assert server.location(".well-known/other") is None


def test_what_is_not_ours_is_not_led_on():
    server = Server(FILE.read_text(encoding="utf-8"))

    assert server.location("nothing/nato") is None
    assert server.location("nsx") is None
    assert server.location("actor/") is None
    assert server.location("") == HOST


def inside(address: str) -> str:
    """Give an address as the service behind the prefix is asked for it."""
    return f"/{address.removeprefix(PREFIXED)}"


def test_behind_a_prefix_links_have_it_and_names_stay(client):
    head = client.head("/actor/japan.html?as_of=2023-06-13")
    found = links(head)
    page = client.get("/actor/japan.html").text
    own = set(re.findall(r'href="(/[^"]*)"', page))
    subjects = {
        quad.subject.value
        for quad in parse(client.get("/actor/japan.nt").content, RdfFormat.N_TRIPLES)
    }

    assert found["cite-as"] == [f"{BASE}actor/japan"]
    for rel in ("describedby", "item", "linkset", "timegate"):
        assert all(target.startswith("/graph/") for target in found[rel])
    assert own
    assert all(target.startswith("/graph/") for target in own)
    assert expand("actor:japan") in subjects
    assert not [one for one in subjects if one.startswith(PREFIXED)]


def test_a_link_set_names_the_public_address(client):
    contexts = client.get("/linkset/actor/japan").json()["linkset"]

    assert all(one["anchor"].startswith(f"{PREFIXED}actor/japan.") for one in contexts)


@pytest.mark.parametrize("suffix", [*SYNTAXES, "csv", "html"])
def test_a_moved_name_leads_to_its_last_name_in_the_same_form(retired, suffix):
    answer = retired.get(f"/actor/burma.{suffix}?as_of=2023-06-13&known_by=2023-06-13")

    assert answer.status_code == 308
    expected = f"/actor/myanmar.{suffix}?as_of=2023-06-13&known_by=2023-06-13"
    assert answer.headers["location"] == expected
    assert links(answer)["successor-version"] == [f"{BASE}actor/myanmar"]
    assert retired.get(answer.headers["location"]).status_code == 200


def test_names_that_lead_to_each_other_have_not_moved(retired):
    """A fault of the data must keep neither a process nor a client for ever."""
    assert retired.get("/actor/one.ttl").status_code == 200


def test_a_withdrawn_name_is_gone_and_says_since_when_and_why(retired):
    data = retired.get("/actor/double.nt")
    page = retired.get("/actor/double.html", headers={"Accept": "text/html"})
    said = {quad.predicate for quad in parse(data.content, RdfFormat.N_TRIPLES)}

    assert data.status_code == page.status_code == 410
    assert NamedNode(expand("prov:invalidatedAtTime")) in said
    assert "2027-01-31" in page.text
    assert "It was the same as another." in page.text
    assert retired.get("/actor/none.nt").status_code == 404


def test_the_ontology_declares_what_a_retired_name_needs():
    """Without this, validation would refuse the statements that keep a name answering."""
    text = (root() / "ontology" / "external.ttl").read_bytes()
    declared = {quad.subject.value for quad in parse(text, RdfFormat.TURTLE)}
    needed = {"dcterms:isReplacedBy", "prov:invalidatedAtTime", "prov:Entity"}

    assert {expand(name) for name in needed} <= declared
