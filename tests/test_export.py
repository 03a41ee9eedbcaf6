"""Exports: the same bytes every time, nothing lost on the way back, and exact selections."""

import json
import random
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse
from rdflib import Dataset

from allygraph.cli import ally
from allygraph.derive import derive
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import InputError, UnknownName
from allygraph.export import FORMATS, describe_dataset, export, select, write
from allygraph.export.context import ADDRESS, generate, published, render
from allygraph.export.jsonld import jsonld
from allygraph.graph import file_quads, source_quads
from allygraph.names import ALLY, BASE, PREFIXES, compact, expand
from allygraph.resources import ontology_files
from allygraph.turtle import canonical

ROOT = Path(__file__).resolve().parent.parent
WORLD = ROOT / "tests" / "export" / "world.ttl"
SYNTAX = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
WITH_GRAPHS = ("trig", "nq", "jsonld")
THING = NamedNode(f"{BASE}actor/thing")
GRAPH = NamedNode(f"{BASE}graph/data/x")


@pytest.fixture(scope="module")
def world() -> Store:
    """The ontology and the small world, with what follows from it."""
    store = Store()
    store.extend(source_quads(ROOT, ontology_files(ROOT)))
    store.extend(file_quads(WORLD, name="data/world.ttl"))
    store.extend(list(derive(store, ROOT)))
    return store


@pytest.fixture
def run(world, monkeypatch):
    """The command on the small world."""
    monkeypatch.setattr("allygraph.build.open_current", lambda **_: OxigraphEngine(world))
    return lambda *arguments: CliRunner().invoke(ally, ["export", *arguments])


def _names(quads, *kinds: str) -> set[str]:
    """List the short names of the subjects of some kinds."""
    subjects = {compact(q.subject.value) for q in quads if isinstance(q.subject, NamedNode)}
    return {name for name in subjects if name.partition(":")[0] in kinds}


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_the_same_bytes_in_whatever_order_the_quads_come(world, form):
    """A changed byte means changed data, so exports can be compared and cached by hash."""
    quads = list(world)
    random.Random(7).shuffle(quads)

    assert write(quads, form) == export(world, form)


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_reads_back_as_the_same_statements(world, form):
    """Formats with graphs keep every quad in its graph; the others hold the union."""
    found = set(parse(export(world, form), SYNTAX[form]))

    if form in WITH_GRAPHS:
        assert found == set(world)
    else:
        assert {quad.triple for quad in found} == {quad.triple for quad in world}


def test_the_turtle_of_data_is_the_canonical_form(world):
    """The fast writer and the one for people agree, so an export can be put under review."""
    quads = [quad for quad in world if quad.graph_name.value == f"{BASE}graph/data/world"]
    text = write(quads, "turtle").decode()

    assert canonical(text) == text


def test_a_blank_node_keeps_the_name_that_the_build_gave_it(world):
    """Names made at random would change every export."""
    blank = {quad.subject.value for quad in world if isinstance(quad.subject, BlankNode)}
    found = {
        quad.subject.value
        for quad in parse(export(world, "trig"), RdfFormat.TRIG)
        if isinstance(quad.subject, BlankNode)
    }

    assert blank
    assert found == blank


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, about itself
def test_another_reader_of_json_ld_finds_the_same_quads(world):
    """A reader that shares no code with the writer; the context is inside, no network is needed."""
    part = [quad for quad in world if not isinstance(quad.subject, BlankNode)]
    part = [quad for quad in part if not isinstance(quad.object, BlankNode)]
    dataset = Dataset()
    dataset.parse(data=write(part, "jsonld"), format="json-ld")
    found = parse(dataset.serialize(format="nquads"), RdfFormat.N_QUADS)

    assert set(found) == set(part)


AWKWARD = {
    "text in a day's place": ("from", Literal("soon")),
    "a month in a day's place": (
        "from",
        Literal("2023-07", datatype=NamedNode(expand("edtf:EDTF"))),
    ),
    "an IRI in a day's place": ("from", NamedNode("urn:x:y")),
    "a text in a link's place": ("affirms", Literal("https://example.org/")),
    "a number in a link's place": ("affirms", Literal(7)),
    "a number in a day's place": ("from", Literal(7)),
    "a padded number": ("staffCount", Literal("07", datatype=NamedNode(expand("xsd:integer")))),
    "a huge number": ("staffCount", Literal(str(2**64), datatype=NamedNode(expand("xsd:integer")))),
    "a short truth value": ("hedged", Literal("1", datatype=NamedNode(expand("xsd:boolean")))),
    "a link in a label's place": ("rdfs:label", NamedNode(f"{BASE}actor/nato")),
    "a number in a label's place": ("rdfs:label", Literal(7)),
    "a label without language": ("rdfs:label", Literal("plain")),
    "a text with all signs": ("value", Literal('a "b"\\ \n\t\r é 日本 \x7f')),
    "a text of lines that ends in signs": ("value", Literal('"""\n\\\\"""\n""\\"')),
    "a text of lines that ends in a line": ("value", Literal('a "b"\n')),
    "an empty text": ("value", Literal("")),
    "an unknown property": ("https://example.org/ns/p", Literal("x", language="en-gb")),
    "a name that ends in a dot": ("about", NamedNode(f"{BASE}actor/x.")),
    "a name that begins with a hyphen": ("about", NamedNode(f"{BASE}actor/-x")),
    "a name that is only a namespace": ("about", NamedNode(f"{BASE}actor/")),
    "a blank node": ("about", BlankNode("b0n1")),
    "a type that is no class of ours": ("rdf:type", NamedNode("https://example.org/C")),
    "a type without a name": ("rdf:type", BlankNode("b0n2")),
}


@pytest.mark.parametrize("form", WITH_GRAPHS)
@pytest.mark.parametrize("case", AWKWARD)
def test_a_value_that_does_not_fit_its_place_is_kept_as_it_is(case, form):
    """An export shows what the data says, also where that is wrong."""
    name, value = AWKWARD[case]
    iri = NamedNode(expand(name) if ":" in name else ALLY + name)
    quads = {Quad(THING, iri, value, GRAPH), Quad(THING, iri, Literal("fit", language="en"), GRAPH)}

    assert set(parse(write(quads, form), SYNTAX[form])) == quads


def _terms() -> st.SearchStrategy:
    """Values of all sorts, with texts that XML and JSON find hard."""
    texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
    names = st.sampled_from(["ns#Claim", "actor/a", "actor/b-1", "place/x", "kind/stage-open", ""])
    kinds = ["xsd:date", "xsd:integer", "xsd:boolean", "edtf:EDTF", "xsd:decimal", "xsd:anyURI"]
    return st.one_of(
        names.map(lambda name: NamedNode(BASE + name)),
        st.sampled_from(["b1", "b2"]).map(BlankNode),
        texts.map(Literal),
        st.builds(
            lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(["en", "ko"])
        ),
        st.builds(
            lambda text, kind: Literal(text, datatype=NamedNode(expand(kind))),
            st.sampled_from(["true", "1", "-5", "1.50", "2023-07-11", "x y"]),
            st.sampled_from(kinds),
        ),
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ns#from", "ns#affirms", "ns#hedged", "ns#value", "ns#place", "p"]),
            _terms(),
            st.sampled_from([DefaultGraph(), GRAPH, NamedNode(f"{BASE}graph/data/y")]),
        ),
        max_size=6,
    )
)
def test_any_quads_survive_every_format_with_graphs(rows):
    """The writers are ours, so they must hold for more than today's data."""
    quads = {Quad(THING, NamedNode(BASE + name), value, graph) for name, value, graph in rows}

    for form in WITH_GRAPHS:
        assert set(parse(write(quads, form), SYNTAX[form])) == quads


def test_json_ld_refuses_an_iri_that_its_context_would_turn_into_another():
    """``geo:48,2`` would be read as a term of GeoSPARQL: better no file than a wrong one."""
    quad = Quad(THING, NamedNode(ALLY + "about"), NamedNode("geo:48,2"), GRAPH)

    with pytest.raises(InputError, match="geo:48,2"):
        write([quad], "jsonld")


def test_the_published_context_is_the_one_that_the_ontology_makes():
    """A new term belongs into the context: ally export --context -o ontology/context.jsonld."""
    text = (ROOT / "ontology" / "context.jsonld").read_text(encoding="utf-8")

    assert text == render(generate(ROOT))
    assert json.loads(text)["@context"] == published(ROOT)


def test_no_key_of_the_context_stands_for_two_things():
    """The term ``place`` and the prefix ``place:`` would be one key; so things keep whole IRIs."""
    context = published(ROOT)
    prefixes = {key for key, iri in context.items() if PREFIXES.get(key) == iri}
    words = {
        key: {"@id": entry} if isinstance(entry, str) else entry
        for key, entry in context.items()
        if key[0] != "@"
    }
    terms = {key: entry["@id"] for key, entry in words.items() if "@id" in entry}
    backwards = {key: entry["@reverse"] for key, entry in words.items() if "@reverse" in entry}
    wrong = {
        key: name
        for key, name in terms.items()
        if key not in prefixes and not name.startswith("@") and name not in (key, f"ally:{key}")
    }

    assert words.keys() == terms.keys() | backwards.keys()
    assert len(set(backwards.values())) == len(backwards)
    assert set(backwards.values()) <= set(terms.values())
    assert (backwards["memberships"], backwards["deniedBy"]) == ("ally:member", "ally:denies")
    assert (terms["place"], terms["quote"]) == ("ally:place", "ally:quote")
    assert wrong == {}


def test_json_ld_can_name_its_context_instead_of_carrying_it(world):
    """A short answer of a server; whoever has the context reads the same quads."""
    quads = select(world, thing="claim:early-1")
    short = json.loads(jsonld(quads, published(ROOT), inline=False))
    address, short["@context"] = short["@context"], published(ROOT)

    assert address == ADDRESS
    assert set(parse(json.dumps(short), RdfFormat.JSON_LD)) == set(quads)


def test_json_ld_reads_like_json(world):
    """Short keys, language maps and plain values are what the context is for."""
    document = json.loads(export(world, "jsonld", thing="claim:early-3"))
    nodes = [node for graph in document["@graph"] for node in graph["@graph"]]
    claim = next(node for node in nodes if "assertedBy" in node)

    assert claim["type"] == "Claim"
    assert claim["latestStart"] == "2020-05-31"
    assert claim["hedged"] is False
    assert claim["rdfs:label"] == {"en": "Charlie opposes the office"}
    assert claim["assertedBy"] == f"{BASE}actor/gazette"


def test_the_best_view_keeps_verified_current_claims_and_what_has_one(world):
    """Unverified (E2) and superseded (E1) claims go, with quotes, sources and things of theirs."""
    quads = select(world, view="best")

    assert _names(quads, "claim") == {"claim:early-3", "claim:late-1", "claim:late-2"}
    assert _names(quads, "quote") == {"quote:early-3", "quote:late-1"}
    assert _names(quads, "doc") == {"doc:early", "doc:late"}
    assert _names(quads, "rel") == {"rel:alpha-bravo-membership", "rel:charlie-opposes-office"}
    assert not [name for name in _names(quads, "holding") if "charlie-membership" in name]


def test_knowledge_time_hides_what_was_published_later_and_what_follows_from_it(world):
    """The end of the membership was published in 2022: in 2021 it is presumed to go on."""
    quads = select(world, known_by=date(2021, 1, 1))
    text = write(quads, "nq").decode()
    edges = {
        compact(quad.subject.value) for quad in quads if quad.predicate.value == f"{ALLY}memberOf"
    }

    assert _names(quads, "claim") == {"claim:early-1", "claim:early-2", "claim:early-3"}
    assert _names(quads, "proposal") == set()
    assert "/late" not in text
    assert edges == {"actor:bravo", "actor:charlie"}


def test_valid_time_keeps_only_the_relationships_that_held_on_the_day(world):
    """After 1 March 2022 Bravo is no member; what the position is about is still named."""
    before = select(world, as_of=date(2022, 3, 1), known_by=date(2023, 1, 1))
    after = select(world, as_of=date(2022, 3, 2), known_by=date(2023, 1, 1))
    bravo = f"{BASE}rel/alpha-bravo-membership"
    named = {compact(q.predicate.value) for q in after if q.subject.value == bravo}

    assert "claim:late-1" in _names(before, "claim")
    assert "claim:late-1" not in _names(after, "claim")
    assert named == {"rdf:type", "rdfs:label"}
    assert "actor:bravo" in _names(after, "actor")


def test_before_anything_was_known_only_the_ontology_and_bare_things_are_left(world):
    """Actors are no matter of claims, so they stand there without relationships."""
    quads = select(world, as_of=date(1990, 1, 1), known_by=date(1990, 1, 1))

    assert _names(quads, "claim", "rel", "quote", "doc", "holding", "proposal") == set()
    assert "actor:alpha" in _names(quads, "actor")


@pytest.mark.parametrize(
    "options",
    [
        {"view": "best"},
        {"known_by": date(2021, 1, 1)},
        {"as_of": date(2022, 3, 2), "known_by": date(2023, 1, 1)},
        {"as_of": date(2021, 3, 2), "known_by": date(2021, 3, 2), "view": "best"},
    ],
    ids=str,
)
def test_no_selection_leaves_a_link_to_what_it_left_out(world, options):
    """A dangling link would tell of a claim that the reader asked not to see."""
    quads = select(world, **options)
    subjects = {quad.subject for quad in quads}
    ours = ("claim:", "quote:", "doc:", "rel:", "holding:", "edge:", "proposal:")
    dangling = {
        quad.object
        for quad in quads
        if isinstance(quad.object, NamedNode)
        and compact(quad.object.value).startswith(ours)
        and quad.object not in subjects
    }

    assert dangling == set()


def test_one_thing_comes_with_its_relationships_evidence_and_the_names_of_its_neighbours(world):
    """Enough to read it alone: who, what, which words, where printed; nothing of others."""
    quads = select(world, thing="actor:bravo")
    gazette = {
        compact(q.predicate.value) for q in quads if q.subject.value == expand("actor:gazette")
    }

    assert _names(quads, "rel") == {"rel:alpha-bravo-membership"}
    assert _names(quads, "claim") == {"claim:early-1", "claim:late-1"}
    assert _names(quads, "quote") == {"quote:early-1", "quote:late-1"}
    assert _names(quads, "doc") == {"doc:early", "doc:late"}
    assert gazette == {"rdf:type", "rdfs:label"}


def test_a_thing_that_the_graph_has_not_is_refused_with_near_names(world):
    """A slip of the pen should cost one more try, not an empty file."""
    with pytest.raises(UnknownName, match="actor:brovo") as caught:
        select(world, thing="actor:brovo")

    assert "actor:bravo" in (caught.value.expected or "")


@pytest.mark.parametrize("form", FORMATS)
def test_the_description_counts_what_there_is(world, form):
    """Figures in a description that nobody counts are soon wrong."""
    quads = describe_dataset(world)
    dataset = {
        compact(q.predicate.value): q.object.value
        for q in quads
        if q.subject.value == f"{BASE}dataset"
    }
    parts = {q.subject: q.object.value for q in quads if compact(q.predicate.value) == "void:class"}

    assert dataset["void:triples"] == str(len({quad.triple for quad in world}))
    assert dataset["dcterms:license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert dataset["dcterms:modified"] == "2022-04-30"
    assert f"{ALLY}Claim" in parts.values()
    assert {q.triple for q in parse(write(quads, form), SYNTAX[form])} == {q.triple for q in quads}


def test_the_command_writes_to_a_file_what_it_writes_to_stdout(run, tmp_path):
    """One writer, two ends."""
    printed = run("-f", "nq", "--entity", "actor:bravo")
    filed = run("-f", "nq", "--entity", "actor:bravo", "-o", str(tmp_path / "bravo.nq"))

    assert (printed.exit_code, filed.exit_code) == (0, 0), printed.output
    assert (tmp_path / "bravo.nq").read_bytes() == printed.stdout_bytes
    assert filed.stdout == ""


def test_the_command_gives_the_description_and_the_context(run):
    """Both are made from what is there, in the place where one looks for exports."""
    assert "void:Dataset" in run("--description").stdout
    assert run("--context").stdout == render(generate(ROOT))


def test_the_command_refuses_a_day_that_is_not_one_day(run):
    """A month is no day: the answer would depend on which day of it is meant."""
    result = run("--as-of", "2023-07")

    assert result.exit_code != 0
    assert "'2023-07' is not one day" in str(result.exception)
