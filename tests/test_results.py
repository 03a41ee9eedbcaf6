"""Result tables: one set of rows in every form, values kept apart by kind."""

import json

import pytest
from pyoxigraph import Literal, NamedNode

from allygraph.errors import UnknownName
from allygraph.names import PREFIXES
from allygraph.results import FORMATS, Table

NATO = NamedNode(PREFIXES["actor"] + "nato")
TABLE = Table(
    ("who", "what", "count", "sure"),
    [
        (NATO, Literal('a "b" | c\nd', language="en"), Literal(3), Literal(True)),
        (NATO, *[None] * 3),
    ],
)


def test_json_is_a_list_of_objects_with_plain_values():
    """IRIs whole, numbers as numbers, nothing where nothing is bound."""
    expected = [
        {"who": NATO.value, "what": 'a "b" | c\nd', "count": 3, "sure": True},
        {"who": NATO.value, "what": None, "count": None, "sure": None},
    ]

    assert json.loads(TABLE.render("json")) == expected


def test_csv_quotes_what_needs_quotes():
    """As in the SPARQL results recommendation: values bare, lines ended by CR LF."""
    expected = f'who,what,count,sure\r\n{NATO.value},"a ""b"" | c\nd",3,true\r\n{NATO.value},,,\r\n'

    assert TABLE.render("csv") == expected


def test_tsv_writes_terms_in_turtle_form():
    """So that a value keeps its language and type."""
    first = TABLE.render("tsv").splitlines()[1].split("\t")

    assert first[:2] == [f"<{NATO.value}>", '"a \\"b\\" | c\\nd"@en']


def test_text_and_markdown_show_short_names():
    """A person reads actor:nato, not the whole IRI."""
    assert TABLE.render("table").splitlines()[2].startswith("actor:nato  ")
    assert TABLE.render("md").splitlines()[2] == '| actor:nato | a "b" \\| c d | 3 | true |'


def test_a_frame_has_the_same_rows():
    """Analysts go on in pandas."""
    frame = TABLE.frame()

    assert list(frame.columns) == list(TABLE.columns)
    assert frame["count"][0] == 3


def test_an_unknown_format_is_refused_with_those_that_exist():
    """The error lists what would be right."""
    with pytest.raises(UnknownName) as caught:
        TABLE.render("xlsx")

    assert all(form in caught.value.expected for form in FORMATS)
