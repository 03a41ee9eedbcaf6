"""Which part of the graph an export holds: the best view, a day on each clock, one thing.

Every selection is closed: what is left out leaves no link behind, and what stays keeps its
evidence. A claim goes with its quote; a source goes with the last of its claims; a holding and a
direct edge go with the relationship from which they follow. See docs/decisions for the reasons.
"""

from datetime import date

from pyoxigraph import DefaultGraph, NamedNode, Quad

from allygraph.dates import LAST_DAY
from allygraph.export.facts import ABOUT, DERIVED, LABELS, TYPE, Facts
from allygraph.names import DIRECT_EDGES, expand

_HELD = frozenset(expand(f"kind:certainty-{name}") for name in ("sure", "presumed"))
_NAMES = frozenset((TYPE, *LABELS))


def best(facts: Facts) -> list[Quad]:
    """Keep the best claims (``ally:bestClaim``), and what has one or is no matter of claims."""
    kept = {claim for _, claim in facts.pairs("ally:bestClaim")}
    things = {thing for thing, _ in facts.pairs("ally:bestClaim")}
    claims = facts.instances("ally:Claim") - kept
    return without(facts, claims, _claimed(facts) - things)


def known(facts: Facts, known_by: date) -> list[Quad]:
    """Keep the asserted quads that were known by a day: without the derived graphs.

    A thing of which every claim is later was not known; a thing of no claim (a state, a city) was.
    """
    late = {
        claim
        for claim in facts.instances("ally:Claim")
        if (facts.value(claim, "ally:knownSince") or LAST_DAY.isoformat()) > known_by.isoformat()
    }
    early = facts.instances("ally:Claim") - late
    unknown = _claimed(facts) - facts.objects(early, *ABOUT)
    return [quad for quad in without(facts, late, unknown) if not _is_derived(quad)]


def held(facts: Facts, as_of: date, known_by: date) -> list[Quad]:
    """Keep the relationships, stages and rules that were sure or presumed on a day, as known.

    Things (actors, events, proposals, documents) stay; a relationship that did not hold is only
    named, by type and label, where something that stays points to it.
    """
    holding = {
        thing
        for holding, thing in facts.pairs("ally:holdingOf")
        if facts.value(holding, "ally:certainty") in _HELD
        and covers(facts, holding, as_of, known_by)
    }
    judged = facts.instances("ally:Relationship", "ally:StageChange", "ally:DecisionRule")
    absent = judged - holding
    claims = facts.subjects(absent, *ABOUT)
    kept = without(facts, claims, absent)
    subjects = {quad.subject.value for quad in kept}  # type: ignore[union-attr]
    asserted = [quad for quad in facts.quads if not _is_derived(quad)]
    links = [
        quad
        for quad in asserted
        if isinstance(quad.object, NamedNode)
        and quad.object.value in absent
        and quad.subject.value in subjects  # type: ignore[union-attr]
    ]
    named = {quad.object.value for quad in links}  # type: ignore[union-attr]
    return kept + links + _names(facts, named)


def entity(facts: Facts, iri: str) -> list[Quad]:
    """Keep one thing: what is said of it, its relationships, their claims, quotes and sources.

    Of everything else that is mentioned, type and label stay.
    """
    relationships = facts.instances("ally:Relationship", "ally:StageChange")
    inward = [quad for quad in facts.quads if _points_to(quad, iri)]
    linked = {quad.subject.value for quad in inward} & relationships  # type: ignore[union-attr]
    whole = {iri} | linked
    claims = facts.subjects(whole, *ABOUT)
    claims |= facts.subjects({iri}, "ally:source", "ally:furtherSource", "ally:quote")
    claims |= {iri} & facts.instances("ally:Claim")
    whole |= claims | facts.objects(claims, "ally:quote") | facts.sources_of(claims)
    whole |= facts.subjects(whole, "ally:holdingOf", "ally:derivedFrom")
    kept = {quad for subject in whole for quad in facts.of.get(subject, ())} | set(inward)
    mentioned = {
        node.value
        for quad in kept
        for node in (quad.subject, quad.object)
        if isinstance(node, NamedNode) and quad.predicate.value != TYPE
    }
    return [*kept, *_names(facts, mentioned - whole)]


def without(facts: Facts, claims: set[str], things: set[str]) -> list[Quad]:
    """Leave out claims and things, and all that has no ground without them."""
    everyone = facts.instances("ally:Claim")
    remaining = everyone - claims
    gone = claims | things
    gone |= facts.objects(claims, "ally:quote") - facts.objects(remaining, "ally:quote")
    gone |= facts.sources_of(claims) - facts.sources_of(remaining)
    gone |= facts.subjects(things, "ally:holdingOf", "ally:derivedFrom")
    grounded = facts.subjects(remaining, "ally:restsOn")
    gone |= facts.subjects(claims, "ally:restsOn") - grounded
    gone |= facts.subjects(gone, "ally:edgeSource", "ally:edgeTarget")
    edges = _edges(facts, facts.instances("ally:DerivedEdge") - gone)
    return [
        quad
        for quad in facts.quads
        if quad.subject.value not in gone  # type: ignore[union-attr]
        and not (isinstance(quad.object, NamedNode) and quad.object.value in gone)
        and (not _is_edge(quad) or _ends(quad) in edges)
    ]


def _is_edge(quad: Quad) -> bool:
    """Tell whether a quad is a direct edge: a link in a derived graph that has a record there."""
    return (
        quad.predicate.value in DIRECT_EDGES
        and isinstance(quad.object, NamedNode)
        and _is_derived(quad)
    )


def _ends(quad: Quad) -> tuple[str, str, str]:
    return quad.subject.value, quad.predicate.value, quad.object.value  # type: ignore[union-attr]


def _edges(facts: Facts, records: set[str]) -> set[tuple[str, str, str]]:
    ends = ("ally:edgeSource", "ally:edgeProperty", "ally:edgeTarget")
    found = (tuple(facts.value(record, end) or "" for end in ends) for record in records)
    return {(source, name, target) for source, name, target in found}


def _names(facts: Facts, subjects: set[str]) -> list[Quad]:
    return [
        quad
        for subject in subjects
        for quad in facts.of.get(subject, ())
        if quad.predicate.value in _NAMES
    ]


def _claimed(facts: Facts) -> set[str]:
    return {thing for _, thing in facts.pairs(*ABOUT)}


def covers(facts: Facts, holding: str, as_of: date, known_by: date) -> bool:
    """Tell whether a holding is about a day in the world and a day of knowledge."""

    def between(first: str, day: date, last: str) -> bool:
        low, high = facts.value(holding, first), facts.value(holding, last)
        return bool(low and high and low <= day.isoformat() <= high)

    return between("ally:from", as_of, "ally:until") and between(
        "ally:knownFrom", known_by, "ally:knownUntil"
    )


def _points_to(quad: Quad, iri: str) -> bool:
    return isinstance(quad.object, NamedNode) and quad.object.value == iri


def _is_derived(quad: Quad) -> bool:
    return _graph(quad).startswith(DERIVED)


def _graph(quad: Quad) -> str:
    return "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
