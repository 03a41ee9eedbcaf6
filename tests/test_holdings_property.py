"""Holdings against the naive evaluator, on thousands of random claim sets.

Every world has a membership, an event, two positions and a concern of one holder on one thing, a
proposal and its stages. All its claims are random; days are few, so that bounds often coincide.
The two are compared on every bound of every claim and its neighbours, in both clocks.
"""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allygraph import testimony
from allygraph.certainty import FIRST, LAST
from allygraph.holdings import timelines
from allygraph.names import PREFIXES
from tests.holdings_worlds import rectangles, store_of
from tests.naive_holdings import Node, Statement, World, evaluate, known_by, known_since

SETS_IN_MEMORY, SETS_IN_A_STORE = 5000, 1000
NODES = (
    Node("membership"),
    Node("summit", "event"),
    Node("supports", "position", "france", "office", "supports"),
    Node("opposes", "position", "france", "office", "opposes", ("worry",)),
    Node("worry", "concern", "france", "office"),
    Node("fear", "concern", "france", "office"),
    Node("again", "position", "france", "office", "opposes"),
    Node("proposal", "proposal"),
    Node("proposed", "stage", "", "proposal", "proposed"),
    Node("shelved", "stage", "", "proposal", "shelved"),
    Node("deferred", "stage", "", "proposal", "deferred"),
)
GROUPS = (("membership",), ("summit",), ("supports", "opposes", "worry", "fear", "again"))
GROUPS += (("proposal", "proposed", "shelved", "deferred"),)
DAYS = (None, None, None, *range(20, 29))
PUBLISHED = {"paper": 21, "agency": 23, "ministry": 24, "archive": 30}
SHARES = {
    "polarity": ("affirms",) * 6 + ("denies", "doubts"),
    "modality": ("fact",) * 6 + ("plan", "opinion"),
    "asserters": (
        ("france",),
        ("france",),
        ("japan",),
        ("unnamed-1",),
        ("unnamed-1", "japan"),
        ("unnamed-1", "unnamed-2"),
    ),
    "source": tuple(PUBLISHED),
    "hedged": (False, False, False, True),
    "end_kind": ("unknown", "known", "ongoing", "ongoing", "renewing"),
    "public_act": (False, False, False, True),
    "verified": (True, False),
}
BOUNDS = ("es", "ls", "ee", "le")
CLAIM = st.binary(min_size=len(SHARES) + 6, max_size=len(SHARES) + 6)
"""A byte for each choice: hypothesis draws and shrinks bytes much faster than structures."""


@st.composite
def worlds(draw):
    """Draw one group of nodes and up to seven claims about them, some of which strike others."""
    names = draw(st.sampled_from(GROUPS))
    nodes = tuple(node for node in NODES if node.name in names)
    drawn = draw(st.lists(CLAIM, min_size=1, max_size=7))
    return World(
        nodes, tuple(statement(number, iter(code), names) for number, code in enumerate(drawn))
    )


def statement(number, code, names):
    """Read a claim from its bytes; one in three strikes an earlier one."""
    thing = names[next(code) % len(names)]
    struck = next(code) % (3 * number) if number else 0
    marks = {name: values[next(code) % len(values)] for name, values in SHARES.items()}
    bounds = {name: DAYS[next(code) % len(DAYS)] for name in BOUNDS}
    return Statement(
        f"c{number}",
        thing,
        published=PUBLISHED[marks["source"]],
        strikes=(f"c{struck}",) if struck < number else (),
        **marks,
        **bounds,
    )


def critical_days(days):
    """Give all given days and their neighbours, and the ends of time."""
    near = {day + step for day in days for step in (-1, 0, 1)}
    return sorted({FIRST, LAST} | {day for day in near if FIRST <= day <= LAST})


def at(strips, d):
    """Give what the strips of one day of knowledge say of a day; two would be an overlap."""
    found = [
        (r.certainty, r.standing, r.verified, r.rests_on) for r in strips if r.start <= d <= r.end
    ]
    assert len(found) <= 1
    return found[0] if found else None


def assert_equal_everywhere(world, holdings):
    """Compare with the naive evaluator on all critical points."""
    bounds = [x for s in world.statements for x in (s.es, s.ls, s.ee, s.le) if x is not None]
    days = critical_days(bounds)
    known = critical_days(known_since(statement) for statement in world.statements)
    for k in known:
        current = known_by(world, k)
        for node in world.nodes:
            mine = [r for r in holdings.get(node.name, []) if r.known_from <= k <= r.known_until]
            for d in days:
                assert evaluate(current, node, d) == at(mine, d), (node, d, k)


@settings(max_examples=SETS_IN_MEMORY, deadline=None, derandomize=True, database=None)
@given(worlds())
def test_holdings_are_what_the_definitions_say(world):
    """A sweep that is fast and wrong would give wrong answers to every question."""
    assert_equal_everywhere(world, rectangles(world))


@settings(
    max_examples=SETS_IN_A_STORE,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(worlds())
def test_a_store_is_read_as_the_claims_mean(world):
    """Between the RDF and the sweep nothing of a claim may get lost."""
    read_in = testimony.Testimony(store_of(world))
    read = {
        name.removeprefix(PREFIXES["rel"]): [
            r._replace(rests_on=tuple(c.removeprefix(PREFIXES["claim"]) for c in r.rests_on))
            for r in found
        ]
        for name, found in timelines(read_in.things(), read_in.claims_of)
    }

    assert rectangles(world) == read


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(worlds())
def test_no_two_rectangles_could_be_one(world):
    """Rectangles are maximal: strips of a day of knowledge differ, repeated strips are joined."""
    for holdings in rectangles(world).values():
        for k in {r.known_from for r in holdings}:
            strips = sorted(r for r in holdings if r.known_from <= k <= r.known_until)
            strips.sort(key=lambda r: r.start)
            for left, right in pairwise(strips):
                assert left.end < right.start
                assert left.end + 1 < right.start or _value(left) != _value(right)
        seen = {(r.start, r.end, _value(r), r.known_until + 1) for r in holdings}
        assert not seen & {(r.start, r.end, _value(r), r.known_from) for r in holdings}


def _value(rectangle):
    return rectangle.certainty, rectangle.standing, rectangle.verified, rectangle.rests_on
