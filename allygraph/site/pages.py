"""Pages: a template, its values, and what every template may use; one HTML answer out.

Templates may call ``t`` (a phrase of the interface), ``link`` (an address of ours that keeps clocks
and language), ``here`` (this page otherwise), ``thing`` (a link to a thing, with its label) and
``asset`` (the address of a script or a style). All text is escaped.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.lookup import labels
from allygraph.names import BASE, PREFIXES, compact, expand
from allygraph.site.asking import Answer, Ask
from allygraph.site.phrases import phrase

_FOLDER = Path(__file__).resolve().parent
_INTERFACES = ("en", "fr", "ja")


def page(engine: OxigraphEngine, ask: Ask, template: str, /, **values: Any) -> Answer:
    """Render a template.

    Args:
        engine: the graph, for labels.
        ask: what was asked; templates see it as ``ask``.
        template: name of the file in ``templates/``.
        values: what the template shows.
    """
    helpers = _Helpers(engine, ask)
    text = _environment().get_template(template).render(ask=ask, **helpers.table(), **values)
    return Answer(text.encode(), "text/html; charset=utf-8")


def address(ask: Ask, path: str, **params: Any) -> str:
    """Give the address of a page of ours at the clocks and in the language of a question.

    Args:
        ask: the question whose clocks, language and base count.
        path: below the base, without a slash at its start, as ``actor/nato.html``.
        params: further fields; one that is None is left out, a sequence is repeated.
    """
    clocks = {"as_of": ask.as_of.isoformat(), "known_by": ask.known_by.isoformat()}
    language = {} if ask.lang == "en" else {"lang": ask.lang}
    fields = {k: v for k, v in {**params, **clocks, **language, **params}.items() if v is not None}
    return f"{root(ask)}{quote(path, safe='/-._~')}?{urlencode(fields, doseq=True)}"


def root(ask: Ask) -> str:
    """Give the path below which our pages are: links name no host, so any name of it will do."""
    return urlsplit(ask.base).path or "/"


class _Helpers:
    """What templates may call, for one question."""

    def __init__(self, engine: OxigraphEngine, ask: Ask) -> None:
        self._engine = engine
        self._ask = ask
        self._labels: dict[str, str] = {}

    def table(self) -> dict[str, Any]:
        return {
            "t": self.phrase,
            "link": self.link,
            "here": self.here,
            "thing": self.thing,
            "asset": self.asset,
            "ui": self._ask.lang if self._ask.lang in _INTERFACES else "en",
        }

    def phrase(self, key: str, /, **values: Any) -> str:
        return phrase(key, self._ask.lang, **values)

    def link(self, path: str, /, **params: Any) -> str:
        return address(self._ask, path, **params)

    def here(self, form: str | None = None, /, **params: Any) -> str:
        """Give the address of this page, in another form or with other fields."""
        path = self._ask.path if form is None else f"{self._ask.path}.{form}"
        return address(self._ask, path, **{**self._ask.params, **params})

    def thing(self, iri: str, label: str | None = None) -> Markup:
        """Link a thing: here where it is ours, elsewhere where it has an address, else as text."""
        whole = expand(iri) if ":" in iri and not iri.startswith("http") else iri
        shown = label or self._label(whole)
        if whole.startswith(PREFIXES["ally"]):
            target = f"{root(self._ask)}ns.html#{quote(whole.removeprefix(PREFIXES['ally']))}"
        elif whole.startswith(BASE):
            target = address(self._ask, f"{whole.removeprefix(BASE)}.html")
        elif whole.startswith(("http://", "https://")):
            return Markup('<a href="{}" rel="external">{}</a>').format(whole, shown)
        else:
            return Markup("{}").format(shown)
        return Markup('<a href="{}">{}</a>').format(target, shown)

    def asset(self, name: str) -> str:
        return f"{root(self._ask)}assets/{_manifest()[name]}"

    def _label(self, iri: str) -> str:
        if iri not in self._labels:
            self._labels[iri] = labels(self._engine, [iri]).get(iri) or compact(iri)
        return self._labels[iri]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def _manifest() -> Mapping[str, str]:
    """Read which built file stands for which name."""
    found: dict[str, str] = json.loads((_FOLDER / "assets" / "manifest.json").read_text("utf-8"))
    return found
