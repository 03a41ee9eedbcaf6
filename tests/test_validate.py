"""Validation as a whole: what is shipped is clean, and a fault is told with its place."""

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph import shacl
from allygraph.derive import extend
from allygraph.graph import file_quads
from allygraph.names import PREFIXES, expand
from allygraph.positions import Place
from allygraph.rdf_files import RdfFile
from allygraph.resources import shape_files
from allygraph.validation import Finding, Report, bounds, form, quotes, validate
from allygraph.validation.findings import said
from allygraph.validation.queries import levels
from allygraph.validation.sources import SourceFile, Sources, load

ROOT = Path(__file__).resolve().parent.parent
LEVELS = levels(ROOT)
HEAD = """# Things of a test
# licence: CC BY 4.0 (SPDX-License-Identifier: CC-BY-4.0)
PREFIX actor: <https://w3id.org/allygraph/actor/>
PREFIX ally: <https://w3id.org/allygraph/ns#>
PREFIX claim: <https://w3id.org/allygraph/claim/>
PREFIX edtf: <http://id.loc.gov/datatypes/edtf/>
PREFIX kind: <https://w3id.org/allygraph/kind/>
PREFIX quote: <https://w3id.org/allygraph/quote/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rel: <https://w3id.org/allygraph/rel/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
FAULTY = (
    HEAD
    + """
claim:test-one
    a ally:Claim ;
    rdfs:label "claim of the tests"@en ;
    ally:affirms rel:test-unclaimed ;
    ally:assertedBy actor:nikkei-asia ;
    ally:modality kind:modality-hearsay ;
    ally:review kind:review-unverified ;
    ally:source actor:nikkei-asia ;
.
rel:test-unclaimed
    a ally:Membership ;
    rdfs:label "membership of the tests"@en ;
    ally:member actor:japan , actor:france ;
    ally:membershipKind kind:membership-full ;
    ally:organization actor:nato ;
.
"""
)


def door(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python validate.py``."""
    return subprocess.run(
        [sys.executable, "validate.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def judged_file(path: Path, *, part: str = "given") -> Sources:
    """Give the sources that hold one judged file."""
    quads = list(file_quads(path, name="example"))
    text = path.read_text(encoding="utf-8")
    content = RdfFile(path.name, text, ox.RdfFormat.TURTLE, None, quads, {})
    return Sources(path.parent, [SourceFile(path, path.name, True, part, lambda: content)])


def form_of(sources: Sources) -> list[Finding]:
    """Give the findings on the form of all files."""
    return list(form.find(sources.judged, sources, LEVELS))


def test_what_is_shipped_has_no_finding_and_takes_less_than_thirty_seconds():
    """Not even a warning; CPU seconds, because other programs may run."""
    before = time.process_time()

    report = validate()

    assert [finding.text() for finding in report.findings] == []
    assert report.claims > 500
    assert report.relationships > 200
    assert time.process_time() - before < 30


def test_a_given_file_is_judged_beside_the_shipped_ones_and_alone_reported(tmp_path):
    """Each finding has the line of its subject; shape, check and name faults come together."""
    path = tmp_path / "faulty.ttl"
    path.write_text(FAULTY, encoding="utf-8")

    report = validate([path])

    found = {
        (f.place.line, f.place.column, f.rule) for f in report.findings if f.severity == "error"
    }
    assert found == {
        (13, 1, "claim-without-quote"),
        (18, 19, "Claim-modality"),
        (18, 19, "dangling-name"),
        (20, 17, "Claim-source"),
        (25, 31, "Membership-member"),
    }
    source = next(f for f in report.findings if f.rule == "Claim-source")
    assert source.expected == "an instance of ally:Source"
    assert [related.place.file for related in source.related] == ["data/actors/publishers.ttl"]
    assert {finding.place.file for finding in report.findings} == {str(path)}
    member = next(f for f in report.findings if f.rule == "Membership-member")
    assert member.found == ("actor:france", "actor:japan")
    assert (report.relationships, report.claims) == (1, 1)


def test_an_edited_copy_of_a_shipped_file_is_judged_as_if_in_its_place(tmp_path):
    """What the copy no longer says is not taken from the shipped file."""
    shipped = (ROOT / "data" / "offices" / "nato.ttl").read_text(encoding="utf-8")
    lines = shipped.split("\n")
    start = lines.index("office:nato-liaison-office-tokyo")
    kind = next(n for n in range(start, len(lines)) if "ally:officeKind" in lines[n])
    copy = tmp_path / "nato.ttl"
    copy.write_text("\n".join(lines[:kind] + lines[kind + 1 :]), encoding="utf-8")

    report = validate([copy])

    found = [(f.place.line, f.rule, f.focus) for f in report.findings]
    assert found == [(start + 1, "Office-officeKind", expand("office:nato-liaison-office-tokyo"))]


def test_the_exit_code_tells_what_kind_of_end_it_was(tmp_path):
    """0 clean, 1 findings, 2 usage, 3 a file that cannot be read; programs act on them."""
    faulty, broken = tmp_path / "faulty.ttl", tmp_path / "broken.ttl"
    faulty.write_text(FAULTY, encoding="utf-8")
    broken.write_text(f"{HEAD}\nactor:one\n    a ally:State ;\n    oops\n.\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    codes = {
        "clean": door("data/places/regions.ttl").returncode,
        "findings": door(str(faulty), "-f", "json").returncode,
        "usage": door("--no-such-option").returncode,
        "missing": door("no/such.ttl").returncode,
        "empty folder": door(str(tmp_path / "empty")).returncode,
    }
    done = door(str(broken))

    assert codes == {"clean": 0, "findings": 1, "usage": 2, "missing": 3, "empty folder": 3}
    assert done.returncode == 3
    assert f"{broken}:15" in done.stderr
    assert "error[input-unreadable]" in done.stderr


def test_what_the_build_derives_breaks_no_shape():
    """Holdings and derived edges have shapes too; `validate` leaves them out to save time."""
    store = ox.Store()
    store.bulk_extend(load(ROOT, None).quads)
    extend(store, ROOT)
    starts = (PREFIXES["holding"], PREFIXES["edge"])
    derived = {quad.subject for quad in store if quad.subject.value.startswith(starts)}
    shapes = [quad for path in shape_files(ROOT) for quad in file_quads(path, name=path.stem)]

    report = shacl.validate(list(store), shapes, focus=derived)

    assert [str(result) for result in report.results] == []
    assert len(derived) > 1000


def test_a_report_tells_place_rule_thing_remedy_and_what_was_found():
    """The form of all findings; the last line counts."""
    finding = Finding(
        Place("data/relationships/partnerships/nato.ttl", 31),
        "error",
        "Partnership-partner",
        expand("rel:nato-korea-itpp"),
        (("en", "A partnership has exactly one ally:partner."),),
        ("actor:japan", "actor:south-korea"),
    )
    report = Report((finding,), 214, 903)

    assert report.text() == (
        "data/relationships/partnerships/nato.ttl:31: error[Partnership-partner] "
        "rel:nato-korea-itpp\n"
        "  A partnership has exactly one ally:partner.\n"
        "  found: actor:japan, actor:south-korea\n"
        "1 error, 0 warnings in 214 relationships and 903 claims"
    )
    as_json = json.loads(report.json())
    assert as_json["findings"][0]["focus"] == finding.focus
    assert as_json["findings"][0]["line"] == 31
    assert as_json["counts"]["errors"] == 1


def test_only_findings_as_bad_as_asked_for_make_a_report_fail():
    """By default a warning does not."""
    report = Report((Finding(Place("a.ttl", 1), "warning", "form", None, said("Mend it.")),), 0, 0)

    assert not report.fails()
    assert report.fails("warning")
    assert report.fails("info")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ('ally:start "2023-02"^^edtf:EDTF ; ally:earliestStart "2023-02-02"^^xsd:date', "2023-02-"),
        ('ally:start "2023-02"^^edtf:EDTF ; ally:latestStart "2023-03-01"^^xsd:date', "2023-02-28"),
        ('ally:end "2024"^^edtf:EDTF ; ally:latestEnd "2024-12-30"^^xsd:date', "2024-12-31"),
        (
            'ally:published "2023-06"^^edtf:EDTF ; ally:latestPublished "2023-06-01"^^xsd:date',
            "-30",
        ),
        ('ally:saidOn "2023-02-30"^^edtf:EDTF', "no date"),
    ],
)
def test_a_bound_that_its_date_does_not_give_is_found(tmp_path, values, message):
    """SPARQL cannot read EDTF, so this rule is Python."""
    path = tmp_path / "claim.ttl"
    path.write_text(f"{HEAD}\nclaim:test\n    a ally:Claim ;\n    {values} ;\n.\n")
    sources = judged_file(path)

    (finding,) = bounds.find(sources.quads, sources.things, LEVELS)

    assert finding.rule == "bounds-disagree"
    assert finding.focus == ox.NamedNode(expand("claim:test"))
    assert message in finding.messages[0][1]


def test_bounds_that_agree_or_are_absent_are_fine(tmp_path):
    """A bound may be left out: an event of a month has no latest start."""
    path = tmp_path / "claim.ttl"
    path.write_text(
        f'{HEAD}\nclaim:test\n    a ally:Claim ;\n    ally:start "2023-02"^^edtf:EDTF ;\n'
        '    ally:earliestStart "2023-02-01"^^xsd:date ;\n'
        '    ally:end "2024"^^edtf:EDTF ;\n    ally:latestEnd "2024-12-31"^^xsd:date ;\n.\n'
    )
    sources = judged_file(path)

    assert list(bounds.find(sources.quads, sources.things, LEVELS)) == []


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        (f"{HEAD}\nactor:a\n    a ally:State ;\n    # a note\n.\n", "form", 15),
        (f"{HEAD}\nactor:a a ally:State .\n", "form", 5),
        ("actor:a\n    a ally:State ;\n.\n", "head-lines", 1),
        (f"{HEAD}\n[]\n    a ally:State ;\n.\n", "blank-node", 1),
    ],
)
def test_faults_of_form_are_found(tmp_path, text, rule, line):
    """A lost comment, another order, missing head lines, a thing without a name."""
    path = tmp_path / "actor.ttl"
    prefixes = "" if text.startswith("#") else "PREFIX actor: <https://w3id.org/allygraph/actor/>\n"
    prefixes += "" if text.startswith("#") else "PREFIX ally: <https://w3id.org/allygraph/ns#>\n\n"
    path.write_text(prefixes + text)

    found = {(finding.rule, finding.place.line) for finding in form_of(judged_file(path))}

    assert (rule, line) in found


def test_a_thing_with_blocks_in_two_files_is_found(tmp_path):
    """The second block would be overlooked."""
    files = []
    for name in ("one.ttl", "two.ttl"):
        path = tmp_path / name
        path.write_text(f"{HEAD}\nactor:a\n    a ally:State ;\n.\n")
        files += judged_file(path, part="data").files

    found = [f for f in form_of(Sources(tmp_path, files)) if f.rule == "subject-twice"]

    assert [(finding.place.file, finding.place.line) for finding in found] == [("two.ttl", 13)]
    assert "one.ttl" in found[0].message()


@pytest.mark.parametrize(("words", "count"), [("the words as", 0), ("other words", 1)])
def test_a_quote_is_looked_up_in_the_text_that_its_hash_names(tmp_path, words, count):
    """Line ends and runs of blanks count as one blank."""
    text = tmp_path / "text.txt"
    text.write_text("Here are the  words\nas printed.", encoding="utf-8")
    digest = hashlib.sha256(text.read_bytes()).hexdigest()
    path = tmp_path / "quote.ttl"
    path.write_text(
        f"{HEAD}PREFIX oa: <http://www.w3.org/ns/oa#>\n\nquote:test\n    a ally:Quote ;\n"
        f'    oa:exact "{words}" ;\n    ally:checkedAgainst "{digest}" ;\n.\n'
    )
    sources = judged_file(path)

    found = list(quotes.find(sources.quads, [text], sources.things, LEVELS))

    assert len(found) == count


def test_the_quotes_of_the_article_stand_in_it():
    """The text is not ours to ship; where it lies beside the checkout, all quotes are looked up."""
    text = ROOT.parent / "shared" / "seed" / "ap4-article.txt"
    if not text.exists():
        pytest.skip("the article's text is not here")
    sources = load(ROOT, None)

    found = list(quotes.find(sources.quads, [text], sources.things, LEVELS))

    digest = hashlib.sha256(text.read_bytes()).hexdigest()
    checked = [quad for quad in sources.quads if quad.object == ox.Literal(digest)]
    assert found == []
    assert len(checked) >= 100
