"""The network: which lines show on a day, how they look, and who says so."""

import json
import re
from datetime import date
from xml.etree import ElementTree

import pytest

from allygraph.build import open_current
from allygraph.difference.states import Span, State
from allygraph.errors import ParameterError, UnknownName
from allygraph.site import Ask, reader
from allygraph.site.network.ties import KINDS, shown, ties, words
from allygraph.site.pictures.network import Edge, Node, network, places

TODAY = date(2026, 11, 26)
ARTICLE_DAY = date(2023, 6, 13)
NATO = "https://w3id.org/allygraph/actor/nato"


@pytest.fixture(scope="module")
def engine():
    """The shipped graph."""
    return open_current()


def ask(name="network", as_of=TODAY, known_by=TODAY, form="html", lang="en", **params):
    """Ask as the web process does."""
    fields = {
        key: (value,) if isinstance(value, str) else tuple(value) for key, value in params.items()
    }
    path = name.replace("-", "/")
    base = "https://example.org/"
    return Ask(name, path, fields, form, as_of, known_by, lang, base, "0123456789abcdef")


def html(engine, asked):
    """Give the page."""
    return reader(asked.reader)(engine, asked).body.decode()


def lines(text):
    """Give the lines of the picture: classes by name."""
    found = re.findall(r'<a class="(edge [^"]*)" data-edge="([^"]+)"', text)
    return {name: set(classes.split()) for classes, name in found}


def itpp_lines(engine, **asked):
    """Give the tailored partnerships that show."""
    found = lines(html(engine, ask(alliance="actor:nato", **asked)))
    return {name for name, classes in found.items() if "itpp" in name and "off" not in classes}


def test_no_tailored_partnership_with_the_four_shows_before_2023(engine):
    """Colombia's is of 2021: the first of all."""
    assert itpp_lines(engine, as_of=date(2021, 12, 7)) == set()
    assert itpp_lines(engine, as_of=date(2022, 12, 31)) == {"rel:nato-colombia-itpp"}
    assert "rel:nato-japan-itpp" not in itpp_lines(engine, as_of=date(2023, 7, 11))
    assert "rel:nato-japan-itpp" in itpp_lines(engine, as_of=date(2023, 7, 12))


def test_what_is_only_expected_is_dotted_from_the_day_on_which_it_was_announced(engine):
    found = lines(html(engine, ask(alliance="actor:nato", as_of=ARTICLE_DAY, known_by=ARTICLE_DAY)))

    assert "expected" in found["rel:nato-japan-itpp"]
    for day in (date(2022, 6, 1), date(2023, 6, 12)):
        before = lines(html(engine, ask(alliance="actor:nato", as_of=day, known_by=ARTICLE_DAY)))
        assert "off" in before["rel:nato-japan-itpp"]


def test_nothing_is_drawn_that_was_not_known_by_the_day(engine):
    known = date(2023, 6, 13)

    assert "rel:nato-bosnia-and-herzegovina-itpp" not in lines(
        html(engine, ask(alliance="actor:nato", known_by=known))
    )


def test_a_contested_line_has_its_class_its_mark_and_two_sides_of_evidence(engine):
    day = date(2005, 6, 1)
    name = "rel:nato-new-zealand-partner-across-the-globe"
    text = html(engine, ask(alliance="actor:nato", as_of=day))
    evidence = html(engine, ask("network-edge", as_of=day, thing=name))

    assert {"contested", "possible"} <= lines(text)[name]
    assert re.search(rf'<tr data-edge="{name}"[^>]* class="contested">', text)
    assert "side-holds" in evidence
    assert "side-otherwise" in evidence


def test_the_list_shows_the_same_lines_as_the_picture(engine):
    text = html(engine, ask(alliance="actor:nato", as_of=date(1960, 1, 1), kind="membership"))
    rows = dict(re.findall(r'<tr data-edge="([^"]+)" data-kind="\w+"( hidden)?', text))
    shows = {name for name, classes in lines(text).items() if "off" not in classes}

    assert rows.keys() == lines(text).keys()
    assert {name for name, hidden in rows.items() if not hidden} == shows
    assert "rel:nato-france-membership" in shows
    assert "rel:nato-spain-membership" not in shows
    assert f"<b>{len(shows)}</b> memberships" in text


def test_a_script_finds_in_the_page_what_the_server_would_draw_on_other_days(engine):
    """The slider asks nobody: each line carries its days, and they agree with the server's."""
    start = html(engine, ask(alliance="actor:nato"))
    spans = dict(re.findall(r'data-edge="([^"]+)" data-start[^>]* data-spans="([^"]*)"', start))
    for day in ("1949-08-24", "1994-02-01", "2011-12-31", "2023-07-11"):
        drawn = lines(html(engine, ask(alliance="actor:nato", as_of=date.fromisoformat(day))))
        for name, text in spans.items():
            held = [span.split(",") for span in text.split(";")]
            there = [set(w.split()) for first, last, w in held if first <= day <= last]
            expected = there[0] if there else {"off"}
            assert expected <= drawn[name], (day, name)


def test_the_days_beside_the_slider_are_those_on_which_something_changes(engine):
    text = html(engine, ask(alliance="actor:ap4", as_of=date(2023, 7, 12)))
    before = re.search(r'id="change-before"[^>]*href="[^"]*as_of=([\d-]+)', text)
    days = re.search(r'data-days="([^"]*)"', text)[1].split()

    assert days == sorted(set(days))
    assert before[1] == max(day for day in days if day < "2023-07-12")


def test_positions_are_drawn_where_they_are_asked_for(engine):
    text = html(
        engine,
        ask(alliance="proposal:nato-tokyo-office", kind="position", as_of=date(2023, 7, 10)),
    )

    assert "position" in lines(text)["rel:france-opposes-nato-tokyo-office"]


def test_lines_among_the_others_are_drawn_where_they_are_asked_for(engine):
    alone = lines(html(engine, ask(alliance="actor:japan")))
    between = lines(html(engine, ask(alliance="actor:japan", between="1")))

    assert alone.keys() < between.keys()
    assert any("japan" not in name for name in between.keys() - alone.keys())


def test_all_alliances_make_one_picture(engine):
    found = lines(html(engine, ask(alliance="all", kind="membership")))

    assert len(found) > 500


def test_the_network_is_data_too(engine):
    record = json.loads(html(engine, ask(form="json", alliance="actor:nato", as_of=ARTICLE_DAY)))
    ids = {node["id"] for node in record["nodes"]}
    japan = next(edge for edge in record["edges"] if edge["id"] == "rel:nato-japan-itpp")

    assert record["about"] == "actor:nato"
    assert all({edge["source"], edge["target"]} <= ids for edge in record["edges"])
    assert japan["on_day"] is None
    assert [day["first"] for day in japan["days"]] == ["2023-07-12", "2023-07-13"]
    assert japan["days"][0]["claims"] == ["claim:itpp-itpp003-partnership"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"alliance": "actor:nowhere"}, UnknownName),
        ({"alliance": "nothing"}, UnknownName),
        ({"kind": "friendship"}, ParameterError),
    ],
)
def test_a_slip_is_refused(engine, fields, error):
    with pytest.raises(error):
        reader("network")(engine, ask(**fields))


@pytest.mark.parametrize("lang", ["fr", "ja", "ko"])
def test_the_page_is_there_in_other_languages(engine, lang):
    text = html(engine, ask(alliance="actor:japan", lang=lang))

    assert {"fr": "Japon", "ja": "日本", "ko": "일본"}[lang] in text


def test_the_picture_is_xml_and_escapes_what_it_is_given():
    evil = '"><script>alert(1)</script>&'
    nodes = [Node("a", evil, evil), Node("b", evil, "x", "ja")]
    edges = [Edge("e", "a", "b", "membership", evil, evil, ("sure",), evil)]
    tree = ElementTree.fromstring(str(network(nodes, edges, title=evil, focus="a")))

    assert {element.tag for element in tree.iter()} == {
        "svg", "title", "g", "a", "path", "text", "circle",
    }  # fmt: skip
    assert next(tree.iter("title")).text == evil


def test_lines_between_the_same_two_things_are_bent_apart():
    nodes = [Node(name, name, name) for name in "ab"]
    edges = [Edge(str(i), "ab"[i % 2], "ba"[i % 2], "x", "", "") for i in range(4)]
    paths = re.findall(r'class="line" d="([^"]+)"', network(nodes, edges, title="", focus="a"))

    assert len(set(paths)) == 4


def test_no_two_things_stand_on_the_same_spot(engine):
    found = ties(engine, ["membership", "partnership"], TODAY)
    names = sorted({end for tie in found for end in (tie.start, tie.end)})
    nodes = [Node(name, name, "") for name in names]
    edges = [Edge(tie.thing, tie.start, tie.end, tie.kind, "", "") for tie in found]
    spots, radius = places(nodes, edges)
    rounded = {(round(spot.x), round(spot.y)) for spot in spots.values()}

    assert len(rounded) == len(nodes)
    assert max(abs(spot.x) for spot in spots.values()) <= radius


def test_a_span_that_does_not_hold_shows_only_if_it_is_expected_or_contested():
    spans = [
        Span(1, 10, State("none", "affirmed", "verified", ("a",))),
        Span(11, 20, State("none", "expected", "verified", ("a",))),
        Span(21, 30, State("none", "denied", "verified", ("a",))),
        Span(31, 40, State("possible", "contested", "verified", ("a",))),
    ]

    assert [span[:2] for span in shown(tuple(spans), {"a": 15})] == [(15, 20), (31, 40)]
    assert words(spans[3].state) == ("possible", "contested")


def test_every_kind_of_tie_is_found_in_the_graph(engine):
    for kind in KINDS:
        assert ties(engine, [kind], TODAY), kind


def test_a_lasting_tie_is_told_with_all_its_days(engine):
    found = {tie.thing: tie for tie in ties(engine, ["partnership"], TODAY, [NATO])}
    tie = found["https://w3id.org/allygraph/rel/nato-japan-itpp"]

    assert tie.lasting(date(2024, 1, 1))[0] == date(2023, 7, 12).toordinal()
    assert tie.lasting(date(2020, 1, 1)) is None
    assert tie.other(NATO).endswith("/japan")


def test_the_pages_answer_over_http(client):
    """The small store of the web tests knows no alliance, which is told and not a fault."""
    page = client.get("/network", headers={"Accept": "text/html"})
    missing = client.get("/network/edge")

    assert page.status_code == 404
    assert missing.status_code == 400
