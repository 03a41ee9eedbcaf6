"""The page of a network: around a thing or of all, with its day as a slider; and as JSON."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from allygraph.difference.states import FIRST, LAST, iso
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.names import ALLY, BASE, compact
from allygraph.site.asking import Answer, Ask
from allygraph.site.labelling import Labels
from allygraph.site.meant import meant
from allygraph.site.network.ties import KINDS, Tie, ends, ties, words
from allygraph.site.pages import address, page
from allygraph.site.pictures.network import Edge, Node, network

ALL = "all"
_DEFAULT = "actor:nato"
_DEFAULT_KINDS = ("membership", "partnership", "representation")
_OFFERED = ("membership", "partnership", "representation", "position")
_HUBS = f"""
PREFIX ally: <{ALLY}>
SELECT ?hub (COUNT(DISTINCT ?tie) AS ?ties) WHERE {{
  ?tie ally:organization|ally:alliance ?hub .
  ?tie a ?class . FILTER (?class IN (ally:Membership, ally:Partnership))
}} GROUP BY ?hub HAVING (COUNT(DISTINCT ?tie) > 1)"""


class Row(NamedTuple):
    """A tie in the list: the day's first and last day and words, empty where it does not show."""

    tie: Tie
    name: str
    edge: Edge
    first: str
    last: str


class Wanted(NamedTuple):
    """What is to be shown: a thing by whole IRI (empty: all), kinds, and lines among the others."""

    focus: str
    kinds: tuple[str, ...]
    between: bool


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the network, as a page or as JSON.

    Raises:
        UnknownName: the graph has no such thing.
        ParameterError: no such kind of relationship.
    """
    wanted = _wanted(engine, ask)
    found = _found(engine, ask, wanted)
    if ask.form == "json":
        return _record(engine, ask, wanted, found)
    labels = Labels(engine, ask.lang)
    hubs = [str(row["hub"]) for row in engine.select(_HUBS).records()]
    labels.look_up([*ends(found), *hubs, *(tie.thing for tie in found), *(t.value for t in found)])
    rows = [_row(ask, labels, tie) for tie in found]
    nodes = [_node(ask, labels, iri) for iri in sorted(ends(found) | {wanted.focus} - {""})]
    days = change_days(found)
    focus = compact(wanted.focus) if wanted.focus else ""
    label = labels.of(wanted.focus).text if focus else ""
    return page(
        engine,
        ask,
        "network.html",
        wanted=wanted,
        focus=focus,
        label=label,
        choices=sorted(
            ((compact(hub), labels.of(hub).text) for hub in {*hubs, wanted.focus} - {""}),
            key=lambda one: one[1].casefold(),
        ),
        offered=_OFFERED + tuple(kind for kind in wanted.kinds if kind not in _OFFERED),
        picture=network(nodes, [row.edge for row in rows], title=_title(ask, label), focus=focus),
        rows=rows,
        counts=Counter(row.tie.kind for row in rows if row.edge.words),
        days=days,
        before=max((day for day in days if day < ask.as_of.isoformat()), default=""),
        after=min((day for day in days if day > ask.as_of.isoformat()), default=""),
        formats=("json",),
    )


def change_days(found: Iterable[Tie]) -> list[str]:
    """List the days on which what shows changes, in order, as ISO texts."""
    edges = {day for tie in found for span in tie.shown for day in (span.first, span.last + 1)}
    return [iso(day) for day in sorted(edges) if FIRST < day < LAST]


def spans_text(tie: Tie) -> str:
    """Give the days on which a tie shows, for a script: ``first,last,word word;…``."""
    return ";".join(
        f"{iso(span.first)},{iso(span.last)},{' '.join(words(span.state))}" for span in tie.shown
    )


def _title(ask: Ask, label: str) -> str:
    return f"{label or 'allygraph'}, {ask.as_of.isoformat()}"


def _wanted(engine: OxigraphEngine, ask: Ask) -> Wanted:
    given = ask.one("about").strip() or ask.one("alliance").strip() or _DEFAULT
    kinds = tuple(dict.fromkeys(kind for kind in ask.params.get("kind", ()) if kind))
    for kind in kinds:
        if kind not in KINDS:
            raise ParameterError(
                f"kind: {kind[:40]!r} is no kind of relationship", expected=", ".join(KINDS)
            )
    focus = "" if given == ALL else meant(engine, ask, given)
    return Wanted(focus, kinds or _DEFAULT_KINDS, ask.one("between") not in ("", "0", "false"))


def _found(engine: OxigraphEngine, ask: Ask, wanted: Wanted) -> list[Tie]:
    if not wanted.focus:
        found = ties(engine, wanted.kinds, ask.known_by)
    else:
        found = ties(engine, wanted.kinds, ask.known_by, [wanted.focus])
    found = [tie for tie in found if tie.shown]
    if wanted.focus and wanted.between:
        around = ends(found)
        others = ties(engine, wanted.kinds, ask.known_by, around - {wanted.focus})
        inside = [tie for tie in others if tie.shown and {tie.start, tie.end} <= around]
        found += [tie for tie in inside if wanted.focus not in (tie.start, tie.end)]
    return found


def _row(ask: Ask, labels: Labels, tie: Tie) -> Row:
    span = tie.on(ask.as_of)
    name = compact(tie.thing)
    edge = Edge(
        name=name,
        start=compact(tie.start),
        end=compact(tie.end),
        kind=tie.kind,
        title=labels.of(tie.thing).text,
        address=address(ask, "network/edge", thing=name),
        words=words(span.state) if span else (),
        spans=spans_text(tie),
    )
    first, last = tie.lasting(ask.as_of) or (FIRST, LAST)
    return Row(tie, name, edge, _bound(first), _bound(last))


def _bound(day: int) -> str:
    return "" if day in (FIRST, LAST) else iso(day)


def _node(ask: Ask, labels: Labels, iri: str) -> Node:
    text, language = labels.of(iri)
    own = iri.startswith(BASE)
    target = address(ask, f"{iri.removeprefix(BASE)}.html") if own else iri
    return Node(compact(iri), text, target, language if language not in ("", ask.lang) else "")


def _record(engine: OxigraphEngine, ask: Ask, wanted: Wanted, found: list[Tie]) -> Answer:
    """Write the network as JSON: nodes with labels, edges with the days on which they show."""
    labels = Labels(engine, ask.lang)
    labels.look_up([*ends(found), *(tie.thing for tie in found)])
    nodes = [{"id": compact(iri), "label": labels.of(iri).text} for iri in sorted(ends(found))]
    record = {
        "about": compact(wanted.focus) if wanted.focus else None,
        "as_of": ask.as_of.isoformat(),
        "known_by": ask.known_by.isoformat(),
        "version": ask.version,
        "nodes": nodes,
        "edges": [_edge_record(labels, ask.as_of, tie) for tie in found],
    }
    body = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(body, "application/json")


def _edge_record(labels: Labels, day: date, tie: Tie) -> dict[str, Any]:
    on = tie.on(day)
    return {
        "id": compact(tie.thing),
        "label": labels.of(tie.thing).text,
        "kind": tie.kind,
        "value": compact(tie.value) if tie.value else None,
        "source": compact(tie.start),
        "target": compact(tie.end),
        "on_day": None
        if on is None
        else {"certainty": on.state.certainty, "standing": on.state.standing},
        "days": [
            {
                "first": _bound(span.first) or None,
                "last": _bound(span.last) or None,
                "certainty": span.state.certainty,
                "standing": span.state.standing,
                "review": span.state.review,
                "claims": [compact(claim) for claim in span.state.claims],
            }
            for span in tie.shown
        ],
    }
