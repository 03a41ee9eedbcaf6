"""Snapshots: the next run reads only what changed, and sees exactly what the files say."""

import hashlib
import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.errors import UnreadableFile
from allygraph.shacl.data import DataGraph, written
from allygraph.validation import snapshot
from allygraph.validation.corpus import Corpus, difference

HEAD = "PREFIX : <urn:x:>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"


def reader(path: Path, text: bytes) -> list[ox.Quad]:
    """Parse a file; its blank nodes are called after it."""
    label = hashlib.sha256(str(path).encode()).hexdigest()[:6]
    return [
        ox.Quad(*(_named(term, label) for term in quad.triple))
        for quad in ox.parse(HEAD.encode() + text, format=ox.RdfFormat.TURTLE)
    ]


def _named(term, label):
    return ox.BlankNode(label + term.value) if isinstance(term, ox.BlankNode) else term


def triples(texts: dict[Path, str]) -> set[str]:
    return {
        str(quad.triple) for path, text in texts.items() for quad in reader(path, text.encode())
    }


def write(texts: dict[Path, str]) -> None:
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")


def taken(texts: dict[Path, str], home: Path) -> tuple[set[str], int, snapshot.Snapshot]:
    """Take a snapshot, and give its triples as they were written and how many files it read."""
    with snapshot.current(sorted(texts), reader, key="test", home=home) as made:
        graph = made.corpus.graph()
        rows = graph.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        found = {str(ox.Triple(q.subject, q.predicate, written(q.object))) for q in rows}
        return found, made.read, made


def counted(graph: DataGraph) -> DataGraph:
    """The same store, counted by the graph itself."""
    return DataGraph.of_store(graph.store, kept=graph.kept)


def test_the_second_run_reads_only_the_edited_file(tmp_path):
    """A deleted file is gone, a new one is there, and the literal keeps its form."""
    one, two, three = (tmp_path / f"{name}.ttl" for name in ("one", "two", "three"))
    texts = {one: ':a :p :b ; :n "01"^^xsd:integer .', two: ":b :p :c ."}
    write(texts)
    assert taken(texts, tmp_path)[:2] == (triples(texts), 2)
    assert taken(texts, tmp_path)[:2] == (triples(texts), 0)

    texts = {one: ':a :n "01"^^xsd:integer .', three: ":c :p 1.50 ."}
    write(texts)

    assert taken(texts, tmp_path)[:2] == (triples(texts), 2)
    assert taken(texts, tmp_path)[:2] == (triples(texts), 0)


def test_a_triple_of_two_files_stays_while_one_states_it(tmp_path):
    """To take it out of the first file must not take it out of the graph."""
    one, two = tmp_path / "one.ttl", tmp_path / "two.ttl"
    texts = {one: ":a :p :b .", two: ":a :p :b . :b :p :c ."}
    write(texts)
    taken(texts, tmp_path)
    for text in (":x :p :b .", ":a :p :b .", ""):
        texts[one] = text
        write(texts)
        assert taken(texts, tmp_path)[0] == triples(texts)
    texts[two] = ":b :p :c ."
    write(texts)

    assert taken(texts, tmp_path)[0] == triples(texts)


def test_an_edit_that_leaves_size_and_time_is_seen_while_the_file_is_young(tmp_path):
    """Files written within the same tick as the snapshot are compared by their bytes."""
    path = tmp_path / "one.ttl"
    write({path: ":a :p :b ."})
    taken({path: ""}, tmp_path)
    before = path.stat().st_mtime_ns
    write({path: ":a :p :c ."})
    os.utime(path, ns=(before, before))

    assert taken({path: ""}, tmp_path)[0] == triples({path: ":a :p :c ."})


def test_a_broken_snapshot_is_made_again(tmp_path):
    """All below the home folder can be thrown away, also by halves."""
    path = tmp_path / "one.ttl"
    texts = {path: ":a :p :b ."}
    write(texts)
    for name in ("manifest.json", "store/CURRENT"):
        taken(texts, tmp_path)
        (left,) = (tmp_path / "states").iterdir()
        (left / "current" / name).write_text("nonsense")

        assert taken(texts, tmp_path)[:2] == (triples(texts), 1)


def test_a_file_that_is_missing_is_unreadable(tmp_path):
    """As in a run without a snapshot."""
    with (
        pytest.raises(UnreadableFile),
        snapshot.current([tmp_path / "none.ttl"], reader, key="test", home=tmp_path),
    ):
        pass


def test_what_validation_writes_for_itself_is_not_in_the_next_snapshot(tmp_path):
    """The store is the run's own copy, and is gone after it."""
    texts = {tmp_path / "one.ttl": ":a :p :b ."}
    write(texts)
    with snapshot.current(sorted(texts), reader, key="test", home=tmp_path) as made:
        made.corpus.store.add(ox.Quad(*([ox.NamedNode("urn:x:scratch")] * 3)))

    assert taken(texts, tmp_path)[0] == triples(texts)
    assert [path.name[:1] for path in (tmp_path / "states").iterdir()] != ["."]
    assert len(list((tmp_path / "states").iterdir())) == 1


def test_texts_of_former_times_are_forgotten(tmp_path, monkeypatch):
    """A file that is edited all day must not fill the disk."""
    monkeypatch.setattr(snapshot, "_SPARE", 0)
    for number in range(6):
        texts = {tmp_path / "one.ttl": f":a :p {number} ."}
        write(texts)
        assert taken(texts, tmp_path)[0] == triples(texts)

    assert len(list((tmp_path / "states").glob("*/texts/*"))) <= 2


def test_runs_at_the_same_time_do_not_disturb_each_other(tmp_path):
    """Each has a copy of its own; whose snapshot stays does not matter."""
    texts = {tmp_path / f"{number}.ttl": f":n{number} :p {number} ." for number in range(5)}
    write(texts)

    path = tmp_path / "changing.ttl"
    path.write_text(":x :p 0 .")

    def run(number: int) -> bool:
        if number % 4 == 0:
            new = tmp_path / f"new{number}"
            new.write_text(f":x :p {number} .")
            new.rename(path)
        found = taken(texts | {path: ""}, tmp_path)[0]
        return len(found - triples(texts)) == 1 and found > triples(texts)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(run, range(24)))
    assert taken(texts, tmp_path)[0] == triples(texts)


def test_without_a_place_for_a_snapshot_the_files_are_read_each_time(tmp_path):
    """A home folder that cannot be written to is no reason to fail."""
    texts = {tmp_path / "one.ttl": ":a :p :b ."}
    write(texts)
    (tmp_path / "home").write_text("a file where a folder should be")

    for _ in range(2):
        assert taken(texts, tmp_path / "home")[:2] == (triples(texts), 1)


@pytest.mark.parametrize("seed", range(5))
def test_a_corpus_is_what_its_files_say_after_any_edits(seed):
    """Triples, counts by property and by class, and the difference of each step."""
    chance = random.Random(seed)
    names = [Path(f"file{number}") for number in range(3)]

    def text() -> str:
        rows = []
        for _ in range(chance.randint(0, 6)):
            value = chance.choice([":a", ":b", '"01"^^xsd:integer', "true", '"1"^^xsd:boolean'])
            rows.append(f":{chance.choice('ab')} {chance.choice([':p', ':q'])} {value} .")
            rows.append(f":{chance.choice('ab')} a :{chance.choice('KL')} .")
        return "\n".join(rows)

    texts = {name: text() for name in names}
    corpus = Corpus()
    corpus.fill((name.name, reader(name, one.encode())) for name, one in texts.items())
    for _ in range(30):
        name, before = chance.choice(names), triples(texts)
        old, texts[name] = texts[name], text()
        pair = reader(name, old.encode()), reader(name, texts[name].encode())
        made = corpus.replace(name.name, *pair)

        now = triples(texts)
        assert {str(triple) for triple in made.added} == now - before
        assert {str(triple) for triple in made.removed} == before - now
        assert set(made) <= set(difference([pair]))
        graph = corpus.graph()
        fresh = Corpus()
        fresh.fill((name.name, reader(name, one.encode())) for name, one in texts.items())
        assert set(corpus.store) == set(fresh.store)
        for node in map(ox.NamedNode, ("urn:x:a", "urn:x:b")):
            subjects = {n.name: {q.subject for q in reader(n, texts[n].encode())} for n in names}
            assert corpus.files(node) == tuple(n for n in subjects if node in subjects[n])
        assert graph.counts == fresh.graph().counts
        assert graph.instances == fresh.graph().instances
        assert graph.kept_properties == fresh.graph().kept_properties
        assert (graph.counts, graph.instances) == (counted(graph).counts, counted(graph).instances)
        assert graph.kept_properties == counted(graph).kept_properties
