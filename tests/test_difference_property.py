"""Differences against the naive evaluator, on hundreds of random claim sets, in both clocks.

The worlds are those of `test_holdings_property`; states come from `naive_holdings`, which shares no
code with the package, differences from a store of RDF by queries.
"""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allygraph.derive import evidence
from allygraph.difference import Choice, Period, difference
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import PREFIXES
from tests.holdings_worlds import store_of
from tests.naive_holdings import evaluate, known_by
from tests.test_holdings_property import worlds

WORLDS = 250
DAYS = st.integers(min_value=17, max_value=33)
ALL = Choice(everything=True)
RANDOM = settings(
    max_examples=WORLDS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def engine_of(world):
    """Give a world in a store, with its holdings."""
    store = store_of(world)
    store.extend(list(evidence(store)))
    return OxigraphEngine(store)


def state(world, d, k):
    """Give what is said on a day of each thing of which something is said."""
    current = known_by(world, k)
    found = {node.name: evaluate(current, node, d) for node in world.nodes}
    return {name: value for name, value in found.items() if value is not None}


def day(ordinal):
    """Give a day of the small calendar of the worlds."""
    return date.fromordinal(ordinal)


def in_world(engine, first, last, k):
    """Compare two days in the world."""
    return difference(engine, Period("world", (day(first), day(last)), (day(k), day(k))), ALL)


def in_knowledge(engine, first, last, days=None):
    """Compare two days of knowledge."""
    span = days and (day(days[0]), day(days[1]))
    return difference(engine, Period("knowledge", span, (day(first), day(last))), ALL)


def parts(found):
    """Give all parts of a difference."""
    return [part for line in found.lines for part in line.parts]


def applied(before, found, d=None):
    """Change a state as a difference says; each part must fit what was there."""
    after = dict(before)
    for part in parts(found):
        if d is not None and not part.first <= d <= part.last:
            continue
        name = part.thing.removeprefix(PREFIXES["rel"])
        assert after.pop(name, None) == value(part.before)
        if part.after is not None:
            after[name] = value(part.after)
    return after


def value(found):
    """Give a state as the naive evaluator gives it."""
    if found is None:
        return None
    claims = tuple(claim.removeprefix(PREFIXES["claim"]) for claim in found.claims)
    return found.certainty, found.standing, found.review == "verified", claims


def turned(found):
    """Give the parts of a difference as if it were read backwards."""
    return sorted(
        (part._replace(before=part.after, after=part.before) for part in parts(found)), key=str
    )


@RANDOM
@given(worlds(), DAYS, DAYS, DAYS)
def test_a_difference_in_the_world_leads_from_one_day_to_the_other(world, first, last, k):
    """What a diff leaves out would be a change that nobody hears of."""
    engine = engine_of(world)
    found = in_world(engine, first, last, k)

    assert applied(state(world, first, k), found) == state(world, last, k)
    assert sorted(parts(in_world(engine, last, first, k)), key=str) == turned(found)


@RANDOM
@given(worlds(), DAYS, DAYS)
def test_a_difference_in_knowledge_leads_from_one_day_to_the_other(world, first, last):
    """On every day in the world, what was learned is all that tells the two states apart."""
    engine = engine_of(world)
    found = in_knowledge(engine, first, last)

    for d in (1, *range(18, 32), day(1).max.toordinal()):
        assert applied(state(world, d, first), found, d) == state(world, d, last)
    assert sorted(parts(in_knowledge(engine, last, first)), key=str) == turned(found)


@RANDOM
@given(worlds(), DAYS, DAYS, DAYS, DAYS)
def test_what_was_learned_of_some_days_is_what_was_learned_of_all_on_these(
    world, first, last, d1, d2
):
    """A window on the days in the world hides what lies outside, and changes nothing inside."""
    days = min(d1, d2), max(d1, d2)
    engine = engine_of(world)
    found = in_knowledge(engine, first, last, days)

    for d in range(days[0], days[1] + 1):
        assert applied(state(world, d, first), found, d) == state(world, d, last)
    assert all(days[0] <= part.first <= part.last <= days[1] for part in parts(found))


@RANDOM
@given(worlds(), DAYS, DAYS, DAYS)
def test_each_thing_is_in_one_line_at_most(world, first, last, k):
    """A change that is told twice would be counted twice."""
    engine = engine_of(world)
    for found in (in_world(engine, first, last, k), in_knowledge(engine, first, last)):
        things = [thing for line in found.lines for thing in line.things]

        assert len(things) == len(set(things))
        assert {part.thing.removeprefix(PREFIXES["rel"]) for part in parts(found)} <= {
            thing.removeprefix("rel:") for thing in things
        }


@RANDOM
@given(worlds(), DAYS, DAYS)
def test_equal_days_do_not_differ(world, one, k):
    """No change can be told of a day against itself."""
    engine = engine_of(world)

    assert in_world(engine, one, one, k).lines == ()
    assert in_knowledge(engine, k, k).lines == ()
    assert in_knowledge(engine, k, k, (one, one)).lines == ()
