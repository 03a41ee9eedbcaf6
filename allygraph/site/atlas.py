"""The map of an alliance on a day: its members, its partners, and where it has offices.

All three come from saved questions, so the map says what they say, at the clocks of the page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from allygraph import answers
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.lookup import parts
from allygraph.names import PREFIXES, compact
from allygraph.results import Value
from allygraph.site.asking import Ask

_PREFIXES = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("ally", "kind", "schema"))
_ALLIANCES = f"""{_PREFIXES}
SELECT ?alliance (COUNT(DISTINCT ?member) AS ?members) WHERE {{
  ?membership ally:organization ?alliance ; ally:member ?member .
  ?member a ally:State ; ally:isoAlpha3 ?code .
}} GROUP BY ?alliance ORDER BY ?alliance"""
_CODES = "SELECT ?thing ?value WHERE { VALUES ?thing { THINGS } ?thing ally:isoAlpha3 ?value }"
_POINTS = """SELECT ?thing ?latitude ?longitude WHERE { VALUES ?thing { THINGS }
  ?thing schema:latitude ?latitude ; schema:longitude ?longitude } ORDER BY ?thing"""
_HOUSED = """SELECT ?thing ?latitude ?longitude WHERE { VALUES ?thing { THINGS }
  ?thing ally:place ?place . ?place schema:latitude ?latitude ; schema:longitude ?longitude }
  ORDER BY ?thing ?place"""
_CAPITALS = """SELECT ?thing ?latitude ?longitude WHERE { VALUES ?thing { THINGS }
  ?description ally:aspect kind:aspect-capital ; ally:object ?thing ; ally:thing ?place .
  ?place schema:latitude ?latitude ; schema:longitude ?longitude } ORDER BY ?thing ?place"""
_FEWEST = 3
_DEFAULT = "actor:nato"
_PROPOSED = "stage-proposed"
_OPEN = "stage-open"
_SUSPENDED = "stage-suspended"
_ASSOCIATES = frozenset(("membership-observer", "membership-partner-for-cooperation"))
ROLES = ("member", "associate", "suspended", "partner")
"""What a state can be to an alliance on a map, in the order of its table and legend."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Land:
    """A state, or another actor, that has to do with an alliance.

    Its IRI, its role (of `ROLES`), kinds, how sure; its ISO code and the point of its capital, if
    it has them.
    """

    thing: str
    role: str
    kinds: tuple[str, ...]
    certainty: str
    standing: str
    review: str
    code: str = ""
    at: Point | None = None


@dataclass(frozen=True)
class Post:
    """An office: its IRI, role on the map, kind, stage, city and point, if it has them."""

    thing: str
    role: str
    kind: str
    stage: str
    city: str
    certainty: str
    standing: str
    review: str
    at: Point | None = None


@dataclass(frozen=True)
class Atlas:
    """What a map shows of an alliance."""

    alliance: str
    lands: tuple[Land, ...]
    posts: tuple[Post, ...]

    def mentions(self) -> set[str]:
        """Give all IRIs that the map and its table name."""
        found = {self.alliance}
        for land in self.lands:
            found |= {land.thing, *land.kinds}
        for post in self.posts:
            found |= {post.thing, post.kind, post.stage, post.city}
        return found - {""}


def alliances(engine: OxigraphEngine) -> list[str]:
    """List the alliances and groupings of at least three states, whole IRIs."""
    rows = engine.select(_ALLIANCES).records()
    return [str(row["alliance"]) for row in rows if int(str(row["members"])) >= _FEWEST]


def chosen(ask: Ask, known: Iterable[str]) -> str:
    """Give the alliance that an address names, as whole IRI; empty where a graph has none at all.

    Raises:
        ParameterError: it names none that a map can show.
    """
    names = {compact(one): one for one in known}
    given = ask.one("alliance")
    if not given:
        return names.get(_DEFAULT) or next(iter(names.values()), "")
    if given not in names:
        raise ParameterError(
            f"'{given[:60]}' is no alliance for a map", expected=f"one of {', '.join(names)}"
        )
    return names[given]


@lru_cache(maxsize=64)
def atlas(engine: OxigraphEngine, alliance: str, as_of: date, known_by: date) -> Atlas:
    """Gather what a map shows. It is kept, because views and languages show the same.

    Args:
        engine: the graph.
        alliance: whole IRI; empty for an empty map.
        as_of: the day in the world.
        known_by: the last day of publication that counts.
    """
    if not alliance:
        return Atlas(alliance, (), ())
    clocks = {"as_of": as_of.isoformat(), "known_by": known_by.isoformat()}
    values = {"alliance": compact(alliance), **clocks}

    def rows(name: str) -> list[dict[str, str]]:
        asked = answers.question(name, values, today=known_by)
        table = answers.answer(engine, asked)
        return [dict(zip(table.columns, map(_text, row), strict=True)) for row in table.rows]

    members = _lands(rows("membership/members-on"), "member")
    partners = _lands(rows("partnership/partners-on"), "partner")
    lands = {**partners, **members}
    lands = {land.thing: land for role in ROLES for land in lands.values() if land.role == role}
    codes = _one_each(engine, _CODES, lands)
    points = _points(engine, _CAPITALS, lands)
    posts = [_post(row) for row in rows("office/offices-on")]
    places = _points(engine, _POINTS, {post.city for post in posts})
    return Atlas(
        alliance,
        tuple(
            replace(land, code=codes.get(thing, ""), at=points.get(thing))
            for thing, land in lands.items()
        ),
        tuple(replace(post, at=places.get(post.city)) for post in posts),
    )


@dataclass(frozen=True)
class Site:
    """Where a thing is on a map: the code of a state, a point, or both; whether a place houses it.

    The point of a state is that of its capital.
    """

    code: str = ""
    at: Point | None = None
    is_housed: bool = False


def sites(engine: OxigraphEngine, things: Iterable[str]) -> dict[str, Site]:
    """Find what can be shown on a map: states, places, and what stands in a place.

    Args:
        engine: the graph.
        things: whole IRIs; what is nowhere is left out.
    """
    wanted = list(things)
    codes = _one_each(engine, _CODES, wanted)
    capitals = _points(engine, _CAPITALS, codes)
    housed = _points(engine, _HOUSED, wanted)
    found = {thing: Site(at=at, is_housed=True) for thing, at in housed.items()}
    found |= {thing: Site(at=at) for thing, at in _points(engine, _POINTS, wanted).items()}
    return found | {thing: Site(code, capitals.get(thing)) for thing, code in codes.items()}


def _lands(rows: Iterable[Mapping[str, str]], column: str) -> dict[str, Land]:
    """Make one of the rows of an actor, which may be partner in several kinds."""
    grouped: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        grouped.setdefault(row[column], []).append(row)
    found = {}
    for thing, group in grouped.items():
        kinds = tuple(dict.fromkeys(row["kind"] for row in group))
        first = group[0]
        marks = first["certainty"], first["standing"], first["review"]
        found[thing] = Land(thing, _role(column, group), kinds, *marks)
    return found


def _role(column: str, group: Iterable[Mapping[str, str]]) -> str:
    if column == "partner":
        return "partner"
    local = {
        row[name].removeprefix(PREFIXES["kind"]) for row in group for name in ("kind", "stage")
    }
    if _SUSPENDED in local:
        return "suspended"
    return "associate" if local & _ASSOCIATES else "member"


def _post(row: Mapping[str, str]) -> Post:
    stage = row["stage"].removeprefix(PREFIXES["kind"])
    role = {_OPEN: "open", _PROPOSED: "proposed"}.get(stage, "other")
    marks = row["certainty"], row["standing"], row["review"]
    return Post(row["office"], role, row["kind"], row["stage"], row["city"], *marks)


def _one_each(engine: OxigraphEngine, query: str, things: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts(things):
        for thing, value in engine.select(_PREFIXES + query.replace("THINGS", part)).rows:
            found.setdefault(_text(thing), _text(value))
    return found


def _points(engine: OxigraphEngine, query: str, things: Iterable[str]) -> dict[str, Point]:
    found: dict[str, Point] = {}
    for part in parts(thing for thing in things if thing):
        for thing, north, east in engine.select(_PREFIXES + query.replace("THINGS", part)).rows:
            found.setdefault(_text(thing), (float(_text(north)), float(_text(east))))
    return found


def _text(value: Value) -> str:
    return "" if value is None else value.value
