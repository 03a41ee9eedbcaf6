"""Fixes on random files in odd layouts: all that can be mended is, and nothing else changes.

The rules of ``tests/fixes/terms.tsv`` are mixed at random: twelve constraints a graph, their values
in any quotes, with comments and line ends anywhere, at named and nameless things, in nested ones
and in lists. Each test prints the seed with which it fails.
"""

import csv
import random
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.names import PREFIXES
from allygraph.shacl import validate
from allygraph.validation.fixes import FileText, Repair, find_language, fixes, wrong_values
from allygraph.validation.fixes.terms import Context, remedy
from allygraph.validation.fixes.wanted import Shapes

TURTLE, E = ox.RdfFormat.TURTLE, "https://example.org/"
KNOWN = {**{name: PREFIXES[name] for name in ("edtf", "rdf", "sh", "xsd")}, "e": E}
HEAD = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in KNOWN.items())
TABLE = Path(__file__).parent / "fixes" / "terms.tsv"
with TABLE.open(encoding="utf-8") as table:
    ROWS = [row[:2] for row in csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]
SPACES = (" ", "  ", "\n", "\t", "\r\n", ' # note "x" ; .\n', " ")


class Writer:
    """Writes random data on twelve rules."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rows = self.random.sample(ROWS, 12)

    def shapes(self) -> str:
        """Write a shape with all rules."""
        properties = "".join(
            f"e:Shape sh:property [ sh:path e:p{n} ; {constraint} ] .\n"
            for n, (constraint, _) in enumerate(self.rows)
        )
        return f"{HEAD}e:Shape a sh:NodeShape ; sh:targetClass e:Ship .\n{properties}"

    def data(self) -> str:
        """Write things with a value for each rule."""
        declared = self.random.choice(("", "# language: en\n"))
        things = "".join(self._thing(n) for n in range(self.random.randint(1, 4)))
        return f"{declared}{HEAD}e:known a e:Ship .\n{things}"

    def _thing(self, number: int) -> str:
        parts = [f"a{self._space()}e:Ship", *(self._part(n) for n in range(len(self.rows)))]
        self.random.shuffle(parts)
        subject = self.random.choice((f"e:s{number}", "[]", f"_:b{number}"))
        body = f"{self._space()};{self._space()}".join(parts)
        return f"{subject}{self._space()}{body}{self._space()}.\n"

    def _part(self, number: int) -> str:
        value, chance = self._value(self.rows[number][1]), self.random.random()
        one = f"e:p{number}{self._space()}{value}"
        if chance < 0.15:
            return f"e:inner{self._space()}[{self._space()}a e:Ship{self._space()};{one} ]"
        if chance < 0.25:
            return f"e:list{self._space()}({self._space()}{value} [ a e:Ship ; {one} ] )"
        return f"{one}{self._space()},{self._space()}{value}" if chance < 0.35 else one

    def _value(self, value: str) -> str:
        end = value.rfind('"')
        if end <= 0 or '"' in value[1:end] or self.random.random() < 0.7:
            return value
        quotes = self.random.choice(("'", '"""', "'''"))
        return f"{quotes}{value[1:end]}{quotes}{value[end + 1 :]}"

    def _space(self) -> str:
        return self.random.choice(SPACES)


def quads_of(text: str) -> list[ox.Quad]:
    """Parse Turtle."""
    return list(ox.parse(input=text, format=TURTLE))


def mended(text: str, quads: list[ox.Quad], shapes: list[ox.Quad]) -> list[Repair]:
    """Mend a text."""
    results = validate(quads, shapes).results
    return fixes(wrong_values(results), shapes, [FileText("a.ttl", text, TURTLE, quads)])


def expected(text: str, quads: list[ox.Quad], shapes: list[ox.Quad]) -> Counter[str]:
    """Count the triples as they should be, nameless things not told apart."""
    read, described = Shapes(shapes), {quad.subject for quad in quads}
    context = Context(find_language(text, quads, None), KNOWN, described.__contains__)
    answers = {
        (wrong.focus, wrong.predicate, wrong.value): answer
        for wrong in wrong_values(validate(quads, shapes).results)
        if (answer := remedy(wrong.value, read.wanted(wrong.shape), context))
    }
    return Counter(
        told(q.subject, q.predicate, answers.get((q.subject, q.predicate, q.object), q.object))
        for q in quads
    )


def told(*terms: object) -> str:
    """Write terms, nameless ones alike."""
    return " ".join("_" if isinstance(term, ox.BlankNode) else str(term) for term in terms)


@pytest.mark.parametrize("seed", range(40))
def test_all_that_can_be_mended_is_and_nothing_else_changes(seed):
    """The graph differs by just these values, and there is nothing left to mend."""
    writer = Writer(seed)
    shapes, text = quads_of(writer.shapes()), writer.data()
    quads = quads_of(text)

    (repair,) = mended(text, quads, shapes)
    after = quads_of(repair.after)

    found = Counter(told(quad.subject, quad.predicate, quad.object) for quad in after)
    assert found == expected(text, quads, shapes)
    assert mended(repair.after, after, shapes) == []


@pytest.mark.parametrize("seed", range(10))
def test_comments_and_spaces_stay(seed):
    """What stands between the tokens is not ours."""
    writer = Writer(seed)
    text = writer.data()

    (repair,) = mended(text, quads_of(text), quads_of(writer.shapes()))

    assert repair.after.count("# note") == text.count("# note")
    assert len(repair.changes) > 3
    for ending in ("\t", "\r\n", "  "):
        assert repair.after.count(ending) == text.count(ending)
