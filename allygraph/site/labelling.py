"""Labelling: what things are called in the language of a page, looked up once for each reader.

A store that is opened read-only does not change, so labels that were found are kept as long as its
engine. What has no label is called by its short name.
"""

from collections.abc import Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.lookup import called
from allygraph.names import compact

_kept: "WeakKeyDictionary[OxigraphEngine, dict[str, dict[str, Label]]]" = WeakKeyDictionary()


class Label(NamedTuple):
    """What a thing is called, and in which language; empty for a short name."""

    text: str
    language: str


class Labels:
    """Labels of a graph in one language.

    Args:
        engine: the graph.
        language: the one that is wanted; where a thing has no label in it, English or any other.
    """

    def __init__(self, engine: OxigraphEngine, language: str) -> None:
        self._engine = engine
        self._language = language
        self._known = _kept.setdefault(engine, {}).setdefault(language, {})

    def look_up(self, things: Iterable[str]) -> None:
        """Look up many things at once, whole IRIs, before they are asked for one by one."""
        wanted = {thing for thing in things if thing not in self._known and _may_be_named(thing)}
        if wanted:
            found = called(self._engine, wanted, language=self._language)
            for thing, label in found.items():
                self._known[thing] = Label(label.value, label.language or "")

    def of(self, thing: str) -> Label:
        """Give the label of a whole IRI."""
        if thing not in self._known:
            self.look_up([thing])
        return self._known.get(thing) or Label(compact(thing), "")


def _may_be_named(thing: str) -> bool:
    """Tell whether a text can be the IRI of something; a value of the graph need not be one."""
    return ":" in thing and not any(sign <= " " or sign in '<>"{}|^`\\' for sign in thing)
