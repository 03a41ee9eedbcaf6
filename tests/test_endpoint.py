"""A graph behind an endpoint, fetched in pages: nothing is lost, nothing is there twice."""

import json
import subprocess
import sys

import pyoxigraph as ox
import pytest

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.engines.remote import RemoteEngine
from allygraph.errors import RemoteError, ResultTooLarge, UsageError
from allygraph.results import Table
from allygraph.validation.endpoint import fetch_graph
from tests.endpoints import oxigraph
from tests.serving import serving

GRAPH = "http://example.org/g%73"
TEXT = """PREFIX : <http://example.org/>
:one :p 1 , "deux"@fr , :two . :two :p :one . <http://example.org/\u00e9> :q "a\\"b" .
:many :p 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 .
:list :items ( 1 [ :in _:x ] :two ) . _:x :back :list ; :self _:x .
"""
SHARED = "PREFIX : <http://example.org/> :one :p 1 . :other :p 2 ."


def quads():
    """Give a small world of two graphs that share a triple."""
    first, second = ox.NamedNode(GRAPH), ox.NamedNode("http://example.org/h")
    return [
        *(ox.Quad(*q.triple, first) for q in ox.parse(input=TEXT, format=ox.RdfFormat.TURTLE)),
        *(ox.Quad(*q.triple, second) for q in ox.parse(input=SHARED, format=ox.RdfFormat.TURTLE)),
    ]


def same(found, expected):
    """Tell whether triples are the same but for the labels of blank nodes."""
    sets = [ox.Dataset(ox.Quad(*quad.triple) for quad in some) for some in (found, expected)]
    for each in sets:
        each.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return sets[0] == sets[1]


class Here:
    """An engine in this process that counts its questions, and can cut or change its answers."""

    url = "http://127.0.0.1/here"

    def __init__(self, most_rows=None):
        self.engine = OxigraphEngine(ox.Store())
        self.engine.store.extend(quads())
        self.most_rows = most_rows
        self.longest = 0

    def select(self, query):
        """Answer, with no more rows than the server sends."""
        table = self.engine.select(query)
        self.longest = max(self.longest, len(table))
        return Table(table.columns, table.rows[: self.most_rows])


@pytest.fixture(scope="module", params=["oxigraph", "ally serve"])
def address(request, tmp_path_factory):
    """The same world behind two servers."""
    folder = tmp_path_factory.mktemp("endpoint")
    if request.param == "oxigraph":
        path = folder / "world.nq"
        path.write_bytes(ox.serialize(quads(), format=ox.RdfFormat.N_QUADS))
        with oxigraph.running(folder, path) as url:
            yield url
        return
    store = ox.Store(str(folder / "store"))
    store.bulk_extend(quads())
    store.flush()
    del store
    with serving(folder / "store", deadline_s=10) as running:
        yield f"{running.address.rstrip('/')}/sparql"


@pytest.mark.parametrize("graph", [GRAPH, None], ids=["one graph", "all graphs"])
def test_a_graph_arrives_whole_from_a_server(address, graph):
    """Blank nodes that hang together still do; what two graphs say is there once."""
    expected = {quad.triple for quad in quads() if graph in (None, quad.graph_name.value)}
    told = []
    with RemoteEngine(address) as engine:
        found = fetch_graph(engine, graph, page_rows=4, tell=lambda *n: told.append(n))

    assert found.name == (graph or address)
    assert len(found.quads) == len(expected)
    assert same(found.quads, [ox.Quad(*triple) for triple in expected])
    assert told[-1] == (len(expected), len(expected))


@pytest.mark.parametrize("page_rows", [1, 2, 3, 5, 100])
def test_pages_of_any_size_give_the_same(page_rows):
    """A subject that fills a page, one that fills several, many in one."""
    engine = Here()
    found = fetch_graph(engine, GRAPH, page_rows=page_rows)

    assert same(found.quads, [quad for quad in quads() if quad.graph_name.value == GRAPH])
    assert len({quad.triple for quad in found.quads}) == len(found.quads)
    assert engine.longest <= max(page_rows, 10)


def test_an_answer_that_was_cut_is_noticed():
    """Servers cut long answers without a word; half a graph is not judged."""
    with pytest.raises(RemoteError, match="of 10 rows 3 arrived"):
        fetch_graph(Here(most_rows=3), GRAPH)


def test_a_graph_that_is_not_there_is_told_with_the_nearest():
    """A slip in the name is no graph without faults."""
    with pytest.raises(RemoteError, match="is empty") as caught:
        fetch_graph(Here(), "http://example.org/hh")

    assert caught.value.expected.startswith(
        "a graph that holds triples, such as http://example.org/h,"
    )


def test_a_name_that_is_none_is_refused():
    """What is put into the query is a name."""
    with pytest.raises(UsageError, match="not the name of a graph"):
        fetch_graph(Here(), "x> { ?s ?p ?o } #")


def test_a_graph_that_is_too_large_is_not_begun():
    """The number of triples is asked first."""
    with pytest.raises(ResultTooLarge, match="has 28 triples") as caught:
        fetch_graph(Here(), GRAPH, most_triples=10)

    assert caught.value.exit_code == 5


SHAPES = """PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX : <http://example.org/>
:AtMostTwo a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:property :TwoOfP .
:TwoOfP sh:path :p ; sh:maxCount 2 ; sh:message "Leave out what is too much." .
:NoTexts a sh:NodeShape ; sh:targetSubjectsOf :q ; sh:property :NamesOfQ .
:NamesOfQ sh:path :q ; sh:nodeKind sh:IRI .
:Inner a sh:NodeShape ; sh:targetSubjectsOf :back ; sh:property :InnerSelf .
:InnerSelf sh:path :self ; sh:maxCount 0 .
"""


def told(folder, *arguments):
    """Run the command; gives its exit code, and its findings without their places."""
    command = [sys.executable, "-m", "allygraph", "validate", "-f", "json", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or '{"findings": []}')["findings"]
    kept = sorted(
        (one["rule"], (one["focus"] or "")[:2] if one["focus"].startswith("_:") else one["focus"])
        for one in found
    )
    return done.returncode, kept, {one["file"] for one in found}, done.stderr


def test_the_command_finds_behind_an_endpoint_what_it_finds_in_a_file(address, tmp_path):
    """The place is the graph, and the subject stands beside it."""
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    (tmp_path / "data.ttl").write_text(TEXT)
    shapes = ("--shapes", "shapes.ttl")
    code, findings, files, stderr = told(tmp_path, *shapes, "--endpoint", address, "--graph", GRAPH)
    expected = told(tmp_path, *shapes, "data.ttl")

    assert (code, findings) == expected[:2], stderr
    assert len({rule for rule, _ in findings}) == 3
    assert files == {GRAPH}


def test_the_command_tells_an_endpoint_that_cannot_be_asked(tmp_path):
    """Exit code 3, as for a file that cannot be read, and no stack."""
    code, _, _, stderr = told(tmp_path, "--endpoint", "http://127.0.0.1:9/sparql")

    assert code == 3
    assert "it cannot be asked" in stderr
    assert "Traceback" not in stderr
