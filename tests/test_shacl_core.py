"""The shapes library: what it reads, how it plans, what it reports. The W3C cases stand apart."""

import ast
import csv
import re
import tomllib
from itertools import product
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.shacl import (
    DataGraph,
    IllFormedShapes,
    expecting,
    plan,
    read_shapes,
    reference,
    report_quads,
    validate,
)
from allygraph.shacl.expecting import expected
from allygraph.shacl.literals import find_stored, is_ill_formed
from allygraph.shacl.names import sh
from allygraph.shacl.paths import read_path, sparql_path
from allygraph.shacl.triples import Triples

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "shacl"
PLACEHOLDER = re.compile(r"{\w+}")
XSD = "http://www.w3.org/2001/XMLSchema#"
HEAD = f"""
PREFIX : <http://example.org/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX xsd: <{XSD}>
"""


def quads(text):
    return list(ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE))


def rows(report):
    """Give focus, path, value and component of results, short."""
    return [
        (
            str(r.focus).replace("http://example.org/", ":"),
            None if r.path is None else sparql_path(r.path).replace("http://example.org/", ":"),
            None if r.value is None else str(r.value).replace("http://example.org/", ":"),
            r.component.value.rpartition("#")[2].removesuffix("ConstraintComponent"),
        )
        for r in report.results
    ]


def ill_formed():
    with (CASES / "ill-formed.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_package_could_be_lifted_out():
    """It imports nothing of ours but itself and the leaf that makes rdflib graphs."""
    imported = set()
    for path in (ROOT / "allygraph" / "shacl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    ours = {name for name in imported if name.partition(".")[0] == "allygraph"}

    assert {name for name in ours if not f"{name}.".startswith("allygraph.shacl.")} == {
        "allygraph.bridge"
    }


@pytest.mark.parametrize("case", ill_formed(), ids=lambda case: case["shape"])
def test_an_ill_formed_shape_is_refused_with_its_reason(case):
    """A shape that is passed over judges nothing and looks as if all were well."""
    with pytest.raises(IllFormedShapes) as refused:
        read_shapes(quads(f":shape sh:targetClass :C ; {case['shape']} ."))

    assert case["reason"] in str(refused.value)
    assert refused.value.shape is not None


TEXTS = (
    *("0", "1", "-1", "+5", "007", "1.5", ".5", "5.", "1e3", "INF", "NaN", "", " 1", "abc"),
    *("true", "false", "TRUE", "127", "128", "-129", "99999999999999999999", "1_0", "\u0661"),
    *("2020-01-31", "2020-02-29", "2021-02-29", "2020-13-01", "2020-1-1", "2020-01-31Z"),
    *("2020-01-31+14:00", "2020-01-31+15:00", "-0044-03-15", "1900-02-29", "2000-02-29"),
    *(
        "2020-01-31T10:00:00",
        "2020-01-31T24:00:00",
        "2020-01-31T25:00:00",
        "2020-01-31T10:00:00.5Z",
    ),
    *("10:00:00", "10:60:00", "2020", "20", "2020-12", "2020-13", "--12", "--13", "---31", "---32"),
    *("--02-29", "--02-30", "P1Y", "P", "P1Y2M3DT4H", "PT", "PT5S", "-P1D", "P1S"),
)
CAST = (
    *("boolean", "integer", "decimal", "float", "double", "date", "dateTime", "time"),
    *("gYear", "gYearMonth", "gMonth", "gDay", "gMonthDay"),
    *("duration", "yearMonthDuration", "dayTimeDuration"),
)
# Well-formed, but more than the store's parsers take.
UNREAD = {(TEXTS[20], "integer"), (TEXTS[20], "gYear"), ("--02-29", "gMonthDay")}


def test_what_is_ill_formed_is_what_the_store_cannot_read():
    """The table of forms is our own; the store's parsers are another opinion, text by text."""
    wrong = []
    for text, name in product(TEXTS, CAST):
        literal = ox.Literal(text, datatype=ox.NamedNode(XSD + name))
        query = f"SELECT (<{XSD}{name}>({ox.Literal(text)}) AS ?x) {{}}"
        read = next(iter(ox.Store().query(query)))["x"] is not None
        if is_ill_formed(text, literal.datatype.value) == read and (text, name) not in UNREAD:
            wrong.append((text, name, read))

    assert wrong == []


def test_no_literal_is_lost_in_the_store():
    """Oxigraph writes 1 for "01" and integer for byte; shapes ask for what was written."""
    names = (*CAST, "byte", "unsignedInt", "nonNegativeInteger", "string", "anyURI", "language")
    written = {
        ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(text, datatype=name))
        for text, name in product(TEXTS, (ox.NamedNode(XSD + name) for name in names))
    }

    assert set(DataGraph(written).quads()) == written
    assert find_stored(ox.Literal("2020-01-31", datatype=ox.NamedNode(XSD + "date"))) is None


PATHS = (
    "( :p [ sh:inversePath :q ] )",
    "[ sh:alternativePath ( :p ( :q :r ) ) ]",
    "[ sh:zeroOrMorePath [ sh:alternativePath ( :p :q ) ] ]",
    "[ sh:oneOrMorePath [ sh:inversePath :p ] ]",
    "[ sh:zeroOrOnePath ( :p :q ) ]",
    "[ sh:inversePath [ sh:zeroOrMorePath :p ] ]",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_survives_the_report(path):
    """A reader of the W3C report finds the path that the shape has."""
    shapes = quads(f":shape sh:targetNode :a ; sh:path {path} ; sh:minCount 9 .")
    report = validate(quads(":a :p :b ."), shapes)
    triples = Triples(report_quads(report))
    (node,) = triples.objects(ox.BlankNode("result0"), sh("resultPath"))

    assert read_path(triples, node, node) == report.results[0].path
    assert report_quads(report) == report_quads(report)


DATA = """
:a a :C ; :p :b , 1 ; :q "x"@en , "X"@EN , "y"@en .
:b a :D ; :p :c , _:x .
:c a :C ; :p "01"^^xsd:integer .
:D rdfs:subClassOf :C .
_:x a :C .
"""
SHAPES = """
:one sh:targetClass :C ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
    sh:property :p , [ sh:path :q ; sh:uniqueLang true ] .
:p sh:path :p ; sh:datatype xsd:integer ; sh:maxCount 1 ;
    sh:node [ sh:property [ sh:path :p ; sh:minCount 2 ] ] .
:two sh:targetObjectsOf :p ; sh:nodeKind sh:IRI ; sh:or ( [ sh:class :D ] [ sh:in ( :c _:x ) ] ) .
"""


def test_some_focus_nodes_give_their_part_of_the_results():
    """What was changed is judged again by itself; the answer is that of the whole run."""
    data, shapes = DataGraph(quads(DATA)), read_shapes(quads(SHAPES))
    whole = validate(data, shapes)
    assert len(whole.results) > 8
    for focus in {result.focus for result in whole.results}:
        part = validate(data, shapes, focus=[focus])
        assert part.results == tuple(r for r in whole.results if r.focus == focus)


def test_some_shapes_give_their_part_of_the_results():
    """A property shape may be asked by itself, about the targets of the shape that it hangs on."""
    data, shapes = DataGraph(quads(DATA)), read_shapes(quads(SHAPES))
    whole = validate(data, shapes)
    for node in {result.shape for result in whole.results}:
        part = validate(data, shapes, only=[node])
        assert {r for r in part.results if r.shape == node} == {
            r for r in whole.results if r.shape == node
        }


def test_threads_find_the_same():
    """The order of the results does not depend on who was first."""
    data, shapes = DataGraph(quads(DATA)), read_shapes(quads(SHAPES))

    assert validate(data, shapes, jobs=4) == validate(data, shapes)


def test_nothing_of_a_validation_stays_in_the_store():
    """A graph that is judged a thousand times is as large as before."""
    data = DataGraph(quads(DATA))
    before = set(data.store)
    validate(data, quads(SHAPES), focus=[ox.NamedNode("http://example.org/a")])

    assert set(data.store) == before


def test_blank_nodes_of_one_file_are_known_on_both_sides():
    """Data and shapes in one file may name the same blank node, in lists and as a target."""
    both = quads(""":a :p _:x , _:y . :s sh:targetNode _:y , :a ; sh:path :p ;
        sh:in ( _:x ) ; sh:minCount 1 .""")

    assert [(c, v is not None) for _, _, v, c in rows(validate(both, both))] == [
        ("In", True),
        ("MinCount", False),
    ]


def test_a_node_without_triples_is_its_own_value_under_a_starred_path():
    """Property paths of the store know only nodes of the graph; SHACL asks of any target."""
    shapes = quads(""":s sh:targetNode :away , "text" ; sh:path [ sh:zeroOrMorePath :p ] ;
        sh:class :C ; sh:minCount 1 ; sh:maxCount 0 ; sh:hasValue :away .""")
    data = quads(":a :p :b .")
    ours = validate(data, shapes, engine="compiled")

    assert rows(ours) == rows(validate(data, shapes, engine="pyshacl"))
    assert (":away", "(<:p>)*", "<:away>", "Class") in [
        (focus.strip("<>"), "(<:p>)*", value, component)
        for focus, _, value, component in rows(ours)
    ]


def test_a_pattern_that_looks_ahead_is_two_patterns():
    """Our own shapes use ^(?!…); the engine of the store has no look-around."""
    shapes = quads(':s sh:targetSubjectsOf :p ; sh:path :p ; sh:pattern "^(?!(a|the) )[a-z ]+$" .')
    data = quads(':x :p "wide wing" , "a wing" , "the wing" , "Wing" , "theory" .')
    found = validate(data, shapes, engine="compiled")

    assert [value for _, _, value, _ in rows(found)] == ['"Wing"', '"a wing"', '"the wing"']


def test_other_look_around_goes_to_the_other_engine():
    """What has no query of ours is judged all the same, and named."""
    shapes = quads(':s sh:targetSubjectsOf :p ; sh:path :p ; sh:pattern "wing(?=s)" .')
    report = validate(quads(':x :p "wings" , "wing" .'), shapes)

    assert [value for _, _, value, _ in rows(report)] == ['"wing"']
    assert [reason for _, reason in report.delegated] == [
        "the store has no such pattern: wing(?=s)"
    ]


def test_shapes_that_share_shapes_are_planned_once():
    """Sixteen shapes, each asking the next twice, are 65,536 ways but sixteen shapes."""
    text = " ".join(
        f":s{n} sh:and ( :s{n + 1} [ sh:node :s{n + 1} ; sh:nodeKind sh:IRI ] ) ."
        for n in range(16)
    )
    shapes = quads(f":s0 sh:targetClass :C . {text} :s16 sh:class :D .")
    report = validate(quads(DATA), shapes, engine="compiled")

    assert [(focus, component) for focus, _, _, component in rows(report)] == [
        ("<:a>", "And"),
        ("<:c>", "And"),
        (next(f for f, *_ in rows(report) if f.startswith("_:")), "And"),
    ]


def test_the_explanation_of_a_plan_reads_as_before():
    """Whoever asks why it is slow sees each query; a change of a plan is seen in review."""
    shapes = read_shapes(ox.parse(path=CASES / "explained.ttl"))

    def short(iri):
        for prefix, start in (("", "http://example.org/"), ("rdf", "http://www.w3.org/1999/02/22")):
            if iri.startswith(start):
                return f"{prefix}:{iri.rpartition('#')[2].rpartition('/')[2]}"
        return None

    assert plan(shapes).text(short) + "\n" == (CASES / "explained.txt").read_text(encoding="utf-8")


def test_numbers_beyond_the_store_are_compared_all_the_same():
    """The store holds 64 bits; a larger number is not smaller than all others for that."""
    data = quads(
        ":a :p 99999999999999999999 , 3 , -99999999999999999999.5 , 0.1234567890123456789 ."
    )
    shapes = quads(""":s sh:targetNode :a ; sh:property [ sh:path :p ; sh:minInclusive 0.1 ] ,
        [ sh:path :p ; sh:maxExclusive 99999999999999999998000 ] .""")

    assert rows(validate(data, shapes, engine="compiled")) == [
        ("<:a>", "<:p>", f'"-99999999999999999999.5"^^<{XSD}decimal>', "MinInclusive")
    ]


def test_the_suite_of_shapes_agrees_with_the_reference_on_awkward_literals():
    """Numbers compare by value and are told apart by how they are written."""
    data = quads(
        ':a a :C ; :p "01"^^xsd:integer , 1 , "1"^^xsd:byte , "300"^^xsd:byte , 2.50 , 2.5 ,'
        ' "1"^^xsd:boolean , "2020-13-45"^^xsd:date , "2020-12-31"^^xsd:date .'
    )
    shapes = quads(
        ":s sh:targetClass :C ; sh:property [ sh:path :p ; sh:datatype xsd:byte ] ,"
        " [ sh:path :p ; sh:datatype xsd:date ] , [ sh:path :p ; sh:in ( 1 2.5 true ) ] ,"
        ' [ sh:path :p ; sh:hasValue "1"^^xsd:integer ] , [ sh:path :p ; sh:maxLength 2 ] .'
    )
    ours = validate(data, shapes, engine="compiled")

    assert {(r.focus, r.value, r.component) for r in ours.results} == {
        (r.focus, r.value, r.component) for r in reference.judge(data, shapes)
    }


def test_what_is_expected_of_a_shape_without_a_name_is_said():
    """A reader is not told of "a shape" where three words would do."""
    shapes = read_shapes(
        quads(""":s sh:path :p ; sh:or ( [ sh:class :C ] [ sh:nodeKind sh:IRI ; sh:minLength 3 ] ) ;
            sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ] ; sh:not :t ;
            sh:qualifiedMinCount 2 ; sh:qualifiedValueShape [ sh:path :q ; sh:maxCount 0 ] .""")
    )
    shape = shapes[ox.NamedNode("http://example.org/s")]

    def short(term):
        return term.value.replace("http://example.org/", ":")

    assert [expected(constraint, short, shapes) for constraint in shape.constraints] == [
        "what does not conform to :t",
        "what conforms to one of (an instance of :C) or (an IRI and at least 3 characters)",
        "what conforms to a shape",
        "at least 2 values conforming to (:q: at most 0 values)",
    ]


def test_what_is_expected_is_said_in_each_language():
    """A reader of French or Japanese reads what would be right in the same words as the fault."""
    texts = tomllib.loads((Path(expecting.__file__).with_name("phrases.toml")).read_text("utf-8"))
    english = texts["en"]
    for lang in expecting.LANGUAGES:
        assert texts[lang].keys() == english.keys()
        for group in ("kinds", "phrases"):
            assert texts[lang][group].keys() == english[group].keys()
            for name, text in texts[lang][group].items():
                assert PLACEHOLDER.findall(text) == PLACEHOLDER.findall(english[group][name]), name

    shapes = read_shapes(
        quads(""":s sh:path :p ; sh:maxCount 0 ; sh:or ( [ sh:class :C ] [ sh:minLength 3 ] ) ;
            sh:qualifiedMinCount 2 ; sh:qualifiedValueShape [ sh:path :q ; sh:maxCount 1 ] .""")
    )
    shape = shapes[ox.NamedNode("http://example.org/s")]

    def told(lang):
        def short(term):
            return term.value.replace("http://example.org/", ":")

        return {expected(constraint, short, shapes, lang=lang) for constraint in shape.constraints}

    assert told("fr-CA") == {
        "au plus 0 valeur",
        "ce qui est conforme à l\u2019un de (une instance de :C) ou "
        "(une longueur d\u2019au moins 3)",
        "au moins 2 valeurs conformes à (:q\u00a0: au plus 1 valeur)",
    }
    assert told("ja") == {
        "値 0 個以下",
        "(:C のインスタンス) または (3 文字以上) のいずれかに適合するもの",
        "(:q: 値 1 個以下) に適合する値 2 個以上",
    }
    assert told("de") == told("en")


def test_classes_below_others_count_with_and_without_names():
    """A subclass may be a blank node, or be one of hundreds; its instances are instances."""
    many = " ".join(f":D{n} rdfs:subClassOf :D ." for n in range(99))
    data = quads(f"""_:c rdfs:subClassOf :C . {many} :x a _:c . :y a :D98 . :z a :E .
        :s :p :x , :y , :z .""")
    shapes = quads(""":either sh:targetNode :s ; sh:path :p ;
        sh:or ( [ sh:class :C ] [ sh:class :D ] ) .
        :c sh:targetClass :C ; sh:in ( ) . :d sh:targetClass :D ; sh:in ( ) .""")

    assert [(focus, value) for focus, _, value, _ in rows(validate(data, shapes))] == [
        ("<:s>", "<:z>"),
        ("<:x>", "<:x>"),
        ("<:y>", "<:y>"),
    ]
