"""Codes and names of states by time: what the lists say is what a day's question gives."""

import csv
from functools import cache
from pathlib import Path

import pytest

from allygraph.build import memory_store
from allygraph.names import PREFIXES

ROOT = Path(__file__).resolve().parents[1]
LISTS = ROOT.parent / "shared" / "data" / "cow_states"
CODES = [
    tuple(row.values())
    for row in csv.DictReader(
        (ROOT / "tests" / "designations" / "codes.tsv").read_text(encoding="utf-8").splitlines(),
        delimiter="\t",
    )
]
PREAMBLE = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("actor", "ally", "kind", "xsd"))
HOLDS = """
    ?designation ally:designated ?actor ; ally:designationScheme ?scheme ; ally:code ?code .
    OPTIONAL { ?designation ally:letters ?letters }
    ?holding ally:holdingOf ?designation ; ally:certainty ?certainty ;
      ally:from ?from ; ally:until ?until ; ally:knownUntil "9999-12-31"^^xsd:date .
    FILTER (?certainty IN (kind:certainty-sure, kind:certainty-presumed))
"""


@cache
def store():
    """Build the shipped graph once."""
    return memory_store(ROOT)


def codes_on(actor, scheme, day):
    """Give code and letters of an actor in a scheme on a day, as all that is known has it."""
    rows = store().query(
        f"""{PREAMBLE} SELECT ?code ?letters WHERE {{
            VALUES (?actor ?scheme) {{ (actor:{actor} kind:designation-{scheme}) }} {HOLDS}
            FILTER (?from <= "{day}"^^xsd:date && "{day}"^^xsd:date <= ?until) }}""",
        use_default_graph_as_union=True,
    )
    return {(row["code"].value, row["letters"].value if row["letters"] else "") for row in rows}


def test_the_table_has_changers_enough():
    """Most states never change; only those that do can show a wrong day."""
    assert len({actor for actor, scheme, *_ in CODES if scheme in ("cow", "gleditsch-ward")}) >= 26


@pytest.mark.parametrize(
    ("actor", "scheme", "day", "code", "letters"), CODES, ids=lambda value: value or "none"
)
def test_a_state_has_the_code_of_its_day(actor, scheme, day, code, letters):
    """A dyad-year table joined on a wrong code loses the dyad without a word."""
    assert codes_on(actor, scheme, day) == ({(code, letters)} if code else set())


@pytest.mark.parametrize(
    ("scheme", "name", "number", "stop", "cut"),
    [
        ("cow", "cw_system.csv", "ccode", "2016-12-31", {"345"}),
        ("gleditsch-ward", "gw_system.csv", "gwcode", "2020-12-31", set()),
    ],
)
@pytest.mark.skipif(not LISTS.exists(), reason="the state lists are not beside this checkout")
def test_every_spell_of_a_list_holds_from_its_first_to_its_last_day(
    scheme, name, number, stop, cut
):
    """No row is lost, none is invented; what runs on at the end of the list runs on here."""
    listed = set()
    with (LISTS / name).open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            end = "9999-12-31" if row["end"] == stop else row["end"]
            listed.add((row[number], row["start"], end))
    rows = store().query(
        f"""{PREAMBLE} SELECT ?code (MIN(?from) AS ?first) (MAX(?until) AS ?last) WHERE {{
            VALUES ?scheme {{ kind:designation-{scheme} }} {HOLDS} }}
            GROUP BY ?designation ?code""",
        use_default_graph_as_union=True,
    )
    spells = {(row["code"].value, row["first"].value, row["last"].value) for row in rows}

    assert {s for s in spells if s[0] not in cut} == {s for s in listed if s[0] not in cut}
    assert {s[0] for s in spells} == {s[0] for s in listed}
