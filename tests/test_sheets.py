"""The sheets as data: every row is a claim or a stated exception, every claim has its row.

The sheets are not part of the repository; tests that need them look beside it and are skipped
where they are missing. Rows that make no claim stand in ``data/mappings/skipped.tsv``, each with
its reason and, where the article says the same, the numbers of the article's claims.
"""

import csv
import re
import unicodedata
from calendar import month_name
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest

from allygraph.dates import bounds
from allygraph.names import compact

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT.parent / "shared" / "facts"
GENERAL_KNOWLEDGE = "doc:allygraph-editors-general-knowledge"
SUMMITS = ("EV036", "EV037", "EV038")
IDS = {
    "nato_offices": "office_id",
    "itpp": "record_id",
    "decision_rules": "rule_id",
    "events": "event_id",
    "stated_concerns": "concern_id",
}
DATES = {
    "nato_members": ("joined_on",),
    "nato_offices": ("proposed_or_first_discussed", "opened", "closed"),
    "itpp": ("agreed_or_adopted_on",),
    "events": ("start", "end"),
    "officeholders": ("start", "end"),
}
BOUNDS = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
IMPORTS = ("decision-rules", "nato-members", "officeholders")
FILES = ("sources/sheets/*.ttl", *(f"imports/{name}/*.ttl" for name in IMPORTS))
SHEETS = ["nato_members", "officeholders", *IDS]


def slug(text):
    """Write a name as the last part of an IRI."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain.split(", lord")[0]))


def wanted(sheet, row):
    """Tell whether a row is in scope: all but the events and concerns that are not needed yet."""
    if sheet == "events":
        return row["event_id"] in SUMMITS
    return sheet != "stated_concerns" or "liaison office in Tokyo" in row["about"]


def rows_of(sheet):
    """Read the rows of a sheet that are in scope."""
    return [row for row in all_rows_of(sheet) if wanted(sheet, row)]


def all_rows_of(sheet):
    """Read all rows of a sheet."""
    path = FACTS / f"{sheet}.csv"
    if not path.exists():
        pytest.skip("the sheets are not beside this checkout")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def key_of(sheet, row):
    """Give the id of a row, or the name that stands for one."""
    if sheet == "officeholders":
        return slug(row["person"])
    return row["member"] if sheet == "nato_members" else row[IDS[sheet]]


@pytest.fixture(scope="module")
def things():
    """Load all data: subject, then property, then the values as text."""
    found = {}
    for path in sorted(ROOT.glob("data/**/*.ttl")):
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            values = found.setdefault(compact(triple.subject.value), {})
            value = triple.object.value
            name = compact(value) if isinstance(triple.object, ox.NamedNode) else value
            values.setdefault(compact(triple.predicate.value), []).append(name)
    return found


@pytest.fixture(scope="module")
def claims():
    """Load the claims from the sheets: name, then property, then the values as text."""
    found = {}
    for path in sorted(path for files in FILES for path in ROOT.glob(f"data/{files}")):
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            values = found.setdefault(compact(triple.subject.value), {})
            value = triple.object.value
            name = compact(value) if isinstance(triple.object, ox.NamedNode) else value
            values.setdefault(compact(triple.predicate.value).removeprefix("ally:"), []).append(
                name
            )
    return found


@pytest.fixture(scope="module")
def skipped():
    """Read the rows that make no claim."""
    with (ROOT / "data" / "mappings" / "skipped.tsv").open(encoding="utf-8", newline="") as lines:
        return {(row["sheet"], row["row"]): row for row in csv.DictReader(lines, delimiter="\t")}


def claims_of(sheet, row, claims):
    """Give the claims of a row: by its id, else by the name in the claim's own name."""
    start = f"claim:{sheet.replace('_', '-')}-"
    if sheet in IDS:
        ids = {name: values.get("dcterms:identifier") for name, values in claims.items()}
        return [claims[name] for name in claims if ids[name] == [row[IDS[sheet]]]]
    start += slug(key_of(sheet, row)) + "-"
    return [claims[name] for name in claims if name.startswith(start)]


def days(claim):
    """Give the days that bound a claim."""
    return [date.fromisoformat(day) for name in BOUNDS for day in claim.get(name, [])]


def forms(day):
    """Give the ways in which a sheet prints a date."""
    year, *rest = day.split("-")
    if not rest:
        return [day]
    month = month_name[int(rest[0])]
    if len(rest) == 1:
        return [day, f"{month} {year}", f"{month[:3]} {year}"]
    number = int(rest[1])
    return [day, f"{number} {month}", f"{number} {month[:3]} {year}"]


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_row_is_a_claim_or_a_stated_exception(sheet, claims, skipped):
    """A row that is lost, or that is said to make no claim and makes one, shows here."""
    silent = {key_of(sheet, row) for row in rows_of(sheet) if not claims_of(sheet, row, claims)}

    assert silent == {row for of, row in skipped if of == sheet}


def test_a_skipped_row_that_the_article_covers_names_claims_of_the_article(things, skipped):
    """An exception that refers to nothing would hide a lost row."""
    numbers = {number for row in skipped.values() for number in row["covered_by"].split()}

    assert [n for n in sorted(numbers) if f"claim:nikkei-ap4-{n.lower()}" not in things] == []


def test_every_claim_has_its_row(claims):
    """A claim without a row would be an invention."""
    found = [
        id(claim)
        for sheet in SHEETS
        for row in rows_of(sheet)
        for claim in claims_of(sheet, row, claims)
    ]
    others = [name for name, claim in claims.items() if id(claim) not in found]

    assert others == ["claim:nato-members-treaty-in-force"], "in every row of a founding member"


@pytest.mark.parametrize("sheet", DATES)
def test_every_date_of_a_sheet_bounds_a_claim(sheet, claims, skipped):
    """Each date is within its precision a bound of one of the row's claims, or the day said."""
    lost = []
    for row in rows_of(sheet):
        bounding = [day for claim in claims_of(sheet, row, claims) for day in days(claim)]
        said = [said for claim in claims_of(sheet, row, claims) for said in claim.get("saidOn", [])]
        for column in DATES[sheet]:
            value = row[column]
            if not value or value in said or (sheet, key_of(sheet, row)) in skipped:
                continue
            first, last = bounds(value)
            if not any(first <= day <= last for day in bounding):
                lost.append((key_of(sheet, row), column, value))

    assert lost == []


@pytest.mark.parametrize("sheet", ["nato_members", "nato_offices", "itpp", "officeholders"])
def test_every_date_of_a_claim_is_printed_in_its_row(sheet, claims):
    """No date is more precise than the sheet, or made up."""
    invented = []
    rows = rows_of(sheet)
    for row in rows:
        same = [other for other in rows if key_of(sheet, other) == key_of(sheet, row)]
        printed = " ".join(text for other in same for text in other.values())
        for claim in claims_of(sheet, row, claims):
            if "integrated" in claim["affirms" if "affirms" in claim else "denies"][0]:
                continue
            for value in [*claim.get("start", []), *claim.get("end", [])]:
                invented += [
                    (key_of(sheet, row), day)
                    for day in value.split("/")
                    if not any(form in printed for form in forms(day))
                ]

    assert invented == []


def test_bounds_are_those_of_the_dates_as_written(claims):
    """The days that queries compare follow from the text that people read."""
    wrong = []
    for name, claim in claims.items():
        for text, first, last in (
            ("start", "earliestStart", "latestStart"),
            ("end", "earliestEnd", "latestEnd"),
        ):
            for value in claim.get(text, []):
                low, high = bounds(value)
                given = [claim.get(first, [str(low)]), claim.get(last, [str(high)])]
                if given != [[str(low)], [str(high)]]:
                    wrong.append((name, text, value))

    assert wrong == []


def test_general_knowledge_is_never_verified(claims):
    """What nobody read in a document says so wherever it is shown."""
    unread = [claim for claim in claims.values() if claim["source"] == [GENERAL_KNOWLEDGE]]

    assert unread
    assert {claim["review"][0] for claim in unread} == {"kind:review-unverified"}


@pytest.mark.parametrize("sheet", ["nato_offices", "itpp", "decision_rules", "officeholders"])
def test_a_row_of_general_knowledge_is_verified_only_in_what_was_seen(sheet, claims):
    """A verified claim of such a row rests on a document, and the row says what was seen."""
    wrong = [
        key_of(sheet, row)
        for row in rows_of(sheet)
        if row["confidence"] == "general-knowledge"
        and ["kind:review-verified"] in [c["review"] for c in claims_of(sheet, row, claims)]
        and not re.search(r"seen|dates of opening general knowledge", " ".join(row.values()))
    ]

    assert wrong == []


def test_every_document_stands_in_a_sheet():
    """A document that no sheet names would be an invention; lists of states cite themselves."""
    if not FACTS.exists():
        pytest.skip("the sheets are not beside this checkout")
    files = [*FACTS.glob("*.csv"), ROOT / "data" / "mappings" / "noted-values.csv"]
    printed = unquote(" ".join(path.read_text(encoding="utf-8") for path in files))
    addresses = [
        unquote(triple.object.value)
        for path in sorted(ROOT.glob("data/**/*.ttl"))
        if path.parent.name != "lists" and path.parent.name != "designations"
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        if triple.predicate.value == "https://schema.org/url"
    ]

    assert addresses
    assert [a for a in addresses if re.sub(r"^https?://(www\.)?", "", a) not in printed] == []


@pytest.mark.parametrize(
    ("day", "count"), [("1982-01-01", 15), ("2023-06-13", 31), ("2024-03-08", 32)]
)
def test_members_on_a_day_by_a_plain_count_of_accessions(day, count, claims):
    """The sheet's own answer, without queries or holdings: the accessions up to the day."""
    joined = {
        claim["affirms"][0]
        for name, claim in claims.items()
        if name.endswith("-accession") and claim["latestStart"][0] <= day
    }

    assert len(joined) == count
