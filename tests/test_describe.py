"""Descriptions: one thing, its relationships both ways, on both clocks, with the evidence."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import Store

from allygraph.cli import ally
from allygraph.derive import derive
from allygraph.describe import Description, describe
from allygraph.describe.text import markdown, plain
from allygraph.engines.memory import RdflibEngine
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName
from allygraph.graph import file_quads, source_quads
from allygraph.resources import ontology_files

ROOT = Path(__file__).resolve().parent.parent
WORLD = ROOT / "tests" / "export" / "world.ttl"
EARLY, LATE = date(2021, 6, 1), date(2023, 6, 1)
THINGS = (
    "actor:bravo",
    "actor:gazette",
    "rel:alpha-bravo-membership",
    "claim:early-1",
    "doc:early",
)


@pytest.fixture(scope="module")
def store() -> Store:
    """The ontology and the small world, with what follows from it."""
    store = Store()
    store.extend(source_quads(ROOT, ontology_files(ROOT)))
    store.extend(file_quads(WORLD, name="data/world.ttl"))
    store.extend(list(derive(store, ROOT)))
    return store


@pytest.fixture(scope="module")
def engine(store) -> OxigraphEngine:
    """The data plane on the small world."""
    return OxigraphEngine(store)


@pytest.fixture
def run(engine, monkeypatch):
    """The command on the small world."""
    monkeypatch.setattr("allygraph.build.open_current", lambda **_: engine)
    return lambda *arguments: CliRunner().invoke(ally, ["show", *arguments])


def _relations(thing: Description) -> dict[str, str | None]:
    return {one.iri: one.certainty for group in thing.groups for one in group.relations}


@pytest.fixture(scope="module")
def reference(store) -> RdflibEngine:
    """The same world in the reference engine."""
    return RdflibEngine(store)


@pytest.mark.parametrize("thing", THINGS)
def test_both_engines_describe_a_thing_alike(engine, reference, thing):
    """The queries are plain SPARQL 1.1: what one engine says must not be its own opinion."""
    assert describe(engine, thing, LATE, LATE) == describe(reference, thing, LATE, LATE)


def test_a_relationship_is_shown_from_either_end(engine):
    """Data has one direction; a reader starts anywhere."""
    ends = [describe(engine, thing, EARLY, EARLY) for thing in ("actor:bravo", "actor:alpha")]

    assert [_relations(end)["rel:alpha-bravo-membership"] for end in ends] == ["presumed"] * 2


def test_certainty_is_that_of_the_two_days(engine):
    """The end of March 2022 was published in April: what is asked in 2021 does not know it."""
    found = {
        (as_of, known_by): _relations(describe(engine, "actor:bravo", as_of, known_by))
        for as_of in (EARLY, LATE)
        for known_by in (EARLY, LATE)
    }
    membership = {days: one.get("rel:alpha-bravo-membership") for days, one in found.items()}

    assert membership == {
        (EARLY, EARLY): "presumed",
        (EARLY, LATE): "sure",
        (LATE, EARLY): "presumed",
        (LATE, LATE): "none",
    }


def test_a_claim_is_evidence_only_from_the_day_on_which_it_was_known(engine):
    """Later words must not explain an earlier answer; struck ones stay and are marked."""
    early = describe(engine, "rel:alpha-bravo-membership", EARLY, EARLY)
    late = describe(engine, "rel:alpha-bravo-membership", EARLY, LATE)

    assert [(one.claim, one.struck) for one in early.evidence] == [("claim:early-1", False)]
    assert [(one.claim, one.struck) for one in late.evidence] == [
        ("claim:early-1", True),
        ("claim:late-1", False),
    ]


def test_a_relationship_of_which_nothing_was_known_is_not_shown(engine):
    """Before the first report there is nothing to say, not even that it did not hold."""
    assert _relations(describe(engine, "actor:bravo", EARLY, date(2019, 1, 1))) == {}


def test_a_claim_names_its_words_its_speaker_its_bearer_and_its_print(engine):
    """The chain from the words to the reader is the point of this graph."""
    (claim,) = describe(engine, "rel:alpha-bravo-membership", EARLY, EARLY).evidence

    assert claim.quote == 'Bravo, a member since 2001,\nsaid "yes"'
    assert (claim.speakers, claim.through) == (("Alliance Alpha",), ("The Gazette",))
    assert (claim.source, claim.publisher, claim.published) == (
        "Alpha grows",
        "The Gazette",
        "2020-05",
    )
    assert (claim.polarity, claim.modality, claim.review) == ("affirms", "fact", "verified")


@pytest.mark.parametrize(
    ("thing", "claims"),
    [
        ("actor:gazette", ["claim:early-2", "claim:early-3"]),
        ("doc:early", ["claim:early-1", "claim:early-3"]),
        ("quote:late-1", ["claim:late-1"]),
        ("actor:charlie", []),
    ],
)
def test_a_speaker_and_a_source_come_with_what_they_say(engine, thing, claims):
    """Who wants to judge a source wants to see all of it."""
    assert [one.claim for one in describe(engine, thing, LATE, LATE).claims] == claims


def test_direct_edges_are_not_shown_since_they_are_of_another_day(engine):
    """They stand for the day in their graph's header; the relationships tell it for any day."""
    described = describe(engine, "actor:charlie", EARLY, EARLY)

    assert "member of" not in dict(described.properties)
    assert _relations(described)["rel:alpha-charlie-membership"] == "presumed"


def test_what_points_to_a_thing_without_being_a_relationship_is_named(engine):
    """An office of the alliance is no relationship, and still belongs on its page."""
    mentions = dict(describe(engine, "actor:alpha", LATE, LATE).mentions)

    assert any("office in Bravo (office:bravo)" in names for names in mentions.values())


def test_labels_are_english_where_there_are_any_and_the_others_are_listed(engine):
    """One language to read in, all languages to find by."""
    described = describe(engine, "actor:alpha", LATE, LATE)

    assert described.label == "Alliance Alpha"
    assert ("Alliance Alphe", "fr") in described.names


@pytest.mark.parametrize(
    ("given", "near"),
    [("actor:brovo", "actor:bravo"), ("https://w3id.org/allygraph/actor/alphra", "actor:alpha")],
)
def test_an_unknown_thing_is_refused_with_near_names(engine, given, near):
    """A slip of the pen should cost one more try."""
    with pytest.raises(UnknownName) as caught:
        describe(engine, given, LATE, LATE)

    assert near in (caught.value.expected or "")


@pytest.mark.parametrize("given", ["actor:x> } #", "http://[", "http://a b", "bravo"])
def test_a_text_that_is_no_iri_never_gets_into_a_query(engine, given):
    """Names come from outside; they become terms or are refused."""
    with pytest.raises(UnknownName):
        describe(engine, given, LATE, LATE)


@pytest.mark.parametrize("write", [plain, markdown])
def test_the_texts_show_certainty_words_speaker_and_source(engine, write):
    """What a reader needs to judge an answer stands beside it."""
    text = write(describe(engine, "actor:bravo", EARLY, EARLY))

    assert "presumed (affirmed, verified)" in text
    assert "“Bravo, a member since 2001," in text
    assert "Alliance Alpha; through The Gazette; in “Alpha grows”, The Gazette, 2020-05" in text


def test_the_command_takes_a_short_name_and_a_whole_iri(run):
    """Both are copied from somewhere: from a query's table, or from a browser."""
    days = ("--as-of", "2021-06-01", "--known-by", "2021-06-01")
    short = run("actor:bravo", *days, "-f", "json")
    whole = run("https://w3id.org/allygraph/actor/bravo", *days, "-f", "json")

    assert short.exit_code == 0, short.output
    assert json.loads(short.stdout)["label"] == "Bravo"
    assert short.stdout == whole.stdout


def test_the_command_prints_plain_text_into_a_pipe(run, engine):
    """No colours and no boxes where a program reads."""
    result = run("actor:bravo", "--as-of", "2021-06-01", "--known-by", "2021-06-01")

    assert result.stdout == plain(describe(engine, "actor:bravo", EARLY, EARLY))


def test_the_command_draws_a_tree_in_a_terminal(run, monkeypatch):
    """People get the same facts, with branches that show what belongs to what."""
    monkeypatch.setattr("allygraph.cli.forms.is_terminal", lambda: True)

    result = run("actor:bravo", "--as-of", "2021-06-01", "--known-by", "2021-06-01")

    assert "└── membership of Bravo in Alpha" in result.stdout
    assert 'said "yes"' in result.stdout
