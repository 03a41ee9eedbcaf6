"""RDF files: any format, told by name or text; what cannot be read is told with its place."""

import gzip
import io
import sys
import time
from types import SimpleNamespace

import pyoxigraph as ox
import pytest

from allygraph.errors import ResultTooLarge, UnreadableFile
from allygraph.positions import positions
from allygraph.rdf_files import STDIN, rdf_paths, read_rdf

F = ox.RdfFormat
A, B, C = (ox.NamedNode(f"http://example.org/{name}") for name in "abc")
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:e="http://example.org/">\n<rdf:Description rdf:about="http://example.org/a">\n'
    '<e:b rdf:resource="http://example.org/c"/>\n</rdf:Description>\n</rdf:RDF>\n'
)
TURTLE = "PREFIX e: <http://example.org/>\ne:a e:b e:c .\n"
TRIPLE = "<http://example.org/a> <http://example.org/b> <http://example.org/c>"
TEXTS = {
    F.TURTLE: f"# ours\n{TURTLE}",
    F.TRIG: f"# a graph\n{TURTLE}e:g {{ e:a e:b e:c }}\n",
    F.N_TRIPLES: f"{TRIPLE} .\n",
    F.N_QUADS: f"{TRIPLE} <http://example.org/g> .\n",
    F.RDF_XML: XML,
    F.JSON_LD: '{"@context": {"e": "http://example.org/"}, "@id": "e:a", "e:b": {"@id": "e:c"}}',
    F.N3: f"{TURTLE}e:c = e:a .",
}
NAMES = {
    F.TURTLE: "ttl",
    F.TRIG: "trig",
    F.N_TRIPLES: "nt",
    F.N_QUADS: "nq",
    F.RDF_XML: "rdf",
    F.JSON_LD: "jsonld",
    F.N3: "n3",
}


def put(folder, name, content):
    """Write a file; gives its path."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("form", TEXTS, ids=lambda form: form.name)
def test_every_format_is_read_by_its_name(tmp_path, form, packed):
    """The extension decides, with or without that of gzip."""
    content = TEXTS[form].encode()
    name = f"a.{NAMES[form]}" + (".gz" if packed else "")
    file = read_rdf(put(tmp_path, name, gzip.compress(content) if packed else content))

    assert (file.format, file.text) == (form, TEXTS[form])
    assert ox.Triple(A, B, C) in [quad.triple for quad in file.quads]
    assert file.prefixes.get("e") in (None, "http://example.org/")


@pytest.mark.parametrize("form", TEXTS, ids=lambda form: form.name)
def test_every_format_is_known_by_its_text(tmp_path, form):
    """A name that says nothing is no hindrance; triples in lines are Turtle too."""
    file = read_rdf(put(tmp_path, "a.data", "\ufeff" + TEXTS[form]))

    assert file.format == (F.TURTLE if form == F.N_TRIPLES else form)


def test_relative_names_are_read_against_the_file(tmp_path):
    """Nobody has to write a base into a file."""
    path = put(tmp_path, "a b.ttl", "<#x> <y> <> .")
    file = read_rdf(path)

    assert file.base == path.as_uri()
    assert file.quads[0].subject.value == f"{path.as_uri()}#x"
    assert file.quads[0].object.value == path.as_uri()


def test_standard_input_is_a_file(monkeypatch):
    """The one dash; the format is told by the text."""
    stdin = SimpleNamespace(buffer=io.BytesIO(XML.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    file = read_rdf(STDIN)

    assert (file.name, file.format, len(file.quads)) == ("stdin", F.RDF_XML, 1)


def test_blank_nodes_of_two_files_are_two_things(tmp_path):
    """Labels hold in a file only; the same file gives the same names twice."""
    text = "_:x <x:p> [ <x:q> _:x ] ."
    first, second = (put(tmp_path, name, text) for name in ("a.ttl", "b.ttl"))
    nodes = [{q.subject for q in read_rdf(path).quads} for path in (first, second, first)]

    assert nodes[0] == nodes[2]
    assert len(nodes[0] | nodes[1]) == 4


def test_renamed_blank_nodes_keep_their_places(tmp_path):
    """The new names do not hide where a node stands."""
    text = "<x:s> <x:p> _:b , [ <x:q> 1 ] .\n_:b <x:q> 2 .\n"
    file = read_rdf(put(tmp_path, "a.ttl", text))
    table = positions(file.text, file.format, file.quads, file.name)
    places = [table.triple(q.subject, q.predicate, q.object) for q in file.quads]

    assert sorted((place.line, place.column) for place in places) == [
        (1, 13),
        (1, 19),
        (1, 27),
        (2, 11),
    ]


def test_markup_may_declare_another_encoding(tmp_path):
    """Old OWL files are in Latin-1 or UTF-16."""
    text = XML.replace('rdf:resource="http://example.org/c"/>', ">é</e:b>")
    head = '<?xml version="1.0" encoding="{}"?>\n'
    latin = read_rdf(put(tmp_path, "a.owl", (head.format("ISO-8859-1") + text).encode("latin-1")))
    wide = read_rdf(put(tmp_path, "b.owl", (head.format("UTF-16") + text).encode("utf-16")))

    assert latin.quads[0].object == wide.quads[0].object == ox.Literal("é")


FAULTS = [
    ("a.ttl", "<x:a> <x:b> 1 .\n<x:é> <x:b> x:c .", "a.ttl:2:13", "prefix"),
    ("a.trig", "<x:g> { <x:a> <x:b> }", "a.trig:1:21", "not TriG"),
    ("a.nt", "\n<x:a> <x:b> .", "a.nt:2:13", "not N-Triples"),
    ("a.nq", "<x:a> <x:b> 1 .", "a.nq:1:13", "not N-Quads"),
    ("a.rdf", XML.replace("</rdf:Desc", "</rdf:Desk"), "a.rdf:4:18", "expected `</rdf:Desc"),
    ("b.rdf", XML.replace("about", "ID"), "b.rdf:2:47", "not a valid rdf:ID"),
    ("c.rdf", XML[:-4], "c.rdf:5:7", "tag not closed"),
    ("a.jsonld", '{"@id": "x:a",\n "x:b": }', "a.jsonld:2:9", "not JSON-LD"),
    ("b.jsonld", '{"@id": "x:a", "@type": {}}', "b.jsonld", "@type value must"),
    ("a.n3", "<x:a> <x:b>\n ?x .", "a.n3:2:5", "variables"),
    ("a.txt", "<x:a> <x:b> <x:c>\n<x:d> .", "a.txt:2:1", "not"),
    ("b.ttl", b"# caf\xc3\xa9\n# \xc3\xa9\xff", "b.ttl:2:4", "not UTF-8"),
    ("c.ttl", gzip.compress(b"<x:a> <x:b> 1 .")[:-9], "c.ttl", "broken gzip"),
    ("d.rdf", b'<?xml version="1.0" encoding="klingon"?>', "d.rdf", "unknown encoding"),
]


@pytest.mark.parametrize(("name", "text", "place", "reason"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_broken_file_is_told_with_place_and_reason(
    tmp_path, monkeypatch, name, text, place, reason
):
    """Whoever reads the error goes straight to the fault."""
    put(tmp_path, name, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableFile, match=reason) as caught:
        read_rdf(name)

    assert caught.value.place == place
    assert "Parser error at" not in caught.value.message


@pytest.mark.parametrize(
    "context",
    ['"http://example.org/c"', '[{"e": "x:"}, "http://example.org/c"]'],
    ids=["alone", "among others"],
)
def test_a_remote_context_is_named_and_not_fetched(tmp_path, context):
    """Validation asks nobody on the network."""
    path = put(tmp_path, "a.jsonld", f'{{"@id": "x:a",\n "@context": {context}, "b": 1}}')
    with pytest.raises(
        UnreadableFile, match=r"'http://example\.org/c', and nothing is fetched"
    ) as c:
        read_rdf(path)

    assert c.value.place == f"{path}:2:2"


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
WIDE = f'<!ENTITY e "{"x" * 100_000}">'
HOSTILE = [
    ("a.rdf", f"<!DOCTYPE rdf:RDF [{BOMB}]>{XML.replace('/a', '/&e8;')}", "other entities"),
    ("b.rdf", f"<!DOCTYPE rdf:RDF [{WIDE}]>{XML.replace('/a', '/' + '&e;' * 5000)}", "stand for"),
    ("c.rdf", XML.partition("\n")[0] + "<e:a><e:b>" * 100_000, "nested more than"),
    ("a.ttl", "<x:a> <x:b> " + "<<( <x:a> <x:b> " * 1_000_000 + "1 " + ")>>" * 1_000_000, "nested"),
]


@pytest.mark.parametrize(("name", "text", "reason"), HOSTILE, ids=[case[0] for case in HOSTILE])
def test_a_hostile_file_is_refused_at_once(tmp_path, name, text, reason):
    """Each of these keeps the parser for minutes, or ends the process."""
    path = put(tmp_path, name, text)
    began = time.monotonic()
    with pytest.raises(UnreadableFile, match=reason):
        read_rdf(path)
    assert time.monotonic() - began < 10


def test_an_endless_file_is_cut_at_the_cap(tmp_path):
    """Packed or not; a small file can unpack to a large one."""
    for content in (b" " * 2000, gzip.compress(b" " * 2000)):
        with pytest.raises(ResultTooLarge, match="more than 1000 bytes"):
            read_rdf(put(tmp_path, "a.ttl", content), most_bytes=1000)


def test_folders_give_their_rdf_files(tmp_path):
    """Other files are passed over; a file that is named is read whatever it is called."""
    (tmp_path / "sub.ttl").mkdir()
    for name in ("b.ttl", "a.nt.gz", "sub.ttl/c.jsonld", "readme.md", "d.json"):
        put(tmp_path, name, "")
    found = list(rdf_paths([tmp_path, tmp_path / "d.json", tmp_path / "b.ttl", STDIN]))

    names = [path.relative_to(tmp_path).as_posix() for path in found[:-1]]
    assert names == ["a.nt.gz", "b.ttl", "sub.ttl/c.jsonld", "d.json"]
    assert str(found[-1]) == STDIN


def test_a_path_that_is_no_file_is_told(tmp_path):
    """A missing file, and a folder without RDF."""
    with pytest.raises(UnreadableFile, match="no such file or directory"):
        list(rdf_paths([tmp_path / "a.ttl"]))
    with pytest.raises(UnreadableFile, match=r"no RDF file below"):
        list(rdf_paths([tmp_path]))
    with pytest.raises(UnreadableFile, match="is a directory"):
        read_rdf(tmp_path)
