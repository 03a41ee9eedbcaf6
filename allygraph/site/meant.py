"""What a field of a form means: the short name of a thing, or what people call it."""

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName
from allygraph.lookup import refuse_unknown
from allygraph.names import KINDS_OF_THING, compact, expand
from allygraph.site.asking import Ask
from allygraph.site.search import finder

_LONGEST = 200
_KINDS = ("actor", "proposal", "office", "place", "instrument", "event", "rel")
"""Which things a name means first."""


def meant(engine: OxigraphEngine, ask: Ask, text: str) -> str:
    """Give the whole IRI of a thing of the graph.

    Args:
        engine: the graph.
        ask: the question: names should hold on its day, and be of its language.
        text: a short or whole name, the path of a page, or a name as people write it.

    Raises:
        UnknownName: the graph has no such thing, or nothing is so called.
    """
    text = text.strip()[:_LONGEST]
    kind, slash, rest = text.partition("/")
    if slash and kind in KINDS_OF_THING:
        text = f"{kind}:{rest}"
    if ":" in text:
        iri = expand(text)
        refuse_unknown(engine, [iri])
        return iri
    hits = finder(engine).find(text, ask.as_of.isoformat(), ask.lang)
    for kind in _KINDS:
        for hit in hits:
            if hit.kind == kind and hit.way == "equal":
                return hit.thing
    near = ", ".join(compact(hit.thing) for hit in hits[:3] if hit.kind in _KINDS)
    raise UnknownName(
        f"nothing is called '{text}'", expected=f"did you mean {near}?" if near else None
    )
