"""The page of a proposal: how it is decided, who holds what, who blocks, and what was told of it.

Beside the rule stand the members of the day and the ledger of their positions; below them what was
floated and expected, and how that turned out; and the story, in the order in which it became known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from allygraph.difference.states import LEVELS, State, iso_or_none
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import BASE, compact, expand
from allygraph.site import thing
from allygraph.site.asking import Answer, Ask
from allygraph.site.pages import Helpers, page
from allygraph.site.proposal.gathering import Gathered, Item, gather
from allygraph.site.proposal.picture import picture

__all__ = ["read"]


@dataclass(frozen=True)
class Row:
    """A spell of a position in the ledger: its days, empty where open, and its state.

    ``now`` tells whether it holds on the day; without days it was never a fact.
    """

    item: Item
    first: str
    last: str
    state: State | None
    now: bool


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page of the proposal that the path names; with ``view=thing`` that of any thing.

    Raises:
        UnknownName: the graph has no such proposal.
    """
    if ask.one("view") == "thing" or ask.one("group"):
        return thing.read(engine, ask)
    iri = BASE + quote(ask.path, safe="/-._~%")
    found = gather(engine, iri, ask.as_of, ask.known_by)
    day = ask.as_of.toordinal()
    # Labels that are looked up here are kept for the template.
    helpers = Helpers(engine, ask, _mentions(found))
    return page(
        engine,
        ask,
        "proposal.html",
        it=found,
        picture=picture(found, ask, helpers),
        ledger={holder.iri: list(ledger(holder.positions, day)) for holder in found.holders},
        ledger_of=lambda item: next(iter(ledger([item], day)), None),
        opened=_opened(found, day),
        in_words=lambda item: _in_language(item.words, ask.lang),
        short=compact,
        can_block=_can_block(engine, found),
    )


def ledger(positions: Iterable[Item], day: int) -> Iterator[Row]:
    """Give the spells of positions in the order of time; one that never was a fact comes last.

    Args:
        positions: in the order in which they began.
        day: the day in the world, as an ordinal: its state is shown where the spell covers it.
    """
    for item in positions:
        spells: list[list[int]] = []
        for span in item.spans:
            if spells and spells[-1][1] == span.first - 1:
                spells[-1][1] = span.last
            else:
                spells.append([span.first, span.last])
        for first, last in spells:
            now = first <= day <= last
            inside = [span.state for span in item.spans if first <= span.first <= last]
            best = max(inside, key=lambda state: LEVELS[state.certainty])
            days = (iso_or_none(first) or "", iso_or_none(last) or "")
            yield Row(item, *days, item.now if now else best, now)
        if not spells:
            yield Row(item, "", "", item.course[-1].state if item.course else None, False)


def _opened(found: Gathered, day: int) -> dict[str, str | bool]:
    """Tell whether it lies open on the day, and the days between which it does."""
    days = found.open_days or (0, 0)
    first, last = (iso_or_none(one) or "" if one else "" for one in days)
    return {
        "now": found.own.holds,
        "ever": found.open_days is not None,
        "early": bool(found.open_days) and day < days[0],
        "first": first,
        "last": last,
    }


def _can_block(engine: OxigraphEngine, found: Gathered) -> bool:
    """Tell whether one member is enough under a rule in force."""
    kinds = {rule.one("ally:ruleKind") for rule in found.rules if rule.one("ally:blockingCount")}
    one = {
        rule.one("ally:ruleKind") for rule in found.rules if rule.one("ally:blockingCount") == "1"
    }
    name = NamedNode(expand("ally:blockableByOne"))
    return any(
        quad.object.value == "true"  # type: ignore[union-attr]
        for kind in kinds & one
        for quad in engine.store.quads_for_pattern(NamedNode(kind), name, None, None)
    )


def _in_language(words: Iterable[Literal], language: str) -> list[Literal]:
    """Choose the words in a language, else the English ones, else all."""
    known = list(words)
    for wanted in (language, "en"):
        if found := [one for one in known if one.language == wanted]:
            return found
    return known


def _mentions(found: Gathered) -> Iterator[str]:
    """Give all that the page names, so that labels are looked up at once."""
    items = [*found.items.values(), *found.rules, *found.memberships]
    for item in items:
        yield item.iri
        for values in item.facts.values():
            yield from (value.value for value in values if isinstance(value, NamedNode))
    claims = chain.from_iterable(item.claims for item in items)
    for claim in chain(claims, found.settled.values()):
        yield from claim.mentions()
