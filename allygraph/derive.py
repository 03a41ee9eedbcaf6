"""Derived graphs: currency of claims, roots of sources, what holds when, and the direct edges.

Everything here follows from the source graphs and can be thrown away. Holdings and currency cover
both clocks whole; the rules of ontology/rules/ look at one day of each, named in the header of
their graph. No clock of the machine is read.

Units: days are ``xsd:date``, inclusive; 0001-01-01 and 9999-12-31 stand for "no bound".
Shape: a store of source graphs in, quads of ``graph:derived/*`` out, in a fixed order.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Store

from allygraph import resources
from allygraph.errors import QueryFileError
from allygraph.holdings import Rectangle, timelines
from allygraph.names import ALLY, BASE, PREFIXES, graph_iri
from allygraph.origins import roots
from allygraph.testimony import Testimony

_XSD_DATE = NamedNode(f"{PREFIXES['xsd']}date")
_TYPE = NamedNode(f"{PREFIXES['rdf']}type")
_HOLDINGS = NamedNode(graph_iri("derived/holdings"))
_CURRENCY = NamedNode(graph_iri("derived/claim-currency"))
_ORIGINS = NamedNode(graph_iri("derived/source-roots"))
_HOLDING = NamedNode(f"{ALLY}Holding")
_SOURCE = NamedNode(f"{ALLY}Source")
_DERIVED_FROM = NamedNode(f"{PREFIXES['prov']}wasDerivedFrom")
_PREDICATES = (
    _TYPE,
    *(NamedNode(ALLY + name) for name in ("holdingOf", "certainty", "standing", "review")),
    *(NamedNode(ALLY + name) for name in ("from", "until", "knownFrom", "knownUntil")),
)
_SAFE = re.compile(rf"{re.escape(BASE)}([a-z]+)/([A-Za-z0-9_-]+)")
_HEADER = re.compile(r"\A# /// rule\n(.*?)^# ///$", re.DOTALL | re.MULTILINE)
_PARAMS = re.compile(r"^( *)\(.*\)  # params$", re.MULTILINE)


@dataclass(frozen=True)
class Rule:
    """One CONSTRUCT query of ontology/rules/: its file, its named graph, and its text."""

    path: Path
    graph: str
    text: str

    def bound(self, as_of: date, known_by: date) -> str:
        """Give the text with its params row replaced."""
        row = f'("{as_of.isoformat()}"^^xsd:date "{known_by.isoformat()}"^^xsd:date)  # params'
        return _PARAMS.sub(lambda match: match[1] + row, self.text)


def derive(
    store: Store,
    root: Path | None = None,
    *,
    as_of: date | None = None,
    known_by: date | None = None,
) -> Iterator[Quad]:
    """Give all derived quads of a store of source graphs, which is not changed.

    The rules need the holdings beside the sources, so a copy of the store is made in memory; to
    save it, add `evidence` and then `edges` to the store (see `extend`).

    Args:
        store: the source graphs; the default graph is read as the union of all.
        root: the folder that holds ontology/rules/.
        as_of: the day in the world of the direct edges.
        known_by: their day of knowledge. The default of both is the greatest known-since.

    Raises:
        InputError: a claim lacks what its place on the clocks needs.
        QueryFileError: a rule has no header or no params row.
    """
    made = list(evidence(store))
    yield from made
    copy = Store()
    copy.extend(chain(store, made))
    yield from edges(copy, root, as_of=as_of, known_by=known_by)


def extend(
    store: Store,
    root: Path | None = None,
    *,
    as_of: date | None = None,
    known_by: date | None = None,
) -> None:
    """Add all derived quads to a store of source graphs; arguments as of `derive`.

    Raises:
        InputError: a claim lacks what its place on the clocks needs.
        QueryFileError: a rule has no header or no params row.
    """
    store.bulk_extend(evidence(store))
    store.extend(list(edges(store, root, as_of=as_of, known_by=known_by)))


def evidence(store: Store) -> Iterator[Quad]:
    """Give the quads of currency, roots and holdings; the store is read before the first of them.

    Raises:
        InputError: a claim lacks what its place on the clocks needs.
    """
    testimony = Testimony(store)
    sources = list(origins(store))
    yield from _currency(testimony)
    yield from sources
    for thing, rectangles in timelines(testimony.things(), testimony.claims_of):
        yield from _holdings(thing, rectangles)


def origins(store: Store) -> Iterator[Quad]:
    """Give each source of a store with the documents from which it derives in the end."""
    root_source = _property("rootSource")
    typed: Any = store.quads_for_pattern(None, _TYPE, _SOURCE)
    documents = {quad.subject.value for quad in typed}
    found: Any = store.quads_for_pattern(None, _DERIVED_FROM, None)
    pairs = [(quad.subject.value, quad.object.value) for quad in found]
    sources = [pair for pair in pairs if documents.issuperset(pair)]
    for document, root in roots(documents, sources):
        yield Quad(NamedNode(document), root_source, NamedNode(root), _ORIGINS)


def edges(
    store: Store,
    root: Path | None = None,
    *,
    as_of: date | None = None,
    known_by: date | None = None,
) -> Iterator[Quad]:
    """Give what the rules construct from a store that holds its evidence quads already.

    Raises:
        QueryFileError: a rule has no header or no params row.
    """
    latest = None if as_of and known_by else _greatest_known_since(store)
    if (as_of := as_of or latest) is None or (known_by := known_by or latest) is None:
        return
    rules = read_rules(root)
    for name in sorted({rule.graph for rule in rules}):
        graph = NamedNode(name)
        yield Quad(graph, _property("asOf"), _day(as_of.toordinal()), graph)
        yield Quad(graph, _property("knownBy"), _day(known_by.toordinal()), graph)
    for rule in rules:
        graph = NamedNode(rule.graph)
        text = rule.bound(as_of, known_by)
        triples: Any = store.query(text, use_default_graph_as_union=True)
        for subject, predicate, thing in triples:
            yield Quad(subject, predicate, thing, graph)


def read_rules(root: Path | None = None) -> list[Rule]:
    """Read the CONSTRUCT rules below a root, by name.

    Raises:
        QueryFileError: a rule has no header or no params row.
    """
    return [_read_rule(path) for path in resources.rule_files(root or resources.root())]


def _read_rule(path: Path) -> Rule:
    text = path.read_text(encoding="utf-8")
    place = path.name
    header = _HEADER.match(text)
    if header is None or _PARAMS.search(text) is None:
        raise QueryFileError(
            "a rule has no header or no params row",
            expected="a first line '# /// rule', TOML in comments, '# ///', and a '# params' row",
            place=place,
        )
    try:
        fields = tomllib.loads(re.sub(r"^# ?", "", header[1], flags=re.MULTILINE))
        return Rule(path, graph_iri(fields["graph"]), text)
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise QueryFileError(
            f"the header of a rule is not complete: {error}",
            expected='TOML with title, reading and graph = "derived/..."',
            place=place,
        ) from error


def _greatest_known_since(store: Store) -> date | None:
    query = f"SELECT (MAX(?day) AS ?latest) WHERE {{ ?claim <{ALLY}knownSince> ?day }}"
    rows: Any = store.query(query, use_default_graph_as_union=True)
    latest = next(iter(rows), None)
    return date.fromisoformat(latest[0].value) if latest and latest[0] else None


def _currency(testimony: Testimony) -> Iterator[Quad]:
    known_since, current_until = _property("knownSince"), _property("currentUntil")
    for name, known, until in zip(testimony.names, testimony.known, testimony.until, strict=True):
        claim = NamedNode(name)
        yield Quad(claim, known_since, _day(known), _CURRENCY)
        yield Quad(claim, current_until, _day(until), _CURRENCY)


def _holdings(thing: str, rectangles: list[Rectangle]) -> Iterator[Quad]:
    node, stem = NamedNode(thing), _stem(thing)
    rests_on = _property("restsOn")
    claims = {name: NamedNode(name) for each in rectangles for name in each.rests_on}
    for number, rectangle in enumerate(rectangles, start=1):
        certainty, standing, verified, *days, names = rectangle
        holding = NamedNode(f"{stem}-{number}")
        values: tuple[NamedNode | Literal, ...] = (
            _HOLDING,
            node,
            _kind("certainty", certainty),
            _kind("standing", standing),
            _kind("review", "verified" if verified else "unverified"),
            *map(_day, days),
        )
        for predicate, value in zip(_PREDICATES, values, strict=True):
            yield Quad(holding, predicate, value, _HOLDINGS)
        for name in names:
            yield Quad(holding, rests_on, claims[name], _HOLDINGS)


def _stem(thing: str) -> str:
    """Name the holdings of a thing: kind and name of ours, a digest of what is not ours."""
    if (match := _SAFE.fullmatch(thing)) is not None:
        return f"{PREFIXES['holding']}{match[1]}-{match[2]}"
    return f"{PREFIXES['holding']}other-{hashlib.sha256(thing.encode()).hexdigest()[:16]}"


@cache
def _property(name: str) -> NamedNode:
    return NamedNode(ALLY + name)


@cache
def _kind(scheme: str, name: str) -> NamedNode:
    return NamedNode(f"{PREFIXES['kind']}{scheme}-{name}")


@cache
def _day(ordinal: int) -> Literal:
    return Literal(date.fromordinal(max(ordinal, 1)).isoformat(), datatype=_XSD_DATE)
