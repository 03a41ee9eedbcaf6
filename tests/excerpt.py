"""An excerpt of the built graph, small enough for rdflib: what answers rest on, and some more.

rdflib takes hundreds of times Oxigraph's time. The excerpt keeps every term of the ontology, what
the answers and their evidence refer to, and of all other things every n-th by a checksum of its
name, so that there is something to leave out.
"""

from collections.abc import Iterable, Iterator
from zlib import crc32

from pyoxigraph import NamedNode, Quad, Store

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import PREFIXES
from allygraph.queries import SavedQuery, with_evidence

_STEPS = 3
_EVERY = 20
_FEW = 8
_TERMS = (PREFIXES["ally"], PREFIXES["kind"])


def excerpt(engine: OxigraphEngine, queries: Iterable[SavedQuery]) -> list[Quad]:
    """Give the quads of the excerpt for the examples of some queries."""
    answers = _answers(engine, queries)
    kept = _referred(engine.store, answers | _referring(engine.store, answers))
    return [
        quad
        for quad in engine.store
        if not isinstance(quad.subject, NamedNode)
        or quad.subject in kept
        or quad.subject.value.startswith(_TERMS)
        or crc32(quad.subject.value.encode()) % _EVERY == 0
    ]


def _answers(engine: OxigraphEngine, queries: Iterable[SavedQuery]) -> set[NamedNode]:
    return {
        value
        for query in queries
        for row in engine.select(with_evidence(query.text, query)).rows
        for value in row
        if isinstance(value, NamedNode)
    }


def _referring(store: Store, things: set[NamedNode]) -> set[NamedNode]:
    """Give what names the things, unless very much does, as with a country or a kind."""
    named = {thing: list(store.quads_for_pattern(None, None, thing)) for thing in things}
    return {
        quad.subject
        for quads in named.values()
        if len(quads) <= _FEW
        for quad in quads
        if isinstance(quad.subject, NamedNode)
    }


def _referred(store: Store, things: set[NamedNode]) -> set[NamedNode]:
    """Give the things, and what they name in some steps; not what names them."""
    found, edge = set(things), things
    for _ in range(_STEPS):
        edge = {thing for one in edge for thing in _named(store, one)} - found
        found |= edge
    return found


def _named(store: Store, thing: NamedNode) -> Iterator[NamedNode]:
    for quad in store.quads_for_pattern(thing, None, None):
        if isinstance(quad.object, NamedNode):
            yield quad.object
