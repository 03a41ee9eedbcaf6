"""Mending: findings lead to repairs, of what was found and of nothing else."""

from pathlib import Path

import pytest

from allygraph.validation import foreign, ours
from allygraph.validation.findings import Finding
from allygraph.validation.fixes import Repair, write
from allygraph.validation.mending import mend
from allygraph.validation.options import Options
from allygraph.validation.sources import load

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


def judged(folder: Path, **asked: object) -> tuple[tuple[Finding, ...], list[Repair]]:
    """Judge the data of a folder by its shapes and mend it."""
    options = Options(**asked)  # type: ignore[arg-type]
    paths = [[folder / f"{name}.ttl"] for name in ("data", "shapes", "ports")]
    sources = foreign.load(ROOT, *paths)
    findings = foreign.judge(sources, options).findings
    return findings, mend(sources, findings, ours=False)


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
    """So a baseline, or a profile, decides what is touched."""
    sources = foreign.load(ROOT, *[[folder / f"{n}.ttl"] for n in ("data", "shapes", "ports")])

    assert mend(sources, (), ours=False) == []


def test_a_file_of_ours_is_mended_into_the_form_of_ours(tmp_path):
    """With the language that the ontology declares, beside all that is shipped."""
    shipped = (ROOT / "data" / "changes" / "nato-itpp.ttl").read_text(encoding="utf-8")
    path = tmp_path / "nato-itpp.ttl"
    path.write_text(shipped.replace('"@en ;', '";').replace(" ;\n    a", ";\n a"), encoding="utf-8")
    sources = load(ROOT, [path])

    (repair,) = mend(sources, ours.judge(sources, Options()).findings, ours=True)

    assert repair.after == shipped
    assert repair.changes
