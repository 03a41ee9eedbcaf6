"""Views: pictures of an answer, where its columns allow one.

Amounts become bars, days become spans, pairs of things a network, places a map. Which columns those
are is read off the header of the query and the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from allygraph.dates import bounds
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import DateError
from allygraph.names import BASE, PREFIXES
from allygraph.queries import SavedQuery
from allygraph.results import Value, plain
from allygraph.site.asking import Ask
from allygraph.site.claims import badge_of
from allygraph.site.labelling import Labels
from allygraph.site.pages import address
from allygraph.site.pictures.chart import Bar, bars
from allygraph.site.pictures.network import Edge, Node, network
from allygraph.site.pictures.spans import Span, spans
from allygraph.site.questions.mapping import Named, drawn
from allygraph.site.questions.rows import Page

_NO_AMOUNTS = frozenset({"year", "sentence", "blocking_count", "rate"})
_PAIRS = (("first", "last"), ("from", "until"), ("starts", "ends"), ("mentioned", "opened"))
_ENDS = tuple(
    PREFIXES[kind]
    for kind in ("actor", "event", "instrument", "office", "place", "proposal", "rule")
)
_FEWEST_EDGES, _MOST_EDGES = 2, 60
_FAR = (date.min, date.max)
_NAMELESS = ("certainty", "standing", "review", "modality", "polarity", "claim", "speaker")


@dataclass(frozen=True)
class Picture:
    """A picture and the key of the phrase that says what it shows."""

    kind: str
    svg: Markup


def views(
    engine: OxigraphEngine, ask: Ask, saved: SavedQuery, found: Page, labels: Labels
) -> list[Picture]:
    """Draw what can be drawn of the rows that are shown."""
    drawer = _Drawer(ask, saved, found, labels)
    pictures = (drawer.chart(), drawer.timeline(), drawer.network(), drawer.map(engine))
    return [picture for picture in pictures if picture]


class _Drawer:
    def __init__(self, ask: Ask, saved: SavedQuery, found: Page, labels: Labels) -> None:
        self._ask, self._saved, self._labels = ask, saved, labels
        self._columns = found.table.columns
        self._rows = found.table.rows

    def chart(self) -> Picture | None:
        amounts = [
            name
            for name in self._columns
            if self._saved.columns[name].type == "integer" and name not in _NO_AMOUNTS
        ]
        if not amounts or len(self._rows) < 2:
            return None
        lines = []
        for row in self._rows:
            values = [plain(self._value(row, name)) for name in amounts]
            numbers = tuple(float(v) if isinstance(v, (int, float)) else None for v in values)
            label, href = self._name(row)
            lines.append(Bar(label, numbers, href))
        series = [name.replace("_", " ") for name in amounts]
        return Picture("chart", bars(lines, series, self._saved.title))

    def timeline(self) -> Picture | None:
        pair = next((p for p in _PAIRS if set(p) <= set(self._columns)), None)
        if pair is None:
            days = [n for n in self._columns if self._saved.columns[n].type == "date"]
            pair = (days[0], days[0]) if days else None
        if pair is None:
            return None
        lines = [line for row in self._rows if (line := self._span(row, pair))]
        if len(lines) < 2:
            return None
        lines.sort(key=lambda line: (line.first or date.min, line.last or date.max, line.label))
        return Picture("timeline", spans(lines, self._saved.title, self._ask.as_of))

    def network(self) -> Picture | None:
        """Connect the first two things of each row, where rows connect several."""
        edges: dict[tuple[str, str], Edge] = {}
        for row in self._rows:
            things = self._things(row)
            if len(things) < 2 or things[0] == things[1]:
                continue
            start, end = things[:2]
            title = f"{self._labels.of(start).text}, {self._labels.of(end).text}"
            certainty = self._value(row, "certainty") or self._value(row, "standing")
            word = badge_of(certainty.value) if isinstance(certainty, NamedNode) else "sure"
            where = self._address(start)
            edges[start, end] = Edge(f"row-{len(edges)}", start, end, "", title, where, (word,))
        ends = {one: None for pair in edges for one in pair}
        if not _FEWEST_EDGES <= len(edges) <= _MOST_EDGES or len(ends) == 2 * len(edges):
            return None
        nodes = [Node(one, *self._named(one)) for one in ends]
        return Picture("network", network(nodes, list(edges.values()), title=self._saved.title))

    def map(self, engine: OxigraphEngine) -> Picture | None:
        """Show where the things of the rows are, each once."""
        things = {
            thing: Named(self._labels.of(thing).text, self._address(thing))
            for row in self._rows
            for thing in self._things(row)
        }
        svg = drawn(engine, things, self._saved.title) if things else None
        return Picture("map", svg) if svg else None

    def _things(self, row: Sequence[Value]) -> list[str]:
        return [
            value.value
            for column, value in zip(self._columns, row, strict=True)
            if isinstance(value, NamedNode)
            and column not in _NAMELESS
            and value.value.startswith(_ENDS)
        ]

    def _named(self, iri: str) -> tuple[str, str, str]:
        label = self._labels.of(iri)
        return label.text, self._address(iri), label.language

    def _address(self, iri: str) -> str:
        return address(self._ask, f"{iri.removeprefix(BASE)}.html")

    def _span(self, row: Sequence[Value], pair: tuple[str, str]) -> Span | None:
        first, last = _days(self._value(row, pair[0])), _days(self._value(row, pair[1]))
        start = first[0] if first and first[0] not in _FAR else None
        end = last[1] if last and last[1] not in _FAR else None
        if start is None and end is None:
            return None
        if start and end and end < start:
            start, end = end, start
        label, href = self._name(row)
        certainty = self._value(row, "certainty") or self._value(row, "standing")
        word = badge_of(certainty.value) if isinstance(certainty, NamedNode) else ""
        return Span(label, start, end, href, word)

    def _name(self, row: Sequence[Value]) -> tuple[str, str]:
        """Call a row by its first things, and lead to the first of them."""
        names: list[str] = []
        href = ""
        for column, value in zip(self._columns, row, strict=True):
            if not isinstance(value, NamedNode) or column in _NAMELESS or len(names) == 2:
                continue
            names.append(self._labels.of(value.value).text)
            is_ours = value.value.startswith(BASE) and not value.value.startswith(PREFIXES["ally"])
            if not href and is_ours:
                href = address(self._ask, f"{value.value.removeprefix(BASE)}.html")
        if not names:
            texts = [v.value for v in row if isinstance(v, Literal)]
            return (texts[0] if texts else ""), ""
        return ", ".join(names), href

    def _value(self, row: Sequence[Value], column: str) -> Value:
        return row[self._columns.index(column)] if column in self._columns else None


def _days(value: Value) -> tuple[date, date] | None:
    if not isinstance(value, Literal):
        return None
    try:
        return bounds(value.value)
    except DateError:
        return None
