"""The page of a thing: every line has its reasons, time is in three lanes, pictures have tables."""

import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from pyoxigraph import NamedNode

from allygraph.build import open_current
from allygraph.errors import ParameterError, UnknownName
from allygraph.lookup import statements
from allygraph.names import BASE, KINDS_OF_THING, expand
from allygraph.site import Ask, reader
from allygraph.site.pictures.neighbourhood import Neighbour, neighbourhood
from allygraph.site.pictures.timeline import Bar, Mark, Words, timeline
from allygraph.site.thing import PAGE_LINES
from allygraph.site.thing.gathering import gather

DAY = date(2023, 6, 13)
LATER = date(2025, 12, 31)
WORDS = Words("A title", "said", "reported", "holds", "in the world", "as known")


@pytest.fixture(scope="module")
def engine():
    return open_current()


def page(engine, path: str, day: date = DAY, lang: str = "en", **params: str) -> str:
    """Give the page of a thing at both clocks."""
    fields = {name: (value,) for name, value in params.items()}
    ask = Ask("thing", path, fields, "html", day, day, lang, "http://localhost/", "v" * 16)
    return reader("thing")(engine, ask).body.decode()


class _Parts(HTMLParser):
    """Counts elements, and checks that they are closed in order."""

    void = frozenset(
        (
            "area",
            "base",
            "br",
            "circle",
            "col",
            "hr",
            "img",
            "input",
            "line",
            "link",
            "meta",
            "rect",
        )
    )

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag, attrs):
        """Note an element and its id."""
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """An element that is closed where it begins."""

    def handle_endtag(self, tag):
        """Every end belongs to the last beginning."""
        assert self.open
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def samples(engine) -> dict[str, list[str]]:
    """Two things of each kind."""
    found: dict[str, set[str]] = {}
    for quad in engine.store.quads_for_pattern(None, NamedNode(expand("rdf:type")), None, None):
        kind, slash, _ = quad.subject.value.removeprefix(BASE).partition("/")
        if slash and quad.subject.value.startswith(BASE):
            found.setdefault(kind, set()).add(quad.subject.value)
    return {kind: sorted(things)[:2] for kind, things in found.items()}


@pytest.mark.parametrize("kind", sorted(set(KINDS_OF_THING) - {"graph", "shape"}))
def test_every_kind_of_thing_has_a_page_that_is_well_formed(engine, samples, kind):
    for thing in samples[kind]:
        text = page(engine, thing.removeprefix(BASE))
        parts = _Parts()
        parts.feed(text)

        assert parts.open == []
        assert len(parts.ids) == len(set(parts.ids))
        assert "_:" not in text
        assert not re.search(r"\sstyle=|\son[a-z]+=|<script>", text)


def test_every_relationship_on_a_page_has_a_why_that_opens_its_claims(engine):
    text = page(engine, "actor/japan")
    lines = re.findall(r'<li id="[^"]+" class="line.*?</li>', text, re.DOTALL)

    assert len(lines) > 20
    assert [line for line in lines if 'class="why"' not in line] == []
    assert all("known since" in line for line in lines)


def test_both_ends_of_a_relationship_read_well(engine):
    """NATO's offices and members are headed by what they are to it."""
    text = page(engine, "actor/nato")

    assert re.search(r"<h2 id=\"membership-organization\">memberships", text)
    assert "partnerships of the alliance" in text
    assert "liaison office" in text


def test_who_opposes_and_in_which_words(engine):
    text = unescape(page(engine, "rel/france-opposes-nato-tokyo-office"))

    assert "the idea has faced opposition from France" in text
    assert "Nikkei Asia" in text


def test_a_claim_shows_its_words_speaker_source_and_day(engine):
    text = unescape(page(engine, "claim/nikkei-ap4-s037"))

    assert "<blockquote>" in text
    assert "the idea has faced opposition from France" in text
    assert "known since" in text


def test_clocks_decide_what_is_on_the_page(engine):
    """In June 2023 nobody knew that the proposal would be shelved."""
    then, later = (page(engine, "proposal/nato-tokyo-office", day) for day in (DAY, LATER))

    assert "shelved" not in then
    assert "shelved" in later


def test_a_big_group_has_pages_that_hold_each_line_once(engine):
    found = gather(engine, expand("actor:nato"), DAY, DAY)
    group = max(found.groups, key=lambda one: len(one.lines))
    total = len(group.lines)
    assert total > PAGE_LINES
    seen: list[str] = []
    for number in range(1, -(-total // PAGE_LINES) + 1):
        text = page(engine, "actor/nato", group=group.key, page=str(number))
        seen += re.findall(r'<li id="([^"]+)" class="line', text)
        assert f"of {total}" in text

    assert len(seen) == len(set(seen)) == total
    assert f"group={group.key}" in page(engine, "actor/nato")


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"group": "nothing"}, UnknownName),
        ({"group": "membership-organization", "page": "0"}, ParameterError),
        ({"group": "membership-organization", "page": "99"}, ParameterError),
        ({"group": "membership-organization", "page": "x"}, ParameterError),
    ],
)
def test_a_group_or_page_that_is_not_there_is_refused(engine, params, error):
    with pytest.raises(error):
        page(engine, "actor/nato", **params)


def _item(engine, holder: str, relation: str) -> str:
    """Give a line of a thing's page, whichever page of its group that is on."""
    thing, iri = expand(holder), expand(relation)
    found = gather(engine, thing, LATER, LATER)
    group = next(one for one in found.groups if iri in [line.iri for line in one.lines])
    number = [line.iri for line in group.lines].index(iri) // PAGE_LINES + 1
    text = page(engine, thing.removeprefix(BASE), LATER, group=group.key, page=str(number))
    return re.search(rf'<li id="{iri.rpartition("/")[2]}".*?</li>', text, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("holder", "relation", "legends"),
    [
        ("actor:japan", "rel:japan-supports-nato-tokyo-office", ["for", "against"]),
        ("actor:germany", "rel:nato-germany-membership", ["dated", "dated"]),
    ],
)
def test_what_claims_disagree_on_is_marked_with_all_sides(engine, holder, relation, legends):
    """Some deny what others affirm; or all affirm it, and give other days."""
    item = _item(engine, holder, relation)
    parts = re.split(r'<h4 class="side side-', item)

    assert "contested" in item.partition(">")[0]
    assert [part.partition('"')[0] for part in parts[1:]] == legends
    assert all('class="claim ' in part for part in parts[1:])


def test_a_contested_relationship_shows_its_sides_on_its_own_page(engine):
    text = page(engine, "rel/japan-supports-nato-tokyo-office", LATER)

    assert "side-for" in text
    assert "side-against" in text
    assert page(engine, "rel/nato-germany-membership", LATER).count("side-dated") > 1


@pytest.mark.parametrize("lang", ["en", "fr", "ja", "ko"])
def test_the_page_speaks_four_languages(engine, lang):
    expected = {"en": "Japan", "fr": "Japon", "ja": "日本", "ko": "일본"}
    text = page(engine, "actor/japan", lang=lang)

    assert f"<title>{expected[lang]} " in text or f"<title>{expected[lang]}</title>" in text


def test_the_timeline_has_three_lanes_and_every_mark_is_a_link():
    said = [Mark("2023-05-09", "“words” & more", "/claim/a.html")]
    reported = [Mark(f"2023-06-{day:02}", "reported", f"/claim/{day}.html") for day in range(1, 4)]
    holds = [Bar(0, "2023-06-01", "9999-12-31", "presumed", "affirmed", "it holds", "/rel/a.html")]
    svg = timeline(said, reported, holds, ("2023-06-13", "2023-06-13"), WORDS)

    assert re.findall(r'class="lane lane-(\w+)"', svg) == ["said", "reported", "holds"]
    assert svg.count("<a ") == svg.count("href=") == svg.count("</a>")
    assert "<title>2023-06-01 \u2013 2023-06-02: reported</title>" in svg
    assert "&amp; more" in svg
    assert svg.count('class="now ') == 2


def test_a_timeline_of_centuries_and_one_of_a_day_have_few_ticks():
    spans = [[Mark("1200-01-01", "old", "/"), Mark("2023-01-01", "new", "/")]]
    spans.append([Mark("2023-06-13", "now", "/")])
    for marks in spans:
        svg = timeline([], marks, [], ("2023-06-13", "2023-06-13"), WORDS)

        assert 1 <= svg.count('class="tick"') <= 12


def test_the_neighbourhood_says_how_sure_each_line_is():
    near = [
        Neighbour("A <b>", "/actor/a.html", "membership", "sure", "affirmed"),
        Neighbour("B", "/actor/b.html", "position", "possible", "contested"),
    ]
    svg = neighbourhood("Middle", near, "Around")

    assert 'class="edge edge-possible standing-contested"' in svg
    assert "A &lt;b&gt;" in svg
    assert svg.count('class="node"') == 2


def test_every_picture_is_followed_by_its_table(engine):
    text = page(engine, "actor/japan")
    figures = re.findall(r"<figure.*?</figure>", text, re.DOTALL)

    assert len(figures) == 2
    assert all("<svg" in figure and "<table>" in figure for figure in figures)


def test_a_claim_page_tells_what_else_was_said_and_how_the_matter_stands(engine):
    text = unescape(page(engine, "claim/nikkei-ap4-s037", LATER))

    assert "What it is about" in text
    assert "All that was said of it" in text
    assert "an official of the Élysée Palace" in text
    assert "This claim" in text


def test_an_expectation_names_what_settled_it_only_once_that_was_known(engine):
    then, later = (page(engine, "claim/nikkei-ap4-s046", day) for day in (DAY, LATER))

    assert "How it turned out" not in then
    assert "How it turned out" in later
    assert "left out of the Vilnius communiqué" in later


def test_what_is_inferred_is_joined_to_what_it_is_inferred_from(engine):
    rows = engine.select(
        "PREFIX ally: <https://w3id.org/allygraph/ns#> SELECT ?claim ?from WHERE { "
        "?claim ally:inferredFrom ?from } ORDER BY ?claim ?from LIMIT 1"
    ).rows
    claim, source = (value.value.removeprefix(BASE) for value in rows[0])

    assert "Inferred from" in page(engine, claim, date(2026, 11, 23))
    assert f"{source}.html" in page(engine, claim, date(2026, 11, 23))
    assert "What is inferred from it" in page(engine, source, date(2026, 11, 23))


def test_a_quote_stands_in_large_before_its_marks(engine):
    text = unescape(page(engine, "quote/nikkei-ap4-s037"))
    words = "the idea has faced opposition from France"

    assert f'<div class="one-claim"><blockquote><p>{words}</p></blockquote></div>' in text


def test_a_source_prints_all_its_claims_on_pages(engine):
    path = "doc/nikkei-asia-2023-06-ap4"
    total = len(gather(engine, BASE + path, LATER, LATER).made)
    seen: list[str] = []
    for number in range(1, -(-total // PAGE_LINES) + 1):
        text = page(engine, path, LATER, group="claims", page=str(number))
        seen += re.findall(r'class="marks"><a href="/claim/([^."]+)', text)

    assert len(seen) == len(set(seen)) == total > 100
    assert "group=claims" in page(engine, path, LATER)
    with pytest.raises(ParameterError, match="no page"):
        page(engine, path, LATER, group="claims", page="999")


def test_what_binds_stands_before_what_is_thought(engine):
    text = page(engine, "actor/japan", LATER)
    heads = [text.index(f'<h2 id="{key}') for key in ("membership", "partnership", "position")]

    assert heads == sorted(heads)


def test_days_without_a_bound_are_no_dates(engine):
    for path in ("claim/nikkei-ap4-s037", "holding/proposal-nato-tokyo-office-1"):
        text = page(engine, path, LATER)

        assert "9999-12-31" not in text
        assert "0001-01-01" not in text


def test_no_kind_of_relationship_crowds_others_out_of_a_picture(engine):
    """NATO has more members than a picture has room for, and partners, and offices."""
    figures = re.findall(r"<figure.*?</figure>", page(engine, "actor/nato", LATER), re.DOTALL)
    kinds = set(re.findall(r'class="kind"[^>]*>([^<]+)<', figures[1]))

    assert {"membership", "partnership"} <= kinds
    assert len(kinds) > 4


def test_the_name_of_a_bar_as_long_as_the_picture_stands_in_it():
    bar = Bar(0, "1900-01-01", "9999-12-31", "sure", "affirmed", "it holds", "/", "A long name")
    svg = timeline([], [], [bar], ("2023-06-13", "2023-06-13"), WORDS)

    assert ">A long name</text>" in svg


def test_a_picture_that_leaves_lines_out_says_so(engine):
    text = page(engine, "actor/nato", LATER)

    assert re.search(r"24 of the \d{3} relationships that held at some time", text)
    assert (
        "of the"
        not in re.search(
            r"<figcaption>.*?</figcaption>", page(engine, "kind/partnership-itpp", LATER)
        )[0]
    )


@pytest.mark.parametrize("count", [1, 2, 7, 22, 40])
def test_neighbours_do_not_write_over_each_other(count):
    near = [Neighbour(f"N{n}", "/", "membership", "sure", "affirmed") for n in range(count)]
    svg = neighbourhood("Middle", near, "Around")
    places = re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)" r="6"', svg)
    heights: dict[bool, list[float]] = {}
    for x, y in places:
        heights.setdefault(float(x) > 480, []).append(float(y))

    assert len(places) == min(count, 22)
    for side in heights.values():
        ordered = sorted(side)
        assert all(b - a > 36 for a, b in pairwise(ordered))


def test_what_is_read_from_the_index_is_what_a_query_gives(engine, samples):
    class Asked:
        """The same graph, without its store."""

        select = engine.select

    things = [thing for group in samples.values() for thing in group]

    assert len(things) > 20
    assert statements(engine, things) == statements(Asked(), things)
