"""Exports: the graph, or a part of it, as bytes in a format of RDF.

The same graph and the same arguments always give the same bytes: everything is sorted, and blank
nodes (only the ontology has some) keep the names that the build gave them, by file and order.
"""

from collections.abc import Callable, Iterable
from datetime import date

from pyoxigraph import Quad, RdfFormat, Store, Triple, serialize

from allygraph.dates import LAST_DAY
from allygraph.derive import derive
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName
from allygraph.export.context import published
from allygraph.export.description import description
from allygraph.export.facts import DERIVED, Facts
from allygraph.export.jsonld import jsonld
from allygraph.export.selection import best, entity, held, known
from allygraph.names import PREFIXES, compact, did_you_mean, expand
from allygraph.resources import root
from allygraph.turtle.blocks import trig, turtle

__all__ = ["FORMATS", "VIEWS", "describe_dataset", "export", "select", "write"]

FORMATS = ("turtle", "trig", "nt", "nq", "jsonld", "rdfxml")
"""The formats by name; trig, nq and jsonld keep the named graphs, the others hold the union."""
VIEWS = ("all", "best")


def export(
    store: Store,
    form: str,
    *,
    thing: str | None = None,
    view: str = "all",
    as_of: date | None = None,
    known_by: date | None = None,
    inline: bool = True,
) -> bytes:
    """Write a graph, or a part of it; see `select` for the parts and `write` for the formats.

    Raises:
        UnknownName: no such format, view or thing.
    """
    _check(form, FORMATS, "format")
    quads = select(store, thing=thing, view=view, as_of=as_of, known_by=known_by)
    return write(quads, form, inline=inline)


def select(
    store: Iterable[Quad],
    *,
    thing: str | None = None,
    view: str = "all",
    as_of: date | None = None,
    known_by: date | None = None,
) -> list[Quad]:
    """Give a part of a graph, unsorted.

    Args:
        store: the quads of a built graph.
        thing: name or IRI of the one thing wanted, with its relationships and evidence.
        view: ``best`` keeps only the best claims, and what has one.
        as_of: keep the relationships, stages and rules that were sure or presumed on this day.
        known_by: keep the claims that were known by this day, and what they are about; what
            follows from claims is derived anew, as it would have been on that day.

    Raises:
        UnknownName: no such view or thing.
    """
    _check(view, VIEWS, "view")
    facts = Facts(store)
    iri = None if thing is None else expand(thing)
    if iri is not None and iri not in facts.of:
        raise _unknown(facts, iri)
    if as_of is not None or known_by is not None:
        facts = _on(facts, as_of, known_by)
    if view == "best":
        facts = Facts(best(facts))
    return facts.quads if iri is None else entity(facts, iri)


def write(quads: Iterable[Quad], form: str, *, inline: bool = True) -> bytes:
    """Write quads in a format, sorted.

    Args:
        quads: in any order, repeated ones count once.
        form: one of `FORMATS`.
        inline: whether JSON-LD carries its context, or only the address of it.

    Raises:
        UnknownName: no such format.
    """
    _check(form, FORMATS, "format")
    kept = set(quads)
    writers: dict[str, Callable[[], bytes]] = {
        "turtle": lambda: turtle(quad.triple for quad in kept).encode(),
        "trig": lambda: trig(kept).encode(),
        "nt": lambda: _lines({quad.triple for quad in kept}, RdfFormat.N_TRIPLES),
        "nq": lambda: _lines(kept, RdfFormat.N_QUADS),
        "jsonld": lambda: jsonld(kept, published(), inline=inline).encode(),
        "rdfxml": lambda: _rdfxml(kept),
    }
    return writers[form]()


def describe_dataset(store: Store) -> list[Quad]:
    """Give the VoID and DCAT description of a built graph."""
    return description(OxigraphEngine(store), FORMATS)


def _on(facts: Facts, as_of: date | None, known_by: date | None) -> Facts:
    """Give what was known by a day, with what follows from it, and of that what held on a day."""
    asserted = known(facts, known_by or LAST_DAY)
    memory = Store()
    memory.extend(asserted)
    facts = Facts([*asserted, *derive(memory, root(), as_of=as_of, known_by=known_by)])
    return facts if as_of is None else Facts(held(facts, as_of, known_by or LAST_DAY))


def _lines(statements: Iterable[Quad] | Iterable[Triple], form: RdfFormat) -> bytes:
    text = serialize(statements, format=form) or b""
    return b"".join(sorted(text.splitlines(keepends=True)))


def _rdfxml(quads: set[Quad]) -> bytes:
    triples = sorted({quad.triple for quad in quads}, key=str)
    return serialize(triples, format=RdfFormat.RDF_XML, prefixes=_namespaces(quads)) or b""


def _namespaces(quads: set[Quad]) -> dict[str, str]:
    """Give the prefixes of the properties: RDF/XML has short names for nothing else."""
    used = {compact(quad.predicate.value).partition(":")[0] for quad in quads}
    return {prefix: PREFIXES[prefix] for prefix in sorted(used) if prefix in PREFIXES}


def _check(given: str, allowed: tuple[str, ...], what: str) -> None:
    if given not in allowed:
        raise UnknownName(f"'{given}' is not a {what}", expected=f"one of {', '.join(allowed)}")


def _unknown(facts: Facts, iri: str) -> UnknownName:
    name = compact(iri)
    names = [compact(subject) for subject in facts.of if not subject.startswith(DERIVED)]
    return UnknownName(f"the graph has no '{name}'", expected=did_you_mean(name, names))
