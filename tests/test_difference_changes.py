"""Kinds of change: one word for the difference of two courses, and its mirror."""

import pytest

from allygraph.difference.changes import Change, in_knowledge, in_the_world
from allygraph.difference.states import FIRST, LAST, Span, State
from allygraph.difference.words import CHANGES, MIRRORED, phrase


def _course(*spans):
    return tuple(
        Span(first, last, State(certainty, standing, "verified", claims))
        for first, last, certainty, standing, claims in spans
    )


SURE = "sure", "affirmed", ("a",)
NONE = "none", "affirmed", ("a",)
OPEN = "possible", "affirmed", ("a",)
CLASH = "possible", "contested", ("a", "b")


@pytest.mark.parametrize(
    ("spans", "change"),
    [
        ([(FIRST, 9, *NONE), (10, LAST, *SURE)], Change("begins", 10, 10)),
        ([(FIRST, 4, *NONE), (5, 9, *OPEN), (10, LAST, *SURE)], Change("begins", 5, 10)),
        ([(FIRST, 9, *OPEN), (10, LAST, *SURE)], Change("first-attested", FIRST, 10)),
        ([(FIRST, 9, *SURE), (10, LAST, *NONE)], Change("ends", 9, 9)),
        ([(FIRST, 9, *SURE), (10, 30, *OPEN), (31, LAST, *NONE)], Change("ends", 9, 30)),
        ([(FIRST, 9, *SURE), (10, LAST, *OPEN)], Change("last-attested", 9, LAST)),
        ([(FIRST, 9, *SURE), (10, LAST, *CLASH)], Change("newly-contested", 9, LAST)),
        ([(FIRST, 9, *NONE), (10, LAST, *CLASH)], Change("newly-contested", 10, 10)),
        ([(FIRST, 9, *CLASH), (10, LAST, *SURE)], Change("no-longer-contested", FIRST, 10)),
        ([(FIRST, 9, *NONE), (10, 11, *SURE), (12, LAST, *NONE)], Change("happens", 10, 11)),
        ([(FIRST, 9, *SURE), (10, 11, *NONE), (12, LAST, *SURE)], Change("interrupted", 10, 11)),
        ([(FIRST, 9, *SURE), (12, LAST, *SURE)], Change("interrupted", 10, 11)),
        ([(FIRST, 9, *SURE), (10, LAST, "presumed", *SURE[1:])], Change("certainty", 10, 10)),
        ([(FIRST, 9, *SURE), (10, LAST, *SURE[:2], ("b",))], Change("evidence", 10, 10)),
        ([(10, 40, "none", "denied", ("a",))], Change("evidence", 10, 10)),
        ([(FIRST, LAST, *SURE)], None),
        ([], None),
    ],
)
def test_two_days_in_the_world_differ_in_one_way(spans, change):
    """The word tells a change of the world from one of what sources say of the days."""
    assert in_the_world(_course(*spans), 3, 20, 2) == change


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ([], [(FIRST, LAST, *NONE)], "newly-claimed"),
        ([(FIRST, LAST, *SURE)], [], "struck"),
        ([(FIRST, LAST, *SURE)], [(FIRST, 9, *SURE), (10, LAST, *CLASH)], "newly-contested"),
        ([(FIRST, LAST, *CLASH)], [(FIRST, LAST, *SURE)], "no-longer-contested"),
        ([(FIRST, LAST, *OPEN)], [(FIRST, LAST, *SURE)], "newly-held"),
        ([(FIRST, LAST, *SURE)], [(FIRST, LAST, *NONE)], "no-longer-held"),
        ([(FIRST, LAST, *SURE)], [(FIRST, 9, *SURE), (10, LAST, *NONE)], "dates"),
        ([(FIRST, LAST, *SURE)], [(FIRST, LAST, "presumed", *SURE[1:])], "certainty"),
        ([(FIRST, LAST, *NONE)], [(FIRST, LAST, *OPEN)], "certainty"),
        ([(FIRST, LAST, *SURE)], [(FIRST, LAST, *SURE[:2], ("b",))], "evidence"),
        ([(FIRST, LAST, *SURE)], [(FIRST, LAST, *SURE)], None),
    ],
)
def test_two_days_of_knowledge_differ_in_one_way(before, after, change):
    """What is news to a reader comes first: that it is new, contested, or holds."""
    assert in_knowledge(_course(*before), _course(*after), 2) == change


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("days", [("2023-07-11", "2023-07-12"), (None, "2023-07-12"), None])
def test_every_kind_of_change_has_its_words_and_its_mirror(change, days):
    """Read backwards twice, a change is what it was."""
    said = phrase(change, days)

    assert said
    assert "None" not in said or days is None or change == "last-attested"
    assert MIRRORED.get(MIRRORED.get(change, change), change) == change
