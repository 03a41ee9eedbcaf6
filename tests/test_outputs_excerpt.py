"""Excerpts: the lines of a file that a report shows, the mark below them, and their colours."""

import pytest

from allygraph.positions import Place
from allygraph.validation.outputs import shows_colour
from allygraph.validation.outputs.excerpt import block, marked_line
from tests.partnership_text import TEXT

FILE = "nato.ttl"


def test_a_mark_stands_below_its_words_also_where_signs_are_wide():
    """A Japanese sign takes two cells of a terminal."""
    line = marked_line(Place(FILE, 5, 19, 5, 22), {FILE: TEXT})

    assert line is not None
    assert (line.before, line.marked, line.after) == ('    rdfs:label "日本', "<b>", '"@ja ;')
    assert line.underline() == (" " * 20, "^^^")


def test_a_block_ends_with_its_statement():
    """What stands around the line is shown, what is about other things is not."""
    lines = block(Place(FILE, 8, 9, 8, 26), {FILE: TEXT})

    assert [line.number for line in lines] == [3, 4, 5, 6, 7, 8, 9]
    assert [line.number for line in lines if line.marked] == [8]
    assert block(Place("unknown.ttl", 8), {FILE: TEXT}) == []
    assert block(Place(FILE, 99), {FILE: TEXT}) == []


def test_a_very_long_line_is_cut_around_the_mark():
    """A file of one line, as programs write them, must not fill the terminal."""
    text = f"{'x' * 5000} <urn:wrong> {'y' * 5000}"

    line = marked_line(Place("a.nt", 1, 5002, 1, 5013), {"a.nt": text})

    assert line is not None
    assert line.marked == "<urn:wrong>"
    assert len(line.text) < 120


@pytest.mark.parametrize(
    ("environment", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours_are_for_terminals_and_can_be_refused(environment, terminal, wanted):
    """https://no-color.org and https://force-color.org."""

    class Stream:
        def isatty(self) -> bool:
            return terminal

    assert shows_colour(Stream(), environment) is wanted
