"""The page about the site: how to read it, how sure a line can be, and how programs ask."""

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.site.asking import Answer, Ask
from allygraph.site.pages import page

_CERTAINTIES = ("sure", "presumed", "possible", "none")
_STANDINGS = ("affirmed", "reported", "expected", "doubted", "denied", "contested")
_REVIEWS = ("verified", "unverified")
_FORMS = ("ttl", "trig", "nt", "nq", "jsonld", "rdf", "csv")


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page."""
    return page(
        engine,
        ask,
        "about.html",
        badges=(("certainty", _CERTAINTIES), ("standing", _STANDINGS), ("review", _REVIEWS)),
        forms=_FORMS,
    )
