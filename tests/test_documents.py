"""The document of a thing: the same as an export of it, in every format, at every clock."""

import csv
import io
from datetime import date

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from allygraph.build import open_current
from allygraph.errors import UnknownName
from allygraph.export.facts import Facts
from allygraph.export.selection import entity
from allygraph.names import BASE, KINDS_OF_THING, expand
from allygraph.site import Ask, reader
from allygraph.site.neighbourhood import around, on

TODAY = date(2026, 1, 1)
DAY = date(2023, 6, 13)
RDF = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "rdfxml": RdfFormat.RDF_XML,
}


@pytest.fixture(scope="module")
def engine():
    return open_current()


@pytest.fixture(scope="module")
def facts(engine):
    """The whole graph, as the export reads it."""
    return Facts(engine.store)


def document(engine, path: str, form: str = "ntriples", day: date | None = None) -> bytes:
    """Give the bytes of a document, at both clocks where a day is given."""
    day_asked = day or TODAY
    ask = Ask("document", path, {}, form, day_asked, day_asked, "en", "http://x/", "v", bool(day))
    return reader("document")(engine, ask).body


@pytest.mark.parametrize("kind", sorted(set(KINDS_OF_THING) - {"graph", "shape"}))
def test_a_thing_found_by_lookups_is_the_thing_that_is_exported(engine, facts, kind):
    """Every hundredth thing of a kind, and at least five of them."""
    things = sorted(one for one in facts.of if one.startswith(f"{BASE}{kind}/"))
    assert things

    for iri in things[:: max(1, min(len(things) // 5, 100))][:40]:
        assert set(around(engine.store, iri)) == set(entity(facts, iri)), iri


def test_the_alliance_itself_is_the_same_too(engine, facts):
    iri = expand("actor:nato")

    assert set(around(engine.store, iri)) == set(entity(facts, iri))


@pytest.mark.parametrize("form", RDF)
def test_all_formats_of_rdf_say_the_same(engine, form):
    plain = {
        quad.triple
        for quad in parse(document(engine, "proposal/nato-tokyo-office"), RdfFormat.N_TRIPLES)
    }
    other = parse(document(engine, "proposal/nato-tokyo-office", form), RDF[form])

    assert {quad.triple for quad in other} == plain


def test_csv_has_a_row_for_each_statement(engine):
    quads = list(parse(document(engine, "actor/japan", "nquads"), RdfFormat.N_QUADS))
    text = document(engine, "actor/japan", "csv").decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    assert len(rows) == len(set(quads))
    assert {row["subject"] for row in rows} == {quad.subject.value for quad in quads}


def test_the_document_of_a_graph_is_what_the_graph_holds(engine):
    iri = "https://w3id.org/allygraph/graph/data/actors/publishers"
    expected = set(engine.store.quads_for_pattern(None, None, None, NamedNode(iri)))
    found = document(engine, iri.removeprefix(BASE), "nquads")

    assert set(parse(found, RdfFormat.N_QUADS)) == expected


def test_a_document_of_a_day_holds_what_was_known_and_held_then(engine):
    """Before the article nobody had said that France opposes the office."""
    said = NamedNode(expand("claim:nikkei-ap4-s037"))
    subjects = [
        {
            quad.subject
            for quad in parse(document(engine, "actor/france", day=day), RdfFormat.N_TRIPLES)
        }
        for day in (date(2023, 1, 1), DAY)
    ]

    assert said not in subjects[0]
    assert said in subjects[1]


def test_one_holding_of_a_thing_covers_a_day(engine):
    iri = expand("actor:japan")
    facts = Facts(on(around(engine.store, iri), DAY, DAY))
    things = [thing for _, thing in facts.pairs("ally:holdingOf")]

    assert things
    assert len(things) == len(set(things))
    assert not facts.instances("ally:DerivedEdge")


def test_no_blank_node_leaves_the_graph(engine):
    """The lists of the ontology are the only blank nodes; in documents they have names."""
    found = document(engine, "graph/ontology/actors")

    assert b"_:" not in found
    assert b"/.well-known/genid/" in found


def test_a_thing_that_is_not_there_is_refused_with_what_is_near(engine):
    with pytest.raises(UnknownName, match="the graph has no 'actor:natto'") as refused:
        document(engine, "actor/natto")

    assert "actor:nato" in (refused.value.expected or "")
