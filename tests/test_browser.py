"""The desk in a real browser: what a person sees and does, in light and dark, with a keyboard."""

import csv
import hashlib
import io
import re

import pytest

from allygraph.build import current_store
from tests.browser import NEEDS_CHROMIUM, chromium, watched
from tests.serving import serving

pytestmark = NEEDS_CHROMIUM
DAY = "as_of=2023-06-13&known_by=2023-06-13"
PAGES = {
    "start": f"/?{DAY}",
    "search": f"/search?q=kishida&{DAY}",
    "thing": f"/actor/japan.html?{DAY}",
    "claim": f"/claim/nikkei-ap4-s037.html?{DAY}",
    "proposal": f"/proposal/nato-tokyo-office.html?{DAY}",
    "questions": f"/q?{DAY}",
    "question": f"/q/proposal/blockers.html?proposal=proposal:nato-tokyo-office&{DAY}",
    "network": f"/network?alliance=actor:nato&{DAY}",
    "compare": f"/compare?what=days&from=2023-06-01&to=2023-07-31&{DAY}",
    "editor": "/editor?saved=membership/members-on",
    "vocabulary": "/ns.html",
    "about": f"/about?{DAY}",
}


@pytest.fixture(scope="module")
def service():
    """A service over the whole graph."""
    with serving(current_store(), deadline_s=20.0) as running:
        yield running.address


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests; each opens a page as a new visitor."""
    with chromium() as started:
        yield started


@pytest.fixture
def visitor(browser, service):
    """A new visitor, who sees no fault."""
    with watched(browser, service) as page:
        yield page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(browser, service, name, scheme):
    """And the page asks nothing of others, and its scripts have no error."""
    with watched(browser, service, color_scheme=scheme) as visitor:
        visitor.go(PAGES[name])
        visitor.shot(f"{name}-{scheme}")

        assert visitor.axe() == []


@pytest.mark.parametrize("name", ["start", "thing", "proposal", "question", "network", "compare"])
def test_a_narrow_screen_needs_no_scrolling_sideways(browser, service, name):
    size = {"width": 375, "height": 800}
    with watched(browser, service, viewport=size) as visitor:
        page = visitor.go(PAGES[name])
        visitor.shot(f"{name}-narrow")

        assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_from_a_search_to_the_words_of_a_source(visitor):
    """Search, thing, why, claim, source: the way of a person who wants to know who says so."""
    page = visitor.go(f"/?{DAY}")
    page.fill("#q", "France")
    page.press("#q", "Enter")
    page.get_by_role("link", name="France", exact=True).first.click()
    page.wait_for_url(re.compile(r"/actor/france\.html\?"))
    line = page.locator("li.line", has_text="France opposes the NATO office in Tokyo").first
    line.locator("summary").first.click()
    quote = line.get_by_text("the idea has faced opposition from France")
    assert quote.is_visible()
    assert line.get_by_role("link", name="Nikkei Asia", exact=True).first.is_visible()
    line.get_by_role("link", name="S037").click()
    page.wait_for_url(re.compile(r"/claim/nikkei-ap4-s037\.html\?"))
    page.locator(".one-claim cite a").click()
    page.wait_for_url(re.compile(r"/doc/nikkei-asia-2023-06-ap4\.html\?"))

    assert "as_of=2023-06-13" in page.url
    assert "known_by=2023-06-13" in page.url


def test_suggestions_come_while_one_types_and_the_keyboard_chooses(visitor):
    page = visitor.go(f"/?{DAY}")
    page.locator("#q").press_sequentially("kishid")
    option = page.get_by_role("option").first
    option.wait_for()
    assert "Fumio Kishida" in option.inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/actor/fumio-kishida\.html"))


def test_the_date_slider_hides_programmes_before_they_began(visitor):
    """The four partners' tailored programmes began in 2023; Colombia's began in 2021 and stays."""
    page = visitor.go("/network?alliance=actor:nato&as_of=2024-06-30&known_by=2025-12-31")
    page.locator("#day-slider").wait_for(state="visible")
    page.locator("#network-list > summary").click()
    rows = page.locator("tr[data-edge]:not([hidden])", has_text="ITPP")
    shown = " ".join(rows.all_inner_texts())
    assert "Japan" in shown
    page.evaluate(
        """() => {
            const slider = document.querySelector("#day-slider");
            slider.value = Date.parse("2022-06-30") / 86400000;
            slider.dispatchEvent(new Event("input", {bubbles: true}));
            slider.dispatchEvent(new Event("change", {bubbles: true}));
        }"""
    )
    page.wait_for_function("document.querySelector('#network-day').dateTime == '2022-06-30'")

    hidden = " ".join(rows.all_inner_texts())
    for partner in ("Australia", "Japan", "New Zealand", "South Korea"):
        assert partner not in hidden
    assert "as_of=2022-06-30" in page.url


def test_an_edge_opens_its_evidence(visitor):
    page = visitor.go("/network?alliance=actor:nato&as_of=2024-06-30&known_by=2025-12-31")
    page.locator("#network-list > summary").click()
    row = page.locator("tr[data-edge]:not([hidden])", has_text="Japan").first
    row.locator(".evidence-link").click()
    page.locator("#edge-panel .claim").first.wait_for()

    assert page.locator("#edge-panel .claim").count() >= 1


def test_the_proposal_page_tells_who_blocks_and_what_came_after(visitor):
    then = visitor.go(f"/proposal/nato-tokyo-office.html?{DAY}").inner_text("main")
    later = visitor.go(
        "/proposal/nato-tokyo-office.html?as_of=2025-12-31&known_by=2025-12-31"
    ).inner_text("main")

    assert "France" in then
    assert "consent of all members" in then
    assert "shelved" not in then
    assert "shelved" in later


def test_a_question_is_asked_by_a_form_and_taken_away_as_csv(visitor):
    """The rows of the table are the rows of the file."""
    page = visitor.go(f"/q/membership/members-on.html?{DAY}")
    page.fill("form.question input[name=alliance]", "actor:nato")
    page.locator("form.question button").click()
    page.locator("table.answer tbody tr").first.wait_for()
    heading = page.inner_text("#answer")
    address = page.get_by_role("link", name=re.compile("CSV", re.IGNORECASE)).first
    found = page.request.get(f"{visitor.service}{address.get_attribute('href')}")
    rows = list(csv.DictReader(io.StringIO(found.text())))

    assert len(rows) == 31
    assert "31" in heading
    assert rows[0]["member"].startswith("https://w3id.org/allygraph/actor/")


def test_the_editor_answers_a_query_of_ones_own(visitor):
    page = visitor.go("/editor?query=" + "SELECT%20(1%20%2B%201%20AS%20%3Fn)%20%7B%7D")
    page.locator("#run").click()
    page.locator("#answer-table td").first.wait_for()

    assert page.locator("#answer-table td", has_text="2").count() == 1


def test_the_editor_shows_where_a_query_is_wrong(browser, service):
    with watched(browser, service, allowed=(400,)) as visitor:
        page = visitor.go("/editor?query=SELECT%20%3Fx%20%7B%20%3Fx%20")
        page.locator("#run").click()
        page.locator("#query-fault").wait_for(state="visible")

        assert re.search(r"\b1\b", page.inner_text("#query-fault"))


def test_the_language_switch_changes_interface_and_labels(visitor):
    page = visitor.go(f"/actor/japan.html?{DAY}")
    page.locator("nav.languages a[hreflang=ja]").click()
    page.wait_for_url(re.compile("lang=ja"))

    assert page.locator("html").get_attribute("lang") == "ja"
    assert page.inner_text("h1") == "日本"
    assert "as_of=2023-06-13" in page.url


@pytest.mark.parametrize("name", ["start", "thing", "proposal", "question", "network", "compare"])
def test_a_permalink_gives_the_same_page_again(visitor, name):
    page = visitor.go(PAGES[name])
    link = page.locator("footer a[rel~=bookmark]").get_attribute("href")
    hashes = []
    for _ in range(2):
        page = visitor.go(link)
        hashes.append(hashlib.sha256(page.inner_html("main").encode()).hexdigest())

    assert hashes[0] == hashes[1]


def test_the_keyboard_reaches_content_clocks_and_timeline(visitor):
    """The first stop leads past the head; marks of the timeline are links that take the focus."""
    page = visitor.go(f"/actor/japan.html?{DAY}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("svg.timeline a.mark").first.focus()

    assert page.evaluate("document.activeElement.closest('svg').classList.contains('timeline')")


def test_pages_work_without_scripts(browser, service):
    """The same way, with scripts switched off: search, thing, why."""
    with watched(browser, service, java_script_enabled=False) as visitor:
        page = visitor.go(f"/?{DAY}")
        page.fill("#q", "Japan")
        page.press("#q", "Enter")
        page.get_by_role("link", name="Japan", exact=True).first.click()
        page.wait_for_url(re.compile(r"/actor/japan\.html"))
        page.locator("li.line summary").first.click()

        assert page.locator("li.line .claim").first.is_visible()
