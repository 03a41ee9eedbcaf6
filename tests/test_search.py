"""Search: names as people type them find their thing, and the page says why."""

import json
import re
import time
from datetime import date

import pytest

from allygraph.build import open_current
from allygraph.errors import ParameterError
from allygraph.names import compact
from allygraph.naming import Name
from allygraph.site import Ask, reader
from allygraph.site.finding import Finder, counted, key, marked, words
from allygraph.site.search import finder

ACTOR = "https://w3id.org/allygraph/actor/"


@pytest.fixture(scope="module")
def engine():
    """The shipped graph."""
    return open_current()


def search(engine, text, form="json", lang="en", as_of="2026-11-26", **params):
    """Ask as the web process does; give the JSON, or the text of the page."""
    fields = {name: (str(value),) for name, value in {"q": text, **params}.items()}
    days = date.fromisoformat(as_of), date(2026, 11, 26)
    asked = Ask("search", "search", fields, form, *days, lang, "https://example.org/", "0" * 16)
    body = reader("search")(engine, asked).body
    return json.loads(body) if form == "json" else body.decode()


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("ストルテンベルグ", "actor:jens-stoltenberg"),
        ("すとるてんべるぐ", "actor:jens-stoltenberg"),
        ("ストルテンベルク", "actor:jens-stoltenberg"),
        ("스톨텐베르그", "actor:jens-stoltenberg"),
        ("stoltenburg", "actor:jens-stoltenberg"),
        ("Stoltenberg, Jens", "actor:jens-stoltenberg"),
        ("kishida", "actor:fumio-kishida"),
        ("KISHIDA fumio", "actor:fumio-kishida"),
        ("岸田", "actor:fumio-kishida"),
        ("岸田文雄首相", "actor:fumio-kishida"),
        ("기시다", "actor:fumio-kishida"),
        ("NATO東京事務所", "office:nato-liaison-office-tokyo"),
        ("東京事務所", "office:nato-liaison-office-tokyo"),
        ("bureau de Tokyo", "office:nato-liaison-office-tokyo"),
        ("tokyo office", "office:nato-liaison-office-tokyo"),
        ("cote divoire", "actor:ivory-coast"),
        ("Türkiye", "actor:turkiye"),
        ("turkye", "actor:turkiye"),
        ("northmacedonia", "actor:north-macedonia"),
        ("former yugoslav", "actor:north-macedonia"),
        ("burma", "actor:myanmar"),
        ("U.S.", "actor:united-states"),
        ("JPN", "actor:japan"),
        ("actor:nato", "actor:nato"),
        ("https://w3id.org/allygraph/actor/nato", "actor:nato"),
        ("S064", "claim:nikkei-ap4-s064"),
        ("who blocks", "q/proposal/blockers"),
        ("members of an alliance", "q/membership/members-on"),
        ("japan nato itpp", "instrument:nato-japan-itpp"),
    ],
)
def test_what_people_type_finds_what_they_mean(engine, text, thing):
    assert compact(finder(engine).find(text, "2026-11-26")[0].thing) == thing


@pytest.mark.parametrize("text", ["", "  ", "—", "xyzzyq", "🦊", "\u0000", "の" * 150])
def test_what_is_no_name_finds_nothing_and_breaks_nothing(engine, text):
    assert search(engine, text)["total"] == 0
    assert "<h1>" in search(engine, text, "html")


def test_of_several_names_each_is_found(engine):
    """Japan and NATO have no name in common, and their relationships are called in English."""
    for text in ("日本 NATO", "japan nato", "ukraine nato"):
        found = [compact(hit.thing) for hit in finder(engine).find(text, "2026-11-26")[:25]]
        assert "actor:nato" in found, text
        assert {"actor:japan", "actor:ukraine"} & set(found), text


def test_a_question_is_found_by_what_it_is_about(engine):
    hits = finder(engine).find("members of nato", "2026-11-26")

    assert "q/membership/members-on" in [hit.thing for hit in hits[:10]]


def test_a_name_that_does_not_hold_on_the_day_is_found_and_says_so(engine):
    then = search(engine, "Zaire", as_of="1990-01-01")["results"][0]
    now = search(engine, "Zaire")["results"][0]
    page = search(engine, "Zaire", "html")

    assert compact(then["thing"]) == compact(now["thing"]) == "actor:dr-congo"
    assert (then["matched"]["holds"], now["matched"]["holds"]) == (True, False)
    assert then["score"] > now["score"]
    assert "not so called on 2026-11-26" in page
    assert now["matched"]["until"] == "1997-05-16"


def test_a_page_says_why_a_thing_was_found(engine):
    japanese = search(engine, "ストルテンベルグ", "html")
    code = search(engine, "JPN", "html")
    quoted = search(engine, "not yet clear", "html")

    assert "in Japanese:" in japanese
    assert '<span lang="ja">イェンス・<mark>ストルテンベルグ</mark></span>' in japanese
    assert "ISO 3166 code <span><mark>JPN</mark></span>" in code
    assert "words: <span>said it is" in re.sub(r"</?mark>", "", quoted)


def test_labels_of_results_are_in_the_language_of_the_reader(engine):
    found = search(engine, "Japan", lang="ja", limit=1)["results"][0]

    assert (found["label"], found["kind_label"]) == ("日本", "主体")
    assert found["href"].endswith("&known_by=2026-11-26&lang=ja")


def test_facets_count_all_hits_and_a_kind_chooses_among_them(engine):
    everything = search(engine, "nato", limit=50)
    offices = search(engine, "nato", kind="office", limit=50)

    assert sum(everything["kinds"].values()) == everything["total"]
    assert offices["total"] == everything["kinds"]["office"] == len(offices["results"])
    assert {hit["kind"] for hit in offices["results"]} == {"office"}


def test_pages_of_results_together_are_all_results_once(engine):
    links = []
    total = search(engine, "tokyo")["total"]
    for number in range(1, -(-total // 25) + 1):
        page = search(engine, "tokyo", "html", page=number)
        links += re.findall(r'<p class="found"><a href="([^"?]+)', page)

    assert len(links) == len(set(links)) == total


@pytest.mark.parametrize(
    "params", [{"kind": "planet"}, {"page": "0"}, {"page": "99"}, {"page": "٣"}, {"page": "-1"}]
)
def test_a_field_that_makes_no_sense_is_refused(engine, params):
    with pytest.raises(ParameterError):
        search(engine, "kishida", "html", **params)


def test_a_text_too_long_is_refused(engine):
    with pytest.raises(ParameterError):
        search(engine, "x" * 201)


def test_a_hostile_text_is_text_on_the_page(engine):
    page = search(engine, '"><script>alert(1)</script>', "html")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_search_answers_while_somebody_types(engine):
    """The slowest texts take a few milliseconds; the bound is for a busy machine."""
    index = finder(engine)
    for text in ("a", "n", "nato", "the", "members of nato on a day", "の", "stoltenburgg nnato"):
        begun = time.perf_counter()
        index.find(text, "2026-11-26")
        assert time.perf_counter() - begun < 0.5, text


def test_the_address_answers_as_page_and_as_json(client):
    """Over HTTP, with a small store: the questions are found there too."""
    page = client.get("/search?q=who+blocks&lang=en")
    found = client.get("/search.json?q=who+blocks")

    assert page.headers["content-type"].startswith("text/html")
    assert "Who blocks a proposal on a day" in page.text
    assert found.headers["content-type"].startswith("application/json")
    assert found.json()["results"][0]["name"] == "q/proposal/blockers"
    assert client.get("/search?q=x&kind=planet").status_code == 400
    assert client.get("/search.xml?q=x").status_code == 404


def test_a_better_name_of_a_thing_wins_over_a_worse_one():
    names = Finder(
        [
            Name("Ruritania", f"{ACTOR}ruritania"),
            Name("Kingdom of Ruritania", f"{ACTOR}ruritania", "alias"),
            Name("Bank of Ruritania", f"{ACTOR}bank-of-ruritania"),
            Name("Ruritania speaks", "https://w3id.org/allygraph/claim/ruritania"),
        ]
    )
    hits = names.find("ruritania")

    assert [(compact(hit.thing), hit.way) for hit in hits] == [
        ("actor:ruritania", "equal"),
        ("actor:bank-of-ruritania", "words"),
        ("claim:ruritania", "start"),
    ]
    assert counted(hits) == {"actor": 2, "claim": 1}


def test_words_end_where_the_script_changes():
    assert words(key("NATO東京")) == ["nato", "東京"]
    assert words(key("イェンス・ストルテンベルグ")) == ["イェンス", "ストルテンベルグ"]


def test_what_matched_is_marked_and_nothing_is_lost():
    for text in ("Jens Stoltenberg, of NATO", "NATO東京連絡事務所", "Côte d'Ivoire", ""):
        assert "".join(piece for piece, _ in marked(text, ["stolt", "東京", "cote"])) == text
    assert ("Côte", True) in marked("Côte d'Ivoire", ["cote"])
