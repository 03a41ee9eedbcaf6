"""The page of a saved question: the question, its form, the rows with "why?", pictures, ways out.

What is wrong with a value is told above the form, which keeps what was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import Literal, NamedNode

from allygraph import queries
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName, UsageError, VersionGone
from allygraph.names import PREFIXES, expand
from allygraph.queries import CLOCKS, SavedQuery
from allygraph.results import Value, plain
from allygraph.site.asking import Answer, Ask
from allygraph.site.claims import Shown, badge_of, shown
from allygraph.site.labelling import Labels
from allygraph.site.pages import page
from allygraph.site.questions import citing
from allygraph.site.questions.fields import Field, fields, is_list, named_by_label, starting_values
from allygraph.site.questions.links import links
from allygraph.site.questions.request import Wanted, load, own_values, wanted
from allygraph.site.questions.rows import Page, rows
from allygraph.site.questions.views import views

ROWS = 50
_BADGES = tuple(f"{PREFIXES['kind']}{sort}-" for sort in ("certainty", "standing", "review"))
_FORMS = ("csv", "json", "tsv", "srj", "xml", "md")


@dataclass(frozen=True)
class Cell:
    """A value as a page shows it: ``thing``, ``badge``, ``number``, ``day`` or ``text``."""

    kind: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Line:
    """A row: its cells, and the claims behind it; what it is called, for who hears the page."""

    number: int
    cells: tuple[Cell, ...]
    claims: tuple[Shown, ...]
    name: str


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page.

    Raises:
        UnknownName: there is no such query.
        VersionGone: another version of the graph is wanted.
    """
    saved = load(ask)
    given: Mapping[str, str] = {}
    try:
        given = own_values(ask, saved)
        starting = starting_values(ask, saved, given)
        form = fields(engine, ask, saved, {**starting, **given})
        named = named_by_label(form, given)
        # Links of the page name all its values, so that they lead to the same rows.
        ask = _with_values(ask, saved, {**({} if given else starting), **named})
        want = wanted(ask, why=True, limit=ROWS, values=starting)
        found = rows(engine, want)
    except VersionGone:
        raise
    except UsageError as fault:
        form = fields(engine, ask, saved, {**starting_values(ask, saved, given), **given})
        status = 404 if isinstance(fault, UnknownName) else 400
        return page(
            engine, ask, "question.html", status=status, **_common(saved, form), fault=fault
        )
    return _answered(engine, ask, saved, form, want, found)


def _with_values(ask: Ask, saved: SavedQuery, values: Mapping[str, str]) -> Ask:
    """Give the question with other values."""
    changed = {
        name: tuple(value.split(",")) if is_list(saved.params[name]) else (value,)
        for name, value in values.items()
    }
    return replace(ask, params={**ask.params, **changed})


def _answered(
    engine: OxigraphEngine,
    ask: Ask,
    saved: SavedQuery,
    form: list[Field],
    want: Wanted,
    found: Page,
) -> Answer:
    claims = shown(engine, _claim_names(found), ask.known_by)
    labels = Labels(engine, ask.lang)
    mentions = {v.value for row in found.table.rows for v in row if isinstance(v, NamedNode)}
    mentions.update(name for claim in claims.values() for name in claim.mentions())
    labels.look_up(mentions)
    relations = links(ask, want, found)
    return page(
        engine,
        ask,
        "question.html",
        mentions=mentions,
        formats=_FORMS,
        **_common(saved, form),
        fault=None,
        wanted=want,
        columns=[saved.columns[name] for name in found.table.columns],
        lines=_lines(found, claims, labels),
        found=found,
        relations=relations,
        pictures=views(engine, ask, saved, found, labels),
        citation=citing.citation(ask, saved, relations["permalink"]),
        sparql=queries.without_header(
            want.question.text if not want.why else queries.bind(saved, _values(ask, want))
        ),
    )


def _values(ask: Ask, want: Wanted) -> dict[str, str]:
    clocks = {name: getattr(ask, name).isoformat() for name in CLOCKS if name in want.saved.params}
    return {**want.values, **clocks}


def _common(saved: SavedQuery, form: list[Field]) -> dict[str, Any]:
    examples = queries.examples(saved)
    clocks = {name: examples[name][0] for name in CLOCKS if name in examples}
    own = {name: list(values) for name, values in examples.items() if name not in CLOCKS}
    return {"saved": saved, "form": form, "example": {**own, **clocks}, "has_clocks": clocks}


def _claim_names(found: Page) -> set[str]:
    return {expand(one.claim) for group in found.claims for one in group}


def _lines(found: Page, claims: Mapping[str, Shown], labels: Labels) -> list[Line]:
    groups = found.claims or ((),) * len(found.table)
    lines = []
    for at, (row, group) in enumerate(zip(found.table.rows, groups, strict=True)):
        cells = tuple(_cell(value) for value in row)
        names = (labels.of(c.text).text if c.kind == "thing" else c.text for c in cells[:2])
        behind = tuple(claims[n] for one in group if (n := expand(one.claim)) in claims)
        lines.append(Line(found.offset + at + 1, cells, behind, ", ".join(filter(None, names))))
    return lines


def _cell(value: Value) -> Cell:
    if value is None:
        return Cell("text", "")
    if isinstance(value, NamedNode):
        is_badge = value.value.startswith(_BADGES) and badge_of(value.value)
        return Cell("badge" if is_badge else "thing", value.value)
    if isinstance(value, Literal):
        if value.datatype.value == PREFIXES["xsd"] + "date":
            return Cell("day", value.value)
        kind = "number" if isinstance(plain(value), (int, float)) else "text"
        return Cell(kind, value.value, value.language or "")
    return Cell("text", value.value)
