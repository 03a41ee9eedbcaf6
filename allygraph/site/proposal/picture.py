"""The picture of a proposal: what was said and reported, and which stages and positions held when.

The first row is the proposal itself, on the days on which it lay open; stages and positions follow.
"""

from typing import Any

from allygraph.difference.states import FIRST, LAST, Span, iso
from allygraph.names import BASE
from allygraph.site.asking import Ask
from allygraph.site.claims import Shown
from allygraph.site.pages import Helpers
from allygraph.site.pictures.timeline import Bar, Mark, Words, timeline
from allygraph.site.proposal.gathering import Gathered, Item


def picture(found: Gathered, ask: Ask, helpers: Helpers) -> dict[str, Any] | None:
    """Draw the picture, and give the rows of its two tables.

    Returns:
        None where nothing was said and nothing holds.
    """
    positions = [one for holder in found.holders for one in holder.positions]
    drawn = [one for one in (found.own, *found.stages, *positions) if one.spans]
    bars = [bar for row, item in enumerate(drawn) for bar in _bars(row, item, helpers)]
    if not bars and not found.claims:
        return None
    words = Words(
        title=helpers.phrase("proposal.picture"),
        said=helpers.phrase("thing.lane-said"),
        reported=helpers.phrase("thing.lane-reported"),
        holds=helpers.phrase("thing.lane-holds"),
        as_of=helpers.phrase("frame.as-of"),
        known_by=helpers.phrase("frame.known-by"),
    )
    said = [_mark(one.said, one, helpers) for one in found.claims if one.said]
    reported = [_mark(one.known_since, one, helpers) for one in found.claims]
    clocks = (ask.as_of.isoformat(), ask.known_by.isoformat())
    return {
        "svg": timeline(said, reported, bars, clocks, words),
        "held": [row for item in drawn for row in _rows(item, helpers)],
        "told": [
            (one.said, one.known_since, helpers.thing(one.claim, one.identifier), one.quote)
            for one in found.claims
        ],
    }


def _mark(day: str, claim: Shown, helpers: Helpers) -> Mark:
    label = claim.quote or helpers.plain(claim.about or claim.claim)
    return Mark(day, label, helpers.link(f"{claim.claim.removeprefix(BASE)}.html"))


def _bars(row: int, item: Item, helpers: Helpers) -> list[Bar]:
    name = helpers.plain(item.iri)
    href = helpers.link(f"{item.iri.removeprefix(BASE)}.html")
    bars = []
    for number, span in enumerate(_merged(item)):
        word = helpers.phrase(f"frame.badge-{span.state.certainty}")
        days = f"{_day(span.first)} \u2013 {_day(span.last)}"
        bars.append(
            Bar(
                row=row,
                first=iso(span.first),
                last=iso(span.last),
                certainty=span.state.certainty,
                standing=span.state.standing,
                label=f"{name}: {days}, {word}",
                href=href,
                name="" if number else name,
            )
        )
    return bars


def _rows(item: Item, helpers: Helpers) -> list[tuple[object, ...]]:
    return [
        (
            helpers.thing(item.iri),
            _day(span.first),
            _day(span.last),
            helpers.phrase(f"frame.badge-{span.state.certainty}"),
        )
        for span in _merged(item)
    ]


def _merged(item: Item) -> list[Span]:
    """Join neighbouring days that are just as sure, whichever claims are behind them."""
    merged: list[Span] = []
    for span in item.spans:
        last = merged[-1] if merged else None
        if last and last.last == span.first - 1 and last.state.words == span.state.words:
            merged[-1] = last._replace(last=span.last)
        else:
            merged.append(span)
    return merged


def _day(day: int) -> str:
    return "…" if day in (FIRST, LAST) else iso(day)
