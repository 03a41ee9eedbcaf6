"""The command: any RDF by any shapes, exit codes, choices of what is judged, and what is mended."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).resolve().parent.parent
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Person a sh:NodeShape ; sh:targetClass ex:Human ;
  sh:property [ sh:path ex:age ; sh:datatype xsd:integer ] , ex:Knows .
ex:Knows a sh:PropertyShape ; sh:path ex:knows ; sh:class ex:Human ; sh:severity sh:Warning ;
  sh:message "A person knows people."@en , "Une personne connaît des gens."@fr ;
  rdfs:seeAlso <https://example.org/rules#knows> .
"""
DATA = """@prefix ex: <http://example.org/> .
ex:bob a ex:Human ; ex:age "12" ; ex:knows ex:rex .
ex:rex a ex:Dog .
"""


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path]:
    """Write data and shapes of others."""
    data, shapes = tmp_path / "people.ttl", tmp_path / "shapes.ttl"
    data.write_text(DATA, encoding="utf-8")
    shapes.write_text(SHAPES, encoding="utf-8")
    return data, shapes


def ally(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run ``ally validate``."""
    command = [sys.executable, "-m", "allygraph", "validate", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_any_rdf_is_judged_by_any_shapes_and_ours_are_left_out(files):
    """Places, a name for a shape without one, severities and the page of the shape's own."""
    done = ally(files[0], "--shapes", files[1], "-f", "json")

    told = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert [(one["line"], one["column"]) for one in told] == [(2, 28), (2, 44)]
    assert [one["rule"] for one in told] == ["Person-age", "Knows"]
    assert [one["severity"] for one in told] == ["error", "warning"]
    assert told[1]["page"] == "https://example.org/rules#knows"


def test_a_report_of_the_w3c_names_the_shapes_of_others(files):
    """``-f turtle`` is what another SHACL engine would give."""
    done = ally(files[0], "--shapes", files[1], "-f", "turtle")

    quads = list(ox.parse(input=done.stdout, format=ox.RdfFormat.TURTLE))
    sh = "http://www.w3.org/ns/shacl#"
    values = {quad.object for quad in quads if quad.predicate.value == f"{sh}sourceShape"}
    paths = {quad.object.value for quad in quads if quad.predicate.value == f"{sh}resultPath"}
    assert ox.NamedNode("http://example.org/Knows") in values
    assert paths == {"http://example.org/age", "http://example.org/knows"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--fail-on", "warning", "--select", "Knows"], 1, "1 warning"),
        (["--select", "Knows"], 0, "0 errors, 1 warning"),
        (["--focus", "http://example.org/rex"], 0, "0 errors"),
        (["--select", "Nope"], 2, "no shape has a selected name"),
        (["--profile", "draft"], 2, "--profile has levels for our rules"),
        (["--lang", "fr", "--select", "Knows"], 0, "Une personne connaît des gens."),
        (["--engine", "both"], 1, "1 error, 1 warning"),
        (["--engine", "pyshacl", "-v"], 1, "pySHACL judged"),
        (["--min-coverage", "90"], 1, "50.0 %"),
        (["--explain"], 0, "SELECT ?this"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_options_choose_what_is_judged_and_what_counts(files, arguments, code, words):
    """One line of the help each."""
    done = ally(files[0], "--shapes", files[1], *arguments)

    assert words in done.stdout + done.stderr
    assert done.returncode == code


def test_exit_codes_tell_what_kind_of_end_it_was(files, tmp_path):
    """0 clean, 1 findings, 2 usage, 3 unreadable, 5 a limit; 4 is tested with a crash hook."""
    data, shapes = files
    broken, ill_formed = tmp_path / "broken.ttl", tmp_path / "ill-formed.ttl"
    broken.write_text("@prefix ex: <http://example.org/> .\nex:a ex:b .\n", encoding="utf-8")
    ill_formed.write_text(SHAPES.replace("sh:class ex:Human", 'sh:minCount "x"'), encoding="utf-8")
    good = tmp_path / "good.ttl"
    good.write_text("<http://example.org/a> a <http://example.org/Human> .\n", encoding="utf-8")
    hostile = ROOT / "tests" / "shacl" / "hostile" / "product-of-all.ttl"

    codes = {
        "clean": ally(good, "--shapes", shapes).returncode,
        "findings": ally(data, "--shapes", shapes).returncode,
        "usage": ally(data, "--shapes", shapes, "--fix", "--diff").returncode,
        "ill-formed shapes": ally(data, "--shapes", ill_formed).returncode,
        "limit": ally(hostile, "--shapes", hostile, "--deadline", "2").returncode,
    }
    unreadable = ally(broken, "--shapes", shapes)

    assert codes == {"clean": 0, "findings": 1, "usage": 2, "ill-formed shapes": 3, "limit": 5}
    assert unreadable.returncode == 3
    assert f"{broken}:2:11: error[input-unreadable]: not Turtle" in unreadable.stderr


def test_a_diff_shows_and_a_fix_does_what_has_one_right_answer(files):
    """After it, only the finding that needs a person is left."""
    data, shapes = files

    shown = ally(data, "--shapes", shapes, "--diff")
    done = ally(data, "--shapes", shapes, "--fix")

    assert '-ex:bob a ex:Human ; ex:age "12" ; ex:knows ex:rex .' in shown.stdout
    assert data.read_text(encoding="utf-8") == DATA.replace('"12"', "12")
    assert "1 value mended" in done.stderr
    assert done.returncode == 0


def test_only_new_findings_fail_beside_a_baseline(files, tmp_path):
    """A graph with known faults need not wait until it is clean."""
    data, shapes = files
    known = tmp_path / "known.json"
    ally(data, "--shapes", shapes, "--write-baseline", known)

    same = ally(data, "--shapes", shapes, "--baseline", known)
    data.write_text("\n\n" + DATA + 'ex:al a ex:Human ; ex:age "x" .\n', encoding="utf-8")
    new = ally(data, "--shapes", shapes, "--baseline", known)

    assert (same.returncode, new.returncode) == (0, 1)
    assert "2 known" in same.stdout
    assert "ex:al" in new.stdout
    assert "ex:bob" not in new.stdout


def test_only_what_a_change_can_affect_is_judged(files):
    """Findings elsewhere are not told; those that the change brings are."""
    data, _ = files
    folder = data.parent
    (folder / "more.ttl").write_text(
        "@prefix ex: <http://example.org/> .\nex:al a ex:Human ; ex:knows ex:bob .\n"
    )
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], cwd=folder, check=True)

    nothing = ally("people.ttl", "more.ttl", "--shapes", "shapes.ttl", "--changed", cwd=folder)
    data.write_text(DATA.replace("ex:bob a ex:Human", "ex:bob a ex:Robot"), encoding="utf-8")
    found = ally("people.ttl", "more.ttl", "-s", "shapes.ttl", "--changed=HEAD", cwd=folder)

    assert nothing.returncode == 0
    assert "0 errors, 0 warnings" in nothing.stdout
    assert "more.ttl:2:29: warning[Knows] ex:al" in found.stdout
    assert "Person-age" not in found.stdout


def test_rules_are_listed_with_their_levels():
    """So that --select and profiles can name them."""
    done = ally("--list-rules", "--select", "claim-unverified", "--profile", "publishable")

    assert done.stdout.split("\t")[:2] == ["claim-unverified", "error"]


def test_a_name_of_no_rule_is_refused():
    """A slip would select nothing and call everything clean."""
    done = ally("--select", "dangling-nam")

    assert done.returncode == 2
    assert "did you mean dangling-name" in done.stderr


def test_the_readme_shows_what_is_printed(files):
    """An example that was edited by hand would promise what nobody gets."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("validate people.ttl --shapes shapes.ttl\n")[2].partition("```")[0]

    done = ally("people.ttl", "--shapes", "shapes.ttl", cwd=files[0].parent)

    told = [line for line in done.stdout.split("\n") if not line.startswith("  more: ")]
    assert "\n".join(told).strip() == shown.strip()


@contextmanager
def watching(*arguments: str | Path, cwd: Path) -> Iterator[Callable[[str], str]]:
    """Run ``ally validate --watch``; gives what waits until a text is printed, and tells all."""
    command = [sys.executable, "-u", "-m", "allygraph", "validate", *map(str, arguments), "--watch"]
    printed: list[str] = []
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    reading = threading.Thread(target=lambda: [printed.append(line) for line in process.stdout])
    reading.start()
    seen = 0

    def wait(words: str) -> str:
        nonlocal seen
        for _ in range(300):
            told = printed[seen:]
            if any(words in line for line in told):
                seen += len(told)
                return "".join(told)
            time.sleep(0.1)
        raise AssertionError(f"{words!r} was not printed: {printed[seen:]}")

    try:
        yield wait
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(20)
        reading.join(20)
        process.stdout.close()
    assert code == 130


def test_while_it_watches_each_change_is_judged_and_a_broken_file_waited_for(files):
    """Somebody who writes has broken files half of the time."""
    data, _ = files
    with watching("people.ttl", "--shapes", "shapes.ttl", cwd=data.parent) as wait:
        assert "people.ttl:2:28: error[Person-age]" in wait("waiting for changes")
        data.write_text(DATA.replace('"12"', "12"), encoding="utf-8")
        assert "0 errors, 1 warning" in wait("waiting for changes")
        data.write_text(DATA + "ex:al a .", encoding="utf-8")
        assert "people.ttl:4:9: error[input-unreadable]" in wait("waiting for changes")
        data.write_text(DATA, encoding="utf-8")
        assert "1 error, 1 warning" in wait("waiting for changes")


def test_our_own_files_are_watched_too(tmp_path):
    """All rules are asked again, because some look across files."""
    copy = tmp_path / "regions.ttl"
    text = (ROOT / "data" / "places" / "regions.ttl").read_text(encoding="utf-8")
    copy.write_text(text, encoding="utf-8")
    with watching(copy, "--select", "form", cwd=ROOT) as wait:
        assert "0 errors, 0 warnings" in wait("waiting for changes")
        copy.write_text(text + "# a note\n", encoding="utf-8")
        assert "warning[form]" in wait("waiting for changes")


def test_what_was_only_looked_at_is_named_and_never_blamed(files, tmp_path):
    """A vocabulary with faults of its own is not the reader's affair."""
    beside = tmp_path / "vocabulary.ttl"
    beside.write_text(DATA.replace("ex:bob", "ex:eve"), encoding="utf-8")

    done = ally(files[0], "--shapes", files[1], "--background", beside)

    assert "ex:eve" not in done.stdout
    assert done.stdout.split("\n")[-3] == f"Background, looked at and never blamed: {beside}"
