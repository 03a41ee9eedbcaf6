"""Baselines: known findings do not count, new ones do, and those that are gone are told."""

import json
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.errors import UnreadableFile
from allygraph.positions import Place
from allygraph.validation import baseline
from allygraph.validation.findings import Finding, Report, said

PREFIXES = "PREFIX e: <https://example.org/>\n"


def finding(
    rule: str, focus: str | None = "https://example.org/one", *found: str, line: int = 1
) -> Finding:
    """Make a finding."""
    return Finding(
        Place("a.ttl", line, 5), "error", rule, focus, said("Wrong. Mend it."), found, path="e:p"
    )


def written(folder: Path, *findings: Finding, owner: baseline.Owners = baseline.nameless) -> Path:
    """Write a baseline of findings to a file."""
    path = folder / "baseline.json"
    path.write_text(baseline.write(findings, owner), encoding="utf-8")
    return path


def test_a_known_finding_does_not_count_wherever_it_has_moved(tmp_path):
    """A block that moves down makes nothing new."""
    path = written(tmp_path, finding("a", line=3))

    compared = baseline.compare(Report((finding("a", line=90),)), baseline.read(path))

    assert compared.report.findings == ()
    assert compared.report.known == 1
    assert not compared.report.fails()
    assert (compared.gone, compared.remark()) == (0, "")


@pytest.mark.parametrize(
    "new",
    [
        finding("b"),
        finding("a", "https://example.org/two"),
        finding("a", "https://example.org/one", '"7"'),
        replace(finding("a"), path="e:q"),
    ],
    ids=["rule", "focus", "found", "path"],
)
def test_another_rule_thing_value_or_path_is_new(new, tmp_path):
    """Each of them makes it another fault."""
    path = written(tmp_path, finding("a"))

    compared = baseline.compare(Report((finding("a"), new)), baseline.read(path))

    assert compared.report.findings == (new,)
    assert compared.report.fails()


def test_of_findings_that_are_alike_as_many_are_known_as_were_there(tmp_path):
    """A third one of the same is new."""
    path = written(tmp_path, finding("a", line=1), finding("a", line=2))
    now = Report(tuple(finding("a", line=line) for line in (1, 2, 3)))

    compared = baseline.compare(now, baseline.read(path))

    assert len(compared.report.findings) == 1
    assert compared.report.known == 2


def test_what_is_gone_from_the_baseline_is_told(tmp_path):
    """So that it does not hide the fault when it comes back."""
    path = written(tmp_path, finding("a"), finding("b"), finding("c"))

    two = baseline.compare(Report((finding("b"),)), baseline.read(path))
    one = baseline.compare(Report((finding("b"), finding("c"))), baseline.read(path))

    assert two.remark() == "2 of the baseline are gone: write it anew with --write-baseline"
    assert one.remark() == "1 of the baseline is gone: write it anew with --write-baseline"


def test_a_baseline_is_the_same_bytes_for_the_same_findings(tmp_path):
    """The order in which they were found does not matter, nor do lines; it ends with a line."""
    findings = [finding("b"), finding("a", None), finding("a", "https://example.org/one", "7")]
    moved = [replace(one, place=Place("a.ttl", 99)) for one in reversed(findings)]

    assert baseline.write(findings) == baseline.write(moved)
    assert baseline.write(findings).endswith("}\n")
    assert [row["rule"] for row in json.loads(baseline.write(findings))["findings"]] == [
        "a",
        "a",
        "b",
    ]


def test_a_fault_of_a_whole_file_is_one_of_that_file(tmp_path):
    """The form of one file says nothing about that of another."""
    path = written(tmp_path, finding("form", None))
    other = replace(finding("form", None), place=Place("b.ttl", 1))

    compared = baseline.compare(Report((finding("form", None), other)), baseline.read(path))

    assert compared.report.findings == (other,)


def test_a_blank_node_is_known_by_the_named_thing_that_leads_to_it(tmp_path):
    """Its label is another one in each run."""

    def judged(text: str) -> tuple[Finding, baseline.Owners]:
        quads = list(ox.parse(input=PREFIXES + text, format=ox.RdfFormat.TURTLE))
        inner = next(quad.subject for quad in quads if quad.predicate.value.endswith("wrong"))
        return finding("a", str(inner), str(inner)), baseline.owners(quads)

    first, owner = judged("e:one e:has [ e:inner [ e:wrong 1 ] ] .")
    again, owner_again = judged("e:zero e:p 1 . e:one e:has [ e:inner [ e:wrong 1 ] ; e:p 2 ] .")
    elsewhere, owner_elsewhere = judged("e:two e:has [ e:inner [ e:wrong 1 ] ] .")
    known = baseline.read(written(tmp_path, first, owner=owner))

    assert first.focus != again.focus
    assert baseline.compare(Report((again,)), known, owner_again).report.known == 1
    assert baseline.compare(Report((elsewhere,)), known, owner_elsewhere).report.known == 0


def test_blank_nodes_in_a_circle_have_no_owner():
    """The search for one ends."""
    text = PREFIXES + "_:a e:p _:b . _:b e:p _:a ."
    quads = list(ox.parse(input=text, format=ox.RdfFormat.TURTLE))

    assert {baseline.owners(quads)(quad.subject.value) for quad in quads} == {"[]"}


def edited(text: str, **fields: object) -> str:
    """Give a baseline with other fields in its first finding."""
    content = json.loads(text)
    content["findings"][0] |= fields
    return json.dumps(content)


GOOD = baseline.write([finding("a")])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{\n 3}", "not JSON"),
        ("[" * 100_000, "nested too deep"),
        ("[]", "its format is not 'allygraph-baseline'"),
        ('{"format": "other"}', "its format is not"),
        (GOOD.replace('"version": 1', '"version": 2'), "its version is 2, not 1"),
        ('{"format": "allygraph-baseline", "version": 1}', "no list of findings"),
        (edited(GOOD, rule=3), "its finding 1 lacks rule"),
        (edited(GOOD, count=0), "no count"),
        (edited(GOOD, count=True), "no count"),
        (edited(GOOD, rule="b"), "its finding 1 was edited"),
    ],
    ids=lambda value: value[:30],
)
def test_a_file_that_is_no_baseline_is_refused(text, message, tmp_path):
    """To read it as an empty one would make all findings new; exit code 3."""
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UnreadableFile) as caught:
        baseline.read(path)

    assert message in caught.value.message
    assert caught.value.expected == "a file that 'ally validate --write-baseline FILE' wrote"
    assert (caught.value.place or "").startswith(str(path))
    assert caught.value.exit_code == 3
