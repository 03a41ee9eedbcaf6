"""The site over HTTP: clocks, language and form of an address, before any page is looked at."""

import pytest


def test_a_page_is_answered_in_the_language_of_the_browser(client):
    french = client.get("/", headers={"Accept-Language": "fr-CA, en;q=0.5"})
    named = client.get("/?lang=ja", headers={"Accept-Language": "fr"})

    assert '<html lang="fr">' in french.text
    assert '<html lang="ja">' in named.text
    assert "Accept-Language" in french.headers["vary"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("as_of=yesterday", "date-invalid"),
        ("known_by=2023-02-30", "date-invalid"),
        ("lang=tlh", "request-malformed"),
        ("as_of=2023&as_of=2024", "request-malformed"),
        ("format=turtle", "request-malformed"),
        ("q=%FF", "request-malformed"),
    ],
)
def test_a_field_that_every_address_has_is_checked(client, query, code):
    answer = client.get(f"/?{query}")

    assert answer.status_code == 400
    assert answer.json()["type"].endswith(f"#{code}")


def test_clocks_stand_in_every_link_of_a_page(client):
    page = client.get("/?as_of=2023-06&known_by=2023-06-13")

    assert 'href="/?as_of=2023-06-30&amp;known_by=2023-06-13&amp;lang=en"' in page.text
