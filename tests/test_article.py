"""The article as data: every row of its sheet is a claim, every claim a row, every quote its words.

The sheet and the text are not part of the repository; tests that need them look beside it and are
skipped where they are missing. How a chain of attribution and a precision of dates are written as
properties stands in ``tests/article/*.tsv``.
"""

import csv
import hashlib
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.dates import bounds
from allygraph.names import KINDS_OF_THING, compact, expand

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
ARTICLE = expand("doc:nikkei-asia-2023-06-ap4")
POLARITY = {"affirmed": "affirms", "negated": "denies", "undetermined": "doubts"}
SPOKEN = {"opposition": "fact", "support": "fact"}
BOUNDS = ("start", "end", "earliestStart", "latestStart", "earliestEnd", "latestEnd", "endKind")
NUMBERS = [f"S{number:03}" for number in range(1, 177) if not 98 <= number <= 101]


def table(name):
    """Read a table of cases."""
    with (ROOT / "tests" / "article" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def rows():
    """Read the sheet without the four headlines that the republishing page put in."""
    path = SHARED / "facts" / "seed_claims.csv"
    if not path.exists():
        pytest.skip("the sheet of the article is not beside this checkout")
    with path.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if not row["sentence_no"].startswith("RM")]


@pytest.fixture(scope="module")
def article():
    """Read the article's text, as bytes."""
    path = SHARED / "seed" / "ap4-article.txt"
    if not path.exists():
        pytest.skip("the text of the article is not beside this checkout")
    return path.read_bytes()


@pytest.fixture(scope="module")
def things():
    """Load all data and kinds: subject, then property, then the values as text."""
    found = {}
    for path in sorted([*ROOT.glob("data/**/*.ttl"), *ROOT.glob("ontology/kinds/*.ttl")]):
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            values = found.setdefault(compact(triple.subject.value), {})
            value = triple.object.value
            name = compact(value) if isinstance(triple.object, ox.NamedNode) else value
            values.setdefault(compact(triple.predicate.value), []).append(name)
    return found


@pytest.fixture(scope="module")
def claims(things):
    """Give the article's claims by the number of their row."""
    return {
        values["dcterms:identifier"][0]: values
        for values in things.values()
        if values.get("rdf:type") == ["ally:Claim"]
        and compact(ARTICLE) in values.get("ally:source", [])
    }


def object_of(claim):
    """Give the one thing that a claim affirms, denies or doubts."""
    (target,) = [value for verb in POLARITY.values() for value in claim.get(f"ally:{verb}", [])]
    return target


def test_the_claims_are_those_172_that_the_article_makes(claims, things):
    """A lost or doubled number shows here even where the sheet is missing."""
    of_article = [v for v in things.values() if compact(ARTICLE) in v.get("ally:source", [])]

    assert len(of_article) == 172
    assert sorted(claims) == NUMBERS


def test_every_row_is_a_claim_and_every_claim_a_row(claims, rows):
    """Nothing that the article says is left out, and nothing is put into its mouth."""
    assert sorted(claims) == sorted(row["id"] for row in rows)


def test_a_claim_is_named_after_its_row(claims, things):
    """The name of a claim and of its quote can be told from the row's number."""
    for number, claim in claims.items():
        assert things[f"claim:nikkei-ap4-{number.lower()}"] is claim
        assert claim["ally:quote"] == [f"quote:nikkei-ap4-{number.lower()}"]


def test_every_quote_has_at_most_fifteen_words(claims, things):
    """The text belongs to its publisher; a quote only anchors a claim."""
    long = [
        number
        for number, claim in claims.items()
        if len(things[claim["ally:quote"][0]]["oa:exact"][0].split()) > 15
    ]

    assert long == []


def test_every_quote_is_in_the_text(claims, things, article):
    """A quote is the row's exact words, and was checked against this very text."""
    text, digest = article.decode("utf-8"), hashlib.sha256(article).hexdigest()

    assert things[compact(ARTICLE)]["ally:textSha256"] == [digest]
    for claim in claims.values():
        quote = things[claim["ally:quote"][0]]
        assert quote["oa:exact"][0] in text
        assert quote["ally:checkedAgainst"] == [digest]


def test_quotes_and_sentences_agree_with_the_sheet(claims, things, rows):
    """The words and the number of the sentence are those of the row."""
    expected = {row["id"]: (row["quote"], row["sentence_no"]) for row in rows}
    quotes = {number: things[claim["ally:quote"][0]] for number, claim in claims.items()}
    actual = {n: (q["oa:exact"][0], q["ally:sentence"][0]) for n, q in quotes.items()}

    assert expected == actual


def test_polarity_agrees_with_the_sheet(claims, rows):
    """Affirmed, negated and undetermined rows affirm, deny and doubt, each one thing."""
    for row in rows:
        verbs = [verb for verb in POLARITY.values() if f"ally:{verb}" in claims[row["id"]]]
        assert verbs == [POLARITY[row["polarity"]]], row["id"]
        assert object_of(claims[row["id"]])


def test_modality_agrees_with_the_sheet(claims, rows):
    """Opposition and support are facts about positions; the others keep their modality."""
    for row in rows:
        modality = row["modality"].removesuffix(" (implied)")
        expected = [f"kind:modality-{SPOKEN.get(modality, modality)}"]
        assert expected == claims[row["id"]]["ally:modality"], row["id"]


def test_an_implied_statement_is_an_inference_of_the_editors(claims, rows):
    """What the text only implies is not asserted by anybody in it, and names what it rests on."""
    implied = {row["id"] for row in rows if row["modality"].endswith("(implied)")}

    assert implied == {number for number, claim in claims.items() if "ally:inferredFrom" in claim}
    for number in implied:
        assert claims[number]["ally:assertedBy"] == ["actor:allygraph-editors"]
        assert "ally:reportedBy" not in claims[number]


def test_who_says_it_agrees_with_the_sheet(claims, rows):
    """Each chain of attribution gives the speakers and the paper that carries their words."""
    chains = {case.pop("attribution_chain"): case for case in table("chains.tsv")}

    assert {row["attribution_chain"] for row in rows} == set(chains)
    for row in rows:
        claim = claims[row["id"]]
        for name, expected in chains[row["attribution_chain"]].items():
            assert sorted(claim.get(f"ally:{name}", [])) == expected.split(), row["id"]


def test_bounds_agree_with_the_sheet(claims, rows):
    """Each precision gives its bounds and no others: none is invented, none is lost."""
    cases = {case.pop("case"): case for case in table("bounds.tsv")}
    for row in rows:
        claim = claims[row["id"]]
        case = cases[case_of(row)]
        expected = {name: day_of(case[name], row, claim) for name in BOUNDS if case[name]}
        actual = {name: claim[f"ally:{name}"] for name in BOUNDS if f"ally:{name}" in claim}
        assert {name: [value] for name, value in expected.items()} == actual, row["id"]


def case_of(row):
    """Tell which line of the table of bounds a row of the sheet follows."""
    precision = row["valid_precision"]
    if not precision:
        return "no precision" if row["valid_from"] else "no date"
    if precision == "as of the article" and row["polarity"] != "affirmed":
        return f"{precision}, {'denied' if row['polarity'] == 'negated' else 'doubted'}"
    if precision == "month" and row["valid_from"] != row["valid_to"]:
        return "month, of a spell"
    return precision


def day_of(word, row, claim):
    """Work out what a word of the table of bounds means for a row of the sheet."""
    said, asserted = claim.get("ally:saidOn", [row["asserted_on"]])[0], row["asserted_on"]
    first, last = row["valid_from"], row["valid_to"]
    year = first[:4]
    days = {
        "asserted": asserted,
        "said": said,
        "from": first,
        "to": last,
        "year of from": year,
        "year of to": last[:4],
        "first of year": f"{year}-01-01",
        "last of year": f"{year}-12-31",
    }
    if word in days:
        return days[word]
    if word in ("ongoing", "known"):
        return f"kind:end-{word}"
    end, of = word.split()
    span = bounds(first if of == "from" else last)
    return (span.earliest if end == "first" else span.latest).isoformat()


def test_a_day_before_the_article_is_never_an_end(claims, rows):
    """Twelve rows carry the day of the article in the column of the end; it bounds the start."""
    before = [row["id"] for row in rows if row["valid_precision"] == "before the article"]

    assert before
    for number in before:
        assert not {"ally:end", "ally:earliestEnd", "ally:latestEnd"} & set(claims[number])


def test_what_the_article_is_unsure_of_stays_unsure(claims):
    """One doubt, three denials, one statement of two possible speakers, three hedged ones."""
    by_verb = {
        verb: [n for n, c in claims.items() if f"ally:{verb}" in c] for verb in ("denies", "doubts")
    }
    hedged = sorted(n for n, c in claims.items() if c.get("ally:hedged") == ["true"])
    speakers = {n: len(c.get("ally:mayBeAssertedBy", [])) for n, c in claims.items()}

    assert sorted(by_verb["denies"]) == ["S036", "S065", "S176"]
    assert by_verb["doubts"] == ["S064"]
    assert hedged == ["S039", "S174", "S175"]
    assert {n: many for n, many in speakers.items() if many} == {"S039": 2}
    for number in ("S031", "S039", "S064"):
        assert claims[number]["ally:modality"] == ["kind:modality-uncertainty"]


def test_a_plan_is_not_stated_as_fact_by_the_article(claims, things):
    """No programme, office or summit to come is a fact in the article's own claims."""
    to_come = {
        "change:nato-japan-itpp-agreed",
        "change:nato-liaison-office-tokyo-opened",
        "event:nato-summit-vilnius-2023",
        "instrument:nato-ap4-itpps",
        *(name for name, values in things.items() if is_itpp(values)),
    }
    facts = [
        number
        for number, claim in claims.items()
        if to_come & set(claim.get("ally:affirms", []))
        and claim["ally:modality"] == ["kind:modality-fact"]
    ]

    assert facts == []


def is_itpp(values):
    """Tell whether a thing is a tailored programme, as a partnership or as a document."""
    kinds = values.get("ally:partnershipKind", []) + values.get("ally:instrumentKind", [])
    return bool({"kind:partnership-itpp", "kind:instrument-itpp"} & set(kinds))


def test_at_most_45_percent_of_the_claims_are_about_a_description(claims, things):
    """A description is for what nothing else fits; the rest are relationships between things."""
    classes = Counter(things[object_of(claim)]["rdf:type"][0] for claim in claims.values())

    assert classes["ally:Description"] / classes.total() <= 0.45, classes


def test_no_value_names_an_actor_a_place_an_event_or_a_kind(claims, things):
    """What has a name of its own is linked; only names themselves are written as text."""
    named = {
        words(label)
        for name, values in things.items()
        if name.startswith(("actor:", "event:", "kind:", "place:"))
        for key in ("rdfs:label", "skos:altLabel", "skos:notation", "skos:prefLabel")
        for label in values.get(key, [])
    }
    described = {object_of(claim): things[object_of(claim)] for claim in claims.values()}
    found = [
        (name, label)
        for name, values in described.items()
        if values.get("ally:aspect") != ["kind:aspect-name"]
        for value in values.get("ally:value", [])
        for label in named
        if label.strip() and label in words(value)
    ]

    assert found == []


def words(text):
    """Give the words of a text in lower case, between blanks, so that `in` finds whole words."""
    found = re.findall(r"\w+", text.casefold())
    return f" {' '.join(found)} "


def test_everything_that_a_claim_names_is_in_the_data(claims, things):
    """A claim about a thing that no file describes could not be read."""
    own = tuple(f"{kind}:" for kind in KINDS_OF_THING)
    missing = sorted(
        {
            value
            for claim in claims.values()
            for name, values in claim.items()
            if name not in ("rdf:type", "rdfs:label", "dcterms:identifier")
            for value in values
            if value.startswith(own) and value not in things
        }
    )

    assert missing == []


def test_what_the_claims_are_about_is_whole(claims, things):
    """The parties of the relationships are described too, each in some file."""
    own = tuple(f"{kind}:" for kind in KINDS_OF_THING)
    missing = sorted(
        {
            (object_of(claim), value)
            for claim in claims.values()
            for name, values in things.get(object_of(claim), {}).items()
            if name not in ("rdfs:label", "skos:altLabel")
            for value in values
            if value.startswith(own) and value not in things
        }
    )

    assert missing == []


def test_the_outcome_of_an_expectation_is_a_later_claim(claims, things):
    """What settles a plan was published after the article, from another source."""
    settled = {n: c["ally:resolvedBy"] for n, c in claims.items() if "ally:resolvedBy" in c}

    assert {"S022", "S024", "S035", "S051", "S064", "S175"} <= set(settled)
    for number, outcomes in settled.items():
        for outcome in outcomes:
            assert things[outcome]["ally:source"] != [compact(ARTICLE)], number


def test_the_article_is_dated_as_the_sheet_says(things, rows):
    """All rows were asserted on the day that the source carries."""
    source = things[compact(ARTICLE)]

    assert {row["asserted_on"] for row in rows} == {source["ally:published"][0]}
    assert date.fromisoformat(source["ally:latestPublished"][0]) == date(2023, 6, 13)
