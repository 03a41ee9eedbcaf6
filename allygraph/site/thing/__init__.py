"""The page of a thing: what it is, its relationships by kind and time, and why each is there."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError, UnknownName
from allygraph.lookup import labels
from allygraph.names import BASE, compact, expand
from allygraph.results import Value
from allygraph.site.asking import Answer, Ask
from allygraph.site.claims import Shown, shown
from allygraph.site.labelling import Labels
from allygraph.site.pages import Helpers, page
from allygraph.site.pictures.neighbourhood import Neighbour, neighbourhood
from allygraph.site.pictures.timeline import Bar, Mark, Words, timeline
from allygraph.site.thing.gathering import Gathered, Group, Line, Spell, gather

__all__ = ["read"]

PAGE_LINES = 25
"""Lines of a group that a page shows; the rest are on pages of the group alone."""
_MOST_BARS = 24
_MOST_MENTIONS = 40
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
    lines = [line for part in parts for line in part.lines]
    wanted = [*found.claims, *found.made[:PAGE_LINES], *(c for line in lines for c in line.claims)]
    claims = shown(engine, wanted, ask.known_by)
    # Labels that are looked up here are kept for the template.
    helpers = Helpers(engine, ask, _mentions(found, lines, claims.values()))
    alone = bool(ask.one("group"))
    return page(
        engine,
        ask,
        "thing.html",
        thing_of=found,
        parts_of=parts,
        claims_of=lambda names: [claims[one] for one in names if one in claims],
        reverse_of=_reverse(engine, found).__getitem__,
        alone=alone,
        most_mentions=_MOST_MENTIONS,
        shown_made=[claims[one] for one in found.made[:PAGE_LINES] if one in claims],
        is_claim=expand("ally:Claim") in found.types,
        picture=None if alone else _timeline(found, lines, claims, ask, helpers),
        around=None if alone else _around(found, helpers),
        span=_span,
        is_iri=lambda value: isinstance(value, NamedNode),
        language_of=lambda value: value.language or "" if isinstance(value, Literal) else "",
    )


def _parts(engine: OxigraphEngine, ask: Ask, found: Gathered) -> list[_Part]:
    """Choose the groups and lines of this page."""
    wanted = ask.one("group")
    groups = [group for group in found.groups if wanted in ("", group.key)]
    if wanted and not groups:
        known = ", ".join(group.key for group in found.groups)
        raise UnknownName(f"there is no group '{wanted[:60]}' here", expected=known or None)
    number = _page_number(ask) if wanted else 1
    names = Labels(engine, ask.lang)
    reverse = labels(engine, [group.role for group in groups], "ally:reverseLabel")
    parts = []
    for group in groups:
        pages = -(-len(group.lines) // PAGE_LINES)
        if number > pages:
            raise ParameterError(f"there is no page {number}", expected=f"1 to {pages}")
        start = (number - 1) * PAGE_LINES
        kind = names.of(group.kind)
        if kind.language in ("", "en"):
            heading = _heading(kind.text, reverse.get(group.role, ""))
        else:
            # Reverse labels are English; elsewhere class and property say which part it plays.
            heading = f"{kind.text} ({names.of(group.role).text})"
        lines = group.lines[start : start + PAGE_LINES]
        parts.append(_Part(group, heading, lines, number, pages))
    return sorted(parts, key=lambda part: part.heading)


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


def _page_number(ask: Ask) -> int:
    given = ask.one("page", "1")
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 10_000:
        raise ParameterError(f"page: '{given[:20]}' is no number", expected="1, 2, …")
    return int(given)


def _mentions(found: Gathered, lines: Iterable[Line], claims: Iterable[Shown]) -> Iterator[str]:
    """Give all that the page names, so that labels are looked up at once."""
    yield from (found.iri, *found.types, *found.links)
    yield from (group.kind for group in found.groups)
    for said in [found.said, *(line.said for line in lines)]:
        yield from _named(said)
    for line in lines:
        yield from (line.iri, *line.others)
    for line in found.lines:
        yield from line.others[:2]
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


def _timeline(
    found: Gathered,
    lines: Sequence[Line],
    claims: dict[str, Shown],
    ask: Ask,
    helpers: Helpers,
) -> dict[str, object] | None:
    """Give the timeline and the rows of its table; None where there is nothing to tell."""
    about = [
        claims[one]
        for one in (*found.claims, *(c for ln in lines for c in ln.claims))
        if one in claims
    ]
    about = list(dict.fromkeys(about))
    bars, rows = _bars(found, lines, helpers)
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
    return {"svg": timeline(said, reported, bars, clocks, words), "told": told, "held": rows}


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
        if not drawn or number == _MOST_BARS:
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


def _around(found: Gathered, helpers: Helpers) -> dict[str, object] | None:
    """Give the picture of the neighbourhood and the rows of its table."""
    seen: dict[str, tuple[Line, Group]] = {}
    for group in found.groups:
        for line in group.lines:
            for other in line.others[:1]:
                if line.now is not None and line.now.certainty != "none":
                    seen.setdefault(other, (line, group))
    if not seen:
        return None
    neighbours, rows = [], []
    for other, (line, group) in seen.items():
        now = line.now
        if now is None:
            continue
        kind = helpers.plain(group.kind)
        href = helpers.link(f"{other.removeprefix(BASE)}.html")
        name = helpers.plain(other)
        neighbours.append(Neighbour(name, href, kind, now.certainty, now.standing))
        word = helpers.phrase(f"frame.badge-{now.certainty}")
        rows.append((helpers.thing(other), kind, helpers.thing(line.iri), word))
    title = helpers.phrase("thing.around", name=helpers.plain(found.iri))
    svg = neighbourhood(helpers.plain(found.iri), neighbours, title)
    return {"svg": svg, "rows": rows, "total": len(neighbours)}
