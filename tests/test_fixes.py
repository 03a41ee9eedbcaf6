"""Fixes: what has one right answer is mended, nothing is guessed, and nothing else changes."""

import csv
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.names import PREFIXES
from allygraph.positions import Place
from allygraph.resources import ontology_files, shape_files
from allygraph.shacl import validate
from allygraph.turtle import canonical
from allygraph.validation.findings import Finding, said
from allygraph.validation.fixes import (
    FileText,
    Repair,
    file_texts,
    find_language,
    fixes,
    wrong_values,
)
from allygraph.validation.fixes.terms import Context, remedy
from allygraph.validation.fixes.wanted import Shapes

ROOT = Path(__file__).resolve().parent.parent
TURTLE, TRIG = ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG
E = "https://example.org/"
HEAD = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("edtf", "rdf", "sh", "xsd"))
HEAD += f"PREFIX e: <{E}>\n"
with (ROOT / "tests" / "fixes" / "terms.tsv").open(encoding="utf-8") as table:
    CASES = list(csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
SHIPS = (
    HEAD
    + """
e:Ships a sh:NodeShape ; sh:targetClass e:Ship ;
    sh:property [ sh:path e:built ; sh:datatype xsd:date ] ,
        [ sh:path e:length ; sh:datatype xsd:integer ; sh:minInclusive 1 ] ,
        [ sh:path e:home ; sh:nodeKind sh:IRI ] ,
        [ sh:path e:name ; sh:datatype rdf:langString ; sh:uniqueLang true ] .
"""
)


def quads_of(text: str, format: ox.RdfFormat = TURTLE) -> list[ox.Quad]:
    """Parse a text."""
    return list(ox.parse(input=text, format=format))


def term(text: str) -> ox.NamedNode | ox.Literal:
    """Read one term of Turtle."""
    (quad,) = quads_of(f"{HEAD}e:s e:p {text} .")
    assert isinstance(quad.object, ox.NamedNode | ox.Literal)
    return quad.object


def repaired(text: str, shapes: str = SHIPS, format: ox.RdfFormat = TURTLE) -> list[Repair]:
    """Mend a text by shapes."""
    quads, wanted = quads_of(text, format), quads_of(shapes)
    results = validate(quads, wanted).results
    return fixes(wrong_values(results), wanted, [FileText("a", text, format, quads)])


def test_there_are_as_many_rules_as_we_think():
    """An empty table would pass."""
    assert len(CASES) > 80
    assert 40 < sum(bool(becomes) for _, _, _, becomes, _ in CASES) < 60


@pytest.mark.parametrize(
    ("shape", "value", "language", "becomes", "why"),
    CASES,
    ids=lambda text: text[:40],
)
def test_a_value_becomes_what_it_can_only_have_been_meant_to_be(
    shape, value, language, becomes, why
):
    """Where two readings are possible, or something would be lost, nothing is offered."""
    shapes = Shapes(quads_of(f"{HEAD}e:S {shape} ."))
    context = Context(language or None, {"e": E}, lambda node: node == ox.NamedNode(f"{E}known"))

    found = remedy(term(value), shapes.wanted(ox.NamedNode(f"{E}S")), context)

    assert found == (term(becomes) if becomes else None), why


FOREIGN = """@prefix x: <http://www.w3.org/2001/XMLSchema#>.
@prefix e: <https://example.org/>. # ships

e:one   a e:Ship ; e:built "11 July 2023" , '2020-01-01'^^x:string   ; # laid down
\te:length   '''7''' ; e:home "e:two"; e:length"8".
e:two a e:Ship; e:built "2020-01-01"; e:built "2020-01-01"; e:sub [ a e:Ship ; e:length "9" ] .
"""
MENDED = """@prefix x: <http://www.w3.org/2001/XMLSchema#>.
@prefix e: <https://example.org/>. # ships

e:one   a e:Ship ; e:built "2023-07-11"^^x:date , '2020-01-01'^^x:date   ; # laid down
\te:length   7 ; e:home e:two; e:length"8"^^<http://www.w3.org/2001/XMLSchema#integer>.
e:two a e:Ship; e:built "2020-01-01"^^x:date; e:built "2020-01-01"^^x:date; e:sub [ a e:Ship ; e:length 9 ] .
"""  # noqa: E501


def test_only_the_tokens_at_fault_are_changed():
    """Layout, comments, quotes and the rest of a foreign file are its author's."""
    (repair,) = repaired(FOREIGN)

    assert repair.after == MENDED
    assert not repair.reformed
    assert [(c.line, c.column, c.old, c.new) for c in repair.changes][:2] == [
        (4, 28, '"11 July 2023"', '"2023-07-11"^^x:date'),
        (4, 45, "'2020-01-01'^^x:string", "'2020-01-01'^^x:date"),
    ]
    assert len(repair.changes) == 8


def test_what_was_mended_has_nothing_left_to_mend():
    """Also where a triple stands twice; and the shapes find no fault with it any more."""
    (repair,) = repaired(FOREIGN)

    assert repaired(repair.after) == []
    assert validate(quads_of(repair.after), quads_of(SHIPS)).conforms


def test_a_prefix_is_used_only_where_the_file_declares_it():
    """Else the address stands in full; a line break within a token is no trouble."""
    text = f'<{E}a> a <{E}Ship> ; <{E}built> """ 2020-01-01\n""" .\n'

    (repair,) = repaired(text)

    datatype = "http://www.w3.org/2001/XMLSchema#date"
    assert repair.after == f'<{E}a> a <{E}Ship> ; <{E}built> "2020-01-01"^^<{datatype}> .\n'


def test_a_prefix_that_means_two_things_in_a_file_is_not_used():
    """What was written is read again before it is handed over."""
    text = f"{HEAD}e:a a e:Ship ; e:built '2020-01-01' .\nPREFIX xsd: <urn:other:>\n"

    (repair,) = repaired(text)

    wanted = "'2020-01-01'^^<http://www.w3.org/2001/XMLSchema#date>"
    assert repair.after == text.replace("'2020-01-01'", wanted)


def test_many_faults_of_a_large_file_are_mended_in_time():
    """Ten thousand in a few seconds of CPU, not minutes."""
    count = 10_000
    names = "".join(
        f'e:s{n} a e:Ship ; e:name "Argo {n}" ; e:length "{n + 1}" .\n' for n in range(count)
    )
    before = time.process_time()

    (repair,) = repaired(f"# language: en\n{HEAD}{names}")

    assert len(repair.changes) == 2 * count
    assert time.process_time() - before < 20


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize(
    ("format", "graph"),
    [(ox.RdfFormat.N_TRIPLES, ""), (ox.RdfFormat.N_QUADS, f" <{E}g>")],
    ids=["triples", "quads"],
)
def test_lines_of_n_triples_and_n_quads_are_mended(format, graph, end):
    """They know neither prefixes nor plain numbers."""
    lines = [
        f"<{E}a> <{PREFIXES['rdf']}type> <{E}Ship>{graph} .",
        f'<{E}a> <{E}length> "7"{graph} .',
        f'<{E}a> <{E}built> "2020-01-01"{graph} .',
    ]

    (repair,) = repaired(end.join([*lines, ""]), format=format)

    lines[1] = lines[1].replace('"7"', f'"7"^^<{PREFIXES["xsd"]}integer>')
    lines[2] = lines[2].replace('-01"', f'-01"^^<{PREFIXES["xsd"]}date>')
    assert repair.after == end.join([*lines, ""])


def test_a_triple_in_two_graphs_of_a_file_is_mended_in_both():
    """Each graph of TriG says it by itself."""
    text = f'{HEAD}e:g {{ e:a a e:Ship ; e:length "7" }}\ne:h {{ e:a e:length "7" . }}\n'

    (repair,) = repaired(text, format=TRIG)

    assert repair.after == text.replace('"7"', "7")


def test_formats_without_places_are_left_alone():
    """Where nobody can tell which token is meant, nothing is changed."""
    text = ox.serialize(quads_of(FOREIGN), format=ox.RdfFormat.RDF_XML, prefixes={"e": E}).decode()

    assert not validate(quads_of(text, ox.RdfFormat.RDF_XML), quads_of(SHIPS)).conforms
    assert repaired(text, format=ox.RdfFormat.RDF_XML) == []


def test_two_texts_never_get_the_same_language_where_it_must_be_unique():
    """To mend one fault by another would be no remedy."""
    ship = "# language: en\n" + HEAD + "e:a a e:Ship ; e:name {} .\n"

    (one,) = repaired(ship.format('"Argo"'))

    assert one.after == ship.format('"Argo"@en')
    assert repaired(ship.format('"Argo" , "Argus"@EN')) == []
    assert repaired(ship.format('"Argo" , "Argus"')) == []


def test_two_shapes_that_want_different_things_get_neither():
    """There is no one right answer."""
    other = f"{SHIPS} e:Other sh:targetClass e:Ship ; sh:property [ sh:path e:built ; "
    text = f'{HEAD}e:a a e:Ship ; e:built "2020-01-01" .'

    assert repaired(text, other + "sh:datatype edtf:EDTF ] .") == []
    assert len(repaired(text, other + "sh:datatype xsd:date ] .")) == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("# Ships\n# language: fr\n", "fr"),
        ('# Ships\n# dcterms:language "en-GB"\n', "en-GB"),
        ("e:a e:p 1 .\n# language: fr\n", None),
        ('<> <http://purl.org/dc/terms/language> "fr" .', "fr"),
        ('e:o a owl:Ontology ; dcterms:language "fr" .', "fr"),
        ('# language: en\n<> <http://purl.org/dc/terms/language> "fr" .', None),
        ('e:o a owl:Ontology . e:q a owl:Ontology ; dcterms:language "fr" .', None),
        ('e:article a e:Source ; dcterms:language "fr" .', None),
        ('e:o a owl:Ontology ; dcterms:language "fr" , "en" .', None),
        ('e:a e:label "a"@en , "b"@en , "c" .', None),
    ],
)
def test_a_language_is_declared_by_the_file_of_itself(text, language):
    """The language of a source that it describes, or of its other texts, declares nothing."""
    head = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("owl", "dcterms"))
    full = text if text.startswith("#") else f"PREFIX e: <{E}>\n{head}{text}"
    quads = list(
        ox.parse(input=full.replace("# language", "# Language"), format=TURTLE, base_iri=E)
    )

    assert find_language(full, quads, E) == language


@cache
def ours() -> tuple[list[ox.Quad], list[ox.Quad]]:
    """Read our shapes and our ontology."""
    shapes = [quad for path in shape_files(ROOT) for quad in quads_of(path.read_text("utf-8"))]
    terms = [quad for path in ontology_files(ROOT) for quad in quads_of(path.read_text("utf-8"))]
    return shapes, terms


def fixed_of_ours(text: str, **fields: bool) -> list[Repair]:
    """Mend a text as a file of ours, by our shapes."""
    shapes, terms = ours()
    quads = quads_of(text)
    results = validate(quads + terms, shapes).results
    file = FileText("data/a.ttl", text, TURTLE, quads, ours=True, language="en", **fields)
    return fixes(wrong_values(results), shapes, [file])


@pytest.mark.parametrize(
    "name",
    [
        "sources/2023/nikkei-ap4.ttl",
        "sources/2023/nato-diella-visits.ttl",
        "offices/nato.ttl",
        "actors/people.ttl",
        "changes/nato-itpp.ttl",
        "events/summits.ttl",
    ],
)
def test_a_file_of_ours_comes_back_byte_by_byte(name):
    """All its dates, numbers and languages are damaged; what is mended is canonical again."""
    text = (ROOT / "data" / name).read_text(encoding="utf-8")
    damaged = text
    for old, new in (("^^xsd:date", ""), ("^^edtf:EDTF", ""), ("^^xsd:anyURI", "")):
        damaged = damaged.replace(old, new)
    damaged = "\n".join(
        line.replace('"@en', '"') if line.startswith("    rdfs:label") else line
        for line in damaged.split("\n")
    )

    (repair,) = fixed_of_ours(damaged)

    assert damaged != text
    assert repair.after == text


def test_a_file_of_ours_that_is_not_canonical_is_brought_into_form():
    """Only if a finding says so, or something else is mended in it."""
    text = (ROOT / "data" / "offices" / "nato.ttl").read_text(encoding="utf-8")
    loose = text.replace(" ;\n    ", ";\n  ")

    (repair,) = fixed_of_ours(loose, reform=True)

    assert canonical(loose) == text
    assert (repair.after, repair.reformed, repair.changes) == (text, True, ())
    assert fixed_of_ours(loose) == []
    assert fixed_of_ours(text, reform=True) == []


@dataclass
class Judged:
    """A file as a validation holds it, its quads in a graph made for it."""

    name: str
    text: str
    quads: list[ox.Quad]
    format: ox.RdfFormat = TURTLE
    base: str | None = None


def test_files_are_mended_as_a_validation_holds_them():
    """Its quads are in a graph of the file; a finding tells that its form is wrong."""
    text = f'{HEAD}e:a e:has [ a e:Ship ; e:length "7" ] .\n'
    graph, wanted = ox.NamedNode(f"{E}graph"), quads_of(SHIPS)
    held = [ox.Quad(q.subject, q.predicate, q.object, graph) for q in quads_of(text)]
    found = Finding(Place("b.ttl", 1), "warning", "form", None, said("Not canonical."))

    files = file_texts([Judged("a.ttl", text, held), Judged("b.ttl", "", [])], [found], ours=True)
    (repair,) = fixes(wrong_values(validate(held, wanted).results), wanted, files[:1])

    assert [file.reform for file in files] == [False, True]
    assert all(file.ours for file in files)
    assert repair.changes[0].new == "7"
    assert repair.after == canonical(text.replace('"7"', "7"))


def test_a_comment_in_a_file_of_ours_is_never_lost():
    """The canonical form has no place for it; a finding says so, and people decide."""
    text = (ROOT / "data" / "offices" / "nato.ttl").read_text(encoding="utf-8")
    commented = text.replace("office:", "# a remark\noffice:", 1)

    assert "# a remark" in commented
    assert fixed_of_ours(commented, reform=True) == []
