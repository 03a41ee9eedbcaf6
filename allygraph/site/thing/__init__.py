"""The page of a thing: what it is, its relationships by kind and time, and why each is there."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError, UnknownName
from allygraph.lookup import labels
from allygraph.names import BASE, PREFIXES, compact, expand
from allygraph.results import Value
from allygraph.site.asking import Answer, Ask
from allygraph.site.claims import Shown, shown
from allygraph.site.labelling import Labels
from allygraph.site.pages import Helpers, page
from allygraph.site.pictures.neighbourhood import MOST, Neighbour, neighbourhood
from allygraph.site.pictures.timeline import Bar, Mark, Words, timeline
from allygraph.site.thing.claim import Said, surroundings
from allygraph.site.thing.gathering import Gathered, Group, Line, Spell, gather
from allygraph.site.thing.sides import sides

__all__ = ["read"]

PAGE_LINES = 25
"""Lines of a group that a page shows; the rest are on pages of the group alone."""
_MOST_BARS = 24
_MOST_MENTIONS = 40
_FEWEST = 3
"""Neighbours that make a picture."""
_T = TypeVar("_T")
_CLAIMS = "claims"
"""Name of the group of claims that a thing makes or prints, in addresses."""
_KINDS = (
    "Membership",
    "Partnership",
    "Commitment",
    "Representation",
    "Tenure",
    "UseRight",
    "Participation",
    "Position",
    "StageChange",
    "Concern",
    "Comparison",
    "Description",
)
_OPEN = ("0001-01-01", "9999-12-31")
_AND = re.compile(r", | and ")


@dataclass(frozen=True)
class _Part:
    """A group as this page shows it: some of its lines, and the pages before and after."""

    group: Group
    heading: str
    lines: tuple[Line, ...]
    page: int
    pages: int


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page of the thing that the path names.

    Raises:
        UnknownName: the graph has no such thing, or the thing no such group.
        ParameterError: the number of the page is none.
    """
    iri = BASE + quote(ask.path, safe="/-._~%")
    found = gather(engine, iri, ask.as_of, ask.known_by)
    parts = _parts(engine, ask, found)
    made = _made(ask, found)
    lines = [line for part in parts for line in part.lines]
    wanted = [*found.claims, *made.claims, *(c for line in lines for c in line.claims)]
    claims = shown(engine, wanted, ask.known_by)
    is_claim = expand("ally:Claim") in found.types
    said = surroundings(engine, iri, ask.as_of, ask.known_by) if is_claim else None
    # Labels that are looked up here are kept for the template.
    helpers = Helpers(engine, ask, _mentions(found, lines, claims.values(), said))
    alone = bool(ask.one("group"))
    return page(
        engine,
        ask,
        "thing.html",
        thing_of=found,
        names_of=list({label.value: label for label in found.names}.values()),
        parts_of=parts,
        claims_of=lambda names: [claims[one] for one in names if one in claims],
        reverse_of=_reverse(engine, found).__getitem__,
        alone=alone,
        most_mentions=_MOST_MENTIONS,
        made=made,
        shown_made=[claims[one] for one in made.claims if one in claims],
        said=said,
        sides_of=sides,
        picture=None if alone else _picture(found, parts, claims, said, ask, helpers),
        around=None if alone else _around(found, helpers),
        span=_span,
        is_iri=lambda value: isinstance(value, NamedNode),
        is_ours=lambda name: name.startswith(PREFIXES["ally"]),
        text_of=_text,
        language_of=lambda value: value.language or "" if isinstance(value, Literal) else "",
    )


@dataclass(frozen=True)
class _Made:
    """Claims that the thing makes or prints: those of this page, by IRI."""

    claims: tuple[str, ...]
    page: int
    pages: int


def _made(ask: Ask, found: Gathered) -> _Made:
    """Choose the claims of this page."""
    wanted = ask.one("group")
    pages = max(1, -(-len(found.made) // PAGE_LINES))
    number = _page_number(ask, pages) if wanted == _CLAIMS else 1
    start = (number - 1) * PAGE_LINES
    shown_ones = found.made[start : start + PAGE_LINES] if wanted in ("", _CLAIMS) else ()
    return _Made(shown_ones, number, pages)


def _text(value: Value) -> str:
    """Write a value for people; days that stand for "no bound" are an ellipsis."""
    return _day(value.value) if value is not None else ""


def _parts(engine: OxigraphEngine, ask: Ask, found: Gathered) -> list[_Part]:
    """Choose the groups and lines of this page."""
    wanted = ask.one("group")
    groups = [group for group in found.groups if wanted in ("", group.key)]
    if wanted == _CLAIMS and found.made:
        return []
    if wanted and not groups:
        known = ", ".join(group.key for group in found.groups)
        raise UnknownName(f"there is no group '{wanted[:60]}' here", expected=known or None)
    names = Labels(engine, ask.lang)
    reverse = labels(engine, [group.role for group in groups], "ally:reverseLabel")
    parts = []
    for group in groups:
        pages = -(-len(group.lines) // PAGE_LINES)
        number = _page_number(ask, pages) if wanted else 1
        start = (number - 1) * PAGE_LINES
        kind = names.of(group.kind)
        if kind.language in ("", "en"):
            heading = _heading(kind.text, reverse.get(group.role, ""))
        else:
            # Reverse labels are English; elsewhere class and property say which part it plays.
            heading = f"{kind.text} ({names.of(group.role).text})"
        lines = group.lines[start : start + PAGE_LINES]
        parts.append(_Part(group, heading, lines, number, pages))
    return sorted(parts, key=lambda part: (_rank(part.group), part.heading))


def _rank(group: Group) -> int:
    """Order groups: what binds first, then who represents whom, then what is thought and said."""
    kind = group.kind.rpartition("#")[2]
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _reverse(engine: OxigraphEngine, found: Gathered) -> dict[str, str]:
    """Give what things are to this one, by the property that leads from them to it."""
    roles = [role for role, _ in found.mentions]
    names = labels(engine, roles, "ally:reverseLabel")
    plain = labels(engine, roles)
    return {role: names.get(role) or plain.get(role) or compact(role) for role in roles}


def _heading(kind: str, role: str) -> str:
    """Head a group by the part of the property's reverse label that names its kind.

    >>> _heading("tenure", "tenures, positions and concerns")
    'tenures'
    >>> _heading("tenure", "diplomats accredited to it")
    'diplomats accredited to it'
    """
    parts = _AND.split(role)
    return next((part for part in parts if part.startswith(kind)), role or kind)


def _page_number(ask: Ask, pages: int) -> int:
    given = ask.one("page", "1")
    # So many digits are no page, and int() would refuse still more.
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= pages:
        raise ParameterError(f"there is no page '{given[:20]}'", expected=f"1 to {pages}")
    return int(given)


def _mentions(
    found: Gathered, lines: Iterable[Line], claims: Iterable[Shown], said: Said | None
) -> Iterator[str]:
    """Give all that the page names, so that labels are looked up at once."""
    if said is not None:
        yield from said.mentions()
        yield from _named(said.about.said if said.about else ())
    yield from (found.iri, *found.types, *found.links)
    yield from (group.kind for group in found.groups)
    for facts in [found.said, *(line.said for line in lines)]:
        yield from _named(facts)
    for line in lines:
        yield from (line.iri, *line.others)
    for line in found.lines:
        yield min(line.others, key=_is_no_actor, default=found.iri)
    for claim in claims:
        yield from claim.mentions()
    for role, things in found.mentions:
        yield from (role, *things[:_MOST_MENTIONS])


def _named(said: Sequence[tuple[str, tuple[Value, ...]]]) -> Iterator[str]:
    for name, values in said:
        yield name
        yield from (value.value for value in values if isinstance(value, NamedNode))


def _span(spells: Sequence[Spell]) -> tuple[str, str]:
    """Give the first and the last day that are sure or presumed; open ends are empty."""
    held = [spell for spell in spells if spell.certainty in ("sure", "presumed")]
    if not held:
        return "", ""
    first, last = held[0].first, held[-1].last
    return first.replace(_OPEN[0], ""), last.replace(_OPEN[1], "")


def _picture(
    found: Gathered,
    parts: Sequence[_Part],
    claims: dict[str, Shown],
    said: Said | None,
    ask: Ask,
    helpers: Helpers,
) -> dict[str, object] | None:
    """Give the timeline; of a claim that of what it is about, on which all have their say."""
    if said is not None and said.about is not None:
        same = {claim.claim: claim for claim in said.others}
        return _timeline(said.about, [], same, ask, helpers)
    return _timeline(found, [part.lines for part in parts], claims, ask, helpers)


def _share(groups: Sequence[Sequence[_T]], most: int) -> list[_T]:
    """Choose for a picture: as many of each group as fit, so that none crowds others out.

    >>> _share([["a", "b", "c"], ["d"]], 3)
    ['a', 'b', 'd']
    >>> _share([["a", "b", "c"], ["d"]], 9)
    ['a', 'b', 'c', 'd']
    """
    rounds = max(map(len, groups), default=0)
    turns = [(i, n) for i in range(rounds) for n, group in enumerate(groups) if i < len(group)]
    return [groups[n][i] for i, n in sorted(turns[:most], key=lambda turn: turn[::-1])]


def _timeline(
    found: Gathered,
    groups: Sequence[Sequence[Line]],
    claims: dict[str, Shown],
    ask: Ask,
    helpers: Helpers,
) -> dict[str, object] | None:
    """Give the timeline and the rows of its table; None where there is nothing to tell."""
    named = (*found.claims, *(one for lines in groups for line in lines for one in line.claims))
    about = [claims[one] for one in dict.fromkeys(named) if one in claims]
    held = [[line for line in lines if _holds(line)] for lines in groups]
    drawn = _share(held, _MOST_BARS)
    bars, rows = _bars(found, drawn, helpers)
    if not about and not bars:
        return None
    said = [_mark(one.said, one, helpers) for one in about if one.said]
    reported = [_mark(one.known_since, one, helpers) for one in about]
    words = Words(
        title=helpers.phrase("thing.timeline-of", name=helpers.plain(found.iri)),
        said=helpers.phrase("thing.lane-said"),
        reported=helpers.phrase("thing.lane-reported"),
        holds=helpers.phrase("thing.lane-holds"),
        as_of=helpers.phrase("frame.as-of"),
        known_by=helpers.phrase("frame.known-by"),
    )
    clocks = (ask.as_of.isoformat(), ask.known_by.isoformat())
    told = [
        (one.said, one.known_since, helpers.thing(one.claim, one.identifier), one.quote)
        for one in about
    ]
    return {
        "svg": timeline(said, reported, bars, clocks, words),
        "told": told,
        "held": rows,
        "drawn": len(drawn),
        "total": len([line for group in found.groups for line in group.lines if _holds(line)]),
    }


def _holds(line: Line) -> bool:
    """Tell whether it is sure or presumed on some day."""
    return any(spell.certainty in ("sure", "presumed") for spell in line.spells)


def _mark(day: str, claim: Shown, helpers: Helpers) -> Mark:
    label = claim.quote or helpers.plain(claim.about or claim.claim)
    return Mark(day, label, helpers.link(f"{claim.claim.removeprefix(BASE)}.html"))


def _bars(
    found: Gathered, lines: Sequence[Line], helpers: Helpers
) -> tuple[list[Bar], list[tuple[object, ...]]]:
    """Draw the thing itself where it holds or not, and its first relationships."""
    bars: list[Bar] = []
    rows: list[tuple[object, ...]] = []
    held = [(found.iri, found.spells), *((line.iri, line.spells) for line in lines)]
    number = 0
    for iri, spells in held:
        drawn = [spell for spell in spells if spell.certainty in ("sure", "presumed")]
        if not drawn:
            continue
        name = helpers.plain(iri)
        href = helpers.link(f"{iri.removeprefix(BASE)}.html")
        for spell in drawn:
            first, last = (_day(day) for day in (spell.first, spell.last))
            word = helpers.phrase(f"frame.badge-{spell.certainty}")
            label = f"{name}: {first} \u2013 {last}, {word}"
            bars.append(
                Bar(
                    row=number,
                    first=spell.first,
                    last=spell.last,
                    certainty=spell.certainty,
                    standing=spell.standing,
                    label=label,
                    href=href,
                    name=name if spell is drawn[0] else "",
                )
            )
            rows.append((helpers.thing(iri), first, last, word))
        number += 1
    return bars, rows


def _day(day: str) -> str:
    return "…" if day in _OPEN else day


def _is_no_actor(iri: str) -> bool:
    """Put actors first: a partnership joins partners, and names their programme too."""
    return not iri.startswith(PREFIXES["actor"])


def _around(found: Gathered, helpers: Helpers) -> dict[str, object] | None:
    """Give the picture of the neighbourhood and the rows of its table; None for less than three."""
    seen: set[str] = set()
    groups: list[list[tuple[Neighbour, tuple[object, ...]]]] = []
    for group in sorted(found.groups, key=_rank):
        kind = helpers.plain(group.kind)
        groups.append([])
        for line in group.lines:
            other = min(line.others, key=_is_no_actor, default="")
            if line.now is None or line.now.certainty == "none" or not other or other in seen:
                continue
            seen.add(other)
            href = helpers.link(f"{other.removeprefix(BASE)}.html")
            state = (line.now.certainty, line.now.standing)
            word = helpers.phrase(f"frame.badge-{line.now.certainty}")
            row = (helpers.thing(other), kind, helpers.thing(line.iri), word)
            groups[-1].append((Neighbour(helpers.plain(other), href, kind, *state), row))
    if len(seen) < _FEWEST:
        return None
    title = helpers.phrase("thing.around", name=helpers.plain(found.iri))
    drawn = [neighbour for neighbour, _ in _share(groups, MOST)]
    svg = neighbourhood(helpers.plain(found.iri), drawn, title)
    rows = [row for one in groups for _, row in one]
    return {"svg": svg, "rows": rows, "shown": len(drawn), "total": len(rows)}
