"""How long the holdings of many random claims take: ``python benchmarks/holdings.py [CLAIMS]``.

Prints one line, for the sweep alone. With ``--rdf`` the claims are put into a store as RDF and read
from it as the build does; the store is filled before the clock starts.

Shape of the claims: three a thing on average, each known on a day of its own; half state the start,
half attest a day; one in ten has another start than the others, one in ten an end, one in twenty
is struck, one in twenty denies; one in ten things is a position or a stage among rivals.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pyoxigraph import Literal, NamedNode, Quad, Store

from allygraph.certainty import FIRST, LAST, Claim, Polarity
from allygraph.derive import evidence
from allygraph.holdings import Role, Thing, timelines
from allygraph.names import PREFIXES

PER_THING = 3
SEED = 20230613
FIRST_DAY, TODAY = date(1949, 1, 1).toordinal(), date(2026, 1, 1).toordinal()


def thing(number: int) -> Thing:
    """Give the thing of a number; every tenth is one of three positions or stages of a group."""
    name = f"{PREFIXES['rel']}thing-{number:07}"
    if number % 10:
        return Thing(name)
    group = f"{PREFIXES['proposal']}about-{number // 30}"
    if number % 20:
        return Thing(name, Role.STAGE, "", group, f"stage-{number}")
    return Thing(name, Role.POSITION, f"{PREFIXES['actor']}holder", group, f"stance-{number}")


def claims_of(name: str) -> Sequence[Claim]:
    """Give the random claims about a thing: the same whenever they are asked for."""
    dice = random.Random(f"{SEED}{name}")
    start = dice.randint(FIRST_DAY, TODAY)
    number = dice.randint(1, 2 * PER_THING - 1)
    return [_claim(dice, f"{name}-c{n}", start) for n in range(number)]


def _claim(dice: random.Random, name: str, start: int) -> Claim:
    if dice.random() < 0.1:
        start = dice.randint(FIRST_DAY, TODAY)
    known = dice.randint(start, TODAY)
    states_start = dice.random() < 0.5
    choice = dice.random()
    return Claim(
        name,
        known,
        until=dice.randint(known, TODAY) if choice < 0.05 else LAST,
        polarity=Polarity.DENIES if 0.05 < choice < 0.1 else Polarity.AFFIRMS,
        fact=choice < 0.8,
        hedged=choice > 0.77,
        ongoing=dice.random() < 0.5,
        verified=dice.random() < 0.8,
        earliest_start=start if states_start else FIRST,
        latest_start=start if states_start else known,
        earliest_end=known,
        latest_end=known if dice.random() < 0.1 else LAST,
    )


def triples(number: int) -> Iterator[tuple[NamedNode, str, NamedNode | Literal]]:
    """Give the RDF of a thing and its claims."""
    it = thing(number)
    node = NamedNode(it.name)
    if it.role is Role.STAGE:
        yield from ((node, "subject", NamedNode(it.about)), (node, "toStage", _kind(it.value)))
    if it.role is Role.POSITION:
        yield from ((node, "holder", NamedNode(it.holder)), (node, "on", NamedNode(it.about)))
        yield node, "stance", _kind(it.value)
    for claim in claims_of(it.name):
        me = NamedNode(claim.name.replace("/rel/", "/claim/"))
        source = NamedNode(f"{PREFIXES['doc']}of-{claim.known}")
        yield me, claim.polarity.name.lower(), node
        yield me, "source", source
        yield source, "latestPublished", _day(claim.known)
        yield me, "assertedBy", NamedNode(f"{PREFIXES['actor']}speaker-{claim.known % 5000}")
        yield me, "modality", _kind("modality-fact" if claim.fact else "modality-plan")
        yield me, "review", _kind("review-verified" if claim.verified else "review-unverified")
        yield me, "endKind", _kind("end-ongoing" if claim.ongoing else "end-unknown")
        yield me, "latestStart", _day(claim.latest_start)
        yield me, "earliestEnd", _day(claim.earliest_end)
        if claim.earliest_start > FIRST:
            yield me, "earliestStart", _day(claim.earliest_start)
        if claim.latest_end < LAST:
            yield me, "latestEnd", _day(claim.latest_end)
        if claim.hedged:
            yield me, "hedged", Literal(True)


def quads(things: int) -> Iterator[Quad]:
    """Give the RDF of all things, in one named graph."""
    graph, kind = NamedNode(f"{PREFIXES['graph']}data/random"), NamedNode(f"{PREFIXES['rdf']}type")
    classes = {Role.STAGE: "StageChange", Role.POSITION: "Position", Role.SPELL: "Membership"}
    for number in range(things):
        it = thing(number)
        yield Quad(NamedNode(it.name), kind, _ally(classes[it.role]), graph)
        for subject, name, value in triples(number):
            yield Quad(subject, _ally(name), value, graph)


def _ally(name: str) -> NamedNode:
    return NamedNode(PREFIXES["ally"] + name)


def _kind(name: str) -> NamedNode:
    return NamedNode(PREFIXES["kind"] + name)


def _day(ordinal: int) -> Literal:
    kind = NamedNode(f"{PREFIXES['xsd']}date")
    return Literal(date.fromordinal(ordinal).isoformat(), datatype=kind)


def sweep(things: int) -> str:
    """Time the sweep alone: claims in memory, rectangles counted and thrown away."""
    named = [thing(number) for number in range(things)]
    claims = {each.name: claims_of(each.name) for each in named}
    count = sum(map(len, claims.values()))
    begun = time.process_time()
    made = sum(len(found) for _, found in timelines(named, claims.__getitem__))
    return _line("sweep", count, made, "rectangles", time.process_time() - begun)


def rdf(things: int) -> str:
    """Time the whole of it: a store in, quads out, counted and thrown away."""
    store = Store()
    store.bulk_extend(quads(things))
    count = sum(len(claims_of(thing(number).name)) for number in range(things))
    filled = _peak()
    begun = time.process_time()
    made = sum(1 for _ in evidence(store))
    line = _line("store to quads", count, made, "quads", time.process_time() - begun)
    return f"{line} (of it {filled:,} MB before the start: the store)"


def _line(what: str, count: int, made: int, unit: str, seconds: float) -> str:
    rate = count / seconds
    return (
        f"{what}: {count:,} claims to {made:,} {unit} in {seconds:.1f} s of CPU, "
        f"{rate:,.0f} claims/s, peak {_peak():,} MB"
    )


def _peak() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Read the arguments and print the line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("claims", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--rdf", action="store_true", help="read the claims from a store")
    arguments = parser.parse_args()
    things = max(1, arguments.claims // PER_THING)
    print(rdf(things) if arguments.rdf else sweep(things))


if __name__ == "__main__":
    main()
