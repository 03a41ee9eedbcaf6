"""Search: a few words in, things and saved questions out, with why each was found.

Names are found whatever was known on the day asked for: a name leads to a thing, and what is known
of it is told there. A name that does not hold on the day stands behind those that do, and says so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import chain
from weakref import WeakKeyDictionary

from allygraph import queries
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.lookup import parts
from allygraph.names import BASE, PREFIXES, compact
from allygraph.naming import Name
from allygraph.resolve import designations
from allygraph.site.asking import Answer, Ask
from allygraph.site.finding import KINDS, Finder, Hit, counted, marked
from allygraph.site.labelling import Labels
from allygraph.site.pages import address, page
from allygraph.site.phrases import phrase

_PREFIXES = "".join(
    f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("ally", "dcterms", "oa", "rdf", "rdfs", "skos")
)
_TEXTS = f"""{_PREFIXES}
SELECT ?thing ?property ?text WHERE {{
  VALUES ?property {{
    rdfs:label skos:prefLabel skos:altLabel dcterms:title dcterms:identifier
    ally:isoAlpha2 ally:isoAlpha3
  }}
  ?thing ?property ?text .
}}"""
_WORDS = f"""{_PREFIXES}
SELECT ?thing (oa:exact AS ?property) ?text WHERE {{
  ?thing ally:quote ?quote . ?quote oa:exact ?text .
}}"""
_CLASSES = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?class WHERE {{
  VALUES ?thing {{ THINGS }} ?thing a ?class .
  FILTER NOT EXISTS {{ ?thing a ?below . ?below rdfs:subClassOf+ ?class FILTER (?below != ?class) }}
}} ORDER BY ?thing ?class"""
_SORTS = {
    "altLabel": "alias",
    "exact": "words",
    "identifier": "identifier",
    "isoAlpha2": "code",
    "isoAlpha3": "code",
    "title": "title",
}
_ON_A_PAGE = 25
_MOST_SUGGESTED = 50
_LONGEST = 200
_finders: "WeakKeyDictionary[OxigraphEngine, Finder]" = WeakKeyDictionary()


def finder(engine: OxigraphEngine) -> Finder:
    """Give the index of a graph, built when it is first asked for."""
    if engine not in _finders:
        _finders[engine] = Finder([*_of_things(engine), *_of_questions()])
    return _finders[engine]


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page of results, or the suggestions for a form.

    Raises:
        ParameterError: a text too long, no such kind, or no such page.
    """
    text, kind = ask.one("q").strip(), ask.one("kind")
    if len(text) > _LONGEST:
        raise ParameterError(
            f"the text has {len(text)} characters", expected=f"at most {_LONGEST} characters"
        )
    if kind and kind not in KINDS:
        raise ParameterError(f"'{kind[:40]}' is no kind", expected=f"one of {', '.join(KINDS)}")
    hits = finder(engine).find(text, ask.as_of.isoformat(), ask.lang)
    chosen = [hit for hit in hits if not kind or hit.kind == kind]
    if ask.form == "json":
        return _suggestions(engine, ask, text, hits, chosen)
    return _results(engine, ask, text, hits, chosen)


def _results(
    engine: OxigraphEngine, ask: Ask, text: str, hits: Sequence[Hit], chosen: Sequence[Hit]
) -> Answer:
    number = _number(ask, "page", 1, max(1, -(-len(chosen) // _ON_A_PAGE)))
    shown = chosen[(number - 1) * _ON_A_PAGE : number * _ON_A_PAGE]
    things = [hit.thing for hit in shown if hit.kind != "question"]
    classes = _classes(engine, things)
    return page(
        engine,
        ask,
        "search.html",
        mentions={*things, *classes.values()},
        text=text,
        kind=ask.one("kind"),
        hits=shown,
        questions=questions(),
        classes=classes,
        facets=counted(hits),
        total=len(chosen),
        number=number,
        last=max(1, -(-len(chosen) // _ON_A_PAGE)),
        first=(number - 1) * _ON_A_PAGE + 1,
        marked=marked,
        path=path,
        formats=("json",),
    )


def _suggestions(
    engine: OxigraphEngine, ask: Ask, text: str, hits: Sequence[Hit], chosen: Sequence[Hit]
) -> Answer:
    shown = chosen[: _number(ask, "limit", 10, _MOST_SUGGESTED)]
    names = Labels(engine, ask.lang)
    names.look_up(hit.thing for hit in shown if hit.kind != "question")
    titles = {thing: saved.title for thing, saved in questions().items()}
    results = [
        {
            "thing": hit.thing if hit.kind != "question" else f"{BASE}{hit.thing}",
            "name": compact(hit.thing),
            "label": titles.get(hit.thing) or names.of(hit.thing).text,
            "kind": hit.kind,
            "kind_label": phrase(f"search.kind-{hit.kind}", ask.lang),
            "score": hit.score,
            "matched": {
                "text": hit.name.text,
                "sort": hit.name.sort,
                "scheme": hit.name.scheme,
                "language": hit.name.language,
                "from": hit.name.first or None,
                "until": hit.name.last or None,
                "holds": hit.holds,
                "way": hit.way,
            },
            "href": address(ask, path(hit)),
        }
        for hit in shown
    ]
    answer = {"query": text, "total": len(chosen), "kinds": counted(hits), "results": results}
    body = json.dumps(answer, ensure_ascii=False, indent=1).encode()
    return Answer(body, "application/json")


def path(hit: Hit) -> str:
    """Give the path of the page of what was found."""
    if hit.kind == "term":
        return "ns.html"
    return f"{hit.thing.removeprefix(BASE)}.html"


@cache
def questions() -> Mapping[str, queries.SavedQuery]:
    """Give all saved questions by the name under which they are found: q/ and their own."""
    return {f"q/{saved.name}": saved for saved in queries.catalogue()}


def _number(ask: Ask, name: str, default: int, most: int) -> int:
    given = ask.one(name) or str(default)
    if not (given.isascii() and given.isdigit() and len(given) < 7 and 1 <= int(given) <= most):
        raise ParameterError(f"{name} is '{given[:20]}'", expected=f"a number from 1 to {most}")
    return int(given)


def _of_things(engine: OxigraphEngine) -> Iterator[Name]:
    for thing, name, text in chain(engine.select(_TEXTS).rows, engine.select(_WORDS).rows):
        if thing and name and text and thing.value.startswith(BASE):
            local = name.value[max(name.value.rfind("#"), name.value.rfind("/")) + 1 :]
            sort = _SORTS.get(local, "label")
            scheme = "iso" if sort == "code" else ""
            tongue = getattr(text, "language", None) or ""
            yield Name(text.value, thing.value, sort, scheme, language=tongue)
    yield from designations(engine, date.max)


def _of_questions() -> Iterator[Name]:
    for thing, saved in questions().items():
        yield Name(saved.title, thing, "label", language="en")
        yield Name(saved.question, thing, "question", language="en")
        yield Name(saved.name, thing, "identifier")
        yield Name(" ".join((*saved.tags, saved.name.replace("/", " "))), thing, "question")


def _classes(engine: OxigraphEngine, things: Sequence[str]) -> dict[str, str]:
    """Give the class of each thing, the narrowest."""
    found: dict[str, str] = {}
    for part in parts(things):
        for thing, kind in engine.select(_CLASSES.replace("THINGS", part)).rows:
            if thing is not None and kind is not None:
                found.setdefault(thing.value, kind.value)
    return found
