"""The start page: what this is, and where to go from here."""

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.site.asking import Answer, Ask
from allygraph.site.pages import page

_COUNTS = """
PREFIX ally: <https://w3id.org/allygraph/ns#>
SELECT (COUNT(?claim) AS ?claims) WHERE { ?claim a ally:Claim }
"""


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page."""
    claims = engine.select(_COUNTS).records()[0]["claims"]
    return page(engine, ask, "start.html", claims=claims)
