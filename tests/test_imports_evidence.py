"""What imported claims may say: no more than the row says was seen, by who could know it.

The rules hold over all rows, whatever the mappings do; each stands for a class of faults that a
reading of all notes found.
"""

import csv
import re
import tomllib
from pathlib import Path

import pytest
from pyoxigraph import Store

from allygraph.graph import source_quads
from allygraph.names import compact

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT.parent / "shared" / "facts"
SHEETS = {
    "events": "events",
    "nato-partners": "nato_partners",
    "nato-partnership-frameworks": "nato_partnership_frameworks",
    "other-alliance-members": "other_alliance_members",
    "other-alliances": "other_alliances",
    "stated-concerns": "stated_concerns",
}
# What a row says of its dates, and the columns whose value is then not what was seen.
UNSEEN = [
    (r"(?<!2019 seen; )exact day unverified|day itself is not printed|day kept from", "joined"),
    (r"exact day unverified|day itself is not printed|the planned day seen", "signed in_force"),
    (r"joining year unverified|year seen elsewhere|year 1982 unverified", "joined"),
    (r"year confirmed for the state|deposit date in the column joined unverified", "joined"),
    (r"meeting of 30-31 January 1992|tour of 27-28 May 2024", "joined signed in_force"),
    (r"exit day unverified|seen, day unverified|end day general knowledge", "left_or_suspended"),
    (r"end day general knowledge|joining date seen", "ended_or_suspended"),
    (r"month of the suspension unverified|suspension in 2024 seen", "left_or_suspended"),
    (r"^announced", "left_or_suspended"),
    (r"^entry into force in 2009 seen, day unverified|entry into force .*unverified", "in_force"),
    (r"day of entry into force not seen|needs approval by the parliament", "in_force"),
]
CLAIMS = """
SELECT ?claim ?sheet ?row ?review ?modality ?source ?speaker ?publisher ?original ?label ?start
       ?end (COALESCE(?es, ?ee, ?ls) AS ?first) (COALESCE(?published, ?retrieved) AS ?day) WHERE {
  ?claim ally:compiledIn ?sheet ; ally:row ?row ; ally:review ?review ; ally:modality ?modality ;
    ally:source ?source ; ally:assertedBy ?speaker .
  OPTIONAL { ?claim rdfs:label ?label }
  OPTIONAL { ?claim ally:start ?start }
  OPTIONAL { ?claim ally:end ?end }
  OPTIONAL { ?claim ally:earliestStart ?es }
  OPTIONAL { ?claim ally:earliestEnd ?ee }
  OPTIONAL { ?claim ally:latestStart ?ls }
  OPTIONAL { ?source ally:latestPublished ?published }
  OPTIONAL { ?source ally:retrievedOn ?retrieved }
  OPTIONAL { ?source dcterms:publisher ?publisher }
  OPTIONAL { ?source prov:wasDerivedFrom/dcterms:publisher ?original }
}
"""
PREFIXES = """
PREFIX ally: <https://w3id.org/allygraph/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


def asked(store, text):
    """Give the rows of a query as dictionaries of texts, empty where a value is missing."""
    found = store.query(PREFIXES + text, use_default_graph_as_union=True)
    names = [variable.value for variable in found.variables]
    return [
        {name: "" if row[name] is None else compact(row[name].value) for name in names}
        for row in found
    ]


@pytest.fixture(scope="module")
def store():
    """The Turtle files, nothing derived."""
    loaded = Store()
    loaded.extend(source_quads(ROOT))
    return loaded


@pytest.fixture(scope="module")
def claims(store):
    """The claims that were compiled in a sheet."""
    return asked(store, CLAIMS)


@pytest.fixture(scope="module")
def imported(claims):
    """The claims of the imports alone."""
    names = (*SHEETS, "noted-values", "nato-commitments", "nato-partner-groupings")
    return [c for c in claims if c["claim"].partition(":")[2].startswith(names)]


@pytest.fixture(scope="module")
def rows(imported):
    """The rows of the sheets, each with its claims."""
    if not FACTS.exists():
        pytest.skip("the sheets are not beside this checkout")
    by_row = {}
    for claim in imported:
        by_row.setdefault((claim["sheet"], claim["row"]), []).append(claim)
    found = []
    for name, file in SHEETS.items():
        with (FACTS / f"{file}.csv").open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=1):
                sheet = f"doc:allygraph-editors-sheet-of-{name}"
                found.append((name, row, by_row.get((sheet, str(number)), [])))
    return found


def test_no_source_tells_of_a_fact_that_came_after_it(imported):
    """A page of December that names a day of January tells a plan; today's status is ours."""
    late = [
        claim["claim"]
        for claim in imported
        if claim["modality"] == "kind:modality-fact" and claim["first"] > claim["day"] > ""
    ]

    assert late == []


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("NATO and Colombia agree on a new partnership (8 Dec 2021)", "8 Dec 2021"),
        ("Delegation visits Australia and New Zealand (20-24 Mar 2023)", None),
    ],
)
def test_the_days_of_an_event_in_a_title_are_no_day_of_publication(title, day):
    """A page about a visit of five days says nothing of the day on which it was published."""
    text = (ROOT / "data" / "mappings" / "sheets.toml").read_text(encoding="utf-8")
    patterns = tomllib.loads(text)["sources"]["published"]
    found = [match.group(1) for pattern in patterns if (match := re.search(pattern, title))]

    assert found[:1] == ([day] if day else [])


def test_a_row_of_general_knowledge_has_no_verified_claim(rows):
    """Whoever asks for what was checked gets nothing that nobody looked up."""
    told = [(name, row, made) for name, row, made in rows if row["confidence"] != "seen"]
    verified = [
        claim["claim"]
        for _, _, made in told
        for claim in made
        if claim["review"] == "kind:review-verified"
    ]

    assert told
    assert verified == []


def test_what_a_row_calls_unseen_is_no_verified_date(rows):
    """The verified claim is as precise as what was seen; the rest is a second claim."""
    wrong, met = [], set()
    for _, row, made in rows:
        said = [row.get("notes", ""), *re.findall(r"\([^()]*\)", row["source"])]
        for shape, columns in UNSEEN:
            if not any(re.search(shape, text) for text in said):
                continue
            met.add(shape)
            for value in filter(None, (row.get(column) for column in columns.split())):
                wrong += [
                    claim["claim"]
                    for claim in made
                    if value in (claim["start"], claim["end"])
                    and claim["review"] == "kind:review-verified"
                    and claim["modality"] == "kind:modality-fact"
                    and ("signed" in columns or not claim["claim"].endswith("-signed"))
                ]

    assert met == {shape for shape, _ in UNSEEN}
    assert wrong == []


def test_an_old_value_of_a_cell_is_no_claim(rows):
    """A cell that says "was: 1975" tells how the sheet was mended, and nobody says it any more."""
    old = [
        (value, claim["claim"])
        for _, row, made in rows
        for value in re.findall(r"was: (\d{4}(?:-\d\d)*)", row.get("notes", ""))
        for claim in made
        if value in (claim["start"], claim["end"])
    ]

    assert old == []


def test_an_end_that_one_source_gives_is_claimed_by_that_source(rows):
    """Of three documents of a row only the data set has the day."""
    told = [made for _, row, made in rows if "end day from ATOP" in row.get("notes", "")]
    speakers = {claim["speaker"] for made in told for claim in made if claim["end"]}

    assert told
    assert speakers == {"actor:atop-project"}


def test_who_copies_a_text_does_not_assert_it(imported):
    """A mirror of an encyclopaedia says nothing of its own."""
    wrong = [
        claim["claim"]
        for claim in imported
        if claim["original"] and claim["speaker"] == claim["publisher"] != claim["original"]
    ]

    assert any(claim["original"] for claim in imported)
    assert wrong == []


def test_one_publisher_is_one_actor(store):
    """The Japan Times and Japan Times would count as two independent sources."""
    labels = asked(
        store,
        "SELECT ?actor ?label { ?doc dcterms:publisher ?actor . ?actor rdfs:label ?label"
        " FILTER (LANG(?label) = 'en') }",
    )
    named = {}
    for row in labels:
        named.setdefault(re.sub(r"^the |[^a-z0-9]", "", row["label"].lower()), set()).add(
            row["actor"]
        )

    assert {name: actors for name, actors in named.items() if len(actors) > 1} == {}


def test_a_title_is_tagged_with_its_own_language(store):
    """Words that no English title has; a new source in another language is named in the mapping."""
    foreign = r"\b(dell'|della|del giorno|che punto|Dreieck|Entstehung|Neun|membre|Strategiczna)"
    titles = asked(
        store, "SELECT ?title { ?doc dcterms:title ?title FILTER (LANG(?title) = 'en') }"
    )

    assert [row["title"] for row in titles if re.search(foreign, row["title"])] == []


def test_the_label_of_a_claim_can_be_read_aloud(imported):
    """Days stand "on", brackets hold something, and no template shows through."""
    slips = r"\bin \d{4}-\d\d-\d\d\b|\(\W*\)|  |[{}|]|= under|\bof (African|European) Union"

    assert [c["label"] for c in imported if re.search(slips, c["label"])] == []
