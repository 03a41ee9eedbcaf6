"""Pages: a template, its values, and what every template may use; one HTML answer out.

Templates may call ``t`` (a phrase of the interface), ``link`` (an address of ours that keeps clocks
and language), ``here`` (this page otherwise), ``thing`` (a link to a thing, with its label),
``name`` (the label alone; ``plain`` without markup), ``n`` (a number as people write it),
``tongue`` (the lang attribute of a text, where it is not in the page's language) and ``asset`` (the
address of a script or a style). All text is escaped.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import BASE, KINDS_OF_THING, PREFIXES, expand
from allygraph.site.asking import Answer, Ask
from allygraph.site.claims import badge_of
from allygraph.site.files import address_of
from allygraph.site.labelling import Label, Labels
from allygraph.site.phrases import LANGUAGES as INTERFACES
from allygraph.site.phrases import phrase

LANGUAGES = {"en": "English", "fr": "Français", "ja": "日本語", "ko": "한국어"}
"""Languages of labels, each by its own name."""

_FOLDER = Path(__file__).resolve().parent
_THING_FORMS = ("ttl", "trig", "nt", "nq", "jsonld", "rdf", "csv")
_GROUPS = {"en": ",", "fr": "\u202f", "ja": ","}


def page(
    engine: OxigraphEngine,
    ask: Ask,
    template: str,
    /,
    *,
    mentions: Iterable[str] = (),
    status: int = 200,
    **values: Any,
) -> Answer:
    """Render a template.

    Args:
        engine: the graph, for labels.
        ask: what was asked; templates see it as ``ask``.
        template: name of the file in ``templates/``.
        mentions: whole IRIs that the page will name, to be looked up at once.
        status: of the answer.
        values: what the template shows; ``formats`` are the suffixes of the page's other forms.
    """
    helpers = Helpers(engine, ask, mentions)
    values.setdefault("formats", _THING_FORMS if _names_thing(ask.path) else ())
    text = templates().get_template(template).render(ask=ask, **helpers.table(), **values)
    return Answer(text.encode(), "text/html; charset=utf-8", status)


def address(ask: Ask, path: str, **params: Any) -> str:
    """Give the address of a page of ours at the clocks and in the language of a question.

    Args:
        ask: the question whose clocks, language and base count.
        path: below the base, without a slash at its start, as ``actor/nato.html``.
        params: further fields; one that is None is left out, a sequence is repeated.
    """
    # English too: who chose it with a French browser keeps it.
    kept = {
        "as_of": ask.as_of.isoformat(),
        "known_by": ask.known_by.isoformat(),
        "lang": ask.lang,
    }
    # The same page has one address, whoever names its fields in which order.
    own = {name: value for name, value in params.items() if name not in kept}
    chosen = own | {name: params.get(name, value) for name, value in kept.items()}
    fields = {name: value for name, value in chosen.items() if value is not None}
    query = f"?{urlencode(fields, doseq=True)}" if fields else ""
    return f"{root(ask)}{quote(path, safe='/-._~')}{query}"


def root(ask: Ask) -> str:
    """Give the path below which our pages are: links name no host, so any name of it will do."""
    return urlsplit(ask.base).path or "/"


def own_path(ask: Ask, suffix: str = "") -> str:
    """Give the path of this page; a document of a thing is named with its form."""
    if not suffix and _names_thing(ask.path):
        suffix = "html"
    return f"{ask.path}.{suffix}" if suffix else ask.path


class Helpers:
    """What templates may call, for one question.

    Args:
        engine: the graph.
        ask: the question.
        mentions: whole IRIs that will be named.
    """

    def __init__(self, engine: OxigraphEngine, ask: Ask, mentions: Iterable[str] = ()) -> None:
        self._ask = ask
        self._labels = Labels(engine, ask.lang)
        self._labels.look_up(mentions)
        self.ui = ask.lang if ask.lang in INTERFACES else "en"

    def table(self) -> dict[str, Any]:
        """Give them by the names that templates use."""
        return {
            "t": self.phrase,
            "link": self.link,
            "here": self.here,
            "thing": self.thing,
            "name": self.name,
            "plain": self.plain,
            "n": self.number,
            "tongue": self.tongue,
            "asset": self.asset,
            "badge_of": badge_of,
            "ui": self.ui,
            "root": root(self._ask),
            "own": own_path(self._ask),
            "script": self.asset("desk.js"),
            "languages": LANGUAGES,
        }

    def phrase(self, key: str, /, **values: Any) -> str:
        """Give a phrase of the interface; values that are markup stay so."""
        if any(hasattr(value, "__html__") for value in values.values()):
            blank = {name: f"{{{name}}}" for name in values}
            return Markup(escape(phrase(key, self.ui, **blank))).format(**values)
        return phrase(key, self.ui, **values)

    def link(self, path: str, /, **params: Any) -> str:
        """Give an address of ours that keeps the clocks and the language."""
        return address(self._ask, path, **params)

    def here(self, form: str | None = None, /, **params: Any) -> str:
        """Give the address of this page, in another form or with other fields."""
        return address(self._ask, own_path(self._ask, form or ""), **{**self._ask.params, **params})

    def thing(self, iri: str, label: str | None = None) -> Markup:
        """Link a thing: here where it is ours, elsewhere where it has an address, else as text."""
        whole = expand(iri) if iri.partition(":")[0] in PREFIXES else iri
        found = Label(label, "") if label else self._labels.of(whole)
        tongue = self.tongue(found.language)
        if whole.startswith(PREFIXES["ally"]):
            target = f"{root(self._ask)}ns.html#{quote(whole.removeprefix(PREFIXES['ally']))}"
        elif whole.startswith(BASE):
            target = address(self._ask, f"{whole.removeprefix(BASE)}.html")
        elif whole.startswith(("http://", "https://")):
            link = '<a href="{}" rel="external"{}>{}</a>'
            return Markup(link).format(whole, tongue, found.text)
        else:
            return Markup("<span{}>{}</span>").format(tongue, found.text)
        return Markup('<a href="{}"{}>{}</a>').format(target, tongue, found.text)

    def name(self, iri: str) -> Markup:
        """Give the label of a thing without a link, marked where its language is another."""
        found = self._labels.of(iri)
        tongue = self.tongue(found.language)
        return (
            Markup("<span{}>{}</span>").format(tongue, found.text) if tongue else escape(found.text)
        )

    def plain(self, iri: str) -> str:
        """Give the label of a thing as text."""
        return self._labels.of(iri).text

    def number(self, value: float) -> str:
        """Write a number with its thousands apart."""
        return f"{int(value):,}".replace(",", _GROUPS[self.ui])

    def asset(self, name: str) -> str:
        """Give the address of a built file."""
        return f"{root(self._ask)}assets/{address_of(name)}"

    def tongue(self, language: str) -> Markup:
        """Give the attribute that tells a language other than the page's, or nothing."""
        return Markup("" if language in ("", self.ui) else ' lang="{}"').format(language)


def _names_thing(path: str) -> bool:
    return path.partition("/")[0] in KINDS_OF_THING or path.startswith(".well-known/genid/")


@cache
def templates() -> Environment:
    """Give the templates of all pages."""
    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
