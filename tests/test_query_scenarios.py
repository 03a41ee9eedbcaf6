"""Questions on a changed world: what happens to the answer when one fact is another one.

Each scenario changes a copy of the shipped graph and asks again; the clocks are the article's day
unless a test says otherwise.
"""

from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from allygraph import queries
from allygraph.derive import extend
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.graph import source_quads
from allygraph.names import compact

ROOT = Path(__file__).resolve().parent.parent
DAY = "2023-06-13"
PREFIXES = "".join(
    f"PREFIX {name}: <https://w3id.org/allygraph/{name}/>\n"
    for name in ("actor", "claim", "doc", "kind", "proposal", "rel", "rule")
) + (
    "PREFIX ally: <https://w3id.org/allygraph/ns#>\n"
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
)


@pytest.fixture(scope="module")
def quads() -> bytes:
    """The shipped source graphs, to copy."""
    store = Store()
    store.extend(source_quads(ROOT))
    return store.dump(format=RdfFormat.N_QUADS)


@pytest.fixture
def world(quads):
    """Give a function that changes a copy by an update and answers questions on it."""

    def changed(update: str = "") -> OxigraphEngine:
        store = Store()
        store.load(input=quads, format=RdfFormat.N_QUADS)
        if update:
            before = len(store)
            store.update(PREFIXES + update)
            assert len(store) != before or "INSERT" in update, "the update changed nothing"
        extend(store, ROOT)
        return OxigraphEngine(store)

    return changed


def ask(engine: OxigraphEngine, name: str, as_of: str = DAY, known_by: str = DAY, **more: str):
    """Run a saved query and give its first column as short names."""
    query = queries.load(name)
    given = {"as_of": as_of, "known_by": known_by} | more
    table = engine.select(
        queries.bind(query, {k: v for k, v in given.items() if k in query.params})
    )
    return [compact(row[0].value) for row in table.rows]


def blockers(engine: OxigraphEngine, as_of: str = DAY, known_by: str = DAY) -> set[str]:
    return set(
        ask(engine, "proposal/blockers", as_of, known_by, proposal="proposal:nato-tokyo-office")
    )


def members(engine: OxigraphEngine, as_of: str = DAY, known_by: str = DAY) -> set[str]:
    return set(ask(engine, "membership/members-on", as_of, known_by, alliance="actor:nato"))


def removed(*patterns: str) -> str:
    """Delete whatever stands under these subjects, in every graph."""
    return " ;\n".join(
        f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ {pattern} ?s ?p ?o }} }}"
        for pattern in patterns
    )


def test_france_alone_blocks_on_the_day_of_the_article(world):
    """The world as it is."""
    assert blockers(world()) == {"actor:france"}


@pytest.mark.parametrize("day", ["2022-06-13", "2025-12-31"])
def test_nobody_blocks_before_the_proposal_or_after_it_was_shelved(world, day):
    """A year earlier there was none; at the end of 2025 it is no longer discussed."""
    assert blockers(world(), day, day) == set()


def test_knowledge_of_the_shelving_does_not_reach_back(world):
    """What was known on the day of the article stays askable after later claims."""
    engine = world()

    assert blockers(engine, "2025-12-31", DAY) == {"actor:france"}
    assert blockers(engine, DAY, "2025-12-31") == {"actor:france"}


def test_without_its_position_france_does_not_block(world):
    """A position that nobody claims does not hold."""
    update = removed(
        "?s ally:affirms rel:france-opposes-nato-tokyo-office .",
        "VALUES ?s { rel:france-opposes-nato-tokyo-office }",
    )

    assert blockers(world(update)) == set()


def test_a_second_opponent_blocks_too(world):
    """Every member whose position opposes is a row."""
    update = """INSERT DATA { GRAPH <https://w3id.org/allygraph/graph/test> {
      rel:germany-opposes-nato-tokyo-office a ally:Position ; rdfs:label "test"@en ;
        ally:holder actor:germany ; ally:on proposal:nato-tokyo-office ;
        ally:stance kind:stance-opposes .
      claim:test-1 a ally:Claim ; ally:affirms rel:germany-opposes-nato-tokyo-office ;
        ally:assertedBy actor:nikkei-asia ; ally:source doc:nikkei-asia-2023-06-ap4 ;
        ally:modality kind:modality-fact ; ally:review kind:review-verified ;
        ally:latestStart "2023-06-13"^^xsd:date . } }"""

    assert blockers(world(update)) == {"actor:france", "actor:germany"}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE { GRAPH ?g { ?r ally:ruleKind ?k } } INSERT { GRAPH ?g { ?r ally:ruleKind "
        "kind:rule-majority } } WHERE { VALUES ?r { rule:nato-liaison-office-consent } "
        "GRAPH ?g { ?r ally:ruleKind ?k } }",
        "DELETE { GRAPH ?g { ?r ally:blockingCount ?n } } INSERT { GRAPH ?g { ?r "
        "ally:blockingCount 16 } } WHERE { VALUES ?r { rule:nato-liaison-office-consent } "
        "GRAPH ?g { ?r ally:blockingCount ?n } }",
    ],
    ids=["another kind of rule", "another number"],
)
def test_under_a_majority_rule_one_member_blocks_nothing(world, change):
    """The rule is data: no code knows of consensus."""
    assert blockers(world(change)) == set()


def test_a_state_that_left_the_day_before_blocks_nothing(world):
    """Only the members of the day count."""
    update = """INSERT DATA { GRAPH <https://w3id.org/allygraph/graph/test> {
      claim:test-2 a ally:Claim ; ally:affirms rel:nato-france-membership ;
        ally:assertedBy actor:nikkei-asia ; ally:source doc:nikkei-asia-2023-06-ap4 ;
        ally:modality kind:modality-fact ; ally:review kind:review-verified ;
        ally:endKind kind:end-known ; ally:publicAct true ;
        ally:latestStart "2023-06-12"^^xsd:date ;
        ally:earliestEnd "2023-06-12"^^xsd:date ; ally:latestEnd "2023-06-12"^^xsd:date . } }"""
    engine = world(update)

    assert blockers(engine) == set()
    assert "actor:france" not in members(engine)
    assert "actor:france" in members(engine, "2023-06-12")


@pytest.mark.parametrize(("day", "count"), [("1982-01-01", 15), (DAY, 31), ("2024-03-08", 32)])
def test_members_are_those_of_the_day(world, day, count):
    """15 before Spain, 31 with Finland, 32 with Sweden; by what is known today."""
    assert len(members(world(), day, "2026-11-23")) == count


def test_without_its_claims_a_state_is_no_member(world):
    """Nothing is true by itself."""
    engine = world(removed("?s ally:affirms rel:nato-portugal-membership ."))

    assert members(world()) - members(engine) == {"actor:portugal"}


def test_a_retracted_accession_takes_a_member_away_from_that_day_of_knowledge_on(world):
    """A strike by the same source counts; before it became known, the old answer stands."""
    update = """INSERT { GRAPH <https://w3id.org/allygraph/graph/test> {
      claim:test-3 a ally:Claim ; ally:denies rel:nato-portugal-membership ;
        ally:retracts ?claim ; ally:assertedBy ?who ; ally:source ?source ;
        ally:modality kind:modality-fact ; ally:review kind:review-verified } }
      WHERE { GRAPH ?g { ?claim ally:affirms rel:nato-portugal-membership ;
        ally:assertedBy ?who ; ally:source ?source } }"""
    engine = world(update)

    assert "actor:portugal" in members(engine, DAY, DAY)
    assert "actor:portugal" not in members(engine, DAY, date.max.isoformat())


def test_the_article_has_all_its_claims(world):
    """172 rows, every one with its number."""
    engine = world()
    query = queries.load("evidence/claims-of-source")
    given = {"source": "doc:nikkei-asia-2023-06-ap4", "known_by": DAY}
    table = engine.select(queries.bind(query, given))
    numbers = [row[1].value for row in table.rows]

    assert len(numbers) == len(set(numbers)) == 172
    assert all(number.startswith("S") for number in numbers)


def test_the_history_tells_why_nobody_blocks_any_more(world):
    """The shelving is a change of its own, with the day and the claim that says so."""
    engine = world()
    query = queries.load("history/changes-between")
    given = {
        "about": "proposal:nato-tokyo-office",
        "from_day": DAY,
        "until_day": "2025-12-31",
        "known_by": "2025-12-31",
    }
    rows = engine.select(queries.bind(query, given)).records()
    shelved = [row for row in rows if str(row["what"]).endswith("stage-shelved")]

    assert [(row["day"], compact(str(row["claim"]))) for row in shelved] == [
        ("2025-06-24", "claim:nato-offices-off057-shelved")
    ]
