"""A dossier of the alliance graph: terms as N-Triples, and things that can be changed."""

import random
import sys
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from allygraph import resources
from allygraph.names import PREFIXES, expand

PUBLISHED = (2023, 2025)
WORDS = [
    "alliance",
    "partners",
    "agreed",
    "office",
    "summit",
    "treaty",
    "members",
    "defence",
    "policy",
    "council",
    "region",
    "support",
    "visit",
    "statement",
    "cooperation",
    "security",
    "dialogue",
    "ministers",
    "joint",
    "programme",
]
Pair = tuple[str, str]


@cache
def name(short: str) -> str:
    """Write a short name as a term."""
    return f"<{expand(short)}>"


def text(words: str, language: str = "en") -> str:
    """Write a text in a language."""
    return f'"{words}"@{language}'


def plain(words: object) -> str:
    """Write a plain string."""
    return f'"{words}"'


def typed(value: object, datatype: str) -> str:
    """Write a literal of a datatype, given by its short name."""
    return f'"{value}"^^{name(datatype)}'


@cache
def kinds() -> dict[str, list[str]]:
    """Give the concepts of each scheme, as terms, in the order of their names."""
    found: dict[str, list[str]] = {}
    for triple in ontology():
        if triple.predicate.value == expand("skos:inScheme") and isinstance(
            triple.object, NamedNode
        ):
            scheme = triple.object.value.removeprefix(PREFIXES["kind"])
            found.setdefault(scheme, []).append(str(triple.subject))
    return {scheme: sorted(names) for scheme, names in found.items()}


@cache
def blockable() -> dict[str, bool]:
    """Give the kinds of decision rule that say whether one can block, and what they say."""
    return {
        str(triple.subject): triple.object.value == "true"
        for triple in ontology()
        if triple.predicate.value == expand("ally:blockableByOne")
        and isinstance(triple.object, Literal)
    }


@cache
def ontology() -> tuple[Triple, ...]:
    """Give all triples of ontology and kinds."""
    paths = resources.ontology_files(resources.root())
    return tuple(q.triple for path in paths for q in parse(path=path, format=RdfFormat.TURTLE))


@dataclass
class Days:
    """A date as precise as a source has it, with its first and last day."""

    words: str
    first: str
    last: str


@dataclass
class Dossier:
    """The things of one number: see `alliance_graph`.

    Attributes:
        number: from 0; things of earlier dossiers may be referred to.
        things: predicates and values of each subject, in the order of writing.
    """

    number: int
    things: dict[str, list[Pair]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.number)
        self.published = self.days(PUBLISHED, precise=True)

    def own(self, kind: str, what: str) -> str:
        """Give the name of a thing of this dossier."""
        return name_of(kind, what, self.number)

    def known(self, kind: str, what: str) -> str:
        """Give the name of such a thing of this or an earlier dossier."""
        return name_of(kind, what, self.dice.randint(0, self.number))

    def kind(self, scheme: str) -> str:
        """Draw a concept of a scheme."""
        return self.dice.choice(kinds()[scheme])

    def words(self, count: int) -> str:
        """Draw words."""
        return " ".join(self.dice.choices(WORDS, k=count))

    def days(self, years: tuple[int, int], precise: bool = False) -> Days:
        """Draw a year, a month or a day between two years."""
        dice = self.dice
        year, month = dice.randint(*years), dice.randint(1, 12)
        day = date(year, month, dice.randint(1, monthrange(year, month)[1])).isoformat()
        draw = 1.0 if precise else dice.random()
        if draw < 0.3:
            return Days(str(year), f"{year}-01-01", f"{year}-12-31")
        if draw < 0.5:
            last = monthrange(year, month)[1]
            return Days(day[:7], f"{day[:7]}-01", f"{day[:7]}-{last:02}")
        return Days(day, day, day)

    def add(self, subject: str, kind: str, label: str, *pairs: Pair) -> str:
        """Describe a thing; gives its name."""
        values = [("rdf:type", name(kind)), ("rdfs:label", text(label)), *pairs]
        self.things[subject] = values
        return subject

    def set(self, subject: str, predicate: str, *values: str) -> None:
        """Replace the values that a thing has for a predicate."""
        kept = [pair for pair in self.things[subject] if pair[0] != predicate]
        self.things[subject] = [*kept, *((predicate, value) for value in values)]

    def get(self, subject: str, predicate: str) -> list[str]:
        """Give the values that a thing has for a predicate."""
        return [value for given, value in self.things[subject] if given == predicate]

    def lines(self) -> list[str]:
        """Write all as N-Triples."""
        return [
            f"{subject} {name(predicate)} {value} .\n"
            for subject, pairs in self.things.items()
            for predicate, value in pairs
        ]


def name_of(kind: str, what: str, number: int) -> str:
    """Give the name of a thing of a dossier."""
    return f"<{PREFIXES[kind]}d{number}-{what}>"
