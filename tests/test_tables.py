"""Importing sheets: what a mapping makes of rows, and that a bad row leaves nothing behind."""

from pathlib import Path

import pytest

from allygraph import tables
from allygraph.errors import TableFaults
from allygraph.tables.faults import CODES
from allygraph.turtle import canonical

ROOT = Path(__file__).resolve().parent.parent
MAPPING = """
title = "members of a club"
[sheet]
key = "{org}-{member}"
retrieved = "2026-11-23"
[vars]
member_iri = "{member|actor}"
[sources]
column = "source"
pattern = '^(?P<title>.+?) / (?P<publisher>.+?) / (?P<url>\\S+)$'
[[node]]
name = "membership"
iri = "rel:club-{member_iri|local}-membership"
[node.properties]
a = "ally:Membership"
"rdfs:label" = { text = "membership of {member_iri|label}", lang = "en" }
"ally:member" = "{member_iri}"
[[claim]]
about = "{membership}"
label = "{member_iri|label} joined on {joined}"
start = "{joined}"
"""
HEADER = "org,member,joined,source\n"
SOURCE = "A club / Example Times / https://example.org/club"


@pytest.fixture
def club(tmp_path):
    """Write a sheet with the given rows, and the mapping; give both."""
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")

    def write(*rows: str) -> tuple[Path, Path]:
        text = HEADER + "".join(f"{row},{SOURCE}\n" for row in rows)
        (tmp_path / "s.csv").write_text(text, encoding="utf-8")
        return tmp_path / "s.csv", tmp_path / "m.toml"

    return write


def test_a_row_becomes_a_thing_and_a_claim_with_its_source(club, tmp_path):
    """The folder holds canonical Turtle, and the claim leads back to row and document."""
    tables.to_folder(*club("Club,Japan,1994-10"), "club", tmp_path / "out")
    texts = {path.name: path.read_text() for path in sorted((tmp_path / "out").iterdir())}

    assert list(texts) == ["claims-1.ttl", "sources-1.ttl", "things-1.ttl"]
    assert all(canonical(text) == text for text in texts.values())
    assert "ally:row 1 ;" in texts["claims-1.ttl"]
    assert 'ally:earliestStart "1994-10-01"^^xsd:date ;' in texts["claims-1.ttl"]
    assert "doc:example-times-a-club" in texts["sources-1.ttl"]


def test_a_bad_row_leaves_the_old_folder_as_it_was(club, tmp_path):
    """Either every row is good or nothing is written."""
    out = tmp_path / "out"
    tables.to_folder(*club("Club,Japan,1994-10"), "club", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(TableFaults) as caught:
        tables.to_folder(*club("Club,France,1994", "Club,Japan,1994-13"), "club", out)

    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [fault.column for fault in caught.value.faults] == ["joined"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_every_kind_of_fault_is_a_heading_of_the_manual():
    """What a message calls a fault is explained somewhere."""
    headings = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").splitlines()

    assert [code for code in CODES if f"## {code}" not in headings] == []
