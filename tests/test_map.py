"""The start page and its map: what is drawn is what the saved questions say, on the day."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest

from allygraph.build import open_current
from allygraph.errors import ParameterError
from allygraph.names import expand
from allygraph.site import Ask, reader
from allygraph.site.atlas import alliances, atlas
from allygraph.site.pictures.map import VIEWS, Mark, State, picture, project

TODAY = date(2026, 11, 26)
TREATY = date(2023, 6, 13)


@pytest.fixture(scope="module")
def engine():
    """The shipped graph."""
    return open_current()


def start(engine, as_of=TODAY, known_by=TODAY, lang="en", **params):
    """Give the start page as text."""
    fields = {name: (value,) for name, value in params.items()}
    asked = Ask(
        "start", "", fields, "html", as_of, known_by, lang, "https://example.org/", "0" * 16
    )
    return reader("start")(engine, asked).body.decode()


def drawn(svg):
    """Read a picture; give its links by title."""
    tree = ElementTree.fromstring(str(svg))
    return {link.find("title").text: link for link in tree.iter("a")}


def test_places_are_put_where_d3_would_put_them():
    """The values are those of d3-geo 3.1 for the projection in the file of shapes."""
    for at, expected in [((0, 0), (480.0, 244.9)), ((35.69, 139.69), (834.0, 133.0))]:
        assert project(at) == pytest.approx(expected, abs=0.1)


def test_a_capital_lies_within_its_state():
    """Brussels in Belgium, Tokyo in Japan: shapes and points share one projection."""
    svg = picture(
        [State("JPN", "member", "Japan", "/j"), State("AUS", "partner", "Oz", "/a")], [], "x"
    )
    for title, at in (("Japan", (35.69, 139.69)), ("Oz", (-35.28, 149.13))):
        path = drawn(svg)[title].find("path").get("d")
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
        xs, ys = numbers[::2], numbers[1::2]
        x, y = project(at)
        assert min(xs) <= x <= max(xs)
        assert min(ys) <= y <= max(ys)


def test_members_and_partners_differ_without_colour_and_offices_by_form():
    svg = picture(
        [State("FRA", "member", "France", "/f"), State("CHE", "partner", "Switzerland", "/s")],
        [Mark((50, 4), "open", "HQ", "/hq"), Mark((35, 139), "proposed", "Tokyo", "/t")],
        "x",
    )
    links = drawn(svg)

    assert links["France"].find("path").get("fill") is None
    assert links["Switzerland"].find("path").get("fill") == "url(#partner)"
    assert links["HQ"].find("circle") is not None
    assert links["Tokyo"].find("polygon") is not None


def test_states_too_small_to_be_drawn_stand_at_their_capital():
    links = drawn(picture([State("MLT", "member", "Malta", "/m", (35.9, 14.5))], [], "x"))
    nowhere = drawn(picture([State("MLT", "member", "Malta", "/m")], [], "x"))

    assert links["Malta"].find("rect") is not None
    assert nowhere == {}


def test_offices_in_one_city_do_not_hide_one_another():
    marks = [Mark((50.85, 4.35), "open", f"office {number}", "/o") for number in range(3)]
    places = {
        (c.get("cx"), c.get("cy"))
        for c in ElementTree.fromstring(str(picture([], marks, "x"))).iter("circle")
    }

    assert len(places) == 3


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_a_part_of_the_world(view):
    box = ElementTree.fromstring(str(picture([], [], "x", view))).get("viewBox").split()
    left, top, width, height = map(float, box)

    assert 0 <= left < left + width <= 965
    assert 0 <= top < top + height <= 425


def test_titles_are_text():
    svg = picture([State("FRA", "member", "<b>&", '"><script>')], [], "<i>")

    assert "<b>" not in svg
    assert "<script>" not in svg
    assert list(drawn(svg)) == ["<b>&"]


def test_the_map_says_what_the_saved_questions_say(engine):
    """Finland was a member in June 2023, Sweden only a partner; the Tokyo office was proposed."""
    nato = expand("actor:nato")
    then = atlas(engine, nato, TREATY, TREATY)
    lands = {land.thing: land for land in then.lands}
    posts = {post.thing: post for post in then.posts}
    tokyo = posts[expand("office:nato-liaison-office-tokyo")]

    assert lands[expand("actor:finland")].role == "member"
    assert lands[expand("actor:sweden")].role == "partner"
    assert lands[expand("actor:finland")].code == "FIN"
    assert tokyo.role != "open"
    assert tokyo.at == pytest.approx((35.69, 139.69))
    now = {land.thing: land.role for land in atlas(engine, nato, TODAY, TODAY).lands}
    assert now[expand("actor:sweden")] == "member"


def test_observers_and_suspended_members_are_not_shown_as_members(engine):
    """Syria was suspended from the Arab League until 2023; Hungary observes the Turkic states."""
    league, turkic = map(
        expand, ("actor:league-of-arab-states", "actor:organization-of-turkic-states")
    )
    then = {one.thing: one.role for one in atlas(engine, league, date(2020, 1, 1), TODAY).lands}
    now = {one.thing: one.role for one in atlas(engine, league, TODAY, TODAY).lands}
    others = {one.thing: one.role for one in atlas(engine, turkic, TODAY, TODAY).lands}

    assert then[expand("actor:syria")] == "suspended"
    assert now[expand("actor:syria")] == "member"
    assert others[expand("actor:hungary")] == "associate"
    html = start(engine, alliance="actor:organization-of-turkic-states")
    assert 'fill="url(#associate)"' in html
    assert "observer or partner for co-operation" in html


def test_every_state_of_an_alliance_is_on_the_map_or_says_why_not(engine):
    """A member that is neither drawn nor at its capital would be missed by nobody."""
    for alliance in map(expand, ("actor:nato", "actor:asean", "actor:pacific-islands-forum")):
        for land in atlas(engine, alliance, TODAY, TODAY).lands:
            assert not land.code or land.at or land.code in ("GRL",), land


def test_the_page_shows_the_map_its_table_and_what_came_last(engine):
    html = start(engine, as_of=TREATY, known_by=TREATY)

    assert "<svg" in html
    assert 'class="member"' in html
    assert "NATO Liaison Office Tokyo, " in html
    assert "As a table" in html
    assert "Finland" in html
    days = re.findall(r"<li><p><time>([\d-]+)</time>", html)
    assert days
    assert max(days) <= "2023-06-13"


def test_what_was_published_later_is_not_on_the_page(engine):
    now = start(engine)
    then = start(engine, known_by=TREATY)

    assert "ambassadors-to-nato-visit-japan-2026" in now
    assert "ambassadors-to-nato-visit-japan-2026" not in then


def test_every_line_of_what_changed_can_be_asked_why(engine):
    html = start(engine)
    lines = html.partition('<ul class="lines changes">')[2].partition("</ul>")[0]

    assert lines.count("<li>") == lines.count('<details class="why">') > 3


def test_another_alliance_can_be_chosen_and_what_is_none_is_refused(engine):
    assert expand("actor:asean") in alliances(engine)
    assert "ASEAN" in start(engine, alliance="actor:asean", lang="en")
    for wrong in ({"alliance": "actor:japan"}, {"alliance": "x"}, {"view": "moon"}):
        with pytest.raises(ParameterError):
            start(engine, **wrong)
