"""Watch: files are followed, and the findings are always those of a run over everything."""

import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.errors import UnreadableFile
from allygraph.shacl import read_shapes, validate
from allygraph.validation.watch import Session, changes, stamps

HEAD = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX : <urn:x:>
"""
SHAPES = """
:A-shape sh:targetClass :A ; sh:property :A-p .
:B-shape sh:targetClass :B ; sh:property :A-p .
:A-p sh:path :p ; sh:minCount 1 ; sh:property [ sh:path :q ; sh:minCount 1 ] .
:C-shape sh:targetClass :C ; sh:property [ sh:path :p ; sh:maxCount 1 ] .
"""
ONE, TWO = Path("one.ttl"), Path("two.ttl")
STEPS = [
    {ONE: ":a a :A ."},
    {ONE: ":a a :A ; :p :v ."},
    {TWO: ":v :q :w . :b a :B ; :p :v , :u ."},
    {ONE: ":a a :A , :B ; :p :v ."},
    {ONE: ":a a :B ; :p :v , :u ."},
    {ONE: ":a a :C ; :p :v , :u ."},
    {TWO: ":b a :B ; :p :v , :u .", ONE: ":u :q 1 ."},
    {TWO: None},
    {ONE: None, TWO: ":b a :B ."},
]


def reader(path: Path, text: bytes) -> list[ox.Quad]:
    try:
        return list(ox.parse(HEAD.encode() + text, format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise UnreadableFile("not Turtle", place=str(path)) from error


def test_results_follow_the_files_also_of_nested_and_shared_shapes():
    """A nested result names the value; a property shape of two parents keeps the other's."""
    shapes = read_shapes(reader(ONE, SHAPES.encode()))
    texts: dict[Path, bytes] = {}
    session, seen = Session(texts, shapes, reader), 0

    for step in STEPS:
        changed = {path: None if text is None else text.encode() for path, text in step.items()}
        session.update(changed)
        texts = {p: t for p, t in (texts | changed).items() if t is not None}

        quads = [quad for path, text in texts.items() for quad in reader(path, text)]
        assert set(session.report.results) == set(validate(quads, shapes).results)
        seen += len(session.report.results)
    assert seen >= len(STEPS)


def test_a_broken_file_leaves_the_session_as_it_was():
    """While somebody types, a file is broken now and then."""
    shapes = read_shapes(reader(ONE, SHAPES.encode()))
    session = Session({ONE: b":a a :A ."}, shapes, reader)
    before = session.report

    with pytest.raises(UnreadableFile):
        session.update({TWO: b":b a :B .", ONE: b":a a"})

    assert session.report == before
    session.update({ONE: b":a a :A ; :p 1 ."})
    assert {result.focus.value for result in session.report.results} == {"1"}


def test_changes_of_files_are_told_with_their_bytes_and_no_others(tmp_path):
    """New, edited and deleted ones; what the filter does not want wakes nobody."""
    folder = tmp_path / "data"
    folder.mkdir()
    edited, gone = folder / "edited.ttl", folder / "gone.ttl"
    for path in (edited, gone):
        path.write_text("old")
    stop, begun = threading.Event(), threading.Event()
    seen: dict[Path, bytes | None] = {}

    def follow() -> None:
        found = changes([folder], lambda path: path.suffix == ".ttl", stop, begun)
        for step in found:
            seen.update(step)
            if len(seen) == 3:
                stop.set()

    thread = threading.Thread(target=follow)
    thread.start()
    begun.wait(10)
    (folder / "other.txt").write_text("no")
    (tmp_path / "beside.ttl").write_text("no")
    edited.write_text("new")
    gone.unlink()
    (folder / "fresh.ttl").write_text("fresh")
    thread.join(20)
    stop.set()

    assert seen == {edited: b"new", gone: None, folder / "fresh.ttl": b"fresh"}


def test_what_changes_before_the_files_are_watched_is_told(tmp_path):
    """Between reading and watching somebody may have saved; that must not be lost."""
    path = tmp_path / "one.ttl"
    path.write_text("", encoding="utf-8")
    since = stamps([tmp_path], lambda _: True)
    path.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")

    told = next(changes([tmp_path], lambda _: True, since=since))

    assert told == {path.resolve(): b"<urn:a> <urn:b> <urn:c> ."}
