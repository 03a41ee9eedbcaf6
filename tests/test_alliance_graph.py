"""The graph that validation is measured on: as our model demands, with the faults it tells of."""

import sys
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from allygraph import resources, shacl
from allygraph.validation.queries import levels

ROOT = Path(__file__).resolve().parent.parent
SH = "http://www.w3.org/ns/shacl#"


@pytest.fixture(scope="module")
def made():
    """The modules of the generator, which stand beside the package."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import alliance_faults
    import alliance_graph
    import alliance_parts

    yield alliance_faults, alliance_graph, alliance_parts
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.fixture(scope="module")
def shapes():
    """Our shapes and the two rules across records."""
    paths = [*resources.shape_files(ROOT), ROOT / "benchmarks" / "across-records.ttl"]
    return shacl.read_shapes(
        [quad for path in paths for quad in parse(path=path, format=RdfFormat.TURTLE)]
    )


def _quads(*parts):
    text = "".join(line for lines in parts for line in lines)
    return list(parse(text, format=RdfFormat.N_TRIPLES))


def test_dossiers_without_faults_conform_to_all_shapes(made, shapes):
    """Else nobody could tell the seeded faults from others."""
    _, graph, parts = made
    quads = _quads(graph.background(), *(parts.dossier(number).lines() for number in range(45)))

    assert shacl.validate(quads, shapes).results == ()


def test_dossiers_without_faults_pass_all_checks(made):
    """It is a graph as ``ally validate`` would have it, not only one that shapes accept."""
    _, _, parts = made
    store = Store()
    for path in resources.ontology_files(ROOT):
        store.bulk_load(path=path, format=RdfFormat.TURTLE)
    for number in range(45):
        store.extend(_quads(parts.dossier(number).lines()))
    home = NamedNode("https://w3id.org/allygraph/graph/derived/all")
    store.extend([Quad(q.subject, q.predicate, q.object, home) for q in store])
    demanded = {name for name, level in levels(ROOT).items() if level == "error"}
    found = {}
    for path in sorted((ROOT / "queries" / "checks").glob("*.rq")):
        if path.stem in demanded:
            rows = list(store.query(path.read_text(encoding="utf-8")))
            found |= {path.stem: str(rows[0])} if rows else {}

    assert found == {}


def test_each_sort_of_fault_has_the_results_that_it_tells_of(made, shapes):
    """An engine is called wrong by this list, so the list must be right by another engine."""
    faults, graph, parts = made
    lines, expected = [], set()
    for number in range(9):
        dossier = parts.dossier(number)
        for sort in faults.SORTS if number == 8 else ():
            expected |= {
                (r.focus, r.path, r.component, r.value) for r in faults.spoil(dossier, sort)
            }
        lines.append(dossier.lines())
    quads = _quads(graph.background(), *lines)
    results = {
        (
            str(result.focus),
            "" if result.path is None else str(getattr(result.path, "iri", faults.COMPLEX)),
            result.component.value.removeprefix(SH).removesuffix("ConstraintComponent"),
            "" if result.value is None else str(result.value),
        )
        for result in shacl.validate(quads, shapes, engine="pyshacl").results
    }

    assert len(faults.SORTS) == 27
    assert results == expected
