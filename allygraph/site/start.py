"""The start page: what this is, what changed lately, a map, and where to go from here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from weakref import WeakKeyDictionary

from markupsafe import Markup

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.names import PREFIXES, compact
from allygraph.site.asking import Answer, Ask
from allygraph.site.atlas import ROLES, Atlas, alliances, atlas, chosen
from allygraph.site.claims import Shown, shown
from allygraph.site.labelling import Labels
from allygraph.site.pages import address, page
from allygraph.site.phrases import phrase
from allygraph.site.pictures.map import VIEWS, Mark, State, picture

_PREFIXES = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("ally", "kind", "rdfs", "xsd"))
_NUMBERS = f"""{_PREFIXES}
SELECT ?claims ?sources ?relationships ?quotes WHERE {{
  {{ SELECT (COUNT(DISTINCT ?one) AS ?claims) WHERE {{ ?one a ally:Claim }} }}
  {{ SELECT (COUNT(DISTINCT ?one) AS ?sources) WHERE {{ ?one a ally:Source }} }}
  {{ SELECT (COUNT(DISTINCT ?one) AS ?quotes) WHERE {{ ?one a ally:Quote }} }}
  {{ SELECT (COUNT(DISTINCT ?one) AS ?relationships) WHERE {{
      ?class rdfs:subClassOf* ally:Relationship . ?one a ?class }} }}
}}"""
_OF_INTEREST = (
    "VALUES ?class { ally:Event ally:Instrument ally:Membership ally:Partnership ally:Position "
    "ally:Proposal ally:Representation ally:StageChange ally:Tenure } ?thing a ?class ."
)
_BEGUN = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?first ?last ?claim WHERE {{
  {_OF_INTEREST}
  ?claim ally:affirms ?thing ; ally:modality kind:modality-fact ;
    ally:earliestStart ?first ; ally:latestStart ?last ;
    ally:knownSince ?known ; ally:currentUntil ?current .
  FILTER (?last <= "AS_OF"^^xsd:date)
  FILTER (?known <= "KNOWN_BY"^^xsd:date && ?current >= "KNOWN_BY"^^xsd:date)
}} ORDER BY DESC(?last) ?thing ?claim LIMIT 400"""
_LEARNED = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?known ?claim WHERE {{
  {_OF_INTEREST}
  ?claim ally:affirms|ally:denies|ally:doubts ?thing ; ally:knownSince ?known ;
    ally:source/ally:published ?published .
  FILTER (?known <= "KNOWN_BY"^^xsd:date)
  OPTIONAL {{ ?claim ally:quote ?quote }}
}} ORDER BY DESC(?known) DESC(BOUND(?quote)) ?thing ?claim LIMIT 200"""
_LINES = 8
_WIDEST_DAYS = 31
_numbers: "WeakKeyDictionary[OxigraphEngine, Mapping[str, int]]" = WeakKeyDictionary()


@dataclass(frozen=True)
class Change:
    """Something new: the thing, the first and last day that are meant, and the claims."""

    thing: str
    first: str
    last: str
    claims: tuple[Shown, ...]


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page.

    Raises:
        ParameterError: no such alliance or view of the map.
    """
    view = ask.one("view", "world")
    if view not in VIEWS:
        raise ParameterError(f"'{view[:40]}' is no view", expected=f"one of {', '.join(VIEWS)}")
    known = alliances(engine)
    found = atlas(engine, chosen(ask, known), ask.as_of, ask.known_by)
    begun = _begun(engine, ask.as_of, ask.known_by)
    learned = _learned(engine, ask.known_by)
    mentions = found.mentions() | {*known, *_mentioned((*begun, *learned))}
    labels = Labels(engine, ask.lang)
    labels.look_up(mentions)
    return page(
        engine,
        ask,
        "start.html",
        mentions=mentions,
        numbers=_count(engine),
        begun=begun,
        learned=learned,
        atlas=found,
        alliances=sorted(known, key=lambda one: labels.of(one).text.casefold()),
        roles=ROLES,
        view=view,
        views=tuple(VIEWS),
        map=_draw(ask, labels, found, view),
        short=compact,
    )


def _draw(ask: Ask, labels: Labels, found: Atlas, view: str) -> Markup:
    def title(thing: str, *more: str) -> str:
        return ", ".join(filter(None, (labels.of(thing).text, *more)))

    states = [
        State(
            land.code,
            land.role,
            title(land.thing, phrase(f"start.{land.role}", ask.lang)),
            address(ask, _document(land.thing)),
            land.at,
        )
        for land in found.lands
        if land.code
    ]
    marks = [
        Mark(
            post.at,
            post.role,
            title(post.thing, labels.of(post.stage).text),
            address(ask, _document(post.thing)),
        )
        for post in found.posts
        if post.at
    ]
    name = labels.of(found.alliance).text
    said = phrase("start.map-title", ask.lang, alliance=name, as_of=ask.as_of)
    return picture(states, marks, said, view)


def _document(thing: str) -> str:
    kind, _, local = compact(thing).partition(":")
    return f"{kind}/{local}.html"


def _count(engine: OxigraphEngine) -> Mapping[str, int]:
    """Count what the graph holds; it does not change while it is open."""
    if engine not in _numbers:
        record = engine.select(_NUMBERS).records()[0]
        _numbers[engine] = {name: int(str(number)) for name, number in record.items()}
    return _numbers[engine]


@lru_cache(maxsize=64)
def _begun(engine: OxigraphEngine, as_of: date, known_by: date) -> tuple[Change, ...]:
    """Give what began or happened last in the world, where the sources tell within a month."""
    rows = _rows(engine, _BEGUN, AS_OF=as_of, KNOWN_BY=known_by)
    return _changes(
        engine,
        known_by,
        [
            (thing, first, last, claim)
            for thing, first, last, claim in rows
            if _days(first, last) <= _WIDEST_DAYS
        ],
    )


@lru_cache(maxsize=64)
def _learned(engine: OxigraphEngine, known_by: date) -> tuple[Change, ...]:
    """Give what was published last."""
    rows = _rows(engine, _LEARNED, KNOWN_BY=known_by)
    return _changes(
        engine, known_by, [(thing, known, known, claim) for thing, known, claim in rows]
    )


def _changes(
    engine: OxigraphEngine, known_by: date, rows: Iterable[tuple[str, str, str, str]]
) -> tuple[Change, ...]:
    """Make one line of the rows of a thing and its days; as many lines as a page shows."""
    grouped: dict[str, tuple[str, str, list[str]]] = {}
    for thing, first, last, claim in rows:
        if thing not in grouped and len(grouped) == _LINES:
            continue
        before = grouped.setdefault(thing, (first, last, []))
        if before[:2] == (first, last):
            before[2].append(claim)
    named = [claim for _, _, claims in grouped.values() for claim in claims]
    known = shown(engine, named, known_by)
    return tuple(
        Change(thing, first, last, tuple(known[claim] for claim in claims if claim in known))
        for thing, (first, last, claims) in grouped.items()
    )


def _rows(engine: OxigraphEngine, query: str, **days: date) -> list[tuple[str, ...]]:
    for name, day in days.items():
        query = query.replace(name, day.isoformat())
    rows = engine.select(query).rows
    return [tuple("" if value is None else value.value for value in row) for row in rows]


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _mentioned(changes: Sequence[Change]) -> set[str]:
    claims = {iri for change in changes for claim in change.claims for iri in claim.mentions()}
    return claims | {change.thing for change in changes}
