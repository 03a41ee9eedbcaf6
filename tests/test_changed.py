"""Changed: 200 random edits of a graph of our model, each compared with a run over everything."""

import random
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.graph import file_quads
from allygraph.names import expand
from allygraph.resources import ontology_files, shape_files
from allygraph.shacl import Report, ShapesGraph, read_shapes, validate
from allygraph.validation.changed import altered, validate_changed
from allygraph.validation.git import revised
from allygraph.validation.watch import Session

ROOT = Path(__file__).resolve().parent.parent
RULES = shape_files(ROOT)
FILES = [
    *ontology_files(ROOT),
    *(
        ROOT / "data" / name
        for name in (
            "actors/unnamed.ttl",
            "actors/people.ttl",
            "changes/tokyo-office.ttl",
            "events/summits.ttl",
            "offices/nato.ttl",
            "proposals/nato-tokyo-office.ttl",
            "rules/decision-rules.ttl",
        )
    ),
    *sorted((ROOT / "data" / "sources" / "2023").glob("*.ttl"))[:2],
    *sorted((ROOT / "data" / "relationships" / "positions").glob("*.ttl")),
]
A, SUBCLASS = ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("rdfs:subClassOf"))
IN_SCHEME = ox.NamedNode(expand("skos:inScheme"))
DAY = ox.NamedNode(expand("xsd:date"))
EDITS = 200
ACROSS = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX : <urn:x:>
PREFIX ally: <https://w3id.org/allygraph/ns#>
:p sh:declare [ sh:prefix "ally" ; sh:namespace "https://w3id.org/allygraph/ns#" ] .
:Twice a sh:NodeShape ;
    sh:targetClass ally:Position ;
    sh:sparql [
        sh:prefixes :p ;
        sh:select '''SELECT $this ?value WHERE {
            $this ally:holder ?holder ; ally:stance ?stance .
            ?value ally:holder ?holder ; ally:stance ?stance .
            FILTER ($this != ?value)
        }''' ;
    ] .
:Unasserted a sh:NodeShape ;
    sh:targetClass ally:Claim ;
    sh:sparql [
        sh:prefixes :p ;
        sh:select '''SELECT $this ?value WHERE {
            $this ally:affirms|ally:denies|ally:doubts ?value .
            FILTER NOT EXISTS { $this ally:assertedBy ?actor . ?actor a ?kind }
        }''' ;
    ] .
"""
QUERIED = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX : <urn:x:>
:Plain sh:targetClass :A ; sh:class :B .
:S sh:targetClass :A ; sh:sparql [ sh:select "SELECT $this { $this <urn:x:SORT> 1 }" ] .
"""


def quads_of(path: Path) -> list[ox.Quad]:
    return list(file_quads(path, name=path.relative_to(ROOT).as_posix()))


def reader(path: Path, text: bytes) -> list[ox.Quad]:
    """Parse N-Triples, in which the test keeps its files."""
    return list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))


def written(triples: set[ox.Triple]) -> bytes:
    return ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.N_TRIPLES) or b""


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    """All of our shapes, and two that compare records by queries."""
    ours = [quad for path in RULES for quad in quads_of(path)]
    return read_shapes([*ours, *ox.parse(ACROSS, format=ox.RdfFormat.TURTLE)])


@pytest.fixture(scope="module")
def graph() -> dict[Path, set[ox.Triple]]:
    """A part of our data, by file; of the article every eighth block."""
    return {path: _some(path) for path in FILES}


def _some(path: Path) -> set[ox.Triple]:
    triples = {quad.triple for quad in quads_of(path)}
    if len(triples) < 1000:
        return triples
    kept = set(sorted({triple.subject for triple in triples}, key=str)[::8])
    return {triple for triple in triples if triple.subject in kept}


class Editor:
    """Makes random edits of files, of all sorts that people make."""

    def __init__(self, files: dict[Path, set[ox.Triple]], seed: int) -> None:
        self.files = {path: set(triples) for path, triples in files.items()}
        self._chance = random.Random(seed)
        everything = sorted({triple for one in files.values() for triple in one}, key=str)
        self._triples = everything
        self._things = sorted({triple.subject for triple in everything}, key=str)
        self._classes = sorted(
            {t.object for t in everything if t.predicate == A and "allygraph" in str(t.object)},
            key=str,
        )

    def edit(self) -> tuple[Path, bytes, bytes]:
        """Edit one file once: which, and its text before and after."""
        path = self._chance.choice(sorted(self.files))
        before = written(self.files[path])
        single = (self._less, self._more, self._other, self._misdate)
        block = (self._lose_block, self._copy_block)
        related = (self._retype, self._reclass, self._rescheme)
        self._chance.choice((*single, *block, *related))(self.files[path])
        return path, before, written(self.files[path])

    def _pick(self, triples: set[ox.Triple], predicate: ox.NamedNode | None = None):
        found = sorted((t for t in triples if predicate in (None, t.predicate)), key=str)
        return self._chance.choice(found) if found else None

    def _less(self, triples: set[ox.Triple]) -> None:
        triples.discard(self._pick(triples))

    def _more(self, triples: set[ox.Triple]) -> None:
        like = self._chance.choice(self._triples)
        subject = self._chance.choice(self._things)
        triples.add(ox.Triple(subject, like.predicate, like.object))

    def _other(self, triples: set[ox.Triple]) -> None:
        if (old := self._pick(triples)) is not None:
            triples.discard(old)
            value = self._chance.choice([*self._things[:50], self._chance.choice(self._things)])
            triples.add(ox.Triple(old.subject, old.predicate, value))

    def _lose_block(self, triples: set[ox.Triple]) -> None:
        if (one := self._pick(triples)) is not None:
            triples.difference_update({t for t in triples if t.subject == one.subject})

    def _copy_block(self, triples: set[ox.Triple]) -> None:
        if (one := self._pick(triples)) is not None and isinstance(one.subject, ox.NamedNode):
            name = ox.NamedNode(f"{one.subject.value}-{self._chance.randint(0, 99)}")
            block = {t for t in triples if t.subject == one.subject}
            triples.update(ox.Triple(name, t.predicate, t.object) for t in block)

    def _retype(self, triples: set[ox.Triple]) -> None:
        if (old := self._pick(triples, A)) is not None:
            triples.discard(old)
            triples.add(ox.Triple(old.subject, A, self._chance.choice(self._classes)))

    def _reclass(self, triples: set[ox.Triple]) -> None:
        old = self._pick(triples, SUBCLASS)
        if old is not None and self._chance.random() < 0.5:
            triples.discard(old)
        else:
            lower, upper = self._chance.sample(self._classes, 2)
            triples.add(ox.Triple(lower, SUBCLASS, upper))

    def _rescheme(self, triples: set[ox.Triple]) -> None:
        if (old := self._pick(triples, IN_SCHEME)) is not None:
            triples.discard(old)

    def _misdate(self, triples: set[ox.Triple]) -> None:
        dated = [t for t in sorted(triples, key=str) if getattr(t.object, "datatype", None) == DAY]
        if dated:
            old = self._chance.choice(dated)
            triples.discard(old)
            value = self._chance.choice(["2023-02-30", "1999-01-01", "soon"])
            triples.add(ox.Triple(old.subject, old.predicate, ox.Literal(value, datatype=DAY)))


def rows(report: Report) -> set[object]:
    return set(report.results)


def test_no_finding_is_missed_in_two_hundred_random_edits(graph, shapes):
    """What vanishes, what stays and what is new: all as in a run over everything.

    The session is told only of the edited file. What it does not ask again it believes to stand.
    """
    new = asked = kept = 0
    queried: set[object] = set()
    for seed in range(8):
        texts = {path: written(triples) for path, triples in graph.items()}
        session = Session(texts, shapes, reader)
        before = rows(session.report)
        editor = Editor(graph, seed)
        for _ in range(EDITS // 8):
            path, _, text = editor.edit()
            reach = session.update({path: text})

            everything = (triple for one in editor.files.values() for triple in one)
            after = rows(validate(everything, shapes))
            assert rows(session.report) == after, (seed, path)
            new += len(after - before)
            queried |= {one.shape for one in after ^ before if one.shape.value.startswith("urn:x:")}
            asked += sum(len(nodes) for nodes in reach.values() if nodes is not None)
            kept += len(after & before)
            before = after
    assert new > EDITS
    assert asked > 0
    assert kept > 10 * new
    assert len(queried) == 2


def commit(folder: Path) -> None:
    settings = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    for arguments in (("add", "."), ("commit", "--quiet", "--allow-empty", "-m", "edit")):
        subprocess.run(["git", *settings, *arguments], cwd=folder, check=True)


def test_a_run_beside_git_judges_what_the_edit_can_affect(graph, shapes, tmp_path):
    """All that is new is told, nothing that is wrong; and only the edited file is read."""
    data, home = tmp_path / "data", tmp_path / "home"
    data.mkdir()
    places = {path: data / f"{number}.nt" for number, path in enumerate(sorted(graph))}
    for path, place in places.items():
        place.write_bytes(written(graph[path]))
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("home/\n")
    editor, asked = Editor(graph, 7), 0
    commit(tmp_path)
    files = sorted(places.values())
    before = rows(validate(all_of(editor), shapes))

    for _ in range(25):
        path, _, text = editor.edit()
        places[path].write_bytes(text)
        told = revised([data])
        made = validate_changed(files, shapes, told, reader, key="test", home=home)

        after = rows(validate(all_of(editor), shapes))
        assert after - before <= rows(made.report) <= after
        assert made.nodes is not None
        for result in made.report.results:
            assert [*made.files[result.focus]] == describing(editor, places, result.focus)
        asked += len(made.nodes)
        commit(tmp_path)
        before = after
    assert asked > 25
    assert len(rows(made.report)) < len(after) / 2


def describing(editor: Editor, places: dict[Path, Path], node) -> list[Path]:
    """Give the files that describe a node."""
    found = (path for path, some in editor.files.items() if any(t.subject == node for t in some))
    return sorted((places[path] for path in found), key=str)


def all_of(editor: Editor) -> list[ox.Triple]:
    return [triple for one in editor.files.values() for triple in one]


def test_a_shape_that_is_another_one_is_asked_about_all_nodes(graph, shapes, tmp_path):
    """Its data did not change, and still its verdict may."""
    path = tmp_path / "data.nt"
    path.write_bytes(written({triple for one in graph.values() for triple in one}))
    event = ROOT / "ontology" / "shapes" / "event.ttl"
    others = [quad for rule in RULES if rule != event for quad in quads_of(rule)]
    strict = tmp_path / "event.ttl"
    strict.write_text(event.read_text().replace("sh:maxCount 1", "sh:maxCount 0"))
    old = read_shapes([*others, *quads_of(event)])
    new = read_shapes([*others, *file_quads(strict, name="ontology/shapes/event.ttl")])

    made = validate_changed([path], new, [], reader, key="test", home=tmp_path, old_shapes=old)

    assert altered(old, old) == set()
    names = {node.value.rpartition("/")[2] for node in altered(old, new)}
    assert "Event" in names
    assert "Claim" not in names
    found = {result.shape for result in made.report.results}
    everything = validate(reader(path, path.read_bytes()), new)
    assert rows(made.report) == {one for one in everything.results if one.shape in found}
    assert len(found) > 1
    assert made.nodes is None


def test_a_shape_with_a_query_is_another_one_where_any_triple_differs():
    """Its query stands in triples of its own."""
    old, new = (
        read_shapes(ox.parse(QUERIED.replace("SORT", sort), format=ox.RdfFormat.TURTLE))
        for sort in ("old", "new")
    )

    assert altered(old, new) == {ox.NamedNode("urn:x:S")}
