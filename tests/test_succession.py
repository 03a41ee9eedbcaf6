"""The history of a claim: what became of it, by whose word, and what else is said."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode, Quad

from allygraph.cli import ally
from allygraph.describe import describe
from allygraph.engines.memory import RdflibEngine
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName
from allygraph.names import expand
from allygraph.succession import history
from allygraph.succession.text import plain
from tests.small_worlds import store_of_file

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "difference"
LATE = date(2023, 12, 31)
CHAIN = ["claim:w1", "claim:w2", "claim:w3", "claim:w4"]


@pytest.fixture(scope="module")
def store():
    """The small world."""
    return store_of_file(CASES / "world.ttl")


@pytest.fixture(scope="module")
def engine(store) -> OxigraphEngine:
    """The small world, to ask."""
    return OxigraphEngine(store)


@pytest.fixture
def run(engine, monkeypatch):
    """The command on the small world."""
    monkeypatch.setattr("allygraph.build.open_current", lambda **_: engine)
    return lambda *arguments: CliRunner().invoke(ally, ["history", *arguments])


def _versions(told):
    return [version.claim.claim for version in told.versions]


@pytest.mark.parametrize("form", ["text", "json", "md"])
@pytest.mark.parametrize("claim", ["w2", "g7"])
def test_a_history_is_told_as_written_down(claim, form, run):
    """The forms are promises."""
    done = run(f"claim:{claim}", "--known-by", "2023-12-31", "-f", form)

    assert done.exit_code == 0, done.output
    assert done.output == (CASES / f"history-{claim}.{form}").read_text(encoding="utf-8")


@pytest.mark.parametrize("claim", CHAIN)
def test_the_chain_is_whole_from_wherever_one_asks(claim, engine):
    """Who holds an old claim must find the new one, and the other way round."""
    assert _versions(history(engine, claim, LATE)) == CHAIN


def test_a_version_says_until_when_it_was_current(engine):
    """A claim is current until the day before what strikes it is known."""
    told = history(engine, "claim:w1", LATE)

    assert [(one.since, one.until) for one in told.versions] == [
        ("2020-05-31", "2021-01-31"),
        ("2021-02-01", "2022-04-11"),
        ("2022-04-12", None),
        ("2022-04-13", None),
    ]


def test_a_strike_by_a_stranger_is_told_and_does_not_count(engine):
    """Decision 22: another voice from another source contradicts; it does not take back."""
    struck = history(engine, "claim:w3", LATE).versions[2]

    assert struck.until is None
    assert [(one.striking, one.verb, one.counts) for one in struck.struck_by] == [
        ("claim:w4", "retracts", False)
    ]
    assert [one.counts for one in struck.strikes] == [True]


def test_a_claim_struck_by_its_own_page_was_never_current(tmp_path):
    """A page that mends itself is known with its mending."""
    text = (CASES / "world.ttl").read_text(encoding="utf-8")
    place = "claim:g6\n    a ally:Claim ;\n"
    changed = tmp_path / "world.ttl"
    changed.write_text(text.replace(place, f"{place}    ally:corrects claim:g8 ;\n"), "utf-8")
    told = history(OxigraphEngine(store_of_file(changed)), "claim:g8", LATE)

    assert place in text
    assert [(one.claim.claim, one.never) for one in told.versions] == [
        ("claim:g6", False),
        ("claim:g8", True),
    ]
    assert "known 2022-04-12, never current: claim:g8" in plain(told)


def test_what_was_not_yet_known_is_no_history(engine):
    """On the day before the correction, the first claim stood alone."""
    told = history(engine, "claim:w1", date(2021, 1, 31))

    assert _versions(told) == ["claim:w1"]
    assert (told.versions[0].until, told.versions[0].struck_by) == (None, ())
    with pytest.raises(UnknownName, match="not known by 2021-01-31") as caught:
        history(engine, "claim:w2", date(2021, 1, 31))
    assert "2021-02-01" in (caught.value.expected or "")


def test_rivals_and_ties_stand_beside_the_chain(engine):
    """What else is said of the same thing, what settles it and what rests on it."""
    worried = history(engine, "claim:w2", LATE)
    doubt = history(engine, "claim:h3", LATE)
    plan = history(engine, "claim:g7", LATE)

    assert [one.claim.claim for one in worried.competing] == ["claim:w5"]
    assert [(one.role, one.claim.claim) for one in doubt.links] == [("basis of", "claim:w4")]
    assert [(one.role, one.claim.claim) for one in plan.links] == [("resolved by", "claim:h2")]
    assert [(one.role, one.claim.claim) for one in history(engine, "claim:h2", LATE).links] == [
        ("settles", "claim:g7")
    ]


@pytest.mark.parametrize("claim", CHAIN)
def test_old_versions_stay_resolvable(claim, engine):
    """A struck claim keeps its address and all its words; it is only marked."""
    told = describe(engine, claim, LATE, LATE)

    assert told.claims or told.evidence
    (own,) = [one for one in (*told.claims, *told.evidence) if one.claim == claim]
    assert own.source
    assert own.struck == (claim in ("claim:w1", "claim:w2"))


def test_both_engines_tell_the_same_history(store, engine):
    """The queries are plain SPARQL 1.1."""
    reference = RdflibEngine(store)
    for claim in ("claim:w2", "claim:g7"):
        assert history(reference, claim, LATE) == history(engine, claim, LATE)


def test_claims_that_strike_each_other_are_told_once(store):
    """A round trip is a fault of the data, and must not be one of ours."""
    store = store_of_file(CASES / "world.ttl")
    one, other = (NamedNode(expand(f"claim:{name}")) for name in ("w1", "w3"))
    store.add(Quad(one, NamedNode(expand("ally:supersedes")), other))

    assert _versions(history(OxigraphEngine(store), "claim:w2", LATE)) == CHAIN


def test_an_unknown_claim_is_refused_with_what_is_near(run):
    """A slip must not look like a claim without a history."""
    wrong, thing = run("claim:w22"), run("rel:charlie-concern")

    assert isinstance(wrong.exception, UnknownName)
    assert "claim:w2" in (wrong.exception.expected or "")
    assert isinstance(thing.exception, UnknownName)
    assert "is no claim" in thing.exception.message
    assert "claim:w1" in (thing.exception.expected or "")
