"""The site: what a public service answers about the graph, without a word of HTTP.

Each reader is a function of an engine and an `Ask` that gives an `Answer`: the document of a thing,
a saved question, a page. Readers run in processes that can be killed (see ``allygraph.web``).
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TypeAlias

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.site.asking import Answer, Ask

__all__ = ["READERS", "Answer", "Ask", "reader"]

ReaderFunction: TypeAlias = Callable[[OxigraphEngine, Ask], Answer]

READERS = {
    "about": "about:read",
    "canary": "canary:read",
    "compare": "compare.view:read",
    "context": "reference:context",
    "dataset": "reference:dataset",
    "document": "documents:read",
    "editor": "editor:read",
    "editor-terms": "editor:terms",
    "errors": "reference:errors",
    "graphs": "graphs:read",
    "labels": "editor:labels",
    "landing": "landing:read",
    "linkset": "signposting:linkset",
    "network": "network.view:read",
    "network-edge": "network.edge:read",
    "openapi": "questions.openapi:read",
    "problem": "problem:read",
    "proposal": "proposal:read",
    "question": "questions:read",
    "questions": "questions.index:read",
    "search": "search:read",
    "service": "service:describe",
    "shape": "shapes:read",
    "start": "start:read",
    "thing": "thing:read",
    "tool": "tools:call",
    "vocabulary": "vocabulary:read",
    "void": "dataset:void",
}
"""Reader to module below this package and function; imported when first asked."""


@cache
def reader(name: str) -> ReaderFunction:
    """Give the function of a reader."""
    module, _, function = READERS[name].partition(":")
    found: ReaderFunction = getattr(import_module(f"{__name__}.{module}"), function)
    return found
