"""Profiles: how strict a validation is; the same file passes one and fails another."""

import csv
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Quad, Store

from allygraph.derive import extend
from allygraph.errors import QueryFileError, UnknownName, UnreadableFile
from allygraph.graph import file_quads
from allygraph.positions import Place
from allygraph.resources import ontology_files
from allygraph.validation import bounds, links, queries
from allygraph.validation.findings import Finding, said
from allygraph.validation.profiles import DEFAULT, Profile, names, read, rule_names
from allygraph.validation.rules import listed
from allygraph.validation.sources import load

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "tests" / "profiles"
SAMPLE = EXAMPLES / "publishable.ttl"
with (EXAMPLES / "expected.tsv").open(encoding="utf-8") as table:
    CASES = [tuple(row) for row in csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


@cache
def known_rules() -> frozenset[str]:
    """List the names of all rules."""
    return rule_names(ROOT)


@cache
def profile(name: str) -> Profile:
    """Read one of our profiles."""
    return read(name, ROOT, known_rules())


def changed(text: str, change: str, to: str) -> str:
    """Give a text with one change that must be possible."""
    assert change == "nothing" or text.count(change) == 1
    return text.replace(change, to)


@cache
def background() -> list[Quad]:
    """Read the ontology and what the sample refers to."""
    files = [*ontology_files(ROOT), ROOT / "tests" / "checks" / "neighbours.ttl"]
    return [quad for path in files for quad in file_quads(path, name=path.stem)]


def found(path: Path, name: str) -> list[Finding]:
    """Give the findings of checks, dates and links on a file under a profile."""
    own = list(file_quads(path, name="sample"))
    quads = own + background()
    places = {quad.subject.value: Place(path.name, 1) for quad in own}
    store = Store()
    store.bulk_extend(quads)
    extend(store, ROOT)
    severity = profile(name).severities(queries.table(ROOT))
    raw = [
        *bounds.find(quads, places, severity),
        *links.find(quads, places, severity),
        *queries.find(ROOT, store, places, severity),
    ]
    return list(profile(name).judge(raw))


def finding(rule: str, *component: str, severity: str = "error") -> Finding:
    """Make a finding of a rule."""
    return Finding(Place("a.ttl", 1), severity, rule, None, said("…"), component=component)


@pytest.mark.parametrize(("change", "to", "name", "expected"), CASES)
def test_a_file_is_judged_by_its_profile(change, to, name, expected, tmp_path):
    """The sample is publishable; each change shows for which profile it matters, and how much."""
    path = tmp_path / "sample.ttl"
    path.write_text(changed(SAMPLE.read_text(encoding="utf-8"), change, to), encoding="utf-8")

    told = sorted({f"{finding.severity} {finding.rule}" for finding in found(path, name)})

    assert told == ([expected] if expected else [])


def test_the_shipped_data_is_curated_and_not_publishable_as_a_whole():
    """Much of it has not been compared with its source, and nobody has reviewed it twice."""
    sources, store = load(ROOT, None), Store()
    store.bulk_extend(sources.quads)
    extend(store, ROOT)
    table = queries.table(ROOT)
    severity = profile("publishable").severities(table)
    raw = list(queries.find(ROOT, store, sources.things, severity))
    told = {name: [one.rule for one in profile(name).judge(raw)] for name in names(ROOT)}
    stricter = {"claim-unverified", "claim-without-recorder", "claim-without-reviewer"}

    assert names(ROOT) == ["curated", "draft", "publishable"]
    assert set(told["publishable"]) == stricter
    assert told["publishable"].count("claim-unverified") > 100
    assert set(severity) - set(profile("curated").severities(table)) == stricter | {
        "claim-reviewed-by-its-author"
    }


def test_what_is_missing_is_only_a_warning_in_a_draft():
    """A finding is lowered if nothing but such components failed."""
    missing = finding("Claim-source", "MinCountConstraintComponent")
    wrong = finding("Claim-source", "ClassConstraintComponent", "MinCountConstraintComponent")
    nothing = finding("Claim-affirms-or-denies-or-doubts", "MinCountConstraintComponent")

    judged = list(profile("draft").judge([missing, wrong, nothing]))

    assert [one.severity for one in judged] == ["warning", "error", "error"]
    assert list(profile("curated").judge([missing, wrong, nothing])) == [missing, wrong, nothing]


def test_the_default_profile_changes_nothing():
    """It is what the shapes and levels.tsv say."""
    assert DEFAULT in names(ROOT)
    assert profile(DEFAULT).levels == profile(DEFAULT).components == {}
    assert profile(DEFAULT).severities(queries.table(ROOT)) == queries.levels(ROOT)


def test_a_profile_of_ones_own_extends_one_of_ours(tmp_path):
    """A team can be stricter or milder without touching our files; owl rules share one level."""
    path = tmp_path / "team.toml"
    path.write_text(
        'extends = "publishable"\n[levels]\nclaim-unverified = "off"\nowl = "info"\n',
        encoding="utf-8",
    )

    mine = read(str(path), ROOT)

    assert mine.name == "team"
    assert mine.title == profile("publishable").title
    assert list(mine.judge([finding("claim-unverified")])) == []
    assert [one.severity for one in mine.judge([finding("owl-disjoint")])] == ["info"]
    assert mine.severities(queries.table(ROOT))["claim-without-reviewer"] == "error"


def test_a_rule_that_is_off_is_not_looked_for_by_those_who_need_no_severity_of_it(tmp_path):
    """Rules in Python ask for their severity whatever the profile; their findings are left out."""
    path = tmp_path / "team.toml"
    path.write_text('extends = "curated"\n[levels]\nform = "off"\n', encoding="utf-8")

    mine = read(str(path), ROOT)

    assert mine.severities(queries.table(ROOT))["form"] == "warning"
    assert list(mine.judge([finding("form")])) == []


@pytest.mark.parametrize(
    ("text", "message", "expected"),
    [
        ('[levels]\nclaim-without-qoute = "off"\n', "claim-without-qoute", "claim-without-quote"),
        ('[levels]\nform = "fatal"\n', "'fatal' is no level for form", "error, warning, info, off"),
        ("[levels]\nform = 1\n", "'1' is no level", "off"),
        ("levels = 3\n", "'3' is no level for levels", "off"),
        ('[level]\nform = "off"\n', "'level' is no part", "[levels]"),
        ("extends = 3\n", "'extends' is not a text", "a text"),
        ("title =\n", "not TOML", "a TOML file"),
        ('extends = "own.toml"\n', "extends itself", "another profile"),
    ],
)
def test_a_faulty_profile_is_refused_with_what_would_be_right(text, message, expected, tmp_path):
    """A typo would silently switch nothing off."""
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(QueryFileError) as caught:
        read(str(path), ROOT)

    assert message in caught.value.message
    assert expected in (caught.value.expected or "")
    assert caught.value.place is not None
    assert caught.value.place.endswith("own.toml")


def test_an_unknown_profile_is_told_with_those_there_are(tmp_path):
    """A name is one of ours; a file is named by its path."""
    with pytest.raises(UnknownName) as caught:
        read("strict", ROOT)
    with pytest.raises(UnreadableFile):
        read(str(tmp_path / "none.toml"), ROOT)

    assert caught.value.expected == "curated, draft, publishable, or a file *.toml"


def test_every_rule_is_listed_with_its_level_under_a_profile():
    """Nobody should have to read the shapes to know what is asked."""
    draft = {name: (level, text) for name, level, text in listed(ROOT, profile("draft"))}

    assert set(queries.table(ROOT)) - {"owl"} | {"Claim-source", "Claim"} <= set(draft)
    assert all(text for _, text in draft.values())
    assert draft["Claim-source"][0] == "error; MinCount: warning"
    assert draft["claim-unverified"][0] == "off"
    assert draft["claim-without-quote"][0] == "warning"
    assert draft["Claim-source"][1].startswith("A claim has exactly one ally:source")
