"""Holdings: every case of tests/holdings/, in the sweep, from RDF, and by the naive evaluator.

A case is a small world (nodes and claims) and what is expected on some pairs of days.
``no holding`` means that nothing is said of the day; ``none`` that nothing holds on it.
"""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from allygraph import testimony
from allygraph.certainty import Claim, Polarity
from allygraph.errors import InputError
from allygraph.holdings import spell, timelines
from allygraph.names import PREFIXES
from tests.holdings_worlds import rectangles, store_of
from tests.naive_holdings import Node, Statement, World, evaluate, known_by

CASES = sorted((Path(__file__).parent / "holdings").glob("*.toml"))
EXPECTED_CASES = 23


def world_of(case):
    """Read nodes and claims of a case, days as ordinals."""
    nodes = tuple(Node(**{key: _plain(value) for key, value in n.items()}) for n in case["node"])
    claims = [Statement(**{key: _plain(v) for key, v in c.items()}) for c in case["claim"]]
    # A source has one day; cases that give one claim a day of its own have a source for it.
    return World(nodes, tuple(replace(c, source=f"{c.source}-{c.published}") for c in claims))


def _plain(value):
    if isinstance(value, date):
        return value.toordinal()
    return tuple(value) if isinstance(value, list) else value


def answer(holdings, expected):
    """Give what holdings say on the days of an expectation."""
    d, k = expected["as_of"].toordinal(), expected["known_by"].toordinal()
    for r in holdings:
        if r.start <= d <= r.end and r.known_from <= k <= r.known_until:
            return r.certainty, r.standing, r.verified, r.rests_on
    return None


def check(expected, found):
    """Compare only what the case states."""
    if expected["certainty"] == "no holding":
        assert found is None
        return
    names = ("certainty", "standing", "review", "rests_on")
    given = dict(zip(names, found, strict=True))
    given["review"] = "verified" if given["review"] else "unverified"
    stated = {name: _plain(expected[name]) for name in names if name in expected}

    assert stated == {name: given[name] for name in stated}, expected


def holdings_from_rdf(world):
    """Give the holdings by short name, read from a store."""
    read = testimony.Testimony(store_of(world))
    claim = PREFIXES["claim"]
    return {
        name.removeprefix(PREFIXES["rel"]): [
            r._replace(rests_on=tuple(c.removeprefix(claim) for c in r.rests_on)) for r in found
        ]
        for name, found in timelines(read.things(), read.claims_of)
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_answered_as_written(path):
    """Three ways to the same answer: the sweep, the sweep behind RDF, the definitions."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    world = world_of(case)
    nodes = {node.name: node for node in world.nodes}
    swept, read = rectangles(world), holdings_from_rdf(world)
    for expected in case["expect"]:
        name = expected.get("of", case["node"][0]["name"])
        check(expected, answer(swept.get(name, []), expected))
        check(expected, answer(read.get(name, []), expected))
        current = known_by(world, expected["known_by"].toordinal())
        check(expected, evaluate(current, nodes[name], expected["as_of"].toordinal()))


def test_no_case_got_lost():
    """A folder that is not found must not pass as a folder without faults."""
    assert len(CASES) == EXPECTED_CASES


def test_a_strip_that_stays_the_same_is_one_rectangle():
    """A second claim that changes only the last strip leaves the strips before it in one piece."""
    first = Claim("a", 10, earliest_start=5, latest_start=5, earliest_end=5, ongoing=True)
    denial = Claim("b", 20, polarity=Polarity.DENIES, earliest_start=50)

    found = spell([first, denial])

    assert [(r.start, r.end) for r in found if r.known_from == 10 and r.known_until > 20] == [
        (1, 4),
        (5, 5),
    ]


def test_a_claim_without_a_day_is_refused_by_name():
    """What is nowhere on the clock of knowledge would silently be missing from every answer."""
    world = World((Node("n"),), (Statement("c", "n"),))
    store = store_of(world)
    for quad in list(store):
        if quad.predicate.value.endswith("latestPublished"):
            store.remove(quad)

    with pytest.raises(InputError, match="claim:c has no day since when it is known"):
        testimony.Testimony(store)
