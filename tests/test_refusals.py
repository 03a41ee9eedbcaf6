"""Refusals: a person gets a page that helps on, a program gets problem+json."""

import json
import re
from datetime import date

import pytest

from allygraph.build import open_current
from allygraph.site import Ask, reader
from allygraph.web.problems import PROBLEMS

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
DAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def engine():
    """The shipped graph."""
    return open_current()


def problem_page(engine, path, status="404", lang="en", **told):
    """Give the page of a problem as a reader makes it."""
    fields = {"status": status, "code": "request-not-found", "detail": f"GET /{path}", **told}
    params = {name: (value,) for name, value in fields.items()}
    asked = Ask("problem", path, params, "html", DAY, DAY, lang, "https://example.org/", "0" * 16)
    return reader("problem")(engine, asked)


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("actor/natoo", "/actor/nato.html"),
        ("actor/stoltenberg", "/actor/jens-stoltenberg.html"),
        ("proposal/tokyo-office.html", "/proposal/nato-tokyo-office"),
        ("q/membership/members", "/q/membership/members-on.html"),
        ("kishida", "/actor/fumio-kishida.html"),
        ("actor/日本", "/actor/japan.html"),
    ],
)
def test_an_address_that_leads_nowhere_names_what_is_near(engine, path, near):
    page = problem_page(engine, path).body.decode()
    links = re.findall(r'href="([^"?]+)', page.partition("Perhaps you mean")[2])

    assert any(link.startswith(near) for link in links[:5]), links


def test_links_of_the_page_do_not_repeat_the_problem(engine):
    page = problem_page(engine, "actor/natoo").body.decode()

    assert 'hreflang="ja"' in page
    assert "status=404" not in page


def test_every_problem_has_a_page_in_every_language(engine):
    for code, (status, _) in PROBLEMS.items():
        for lang in ("en", "fr", "ja", "ko"):
            answer = problem_page(engine, "x/y", str(status), lang, code=code, expected="<b>")
            assert answer.status == status
            assert f"#{code}" in answer.body.decode()
            assert "&lt;b&gt;" in answer.body.decode()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nowhere", 404),
        ("/search?q=x&kind=planet", 400),
        ("/?as_of=yesterday&lang=tlh", 400),
        ("/?as_of=%FF", 400),
        ("/search?format=turtle", 400),
    ],
)
def test_a_browser_gets_a_page_and_a_program_a_problem(client, address, status):
    page = client.get(address, headers={"Accept": BROWSER, "Accept-Language": "fr"})
    problem = client.get(address)

    assert (page.status_code, problem.status_code) == (status, status)
    assert problem.headers["content-type"] == "application/problem+json"
    assert page.headers["cache-control"] == "no-store"
    if "format=" in address:  # who names a form is a program, or knows what it does
        assert page.headers["content-type"] == "application/problem+json"
        return
    assert '<html lang="fr">' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert problem.json()["type"].rpartition("#")[2] in page.text


def test_a_file_of_data_that_is_not_there_is_no_page(client):
    """Who asks for .ttl in a browser still reads with a program."""
    answer = client.get("/void.json", headers={"Accept": BROWSER})

    assert json.loads(answer.text)["status"] == answer.status_code == 404


def test_what_an_address_says_is_text_on_the_page(client):
    page = client.get("/<script>alert(1)</script>", headers={"Accept": BROWSER})

    assert page.status_code == 404
    assert "<script>alert" not in page.text
