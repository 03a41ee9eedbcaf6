"""Reasoning: the shipped files are consistent, seeded faults are found, and something follows."""

import tempfile
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from allygraph import reason
from allygraph.consistency import problems
from allygraph.errors import AllygraphError, UsageError
from allygraph.graph import source_quads
from allygraph.names import PREFIXES, expand
from allygraph.resources import ontology_files
from allygraph.turtle import canonical

ROOT = Path(__file__).parent.parent
ONTOLOGY = list(source_quads(ROOT, ontology_files(ROOT)))
HEAD = "".join(f"PREFIX {name}: <{space}>\n" for name, space in PREFIXES.items())
needs_java = pytest.mark.skipif(not reason.has_java(), reason="HermiT needs Java")

# Dates stand beside every fault: a reasoner that gives up on their datatypes finds nothing.
WORLD = """
actor:japan a ally:State .
actor:nato a ally:Alliance .
actor:nikkei-asia a ally:Organization .
actor:official a ally:UnnamedActor ; ally:drawnFrom actor:japan .
rel:nato-japan-itpp a ally:Partnership ; ally:alliance actor:nato ; ally:partner actor:japan .
claim:one a ally:Claim ;
    ally:affirms rel:nato-japan-itpp ;
    ally:assertedBy actor:official ;
    ally:reportedBy actor:nikkei-asia ;
    ally:start "2023-02"^^edtf:EDTF ;
    ally:earliestStart "2023-02-01"^^xsd:date ;
    ally:latestStart "2023-02-28"^^xsd:date ;
    ally:hedged true .
"""
FAULTS = {
    "disjoint: a state that is a place": "actor:japan a ally:Place .",
    "disjoint: through the classes above": "actor:nato a ally:StageChange .",
    "domain: a member that is in no membership": "rel:nato-japan-itpp ally:member actor:japan .",
    "domain: a union that has no room": "actor:japan ally:party actor:nato .",
    "range: an event asserts a claim": "event:e a ally:Event . claim:one ally:assertedBy event:e .",
    "range: a claim affirms a place": "place:p a ally:Place . claim:one ally:affirms place:p .",
    "range: a number that is a word": 'rel:r a ally:Representation ; ally:staffCount "four" .',
}
FOR_HERMIT = [fault for fault in FAULTS if "classes above" not in fault and "asserts" not in fault]
ONLY_PURE = {
    "range: a word where a thing belongs": 'claim:one ally:source "an article" .',
    "undeclared: a property with a typo": "claim:one ally:asertedBy actor:official .",
    "undeclared: a class with a typo": "rel:r a ally:Partnerschip .",
    "punning: a class used as a thing": "rel:r a ally:Description ; ally:thing ally:Claim .",
    "punning: a kind that is a class too": "kind:partnership-itpp a owl:Class .",
}


def _quads(text):
    return ONTOLOGY + list(parse(input=HEAD + text, format=RdfFormat.TURTLE))


def test_the_shipped_files_are_consistent():
    """Ontology and data together, by the check that needs no Java."""
    assert problems(source_quads(ROOT)) == []


def test_a_small_world_without_fault_has_no_problem():
    """Or the seeded faults below would prove nothing."""
    assert problems(_quads(WORLD)) == []


@pytest.mark.parametrize("fault", FAULTS | ONLY_PURE)
def test_the_check_without_java_finds_a_seeded_fault(fault):
    """Each is found by its own rule."""
    found = problems(_quads(WORLD + (FAULTS | ONLY_PURE)[fault]))

    assert {problem.rule for problem in found} == {fault.partition(":")[0]}


@needs_java
@pytest.mark.parametrize("fault", FOR_HERMIT)
def test_hermit_finds_a_seeded_fault_beside_dates(fault):
    """The datatypes that it does not know must not blind it."""
    found = reason.check(_quads(WORLD + FAULTS[fault]), hermit=True)

    assert "inconsistent" in {problem.rule for problem in found}


@needs_java
def test_hermit_names_a_class_that_can_have_no_individual():
    """Such a class is a mistake of the ontology that no data shows."""
    text = "ally:Sample a owl:Class ; rdfs:subClassOf ally:Place , ally:Claim ."
    found = reason.check(_quads(text), hermit=True)

    assert [(one.rule, one.subject) for one in found] == [("unsatisfiable", expand("ally:Sample"))]


def test_a_problem_names_the_thing_the_reason_and_the_graph():
    """The reader goes to the file and the line, not on a search."""
    (problem,) = problems(_quads(WORLD + "rel:nato-japan-itpp ally:member actor:japan ."))

    assert problem.subject == expand("rel:nato-japan-itpp")
    assert problem.message == (
        "is ally:Membership by the domain of ally:member and ally:Partnership; these are disjoint"
    )


def test_problems_come_in_one_order():
    """Two runs print the same list."""
    text = WORLD + "".join(FAULTS.values())

    assert problems(_quads(text)) == sorted(problems(reversed(_quads(text))))


def test_a_broken_list_ends_where_it_breaks():
    """A file of a stranger must not keep the check busy for ever."""
    text = WORLD + "_:x owl:members _:l . _:l rdf:first ally:Place ; rdf:rest _:l ."

    assert problems(_quads(text)) == []


def test_objects_can_be_used_like_python_objects():
    """Classes list their instances, properties give values, dates keep their precision."""
    onto = reason.ontology(quads=_quads(WORLD))
    claim = onto.world[expand("claim:one")]

    assert [one.iri for one in onto.Partnership.instances()] == [expand("rel:nato-japan-itpp")]
    assert claim in onto.individuals() or claim in onto.world.individuals()
    assert [one.iri for one in claim.affirms] == [expand("rel:nato-japan-itpp")]
    assert claim.start == ["2023-02"]
    assert isinstance(claim.start[0], reason.Edtf)
    assert claim.earliestStart[0].isoformat() == "2023-02-01"
    onto.world.close()


def test_a_foreign_property_does_not_hide_one_of_ours():
    """org:member and ally:member have one local name; Python has one attribute of that name."""
    text = "rel:m a ally:Membership ; ally:member actor:japan ; ally:organization actor:nato ."
    onto = reason.ontology(quads=_quads(WORLD + text))

    assert [one.iri for one in onto.world[expand("rel:m")].member] == [expand("actor:japan")]
    assert onto.world[expand("org:member")].python_name == "org_member"
    onto.world.close()


def test_the_shipped_ontology_has_its_individuals():
    """What a Python user gets without a word about files."""
    onto = reason.ontology()

    assert onto.base_iri == PREFIXES["ally"]
    assert len(onto.Partnership.instances()) >= 4
    assert len(onto.Claim.instances()) >= 172
    onto.world.close()


@needs_java
def test_reasoning_finds_types_that_no_file_asserts():
    """An anonymous, relayed claim and a partnership with an alliance follow from definitions."""
    onto = reason.ontology(reason=True, quads=_quads(WORLD))
    names = ("AnonymousClaim", "RelayedClaim", "AlliancePartnership")
    found = {name: [one.iri for one in onto[name].instances()] for name in names}

    assert found == {
        "AnonymousClaim": [expand("claim:one")],
        "RelayedClaim": [expand("claim:one")],
        "AlliancePartnership": [expand("rel:nato-japan-itpp")],
    }
    onto.world.close()


@pytest.fixture(scope="module")
def reasoned():
    """Give the shipped files as objects, with all that HermiT infers."""
    onto = reason.ontology(reason=True)
    yield onto
    onto.world.close()


@needs_java
def test_hermit_finds_no_contradiction_and_no_empty_class(reasoned):
    """The complete reasoner agrees, over ontology and data together."""
    assert list(reasoned.world.inconsistent_classes()) == []


@needs_java
def test_reasoning_over_the_shipped_files_finds_types_that_no_file_asserts(reasoned):
    """The doubt of the unnamed official is an anonymous claim, and no file says so."""
    claim = reasoned.world[expand("claim:nikkei-ap4-s064")]
    partnership = reasoned.world[expand("rel:nato-japan-itpp")]

    assert claim in reasoned.AnonymousClaim.instances()
    assert claim in reasoned.RelayedClaim.instances()
    assert partnership in reasoned.AlliancePartnership.instances()


@needs_java
def test_objects_of_contradicting_files_are_refused():
    """From a contradiction everything follows, so nothing is given."""
    with pytest.raises(
        AllygraphError, match=r"contradict.*actor:japan is ally:Place and ally:State"
    ):
        reason.ontology(reason=True, quads=_quads(WORLD + "actor:japan a ally:Place ."))


@needs_java
@pytest.mark.parametrize("fault", ["", "actor:japan a ally:Place ."])
def test_no_temporary_file_is_left(fault, tmp_path, monkeypatch):
    """Neither after a run nor after a failure, of which owlready2 forgets its file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reason.check(_quads(WORLD + fault), hermit=True)

    assert list(tmp_path.iterdir()) == []


def test_reasoning_without_java_is_refused_in_words(monkeypatch):
    """The check without Java runs all the same."""
    monkeypatch.setattr(reason, "has_java", lambda: False)

    assert reason.check(_quads(WORLD)) == []
    with pytest.raises(UsageError, match="needs Java"):
        reason.ontology(reason=True, quads=_quads(WORLD))


@pytest.mark.parametrize("path", ontology_files(ROOT), ids=lambda path: path.stem)
def test_the_files_of_the_ontology_are_canonical(path):
    """What the program would write is what stands there."""
    text = path.read_text(encoding="utf-8")

    assert canonical(text) == text
