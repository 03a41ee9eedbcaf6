"""A map of the world: states by what they are to an alliance, and places with their offices.

Shape: states by ISO 3166 code and marks by latitude and longitude (degrees, WGS 84) in; SVG out.
What a colour says, a pattern or a form says too; every state and mark is a link with a title.
Source: Natural Earth 1:110m (public domain); its borders say nothing about claims.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, pi, radians, sin
from pathlib import Path
from typing import Any

from markupsafe import Markup

_FOLDER = Path(__file__).resolve().parent
_WORLD = _FOLDER.parent / "assets" / "world.json"
_BY_NAME = {"Kosovo": "XKX"}
_RADIUS = 3.6
_PATTERNS = {"partner": 45, "associate": 90}
"""Role to the slope of its stripes, in degrees."""
VIEWS = {
    "world": (-180.0, -56.0, 180.0, 84.0),
    "europe": (-26.0, 33.0, 52.0, 72.0),
    "indo-pacific": (62.0, -48.0, 179.0, 56.0),
}
"""Name of a view to its western, southern, eastern and northern edge, in degrees."""


@dataclass(frozen=True)
class State:
    """A state on the map: its ISO 3166 alpha-3 code, what it is, title, address.

    It is a member or suspended, or something that a pattern shows: associate, partner.

    ``at`` is latitude and longitude of its capital, for states that are too small to be drawn.
    """

    code: str
    role: str
    title: str
    href: str
    at: tuple[float, float] | None = None


@dataclass(frozen=True)
class Mark:
    """A place on the map: latitude, longitude, what stands there (open, proposed, other)."""

    at: tuple[float, float]
    role: str
    title: str
    href: str


def picture(
    states: Iterable[State], marks: Sequence[Mark], title: str, view: str = "world"
) -> Markup:
    """Draw the map.

    Args:
        states: those to be coloured; all others are land.
        marks: drawn over them; several in one place stand around it.
        title: what the map shows, for who does not see it.
        view: a key of `VIEWS`.
    """
    box = _box(view)
    # Marks look alike in all views, which are as wide or as high as the world is.
    unit = max(box[2] / _box("world")[2], box[3] / _box("world")[3])
    wanted = {state.code: state for state in states}
    shapes = _shapes()
    land = " ".join(path for code, path in shapes.items() if code not in wanted)
    parts = [Markup('<path class="land" d="{}"/>').format(land)]
    # Members last: their borders lie over those of others.
    for state in sorted(wanted.values(), key=lambda one: (one.role == "member", one.code)):
        drawn = _state(state, shapes, unit)
        if drawn:
            parts.append(drawn)
    parts += _marks(marks, unit)
    return Markup(
        '<svg class="map" viewBox="{}" role="group" aria-labelledby="map-title">'
        '<title id="map-title">{}</title>{}{}</svg>'
    ).format(" ".join(f"{edge:g}" for edge in box), title, _patterns(unit), Markup("").join(parts))


def project(at: tuple[float, float]) -> tuple[float, float]:
    """Give x and y of a latitude and longitude in the units of the shapes.

    The projection is Natural Earth, as d3-geo computes it: a polynomial of the latitude.
    """
    record = _record()["projection"]
    scale, (left, top) = record["scale"], record["translate"]
    phi, away = radians(at[0]), radians(at[1])
    p2 = phi * phi
    p4 = p2 * p2
    wide = 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))
    high = 1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4))
    return left + scale * away * wide, top - scale * phi * high


def _state(state: State, shapes: Mapping[str, str], unit: float) -> Markup | None:
    path = shapes.get(state.code)
    fill = Markup(' fill="url(#{})"').format(state.role) if state.role in _PATTERNS else Markup("")
    if path:
        form = Markup('<path class="{0}" d="{1}"{2}/>').format(state.role, path, fill)
    elif state.at:
        x, y = project(state.at)
        side = 5 * unit
        form = Markup(
            '<rect class="{0} small" x="{1:.1f}" y="{2:.1f}" width="{3:.1f}" height="{3:.1f}"{4}/>'
        ).format(state.role, x - side / 2, y - side / 2, side, fill)
    else:
        return None
    return _linked(state.href, state.title, form)


def _marks(marks: Sequence[Mark], unit: float) -> list[Markup]:
    by_place: dict[tuple[float, float], list[Mark]] = defaultdict(list)
    for mark in marks:
        by_place[mark.at].append(mark)
    drawn = []
    for at, group in by_place.items():
        x, y = project(at)
        away = _RADIUS * unit * 1.25 if len(group) > 1 else 0
        for place, mark in enumerate(group):
            angle = 2 * pi * place / len(group)
            drawn.append(_mark(mark, x + away * sin(angle), y - away * cos(angle), unit))
    return drawn


def _mark(mark: Mark, x: float, y: float, unit: float) -> Markup:
    r = _RADIUS * unit
    if mark.role == "open":
        form = Markup('<circle class="mark open" cx="{:.1f}" cy="{:.1f}" r="{:.2f}"/>').format(
            x, y, r
        )
    else:
        r *= 1.5
        corners = f"{x:.1f},{y - r:.1f} {x + r:.1f},{y:.1f} {x:.1f},{y + r:.1f} {x - r:.1f},{y:.1f}"
        form = Markup('<polygon class="mark {}" points="{}"/>').format(mark.role, corners)
    return _linked(mark.href, mark.title, form)


def _linked(href: str, title: str, form: Markup) -> Markup:
    return Markup('<a href="{}"><title>{}</title>{}</a>').format(href, title, form)


def _patterns(unit: float) -> Markup:
    """Give the patterns of partners and associates: they differ from members without colour."""
    drawn = [
        Markup(
            '<pattern id="{0}" width="{1}" height="{1}" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate({2})"><rect class="ground" width="{1}" height="{1}"/>'
            '<rect class="{0}-stripe" width="{3:.2f}" height="{1}"/></pattern>'
        ).format(role, f"{4 * unit:.2f}", turn, 1.8 * unit)
        for role, turn in _PATTERNS.items()
    ]
    return Markup("<defs>{}</defs>").format(Markup("").join(drawn))


def _box(view: str) -> tuple[float, float, float, float]:
    """Give left, top, width and height of a view."""
    west, south, east, north = VIEWS[view]
    record = _record()
    if view == "world":
        return 0.0, 0.0, float(record["width"]), float(record["height"])
    middle = (south + north) / 2
    xs = [project((lat, lon))[0] for lat in (south, middle, north) for lon in (west, east)]
    top, bottom = project((north, 0))[1], project((south, 0))[1]
    left = min(xs)
    return round(left, 1), round(top, 1), round(max(xs) - left, 1), round(bottom - top, 1)


@cache
def _shapes() -> dict[str, str]:
    """Give the path of each state by its alpha-3 code, or by its name where it has none."""
    with (_FOLDER / "iso-3166.tsv").open(encoding="utf-8", newline="") as table:
        codes = {row["numeric"]: row["alpha3"] for row in csv.DictReader(table, delimiter="\t")}
    found: dict[str, str] = {}
    for state in _record()["states"]:
        code = codes.get(state["iso"]) or _BY_NAME.get(state["name"], state["name"])
        found[code] = f"{found[code]}{state['path']}" if code in found else state["path"]
    return found


@cache
def _record() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(_WORLD.read_text(encoding="utf-8"))
    return found
