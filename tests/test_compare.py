"""Comparing two days or two things: what held, what was known, and who says so."""

import json
import re
from datetime import date

import pytest

from allygraph.build import open_current
from allygraph.difference import Choice, difference, period
from allygraph.difference.words import CHANGES
from allygraph.errors import AllygraphError, DateError, ParameterError, UnknownName
from allygraph.site import Ask, phrases, reader
from allygraph.site.compare.view import _kinds
from allygraph.site.meant import meant

TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def engine():
    """The shipped graph."""
    return open_current()


def ask(form="html", lang="en", as_of=TODAY, known_by=TODAY, **params):
    """Ask as the web process does; fields whose names Python keeps end in an underscore."""
    fields = {key.rstrip("_"): (value,) for key, value in params.items()}
    base = "https://example.org/"
    return Ask("compare", "compare", fields, form, as_of, known_by, lang, base, "0123456789abcdef")


def body(engine, **fields):
    """Give the answer as text."""
    return reader("compare")(engine, ask(**fields)).body.decode()


YEAR = {"what": "days", "from_": "2023-06-13", "to": "2024-06-13", "about": "actor:japan"}


def test_without_a_choice_there_are_three_forms(engine):
    page = body(engine)

    assert re.findall(r'<form action="/compare" id="([\w-]+)"', page) == [
        "compare-days",
        "compare-knowledge",
        "compare-things",
    ]


def test_two_days_in_the_world_are_compared_as_the_library_does_it(engine):
    page = body(engine, **YEAR)
    days = period(TODAY, from_day=date(2023, 6, 13), to_day=date(2024, 6, 13), known_by=TODAY)
    found = difference(engine, days, Choice(about=("actor:japan",)))
    told = re.findall(
        r'class="change change-([\w-]+)" data-kind="[\w-]+" data-about="([^"]+)"', page
    )

    assert told == [(one.change, one.about.iri) for one in found.lines]
    assert ("begins", "rel:nato-japan-itpp") in told
    assert page.count('<details class="why">') == len(found.lines)


def test_a_change_says_who_said_so(engine):
    page = body(engine, **YEAR, kind="partnership")

    assert "claim/itpp-itpp003-partnership" in page
    assert "Individually Tailored Partnership Programme between NATO and Japan" in page


def test_what_was_learned_is_compared_between_two_days_of_knowledge(engine):
    fields = {"what": "knowledge", "known_from": "2023-06-13", "known_to": "2023-08-13"}
    page = body(engine, **fields, about="Japan", lang="fr")

    assert "a appris du 2023-06-13 au 2023-08-13" in page
    assert 'data-about="rel:nato-japan-itpp"' in page


def test_the_known_by_clock_bounds_what_changed(engine):
    page = body(engine, **YEAR, known_by=date(2023, 7, 1))

    assert 'change-begins" data-kind="partnership" data-about="rel:nato-japan-itpp"' not in page


def test_two_partners_stand_side_by_side(engine):
    page = body(
        engine, what="things", left="actor:japan", right="South Korea", as_of=date(2024, 1, 1)
    )
    sides = re.findall(r'data-side="(\w+)">\s*<th scope="row"><a href="/actor/([\w-]+)', page)

    assert ("both", "ap4") in sides
    assert ("left", "g7") in sides
    assert ("both", "nato") in sides
    assert ("right", "g7") not in sides


def test_positions_are_compared_by_what_they_are_on_and_show_the_stance(engine):
    fields = {"left": "actor:france", "right": "actor:japan", "as_of": date(2023, 7, 1)}
    record = json.loads(body(engine, what="things", form="json", **fields))
    office = next(row for row in record["rows"] if row["other"] == "proposal:nato-tokyo-office")

    assert office["kind"] == "position"
    assert office["side"] == "both"
    assert office["left"][0]["value"] == "kind:stance-opposes"
    assert office["right"][0]["value"] == "kind:stance-supports"
    assert set(office["left"][0]["claims"]) <= set(record["claims"])


def test_what_ties_two_things_to_each_other_stands_apart(engine):
    page = body(engine, what="things", left="actor:nato", right="actor:japan")
    record = json.loads(
        body(engine, what="things", left="actor:nato", right="actor:japan", form="json")
    )

    assert "Between the two" in page
    assert "rel:nato-japan-itpp" in {one["thing"] for one in record["between"]}


def test_the_difference_is_data_too(engine):
    record = json.loads(body(engine, form="json", **YEAR))

    assert record["clock"] == "world"
    assert record["version"] == "0123456789abcdef"
    assert all(set(line["claims"]) <= set(record["claims"]) for line in record["lines"])


@pytest.mark.parametrize("lang", ["fr", "ja"])
def test_the_page_is_there_in_other_languages(engine, lang):
    assert f'<html lang="{lang}">' in body(engine, lang=lang, **YEAR)


def test_every_kind_and_every_change_has_a_phrase(engine):
    for kind in _kinds(engine):
        assert phrases.phrase(f"compare.kind-{kind}", "ja")
    for change in CHANGES:
        assert phrases.phrase(f"compare.change-{change}", "fr")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"what": "nothing"}, ParameterError),
        ({"what": "days"}, ParameterError),
        ({"what": "days", "from_": "yesterday"}, DateError),
        ({"what": "days", "from_": "2023", "about": "actor:nowhere"}, UnknownName),
        ({"what": "days", "from_": "2023", "about": "Atlantis the lost"}, UnknownName),
        ({"what": "days", "from_": "2023", "kind": "friendship"}, ParameterError),
        ({"what": "knowledge"}, ParameterError),
        ({"what": "things", "left": "actor:japan"}, ParameterError),
        ({"what": "things", "left": "actor:japan", "right": "Japan"}, ParameterError),
        ({"form": "json"}, ParameterError),
    ],
)
def test_a_slip_is_refused_with_what_is_expected(engine, fields, error):
    with pytest.raises(error) as caught:
        body(engine, **fields)
    assert isinstance(caught.value, AllygraphError)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("actor:japan", "actor/japan"),
        ("actor/japan", "actor/japan"),
        ("https://w3id.org/allygraph/actor/japan", "actor/japan"),
        ("nihon", None),
        ("日本", "actor/japan"),
        (" TÜRKIYE ", "actor/turkiye"),
        ("NATO", "actor/nato"),
    ],
)
def test_a_field_takes_a_name_as_people_write_it(engine, text, name):
    if name is None:
        with pytest.raises(UnknownName):
            meant(engine, ask(), text)
    else:
        assert meant(engine, ask(), text).endswith(name)


def test_the_page_answers_over_http(client):
    page = client.get("/compare", headers={"Accept": "text/html"})
    missing = client.get("/compare.json")

    assert page.status_code == 200
    assert missing.status_code == 400
    assert missing.json()["expected"] == "what=days|knowledge|things"
