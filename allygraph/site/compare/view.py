"""The page that compares: forms for what to compare, and the answer; also as JSON."""

import json
from dataclasses import asdict
from typing import Any

from allygraph.difference.scope import word_of
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.lookup import below
from allygraph.names import compact, expand
from allygraph.site.asking import Answer, Ask
from allygraph.site.compare.days import Days, compare_days
from allygraph.site.compare.things import Cell, Things, compare_things
from allygraph.site.pages import page

WAYS = ("days", "knowledge", "things")


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page or the data of a comparison; without ``what``, the page to choose it.

    Raises:
        UnknownName: the graph does not have a thing that is asked about.
        DateError, ParameterError, UsageError: a field does not fit.
    """
    what = ask.one("what")
    if what and what not in WAYS:
        raise ParameterError(f"what: {what[:20]!r} cannot be compared", expected=", ".join(WAYS))
    days = compare_days(engine, ask) if what in ("days", "knowledge") else None
    things = compare_things(engine, ask) if what == "things" else None
    if ask.form == "json":
        return _record(ask, days, things)
    compared = days or things
    return page(
        engine,
        ask,
        "compare.html",
        mentions=compared.mentions() if compared else (),
        what=what,
        days=days,
        things=things,
        kinds=_kinds(engine),
        expand=expand,
        formats=("json",) if compared else (),
    )


def _kinds(engine: OxigraphEngine) -> list[str]:
    """List the words for kinds of things that can be asked for."""
    classes = below(
        engine,
        "ally:Relationship",
        "ally:DecisionRule",
        "ally:Event",
        "ally:Instrument",
        "ally:Proposal",
        "ally:StageChange",
    )
    return sorted({word_of(one) for one in classes} - {"relationship"})


def _record(ask: Ask, days: Days | None, things: Things | None) -> Answer:
    if days:
        record = days.found.record()
    elif things:
        record = _things_record(ask, things)
    else:
        raise ParameterError("'what' is missing", expected=f"what={'|'.join(WAYS)}")
    body = json.dumps({"version": ask.version, **record}, ensure_ascii=False) + "\n"
    return Answer(body.encode(), "application/json")


def _things_record(ask: Ask, things: Things) -> dict[str, Any]:
    cells = [*things.between]
    rows = []
    for kind, group in things.kinds:
        for row in group:
            cells += [*row.left, *row.right]
            rows.append(
                {
                    "kind": kind,
                    "other": compact(row.other),
                    "value": compact(row.value) if row.value else None,
                    "side": row.side,
                    "left": [_cell_record(cell) for cell in row.left],
                    "right": [_cell_record(cell) for cell in row.right],
                }
            )
    claims = {compact(one.claim): asdict(one) for cell in cells for one in cell.claims}
    return {
        "as_of": ask.as_of.isoformat(),
        "known_by": ask.known_by.isoformat(),
        "left": compact(things.left),
        "right": compact(things.right),
        "between": [_cell_record(cell) for cell in things.between],
        "rows": rows,
        "claims": claims,
    }


def _cell_record(cell: Cell) -> dict[str, Any]:
    return {
        "thing": compact(cell.tie.thing),
        "value": compact(cell.tie.value) if cell.tie.value else None,
        "first": cell.first or None,
        "last": cell.last or None,
        "certainty": cell.state.certainty,
        "standing": cell.state.standing,
        "review": cell.state.review,
        "claims": [compact(claim.claim) for claim in cell.claims],
    }
