"""The canary: whether a reader answers from its graph, and how much there is in it."""

import json

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.site.asking import Answer, Ask


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the number of quads as JSON."""
    counted = json.dumps({"quads": len(engine.store)})
    return Answer(counted.encode(), "application/json")
