"""The page of a problem: what is wrong, what would be right, and what is near.

The web process has no store and names no things; it asks a reader for this page when a person
asked, and shows a plain one when no reader is free.
"""

import re
from dataclasses import replace

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import KINDS_OF_THING
from allygraph.site.asking import Answer, Ask
from allygraph.site.finding import Hit
from allygraph.site.pages import page
from allygraph.site.search import finder, path, questions

_TOLD = frozenset((400, 403, 404, 405, 406, 410, 429, 503))
_NEAR = 5
_LEAST = 25.0
_SPLIT = re.compile(r"[-_./+\s]+")


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page; ``code``, ``status``, ``detail``, ``expected`` are fields of the question."""
    status = int(ask.one("status", "400"))
    near = _near(engine, ask) if status in (404, 410) else []
    return page(
        engine,
        # What is told here is no field of the address: links of the page would repeat it.
        replace(ask, params={}),
        "problem.html",
        mentions=[hit.thing for hit in near if hit.kind != "question"],
        status=status,
        shown=status if status in _TOLD else 500 if status >= 500 else 400,
        code=ask.one("code"),
        detail=ask.one("detail"),
        expected=ask.one("expected"),
        near=near,
        path=path,
        questions=questions(),
        formats=(),
    )


def _near(engine: OxigraphEngine, ask: Ask) -> list[Hit]:
    """Find what may be meant by an address that leads nowhere, things of its kind first."""
    kind, _, name = ask.path[:200].rpartition("/")
    text = " ".join(_SPLIT.split(re.sub(r"\.[a-z]{2,6}$", "", name or ask.path)))
    wanted = kind.partition("/")[0]
    hits = [hit for hit in finder(engine).find(text) if hit.score >= _LEAST]
    if wanted in KINDS_OF_THING or wanted == "q":
        same = {"q": "question"}.get(wanted, wanted)
        hits.sort(key=lambda hit: hit.kind != same)
    return hits[:_NEAR]
