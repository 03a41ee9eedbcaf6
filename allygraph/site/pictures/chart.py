"""Bars: amounts side by side, as a picture that is also a list for who cannot see it.

Shape: one `Bar` a line with one amount a series in, SVG text out. Lengths share one scale from 0.
Units: pixels of a drawing 1000 wide; colours come from the stylesheet by class.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _LABEL, _ROOM = 1000, 320, 70
_GAP, _TOP = 8, 24
_MOST_SIGNS = 48


@dataclass(frozen=True)
class Bar:
    """A line of the chart: what it is about, where that leads, and an amount for each series.

    An amount that is not known is None: it has no bar, and is not 0.
    """

    label: str
    amounts: tuple[float | None, ...]
    href: str = ""


def bars(lines: Sequence[Bar], series: Sequence[str], title: str) -> Markup:
    """Draw bars.

    Args:
        lines: from top to bottom.
        series: names of the amounts of each line; each has a bar of its own.
        title: what the picture shows.
    """
    most = max((amount or 0 for line in lines for amount in line.amounts), default=0) or 1
    thick = 16 if len(series) == 1 else 12
    step = thick * len(series) + _GAP
    top = _TOP if len(series) > 1 else 4
    height = top + step * len(lines)
    drawn = [
        _line(line, series, top + at * step, thick, (_WIDTH - _LABEL - _ROOM) / most)
        for at, line in enumerate(lines)
    ]
    return canvas("chart", _WIDTH, height, title, _legend(series), *drawn)


def canvas(kind: str, width: int, height: int, title: str, *parts: Markup) -> Markup:
    """Give the SVG of a picture; who hears the page hears its title and the links in it."""
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="group" aria-label="{}"><title>{}</title>{}</svg>'
    ).format(kind, width, height, title, title, Markup("").join(parts))


def _legend(series: Sequence[str]) -> Markup:
    if len(series) < 2:
        return Markup("")
    keys = [
        Markup(
            '<rect class="series series-{}" x="{}" y="4" width="10" height="10"/>'
            '<text x="{}" y="13">{}</text>'
        ).format(at, _LABEL + at * 130, _LABEL + at * 130 + 15, name)
        for at, name in enumerate(series)
    ]
    return Markup("").join(keys)


def _line(line: Bar, series: Sequence[str], y: float, thick: int, scale: float) -> Markup:
    middle = y + thick * len(series) / 2 + 4
    text = Markup('<text class="label" x="{}" y="{:.1f}">{}</text>').format(
        _LABEL - 8, middle, cut(line.label, _MOST_SIGNS)
    )
    if line.href:
        text = Markup('<a href="{}">{}</a>').format(line.href, text)
    drawn = [text]
    for at, amount in enumerate(line.amounts):
        if amount is None:
            continue
        length = max(0.0, amount) * scale
        above = y + at * thick
        drawn.append(
            Markup(
                '<rect class="series series-{}" x="{}" y="{:.1f}" width="{:.1f}" height="{}">'
                "<title>{}: {} {:g}</title></rect>"
                '<text class="amount" x="{:.1f}" y="{:.1f}">{:g}</text>'
            ).format(
                *(at, _LABEL, above + 1, length, thick - 2, line.label, series[at], amount),
                *(_LABEL + length + 5, above + thick - 3, amount),
            )
        )
    return Markup("<g>{}</g>").format(Markup("").join(drawn))


def cut(text: str, most: int) -> Markup:
    """Shorten a text for a narrow place; the whole stands in the title of the line."""
    return escape(text if len(text) <= most else f"{text[: most - 1]}…")
