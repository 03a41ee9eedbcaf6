"""Mending: findings lead to repairs, of what was found and of nothing else."""

import gzip
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from allygraph.validation import Finding, Options, examine
from allygraph.validation.fixes import Repair, write
from allygraph.validation.mending import mend

ROOT = Path(__file__).resolve().parent.parent
HEAD = """@prefix e: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = f"""{HEAD}
e:Ship a sh:NodeShape ; sh:targetClass e:Vessel ;
    sh:property [ sh:path e:built ; sh:datatype xsd:date ] ,
        [ sh:path e:length ; sh:datatype xsd:integer ] ,
        [ sh:path e:home ; sh:nodeKind sh:IRI ; sh:class e:Port ] .
"""
DATA = f"""{HEAD}
e:one a e:Vessel ; e:built "11 July 2023" ; e:length "7" ; e:home "e:port" . # laid down
[] a e:Vessel ; e:length "8" .
"""
PORTS = f"{HEAD} e:port a e:Port ; e:length '3' ."


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with shapes, data and background of others."""
    for name, text in (("shapes", SHAPES), ("data", DATA), ("ports", PORTS)):
        (tmp_path / f"{name}.ttl").write_text(text, encoding="utf-8")
    return tmp_path


def judged(
    folder: Path, data: str = "data.ttl", **asked: object
) -> tuple[tuple[Finding, ...], list[Repair]]:
    """Judge the data of a folder by its shapes and mend it."""
    examined = examine(
        [folder / data],
        shapes=[folder / "shapes.ttl"],
        background=[folder / "ports.ttl"],
        options=Options(**asked),  # type: ignore[arg-type]
    )
    return examined.report.findings, mend(examined, ours=False)


def test_what_was_found_is_mended_and_then_found_no_more(folder):
    """Things without a name too; a name is known where the background describes it."""
    path = folder / "data.ttl"

    findings, repairs = judged(folder)
    write(repairs, {str(path): path})

    assert len(findings) == 4
    assert path.read_text(encoding="utf-8") == DATA.replace(
        '"11 July 2023" ; e:length "7" ; e:home "e:port"',
        '"2023-07-11"^^xsd:date ; e:length 7 ; e:home e:port',
    ).replace('"8"', "8")
    assert judged(folder) == ((), [])


def test_only_what_was_asked_is_mended(folder):
    """A rule that was not asked, or a thing that was not judged, stays as it is."""
    findings, (repair,) = judged(folder, select=("Ship-built",))
    _, (other,) = judged(folder, focus=frozenset({"https://example.org/one"}))

    assert {finding.rule for finding in findings} == {"Ship-built"}
    assert [change.new for change in repair.changes] == ['"2023-07-11"^^xsd:date']
    assert len(other.changes) == 3


def test_nothing_is_mended_that_no_finding_tells(folder):
    """So the options of a validation decide what is touched."""
    examined = examine([folder / "data.ttl"], shapes=[folder / "shapes.ttl"])
    silent = replace(examined, report=replace(examined.report, findings=()))

    assert mend(examined, ours=False) != []
    assert mend(silent, ours=False) == []


def test_a_compressed_file_is_judged_and_not_mended(folder):
    """Its findings are told; to write it is for whoever packed it."""
    (folder / "data.ttl.gz").write_bytes(gzip.compress(DATA.encode()))

    findings, repairs = judged(folder, "data.ttl.gz")

    assert len(findings) == 4
    assert repairs == []


def test_a_file_of_ours_is_mended_into_the_form_of_ours(tmp_path):
    """With the language that the ontology declares, beside all that is shipped."""
    shipped = (ROOT / "data" / "changes" / "nato-itpp.ttl").read_text(encoding="utf-8")
    path = tmp_path / "nato-itpp.ttl"
    path.write_text(shipped.replace('"@en ;', '";').replace(" ;\n    a", ";\n a"), encoding="utf-8")

    (repair,) = mend(examine([path]), ours=True)

    assert repair.after == shipped
    assert repair.changes


def ally(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``ally validate`` on the data of a folder."""
    command = [sys.executable, "-m", "allygraph", "validate", "data.ttl", "-s", "shapes.ttl"]
    return subprocess.run(
        [*command, "--background", "ports.ttl", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_shows_a_patch_that_git_takes_and_writes_the_same(folder):
    """Who wants to look first keeps the diff; the other run does it at once."""
    shown = ally(folder, "--diff")
    before = (folder / "data.ttl").read_text(encoding="utf-8")
    (folder / "mend.patch").write_text(shown.stdout, encoding="utf-8")
    applied = subprocess.run(
        ["git", "apply", "--verbose", "mend.patch"], cwd=folder, check=False, capture_output=True
    )
    patched = (folder / "data.ttl").read_text(encoding="utf-8")
    (folder / "data.ttl").write_text(before, encoding="utf-8")
    fixed = ally(folder, "--fix")

    assert shown.returncode == 1
    assert applied.returncode == 0, applied.stderr
    assert patched != before
    assert (folder / "data.ttl").read_text(encoding="utf-8") == patched
    assert fixed.returncode == 0, fixed.stdout
    assert "data.ttl: 4 values mended" in fixed.stderr


def test_the_command_knows_what_a_baseline_knows(folder):
    """Known findings do not fail, a new one does, and what is gone is told."""
    noted = ally(folder, "--write-baseline", "known.json")
    known = ally(folder, "--baseline", "known.json")
    more = DATA + 'e:two a e:Vessel ; e:length "long" .\n'
    (folder / "data.ttl").write_text(more.replace('"7"', "7"), encoding="utf-8")
    again = ally(folder, "--baseline", "known.json")

    assert (noted.returncode, known.returncode, again.returncode) == (1, 0, 1)
    assert known.stdout.endswith("0 errors, 0 warnings, 4 known in 1 file\n")
    assert again.stdout.count("error[") == 1
    assert '"long"' in again.stdout
    assert again.stderr.startswith("1 of the baseline is gone")


def test_a_baseline_that_is_none_is_unreadable_input(folder):
    """Exit code 3, with what would be right."""
    (folder / "other.json").write_text("{}", encoding="utf-8")

    refused = ally(folder, "--baseline", "other.json")

    assert refused.returncode == 3
    assert "is no baseline" in refused.stderr
    assert "--write-baseline" in refused.stderr
