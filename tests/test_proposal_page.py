"""The page of a proposal: the rule, who blocks, what would unblock, and the story in order."""

import re
from datetime import date, timedelta
from functools import cache
from html import unescape

import pytest
from pyoxigraph import NamedNode

from allygraph import answers
from allygraph.build import open_current
from allygraph.errors import UnknownName
from allygraph.names import BASE, expand
from allygraph.site import Ask, reader
from allygraph.site.proposal import ledger
from allygraph.site.proposal.gathering import gather

ARTICLE = date(2023, 6, 13)
LATER = date(2025, 12, 31)
TOKYO = "proposal/nato-tokyo-office"


@pytest.fixture(scope="module")
def engine():
    return open_current()


@pytest.fixture(scope="module")
def proposals(engine) -> list[str]:
    """All proposals of the graph."""
    kind = NamedNode(expand("ally:Proposal"))
    quads = engine.store.quads_for_pattern(None, NamedNode(expand("rdf:type")), kind, None)
    return sorted({quad.subject.value.removeprefix(BASE) for quad in quads})


@cache
def page(engine, path=TOKYO, as_of=ARTICLE, known_by=None, lang="en", **params) -> str:
    """Give the page of a proposal."""
    fields = {name: (value,) for name, value in params.items()}
    ask = Ask(
        "proposal",
        path,
        fields,
        "html",
        as_of,
        known_by or as_of,
        lang,
        "http://localhost/",
        "v" * 16,
    )
    return reader("proposal")(engine, ask).body.decode()


def section(text: str, name: str) -> str:
    """Give one part of the page, by the id of its heading."""
    match = re.search(rf'<h2 id="{name}">.*?(?=<h2 id=|</main>)', text, re.DOTALL)
    assert match, name
    return unescape(match[0])


def brief(text: str) -> dict[str, str]:
    """Give the answers in brief by their questions, as plain text without the claims."""
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", section(text, "brief"), re.DOTALL)
    plain = {}
    for name, value in rows:
        seen = re.sub(r'<details class="why".*?</details>', " ", value, flags=re.DOTALL)
        plain[name] = " ".join(re.sub(r"<[^>]+>", " ", seen).split())
    return plain


def test_on_the_day_of_the_article_france_blocks_and_the_page_says_in_which_words(engine):
    told = brief(page(engine))

    assert told["Stage"].startswith("proposed")
    assert "consent of all members" in told["Who decides"]
    assert "One of the 31 members is enough" in told["Who decides"]
    assert told["Who blocks"].startswith("France")
    assert "the idea has faced opposition from France" in told["Who blocks"]
    assert "wrong message to China" in told["Who blocks"]


def test_what_would_unblock_names_who_must_change_and_what_was_floated(engine):
    told = brief(page(engine))["What would unblock it"]

    assert told.startswith("France has to change its position")
    assert "Tokyo office presented as a facility for the four ITPPs" in told
    assert "France supports the NATO office in Tokyo does not hold" in told.replace("○ ", "")
    assert "the position of 30 members is not known" in told


def test_after_it_was_shelved_nobody_blocks_and_the_last_open_day_is_a_click_away(engine):
    text = page(engine, as_of=LATER)
    told = brief(text)

    assert told["Stage"].startswith("shelved")
    assert told["Who blocks"].startswith("Nobody")
    assert "as_of=2025-06-23" in section(text, "brief")


def test_before_it_was_known_the_page_says_so_and_before_it_was_made_too(engine):
    unknown = page(engine, as_of=date(2020, 1, 1))
    early = page(engine, as_of=date(2020, 1, 1), known_by=LATER)

    assert "Nothing about it had been published by 2020-01-01" in unknown
    assert "France opposes" not in unknown
    assert "as_of=2023-04-30" in section(early, "brief")
    assert brief(early)["What would unblock it"].startswith("Nothing yet")


@pytest.mark.parametrize("day", [date(2023, 5, 20), ARTICLE, date(2024, 6, 1), LATER])
def test_the_page_names_the_blockers_that_the_saved_question_gives(engine, day):
    values = {"proposal": "proposal:nato-tokyo-office"}
    clocks = {"as_of": day.isoformat(), "known_by": LATER.isoformat()}
    asked = answers.question("proposal/blockers", values | clocks, today=LATER)
    expected = {row[0].value for row in answers.answer(engine, asked).rows}
    found = gather(engine, BASE + TOKYO, day, LATER)

    assert {holder.iri for holder in found.blockers} == expected
    assert bool(expected) == (day < date(2025, 6, 24) and day >= ARTICLE)


def test_members_are_those_of_the_day_and_each_says_why_it_is_one(engine):
    """Finland joined in April 2023, Sweden in March 2024."""
    for day, count in ((ARTICLE, 31), (date(2024, 6, 1), 32)):
        found = gather(engine, BASE + TOKYO, day, LATER)
        members = {one.one("ally:member") for one in found.memberships}

        assert len(found.memberships) == len(members) == count
        assert (expand("actor:sweden") in members) == (count == 32)
        assert all(one.claims for one in found.memberships)


def test_the_ledger_tells_positions_over_time(engine):
    """What was only expected of France never was a fact; Japan's support became contested."""
    found = gather(engine, BASE + TOKYO, LATER, LATER)
    holders = {holder.iri.rpartition("/")[2]: holder for holder in found.holders}
    france = list(ledger(holders["france"].positions, LATER.toordinal()))
    japan = next(ledger(holders["japan"].positions, date(2023, 7, 1).toordinal()))

    assert [(row.first, row.last, row.now) for row in france] == [
        ("2023-06-13", "", True),
        ("", "", False),
    ]
    assert france[1].state.standing in ("denied", "expected")
    assert japan.first == "2023-06-13"
    assert 'class="entry now contested contested-line"' in page(engine, as_of=LATER)


def test_every_entry_of_the_page_has_a_why(engine):
    text = page(engine, as_of=LATER)
    for kind in ("line", "told"):
        entries = re.findall(rf'<li class="{kind}[ "].*?</li>', text, re.DOTALL)

        assert len(entries) > 4
        assert [entry for entry in entries if 'class="why"' not in entry] == []
    holders = re.findall(r'<section class="holder.*?</section>', text, re.DOTALL)
    assert len(holders) == len(gather(engine, BASE + TOKYO, LATER, LATER).holders)
    assert all('class="why"' in holder for holder in holders)


def test_the_story_is_told_in_the_order_in_which_it_became_known(engine):
    text = page(engine, as_of=ARTICLE, known_by=LATER)
    told = section(text, "story")
    days = re.findall(r"<h3><time>([0-9-]{10})</time>", told)

    assert days == sorted(days)
    assert days[0] < "2023-06-13" < days[-1] == "2025-06-25"
    before, after = told.split("What came out after 2023-06-13")
    assert "Nikkei" in before
    assert "sentence on the Tokyo office left out of the Vilnius communiqué" in after
    assert "Tokyo office no longer discussed" in after
    assert "What came out after" not in page(engine)


def test_expectations_show_how_they_turned_out_once_that_is_known(engine):
    then, later = (section(page(engine, as_of=day), "expectations") for day in (ARTICLE, LATER))

    assert "Not settled by anything published up to 2023-06-13" in then
    assert "left out of the Vilnius communiqué" not in then
    assert "left out of the Vilnius communiqué" in later


def test_stages_name_each_day_once_known(engine):
    then, later = (section(page(engine, as_of=day), "stages") for day in (ARTICLE, LATER))

    assert "under discussion" in then or "first discussion" in then
    assert "no longer discussed" not in then
    assert "no longer discussed" in later


def test_every_proposal_has_a_page_at_any_clock_in_every_language(engine, proposals):
    assert len(proposals) >= 15
    for number, path in enumerate(proposals):
        lang = ("en", "fr", "ja", "ko")[number % 4]
        for day in (date(2016, 1, 1), LATER):
            text = page(engine, path, as_of=day, lang=lang)

            assert "_:" not in text
            assert not re.search(r"\sstyle=|\son[a-z]+=|<script>", text)
            ids = re.findall(r'\sid="([^"]+)"', text)
            assert len(ids) == len(set(ids))


def test_the_picture_has_three_lanes_and_its_tables(engine):
    figure = re.search(r"<figure.*?</figure>", page(engine), re.DOTALL)[0]

    assert re.findall(r'class="lane lane-(\w+)"', figure) == ["said", "reported", "holds"]
    assert figure.count("<table>") == 2


def test_neighbouring_days_that_are_just_as_sure_are_one_bar(engine):
    """Claims join the proposal on many days; it lay open all the time."""
    found = gather(engine, BASE + TOKYO, LATER, LATER)
    text = page(engine, as_of=LATER)
    rows = re.findall(r"<td>2023-04-30</td><td>([0-9-]+)</td>", text)

    assert len(found.own.spans) > 2
    assert "2025-06-23" in rows
    first, last = found.open_days
    assert last - first == (date(2025, 6, 23) - date(2023, 4, 30)) / timedelta(days=1)


def test_an_accession_has_its_rule_and_the_one_who_held_it_up(engine):
    text = page(engine, "proposal/nato-accession-sweden", as_of=LATER, known_by=date(2026, 11, 23))

    assert "unanimous agreement" in brief(text)["Who decides"]
    assert "Türkiye" in section(text, "positions")


def test_all_relationships_stay_reachable(engine):
    text = page(engine, view="thing")

    assert 'class="thing"' in text
    assert f"/{TOKYO}.html?view=thing" in page(engine)


def test_a_proposal_that_the_graph_lacks_is_refused_with_what_is_near(engine):
    with pytest.raises(UnknownName, match="nato-tokio") as caught:
        page(engine, "proposal/nato-tokio-office")

    assert "proposal:nato-tokyo-office" in str(caught.value.expected)
