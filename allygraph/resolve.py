"""From a name or code to the thing that is meant, on a day: sure, or with suggestions.

The names of the graph are its labels, alternative labels, the ISO codes of today and the
designations (codes and names by time) that hold, as far as known by a day. What is not found, or is
the name of several things, is never guessed: the nearest names come back with scores.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode

from allygraph.dates import bounds
from allygraph.engines import Engine
from allygraph.errors import UnknownName
from allygraph.lookup import labels
from allygraph.names import KINDS_OF_THING, PREFIXES, expand
from allygraph.naming import Name, Names
from allygraph.results import Table, Value

SCHEMES = {"cow": "designation-cow", "gw": "designation-gleditsch-ward"}
SCHEMES |= {"iso": "designation-iso-3166-1", "name": "designation-name"}
KINDS = ("actor", "event", "instrument", "office", "place", "proposal", "kind", "any")

_SURE = 100
_LISTS = frozenset(("cow", "gw", "iso"))
_PLAIN = ("", "name")  # what labels, aliases and dated names have instead of a list
_PREFIXES = "".join(
    f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("ally", "kind", "rdfs", "skos", "xsd")
)
_BY_CONCEPT = {PREFIXES["kind"] + concept: short for short, concept in SCHEMES.items()}
_FIRST, _LAST = "0001-01-01", "9999-12-31"
_SORTS = {"label": "label", "prefLabel": "label", "altLabel": "alias"}


class Graph(Protocol):
    """What has an engine to ask, as `allygraph.open_graph` gives it."""

    engine: Engine


@dataclass(frozen=True)
class Match:
    """A thing that may be meant.

    Its IRI and label, the name by which it was found, how like that is (100: equal), and its codes
    that hold on the days asked for.
    """

    thing: str
    label: str
    name: Name
    score: int = _SURE
    codes: tuple[Name, ...] = ()

    @property
    def how(self) -> str:
        """The name that was found, in words."""
        name = self.name
        scheme = {"cow": "COW ", "gw": "Gleditsch-Ward ", "iso": "ISO "}.get(name.scheme, "")
        tongue = f" ({name.language})" if name.language else ""
        return f"{scheme}{name.sort} {name.text}{tongue}{_days(name)}"


@dataclass(frozen=True)
class Resolution:
    """What a text means: the match if there is one sure thing, else those that are near."""

    text: str
    sure: Match | None = None
    suggestions: list[Match] = field(default_factory=list)

    def table(self) -> Table:
        """Give the sure match, or the suggestions, as rows."""
        matches = self.suggestions if self.sure is None else [self.sure]
        columns = ("thing", "label", "matched", "score", "codes")
        return Table(columns, [tuple(_cells(match)) for match in matches])


class Resolver:
    """The names of a graph as known by a day; ask it as often as you like.

    Args:
        engine: the graph.
        known_by: the last day of publication that counts; by default today.
    """

    def __init__(self, engine: Engine, known_by: date | None = None) -> None:
        self._engine = engine
        self._names = Names()
        self._things: set[str] = set()
        self._codes: dict[str, list[Name]] = defaultdict(list)
        for name in _names(engine, known_by or date.today()):
            self._names.add(name)
            self._things.add(name.thing)
            if name.sort == "code":
                self._codes[name.thing].append(name)

    def resolve(
        self,
        text: str,
        on: str | date | None = None,
        *,
        kind: str = "actor",
        scheme: str | None = None,
        limit: int = 5,
    ) -> Resolution:
        """Find what a text means on a day.

        Args:
            text: a name, an alias or a code, in any language; or a short name as actor:japan.
            on: the day, or a longer span as EDTF text, on which the name must hold; by default
                today.
            kind: the prefix of the thing, or "any".
            scheme: cow, gw or iso: codes are those of this list, also those that come back with
                a match; name: no codes count.
            limit: how many suggestions come back.

        Raises:
            DateError: the day is none.
            UnknownName: no such kind or scheme.
        """
        start, schemes = _start(kind), _schemes(scheme)
        days = _span(on)
        if scheme and not self._names.find(text, start=start, schemes=schemes):
            schemes = _PLAIN
        found = self._named(text) or self._names.find(text, start=start, schemes=schemes)
        now = [name for name in found if name.holds(*days)]
        # A label is what a thing is called first; aliases, dated names and codes are equals.
        best = [name for name in now if name.sort == "label"] or now
        if len({name.thing for name in best}) == 1:
            return Resolution(text, self._matches([(_SURE, best[0])], days, scheme)[0])
        near = [(_SURE, name) for name in best]
        if not near:
            # So named on another day, or a thing of another kind; then what is only like it.
            near = [(_SURE, name) for name in self._names.find(text, schemes=schemes)]
            near += self._names.near(text, start=start, schemes=schemes, limit=limit)
        return Resolution(text, None, self._matches(near, days, scheme)[:limit])

    def _named(self, text: str) -> list[Name]:
        """Give the thing whose IRI the text is, whole or short; nothing if it is no IRI."""
        try:
            iri = expand(text)
        except UnknownName:
            return []
        return [Name(text, iri, "IRI")] if iri in self._things else []

    def _matches(
        self, near: list[tuple[int, Name]], days: tuple[str, str], scheme: str | None
    ) -> list[Match]:
        """Make one match a thing, the first that is given, with label and codes."""
        by_thing: dict[str, tuple[int, Name]] = {}
        for score, name in near:
            by_thing.setdefault(name.thing, (score, name))
        called = labels(self._engine, by_thing)
        return [
            Match(thing, called.get(thing, ""), name, score, self._held(thing, days, scheme))
            for thing, (score, name) in by_thing.items()
        ]

    def _held(self, thing: str, days: tuple[str, str], scheme: str | None) -> tuple[Name, ...]:
        wanted = {scheme} if scheme in _LISTS else _LISTS
        held = (n for n in self._codes[thing] if n.holds(*days) and n.scheme in wanted)
        return tuple(sorted(held, key=_number_first))


def resolve(
    graph: Graph | Engine,
    text: str,
    on: str | date | None = None,
    *,
    known_by: date | None = None,
    kind: str = "actor",
    scheme: str | None = None,
) -> Resolution:
    """Find what a text means on a day, as of `Resolver.resolve`; make a `Resolver` to ask often."""
    asked: Any = graph
    engine: Engine = getattr(asked, "engine", asked)
    return Resolver(engine, known_by).resolve(text, on, kind=kind, scheme=scheme)


def _names(engine: Engine, known_by: date) -> Iterator[Name]:
    """Give all names of the graph: of things themselves, their ISO codes, their designations."""
    changed = set()
    for name in designations(engine, known_by):
        if name.scheme == "iso":
            changed.add(name.thing)
        yield name
    rows = engine.select(
        f"{_PREFIXES}SELECT DISTINCT ?thing ?property ?text WHERE {{ VALUES ?property {{ "
        "rdfs:label skos:prefLabel skos:altLabel ally:isoAlpha2 ally:isoAlpha3 } "
        "?thing ?property ?text } ORDER BY ?thing ?property ?text"
    ).rows
    prefixes = tuple(PREFIXES[kind] for kind in KINDS if kind != "any")
    for row in rows:
        thing, predicate, text = _texts(row)
        if not thing.startswith(prefixes):
            continue
        local = predicate.rpartition("#")[2]
        if local in _SORTS:
            tongue = getattr(row[2], "language", None) or ""
            yield Name(text, thing, _SORTS[local], language=tongue)
        elif thing not in changed:
            yield Name(text, thing, "code", "iso")


def designations(engine: Engine, known_by: date) -> Iterator[Name]:
    """Give the codes and dated names of a graph as known by a day, with the days they hold."""
    # Two plain queries, joined here: one of both took ten times as long.
    spans: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in engine.select(
        f"{_PREFIXES}SELECT DISTINCT ?designation ?from ?until WHERE {{ "
        "?designation ally:designated ?thing . "
        "?holding ally:holdingOf ?designation ; ally:certainty ?certainty ; "
        "ally:from ?from ; ally:until ?until ; ally:knownFrom ?since ; ally:knownUntil ?to . "
        "FILTER (?certainty IN (kind:certainty-sure, kind:certainty-presumed)) "
        f'FILTER (?since <= "{known_by}"^^xsd:date && "{known_by}"^^xsd:date <= ?to) }}'
    ).rows:
        designation, first, last = _texts(row)
        spans[designation].add((first, last))
    named: dict[tuple[str, ...], set[tuple[str, str]]] = defaultdict(set)
    for row in engine.select(
        f"{_PREFIXES}SELECT DISTINCT ?designation ?thing ?scheme ?code ?letters WHERE {{ "
        "?designation ally:designated ?thing ; ally:designationScheme ?scheme ; ally:code ?code . "
        "OPTIONAL { ?designation ally:letters ?letters } }"
    ).rows:
        designation, *key = _texts(row)
        named[tuple(key)] |= spans[designation]
    for (thing, scheme, code, letters), days in sorted(named.items()):
        short = _BY_CONCEPT.get(scheme, "")
        sort = "dated name" if short == "name" else "code"
        for first, last in _joined(sorted(days)):
            begin, end = first.replace(_FIRST, ""), last.replace(_LAST, "")
            for text in filter(None, (code, letters)):
                yield Name(text, thing, sort, short, begin, end)


def _number_first(name: Name) -> tuple[str, str, bool, int, str]:
    return name.scheme, name.first, not name.text.isdigit(), -len(name.text), name.text


def _joined(spans: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join spans, sorted, that follow one another: first sure and then presumed is one spell."""
    joined: list[tuple[str, str]] = []
    for first, last in spans:
        if joined and _next_day(joined[-1][1]) == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _next_day(day: str) -> str:
    return "" if day == _LAST else (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _start(kind: str) -> str:
    if kind == "any":
        return ""
    if kind not in KINDS_OF_THING:
        raise UnknownName(f"'{kind}' is not a kind of thing", expected=f"one of {', '.join(KINDS)}")
    return PREFIXES[kind]


def _schemes(scheme: str | None) -> tuple[str, ...]:
    if scheme is None:
        return ()
    if scheme not in SCHEMES:
        raise UnknownName(f"'{scheme}' is not a scheme", expected=f"one of {', '.join(SCHEMES)}")
    return (scheme,) if scheme != "name" else _PLAIN


def _span(on: str | date | None) -> tuple[str, str]:
    if isinstance(on, str):
        first, last = bounds(on)
        return first.isoformat(), last.isoformat()
    day = (on or date.today()).isoformat()
    return day, day


def _cells(match: Match) -> Iterator[Value]:
    yield NamedNode(match.thing)
    yield Literal(match.label)
    yield Literal(match.how)
    yield Literal(match.score)
    yield Literal("; ".join(_code(group) for group in _by_spell(match.codes)))


def _by_spell(codes: tuple[Name, ...]) -> list[list[Name]]:
    groups: dict[tuple[str, str, str], list[Name]] = {}
    for name in codes:
        groups.setdefault((name.scheme, name.first, name.last), []).append(name)
    return list(groups.values())


def _code(names: list[Name]) -> str:
    return f"{names[0].scheme} {' '.join(name.text for name in names)}{_days(names[0])}"


def _days(name: Name) -> str:
    if not name.first and not name.last:
        return ""
    return f", {name.first or '...'} to {name.last or '...'}"


def _texts(row: Sequence[Value]) -> tuple[str, ...]:
    return tuple("" if value is None else value.value for value in row)


__all__ = ["KINDS", "SCHEMES", "Match", "Resolution", "Resolver", "designations", "resolve"]
