"""Derived graphs: currency, holdings and direct edges, from Turtle to quads and back."""

from datetime import date

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from allygraph.derive import derive, edges, evidence, extend, read_rules
from allygraph.errors import InputError, QueryFileError
from allygraph.names import PREFIXES, compact, expand

PREAMBLE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
DATA = """
actor:nato a ally:Alliance .
actor:france a ally:State .
doc:page ally:latestPublished "2020-06-30"^^xsd:date ; ally:retrievedOn "2024-01-01"^^xsd:date .
doc:later ally:published "2023-06"^^edtf:EDTF ; ally:retrievedOn "2024-01-01"^^xsd:date .
doc:undated ally:retrievedOn "2024-05-05"^^xsd:date .

rel:nato-france-membership a ally:Membership ;
    ally:member actor:france ;
    ally:organization actor:nato ;
    ally:membershipKind kind:membership-full .
rel:nato-japan-observer a ally:Membership ;
    ally:member actor:japan ;
    ally:organization actor:nato ;
    ally:membershipKind kind:membership-observer .
rel:nato-japan-itpp a ally:Partnership ;
    ally:alliance actor:nato ;
    ally:partner actor:japan ;
    ally:partnershipKind kind:partnership-itpp .
rel:japan-australia-strategic a ally:Partnership ;
    ally:partner actor:japan , actor:australia ;
    ally:partnershipKind kind:partnership-strategic .
rel:jens-stoltenberg-secretary-general-nato a ally:Tenure ;
    ally:holder actor:jens-stoltenberg ;
    ally:organization actor:nato ;
    ally:role kind:role-secretary-general .
rel:denmark-nato-contact-point-embassy-tokyo a ally:Representation ;
    ally:representative actor:embassy-of-denmark-in-japan ;
    ally:represented actor:nato ;
    ally:representedTo actor:japan .
change:nato-japan-itpp-agreed a ally:StageChange ;
    ally:subject rel:nato-japan-itpp ;
    ally:toStage kind:stage-agreed .

claim:page-1 ally:affirms rel:nato-france-membership ; ally:source doc:page ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:nato ;
    ally:publicAct true ; ally:review kind:review-verified ; ally:endKind kind:end-ongoing ;
    ally:earliestStart "1949-08-24"^^xsd:date ; ally:latestStart "1949-08-24"^^xsd:date .
claim:page-2 ally:affirms rel:nato-japan-observer ; ally:source doc:page ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:nato ;
    ally:review kind:review-verified ; ally:endKind kind:end-ongoing ;
    ally:latestStart "2020-06-30"^^xsd:date ; ally:earliestEnd "2020-06-30"^^xsd:date .
claim:page-3 ally:affirms rel:nato-japan-itpp ; ally:source doc:page ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:nato ;
    ally:review kind:review-verified ; ally:endKind kind:end-ongoing ;
    ally:latestStart "2020-06-30"^^xsd:date ; ally:earliestEnd "2020-06-30"^^xsd:date .
claim:page-4 ally:affirms rel:japan-australia-strategic ; ally:source doc:page ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:nato ;
    ally:review kind:review-unverified ; ally:endKind kind:end-ongoing ;
    ally:latestStart "2020-06-30"^^xsd:date ; ally:earliestEnd "2020-06-30"^^xsd:date .
claim:page-5 ally:affirms rel:jens-stoltenberg-secretary-general-nato ; ally:source doc:page ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:nato ;
    ally:review kind:review-verified ; ally:endKind kind:end-known ;
    ally:latestStart "2014-10-01"^^xsd:date ; ally:earliestEnd "2024-10-01"^^xsd:date ;
    ally:latestEnd "2024-10-01"^^xsd:date .
claim:page-6 ally:affirms rel:denmark-nato-contact-point-embassy-tokyo ; ally:source doc:page ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:nato ;
    ally:review kind:review-verified ; ally:endKind kind:end-ongoing ;
    ally:latestStart "2020-06-30"^^xsd:date ; ally:earliestEnd "2020-06-30"^^xsd:date .
claim:page-7 ally:affirms change:nato-japan-itpp-agreed ; ally:source doc:page ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:nato ;
    ally:review kind:review-verified ;
    ally:earliestStart "2020-02-01"^^xsd:date ; ally:latestStart "2020-02-29"^^xsd:date .
claim:later-1 ally:affirms rel:nato-japan-observer ; ally:source doc:later ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:nato ;
    ally:rank kind:rank-preferred ; ally:review kind:review-verified ;
    ally:corrects claim:page-2 ;
    ally:latestStart "2023-06-30"^^xsd:date .
claim:undated-1 ally:denies rel:nato-japan-observer ; ally:source doc:undated ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:japan ;
    ally:review kind:review-verified .
claim:undated-2 ally:affirms rel:nato-japan-itpp ; ally:source doc:undated ;
    ally:modality kind:modality-fact ; ally:assertedBy actor:japan ;
    ally:rank kind:rank-deprecated ; ally:review kind:review-verified ;
    ally:latestStart "2023-06-30"^^xsd:date ; ally:endKind kind:end-ongoing .
"""


def store_of(turtle):
    """Load Turtle into one named graph of a store."""
    store = Store()
    graph = NamedNode(expand("graph:data/test"))
    store.load(input=PREAMBLE + turtle, format=RdfFormat.TURTLE, to_graph=graph)
    return store


def named(quads, name):
    """Give subject and object of the quads of a property, as short texts, sorted."""
    found = [q for q in quads if q.predicate.value == expand(name)]
    return sorted((compact(q.subject.value), compact(q.object.value)) for q in found)


@pytest.fixture(scope="module")
def quads():
    """All that follows from the data above, on the greatest known-since."""
    return list(derive(store_of(DATA)))


def test_a_claim_is_known_since_its_source_or_its_public_act(quads):
    """A month counts from its last day; an undated source from the day we fetched it."""
    since = dict(named(quads, "ally:knownSince"))

    assert since["claim:page-1"] == "1949-08-24"
    assert since["claim:page-2"] == "2020-06-30"
    assert since["claim:later-1"] == "2023-06-30"
    assert since["claim:undated-1"] == "2024-05-05"


def test_a_struck_claim_is_current_until_the_day_before_it_is_struck(quads):
    """The others are current for ever."""
    until = dict(named(quads, "ally:currentUntil"))

    assert until.pop("claim:page-2") == "2023-06-29"
    assert set(until.values()) == {"9999-12-31"}


def test_direct_edges_are_those_of_the_greatest_known_since(quads):
    """Both days stand in the header of each graph, so that nobody takes an edge for timeless."""
    graphs = ["graph:derived/best-view", "graph:derived/current-stages"]
    graphs.append("graph:derived/direct-edges")
    graphs = sorted(PREFIXES["graph"] + name.partition(":")[2] for name in graphs)
    for name in ("ally:asOf", "ally:knownBy"):
        days = [q for q in quads if q.predicate.value == expand(name)]
        assert graphs == sorted(q.subject.value for q in days)
        assert {"2024-05-05"} == {q.object.value for q in days}
        assert all(q.subject == q.graph_name for q in days)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("memberOf", [("actor:france", "actor:nato")]),
        (
            "partnerOf",
            [
                ("actor:australia", "actor:japan"),
                ("actor:japan", "actor:australia"),
                ("actor:japan", "actor:nato"),
            ],
        ),
        ("holdsPostIn", [("actor:jens-stoltenberg", "actor:nato")]),
        ("representsTo", [("actor:embassy-of-denmark-in-japan", "actor:japan")]),
        ("currentStage", [("rel:nato-japan-itpp", "kind:stage-agreed")]),
    ],
)
def test_a_rule_gives_the_edges_that_hold(quads, name, expected):
    """One rule a direct edge; an observer is no member."""
    assert expected == named(quads, f"ally:{name}")


def test_the_best_view_takes_the_preferred_and_never_the_deprecated_or_unverified(quads):
    """Nothing else is lost: the other claims stay where they are."""
    best = named(quads, "ally:bestClaim")

    assert ("rel:nato-japan-observer", "claim:later-1") in best
    assert ("rel:nato-japan-observer", "claim:undated-1") not in best
    assert ("rel:nato-japan-itpp", "claim:page-3") in best
    assert "claim:undated-2" not in dict(map(reversed, best))
    assert "rel:japan-australia-strategic" not in dict(best)


def test_every_direct_edge_leads_back_to_what_it_was_derived_from(quads):
    """An edge without its relationship would be a statement without evidence."""
    behind = {}
    for quad in quads:
        behind.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    records = {
        tuple(fields[expand(f"ally:edge{part}")] for part in ("Source", "Property", "Target"))
        for fields in behind.values()
        if expand("ally:derivedFrom") in fields
    }
    direct = {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in quads
        if compact(q.predicate.value).removeprefix("ally:")
        in ("memberOf", "partnerOf", "holdsPostIn", "representsTo", "currentStage", "bestClaim")
    }

    assert len(direct) > 10
    assert records == direct


def test_edges_of_an_earlier_day_are_those_of_that_day():
    """In 1950, known by 1950, there is a member and nothing else."""
    then = date(1950, 1, 1)
    quads = list(derive(store_of(DATA), as_of=then, known_by=then))

    assert named(quads, "ally:memberOf") == [("actor:france", "actor:nato")]
    assert named(quads, "ally:holdsPostIn") == []
    assert {day for _, day in named(quads, "ally:asOf")} == {"1950-01-01"}


def test_holdings_are_named_by_their_thing_and_number_and_rest_on_claims(quads):
    """Names that a person can read, and that do not change while the claims stay."""
    mine = [q for q in quads if q.subject.value.startswith(PREFIXES["holding"])]
    of = dict(named(mine, "ally:holdingOf"))

    assert of["holding:rel-nato-france-membership-1"] == "rel:nato-france-membership"
    assert of["holding:change-nato-japan-itpp-agreed-1"] == "change:nato-japan-itpp-agreed"
    assert set(of) == set(dict(named(mine, "ally:restsOn")))
    assert all(isinstance(q.object, Literal) for q in mine if q.predicate.value.endswith("From"))


def test_deriving_changes_nothing_and_extending_adds_the_same(quads):
    """The cautious way and the quick way give one graph."""
    left_alone, extended = store_of(DATA), store_of(DATA)
    before = set(left_alone)
    again = list(derive(left_alone))
    extend(extended)

    assert before == set(left_alone)
    assert sorted(map(str, quads)) == sorted(map(str, again))
    assert set(quads) == set(extended) - before


def test_a_store_without_claims_derives_nothing():
    """No greatest known-since: no graph can say of which day it is."""
    assert list(derive(store_of("actor:nato a ally:Alliance ."))) == []


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        ("claim:a ally:affirms rel:x , rel:y ; ally:source doc:page .", "about two things"),
        ("claim:a ally:affirms rel:x .", "claim:a has no day since when it is known"),
        (
            'claim:a ally:affirms rel:x ; ally:latestStart "soon"^^xsd:date .',
            "'soon' of claim:a is not a day",
        ),
        (
            'claim:a ally:affirms rel:x ; ally:source doc:a . doc:a ally:published "soon" .',
            "doc:a: 'soon' is not a date",
        ),
    ],
)
def test_a_claim_that_has_no_place_on_the_clocks_is_refused(turtle, message):
    """Guessing would be an invented precision, leaving out a lost claim."""
    with pytest.raises(InputError, match=message):
        list(evidence(store_of(turtle)))


def test_each_rule_is_a_complete_query_that_runs_as_it_lies_there():
    """Its example values are real values; only the params row is replaced."""
    store = store_of(DATA)
    extend(store)
    rules = read_rules()

    assert len(rules) == 6
    for rule in rules:
        first = date(2023, 7, 11)
        assert rule.bound(first, first) == rule.text
        assert list(store.query(rule.text, use_default_graph_as_union=True))


def test_a_rule_without_a_header_is_refused(tmp_path):
    """A rule that does not say its graph would put edges where nobody looks for them."""
    folder = tmp_path / "ontology" / "rules"
    folder.mkdir(parents=True)
    (folder / "broken.rq").write_text("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c }\n")

    with pytest.raises(QueryFileError, match="no header") as caught:
        list(edges(Store(), tmp_path, as_of=date.max, known_by=date.max))

    assert caught.value.place == "broken.rq"
