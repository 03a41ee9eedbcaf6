"""Positions: the text at a place is the term that was parsed there, in every format with places."""

import random
import re
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.positions import Place, positions
from allygraph.positions.lines import Lines

ROOT = Path(__file__).resolve().parent.parent
TURTLE, TRIG = ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG
N_TRIPLES, N_QUADS = ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS
ODD = """@prefix : <x:> . # a. comment
:s :p [ :q :r ; :q2 [ :z :y ] ] , :o2 ;;
 :l (1 [ :a :b ] (2 3)) , 5.0 , "a. b"^^:dt , "a"@en.:t a :T .
[] :k "v" . [ :m :n ] . [ :m :n ] :x :y . _:b :p _:c . (1 2) :p :o . :s2 :e () ; a :T .
:s :p :o3 {| :q :r |}, :o4 .
@prefix : <y:> .
<<:a :b :c>> :p :o . BASE <http://example.org/>
<a#b> :p <../c> , :x\\.y , 'its'@en .
"""
GRAPHS = "PREFIX : <x:> :g {:s :p :o. :s2 :p 1 , _:x} GRAPH :h { [] :p [] } {:x :y :z} :s :p 2 ."
LINES = '\n<x:a> <x:b> "q \\" < . "@en .\r\n\n# c\n _:a<x:b><x:c>.\n<x:\\u0061> <x:p> _:a . # hi\n'


def text_at(text: str, place: Place) -> str:
    """Cut the place out of the text."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]
    begin = starts[place.line - 1] + place.column - 1
    return text[begin : starts[place.end_line - 1] + place.end_column - 1]


def said(text: str, form: ox.RdfFormat) -> list[tuple[ox.Quad, str, str, str]]:
    """Give each quad with the words at the places of its subject, property and value."""
    quads = list(ox.parse(input=text, format=form))
    table = positions(text, form, quads, "a.ttl")
    return [
        (
            quad,
            text_at(text, table.subject(quad.subject)),
            text_at(text, table.predicate(quad.subject, quad.predicate)),
            text_at(text, table.triple(quad.subject, quad.predicate, quad.object)),
        )
        for quad in quads
        if not isinstance(quad.object, ox.Triple)
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [(ODD, TURTLE), (GRAPHS, TRIG), (LINES, N_TRIPLES)],
)
def test_every_triple_of_an_odd_text_has_the_place_of_its_words(text, form):
    """Nested nodes, lists, annotations, directives in the middle, stops without blanks."""
    for quad, subject, _, value in said(text, form):
        if isinstance(quad.object, ox.Literal):
            assert quad.object.value.split('"')[0] in value
        if isinstance(quad.subject, ox.NamedNode) and form != N_TRIPLES:
            last = re.split(r"[:/#]", quad.subject.value)[-1]
            assert last in subject.replace("\\", "")
        if isinstance(quad.object, ox.BlankNode) and form == TURTLE:
            assert value[0] in "[(_1235"


def test_values_of_nested_nodes_are_told_apart():
    """Two equal blocks without names are two places."""
    text = "PREFIX : <x:>\n:s :p [ :q 1 ] , [ :q 1 ] ;\n  :p2 ( [ :q 1 ] ) .\n[ :q 1 ] .\n"
    quads = list(ox.parse(input=text, format=TURTLE))
    table = positions(text, TURTLE, quads, "a.ttl")
    ones = [quad for quad in quads if quad.predicate.value == "x:q"]

    places = [table.triple(one.subject, one.predicate, one.object) for one in ones]

    assert [(place.line, place.column) for place in places] == [(2, 12), (2, 23), (3, 14), (4, 6)]
    assert table.block(ox.NamedNode("x:s")) == Place("a.ttl", 2, 1, 3, 21)


def test_a_quad_of_a_line_format_has_its_line():
    """Labels, tight writing, comments and other line ends."""
    text = '<x:a> <x:b> "q"^^<x:d> <x:g> .\r\n# c\r\n\t_:a <x:b> <x:c> _:g .\r\n'
    quads = list(ox.parse(input=text, format=N_QUADS))
    table = positions(text, N_QUADS, quads, "a.nq", wanted={quad.subject for quad in quads})

    places = [table.triple(q.subject, q.predicate, q.object) for q in quads]

    assert [str(place) for place in places] == ["a.nq:1:13", "a.nq:3:12"]


@pytest.mark.parametrize("form", [ox.RdfFormat.JSON_LD, ox.RdfFormat.RDF_XML])
def test_formats_without_places_give_none(form):
    """The file is all that can be told."""
    quad = ox.Quad(ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.NamedNode("x:c"))
    table = positions("", form, [quad], "a.jsonld")

    assert table.subject(quad.subject) is None
    assert table.triple(quad.subject, quad.predicate, quad.object) is None


def test_what_the_text_does_not_say_has_no_place():
    """A missing triple is told by None, not by a place that is nearly right."""
    text = "<x:a> <x:b> <x:c> ."
    table = positions(text, TURTLE, list(ox.parse(input=text, format=TURTLE)), "a.ttl")
    a, b, c = (ox.NamedNode(f"x:{name}") for name in "abc")

    assert table.triple(a, b, a) is None
    assert table.predicate(a, c) is None
    assert table.subject(b) is None


@pytest.mark.parametrize("folder", ["ontology", "data/sources", "data/relationships"])
def test_every_triple_that_is_shipped_has_a_place(folder):
    """Our own files are the ones that are looked at most."""
    for path in sorted((ROOT / folder).rglob("*.ttl")):
        text = path.read_text(encoding="utf-8")
        quads = list(ox.parse(input=text, format=TURTLE))
        table = positions(text, TURTLE, quads, path.name)
        missing = [q for q in quads if not table.triple(q.subject, q.predicate, q.object)]
        assert missing == []


@pytest.mark.parametrize("seed", range(20))
def test_lines_are_counted_as_they_end(seed):
    """In blocks and in pairs of signs that stand astride two blocks."""
    dice = random.Random(seed)
    ends = ("\n", "\r", "\r\n") if seed % 2 else ("\n",)
    text = "".join(
        "é" * dice.choice((0, 1, 7, 40_000)) + dice.choice(ends) * dice.randint(0, 3)
        for _ in range(40)
    )
    starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]
    lines = Lines(text)

    for start, after in pairwise([*starts, len(text) + 1]):
        for offset in {start, (start + after) // 2}:
            if text[offset - 1 : offset + 1] != "\r\n":
                assert lines(offset) == (starts.index(start) + 1, offset - start + 1)
