"""Shapes: every shape has examples that only it refuses, and refuses them for each of its reasons.

An example under ``tests/shapes/<Shape>/`` holds one thing; what it refers to is described in
``tests/shapes/neighbours.ttl`` and in the ontology. To judge hundreds of examples in one run, each
gets names of its own.
"""

import re
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef

from allygraph import shacl
from allygraph.bridge import rdflib_graph
from allygraph.names import PREFIXES, expand
from allygraph.resources import ontology_files, shape_files
from allygraph.validation.shapes import shapes_graph

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "tests" / "shapes"
INVALID = sorted(EXAMPLES.glob("*/invalid-*.ttl"))
VALID = sorted(EXAMPLES.glob("*/valid-*.ttl"))
SHAPE = PREFIXES["shape"]
CODE = re.compile(r"\b[a-z]+:[A-Za-z_]+|[a-z]+/[a-z/-]+[.]ttl", re.ASCII)
TERMS = {
    name: URIRef(expand(name)) for name in ("skos:Concept", "skos:ConceptScheme", "skos:inScheme")
}


def parsed(path: Path) -> list[ox.Quad]:
    """Read the quads of a Turtle file."""
    return list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))


@cache
def focus_of(path: Path) -> str:
    """Give the name that an example's thing has in the common graph."""
    return f"{parsed(path)[0].subject.value}x{(INVALID + VALID).index(path)}"


def renamed(path: Path) -> list[ox.Quad]:
    """Read an example with a name of its own for its thing."""
    subject = ox.NamedNode(focus_of(path))
    return [ox.Quad(subject, quad.predicate, quad.object) for quad in parsed(path)]


@cache
def background() -> list[ox.Quad]:
    """Read what examples refer to: neighbours, classes above classes, concepts in schemes."""
    graph = rdflib_graph(quad for path in ontology_files(ROOT) for quad in parsed(path))
    kept = Graph()
    for triple in graph.triples((None, RDFS.subClassOf, None)):
        kept.add(triple)
    for concept, scheme in graph.subject_objects(TERMS["skos:inScheme"]):
        kept.add((concept, RDF.type, TERMS["skos:Concept"]))
        kept.add((concept, TERMS["skos:inScheme"], scheme))
        kept.add((scheme, RDF.type, TERMS["skos:ConceptScheme"]))
    for name in ("owl:Class", "owl:ObjectProperty"):
        kept.add((URIRef(expand("ally:Actor")), RDF.type, URIRef(expand(name))))
    text = kept.serialize(format="nt")
    quads = list(ox.parse(input=text, format=ox.RdfFormat.N_TRIPLES))
    return quads + parsed(EXAMPLES / "neighbours.ttl")


@cache
def common_graph() -> Graph:
    """Make one graph of all examples."""
    return rdflib_graph(background() + [quad for path in INVALID + VALID for quad in renamed(path)])


def judged(shapes: Graph, **limits: list[str]) -> set[tuple[str, str, str]]:
    """Give thing, shape and constraint component of every result on the common graph."""
    from pyshacl import validate

    _, report, _ = validate(common_graph(), shacl_graph=shapes, inplace=True, **limits)
    return {
        (
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.sourceShape)).removeprefix(SHAPE),
            str(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH)),
        )
        for _, result in report.subject_objects(SH.result)
    }


@cache
def results() -> dict[str, set[tuple[str, str]]]:
    """Judge the common graph by all shapes once: shape and component for each thing."""
    found: dict[str, set[tuple[str, str]]] = {}
    for focus, shape, component in judged(shapes_graph(ROOT)):
        found.setdefault(focus, set()).add((shape, component))
    return found


@cache
def property_shapes() -> list[str]:
    """List the property shapes by their local names."""
    return sorted(
        str(shape).removeprefix(SHAPE)
        for shape in shapes_graph(ROOT).subjects(RDF.type, SH.PropertyShape)
    )


def test_there_are_as_many_examples_as_we_think():
    """A pattern that finds nothing would make the tests below pass."""
    assert len(INVALID) >= 500
    assert len(VALID) >= 30


@pytest.mark.parametrize("path", INVALID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_invalid_example_breaks_the_shape_of_its_folder_and_no_other(path):
    """So the shape alone refuses it: without the shape it would pass."""
    broken = {shape for shape, _ in results().get(focus_of(path), set())}

    assert broken == {path.parent.name}


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_valid_example_breaks_no_shape(path):
    """A shape that refuses good data teaches people to ignore it."""
    assert results().get(focus_of(path), set()) == set()


def test_the_neighbours_of_the_examples_break_no_shape():
    """What an example refers to is right, so that only the example can be at fault."""
    neighbours = {quad.subject.value for quad in parsed(EXAMPLES / "neighbours.ttl")}

    assert {focus: results()[focus] for focus in neighbours & set(results())} == {}


def test_every_property_shape_has_an_invalid_example_and_every_node_shape_a_valid_one():
    """A shape that nothing breaks may hold nothing."""
    shapes = shapes_graph(ROOT)
    targets = {str(node).removeprefix(SHAPE) for node in shapes.subjects(SH.targetClass)}

    assert sorted(set(property_shapes()) - {path.parent.name for path in INVALID}) == []
    assert sorted(targets - {path.parent.name for path in VALID}) == []


def test_every_constraint_of_a_property_shape_refuses_an_example():
    """The mutation test below removes whole shapes; this one looks at each reason to refuse."""
    parameters = {
        "MinCount", "MaxCount", "Class", "Datatype", "NodeKind", "Pattern", "UniqueLang", "In",
        "MinInclusive", "Or", "Not", "Node", "Disjoint", "QualifiedMinCount",
    }  # fmt: skip
    shapes = shapes_graph(ROOT)
    wanted = {
        (shape, f"{parameter}ConstraintComponent")
        for shape in property_shapes()
        for parameter in parameters
        if (URIRef(SHAPE + shape), SH[parameter[0].lower() + parameter[1:]], None) in shapes
    }
    met = {pair for pairs in results().values() for pair in pairs}

    assert sorted(wanted - met) == []


def test_without_a_property_shape_an_invalid_example_of_it_passes():
    """The mutation test: each property shape is deleted in turn and its examples judged again."""
    shapes = shapes_graph(ROOT)
    unharmed = []
    for name in property_shapes():
        shape = URIRef(SHAPE + name)
        owners = [str(owner) for owner in shapes.subjects(SH.property, shape)]
        deleted = [*shapes.triples((shape, None, None)), *shapes.triples((None, None, shape))]
        for triple in deleted:
            shapes.remove(triple)
        foci = [focus_of(path) for path in INVALID if path.parent.name == name]
        still = {focus for focus, *_ in judged(shapes, use_shapes=owners, focus_nodes=foci)}
        unharmed += [name] if still else []
        for triple in deleted:
            shapes.add(triple)

    assert unharmed == []


def test_the_compiled_queries_find_in_all_examples_what_pyshacl_finds():
    """One verdict: the same focus node, path, component and value; and no shape needs pySHACL."""
    quads = background() + [quad for path in INVALID + VALID for quad in renamed(path)]
    shapes = [quad for path in shape_files(ROOT) for quad in parsed(path)]

    ours = shacl.validate(quads, shapes, engine="compiled")
    theirs = shacl.validate(quads, shapes, engine="pyshacl")

    assert len(ours.results) > len(INVALID)
    assert str(shacl.compare(ours, theirs)) == ""


def test_every_property_shape_has_a_name_a_message_and_a_severity():
    """Reports, tests and the page of errors name it."""
    shapes = shapes_graph(ROOT)
    missing = [
        (name, str(term).removeprefix(str(SH)))
        for name in property_shapes()
        for term in (SH.severity, SH.path)
        if len(list(shapes.objects(URIRef(SHAPE + name), term))) != 1
    ]

    assert missing == []


@pytest.mark.parametrize("term", [SH.name, SH.message])
def test_what_a_shape_says_it_says_in_three_languages(term):
    """Once in each, about the same names; a shape has both or is a part of others."""
    shapes = shapes_graph(ROOT)
    for shape in set(shapes.subjects(term)) | {URIRef(SHAPE + name) for name in property_shapes()}:
        texts = {text.language: str(text) for text in shapes.objects(shape, term)}
        assert sorted(texts) == ["en", "fr", "ja"], shape
        assert len(list(shapes.objects(shape, term))) == 3, shape
        assert len({frozenset(CODE.findall(text)) for text in texts.values()}) == 1, shape


def test_every_property_shape_has_an_iri_and_belongs_to_one_node_shape():
    """A shape in a blank node cannot be named, one without an owner is never applied."""
    shapes = shapes_graph(ROOT)
    nodes = set(shapes.subjects(SH.path)) | set(shapes.objects(None, SH.property))

    assert sorted(map(str, nodes)) == sorted(SHAPE + name for name in property_shapes())
    assert [n for n in nodes if len(list(shapes.subjects(SH.property, n))) != 1] == []


def test_a_message_says_the_fault_and_the_remedy():
    """Two sentences at least: what holds, and what to do."""
    shapes = shapes_graph(ROOT)
    messages = set(shapes.objects(None, SH.message))
    ends = {"en": (".", ". "), "fr": (".", ". "), "ja": ("。", "。")}

    assert len(messages) > 700
    for message in messages:
        end, between = ends[message.language]
        assert message.endswith(end), message
        assert between in message.removesuffix(end), message


def test_every_word_of_shacl_is_one_that_shacl_has():
    """``sh:shape`` for ``sh:node`` would silently hold nothing."""
    known = (EXAMPLES / "shacl-words.txt").read_text(encoding="utf-8").split()
    shapes = shapes_graph(ROOT)
    used = {
        str(term).removeprefix(str(SH))
        for triple in shapes
        for term in triple
        if str(term).startswith(str(SH))
    }

    assert sorted(used - set(known)) == []


def test_at_most_three_shapes_are_written_in_sparql():
    """Rules across records are check queries: pySHACL asks such a shape once for every thing."""
    assert len(list(shapes_graph(ROOT).subjects(SH.sparql))) <= 3


def test_every_class_of_the_ontology_that_has_properties_has_a_file_of_shapes():
    """One class, one file."""
    stems = {path.stem for path in shape_files(ROOT)}

    assert {"claim", "membership", "partnership", "source", "style"} <= stems
    assert len(stems) >= 30
