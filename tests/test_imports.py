"""What was imported from the sheets: made anew it is the same, and nothing of a sheet is lost.

The sheets are not part of the repository; tests that need them look beside it and are skipped
where they are missing.
"""

import csv
from pathlib import Path

import pytest

from allygraph import tables
from allygraph.build import open_current
from allygraph.compilation import sheets, sheets_page
from allygraph.errors import TableFaults

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT.parent / "shared" / "facts"
IMPORTS = ROOT / "data" / "imports"
FILES = {
    "decision-rules": "decision_rules",
    "events": "events",
    "nato-commitments": "nato_members",
    "nato-members": "nato_members",
    "nato-partner-groupings": "nato_partners",
    "nato-partners": "nato_partners",
    "nato-partnership-frameworks": "nato_partnership_frameworks",
    "officeholders": "officeholders",
    "other-alliance-members": "other_alliance_members",
    "other-alliances": "other_alliances",
    "stated-concerns": "stated_concerns",
}
MADE_OF_OTHERS = {"nato-commitments", "nato-partner-groupings"}
ALL_SHEETS = {
    **{name: name.replace("-", "_") for name in FILES if name not in MADE_OF_OTHERS},
    **{name: name.replace("-", "_") for name in ("itpp", "nato-offices")},
}


def sheet_file(name: str) -> Path:
    """Give a sheet's file, or skip the test where the sheets are not."""
    own = ROOT / "data" / "mappings" / f"{name}.csv"
    if own.exists():
        return own
    path = FACTS / f"{FILES.get(name) or ALL_SHEETS[name]}.csv"
    if not path.exists():
        pytest.skip("the sheets are not beside this checkout")
    return path


@pytest.fixture(scope="module")
def counted():
    """Count what was made of each sheet, once."""
    return {sheet.name: sheet for sheet in sheets(open_current(ROOT), ROOT)}


def test_every_import_has_its_mapping():
    """A folder that no mapping makes could not be made again."""
    made = {path.name for path in IMPORTS.iterdir()}

    assert made == {*FILES, "noted-values"}
    assert all((ROOT / "data" / "mappings" / f"{name}.toml").exists() for name in made)


@pytest.mark.parametrize("name", sorted([*FILES, "noted-values"]))
def test_a_sheet_imported_again_gives_the_same_bytes(name, tmp_path):
    """What stands in data/imports/ is what the mappings say today, and nobody edited it."""
    mapping = ROOT / "data" / "mappings" / f"{name}.toml"
    again = tmp_path / name
    tables.to_folder(sheet_file(name), mapping, name, again)

    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in (IMPORTS / name).iterdir()
    }


@pytest.fixture
def appointed(tmp_path):
    """Write a sheet with one office holder who is not in the data; give the files to import."""
    header = (
        "person,wikidata_qid_unverified,role,organisation,country_iso3,start,start_precision,"
        "end,end_precision,named_in_seed,notes,source,confidence"
    )

    def write(role: str) -> tuple[Path, Path]:
        row = f"Ann Example,,{role},NATO,,2031-10-01,day,,,no,,A page / Example Times,seen"
        (tmp_path / "s.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
        mapping = (ROOT / "data" / "mappings" / "officeholders.toml").read_text(encoding="utf-8")
        named = mapping.split("[sheet.skip]")[0] + "[sources]" + mapping.split("[sources]", 1)[1]
        for name in ("sheets.toml", "officeholders-posts.csv", "officeholders-read.csv"):
            (tmp_path / name).write_bytes((ROOT / "data" / "mappings" / name).read_bytes())
        (tmp_path / "m.toml").write_text(named, encoding="utf-8")
        return tmp_path / "s.csv", tmp_path / "m.toml"

    return write


def test_a_new_holder_of_a_known_post_is_made(appointed, tmp_path):
    """The sheet can grow: person, tenure and claim come from the row alone."""
    tables.to_folder(*appointed("Secretary General"), "officeholders", tmp_path / "out")
    made = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())

    assert "actor:ann-example\n    a ally:Person ;" in made
    assert "rel:ann-example-secretary-general-nato\n    a ally:Tenure ;" in made
    assert "claim:officeholders-ann-example-secretary-general-nato-start\n" in made


def test_a_role_that_nobody_described_is_refused_with_its_row(appointed, tmp_path):
    """What a role means is not guessed."""
    with pytest.raises(TableFaults) as caught:
        tables.to_folder(*appointed("Grand Vizier"), "officeholders", tmp_path / "out")

    assert [(fault.code, fault.row) for fault in caught.value.faults] == [("table-partner", 1)]


@pytest.mark.parametrize("name", sorted(ALL_SHEETS))
def test_every_row_of_a_sheet_is_a_claim_or_a_stated_exception(name, counted):
    """Nothing is dropped in silence: the page's count of rows is the sheet's."""
    with sheet_file(name).open(encoding="utf-8", newline="") as lines:
        rows = len(list(csv.DictReader(lines)))

    assert counted[name].rows + len(counted[name].skipped) == rows


def test_the_article_counts_like_a_sheet(counted):
    """172 statements, and four headlines of the page that are no part of it."""
    path = FACTS / "seed_claims.csv"
    if not path.exists():
        pytest.skip("the sheets are not beside this checkout")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = len(list(csv.DictReader(lines)))
    seed = counted["seed-claims"]

    assert seed.skipped == {}
    assert seed.claims == seed.rows == rows == 176


def test_general_knowledge_is_counted_as_unverified(counted):
    """The counts tell the weak rows from the others."""
    assert (
        0 < counted["other-alliance-members"].unverified < counted["other-alliance-members"].claims
    )
    assert counted["nato-partners"].contested > 0


def test_the_page_of_the_sheets_is_current():
    """docs/sheets.md is generated: run make docs."""
    page = (ROOT / "docs" / "sheets.md").read_text(encoding="utf-8")

    assert page == sheets_page(open_current(ROOT), ROOT)
