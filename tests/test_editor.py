"""The editor: its page without scripts, and the documents that its script completes from."""

import json
import re
from datetime import date
from html import unescape

import pytest

from allygraph import queries
from allygraph.build import open_current
from allygraph.errors import ParameterError, UnknownName
from allygraph.names import PREFIXES
from allygraph.site import Ask, reader
from allygraph.site.editor import FIRST_QUERY

DAY = date(2023, 6, 13)


@pytest.fixture(scope="module")
def engine():
    """The shipped graph."""
    return open_current()


def asked(engine, name="editor", lang="en", form="html", **params):
    """Give the answer of a reader."""
    fields = {key: (value,) for key, value in params.items()}
    base = "https://example.org/"
    ask = Ask(name, "editor", fields, form, DAY, DAY, lang, base, "0123456789abcdef")
    return reader(name)(engine, ask).body.decode()


def text_of(page):
    """Give the query in the text field."""
    return unescape(re.search(r"<textarea id=\"query\"[^>]*>\n(.*?)</textarea>", page, re.S)[1])


def test_the_page_is_a_form_that_works_without_scripts(engine):
    page = asked(engine)

    assert re.search(r'<form id="editor" action="/sparql" method="get"', page)
    assert '<select id="format" name="format"' in page
    assert text_of(page) == FIRST_QUERY


def test_the_first_query_has_an_answer(engine):
    assert len(engine.select(FIRST_QUERY)) >= 9


def test_an_address_holds_its_query(engine):
    query = 'SELECT * { ?s ?p "</textarea><script>alert(1)</script>" }'
    page = asked(engine, query=query)

    assert text_of(page) == query
    assert "<script>alert" not in page


@pytest.mark.parametrize("name", queries.names())
def test_every_saved_query_comes_with_values_and_at_the_clocks_of_the_page(engine, name):
    saved = queries.load(name)
    text = text_of(asked(engine, saved=name))

    assert text.startswith(("PREFIX", "SELECT", "#")), text[:50]
    assert "# /// query" not in text
    if "as_of" in saved.params:
        assert f'"{DAY}"^^' in text


def test_saved_queries_stand_beside_the_text_by_topic(engine):
    page = asked(engine, saved="membership/members-on")

    assert page.count('class="saved-query"') == len(queries.names())
    assert re.search(r"saved=membership%2Fmembers-on[^>]* aria-current=\"true\"", page)
    assert re.search(r"<details open>\s*<summary[^>]*>membership", page)


def test_a_saved_query_that_does_not_exist_is_refused(engine):
    with pytest.raises(UnknownName):
        asked(engine, saved="membership/nothing")


def test_names_are_completed_from_what_the_data_uses(engine):
    found = json.loads(asked(engine, "editor-terms", form="json"))
    classes = {one["name"]: one for one in found["classes"]}
    uses = [one["uses"] for one in found["properties"]]

    assert found["prefixes"] == PREFIXES
    assert classes["ally:Membership"]["label"] == "membership"
    assert uses == sorted(uses, reverse=True)
    assert "ally:holdingOf" in {one["name"] for one in found["properties"]}


def test_things_of_an_answer_are_named_in_the_language_of_the_page(engine):
    of = "actor:japan kind:certainty-sure actor:nowhere"

    found = json.loads(asked(engine, "labels", form="json", lang="ja", of=of))
    assert found["actor:japan"] == "日本"
    assert found["kind:certainty-sure"]
    assert "actor:nowhere" not in found


@pytest.mark.parametrize(
    ("of", "error"), [("actor:x " * 301, ParameterError), ("nothing", UnknownName)]
)
def test_odd_names_are_refused(engine, of, error):
    with pytest.raises(error):
        asked(engine, "labels", form="json", of=of)


def test_the_editor_answers_over_http_and_lets_no_other_host_in(client):
    page = client.get("/editor?query=ASK%7B%7D", headers={"Accept": "text/html"})
    terms = client.get("/editor/terms.json")
    labels = client.get("/labels.json?of=actor:nato")

    assert page.status_code == terms.status_code == labels.status_code == 200
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert not re.findall(r"(?:src|href)=\"https?://[^\"]+\.(?:js|css)", page.text)
    assert terms.headers["content-type"].startswith("application/json")
