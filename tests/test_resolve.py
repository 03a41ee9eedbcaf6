"""Names and codes: what is sure is one thing, what is not sure is never guessed."""

import csv
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from allygraph import open_graph
from allygraph.errors import DateError, UnknownName
from allygraph.names import compact
from allygraph.naming import Name, Names, folded
from allygraph.resolve import Resolver, resolve

ROOT = Path(__file__).resolve().parents[1]
CASES = [
    tuple(row.values())
    for row in csv.DictReader(
        (ROOT / "tests" / "resolve" / "cases.tsv").read_text(encoding="utf-8").splitlines(),
        delimiter="\t",
    )
]


@pytest.fixture(scope="module")
def graph():
    """The shipped graph."""
    with open_graph() as opened:
        yield opened


@pytest.fixture(scope="module")
def resolver(graph):
    """Its names, as known today."""
    return Resolver(graph.engine)


@pytest.mark.parametrize(
    ("text", "on", "kind", "scheme", "sure", "first"), CASES, ids=lambda value: value or "-"
)
def test_a_name_means_what_it_meant_on_the_day(resolver, text, on, kind, scheme, sure, first):
    """The table has names in four languages, codes of three lists, changers and slips."""
    found = resolver.resolve(text, on, kind=kind, scheme=scheme or None)

    assert (compact(found.sure.thing) if found.sure else "") == sure
    if first:
        assert compact(found.suggestions[0].thing) == first


def test_a_sure_match_tells_how_and_the_codes_of_that_day(resolver):
    """The codes are what a table of another project is joined on."""
    found = resolver.resolve("allemagne", "1970-06-01").sure

    assert found.label == "Germany"
    assert found.how == "label Allemagne (fr)"
    codes = [(code.scheme, code.text) for code in found.codes]
    assert codes == [("cow", "260"), ("cow", "GFR"), ("gw", "260"), ("gw", "GFR")]


@pytest.mark.parametrize(
    ("scheme", "day", "code"),
    [("cow", "1970", "260"), ("cow", "2020", "255"), ("gw", "1970", "260"), ("gw", "2020", "260")],
)
def test_a_name_with_a_list_gives_the_code_of_that_list_on_the_day(resolver, scheme, day, code):
    """The question of the field: which number does Germany have in this year's rows?"""
    found = resolver.resolve("Germany", day, scheme=scheme).sure

    assert {name.scheme for name in found.codes} == {scheme}
    assert found.codes[0].text == code


def test_suggestions_have_falling_scores_and_name_each_thing_once(resolver):
    """A reader takes the first; twice the same would hide another."""
    found = resolver.resolve("Guinee Bisau", "2026", limit=4)
    scores = [match.score for match in found.suggestions]

    assert found.sure is None
    assert found.suggestions[0].thing.endswith("/guinea-bissau")
    assert scores == sorted(scores, reverse=True)
    assert len({match.thing for match in found.suggestions}) == len(scores) == 4


def test_what_is_like_nothing_has_no_suggestion(resolver):
    """A bad suggestion is worse than none."""
    assert resolver.resolve("qqqq wwww zzzz").suggestions == []


def test_a_code_is_not_known_before_its_list_was_published(graph):
    """The names have a clock of knowledge as all claims do."""
    early = resolve(graph, "260", "1970", known_by=date(2010, 1, 1), scheme="cow")
    late = resolve(graph, "260", "1970", known_by=date(2020, 1, 1), scheme="cow")

    assert early.sure is None
    assert late.sure is not None


def test_a_wrong_day_kind_or_scheme_is_refused(resolver):
    """Never an empty answer to a question that was not understood."""
    with pytest.raises(DateError):
        resolver.resolve("Japan", "1970-02-30")
    with pytest.raises(UnknownName):
        resolver.resolve("Japan", kind="country")
    with pytest.raises(UnknownName):
        resolver.resolve("Japan", scheme="fips")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Côte d'Ivoire", "COTE DIVOIRE", True),
        ("Türkiye", "turkiye", True),
        ("Guinea-Bissau", "Guinea Bissau", True),
        ("Antigua & Barbuda", "Antigua and Barbuda", True),
        ("\uff21\uff30\uff14", "AP4", True),
        ("\u30ac\u30fc\u30ca", "\u30ab\u30fc\u30ca", False),  # Gana and Kana
        ("\u30d3\u30eb\u30de", "\u30d4\u30eb\u30de", False),  # Biruma and Piruma
        ("한국", "한국", True),
        ("대한", "태한", False),
    ],
)
def test_accents_and_case_do_not_count_but_kana_and_hangul_do(one, other, same):
    """A mark on a Latin letter is a matter of spelling; on a kana it makes another sound."""
    assert (folded(one) == folded(other)) is same


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        ("", "", True),
        ("1969-12-31", "1969-12-31", False),
        ("1969-12-31", "1970-01-01", True),
        ("1979-12-31", "1979-12-31", True),
        ("1980-01-01", "1990-01-01", False),
    ],
)
def test_a_name_holds_on_its_first_and_its_last_day(first, last, holds):
    """Both ends are inclusive, as everywhere in the graph."""
    name = Name("GFR", "x", "code", "cow", "1970-01-01", "1979-12-31")

    assert name.holds(first, last) is holds


def test_labels_go_before_aliases_and_these_before_codes():
    """So a code that looks like a name does not shadow it."""
    names = Names([Name("Mali", "b", "code", "cow"), Name("MALI", "a"), Name("mali", "c", "alias")])

    assert [name.thing for name in names.find("Mali")] == ["a", "c", "b"]


def ally(*arguments):
    """Run the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "allygraph", "resolve", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_exits_0_when_sure_and_1_with_suggestions_when_not():
    """Scripts act on the exit code; people read the rows."""
    sure = ally("South Korea", "--on", "1970", "-f", "json")
    unsure = ally("Sout Korea", "-f", "json")

    assert (sure.returncode, sure.stderr) == (0, "")
    (row,) = json.loads(sure.stdout)
    assert row["thing"].endswith("/actor/south-korea")
    assert "cow 732 ROK" in row["codes"]
    assert unsure.returncode == 1
    assert unsure.stderr.startswith("not sure: ")
    assert json.loads(unsure.stdout)[0]["thing"].endswith("/actor/south-korea")
