"""Importing sheets: whatever the cells hold, all of it is written, or nothing."""

import csv
import tempfile
from pathlib import Path
from unittest.mock import patch

import pyoxigraph as ox
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allygraph import tables
from allygraph.errors import MappingError, TableFaults, UnreadableFile
from allygraph.names import expand
from allygraph.tables.filters import slug
from allygraph.tables.known import Document, Known
from allygraph.tables.syntax import parse
from allygraph.turtle import canonical

MAPPING = r"""
title = "anything"
[sheet]
key = "{name}-{#}"
[vars]
short = "{name|slug|default:none}"
[source]
iri = "doc:allygraph-editors-general-knowledge"
[[node]]
name = "place"
iri = "place:example-{short}-{n|slug|default:0}"
[node.properties]
a = "ally:Place"
"rdfs:label" = [{ text = "{name}", lang = "en" }, { text = "{text}", lang = "fr" }]
"skos:note" = { value = "{text}" }
"ally:staffCount" = { value = "{n}", type = "xsd:integer" }
"ally:d" = { value = "{n}", type = "xsd:decimal", when = { column = "n", matches = "^[0-9.]+$" } }
"schema:url" = { value = "{text}", type = "xsd:anyURI" }
"schema:sameAs" = { name = "{iri}", each = { item = "{iri}", separator = " " } }
[[claim]]
about = "{place}"
label = "{name} {{in}} {place|label}"
start = "{date}"
attested = "{date2}"
note = { text = "{text}" }
quote = "{name}"
"""
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXT = ANY | st.sampled_from(['"', "\\", "\r\n", "\n", "'''", '"""', "a\tb", "\x00", "\x7f", "é "])
DATES = st.sampled_from(["", "1994", "1994-02", "1994-02-30", "2023-07-11/2023-07-12", "..", "x"])
NUMBERS = st.sampled_from(["", "0", "-0", "007", "1e3", "1_0", "2.50", "x", "٣"]) | ANY
IRIS = st.sampled_from(["", "wd:Q1", "https://example.org/é", "actor:x y", "http://[", "urn:a:b"])
ROWS = st.lists(st.tuples(TEXT, TEXT, NUMBERS, DATES, DATES, IRIS | ANY), max_size=4)


def known(*_: object) -> Known:
    """A graph that knows one document and one modality."""
    general = expand("doc:allygraph-editors-general-knowledge")
    editors = expand("actor:allygraph-editors")
    document = Document(general, editors, "", "General knowledge", "", "2026-11-23")
    return Known({expand("kind:modality-fact")}, documents={general: document})


@given(ROWS)
@example([("Saint-Étienne", 'a "text"\r\n', "007", "1994-02", "", "wd:Q1 urn:a:b")])
@example([("a", "\x00", "", "", "", "http://[")])
@settings(max_examples=150, deadline=None)
def test_whatever_the_rows_hold_all_is_written_or_nothing(rows):
    """The files are canonical and say what the N-Quads say; a fault leaves neither behind."""
    with tempfile.TemporaryDirectory() as name, patch.object(tables, "known", known):
        base = Path(name)
        (base / "m.toml").write_text(MAPPING, encoding="utf-8")
        with (base / "s.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("name", "text", "n", "date", "date2", "iri"), *rows])
        sheet, mapping = base / "s.csv", base / "m.toml"
        try:
            tables.to_folder(sheet, mapping, "x", base / "out")
            tables.to_quads(sheet, mapping, "x", base / "x.nq")
        except (TableFaults, UnreadableFile):
            assert sorted(path.name for path in base.iterdir()) == ["m.toml", "s.csv"]
            return
        texts = [path.read_bytes().decode() for path in sorted((base / "out").iterdir())]
        quads = (base / "x.nq").read_bytes()

    assert [canonical(text) for text in texts] == texts
    turtle = {q.triple for t in texts for q in ox.parse(input=t, format=ox.RdfFormat.TURTLE)}
    assert turtle == {q.triple for q in ox.parse(input=quads, format=ox.RdfFormat.N_QUADS)}


@given(ANY)
def test_a_slug_is_a_part_of_a_name_and_stays_what_it_is(text):
    """Names are made of slugs: one hyphen between parts, none at the ends."""
    found = slug(text)

    assert found == slug(found)
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert "--" not in found
    assert found.strip("-") == found


@given(st.text("ab{}|:/ ", max_size=12))
def test_a_template_is_read_or_refused_by_name(text):
    """No text of a mapping makes the reader of templates fail in another way."""
    try:
        parts = parse(text, "m.toml")
    except MappingError:
        return
    assert isinstance(parts, tuple)
