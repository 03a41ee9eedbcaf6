"""Background: what is only looked at is named in the report and never blamed."""

from dataclasses import dataclass, field

import pyoxigraph as ox
import pytest

from allygraph.positions import Place
from allygraph.validation.background import background
from allygraph.validation.findings import Finding, said

HEAD = """PREFIX e: <https://example.org/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
E = "https://example.org/"


@dataclass
class File:
    """A file of a test."""

    name: str
    text: str
    judged: bool = False
    quads: list[ox.Quad] = field(init=False)

    def __post_init__(self) -> None:
        self.quads = list(ox.parse(input=HEAD + self.text, format=ox.RdfFormat.TURTLE))


DATA = File("data.ttl", "e:one a e:Ship ; e:flag e:red . e:shared e:p 1 .", judged=True)
VOCABULARY = File(
    "ships.ttl",
    'e:ships a owl:Ontology ; owl:versionInfo "1.2" . e:Ship a owl:Class . e:red e:p e:Ship .'
    " e:shared e:p 2 .",
)


def finding(focus: str | None) -> Finding:
    """Make a finding about a thing."""
    return Finding(Place("data.ttl", 1), "error", "a", focus, said("Wrong."))


@pytest.mark.parametrize(
    ("focus", "blamed"),
    [
        (f"{E}one", True),
        (f"{E}Ship", False),
        (f"{E}red", False),
        (f"{E}shared", True),
        (f"{E}nowhere", True),
        ("_:nowhere", True),
        ('"a text"', True),
        (None, True),
    ],
)
def test_a_thing_that_only_the_background_describes_is_not_blamed(focus, blamed):
    """Faults of a vocabulary are for those who keep it."""
    found = list(background([DATA, VOCABULARY]).without_blame([finding(focus)]))

    assert bool(found) is blamed


def test_vocabularies_are_named_with_their_address_and_version():
    """The reader learns against what the data was read."""
    colours = File(
        "colours.ttl", "e:colours a skos:ConceptScheme . e:red skos:inScheme e:colours ."
    )

    told = background([DATA, VOCABULARY, colours]).names

    assert told == (
        "ships.ttl (https://example.org/ships, 1.2)",
        "colours.ttl (https://example.org/colours)",
    )


def test_many_files_of_one_folder_are_named_together():
    """A report that names two hundred files names none."""
    many = [File(f"data/{number}.ttl", "e:x e:p 1 .") for number in range(4)]
    few = [File("more/a.ttl", "e:x e:p 1 ."), File("b.ttl", "e:x e:p 1 .")]

    assert background(many + few).names == ("b.ttl", "data/ (4 files)", "more/a.ttl")


def test_a_long_background_is_told_by_its_outermost_folders():
    """Nobody reads a hundred names above the first finding."""
    places = [(top, number) for top in ("data", "kinds") for number in range(20)]
    files = [File(f"{top}/{number}/a.ttl", "e:x e:p 1 .") for top, number in places]

    assert background(files).names == ("data/ (20 files)", "kinds/ (20 files)")


def test_an_ontology_that_is_imported_and_not_given_is_told():
    """Nothing is fetched; without it classes may be missing, and the reader should know."""
    importing = File(
        "data.ttl",
        "e:data a owl:Ontology ; owl:imports e:ships , e:other .",
        judged=True,
    )

    assert background([importing, VOCABULARY]).missing == (f"{E}other",)
    assert background([importing]).missing == (f"{E}ships", f"{E}other")
    assert background([VOCABULARY]).missing == ()


def test_what_was_given_is_judged_even_if_it_is_an_ontology():
    """Who asks for an ontology to be judged means it."""
    given = File("ships.ttl", VOCABULARY.text, judged=True)

    known = background([given])

    assert known.names == ()
    assert list(known.without_blame([finding(f"{E}Ship")])) == [finding(f"{E}Ship")]
