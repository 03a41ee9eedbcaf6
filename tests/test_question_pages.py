"""Pages of saved questions: typed forms, rows with "why?", pictures, ways out."""

import json
import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from allygraph import queries
from allygraph.build import open_current
from allygraph.errors import ParameterError, UnknownName, VersionGone
from allygraph.site import Ask, reader
from allygraph.site.pictures.chart import Bar, bars
from allygraph.site.pictures.spans import Span, spans
from allygraph.site.questions.citing import citation
from allygraph.site.questions.index import topic_of

DAY = date(2023, 6, 13)
CATALOGUE = queries.catalogue()
ONE_OF_EACH_TOPIC = list({topic_of(query): query for query in CATALOGUE}.values())
MEMBERS = "membership/members-on"
BLOCKERS = {"proposal": "proposal:nato-tokyo-office"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def engine():
    return open_current()


def ask(path, fields=None, form="html", lang="en", day=DAY, name="question"):
    """Ask as the web process does."""
    params = {k: (v,) if isinstance(v, str) else tuple(v) for k, v in (fields or {}).items()}
    base = "https://example.org/"
    return Ask(name, path, params, form, day, day, lang, base, "0123456789abcdef")


def page(engine, name, fields=None, status=200, **how):
    found = reader("question")(engine, ask(f"q/{name}", fields, **how))
    assert found.status == status
    return found.body.decode()


def index(engine, fields=None, **how):
    return reader("questions")(engine, ask("q", fields, name="questions", **how)).body.decode()


def tree(html):
    """Read a page as XML: what is not closed or not escaped does not pass."""
    closed = re.sub(r"<(meta|link|input|br|hr)\b([^>]*)>", r"<\1\2/>", html)
    words = "required|open|checked|selected|download"
    bare = re.sub(rf" ({words})(?=>|/>| [a-z-]+=)", r' \1=""', closed)
    return ElementTree.fromstring(bare.removeprefix("<!DOCTYPE html>"))


def control(found, name):
    """Give the fields of a form that have a name, in the form of the question."""
    form = next(form for form in found.iter("form") if form.get("class") == "question")
    return [one for one in form.iter() if one.get("name") == name]


def rows(found):
    return found.findall(".//table[@class='answer']/tbody/tr")


@pytest.mark.parametrize("query", ONE_OF_EACH_TOPIC, ids=lambda query: query.name)
def test_a_page_without_values_is_the_example_and_its_links_lead_to_the_same_rows(engine, query):
    """Whoever comes from the list sees an answer, and what was asked for stands in the form."""
    found = tree(page(engine, query.name, day=date(2026, 1, 1)))
    link = next(a for a in found.iter("a") if a.text == "JSON" and "download" not in a.attrib)
    fields = {
        k: v for k, v in parse_qs(urlsplit(link.get("href")).query).items() if k in query.params
    }
    own = {k: v for k, v in fields.items() if k not in queries.CLOCKS}
    records = json.loads(
        reader("question")(
            engine, ask(f"q/{query.name}", own, form="json", day=date(2026, 1, 1))
        ).body
    )

    assert len(rows(found)) == min(records["total"], 50)
    for name, param in query.params.items():
        if name not in queries.CLOCKS:
            assert control(found, name), name
            if not (param.optional or param.any):
                assert name in fields


def test_fields_are_typed_by_parameter(engine):
    fields = {"grouping": "actor:ap4", "from_day": "2022", "until_day": "2025"}
    kinds = {"kind": "kind:event-summit", "organizer": "actor:nato"}
    found = tree(page(engine, "event/members-at", fields | kinds))
    kind, day = control(found, "kind"), control(found, "from_day")[0]
    level = control(found, "at_least")[0]

    assert {one.get("type") for one in kind} == {"checkbox"}
    assert (day.get("type"), day.get("required")) == ("date", "")
    assert level.tag == "select"
    assert [o.text for o in level.iter("option")] == ["any", "sure", "presumed", "possible"]
    assert [o.text for o in level.iter("option") if "selected" in o.attrib] == ["presumed"]


def test_a_field_of_a_thing_suggests_what_can_have_an_answer_in_the_language(engine):
    found = tree(page(engine, MEMBERS, {"alliance": "actor:nato"}, lang="fr"))
    field = control(found, "alliance")[0]
    choices = found.findall(f".//datalist[@id='{field.get('list')}']/option")

    assert field.get("value") == "actor:nato"
    assert {"actor:nato", "actor:aukus"} <= {one.get("value") for one in choices}
    assert "Ligue arabe" in [one.text for one in choices] or len(choices) > 40


def test_several_values_have_a_field_each_and_one_more(engine):
    fields = {"holder": ["actor:china", "actor:nato"]}
    found = tree(page(engine, "concern/concerns-of", fields))

    assert [one.get("value") for one in control(found, "holder")] == [
        "actor:china",
        "actor:nato",
        "",
    ]


def test_a_label_that_one_choice_has_is_taken_for_its_name(engine):
    """People type "AUKUS"; what several things are called is not guessed."""
    by_label = page(engine, MEMBERS, {"alliance": "aukus"})

    assert len(rows(tree(by_label))) == 3
    assert "alliance=actor%3Aaukus" in by_label


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"alliance": "actor:natto"}, 404, "did you mean actor:nato"),
        ({"alliance": '"><script>'}, 400, "is not a name"),
        ({"at_least": "certain"}, 400, "is not allowed"),
        ({"colour": "red"}, 400, "has no parameter"),
        ({"limit": "0"}, 400, "does not fit"),
    ],
)
def test_a_fault_is_told_above_the_form_which_keeps_what_was_typed(engine, fields, status, words):
    text = page(engine, MEMBERS, fields, status)
    found = tree(text)

    assert words in " ".join(found.find(".//div[@role='alert']").itertext())
    for name in {"alliance"} & set(fields):
        assert control(found, name)[0].get("value") == fields[name]
    assert "<script>" not in text
    assert not rows(found)


def test_a_page_of_another_version_or_of_no_query_is_refused(engine):
    with pytest.raises(VersionGone):
        page(engine, MEMBERS, {"version": "fedcba9876543210"})
    with pytest.raises(UnknownName):
        page(engine, "membership/nothing")


def test_every_row_says_why_with_words_speaker_and_source(engine):
    found = tree(page(engine, "proposal/blockers", BLOCKERS))
    why = rows(found)[0].find(".//details[@class='why']")

    assert why.find(".//blockquote") is not None
    assert why.find(".//span[@class='speaker']") is not None
    assert "Nikkei" in " ".join(why.find(".//cite").itertext())
    assert why.get("open") is None


def test_a_row_can_be_opened_by_its_address(engine):
    """Without a script too, the evidence of one row has an address."""
    found = tree(page(engine, "proposal/blockers", BLOCKERS | {"row": "1"}))

    assert rows(found)[0].find(".//details[@class='why']").get("open") == ""


def test_certainty_standing_and_review_are_badges(engine):
    badges = [
        span.get("class") for span in tree(page(engine, MEMBERS)).iter("span") if span.get("class")
    ]

    assert {"badge badge-presumed", "badge badge-verified"} <= set(badges)


def test_long_answers_come_in_pages(engine):
    first = tree(page(engine, "evidence/claims-of-source"))
    pager = first.find(".//nav[@class='pager']")
    following = parse_qs(urlsplit(pager.find("a").get("href")).query)

    assert len(rows(first)) == 50
    assert following["offset"] == ["50"]
    assert [row.get("id") for row in rows(first)][::49] == ["row-1", "row-50"]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("office/waiting-time", ["chart", "timeline", "map"]),
        ("evidence/hit-rate-by-document", ["chart"]),
        ("history/stages-of", ["timeline"]),
        ("commitment/group-bound-to", ["network", "map"]),
    ],
)
def test_an_answer_is_drawn_where_its_columns_allow(engine, name, kinds):
    found = tree(page(engine, name, day=date(2026, 11, 1)))
    pictures = list(found.iter("figure"))

    assert [f.get("class").split()[-1] for f in pictures] == kinds
    for figure in pictures:
        assert figure.find(f".//{SVG}title") is not None or figure.find(".//title") is not None
        assert figure.find("figcaption/a").get("href") == "#rows"


def test_a_network_has_the_pairs_of_its_rows_and_each_end_once(engine):
    found = tree(page(engine, "commitment/group-bound-to", day=date(2026, 11, 1)))
    drawn = next(figure for figure in found.iter("figure") if "network" in figure.get("class"))
    ends = [a.get("href").partition("?")[0] for a in drawn.iter("a") if "/actor/" in a.get("href")]

    assert {"/actor/japan.html", "/actor/south-korea.html"} <= set(ends)
    assert "/instrument/anzus-treaty.html" in "".join(a.get("href") for a in drawn.iter("a"))


def on_the_map(engine, name, fields=None, day=DAY):
    """Give the form of each link of the map of an answer by the thing it leads to."""
    found = tree(page(engine, name, fields, day=day))
    drawn = next(f for f in found.iter("figure") if "map" in f.get("class").split())
    links = [
        (a.get("href").partition("?")[0], a) for a in drawn.find("div").iter() if a.get("href")
    ]
    assert all(len(list(a)) == 2 and a[0].text for _, a in links)
    return {href.partition("/")[2]: a[1] for href, a in links}


def test_a_map_has_the_states_of_the_rows_by_shape_or_capital(engine):
    """Iceland has a shape; whatever has none is a square at its capital."""
    fields = {"alliance": "actor:nato"}
    drawn = on_the_map(engine, MEMBERS, fields)
    listed = rows(tree(page(engine, MEMBERS, fields)))
    members = {row.find("td/a").get("href").partition("?")[0].partition("/")[2] for row in listed}

    assert set(drawn) == members
    assert len(drawn) == 31
    assert {form.tag.rpartition("}")[2] for form in drawn.values()} <= {"path", "rect"}
    assert drawn["actor/iceland.html"].tag.endswith("path")


def test_a_map_marks_an_office_once_and_not_its_city_again(engine):
    drawn = on_the_map(engine, "office/offices-on", {"alliance": "actor:nato"})

    assert "office/joint-force-command-norfolk.html" in drawn
    assert "place/norfolk.html" not in drawn
    assert drawn["office/joint-force-command-norfolk.html"].tag.endswith("circle")


def test_a_map_shows_the_part_of_the_world_that_its_rows_are_in(engine):
    boxes = {}
    for name in ("office/by-region", MEMBERS):
        found = page(engine, name, day=date(2026, 11, 1))
        boxes[name] = re.search(r'<svg class="map" viewBox="([^"]*)"', found)[1]

    assert boxes[MEMBERS].startswith("0 0 ")
    assert not boxes["office/by-region"].startswith("0 0 ")


def test_an_answer_about_nothing_on_earth_has_no_map(engine):
    found = page(engine, "evidence/hit-rate-by-document", day=date(2026, 11, 1))
    assert '<svg class="map"' not in found


def test_bars_share_one_scale_and_what_is_not_known_has_none():
    lines = [Bar("a & b", (10,), "/x"), Bar("c", (None,)), Bar("d", (5,))]
    drawn = ElementTree.fromstring(bars(lines, ["n"], "T"))
    widths = [float(rect.get("width")) for rect in drawn.iter("rect")]

    assert len(widths) == 2
    assert widths[0] == pytest.approx(2 * widths[1])
    assert [a.get("href") for a in drawn.iter("a")] == ["/x"]


def test_spans_keep_their_order_in_time_and_run_on_where_no_end_is_known():
    lines = [
        Span("early", date(1949, 4, 4), date(1955, 5, 9)),
        Span("day", date(2023, 7, 11), date(2023, 7, 11)),
        Span("open", date(2000, 1, 1), None, word="presumed"),
    ]
    drawn = ElementTree.fromstring(spans(lines, "T", date(2010, 1, 1)))
    early, running = list(drawn.iter("rect"))
    point = next(drawn.iter("circle"))

    assert float(early.get("x")) < float(running.get("x")) < float(point.get("cx"))
    assert float(running.get("x")) + float(running.get("width")) > float(point.get("cx"))
    assert running.get("class") == "span span-presumed"


@pytest.mark.parametrize(
    "days",
    [
        (date.min, date.max),
        (date(2023, 1, 1), date(2023, 1, 1)),
        (None, date(1066, 10, 14)),
        (date(9999, 12, 31), None),
    ],
)
def test_spans_can_be_drawn_at_the_ends_of_the_calendar(days):
    assert "NaN" not in spans([Span("x", *days)], "T", date.max)


def test_the_query_can_be_shown_and_opened_in_the_editor_and_runs(engine):
    found = tree(page(engine, MEMBERS, {"alliance": "actor:aukus"}))
    shown = next(code.text for code in found.iter("code") if "SELECT" in (code.text or ""))
    addresses = [a.get("href") for a in found.iter("a")]
    editor = next(one for one in addresses if "/editor?" in one and "query=" in one)

    assert parse_qs(urlsplit(editor).query)["query"] == [shown]
    assert len(engine.select(shown)) == 3
    assert "_holding" in shown
    assert "?holding ?stage_holding" not in shown.partition("WHERE")[0]


def test_an_answer_is_cited_with_clocks_version_and_permalink(engine):
    query = queries.load(MEMBERS)
    made = citation(ask("q/x"), query, "https://example.org/q/x?a=b&version=0123456789abcdef")
    record = json.loads(made.csl)[0]

    assert "in the world on 2023-06-13, as known by 2023-06-13" in made.text
    assert record["version"] == "0123456789abcdef"
    assert record["issued"]["date-parts"] == [[2023, 6, 13]]
    assert made.bibtex.count("{") == made.bibtex.count("}")
    assert "version=0123456789abcdef" in unescape(page(engine, MEMBERS))


def test_the_list_has_every_question_below_its_topic(engine):
    found = tree(index(engine))
    links = {a.get("href").partition("?")[0] for a in found.iter("a")}

    assert {f"/q/{query.name}" for query in CATALOGUE} <= links
    assert len(found.findall(".//section[@aria-labelledby]")) >= len({*map(topic_of, CATALOGUE)})


@pytest.mark.parametrize(
    ("words", "name"),
    [("blok", None), ("block opening", "rule/can-block"), ("MEMBERS nato 13", MEMBERS)],
)
def test_a_question_is_found_by_words_in_any_order(engine, words, name):
    found = json.loads(index(engine, {"q": words}, form="json"))["questions"]

    assert (name in [one["name"] for one in found]) if name else not found


def test_a_topic_that_does_not_exist_is_refused(engine):
    with pytest.raises(UnknownName, match="weather"):
        index(engine, {"topic": "weather"})
    with pytest.raises(ParameterError):
        index(engine, {"q": "x" * 201})


@pytest.mark.parametrize("lang", ["fr", "ja", "ko"])
def test_the_interface_has_its_language_and_english_texts_say_that_they_are(engine, lang):
    found = tree(page(engine, MEMBERS, lang=lang))

    assert found.get("lang") == ("en" if lang == "ko" else lang)
    assert found.find(".//h1").get("lang") == (None if lang == "ko" else "en")
