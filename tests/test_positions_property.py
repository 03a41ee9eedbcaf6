"""Positions against the truth of random texts, and in every file at hand."""

import random
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from allygraph.positions import Positions
from allygraph.rdf_files import named_by
from tests.odd_turtle import FIRST, odd_text

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
BASE = "http://example.org/base/"
FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
}
LABELS = [ox.BlankNode(label) for label in ("x", "y.z", "1", "v", "g")]
RANDOM = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class Table:
    """A side table whose places are spans of its text, counted in characters."""

    def __init__(self, text, form, quads, **more):
        self.table = Positions(text, form, quads, "f", **more)
        self.starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]

    def span(self, place):
        """Turn lines and columns into a span."""
        if place is None:
            return None
        begin = self.starts[place.line - 1] + place.column - 1
        return begin, self.starts[place.end_line - 1] + place.end_column - 1

    def subject(self, node):
        """Give the span of a subject."""
        return self.span(self.table.subject(node))

    def predicate(self, subject, predicate):
        """Give the span of a property."""
        return self.span(self.table.predicate(subject, predicate))

    def triple(self, subject, predicate, value):
        """Give the span of a value."""
        return self.span(self.table.triple(subject, predicate, value))


def renamed(quads):
    """Give the quads with other blank nodes, as a reader of several files does."""
    rename = named_by("f")
    return [ox.Quad(*map(rename, quad)) for quad in quads], {n: rename(n) for n in LABELS}


def parsed(text, form):
    """Parse a random text; now and then one is written that is not of its format."""
    try:
        return list(ox.parse(input=text, format=form, base_iri=BASE))
    except SyntaxError:
        reject()


def nodes_of(quads):
    """Find the nodes that say their number, and the lists that begin with one."""
    return {
        int(quad.object.value): quad.subject
        for quad in quads
        if quad.predicate.value == "urn:id"
        or (quad.predicate == FIRST and isinstance(quad.object, ox.Literal))
        if quad.object.value.isdecimal()
    }


def compare(odd, form, *, rename=False):
    """Compare the places of all triples, properties and subjects of a text with the truth."""
    quads = parsed(odd.text, form)
    quads, labels = renamed(quads) if rename else (quads, {})
    nodes = nodes_of(quads)

    def node(key):
        return nodes[key] if isinstance(key, int) else labels.get(key, key)

    table = Table(odd.text, form, quads, base=BASE)
    properties = {}
    for (subject, predicate, value), spans in odd.truth.items():
        found = table.triple(node(subject), predicate, node(value))
        assert found == spans[0][1], (subject, predicate, value)
        if predicate != FIRST:
            properties.setdefault((subject, predicate), []).extend(span for span, _ in spans)
    for (subject, predicate), spans in properties.items():
        assert table.predicate(node(subject), predicate) == min(spans), (subject, predicate)
    for subject, spans in odd.subjects.items():
        if not isinstance(subject, int):
            assert table.subject(node(subject)) == spans[0], subject
    for number, span in odd.nameless.items():
        assert table.subject(node(number)) == span, number


@RANDOM
@given(st.integers(0, 2**32), st.booleans(), st.booleans())
def test_places_are_those_at_which_a_random_text_was_written(seed, graphs, rename):
    """Whatever stands between tokens, and whatever blank nodes are called in the graph."""
    odd = odd_text(random.Random(seed), graphs=graphs)
    compare(odd, ox.RdfFormat.TRIG if graphs else ox.RdfFormat.TURTLE, rename=rename)


@RANDOM
@given(st.integers(0, 2**32))
def test_an_index_of_some_subjects_gives_their_places(seed):
    """What is not asked for need not be indexed."""
    odd = odd_text(random.Random(seed))
    quads = parsed(odd.text, ox.RdfFormat.TURTLE)
    named = [quad for quad in quads if isinstance(quad.subject, ox.NamedNode)]
    whole = Table(odd.text, ox.RdfFormat.TURTLE, quads, base=BASE)
    for quad in named[:3]:
        some = Table(odd.text, ox.RdfFormat.TURTLE, quads, base=BASE, wanted={quad.subject})
        assert some.triple(*quad.triple) == whole.triple(*quad.triple)


@RANDOM
@given(st.integers(0, 2**32), st.booleans())
def test_each_line_of_a_line_format_has_its_triple(seed, named):
    """In N-Triples and N-Quads the line of a triple is that of its number."""
    odd = odd_text(random.Random(seed), graphs=named)
    written = parsed(odd.text, ox.RdfFormat.TRIG if named else ox.RdfFormat.TURTLE)
    form = ox.RdfFormat.N_QUADS if named else ox.RdfFormat.N_TRIPLES
    text = ox.serialize(written, format=form).decode()
    quads = list(ox.parse(input=text, format=form))
    table = Positions(text, form, quads, "f")
    first = {}
    for number, quad in enumerate(quads, start=1):
        first.setdefault(quad.triple, number)
    for triple, number in first.items():
        place = table.triple(*triple)
        line = text.split("\n")[number - 1]
        assert place.line == place.end_line == number
        words = line[place.column - 1 : place.end_column - 1]
        assert words == str(triple.object) or "\\" in words


def files(*folders):
    """List the files with places below some folders."""
    found = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return [path for path in found if path.suffix in FORMATS and path.is_file()]


def wrong_words(path):
    """List the triples of a file whose place does not hold the words of their value."""
    text = path.read_bytes().decode("utf-8-sig")
    form, base = FORMATS[path.suffix], path.as_uri()
    reader = ox.parse(input=text, format=form, base_iri=base)
    try:
        quads = list(reader)
    except SyntaxError:
        return []
    head = "".join(f"PREFIX {name}: <{space}>\n" for name, space in reader.prefixes.items())
    head += f"BASE <{reader.base_iri}>\n"
    table = Table(text, form, quads, base=base)
    wrong = []
    for quad in quads:
        span = table.triple(*quad.triple)
        if span is None or not says(text[slice(*span)], quad, head):
            wrong.append((path.name, str(quad), span and text[slice(*span)]))
    return wrong


def says(words, quad, head):
    """Tell whether some words are the value of a quad; blank nodes by how they begin."""
    if quad.predicate.value.endswith("#rest"):
        return True
    if isinstance(quad.object, ox.BlankNode):
        return words.startswith(("[", "(", "_:", "<<", "{|", "~"))
    if isinstance(quad.object, ox.Triple):
        return words.startswith("<<(")
    line = f"{head}<urn:s> <urn:p> {words} ."
    return next(ox.parse(input=line, format=ox.RdfFormat.TURTLE)).object == quad.object


@pytest.mark.parametrize(
    "folder", ["ontology", "data/actors", "data/imports/officeholders", "tests"]
)
def test_every_value_of_our_files_stands_at_its_place(folder):
    """Canonical files, and the odd ones of the tests."""
    assert [wrong for path in files(ROOT / folder) for wrong in wrong_words(path)] == []


def test_every_value_of_the_files_of_others_stands_at_its_place():
    """The suite of SHACL and the data sets at hand, in the layouts of many hands."""
    if not SHARED.exists():
        pytest.skip("the files of others are not here")
    found = [path for path in files(SHARED) if path.stat().st_size < 1_000_000]

    assert found
    assert [wrong for path in found for wrong in wrong_words(path)] == []


HARD = {
    "a version": 'VERSION "1.2"\n:s :p 1 .',
    "no prefix of its own": "PREFIX GRAPH: <y:> GRAPH:x GRAPH:y GRAPH:z .",
    "a word as prefix": "PREFIX PREFIX: <y:> PREFIX:x PREFIX:y 1 .",
    "another word": "PREFIX base: <z:> base:a base:b 1 .",
    "a hash in a prefix": "@prefix # a\n h: # b\n <y:#> . h:x h:y h:z .",
    "a relative prefix": "PREFIX r: <r/> BASE <b/> r:a r:b r:c . PREFIX r: <r/> r:a r:b r:c .",
    "direction": ':s :p "abc"@en--ltr , "d"@ar--rtl.',
    "annotations": ":s :p :o {| :q :r ; :q2 [ :z 1 ] |}, :o2 ~ {| :q :r2 |} .",
    "quoted triples": ':x :y << :s :p "a>>b" >>, <<( :s :p <<( :a :b :c )>> )>> .',
    "empty nodes": "[] :p [] , [] . [ ] :q ( ) , (()) , ([]) .",
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_what_is_hard_to_read_has_its_places(text):
    """Each of these has led a reader of Turtle astray."""
    text = f"PREFIX : <http://example.org/>\n{text}"
    quads = list(ox.parse(input=text, format=ox.RdfFormat.TURTLE, base_iri=BASE))
    table = Table(text, ox.RdfFormat.TURTLE, quads, base=BASE)
    missing = [
        str(quad)
        for quad in quads
        if not quad.predicate.value.endswith("reifies")
        and None in (table.triple(*quad.triple), table.subject(quad.subject))
    ]

    assert missing == []


@pytest.mark.parametrize("signs", ["[]", "()"])
def test_values_nested_without_end_do_not_end_the_reading(signs):
    """The parser reads them; there may be no place, but no error either."""
    inside = (
        ":p [ " * 5000 + ":q 1" + " ]" * 5000 if signs == "[]" else ":p " + "(" * 5000 + ")" * 5000
    )
    text = f"PREFIX : <http://example.org/>\n:s {inside} .\n:t :q :u ."
    quads = list(ox.parse(input=text, format=ox.RdfFormat.TURTLE))
    table = Positions(text, ox.RdfFormat.TURTLE, quads, "f")

    assert len([table.triple(*quad.triple) for quad in quads]) == len(quads)
    assert str(table.subject(quads[-1].subject)) == "f:3:1"
