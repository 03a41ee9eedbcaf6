"""The frame of all pages: clocks and language in every address, labels, badges, evidence."""

import re
import tomllib
from datetime import date
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from allygraph.build import open_current
from allygraph.lookup import called, labels
from allygraph.names import expand
from allygraph.site import Ask, phrases, reader
from allygraph.site.claims import shown
from allygraph.site.pages import Helpers, address, page

SITE = Path(phrases.__file__).resolve().parent.parent
PAGES = sorted((SITE / "templates").glob("*.html"))
TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def engine():
    """The shipped graph."""
    return open_current()


def ask(path="", lang="en", name="start", as_of=TODAY, known_by=TODAY, base="", **params):
    """Ask for a page as the web process does."""
    fields = {key: (value,) for key, value in params.items()}
    base = base or "https://example.org/"
    return Ask(name, path, fields, "html", as_of, known_by, lang, base, "0123456789abcdef")


def shape(html):
    """Read a page as XML, which it is but for its void elements and entities; give its tree."""
    closed = re.sub(r"<(meta|link|input|br|hr)\b([^>]*)>", r"<\1\2/>", html)
    attributes = re.sub(r" (required|open|checked|selected)(?=[ >/])", r' \1=""', closed)
    return ElementTree.fromstring(attributes.removeprefix("<!DOCTYPE html>"))


def test_every_phrase_is_there_in_three_languages_with_the_same_values():
    """A phrase that lacks a value would be found out by the one reader of that language."""
    for path in sorted((SITE / "phrases").glob("*.toml")):
        for key, texts in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert sorted(texts) == ["en", "fr", "ja"], f"{path.name}: {key}"
            values = {tongue: set(re.findall(r"{\w*}", text)) for tongue, text in texts.items()}
            assert values["en"] == values["fr"] == values["ja"], f"{path.name}: {key}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_template_names_only_phrases_that_exist(path):
    used = re.findall(r"""\bt\(["']([\w.-]+)["'][,)]""", path.read_text(encoding="utf-8"))

    for key in used:
        assert phrases.phrase(key, "en", **dict.fromkeys(_values(key), "x")), key


def _values(key):
    name, _, entry = key.partition(".")
    texts = tomllib.loads((SITE / "phrases" / f"{name}.toml").read_text(encoding="utf-8"))
    return re.findall(r"{(\w+)}", texts[entry]["en"])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_template_has_no_script_style_or_event_of_its_own(path):
    """The policy of pages forbids them, so they would fail only in the browser."""
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"""\sstyle=|<style|\son[a-z]+=|javascript:""", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert "|safe" not in text.replace(" ", "")


def test_an_address_has_clocks_and_language_after_its_own_fields():
    """English too: a reader who chose it with a French browser keeps it."""
    asked = ask(as_of=date(2023, 6, 13))

    assert address(asked, "q/a b", x=["1", "2"]) == (
        "/q/a%20b?x=1&x=2&as_of=2023-06-13&known_by=2026-11-26&lang=en"
    )
    assert address(asked, "", lang="ja", as_of=None) == "/?known_by=2026-11-26&lang=ja"


def test_pages_of_a_service_below_a_path_stay_below_it(engine):
    helpers = Helpers(engine, ask("actor/nato", base="https://example.org/graph/"))

    assert helpers.link("q").startswith("/graph/q?")
    assert 'href="/graph/actor/japan.html?' in helpers.thing("actor:japan")


def test_the_permanent_link_gives_the_same_page_again(engine):
    """Row for row: the page names its clocks, so another day does not change it."""
    asked = ask(
        lang="fr", as_of=date(2023, 6, 13), known_by=date(2024, 1, 1), alliance="actor:nato"
    )
    html = reader("start")(engine, asked).body.decode()
    link = unescape(re.search(r'rel="bookmark" href="([^"]+)"', html)[1])

    assert link == "/?alliance=actor%3Anato&as_of=2023-06-13&known_by=2024-01-01&lang=fr"
    assert reader("start")(engine, asked).body.decode() == html


@pytest.mark.parametrize("lang", ["en", "fr", "ja", "ko"])
def test_a_page_has_landmarks_a_skip_link_and_labels_for_its_fields(engine, lang):
    tree = shape(reader("start")(engine, ask(lang=lang)).body.decode())
    fields = {e.get("id") for e in tree.iter() if e.tag in ("input", "select") and e.get("id")}
    labelled = {e.get("for") for e in tree.iter("label")}
    ids = [e.get("id") for e in tree.iter() if e.get("id")]

    assert tree.get("lang") == ("en" if lang == "ko" else lang)
    assert [e.tag for e in tree.find("body") if e.tag in ("header", "main", "footer")] == [
        "header",
        "main",
        "footer",
    ]
    assert tree.find("body")[0].get("href") == "#main"
    assert len(list(tree.iter("h1"))) == 1
    assert fields <= labelled
    assert len(ids) == len(set(ids))


def test_a_text_from_an_address_is_text_on_the_page(engine):
    hostile = '"><script>alert(1)</script>'
    html = reader("start")(engine, ask(**{hostile: hostile})).body.decode()

    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_thing_is_linked_only_where_a_link_is_safe(engine):
    helpers = Helpers(engine, ask())

    assert str(helpers.thing("javascript:alert(1)")) == "<span>javascript:alert(1)</span>"
    assert 'href="http://www.wikidata.org/entity/Q17" rel="external"' in helpers.thing(
        "http://www.wikidata.org/entity/Q17"
    )
    assert 'href="/ns.html#Claim"' in helpers.thing("ally:Claim")


def test_labels_come_in_the_language_asked_for_and_say_when_they_do_not(engine):
    """Japanese, else English, else any; a reader of screens has to know which."""
    japan, itpp = expand("actor:japan"), expand("instrument:nato-japan-itpp")
    names = {lang: Helpers(engine, ask(lang=lang)) for lang in ("en", "fr", "ja", "ko")}

    assert [str(names[lang].name(japan)) for lang in names] == [
        "Japan",
        "Japon",
        "日本",
        '<span lang="ko">일본</span>',
    ]
    assert 'lang="en"' in names["ja"].thing(itpp)
    assert "lang" not in names["en"].name(itpp)
    assert called(engine, [japan])[japan].value == labels(engine, [japan])[japan] == "Japan"


def test_a_claim_is_shown_with_words_speaker_chain_and_source(engine):
    claim = expand("claim:nikkei-ap4-s064")
    one = shown(engine, [claim], TODAY)[claim]

    assert one.polarity == "doubts"
    assert one.about == expand("change:nato-japan-itpp-agreed-by-vilnius")
    assert one.speakers == (expand("actor:japan-foreign-ministry-official"),)
    assert one.through == (expand("actor:nikkei-asia"),)
    assert one.source == expand("doc:nikkei-asia-2023-06-ap4")
    assert one.quote
    assert set(one.mentions()) >= {one.about, one.source, *one.speakers, *one.through}
    assert shown(engine, [claim], date(2023, 6, 12)) == {}


def test_an_unknown_template_value_is_a_fault_and_not_a_gap(engine):
    """Undefined values would leave holes that nobody sees."""
    with pytest.raises(Exception, match="numbers"):
        page(engine, ask(), "start.html")


@pytest.mark.parametrize("lang", ["en", "fr", "ja", "ko"])
def test_the_page_about_the_site_explains_every_badge(engine, lang):
    html = reader("about")(engine, ask("about", lang, name="about")).body.decode()
    badges = set(re.findall(r'class="badge badge-(\w+)"', html))

    assert badges >= {"sure", "presumed", "possible", "contested", "denied", "expected"}
    assert badges >= {"doubted", "reported", "unverified", "verified"}
    assert 'href="/about?' in html
    assert 'aria-current="page"' in html
