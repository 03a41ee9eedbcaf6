"""Origins: which sources are one, however many documents print the same."""

import pytest

from allygraph.origins import roots


@pytest.mark.parametrize(
    ("documents", "derivations", "expected"),
    [
        ("a", [], [("a", "a")]),
        ("ab", [("b", "a")], [("a", "a"), ("b", "a")]),
        ("abc", [("c", "b"), ("b", "a")], [("a", "a"), ("b", "a"), ("c", "a")]),
        ("abc", [("c", "a"), ("c", "b")], [("a", "a"), ("b", "b"), ("c", "a"), ("c", "b")]),
        ("abcd", [("b", "a"), ("c", "a"), ("d", "c")], [(x, "a") for x in "abcd"]),
        ("ab", [("a", "b"), ("b", "a")], [("a", "a"), ("b", "b")]),
        ("abc", [("a", "b"), ("b", "a"), ("b", "c")], [("a", "c"), ("b", "c"), ("c", "c")]),
    ],
    ids=["alone", "copy", "copy of a copy", "two roots", "family", "circle", "circle with a root"],
)
def test_a_source_has_the_roots_of_what_it_derives_from(documents, derivations, expected):
    """Copies must not be counted as further voices."""
    assert list(roots(documents, derivations)) == expected
