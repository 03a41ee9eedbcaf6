"""Places: where capitals and offices are, and in which region a state lies."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from allygraph.graph import source_quads
from allygraph.names import compact

ROOT = Path(__file__).resolve().parents[1]
FACTS = ROOT.parent / "shared" / "facts"
THINGS = defaultdict(lambda: defaultdict(list))
for quad in source_quads(ROOT):
    THINGS[compact(quad.subject.value)][compact(quad.predicate.value)].append(
        compact(getattr(quad.object, "value", ""))
    )
BOXES = {
    f"place:{row['region']}": tuple(float(row[side]) for side in ("south", "north", "west", "east"))
    for row in csv.DictReader(
        (ROOT / "tests" / "places" / "boxes.tsv").read_text(encoding="utf-8").splitlines(),
        delimiter="\t",
    )
}
SITED = {
    name: (float(values["schema:latitude"][0]), float(values["schema:longitude"][0]))
    for name, values in THINGS.items()
    if "schema:latitude" in values and "schema:longitude" in values
}
CAPITALS = {
    values["ally:object"][0]: values["ally:thing"][0]
    for values in THINGS.values()
    if values["ally:aspect"] == ["kind:aspect-capital"]
}
WITHOUT_CAPITAL = {"actor:sahrawi-arab-democratic-republic"}


def states():
    """Give the states and territories of today: those that lie in a region."""
    return {name for name, values in THINGS.items() if values.get("ally:inRegion")}


def test_every_state_of_today_has_a_capital_with_coordinates():
    """So a map can show every member; the Sahrawi republic has no seat on its own ground."""
    missing = {state for state in states() if CAPITALS.get(state) not in SITED}

    assert missing == WITHOUT_CAPITAL
    assert len(states()) >= 200


def test_every_state_with_an_iso_code_lies_in_a_region():
    """A question about the Indo-Pacific must not lose a state without a word."""
    assert {name for name, values in THINGS.items() if values.get("ally:isoAlpha3")} <= states()


def test_coordinates_come_in_pairs_and_are_those_of_one_city():
    """Half a pair is no place, and two cities on one spot are a slip of the copyist."""
    halves = {
        name
        for name, values in THINGS.items()
        if ("schema:latitude" in values) != ("schema:longitude" in values)
    }

    assert halves == set()
    assert [spot for spot, count in Counter(SITED.values()).items() if count > 1] == []


def inside(spot, box):
    """Tell whether a spot is in a box; one whose west is east of its east crosses the date line."""
    (latitude, longitude), (south, north, west, east) = spot, box
    within = west <= longitude <= east if west <= east else longitude >= west or longitude <= east
    return south <= latitude <= north and within


@pytest.mark.parametrize("region", sorted(BOXES))
def test_a_city_lies_in_the_box_of_its_region(region):
    """A swapped pair or a lost sign puts a city into the sea or onto another continent."""
    cities = {city for state, city in CAPITALS.items() if region in THINGS[state]["ally:inRegion"]}
    cities |= {
        city
        for city in SITED
        for state in THINGS[city].get("ally:inState", ())
        if region in THINGS[state]["ally:inRegion"] and city not in CAPITALS.values()
    }

    assert cities
    assert {
        city for city in cities if city in SITED and not inside(SITED[city], BOXES[region])
    } == set()


def test_every_office_and_event_that_has_a_city_has_its_coordinates():
    """Where the alliance has offices is a question of the sheets; the answer is a map."""
    used = {
        place
        for values in THINGS.values()
        if values["rdf:type"] and values["rdf:type"][0] in ("ally:Event", "ally:Office")
        for place in values.get("ally:place", ())
        if THINGS[place].get("ally:inState")
    }
    territories = {place for place in used if "territory of" in THINGS[place]["rdfs:label"][0]}

    assert used - territories - set(SITED) == set()


@pytest.mark.skipif(not FACTS.exists(), reason="the fact sheets are not beside this checkout")
def test_every_city_of_the_sheets_is_a_place():
    """An import that does not find a city would have to invent one."""
    names = {
        name
        for place in SITED
        for key in ("rdfs:label", "skos:altLabel")
        for name in THINGS[place].get(key, ())
    }
    wanted = set()
    for sheet in ("events", "nato_offices"):
        with (FACTS / f"{sheet}.csv").open(encoding="utf-8", newline="") as lines:
            wanted |= {row["city"] for row in csv.DictReader(lines)}
    cities = {
        part for city in wanted for part in city.rstrip(")").replace(" (", " and ").split(" and ")
    }

    assert cities - names == {"virtual", "video conference"}


def test_the_indo_pacific_holds_the_four_partners_and_no_ally_of_europe():
    """The regions join up to the two areas of which the article speaks."""
    wider = {name: set(values.get("ally:isPartOf", ())) for name, values in THINGS.items()}

    def areas(state):
        return wider[THINGS[state]["ally:inRegion"][0]]

    four = ("australia", "japan", "new-zealand", "south-korea")
    assert all("place:indo-pacific" in areas(f"actor:{name}") for name in four)
    assert "place:euro-atlantic" in areas("actor:france")
    assert "place:indo-pacific" not in areas("actor:france")
