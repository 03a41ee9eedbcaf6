"""Random Turtle and TriG in odd layouts, with the truth about where each triple stands.

The text is written token by token, and what each token says is noted as it is written; so the truth
comes from no parser. A node that the text does not name says a number of its own (``:id 7``), by
which it is found in the parsed graph; a list begins with such a number.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

Key: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | int
Span: TypeAlias = tuple[int, int]
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE, FIRST = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{RDF}first")
GAPS = ("", "", " ", " ", "\n", "\t", "\r\n", "\r", "  # a. \"b <c [ '\n", "\n#\r\n")
NAMES = ("a", "b.c", "d-e", "f:g", "h%20i", "0j", "k\\,l", "m\\.", "é", "日本", "_n", "a.b.c", "x")
SPACES = {"": "http://example.org/", "p": "urn:p:", "p.q": "http://example.org/pq#", "é": "x:é/"}
STRINGS = (
    "",
    "a",
    "a . b",
    "<x> [ ( ;",
    "# no",
    "it's",
    'say "hi"',
    "\\\\",
    "\\n\\u00e9",
    "日本. ",
)
LONG = ("", "a\n. b\n", "''", 'x\\"', "<#a>\r\n@prefix", "é\t. {|", "no 'end ] )")
NUMBERS = {"1": "integer", "-2": "integer", "1.5": "decimal", "+.5": "decimal", "1e3": "double"}


@dataclass
class OddText:
    """A text, and for each triple where its property and its value are written."""

    text: str = ""
    truth: dict[tuple[Key, ox.NamedNode, Key], list[tuple[Span, Span]]] = field(
        default_factory=dict
    )
    subjects: dict[Key, list[Span]] = field(default_factory=dict)
    nameless: dict[int, Span] = field(default_factory=dict)


class Writer:
    """Writes one text; ``graphs`` makes it TriG."""

    def __init__(self, dice: random.Random, *, graphs: bool) -> None:
        self.dice = dice
        self.graphs = graphs
        self.odd = OddText()
        self.spaces: dict[str, str] = {}
        self.base = "http://example.org/base/"
        self.count = 100

    def write(self) -> OddText:
        """Write some statements."""
        self.gap()
        for name in SPACES:
            self.prefix(name, SPACES[name])
        for _ in range(self.dice.randint(1, 6)):
            self.pick(self.statement, self.statement, self.directive, self.block)()
        return self.odd

    def pick(self, *choices: Callable[[], None]) -> Callable[[], None]:
        """Choose what to do."""
        return self.dice.choice(choices)

    def gap(self, need: bool = False) -> None:
        """Write what may stand between tokens."""
        gap = "".join(self.dice.choice(GAPS) for _ in range(self.dice.randint(0, 2)))
        self.odd.text += gap or (" " if need else "")

    def token(self, text: str, *, tight: bool = False) -> Span:
        """Write a token; one that could grow into the next has a gap before it."""
        before = self.odd.text[-1:]
        inside = before.isalnum() or before in "_-.:%\\@^~|{}<(+" or not before.isascii()
        self.gap(need=inside and not tight)
        start = len(self.odd.text)
        self.odd.text += text
        return start, len(self.odd.text)

    def stop(self) -> None:
        """Write the full stop, often right after the word before it."""
        last = self.odd.text[-1:]
        self.token(".", tight=not (last.isdigit() or last in ".\\"))
        self.odd.text += self.dice.choice(("\n", " ", "\t", "#.\n"))

    def directive(self) -> None:
        """Define a prefix anew, or the base."""
        if self.dice.random() < 0.5:
            name = self.dice.choice(list(SPACES))
            self.prefix(name, self.dice.choice(("urn:other:", "http://example.org/o/")))
            return
        base = self.dice.choice(("http://example.org/deep/er/", "http://example.org/q?x"))
        old = self.dice.random() < 0.5
        self.token("@base" if old else self.dice.choice(("BASE", "base")))
        self.token(f"<{base}>")
        if old:
            self.stop()
        self.base = base

    def prefix(self, name: str, space: str) -> None:
        """Define a prefix in one of two ways."""
        old = self.dice.random() < 0.5
        self.token("@prefix" if old else self.dice.choice(("PREFIX", "prefix")))
        self.odd.text += " "
        self.token(f"{name}:")
        self.token(f"<{space}>")
        if old:
            self.stop()
        self.spaces[name] = space

    def block(self) -> None:
        """Write a graph of TriG."""
        if not self.graphs:
            self.statement()
            return
        if self.dice.random() < 0.8:
            if self.dice.random() < 0.5:
                self.token("GRAPH")
                self.odd.text += " "
            self.pick(lambda: self.token("_:g"), lambda: self.named())()
        self.token("{")
        for left in range(self.dice.randint(0, 3), 0, -1):
            self.triples()
            if left > 1 or self.dice.random() < 0.5:
                self.stop()
        self.token("}")

    def statement(self) -> None:
        """Write a statement with its stop."""
        self.triples()
        self.stop()

    def triples(self) -> None:
        """Write a subject and what is said of it."""
        kind = self.dice.random()
        if kind < 0.15:
            number, span = self.brackets(2)
            self.odd.subjects.setdefault(number, []).append(span)
            if self.dice.random() < 0.5:
                self.properties(number, 2)
            return
        if kind < 0.25:
            number, span = self.items(2)
        elif kind < 0.4:
            label = self.dice.choice(("x", "y.z", "1"))
            number, span = ox.BlankNode(label), self.token(f"_:{label}")
        else:
            number, span = self.named()
        self.odd.subjects.setdefault(number, []).append(span)
        self.properties(number, 2)

    def properties(self, subject: Key, depth: int, *, first: bool = True) -> None:
        """Write properties with values."""
        for turn in range(self.dice.randint(1, 3)):
            if turn or not first:
                self.token(";", tight=True)
                if self.dice.random() < 0.2:
                    self.token(";", tight=True)
            predicate, span = self.verb()
            for more in range(self.dice.randint(1, 3)):
                if more:
                    self.token(",", tight=True)
                value, where = self.value(depth)
                self.note(subject, predicate, value, span, where)
        if self.dice.random() < 0.2:
            self.token(";", tight=True)

    def note(self, subject: Key, predicate: ox.NamedNode, value: Key, span: Span, at: Span) -> None:
        """Keep the truth about one triple."""
        self.odd.truth.setdefault((subject, predicate, value), []).append((span, at))

    def verb(self) -> tuple[ox.NamedNode, Span]:
        """Write a property."""
        if self.dice.random() < 0.2:
            span = self.token("a")
            return TYPE, span
        return self.named()

    def named(self) -> tuple[ox.NamedNode, Span]:
        """Write an IRI: whole, relative, escaped, or with a prefix."""
        kind = self.dice.random()
        if kind < 0.2:
            iri = self.dice.choice(("http://example.org/a", "urn:p:x", "x:é/b?c=d.e;f,g#h"))
            return ox.NamedNode(iri), self.token(f"<{iri}>")
        if kind < 0.3:
            return ox.NamedNode("http://example.org/é"), self.token("<http://example.org/\\u00e9>")
        if kind < 0.4:
            name = self.dice.choice(("rel", "re.l"))
            return ox.NamedNode(self.base.rpartition("/")[0] + f"/{name}"), self.token(f"<{name}>")
        prefix, local = self.dice.choice(list(self.spaces)), self.dice.choice(NAMES)
        iri = self.spaces[prefix] + local.replace("\\", "")
        return ox.NamedNode(iri), self.token(f"{prefix}:{local}")

    def value(self, depth: int) -> tuple[Key, Span]:
        """Write a value of any kind."""
        kind = self.dice.random()
        if depth and kind < 0.2:
            return self.brackets(depth - 1)
        if depth and kind < 0.3:
            return self.items(depth - 1)
        if kind < 0.4:
            label = self.dice.choice(("x", "y.z", "v"))
            return ox.BlankNode(label), self.token(f"_:{label}")
        if kind < 0.65:
            return self.named()
        if kind < 0.75:
            text = self.dice.choice(list(NUMBERS))
            datatype = ox.NamedNode(XSD + NUMBERS[text])
            return ox.Literal(text, datatype=datatype), self.token(text)
        if kind < 0.8:
            return ox.Literal(True), self.token("true")
        return self.literal()

    def literal(self) -> tuple[ox.Literal, Span]:
        """Write a string, short or long, plain, with a language or a datatype."""
        long = self.dice.random() < 0.4
        mark = self.dice.choice("\"'") * (3 if long else 1)
        text = self.dice.choice(LONG if long else STRINGS)
        if mark in text or text.endswith(mark[0]):
            text = "a"
        start, _ = self.token(mark + text + mark)
        value = next(
            ox.parse(input=f"<x:a> <x:b> {mark}{text}{mark} .", format=ox.RdfFormat.TURTLE)
        ).object.value
        kind = self.dice.random()
        if kind < 0.3:
            tag = self.dice.choice(("en", "fr-CA", "zh-Hant-TW"))
            self.odd.text += f"@{tag}"
            found = ox.Literal(value, language=tag)
        elif kind < 0.6:
            gap = self.dice.choice(("", "", " ", '\n# . "\n'))
            self.odd.text += f"{gap}^^"
            datatype, _ = self.named()
            found = ox.Literal(value, datatype=datatype)
        else:
            found = ox.Literal(value)
        return found, (start, len(self.odd.text))

    def brackets(self, depth: int) -> tuple[int, Span]:
        """Write a node without a name that says its number, first or last."""
        self.count += 1
        number = self.count
        start, _ = self.token("[", tight=True)
        before = self.dice.random() < 0.5
        if before:
            self.properties(number, depth)
            if not self.odd.text.rstrip().endswith(";"):
                self.token(";", tight=True)
        predicate, span = ox.NamedNode("urn:id"), self.token("<urn:id>")
        at = self.token(str(number))
        self.note(number, predicate, ox.Literal(number), span, at)
        if not before and self.dice.random() < 0.5:
            self.properties(number, depth, first=False)
        _, end = self.token("]", tight=True)
        self.odd.nameless[number] = (start, end)
        return number, (start, end)

    def items(self, depth: int) -> tuple[int, Span]:
        """Write a list that begins with its number."""
        self.count += 1
        number = self.count
        start, _ = self.token("(", tight=True)
        at = self.token(str(number))
        self.note(number, FIRST, ox.Literal(number), at, at)
        for _ in range(self.dice.randint(0, 2)):
            self.value(depth)
        _, end = self.token(")", tight=True)
        return number, (start, end)


def odd_text(dice: random.Random, *, graphs: bool = False) -> OddText:
    """Write a random text."""
    return Writer(dice, graphs=graphs).write()
