"""Faults put into copies of shipped files: each is found at its line, by its rule, and no other."""

import csv
from pathlib import Path

import pytest

from allygraph.validation import Finding, validate

ROOT = Path(__file__).resolve().parent.parent
with (ROOT / "tests" / "validate" / "faults.tsv").open(encoding="utf-8") as table:
    CASES = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
Case = dict[str, str]


def text_with_faults(file: str) -> str:
    """Give a shipped file's text with all of its faults."""
    lines = (ROOT / file).read_text(encoding="utf-8").split("\n")
    for case in CASES:
        if case["file"] == file:
            number = lines.index(f"    {case['line in the file']}")
            becomes = case["what it becomes"]
            lines[number : number + 1] = [f"    {becomes}"] if becomes else []
    return "\n".join(lines)


def line_of(case: Case) -> int:
    """Give the line of a fault, or of its subject where the line is gone."""
    lines = text_with_faults(case["file"]).split("\n")
    becomes = case["what it becomes"]
    return lines.index(f"    {becomes}" if becomes else case["words at the place"]) + 1


@pytest.fixture(scope="module")
def findings(tmp_path_factory) -> tuple[Finding, ...]:
    """Judge copies with the faults in the places of the shipped files, in one run."""
    folder = tmp_path_factory.mktemp("faults")
    copies = {}
    for file in sorted({case["file"] for case in CASES}):
        copies[file] = folder / file.replace("/", "-")
        copies[file].write_text(text_with_faults(file), encoding="utf-8")
    return validate(list(copies.values())).findings


def test_there_are_ten_faults_of_as_many_sorts():
    """Shapes, checks, dates, links and form are among them."""
    rules = {case["rule"] for case in CASES}

    assert len(CASES) == 10
    assert len(rules) == 9
    assert {"bounds-disagree", "dangling-name", "claim-without-quote", "form"} < rules


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule"])
def test_a_fault_is_found_at_its_line(case, findings):
    """The place is checked against the text: the line, and the words from the column on."""
    name = case["file"].replace("/", "-")
    lines = text_with_faults(case["file"]).split("\n")

    places = [
        one.place for one in findings if one.rule == case["rule"] and one.place.file.endswith(name)
    ]

    (place,) = [one for one in places if one.line == line_of(case)]
    words = lines[place.line - 1][(place.column or 1) - 1 :]
    assert words.startswith(case["words at the place"])


def test_nothing_else_is_found(findings):
    """A rule that fires beside the fault teaches people to ignore it."""
    beside = {"Claim-modality"}  # what is no concept is told as that, too

    assert {one.rule for one in findings} - {case["rule"] for case in CASES} <= beside
