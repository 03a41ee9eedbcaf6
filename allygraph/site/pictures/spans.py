"""Spans: days and stretches of days on one axis of time, one line each.

Shape: `Span` in, SVG text out. A span without an end goes on: it runs to the edge with an arrow.
Units: pixels of a drawing 1000 wide; colours come from the stylesheet by class.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from allygraph.site.pictures.chart import canvas, cut

_WIDTH, _LABEL, _EDGE = 1000, 320, 14
_STEP, _TOP = 20, 26
_MOST_SIGNS = 48
_FEWEST_DAYS = 30
_STEPS_OF_YEARS = (1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Span:
    """A line: what it is about, its first and last day, where it leads, and how sure it is.

    ``first`` or ``last`` is None where nothing is known: the line runs on to that side.
    """

    label: str
    first: date | None
    last: date | None
    href: str = ""
    word: str = ""


def spans(lines: Sequence[Span], title: str, day: date | None = None) -> Markup:
    """Draw spans.

    Args:
        lines: from top to bottom; each has at least one day.
        title: what the picture shows.
        day: a day to mark, as the clock of the page.
    """
    known = [one for line in lines for one in (line.first, line.last) if one]
    low, high = min(known), max(known)
    margin = timedelta(max((high - low).days, _FEWEST_DAYS) // 25 + 1)
    low = low - margin if low.toordinal() > margin.days else date.min
    high = high + margin if date.max - high > margin else date.max
    axis = _Axis(low, high)
    height = _TOP + _STEP * len(lines) + 8
    drawn = [_line(line, axis, _TOP + at * _STEP) for at, line in enumerate(lines)]
    ticks = [_tick(axis, one, height) for one in axis.ticks()]
    if day and low <= day <= high:
        mark = Markup('<line class="today" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>')
        ticks.append(mark.format(axis.x(day), _TOP - 6, height))
    return canvas("spans", _WIDTH, height, title, *ticks, *drawn)


class _Axis:
    def __init__(self, low: date, high: date) -> None:
        self.low, self.high = low, high
        self._scale = (_WIDTH - _LABEL - _EDGE) / max(1, (high - low).days)

    def x(self, day: date) -> float:
        return _LABEL + (day - self.low).days * self._scale

    def ticks(self) -> list[date]:
        """Give the first days of years, or of months where there are few years."""
        years = self.high.year - self.low.year
        if years < 2:
            days = [date(y, m, 1) for y in (self.low.year, self.high.year) for m in range(1, 13, 3)]
            return sorted({day for day in days if self.low <= day <= self.high})
        step = next((s for s in _STEPS_OF_YEARS if years / s <= 8), 500)
        first = -(-(self.low.year + 1) // step) * step
        return [date(year, 1, 1) for year in range(first, self.high.year + 1, step)]


def _tick(axis: _Axis, day: date, height: int) -> Markup:
    x = axis.x(day)
    text = str(day.year) if (day.month, axis.high.year - axis.low.year > 1) == (1, True) else None
    return Markup(
        '<line class="tick" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>'
        '<text class="tick" x="{0:.1f}" y="12">{3}</text>'
    ).format(x, _TOP - 8, height, text or day.isoformat()[:7])


def _line(line: Span, axis: _Axis, y: int) -> Markup:
    start = axis.x(line.first) if line.first else float(_LABEL)
    end = axis.x(line.last) if line.last else float(_WIDTH - 4)
    days = f"{line.first or '…'}/{line.last or '…'}" if line.first != line.last else line.first
    classes = f"span span-{line.word}" if line.word else "span"
    if line.first == line.last:
        shape = Markup('<circle class="{}" cx="{:.1f}" cy="{}" r="5"/>').format(
            classes, start, y + 8
        )
    else:
        shape = Markup(
            '<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="10" rx="3"/>'
        ).format(classes, start, y + 3, max(3.0, end - start))
    arrow = (
        Markup("")
        if line.last
        else Markup('<text class="on" x="{}" y="{}">▸</text>').format(_WIDTH - 10, y + 13)
    )
    label = Markup('<text class="label" x="{}" y="{}">{}</text>').format(
        _LABEL - 8, y + 12, cut(line.label, _MOST_SIGNS)
    )
    if line.href:
        label = Markup('<a href="{}">{}</a>').format(line.href, label)
    return Markup("<g><title>{}: {}</title>{}{}{}</g>").format(
        line.label, days, label, shape, arrow
    )
