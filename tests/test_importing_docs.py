"""The page on importing: what it shows is what comes out."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph import tables
from allygraph.names import PREFIXES
from allygraph.tables.filters import filters
from allygraph.tables.known import known
from allygraph.tables.templates import Scope

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Give the blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def rows(heading: str, number: int = 0) -> list[list[str]]:
    """Give the rows of a table below a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = re.findall(r"(?:^\|.*\|\n)+", section, re.MULTILINE)[number]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()[2:]]
    return [[cell.strip().replace("\\|", "|").strip("`") for cell in row] for row in cells]


@pytest.fixture(scope="module")
def things():
    """What the data knows."""
    return known(ROOT, set())


def test_the_example_of_the_page_gives_what_the_page_shows(tmp_path):
    """Who copies it must get the same."""
    (tmp_path / "members.csv").write_text(blocks("csv")[0], encoding="utf-8")
    (tmp_path / "members.toml").write_text(blocks("toml")[0], encoding="utf-8")
    files = (tmp_path / "members.csv", tmp_path / "members.toml")
    summary = tables.to_folder(*files, "groups", tmp_path / "groups")
    made = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "groups").iterdir())

    assert summary.unverified == 1
    assert 'Germany in Weimar Triangle from 1991"@en' in made
    assert [block for block in blocks("turtle") if f"\n\n{block}" not in made] == []


@pytest.mark.parametrize("row", rows("Templates"), ids=lambda row: f"{row[1]} {row[2]}")
def test_every_filter_gives_what_the_page_says(row, things):
    """The table is the reference of the filters."""
    name, template, cell, wanted = row
    scope = Scope({"cell": ("cell",)}, filters(things, {}))

    assert f"|{name}" in template
    assert scope.compile(template, "page").fill({"cell": cell}) == wanted


def test_the_page_knows_every_filter(things):
    """A filter that nobody finds is not there; lookups and map are told below the table."""
    shown = {row[0] for row in rows("Templates")}
    told = set(re.findall(r"`(\w+)(?::NAME)?`", PAGE))

    assert set(filters(things, {})) - shown <= told


@pytest.mark.parametrize("row", rows("Dates"), ids=lambda row: " ".join(row[:3]))
def test_dates_have_the_bounds_that_the_page_says(row, tmp_path):
    """What a start, an end and an attestation mean is the heart of a claim."""
    start, end, attested, wanted = row
    (tmp_path / "s.csv").write_text(f"start,end,attested\n{start},{end},{attested}\n")
    (tmp_path / "m.toml").write_text(
        'title = "dates"\n[sheet]\nkey = "{#}"\n[source]\n'
        'iri = "doc:allygraph-editors-general-knowledge"\n[[claim]]\nabout = "rel:x"\n'
        'label = "x"\nstart = "{start}"\nend = "{end}"\nattested = "{attested}"\n'
    )
    tables.to_quads(tmp_path / "s.csv", tmp_path / "m.toml", "x", tmp_path / "x.nq")
    quads = ox.parse(input=(tmp_path / "x.nq").read_bytes(), format=ox.RdfFormat.N_QUADS)
    found = {q.predicate.value.removeprefix(PREFIXES["ally"]): q.object.value for q in quads}
    text = f"starts {found.get('earliestStart', '…')} to {found['latestStart']}, "
    if "latestEnd" in found:
        text += f"ends {found['earliestEnd']} to {found['latestEnd']}"
    else:
        kind = found["endKind"].rpartition("-")[2]
        text += f"{kind}, known to last until {found['earliestEnd']}"

    assert text == wanted
