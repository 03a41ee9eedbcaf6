"""The build: same files, same bytes; swapped in whole; used again while nothing changed."""

import hashlib
import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from allygraph import resources
from allygraph.build import build, input_digest, memory_store, open_current
from allygraph.errors import UnreadableFile
from allygraph.graph import file_quads, source_files, source_quads

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def copy(tmp_path) -> Path:
    """A root of its own, to change files in."""
    for folder in ("ontology", "data", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / "root" / folder)
    return tmp_path / "root"


@pytest.fixture
def own_home(tmp_path, monkeypatch) -> Path:
    """A home of its own, to look into."""
    monkeypatch.setenv("ALLYGRAPH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_every_file_is_a_graph_and_every_fact_leads_back_to_one():
    """The name of the graph is the path of the file."""
    graphs = {quad.graph_name.value for quad in source_quads(ROOT)}
    files = {path.relative_to(ROOT).as_posix() for path in source_files(ROOT)}

    assert len(graphs) == len(files)


def test_two_builds_of_the_same_files_have_the_same_sha256():
    """Nothing of the machine, the clock or the memory gets into the graph."""
    digests = set()
    for _ in range(2):
        lines = memory_store(ROOT).dump(format=RdfFormat.N_QUADS).splitlines(keepends=True)
        digests.add(hashlib.sha256(b"".join(sorted(lines))).hexdigest())

    assert len(digests) == 1
    assert digests == {build(ROOT).content}


def test_an_unchanged_tree_is_not_built_again(own_home):
    """The second call finds the record of the first and touches no store."""
    first = build(ROOT)
    marker = first.store / "untouched"
    marker.touch()

    assert build(ROOT) == first
    assert marker.exists()
    assert sorted(path.name for path in own_home.iterdir()) == ["builds", "latest", "stores"]
    assert not list((own_home / "stores").glob(".making-*"))


def test_a_changed_file_gives_another_store_beside_the_old_one(own_home, copy):
    """A running service goes on reading the old one."""
    before = build(copy)
    path = copy / "data" / "actors" / "groupings.ttl"
    path.write_text(path.read_text().replace('"@en', ' changed"@en', 1))
    after = build(copy)

    assert before.content != after.content
    assert before.store.is_dir()
    assert after.store.is_dir()


def test_a_broken_file_stops_the_build_and_leaves_nothing(own_home, copy):
    """The error names file, line and column; the old state stays."""
    (copy / "data" / "actors" / "broken.ttl").write_text("# head\n<http://e/a> <http://e/b> ;\n")
    with pytest.raises(UnreadableFile) as caught:
        build(copy)

    assert caught.value.place.startswith("data/actors/broken.ttl:")
    assert not own_home.exists()


def test_a_store_that_was_thrown_away_is_built_again(own_home):
    """Everything below the home folder may be deleted at any time."""
    first = build(ROOT)
    shutil.rmtree(first.store)

    assert build(ROOT) == first
    assert first.store.is_dir()


def test_rules_and_deriving_code_count_as_input(copy):
    """A changed rule must not find the old store."""
    before = input_digest(copy)
    rule = resources.rule_files(copy)[0]
    rule.write_text(rule.read_text() + "\n")

    assert input_digest(copy) != before


def test_the_default_graph_is_the_union_of_all_files():
    """A question does not need to know in which file a fact is."""
    engine = open_current(ROOT)
    union = engine.select("SELECT (COUNT(*) AS ?n) WHERE { { SELECT DISTINCT * { ?s ?p ?o } } }")
    named = engine.select(
        "SELECT (COUNT(*) AS ?n) WHERE { { SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } } }"
    )

    assert union == named


def test_no_statement_stands_in_two_files():
    """A second copy would count twice where an engine does not remove doubles from a union."""
    triples = [quad.triple for quad in source_quads(ROOT)]

    assert len(triples) == len(set(triples))


def test_a_query_may_choose_its_own_graphs():
    """FROM is not overruled by the union."""
    engine = open_current(ROOT)
    graph = "https://w3id.org/allygraph/graph/data/actors/groupings"
    of_one = engine.select(f"SELECT ?s FROM <{graph}> WHERE {{ ?s ?p ?o }} ORDER BY ?s")
    named = engine.select(f"SELECT ?s WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} ORDER BY ?s")

    assert of_one.rows == named.rows != []


def test_blank_nodes_are_named_by_their_file(tmp_path):
    """Two files may use one label; the nodes stay two."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.ttl").write_text("_:x <http://e/p> _:y .")
    quads = [q for n in "ab" for q in file_quads(tmp_path / f"{n}.ttl", name=f"{n}.ttl")]

    assert len({node for quad in quads for node in (quad.subject, quad.object)}) == 4


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["not UTF-8", "a folder"])
def test_an_unreadable_file_is_named(tmp_path, content):
    """No traceback: what it is, and what would be right."""
    path = tmp_path / "x.ttl"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"x\.ttl"):
        list(file_quads(path, name="x.ttl"))
