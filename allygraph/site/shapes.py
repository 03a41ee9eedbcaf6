"""Shapes: what judges the data, each with an address. They are files, not part of the graph."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName
from allygraph.names import BASE, PREFIXES, compact, did_you_mean, expand
from allygraph.site.asking import Answer, Ask
from allygraph.site.blanks import shape_quads
from allygraph.site.documents import as_document
from allygraph.site.pages import page
from allygraph.site.signposting import signed

_SHAPE = PREFIXES["shape"]
_AIMS = tuple(expand(name) for name in ("sh:targetClass", "sh:path", "sh:targetSubjectsOf"))


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give a shape with its parts and the shapes it is a part of, as a document or as a page.

    Raises:
        UnknownName: there is no such shape; the error names what is near.
    """
    iri = BASE + quote(ask.path, safe="/-._~")
    found = around(iri)
    if not found:
        names = {
            compact(quad.subject.value)
            for quad in shape_quads()
            if isinstance(quad.subject, NamedNode)
        }
        near = did_you_mean(compact(iri), sorted(names))
        raise UnknownName(f"there is no '{compact(iri)}'", expected=near or "as shape:Actor")
    if ask.form != "html":
        return signed(engine, ask, as_document(found, ask.form))
    return page(
        engine,
        ask,
        "statements.html",
        mentions=mentions(found),
        title=compact(iri),
        subject=iri,
        groups=described(found, iri),
        short=compact,
        is_iri=lambda value: isinstance(value, NamedNode),
    )


def around(iri: str) -> list[Quad]:
    """Give what is said of a shape, of its blank parts, and by which shapes it is named."""
    wanted: set[NamedNode | BlankNode] = {NamedNode(iri)}
    found: list[Quad] = []
    while wanted:
        new = [quad for quad in shape_quads() if quad.subject in wanted]
        found += new
        wanted = {quad.object for quad in new if isinstance(quad.object, BlankNode)}
    if not found:
        return []
    return found + [quad for quad in shape_quads() if quad.object == NamedNode(iri)]


@lru_cache(maxsize=1)
def _aims() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for quad in shape_quads():
        is_named = isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
        if quad.predicate.value in _AIMS and is_named:
            name = quad.subject.value.removeprefix(_SHAPE)  # type: ignore[union-attr]
            found.setdefault(quad.object.value, set()).add(name)  # type: ignore[union-attr]
    return {iri: tuple(sorted(names)) for iri, names in found.items()}


def bearing_on(iri: str) -> tuple[str, ...]:
    """List the shapes that judge a class or a property, without their prefix."""
    return _aims().get(iri, ())


def mentions(quads: Iterable[Quad]) -> list[str]:
    """List the IRIs that quads name."""
    terms = (term for quad in quads for term in (quad.subject, quad.predicate, quad.object))
    return [term.value for term in dict.fromkeys(terms) if isinstance(term, NamedNode)]


def described(quads: Iterable[Quad], first: str) -> list[tuple[Any, list[tuple[str, list[Any]]]]]:
    """Group statements by subject and property for a page, the main subject first."""
    table: dict[Any, dict[str, dict[NamedNode | Literal | BlankNode, None]]] = {}
    for quad in sorted(quads, key=str):
        of = table.setdefault(quad.subject, {}).setdefault(quad.predicate.value, {})
        of[quad.object] = None  # type: ignore[index]
    ordered = sorted(table, key=lambda node: (node.value != first, str(node)))
    return [
        (node, [(name, list(values)) for name, values in table[node].items()]) for node in ordered
    ]
