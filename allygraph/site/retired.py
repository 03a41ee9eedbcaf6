"""Retired IRIs: what has another name now, and what is no longer said, both stated in the graph.

``dcterms:isReplacedBy`` leads to the new name; ``prov:invalidatedAtTime`` with an ``rdfs:comment``
is the tombstone of what was withdrawn. A name that was once public never becomes unknown.
"""

from dataclasses import replace
from urllib.parse import quote, urlencode

from pyoxigraph import NamedNode, Quad

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import BASE, compact, expand
from allygraph.site import problem
from allygraph.site.asking import Answer, Ask
from allygraph.site.pages import root
from allygraph.site.signposting import SUFFIXES, iri_of

_REPLACED, _WITHDRAWN = expand("dcterms:isReplacedBy"), expand("prov:invalidatedAtTime")
_REASON = expand("rdfs:comment")


def moved(engine: OxigraphEngine, ask: Ask) -> Answer | None:
    """Give the redirect to the document under the new name, where there is one.

    It goes the whole way at once, however often the thing has moved. Names that lead to each other
    have moved nowhere.
    """
    start = iri = iri_of(ask.path)
    seen = {iri}
    while successor := _successor(engine, iri):
        if successor in seen:
            return None
        seen.add(successor)
        iri = successor
    if iri == start:
        return None
    fields = [(name, value) for name, values in ask.params.items() for value in values]
    if ask.dated:
        fields += [("as_of", ask.as_of.isoformat()), ("known_by", ask.known_by.isoformat())]
    if iri.startswith(BASE):
        path = f"{root(ask)}{iri.removeprefix(BASE)}.{SUFFIXES[ask.form]}"
        target = f"{path}?{urlencode(fields)}" if fields else path
    else:
        target = quote(iri, safe=":/?#[]@!$&'()*+,;=%-._~")
    link = f'<{iri}>; rel="successor-version"'
    return Answer(b"", "text/plain", 308, (("Location", target), ("Link", link)))


def tombstone(engine: OxigraphEngine, ask: Ask) -> list[Quad]:
    """Give what is still said of a thing that was withdrawn; nothing where it was not."""
    told = list(engine.store.quads_for_pattern(NamedNode(iri_of(ask.path)), None, None, None))
    return told if any(quad.predicate.value == _WITHDRAWN for quad in told) else []


def grave(engine: OxigraphEngine, ask: Ask, told: list[Quad]) -> Answer:
    """Give the page of a tombstone: since when, why, and what is near."""
    day = next(quad.object.value for quad in told if quad.predicate.value == _WITHDRAWN)  # type: ignore[union-attr]
    reasons = [quad.object.value for quad in told if quad.predicate.value == _REASON]  # type: ignore[union-attr]
    fields = {
        "code": ("withdrawn",),
        "status": ("410",),
        "detail": (f"'{compact(iri_of(ask.path))}' was withdrawn on {day}",),
        "expected": tuple(sorted(reasons)[:1]),
    }
    return replace(problem.read(engine, replace(ask, params=fields)), status=410)


def _successor(engine: OxigraphEngine, iri: str) -> str | None:
    found = engine.store.quads_for_pattern(NamedNode(iri), NamedNode(_REPLACED), None, None)
    targets = sorted(quad.object.value for quad in found if isinstance(quad.object, NamedNode))
    return targets[0] if targets else None
