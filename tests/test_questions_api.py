"""Saved questions for programs: values, forms, evidence, pages, versions, refusals."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, RdfFormat, Store

from allygraph import queries
from allygraph.build import current_store, open_current
from allygraph.errors import (
    DateError,
    ParameterError,
    UnknownName,
    UnknownParameter,
    UsageError,
    VersionGone,
)
from allygraph.results import Table
from allygraph.site import Ask, reader
from allygraph.site.questions.writing import MEDIA_TYPES, for_spreadsheets
from tests.serving import serving

ROWS = Path(__file__).parent / "queries"
DAY = date(2023, 6, 13)
VERSION = "0123456789abcdef"
MEMBERS = "membership/members-on"
NATO = "https://w3id.org/allygraph/actor/nato"
CATALOGUE = queries.catalogue()


@pytest.fixture(scope="module")
def engine():
    return open_current()


@pytest.fixture(scope="module")
def site():
    """A client of a service over the shipped graph."""
    with (
        serving(current_store(), 10.0) as running,
        httpx.Client(base_url=running.address, timeout=30) as client,
    ):
        yield client


def ask(name=MEMBERS, form="json", fields=None, lang="en", day=DAY):
    """Ask as the web process does."""
    params = {k: (v,) if isinstance(v, str) else tuple(v) for k, v in (fields or {}).items()}
    base = "https://example.org/"
    return Ask("question", f"q/{name}", params, form, day, day, lang, base, VERSION)


def answer(engine, *args, **kwargs):
    return reader("question")(engine, ask(*args, **kwargs))


def record(engine, *args, **kwargs):
    return json.loads(answer(engine, *args, **kwargs).body)


def relations(found):
    """Read a Link header."""
    told = dict(found.headers)["Link"].split(", <")
    pairs = [part.strip("<").split(">; rel=") for part in told]
    return {rel.split('"')[1]: address for address, rel in pairs if "alternate" not in rel}


def own(query):
    """Give the example values of a query without its clocks, as fields of an address."""
    given = queries.examples(query).items()
    return {name: list(values) for name, values in given if name not in queries.CLOCKS}


@pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.name)
def test_every_saved_query_answers_with_the_rows_written_for_it(engine, query):
    """The example values are asked for by address, which must bind them as they lie in the file."""
    day = date.fromisoformat(queries.examples(query).get("known_by", (DAY.isoformat(),))[0])
    given = queries.examples(query)
    asked = ask(query.name, "tsv", own(query))
    as_of = date.fromisoformat(given.get("as_of", (day.isoformat(),))[0])
    asked = Ask(**{**vars(asked), "as_of": as_of, "known_by": day})

    found = reader("question")(engine, asked)
    expected = ROWS / f"{query.name}.tsv"

    assert found.body.decode() == expected.read_text(encoding="utf-8")
    assert dict(found.headers)["X-Total-Count"] == str(found.body.count(b"\n") - 1)


def test_a_record_says_what_was_asked_and_how_to_read_the_answer(engine):
    found = record(engine, fields={"alliance": "actor:aukus"})
    query = queries.load(MEMBERS)

    assert (found["reading"], found["graph_version"]) == (query.reading, VERSION)
    assert found["parameters"] == {
        "alliance": ["actor:aukus"],
        "as_of": ["2023-06-13"],
        "known_by": ["2023-06-13"],
        "at_least": ["kind:certainty-presumed"],
    }
    assert [column["name"] for column in found["columns"]] == list(query.columns)
    assert (found["total"], found["truncated"]) == (len(found["rows"]), False)


def test_all_forms_have_the_same_rows(engine):
    members = [row["member"] for row in record(engine)["rows"]]
    bodies = {form: answer(engine, form=form).body.decode() for form in MEDIA_TYPES}
    bindings = json.loads(bodies["srj"])["results"]["bindings"]
    xml = ElementTree.fromstring(bodies["xml"]).iter(
        "{http://www.w3.org/2005/sparql-results#}result"
    )
    tsv = [line.split("\t")[0] for line in bodies["tsv"].splitlines()[1:]]

    assert len(members) == 31
    assert [row["member"] for row in csv.DictReader(io.StringIO(bodies["csv"]))] == members
    assert [row["member"]["value"] for row in bindings] == members
    assert [row[0][0].text for row in xml] == members
    assert tsv == [f"<{member}>" for member in members]
    assert bodies["markdown"].count("\n") == 2 + len(members)


def test_sparqls_own_forms_are_byte_for_byte_those_of_the_engine(engine):
    """Rows take a way over tab-separated values; nothing may be lost on it."""
    for name in ("evidence/claims-of-source", "history/stages-of", "commitment/years"):
        query = queries.load(name)
        asked = ask(name, "srj", own(query))
        text = queries.bind(
            query, {k: ",".join(v) for k, v in own(query).items()} | clocks_of(query)
        )
        whole = engine.store.query(text, use_default_graph_as_union=True)
        assert reader("question")(engine, asked).body == whole.serialize(
            format=QueryResultsFormat.JSON
        )


def clocks_of(query):
    return {name: DAY.isoformat() for name in queries.CLOCKS if name in query.params}


@pytest.mark.parametrize(
    "kinds",
    [
        ["kind:partnership-itpp", "kind:partnership-ipap"],
        ["kind:partnership-itpp,kind:partnership-ipap"],
        ["kind:partnership-itpp", "", "kind:partnership-ipap", ""],
    ],
)
def test_several_values_are_given_by_fields_or_commas(engine, kinds):
    """A form sends also the fields that were left empty."""
    day = date(2025, 1, 1)
    fields = {"partner": "actor:japan", "kinds": kinds}
    found = record(engine, "partnership/partnerships-of", fields=fields, day=day)

    assert found["parameters"]["kinds"] == ["kind:partnership-itpp", "kind:partnership-ipap"]
    assert found["parameters"]["alliance"] is None
    assert [row["kind"].rpartition("-")[2] for row in found["rows"]] == ["itpp"]


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({"aliance": "actor:nato"}, UnknownParameter, "alliance"),
        ({"colour": "red"}, UnknownParameter, "as_of, known_by"),
        ({"alliance": "actor:natto"}, UnknownName, "actor:nato"),
        ({"alliance": "not a name"}, ParameterError, "actor:nato"),
        ({"alliance": ["actor:nato", "actor:aukus"]}, ParameterError, "one alliance"),
        ({"at_least": "certain"}, ParameterError, "kind:certainty-sure"),
        ({"limit": "0"}, ParameterError, "1 to 10000"),
        ({"limit": "ten"}, ParameterError, "1 to 10000"),
        ({"offset": "-1"}, ParameterError, "0 to"),
        ({"why": "perhaps"}, ParameterError, "true, false"),
        ({"version": "latest"}, ParameterError, VERSION),
        ({"version": "fedcba9876543210"}, VersionGone, f"version={VERSION}"),
    ],
)
def test_a_field_that_does_not_fit_is_refused_with_what_would(engine, fields, kind, words):
    with pytest.raises(kind) as caught:
        answer(engine, fields=fields)

    assert words in f"{caught.value.message} {caught.value.expected}"


def test_a_query_or_value_that_is_missing_is_refused_by_name(engine):
    with pytest.raises(UnknownName, match="members-at") as near:
        answer(engine, "membership/members-at")
    with pytest.raises(ParameterError, match="needs a value for 'holder'"):
        answer(engine, "concern/concerns-of")
    with pytest.raises(DateError):
        answer(engine, "office/closed", fields={"alliance": "actor:nato", "from_day": "2023-02-30"})

    assert "membership/members-on" in near.value.expected


def test_pages_together_are_the_whole_answer(engine):
    """Whoever follows "next" sees each row once, in order, and knows how many there are."""
    whole = record(engine)["rows"]
    walked = []
    found = answer(engine, fields={"limit": "7"})
    for _ in range(10):
        walked += json.loads(found.body)["rows"]
        assert dict(found.headers)["X-Total-Count"] == str(len(whole))
        following = relations(found).get("next")
        if following is None:
            break
        fields = parse_qs(urlsplit(following).query)
        found = answer(engine, fields={k: fields[k] for k in ("limit", "offset")})

    assert walked == whole
    assert relations(found)["first"].count("offset=0") == 1
    assert relations(found)["prev"].count("offset=21") == 1
    assert relations(found)["last"].count("offset=28") == 1


def test_rows_that_are_cut_are_told_in_the_header_and_in_the_record(engine):
    found = answer(engine, fields={"limit": "3", "offset": "2"})

    assert dict(found.headers)["X-Truncated"] == "3 of 31 rows"
    assert json.loads(found.body)["truncated"] is True
    assert "X-Truncated" not in dict(answer(engine, fields={"limit": "31"}).headers)


def test_a_page_behind_the_last_is_empty_and_leads_back(engine):
    found = answer(engine, fields={"limit": "10", "offset": "500"})

    assert json.loads(found.body)["rows"] == []
    assert "offset=21" in relations(found)["prev"]
    assert "next" not in relations(found)


def test_why_gives_the_claims_behind_each_row_with_their_words(engine):
    fields = {"proposal": "proposal:nato-tokyo-office", "why": "true"}
    found = record(engine, "proposal/blockers", fields=fields)
    claims = [found["claims"][claim] for claim in found["why"][0]]

    assert len(found["why"]) == len(found["rows"]) == 1
    assert all(claim["polarity"] and claim["source"] for claim in claims)
    assert any(claim["quote"] and claim["speakers"] for claim in claims)


def test_the_claims_of_a_page_of_rows_are_those_of_its_rows(engine):
    """Rows are merged by evidence before they are cut."""
    whole = record(engine, fields={"why": "true"})
    part = record(engine, fields={"why": "true", "limit": "4", "offset": "20"})

    assert part["rows"] == whole["rows"][20:24]
    assert part["why"] == whole["why"][20:24]
    assert set(part["claims"]) == {claim for group in part["why"] for claim in group}


@pytest.mark.parametrize(
    ("name", "form", "fields", "expected"),
    [
        ("evidence/number-of-sources", "json", {"why": "true"}, "independent-sources"),
        (MEMBERS, "csv", {"why": "true"}, "json"),
        (MEMBERS, "json", {"spreadsheet": "true"}, "csv"),
    ],
)
def test_what_a_form_has_no_place_for_is_refused(engine, name, form, fields, expected):
    query = queries.load(name)
    with pytest.raises(UsageError) as caught:
        answer(engine, name, form, own(query) | fields)

    assert expected in caught.value.expected


def test_labels_stand_beside_names_in_the_language_that_is_asked_for(engine):
    fields = {"labels": "true", "limit": "40"}
    french = record(engine, fields=fields, lang="fr")["rows"]
    lines = answer(engine, form="csv", fields=fields, lang="ja").body.decode().splitlines()

    assert "Allemagne" in [row["member_label"] for row in french]
    assert lines[0].split(",")[:4] == ["member", "member_label", "certainty", "certainty_label"]
    assert any(line.partition(",")[2].startswith("ドイツ") for line in lines)


def test_a_spreadsheet_takes_no_text_for_a_formula():
    """Plain CSV stays exact; this one is made harmless."""
    texts = ["=1+1", "+1", "-1", "@x", "\t=1", "a=1", ""]
    rows = [(Literal(text), Literal(-5), NamedNode("http://x/=1")) for text in texts]
    written = for_spreadsheets(Table(("text", "number", "thing"), rows))
    cells = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))[1:]

    assert written.startswith(b"\xef\xbb\xbf")
    assert [cell[0] for cell in cells] == ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "a=1", ""]
    assert {cell[1] for cell in cells} == {"-5"}


def test_a_permalink_names_version_clocks_and_values_and_gives_the_same_bytes(engine):
    found = answer(engine, fields={"alliance": "actor:aukus"})
    fields = parse_qs(urlsplit(relations(found)["bookmark"]).query)
    again = answer(engine, fields={k: fields[k] for k in ("alliance", "version")})

    assert fields["as_of"] == fields["known_by"] == [DAY.isoformat()]
    assert json.loads(again.body)["rows"] == json.loads(found.body)["rows"]


@pytest.mark.parametrize(
    ("suffix", "accept", "kind"),
    [
        ("", None, "application/json"),
        ("", "text/csv", "text/csv; charset=utf-8"),
        ("", "application/sparql-results+json", "application/sparql-results+json"),
        ("", "application/xml;q=0.9, text/csv;q=0.1", "application/sparql-results+xml"),
        (".csv", "application/json", "text/csv; charset=utf-8"),
        (".srj", None, "application/sparql-results+json"),
        (".xml", None, "application/sparql-results+xml"),
        (".tsv", None, "text/tab-separated-values; charset=utf-8"),
        (".md", None, "text/markdown; charset=utf-8"),
        (".json", "text/csv", "application/json"),
    ],
)
def test_the_form_is_chosen_by_ending_or_accept(site, suffix, accept, kind):
    headers = {"Accept": accept} if accept else {}
    found = site.get(f"/q/{MEMBERS}{suffix}?as_of=2023-06-13", headers=headers)

    assert (found.status_code, found.headers["content-type"]) == (200, kind)
    assert int(found.headers["x-total-count"]) == 31
    assert "Accept" in found.headers["vary"]


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (f"{MEMBERS}?colour=red", 400, "parameter-unknown"),
        (f"{MEMBERS}?alliance=actor:natto", 404, "name-unknown"),
        (f"{MEMBERS}?version=fedcba9876543210", 410, "version-gone"),
        ("membership/members-at", 404, "name-unknown"),
        ("..%2f..%2fetc/passwd", 404, "name-unknown"),
        ("%00", 404, "name-unknown"),
    ],
)
def test_a_refusal_is_a_problem_with_its_status(site, address, status, code):
    found = site.get(f"/q/{address}", headers={"Accept": "application/json"})

    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["type"].endswith(f"#{code}")


def test_a_client_that_has_an_answer_is_told_that_it_still_holds(site):
    first = site.get(f"/q/{MEMBERS}.json?as_of=2023-06-13&known_by=2023-06-13")
    again = site.get(first.request.url, headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("address", ["/q.ttl", "/.well-known/sparql-examples", "/q.nt"])
def test_every_saved_query_is_published_as_an_executable_that_runs(site, engine, address):
    """The text in the document alone gives the rows of the file."""
    found = site.get(address)
    form = RdfFormat.N_TRIPLES if address.endswith("nt") else RdfFormat.TURTLE
    graph = Store()
    graph.load(found.content, format=form)
    rows = graph.query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> "
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT ?query ?text ?comment { ?query a sh:SPARQLExecutable, sh:SPARQLSelectExecutable ; "
        "sh:select ?text ; rdfs:comment ?comment }"
    )
    texts = {row["query"].value.partition("/q/")[2]: row["text"].value for row in rows}

    assert set(texts) == {query.name for query in CATALOGUE}
    expected = (ROWS / f"{MEMBERS}.tsv").read_text(encoding="utf-8")
    assert engine.select(texts[MEMBERS]).render("tsv") == expected


def test_one_query_is_published_at_its_own_address(site):
    found = site.get(f"/q/{MEMBERS}", headers={"Accept": "text/turtle"})

    assert found.headers["content-type"].startswith("text/turtle")
    assert found.text.count("SPARQLSelectExecutable") == 1
    assert f"/q/{MEMBERS}>" in found.text
