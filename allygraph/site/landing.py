"""Landing: the page at which an IRI of ours leads a person, with links for programs in its head.

Which page it is follows from the kind of thing. A thing that has moved or was withdrawn is told
here, so that the pages themselves need not know.
"""

from dataclasses import replace
from importlib import import_module

from pyoxigraph import NamedNode

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import compact
from allygraph.site.asking import Answer, Ask
from allygraph.site.blanks import GENERATED
from allygraph.site.documents import statements_of
from allygraph.site.pages import page
from allygraph.site.paging import part
from allygraph.site.retired import grave, moved, tombstone
from allygraph.site.shapes import described, mentions
from allygraph.site.signposting import iri_of, signed

_PAGES = {"proposal": "proposal", "shape": "shapes"}
"""Kind of thing to the module of its page, where it has one of its own."""
_ROWS = 500
"""Statements on a page of a graph."""


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page of a thing.

    Raises:
        UnknownName: the graph has no such thing.
        ParameterError: there is no such page of it.
    """
    if (elsewhere := moved(engine, ask)) is not None:
        return elsewhere
    if told := tombstone(engine, ask):
        return grave(engine, ask, told)
    kind = ask.path.partition("/")[0]
    if kind == "graph" or iri_of(ask.path).startswith(GENERATED):
        return signed(engine, ask, _statements(engine, ask))
    module = import_module(f"allygraph.site.{_PAGES.get(kind, 'thing')}")
    answer: Answer = module.read(engine, ask)
    return signed(engine, ask, answer)


def _statements(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page of a named graph or blank node: its statements, some hundred at a time."""
    iri = iri_of(ask.path)
    found = statements_of(engine, ask)
    sized = ask if "page_size" in ask.params else replace(ask, params={"page_size": (str(_ROWS),)})
    if "page" in ask.params:
        sized = replace(sized, params={**sized.params, "page": ask.params["page"]})
    shown = part(found, sized)
    answer = page(
        engine,
        ask,
        "statements.html",
        mentions=mentions(shown.quads),
        title=compact(iri),
        subject=iri,
        groups=described(shown.quads, iri),
        total=len(found),
        page_number=shown.page,
        pages=shown.pages,
        short=compact,
        is_iri=lambda value: isinstance(value, NamedNode),
    )
    return replace(answer, headers=shown.headers)
