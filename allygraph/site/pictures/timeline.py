"""A timeline in three lanes: when it was said, when it was reported, and when it holds.

The two clocks are lines through all lanes: the day in the world crosses what holds, the day of
knowledge what was said and reported. Marks of days that would touch each other are one mark with a
number. Every mark and bar is a link that the keyboard reaches.

Units: the picture is 960 wide; days are ISO texts, which sort as the days do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

_WIDTH, _LEFT, _RIGHT = 960, 96, 24
_LANE, _BAR, _GAP, _AXIS = 46, 14, 5, 28
_LETTER = 6.2
_NEAR = 17.0
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100)
_MOST_TICKS = 9
_OPEN = ("0001-01-01", "9999-12-31")


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day, and where it is told."""

    day: str
    label: str
    href: str


@dataclass(frozen=True)
class Bar:
    """Something that holds for a while; open ends are 0001-01-01 and 9999-12-31.

    ``row`` is the line in which it stands, ``certainty`` and ``standing`` the last words of the
    kinds, ``name`` what is written beside it.
    """

    row: int
    first: str
    last: str
    certainty: str
    standing: str
    label: str
    href: str
    name: str = ""


@dataclass(frozen=True)
class Words:
    """What the picture says in the language of the page."""

    title: str
    said: str
    reported: str
    holds: str
    as_of: str
    known_by: str


def timeline(
    said: Sequence[Mark],
    reported: Sequence[Mark],
    holds: Sequence[Bar],
    clocks: tuple[str, str],
    words: Words,
) -> Markup:
    """Draw the picture.

    Args:
        said: days on which claims were made.
        reported: days on which they became known.
        holds: spells.
        clocks: the day in the world, and the day of knowledge.
        words: texts.
    """
    ends = [day for bar in holds for day in (bar.first, bar.last) if day not in _OPEN]
    scale = _Scale([*clocks, *(mark.day for mark in (*said, *reported)), *ends])
    rows = max((bar.row for bar in holds), default=-1) + 1
    depth = max(_LANE, rows * (_BAR + _GAP) + 2 * _GAP)
    height = 2 * _LANE + depth + _AXIS
    parts = [
        _axis(scale, height),
        _lane("said", words.said, 0, _LANE),
        *_marks(scale, said, "said", _LANE // 2),
        _lane("reported", words.reported, _LANE, _LANE),
        *_marks(scale, reported, "reported", _LANE + _LANE // 2),
        _lane("holds", words.holds, 2 * _LANE, depth),
        *(_bar(scale, bar, 2 * _LANE + _GAP) for bar in holds),
        _clock(scale, clocks[1], 0, 2 * _LANE, "known-by", words.known_by),
        _clock(scale, clocks[0], 2 * _LANE, height - _AXIS, "as-of", words.as_of),
    ]
    return Markup(
        '<svg class="timeline" viewBox="0 0 {} {}" role="group" aria-label="{}">'
        "<title>{}</title>{}</svg>"
    ).format(_WIDTH, height, words.title, words.title, Markup("").join(parts))


class _Scale:
    """Days to places; a little room is left at both ends."""

    def __init__(self, days: Iterable[str]) -> None:
        numbers = [date.fromisoformat(day).toordinal() for day in days]
        low, high = min(numbers), max(numbers)
        room = max(30, (high - low) // 25)
        self.low, self.high = max(1, low - room), min(date.max.toordinal(), high + room)

    def x(self, day: str) -> float:
        number = min(self.high, max(self.low, date.fromisoformat(day).toordinal()))
        share = (number - self.low) / (self.high - self.low)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    def ticks(self) -> list[tuple[str, str]]:
        """Give days with the text below them: years, or months where years are few."""
        first, last = date.fromordinal(self.low), date.fromordinal(self.high)
        months = (last.year - first.year) * 12 + last.month - first.month
        if months <= 30:
            step = next(step for step in (1, 2, 3, 4, 6) if months / step <= _MOST_TICKS)
            count = range(first.year * 12 + first.month, last.year * 12 + last.month)
            days = [date(n // 12, n % 12 + 1, 1) for n in count if n % 12 % step == 0]
            return [(day.isoformat(), day.isoformat()[:7]) for day in days]
        years = last.year - first.year
        step = next((step for step in _STEPS if years / step <= _MOST_TICKS), 250)
        start = first.year // step * step + step
        return [(date(y, 1, 1).isoformat(), str(y)) for y in range(start, last.year + 1, step)]


def _axis(scale: _Scale, height: int) -> Markup:
    parts = []
    for day, text in scale.ticks():
        x = scale.x(day)
        parts.append(
            Markup(
                '<line class="tick" x1="{}" x2="{}" y1="0" y2="{}"/>'
                '<text class="year" x="{}" y="{}" text-anchor="middle">{}</text>'
            ).format(x, x, height - _AXIS, x, height - 9, text)
        )
    return Markup('<g aria-hidden="true">{}</g>').format(Markup("").join(parts))


def _lane(name: str, label: str, top: int, height: int) -> Markup:
    return Markup(
        '<g class="lane lane-{}"><rect x="0" y="{}" width="{}" height="{}"/>'
        '<text class="lane-name" x="10" y="{}">{}</text></g>'
    ).format(name, top, _WIDTH, height, top + 27, label)


def _marks(scale: _Scale, marks: Sequence[Mark], lane: str, y: int) -> list[Markup]:
    """Draw marks; near ones are one mark, which leads to the first of them."""
    heaps: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda one: (one.day, one.label)):
        if heaps and scale.x(mark.day) - scale.x(heaps[-1][0].day) < _NEAR:
            heaps[-1].append(mark)
        else:
            heaps.append([mark])
    return [_mark(scale, heap, lane, y) for heap in heaps]


def _mark(scale: _Scale, heap: Sequence[Mark], lane: str, y: int) -> Markup:
    first, last = heap[0].day, heap[-1].day
    days = first if first == last else f"{first} \u2013 {last}"
    told = "; ".join(dict.fromkeys(mark.label for mark in heap[:6]))
    more = f" … (+{len(heap) - 6})" if len(heap) > 6 else ""
    radius = 5 if len(heap) == 1 else 8
    number = (
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            scale.x(first), y + 4, len(heap)
        )
        if len(heap) > 1
        else Markup("")
    )
    return Markup(
        '<a class="mark mark-{}" href="{}"><title>{}: {}{}</title>'
        '<circle cx="{}" cy="{}" r="{}"/>{}</a>'
    ).format(lane, heap[0].href, days, told, more, scale.x(first), y, radius, number)


def _bar(scale: _Scale, bar: Bar, top: int) -> Markup:
    x, y = scale.x(bar.first), top + bar.row * (_BAR + _GAP)
    width = max(3.0, round(scale.x(bar.last) - x, 1))
    return Markup(
        '<a class="bar-of bar-{} standing-{}" href="{}"><title>{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="2"/>{}</a>'
    ).format(
        bar.certainty,
        bar.standing,
        bar.href,
        bar.label,
        x,
        y,
        width,
        _BAR,
        _name(bar, x, y, width) if bar.name else Markup(""),
    )


def _name(bar: Bar, x: float, y: int, width: float) -> Markup:
    """Write the name of a bar where there is most room: beside it, or in it where it is long."""
    before, after = x - _LEFT, _WIDTH - _RIGHT - x - width
    room = max(before, after, width) - 12
    count = int(room / _LETTER)
    if count < 8:
        return Markup("")
    text = bar.name if len(bar.name) <= count else f"{bar.name[: count - 1].rstrip()}…"
    places = [(before, x - 6, "end"), (after, x + width + 6, "start"), (width, x + 6, "start")]
    _, place, anchor = max(places, key=lambda one: one[0])
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
        place, y + _BAR - 3, anchor, text
    )


def _clock(scale: _Scale, day: str, top: int, bottom: int, name: str, label: str) -> Markup:
    x = scale.x(day)
    return Markup(
        '<g class="now now-{}"><title>{}: {}</title><line x1="{}" x2="{}" y1="{}" y2="{}"/></g>'
    ).format(name, label, day, x, x, top, bottom)
