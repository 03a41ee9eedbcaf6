"""Test support: a world of `naive_holdings` as things and claims, and as a store of RDF."""

from collections import defaultdict
from datetime import date

from pyoxigraph import Literal, NamedNode, Quad, Store

from allygraph.certainty import ALWAYS, FIRST, LAST, NEVER, Claim, Polarity
from allygraph.holdings import Role, Thing, last_current_days, timelines
from allygraph.names import PREFIXES
from tests.naive_holdings import is_fact, known_since

ALLY, KIND, XSD = PREFIXES["ally"], PREFIXES["kind"], PREFIXES["xsd"]
TYPE = NamedNode(f"{PREFIXES['rdf']}type")
CLASSES = {
    "spell": "Membership",
    "event": "Event",
    "position": "Position",
    "concern": "Concern",
    "stage": "StageChange",
    "proposal": "Proposal",
}
LINKS = {
    "position": ("holder", "on", "stance"),
    "concern": ("holder", "about", ""),
    "stage": ("", "subject", "toStage"),
}


def rectangles(world):
    """Give the holdings of all nodes of a world by name, without RDF."""
    known = {statement.name: known_since(statement) for statement in world.statements}
    said = {statement.name: statement for statement in world.statements}

    def may_strike(striking, struck):
        one, other = said[striking], said[struck]
        same_voice = len(one.asserters) == 1 and one.asserters == other.asserters
        return same_voice or one.source == other.source

    strikes = [(s.name, struck) for s in world.statements for struck in s.strikes]
    until = last_current_days(known, strikes, may_strike)
    nodes = {node.name: node for node in world.nodes}
    claims = defaultdict(list)
    for statement in world.statements:
        claims[statement.thing].append(_claim(statement, nodes[statement.thing], until))
    things = [
        Thing(n.name, Role[n.kind.upper()], n.holder, n.about, n.value, frozenset(n.reasons))
        for n in world.nodes
    ]
    return dict(timelines(things, lambda name: claims.get(name, ())))


def _claim(statement, node, until):
    def day(value, absent):
        return absent if value is None else value

    return Claim(
        statement.name,
        known_since(statement),
        until.get(statement.name, LAST),
        Polarity[statement.polarity.upper()],
        fact=is_fact(node, statement),
        hedged=statement.hedged,
        ongoing=statement.end_kind in ("ongoing", "renewing"),
        verified=statement.verified,
        named=not all(actor.startswith("unnamed") for actor in statement.asserters),
        earliest_start=day(statement.es, FIRST),
        latest_start=day(statement.ls, NEVER),
        earliest_end=day(statement.ee, ALWAYS),
        latest_end=day(statement.le, LAST),
    )


def store_of(world):
    """Give a world as RDF, in one named graph."""
    store = Store()
    store.extend(Quad(*triple, _iri("graph", "world")) for triple in _triples(world))
    return store


def _triples(world):
    for node in world.nodes:
        me = _iri("rel", node.name)
        yield me, TYPE, NamedNode(ALLY + CLASSES[node.kind])
        holder, about, value = LINKS.get(node.kind, ("", "", ""))
        if holder:
            yield me, _ally(holder), _iri("actor", node.holder)
        if about:
            yield me, _ally(about), _iri("rel", node.about)
        if value:
            yield me, _ally(value), NamedNode(f"{KIND}stage-{node.value}")
        for reason in node.reasons:
            yield me, _ally("reason"), _iri("rel", reason)
    for statement in world.statements:
        yield from _claim_triples(statement)


def _claim_triples(statement):
    me, source = _iri("claim", statement.name), _iri("doc", statement.source)
    yield me, _ally(statement.polarity), _iri("rel", statement.thing)
    yield me, _ally("source"), source
    yield source, _ally("latestPublished"), _day(statement.published)
    yield me, _ally("modality"), NamedNode(f"{KIND}modality-{statement.modality}")
    yield me, _ally("endKind"), NamedNode(f"{KIND}end-{statement.end_kind}")
    review = "verified" if statement.verified else "unverified"
    yield me, _ally("review"), NamedNode(f"{KIND}review-{review}")
    voice = "assertedBy" if len(statement.asserters) == 1 else "mayBeAssertedBy"
    for actor in statement.asserters:
        yield me, _ally(voice), _iri("actor", actor)
        if actor.startswith("unnamed"):
            yield _iri("actor", actor), TYPE, NamedNode(f"{ALLY}UnnamedActor")
    for struck in statement.strikes:
        verb = ("supersedes", "corrects", "retracts")[len(struck + statement.name) % 3]
        yield me, _ally(verb), _iri("claim", struck)
    for name, flag in (("hedged", statement.hedged), ("publicAct", statement.public_act)):
        if flag:
            yield me, _ally(name), Literal(True)
    bounds = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
    for name, value in zip(
        bounds, (statement.es, statement.ls, statement.ee, statement.le), strict=True
    ):
        if value is not None:
            yield me, _ally(name), _day(value)


def _ally(name):
    return NamedNode(ALLY + name)


def _iri(kind, name):
    return NamedNode(f"{PREFIXES[kind]}{name}")


def _day(ordinal):
    return Literal(date.fromordinal(ordinal).isoformat(), datatype=NamedNode(f"{XSD}date"))
