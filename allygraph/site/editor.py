"""The editor: a query to write, with what helps to write it: names of the graph, saved questions.

The page works as a form without scripts. With them, ``editor/terms.json`` completes classes and
properties, ``search.json`` things, and ``labels.json`` names the things of an answer.
"""

import json

from allygraph import queries
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.names import PREFIXES, compact, expand
from allygraph.queries import SavedQuery
from allygraph.site.asking import Answer, Ask
from allygraph.site.labelling import Labels
from allygraph.site.pages import page
from allygraph.site.questions.index import topic_of

FIRST_QUERY = """\
PREFIX ally: <https://w3id.org/allygraph/ns#>
PREFIX kind: <https://w3id.org/allygraph/kind/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# Partners of NATO with a tailored programme, and since when each holds
SELECT DISTINCT ?partner ?certainty ?from
WHERE {
  ?partnership ally:partnershipKind kind:partnership-itpp ;
    ally:partner ?partner .
  ?holding ally:holdingOf ?partnership ;
    ally:certainty ?certainty ;
    ally:from ?from ;
    ally:knownUntil ?knownUntil .
  FILTER (?certainty = kind:certainty-sure && YEAR(?knownUntil) = 9999)
}
ORDER BY ?from
LIMIT 100
"""
_MOST_LABELS = 300
_USED = """
SELECT ?term (COUNT(*) AS ?uses) WHERE { %s } GROUP BY ?term ORDER BY DESC(?uses) ?term"""


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page, with the query that the address holds or names.

    Raises:
        UnknownName: there is no such saved query.
    """
    saved = ask.one("saved")
    query = ask.one("query") or (filled(queries.load(saved), ask) if saved else FIRST_QUERY)
    groups: dict[str, list[SavedQuery]] = {}
    for one in queries.catalogue():
        groups.setdefault(topic_of(one), []).append(one)
    return page(
        engine,
        ask,
        "editor.html",
        query=query,
        saved=saved,
        groups=groups,
        formats=(),
    )


def filled(query: SavedQuery, ask: Ask) -> str:
    """Give the text of a saved query with its example values, at the clocks of the page."""
    examples = {name: ",".join(values) for name, values in queries.examples(query).items()}
    clocks = {name: getattr(ask, name).isoformat() for name in queries.CLOCKS}
    known = {name: day for name, day in clocks.items() if name in query.params}
    return _without_header(queries.bind(query, {**examples, **known}))


def terms(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give what the graph's data uses, most used first: prefixes, classes, properties."""
    found = {
        "classes": _used(engine, ask, "?thing a ?term"),
        "properties": _used(engine, ask, "?thing ?term ?value"),
    }
    return _json({"prefixes": PREFIXES, **found})


def labels(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the labels of things, by the names under which they were asked for.

    Raises:
        ParameterError: too many are asked for.
        UnknownName: a text that is no name.
    """
    asked = [name for text in ask.params.get("of", ()) for name in text.split(" ") if name]
    if len(asked) > _MOST_LABELS:
        raise ParameterError(
            f"of names {len(asked)} things", expected=f"at most {_MOST_LABELS} at once"
        )
    known = Labels(engine, ask.lang)
    whole = {name: expand(name) for name in asked}
    known.look_up(whole.values())
    found = {name: known.of(iri) for name, iri in whole.items()}
    return _json({name: label.text for name, label in found.items() if label.text != name})


def _used(engine: OxigraphEngine, ask: Ask, pattern: str) -> list[dict[str, object]]:
    rows = engine.select(_USED % pattern).records()
    iris = [str(row["term"]) for row in rows]
    known = Labels(engine, ask.lang)
    known.look_up(iris)
    return [
        {"iri": iri, "name": compact(iri), "label": known.of(iri).text, "uses": row["uses"]}
        for iri, row in zip(iris, rows, strict=True)
    ]


def _without_header(text: str) -> str:
    """Leave out the header of the file; its question stands in the list already."""
    lines = text.split("\n")
    if "# ///" in lines:
        lines = lines[lines.index("# ///") + 1 :]
    return "\n".join(lines).lstrip("\n")


def _json(record: object) -> Answer:
    body = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=str)
    return Answer(body.encode(), "application/json")
