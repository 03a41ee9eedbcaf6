"""Differences: lines that a reader would tell, on a small world and on the shipped one."""

import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import allygraph
from allygraph.build import current_store
from allygraph.cli import ally
from allygraph.client import Graph
from allygraph.difference.text import markdown, plain
from allygraph.difference.words import CHANGES
from allygraph.engines.memory import RdflibEngine
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import DateError, ParameterError, UnknownName, UsageError
from tests.serving import serving
from tests.small_worlds import store_of_file

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "difference"
SUMMIT = {"from_day": "2022-04-01", "to_day": "2022-04-30", "known_by": "2023-12-31"}
LEARNED = {"known_from": "2021-12-31", "known_to": "2022-12-31"}
OPTIONS = {
    "world": "--from 2022-04-01 --to 2022-04-30 --known-by 2023-12-31",
    "world-of-one": "--from 2022-04-01 --to 2022-04-30 --known-by 2023-12-31 --about actor:bravo",
    "knowledge": "--known-from 2021-12-31 --known-to 2022-12-31",
    "knowledge-of-a-day": "--known-from 2022-04-12 --known-to 2022-12-31 --as-of 2022-04-12",
    "backwards": "--from 2022-04-30 --to 2022-04-01 --known-by 2023-12-31 --kind membership",
}
VILNIUS = {"from_day": "2023-07-10", "to_day": "2023-07-13", "known_by": "2026-11-23"}


@pytest.fixture(scope="module")
def store():
    """The small world."""
    return store_of_file(CASES / "world.ttl")


@pytest.fixture(scope="module")
def small(store) -> Graph:
    """The small world, to ask."""
    return Graph(OxigraphEngine(store))


@pytest.fixture(scope="module")
def shipped():
    """The shipped graph."""
    with allygraph.open_graph() as graph:
        yield graph


@pytest.fixture
def run(store, monkeypatch):
    """The command on the small world."""
    engine = OxigraphEngine(store)
    monkeypatch.setattr("allygraph.build.open_current", lambda **_: engine)
    return lambda *arguments: CliRunner().invoke(ally, ["diff", *arguments])


def _changes(difference):
    return {(line.about.iri, line.change) for line in difference.lines}


def _line(difference, about, kind=None):
    (found,) = [
        line for line in difference.lines if line.about.iri == about and kind in (None, line.kind)
    ]
    return found


@pytest.mark.parametrize("form", ["text", "json", "md"])
@pytest.mark.parametrize("case", OPTIONS)
def test_the_small_world_differs_as_written_down(case, form, run):
    """The forms are promises: people paste the briefing, programs read the JSON."""
    done = run(*OPTIONS[case].split(), "-f", form)

    assert done.exit_code == 0, done.output
    assert done.output == (CASES / f"{case}.{form}").read_text(encoding="utf-8")


def test_both_engines_tell_the_same_differences(store, small):
    """The queries are plain SPARQL 1.1: what one engine says must not be its own opinion."""
    reference = Graph(RdflibEngine(store))
    for given in (SUMMIT | {"everything": True}, LEARNED):
        assert reference.difference(**given).record() == small.difference(**given).record()


def test_what_is_only_expected_is_learned_but_changes_nothing_in_the_world(small):
    """A plan for 2024 is no opening in 2024."""
    world = small.difference("2022-01-01", "2025-01-01", known_by="2023-12-31", everything=True)
    learned = small.difference(**LEARNED)

    assert "change:office-open" not in {line.about.iri for line in world.lines}
    assert ("change:office-open", "newly-claimed") in _changes(learned)


@pytest.mark.parametrize(
    ("first", "last"), [("2022-04-12", "2022-04-13"), ("2022-05-01", "2022-05-02")]
)
def test_the_first_and_the_last_day_of_which_anything_is_said_count(small, first, last):
    """A bounded denial has no neighbour with which a query could compare it."""
    about = "rel:alpha-charlie-membership"
    found = small.difference(first, last, known_by="2023-12-31", about=(about,), everything=True)
    (part,) = _line(found, about).parts

    assert (part.before is None) != (part.after is None)


def test_a_stage_that_follows_another_is_one_line(small):
    """Two lines, "ends" and "begins", would hide that one thing came of the other."""
    found = small.difference("2022-04-01", "2023-01-31", known_by="2023-12-31")
    line = _line(found, "proposal:office")

    assert (line.before.what, line.between.what, line.after.what) == (
        "proposed",
        "deferred",
        "shelved",
    )
    assert line.days == ("2022-04-12", "2022-12-31")
    assert {"proposal:office", "change:office-proposed", "change:office-shelved"} <= {*line.things}


def test_a_stage_that_was_left_and_came_back_is_dated_by_the_one_between(shipped):
    """The Tokyo office was put off at the summit, and on the table again the day after."""
    line = _line(shipped.difference(**VILNIUS), "proposal:nato-tokyo-office")

    assert (line.before.what, line.after.what) == ("proposed", "proposed")
    assert line.between.what == "deferred"
    assert line.days == ("2023-07-11", "2023-07-11")


def test_a_successor_is_one_line_with_what_it_replaces(small):
    """The Council took the place of the Commission on a day that is known to two."""
    line = _line(small.difference(**SUMMIT), "rel:alpha-charlie-council")

    assert (line.change, line.days) == ("replaced", ("2022-04-11", "2022-04-12"))
    assert line.before.what == "Commission of Alpha and Charlie"
    assert line.things == ("rel:alpha-charlie-commission", "rel:alpha-charlie-council")


def test_an_event_between_the_days_happens(small):
    """It is over on both days, and yet it is what happened."""
    line = _line(small.difference(**SUMMIT), "event:summit")

    assert (line.change, line.days) == ("happens", ("2022-04-11", "2022-04-12"))
    assert line.parts == ()


def test_a_grouping_brings_its_members_of_the_days(small):
    """Bravo is in the Pair, so what concerns Bravo concerns the Pair."""
    alone = small.difference(**SUMMIT, about=("actor:pair",))
    together = small.difference(**SUMMIT, about=("actor:pair",), with_members=True)
    early = small.difference(
        "2019-01-01", "2019-01-02", known_by="2023-12-31", about=("actor:pair",), with_members=True
    )

    assert alone.lines == ()
    assert ("rel:alpha-bravo-membership", "ends") in _changes(together)
    assert "actor:charlie" not in {line.entity.iri for line in together.lines}
    assert early.lines == ()


def test_only_some_kinds_and_only_what_is_sure_enough_can_be_asked_for(small):
    """Filters leave out whole lines, never parts of them."""
    found = small.difference(**SUMMIT, kinds=("event", "membership"))
    possible = small.difference(
        "2022-04-10", "2022-04-11", known_by="2023-12-31", at_least="possible"
    )
    learned = small.difference(**LEARNED, at_least="sure")

    assert {line.kind for line in found.lines} == {"event", "membership"}
    assert ("rel:alpha-charlie-council", "begins") in _changes(possible)
    assert "change:office-open" not in {line.about.iri for line in learned.lines}
    with pytest.raises(ParameterError, match="'friendship' is no kind"):
        small.difference(**SUMMIT, kinds=("friendship",))
    with pytest.raises(ParameterError, match="'likely' is no certainty"):
        small.difference(**SUMMIT, at_least="likely")
    with pytest.raises(UnknownName, match="actor:brav'"):
        small.difference(**SUMMIT, about=("actor:brav",))


def test_a_claim_that_came_and_went_between_the_days_is_told(small):
    """Known on neither day, it was read by somebody."""
    found = small.difference(known_from="2020-12-31", known_to="2022-12-31")

    assert "claim:w2" in _line(found, "rel:charlie-concern").claims


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"to_day": "2022-01-01"},
        {"from_day": "2022-01-01", "as_of": "2022-01-01"},
        {"from_day": "2022-01-01", "known_to": "2022-01-01"},
        {"known_from": "2022-01-01", "known_by": "2022-01-01"},
        {"known_from": "2022-01-01", "as_of": "2022-01-01", "from_day": "2022-01-01"},
        {"known_from": "2022-01-01", "from_day": "2022-02-01", "to_day": "2022-01-01"},
    ],
)
def test_days_that_do_not_go_together_are_refused(given, small):
    """An option that was passed over would make the answer another one."""
    with pytest.raises(UsageError) as caught:
        small.difference(**given)
    assert caught.value.expected


def test_a_day_is_a_day(run):
    """A month has two ends, and a diff needs one."""
    done = run("--from", "2022-04")

    assert isinstance(done.exception, DateError)
    assert done.exception.place == "--from"


def _footnotes(text):
    used = set(re.findall(r"\[\^(\d+)\](?!:)", text))
    return used, dict(re.findall(r"^\[\^(\d+)\]: (.*)$", text, re.MULTILINE))


def test_each_line_of_a_briefing_has_its_footnotes(small):
    """A line that is pasted into a report brings its evidence along."""
    text = markdown(small.difference(**SUMMIT, everything=True))
    used, notes = _footnotes(text)
    lines = [line for line in text.splitlines() if line.startswith("- ")]

    assert lines
    assert all(re.search(r"\[\^\d+\]$", line) for line in lines)
    assert used == set(notes)
    (unverified,) = [note for note in notes.values() if "claim:h1" in note]
    assert "**Unverified.**" in unverified
    assert [note for note in notes.values() if "Unverified" in note] == [unverified]


def test_a_footnote_says_who_through_whom_in_which_words_where_and_when(small):
    """Signs with a meaning in Markdown stay what they are in the source."""
    _, notes = _footnotes(markdown(small.difference(**SUMMIT)))
    (note,) = [note for note in notes.values() if "claim:g4" in note]
    (titled,) = [note for note in notes.values() if "claim:g1" in note]

    assert note == (
        "an official: “the \\*Council\\*, from today”; through The Gazette; “Summit day”, "
        "The Gazette, 2022-04-12; <https://gazette.example/summit>. `claim:g4`"
    )
    assert "“Alpha grows \\[early\\]”" in titled


def test_no_change_is_said_to_be_none(small):
    """An empty page would look like a fault."""
    found = small.difference("1990-01-01", "1990-01-02", known_by="2023-12-31")

    assert plain(found).splitlines()[-1] == "no change"


def test_a_terminal_gets_a_tree(run, monkeypatch):
    """A person at a terminal reads a tree; a pipe gets lines."""
    monkeypatch.setattr("allygraph.cli.forms.is_terminal", lambda: True)
    done = run(*OPTIONS["world"].split())

    assert done.exit_code == 0, done.output
    assert "└── " in done.output
    assert "Council of Alpha and Charlie" in done.output


def test_the_vilnius_summit_changed_the_world(shipped):
    """Programmes with Japan and South Korea are agreed; the summit itself happens."""
    found = shipped.difference(**VILNIUS)
    korea = _line(found, "rel:nato-south-korea-itpp", "stage")

    assert {
        ("rel:nato-japan-itpp", "begins"),
        ("rel:nato-japan-itpp", "stage"),
        ("rel:nato-south-korea-itpp", "begins"),
        ("event:nato-summit-vilnius-2023", "happens"),
    } <= _changes(found)
    assert (korea.before.what, korea.after.what) == ("under negotiation", "agreed")
    assert korea.days == ("2023-07-11", "2023-07-11")
    assert "claim:itpp-itpp004-agreed" in korea.claims
    assert found.claims["claim:itpp-itpp004-agreed"].address


def test_at_the_summit_a_council_took_the_place_of_the_commission(shipped):
    """One line: the commission with Ukraine ended because the council began."""
    line = _line(shipped.difference(**VILNIUS), "rel:nato-ukraine-council")

    assert (line.change, line.days) == ("replaced", ("2023-07-11", "2023-07-11"))
    assert line.things == ("rel:nato-ukraine-commission", "rel:nato-ukraine-council")


def test_the_vilnius_summit_changed_what_was_known(shipped):
    """From the day of the article to the day after the summit."""
    found = shipped.difference(known_from="2023-06-13", known_to="2023-07-13")
    japan = _line(found, "rel:nato-japan-itpp", "stage")

    assert {
        ("rel:nato-japan-itpp", "newly-held"),
        ("rel:nato-south-korea-itpp", "newly-held"),
        ("rel:japan-supports-nato-tokyo-office", "newly-contested"),
        ("rel:germany-undecided-nato-tokyo-office", "newly-claimed"),
    } <= _changes(found)
    assert (japan.before.what, japan.after.what) == (None, "agreed")
    assert "claim:itpp-itpp003-agreed" in japan.learned
    known = [day for line in found.lines for day in line.known or ()]
    assert "2023-06-13" < min(known) <= max(known) <= "2023-07-13"


def test_a_stage_that_is_only_attested_is_not_dated(shipped):
    """The Vienna office was open by the day of the article; nobody says since when."""
    found = shipped.difference("2023-06-12", "2023-06-14", known_by="2026-11-23")
    line = _line(found, "office:nato-liaison-office-osce")

    assert (line.after.what, line.days) == ("open", (None, "2023-06-13"))


def test_the_four_partners_have_their_own_diff(shipped):
    """What concerns the members of the grouping, and nobody else."""
    found = shipped.difference(**VILNIUS, about=("actor:ap4",), with_members=True)

    assert {line.entity.iri for line in found.lines if line.kind == "stage"} == {
        "actor:japan",
        "actor:south-korea",
    }


def test_an_endpoint_tells_the_same(shipped):
    """The diff of a remote graph is that of the graph."""
    about = ("actor:japan",)
    with (
        serving(current_store(ROOT), deadline_s=20) as running,
        allygraph.open_graph(f"{running.address}/sparql", deadline_s=30) as remote,
    ):
        told = remote.difference(**VILNIUS, about=about).record()

    assert told == shipped.difference(**VILNIUS, about=about).record()
    assert json.dumps(told)


def test_a_diff_takes_less_than_a_second(shipped):
    """An analyst tries several days; each must answer at once."""
    begun = time.process_time()
    shipped.difference(**VILNIUS)
    shipped.difference(known_from="2023-06-13", known_to="2023-07-13")

    assert time.process_time() - begun < 1


DIFFERENCES = (ROOT / "docs" / "differences.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```console\n\$ ally (.*?)```", DIFFERENCES, re.S))
def test_the_page_shows_what_the_command_prints(block):
    """Lines may be left out ("…"), but those that stand there are printed, in that order."""
    command, *shown = block.splitlines()
    done = CliRunner().invoke(ally, shlex.split(command))
    printed = iter(done.output.splitlines())

    assert done.exit_code == 0, done.output
    assert [line for line in shown if line != "…" and line not in printed] == []


def test_the_page_names_every_kind_of_change_and_every_name_of_the_json(small):
    """A program that reads the JSON needs to know them all."""
    record = small.difference(**LEARNED).record()
    names = {*record, *record["lines"][0], *record["lines"][0]["parts"][0], *CHANGES}

    assert {name for name in names if f"`{name}`" not in DIFFERENCES} == set()


def test_the_page_of_the_library_runs():
    """Code on a page is code."""
    (code,) = re.findall(r"```python\n(.*?)```", DIFFERENCES, re.S)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert "('Japan as an ITPP partner of NATO', 'begins')" in done.stdout
    assert "resolved by" in done.stdout
