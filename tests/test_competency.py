"""The competency questions: answers equal to what was written before, and able to fail.

The seeded changes are made one after the other on one copy of the graph and taken back; holdings
are derived anew for each, and only those that differ are exchanged.
"""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from allygraph.build import open_current
from allygraph.competency import Question, Seed, ask, read_questions
from allygraph.derive import evidence
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import QueryFileError
from allygraph.graph import source_quads
from allygraph.names import PREFIXES, expand

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = read_questions(ROOT / "tests" / "competency")
ASKED = [question for question in QUESTIONS if question.asks]
SEEDED_GRAPH = NamedNode("https://w3id.org/allygraph/graph/seeded")


@pytest.fixture(scope="module")
def built():
    """The built graph."""
    return open_current(ROOT)


class World:
    """One copy of the graph, in which changes of data can be made and taken back."""

    def __init__(self) -> None:
        self.sources = Store()
        self.sources.bulk_extend(source_quads(ROOT))
        self.derived = set(evidence(self.sources))
        self.whole = Store()
        self.whole.bulk_extend([*self.sources, *self.derived])

    def answers(self, question: Question) -> list[frozenset[tuple[str, ...]]]:
        """Ask everything that a question asks."""
        engine = OxigraphEngine(self.whole)
        return [ask(engine, asked) for asked in question.asks]

    def changed(self, question: Question) -> list[frozenset[tuple[str, ...]]]:
        """Give the answers after the seeded change, which is then taken back."""
        removed, added = self._quads(question.seeded)
        _exchange(self.sources, removed, added)
        try:
            derived = set(evidence(self.sources))
            out = removed | (self.derived - derived)
            into = added | (derived - self.derived)
            _exchange(self.whole, out, into)
            try:
                return self.answers(question)
            finally:
                _exchange(self.whole, into, out)
        finally:
            _exchange(self.sources, added, removed)

    def _quads(self, seed: Seed) -> tuple[set[Quad], set[Quad]]:
        removed: set[Quad] = set()
        for pattern in seed.remove:
            terms = [_term(text) for text in pattern] + [None] * (3 - len(pattern))
            found = set(self.sources.quads_for_pattern(*terms))
            assert found, f"nothing to remove: {' '.join(pattern)}"
            removed |= found
        heads = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        triples = parse(input=heads + seed.add, format=RdfFormat.TURTLE)
        added = {Quad(t.subject, t.predicate, t.object, SEEDED_GRAPH) for t in triples}
        return removed, added


def _exchange(store: Store, out: set[Quad], into: set[Quad]) -> None:
    for quad in out:
        store.remove(quad)
    store.extend(into)


def _term(text: str) -> NamedNode | Literal:
    if not text.startswith('"'):
        return NamedNode(expand("rdf:type" if text == "a" else text))
    head, _, tail = text[1:].rpartition('"')
    if tail.startswith("^^"):
        return Literal(head, datatype=NamedNode(expand(tail[2:])))
    return Literal(head, language=tail[1:]) if tail else Literal(head)


@pytest.fixture(scope="module")
def world():
    """The copy that all seeded changes share."""
    return World()


@pytest.mark.xfail(strict=True, reason="questions are still being written")
def test_every_question_is_asked_or_says_why_it_cannot_be():
    """A question that was forgotten would look like one that is answered."""
    assert [question.number for question in QUESTIONS] == list(range(1, 94))
    assert all(question.seeded for question in ASKED)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: f"q{question.number:03}")
def test_a_question_has_the_answer_written_for_it(question, built):
    """The expected rows come from the questions and the sheets, not from the graph."""
    for asked in question.asks:
        assert sorted(ask(built, asked)) == sorted(asked.expected), asked.query


@pytest.mark.parametrize("question", ASKED, ids=lambda question: f"q{question.number:03}")
def test_a_seeded_change_of_data_is_noticed(question, world):
    """An answer that stays the same whatever the data say would prove nothing."""
    expected = [asked.expected for asked in question.asks]

    assert world.changed(question) != expected


@pytest.mark.skipif(not ASKED, reason="no question is written yet")
def test_a_change_is_taken_back(world):
    """Else one seeded change would answer for the next."""
    before = set(world.sources), set(world.whole)
    world.changed(ASKED[0])

    assert (set(world.sources), set(world.whole)) == before


@pytest.mark.parametrize(
    "text",
    [
        "question = ",
        'question = "q"\nsection = "s"\n',
        'question = "q"\nsection = "s"\ncannot = "c"\nother = 1\n',
        'section = "s"\ncannot = "c"\n',
        'question = "q"\nsection = "s"\n[[asks]]\nquery = "thing/named"\ncolumns = ["thing"]\n',
    ],
    ids=["not TOML", "no asks", "unknown key", "no question", "no table"],
)
def test_a_question_out_of_form_is_told_with_its_file(text, tmp_path):
    """The author is led to the file."""
    (tmp_path / "q001.toml").write_text(text, encoding="utf-8")

    with pytest.raises(QueryFileError) as caught:
        read_questions(tmp_path)

    assert "q001" in (caught.value.place or "")
